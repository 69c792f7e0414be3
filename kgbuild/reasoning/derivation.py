"""Derive what rules say, and keep it true while the graph changes.

Semi-naive evaluation in SQLite: each round joins only with what the round before it found.
An update first deletes (of what rested on facts that are gone, and is in doubt, all that has no
support outside the doubt: cycles do not hold themselves up), then derives, one stratum after
the other; this is DRed (Gupta, Mumick, Subrahmanian 1993). A conclusion goes exactly when its
last support goes. Supports are not written down: the rules' joins find them again.

A layer made anew is written beside the old one and renamed; an update is one transaction.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgbuild.assertion import content_id
from kgbuild.errors import GraphError, LimitError
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.belief import DEFAULT_MODEL
from kgbuild.reasoning.joins import COLUMNS, head_of, join
from kgbuild.reasoning.layer import SCHEMA, SCHEMA_VERSION, layer_path
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.lineage import GroundsBelow, Lineage
from kgbuild.reasoning.owl_rules import Axiom
from kgbuild.reasoning.rule_syntax import write_rule
from kgbuild.reasoning.rules import Atom, Rule, Variable, check_rules, strata
from kgbuild.reasoning.stated import StatedFacts
from kgbuild.reasoning.supports import Supports, relations_in
from kgbuild.reasoning.weighing import weigh_all

__all__ = ["Derived", "reason"]

Entailments = Callable[[], Iterable[tuple[str, str, str]]]

_LIST = ", ".join(COLUMNS)
_AT_ONCE = 10_000
"""So many facts have their grounds read, and held in memory, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What a run of the rules did: how many facts, stated or inferred, came and went.

    ``afresh``: all was derived anew, not brought up to date.
    """

    afresh: bool
    added: int
    removed: int
    seconds: float


def reason(
    graph: StoredGraph,
    rules: Sequence[Rule],
    *,
    axioms: Sequence[Axiom] = (),
    entailed: Entailments = tuple,
    limits: Limits | None = None,
    afresh: bool = False,
) -> Derived:
    """Bring the derived layer of the graph's folder up to date with the graph and the rules.

    Only what changed since is looked at, unless the rules are others or ``afresh`` is set.
    ``axioms`` are facts that an ontology states; ``entailed``, called when all is derived, gives
    what a reasoner concludes: what of it no rule does is kept aside as unexplained.
    Raises InputError for rules that cannot be applied, LimitError where a limit is reached (the
    layer then stays as it was), GraphError where the file cannot be written.
    """
    check_rules(rules, {axiom.relation for axiom in axioms})
    limits = limits or Limits()
    path = layer_path(graph.folder)
    known = None if afresh else _revision_of(path, _digest(rules, axioms))
    working = path if known is not None else path.with_name(f"reasoning-{os.getpid()}.making")
    try:
        if known is None:
            working.unlink(missing_ok=True)
        connection = sqlite3.connect(working, isolation_level=None)
        try:
            found = _Derivation(connection, graph, rules, axioms, entailed, limits).run(known)
        finally:
            connection.close()
        if known is None:
            working.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise GraphError(f"{working}: {error}") from error
    finally:
        if working != path:
            for left in path.parent.glob(f"{working.name}*"):
                left.unlink()
    return found


def _revision_of(path: Path, digest: str) -> int | None:
    """The revision that an existing layer of the same rules and axioms is at, or None."""
    if not path.is_file():
        return None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA_VERSION:
                return None
            meta = dict(connection.execute("SELECT name, value FROM meta"))
        finally:
            connection.close()
    except sqlite3.Error:
        return None  # a damaged layer holds nothing of its own: it is made anew
    return int(meta["revision"]) if meta.get("rules") == digest else None


def _digest(rules: Sequence[Rule], axioms: Sequence[Axiom]) -> str:
    """What a layer depends on besides the graph: rules, axioms, the formula of belief."""
    written = (*map(write_rule, rules), *(" ".join(map(str, one)) for one in sorted(axioms)))
    return content_id(*written, repr(DEFAULT_MODEL))


class _Derivation:
    """One run on one connection.

    Temporary tables: ``found`` holds the conclusions of a join. The others hold numbers of
    facts: ``fresh`` what is new or alive again, ``delta`` what the last round found, ``dead``
    what is about to go, ``dirty`` what has other leaves or supports than before.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        graph: StoredGraph,
        rules: Sequence[Rule],
        axioms: Sequence[Axiom],
        entailed: Entailments,
        limits: Limits,
    ) -> None:
        self.connection = connection
        self.graph = graph
        self.rules = list(rules)
        self.axioms = axioms
        self.entailed = entailed
        self.limits = limits
        self.started = time.monotonic()
        self.number = {rule.name: n for n, rule in enumerate(rules, 1)}
        atoms = [atom for rule in rules for atom in (rule.head, *rule.body, *rule.absent)]
        names = dict.fromkeys([a.relation for a in atoms] + [a.relation for a in axioms])
        self.relations = {name: n for n, name in enumerate(names, 1)}
        self.counts: dict[str, int] = {}
        self.afresh = True
        self.derived = 0
        self.at_work = ""

    # --- the run -----------------------------------------------------------------------------

    def run(self, known: int | None) -> Derived:
        """Derive anew, or from what changed after the revision ``known``."""
        self._open()
        self.afresh = known is None
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            if known is None:
                self._make()
            revision = self.graph.revision
            added = removed = 0
            if known != revision:
                added, removed = self._change(known)
            self.connection.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                [("revision", revision), ("rules", _digest(self.rules, self.axioms))],
            )
            self.connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back()
            if "interrupted" in str(error):
                raise self._out_of_time() from error
            raise
        except BaseException:
            self._roll_back()
            raise
        return Derived(
            afresh=self.afresh,
            added=added,
            removed=removed,
            seconds=time.monotonic() - self.started,
        )

    def _open(self) -> None:
        execute = self.connection.execute
        execute("PRAGMA temp_store = MEMORY")
        execute("PRAGMA cache_size = -262144")
        execute("PRAGMA automatic_index = OFF")
        execute(f"CREATE TEMP TABLE found({', '.join(f'{c} INTEGER NOT NULL' for c in COLUMNS)})")
        for table in ("fresh", "delta", "dead", "dirty"):
            execute(f"CREATE TEMP TABLE {table}(id INTEGER PRIMARY KEY)")
        self.connection.set_progress_handler(lambda: not self.limits.left, 100_000)

    def _roll_back(self) -> None:
        self.connection.set_progress_handler(None, 0)
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _out_of_time(self) -> LimitError:
        return self._over(f"{self.limits.seconds:g} seconds have passed")

    def _over(self, what: str) -> LimitError:
        at = f", at rule {self.at_work!r}" if self.at_work else ""
        return LimitError(
            f"stopped after {self.derived:,} conclusions{at}: {what}; nothing of it was kept",
            hints=["--max-conclusions and --max-seconds allow more"],
        )

    def _make(self) -> None:
        for statement in SCHEMA.strip().split(";\n"):
            self.connection.execute(statement)
        self.connection.executemany(
            "INSERT INTO rules VALUES (?, ?, ?, ?, ?)",
            [(self.number[r.name], r.name, write_rule(r), r.file, r.line) for r in self.rules],
        )
        self.connection.executemany(
            "INSERT INTO relations(id, name) VALUES (?, ?)",
            [(n, r) for r, n in self.relations.items()],
        )

    def _change(self, known: int | None) -> tuple[int, int]:
        """Bring everything up to date; how many facts came, and how many went."""
        execute = self.connection.execute
        (top,) = execute("SELECT coalesce(max(id), 0) FROM facts").fetchone()
        self._name_terms(known)
        StatedFacts(
            self.connection, self.graph, self.relations, self._categories(), self.axioms
        ).keep(known)
        if self.afresh:
            self._count()
        self.counts = dict(execute("SELECT name, facts FROM relations"))
        heads = ",".join(str(self.relations[rule.head.relation]) for rule in self.rules)
        execute(
            "INSERT INTO dead SELECT t.id FROM touched t CROSS JOIN facts f ON f.id = t.id"
            f" WHERE f.relation NOT IN ({heads})"
            " AND NOT EXISTS (SELECT 1 FROM leaves WHERE fact = t.id)"
        )
        for layer in strata(self.rules):
            if known is not None:
                self._delete(layer)
            self._derive(layer)
        self.at_work = ""
        if self.afresh:
            self._count()
        self._weigh()
        (added,) = execute(
            "SELECT count(*) FROM facts WHERE id > ? AND id NOT IN (SELECT id FROM dead)", (top,)
        ).fetchone()
        removed = execute(
            "DELETE FROM facts WHERE id IN (SELECT id FROM dead) AND id <= ?", (top,)
        ).rowcount
        execute("DELETE FROM facts WHERE id IN (SELECT id FROM dead)")
        self._compare()
        return added, removed

    def _count(self) -> None:
        self.connection.execute(
            "UPDATE relations SET facts = counted.n FROM"
            " (SELECT relation, count(*) AS n FROM facts GROUP BY relation) AS counted"
            " WHERE counted.relation = relations.id"
        )

    def _compare(self) -> None:
        """Keep aside what a reasoner concludes and no rule does."""
        execute = self.connection.execute
        execute("CREATE TEMP TABLE entailed(relation, subject, object, a INTEGER, b INTEGER)")
        self.connection.executemany(
            "INSERT INTO entailed VALUES (?, ?, ?, ?, ?)",
            ((r, s, o, concept_key(s), concept_key(o)) for r, s, o in self.entailed()),
        )
        execute("DELETE FROM unexplained")
        execute(
            "INSERT OR IGNORE INTO unexplained SELECT e.relation, e.subject, e.object"
            " FROM entailed e WHERE NOT EXISTS (SELECT 1 FROM relations r JOIN facts"
            " ON facts.relation = r.id AND facts.a = e.a AND facts.b = e.b AND facts.c = 0"
            " AND facts.d = 0 AND facts.e = 0 WHERE r.name = e.relation)"
        )

    def _name_terms(self, known: int | None) -> None:
        concepts = self.graph.connection.execute(
            "SELECT id, curie FROM concepts WHERE revision > ?", (-1 if known is None else known,)
        )
        self.connection.executemany("INSERT OR IGNORE INTO terms VALUES (?, ?)", concepts)
        constants = {
            term
            for rule in self.rules
            for part in (*(a.terms for a in (rule.head, *rule.body, *rule.absent)),
                         *((c.left, c.right) for c in rule.comparisons))
            for term in part
            if not isinstance(term, Variable)
        }  # fmt: skip
        self.connection.executemany(
            "INSERT OR IGNORE INTO terms VALUES (?, ?)",
            [(concept_key(text), text) for text in sorted(constants)],
        )

    def _categories(self) -> list[str] | None:
        """The categories that rules ask for; None where one asks for any."""
        asked = {
            atom.terms[1]
            for rule in self.rules
            for atom in (*rule.body, *rule.absent)
            if atom.relation == "category"
        }
        return None if any(isinstance(one, Variable) for one in asked) else sorted(asked)

    # --- deriving ----------------------------------------------------------------------------

    def _join(self, rule: Rule, **how: Any) -> str:
        return join(rule, concept_key, self.relations.__getitem__, self.counts, **how)

    def _among(self, table: str) -> Callable[[Atom], bool]:
        """Whether a table has facts that may stand for an atom: most rules need no join then."""
        numbers = relations_in(self.connection, table)
        return lambda atom: self.relations[atom.relation] in numbers

    def _find(self, select: str) -> int:
        """Put what a join finds into ``found``; how many rows that is."""
        if not self.limits.left:
            raise self._out_of_time()
        self.connection.execute("DELETE FROM found")
        most = 4 * self.limits.conclusions
        count = self.connection.execute(
            f"INSERT INTO found({_LIST}) {select} LIMIT {most}"
        ).rowcount
        if count == most:
            raise self._over(f"{most:,} ways to conclude something are allowed for one rule")
        return count

    def _derive(self, layer: Sequence[Rule]) -> None:
        """Apply the rules of a stratum until nothing is new."""
        execute = self.connection.execute
        heads = {rule.head.relation for rule in layer}
        execute("DELETE FROM delta")
        (top,) = execute("SELECT coalesce(max(id), 0) FROM facts").fetchone()
        among = {table: self._among(table) for table in ("fresh", "dead")}
        for rule in layer:
            self.at_work = rule.name
            if self.afresh:
                self._conclude(rule, self._join(rule))
                continue
            for place, atom in enumerate((*rule.body, *rule.absent)):
                table = "fresh" if place < len(rule.body) else "dead"
                if among[table](atom):
                    self._conclude(rule, self._join(rule, changed=place, delta=table))
        while (
            execute(
                "INSERT OR IGNORE INTO delta SELECT id FROM facts WHERE id > ?", (top,)
            ).rowcount
            or execute("SELECT 1 FROM delta").fetchone()
        ):
            execute("INSERT OR IGNORE INTO fresh SELECT id FROM delta")
            (top,) = execute("SELECT coalesce(max(id), 0) FROM facts").fetchone()
            execute("CREATE TEMP TABLE last AS SELECT id FROM delta")
            execute("DELETE FROM delta")
            found = self._among("last")
            for rule in layer:
                self.at_work = rule.name
                for place, atom in enumerate(rule.body):
                    if found(atom) and atom.relation in heads:
                        self._conclude(rule, self._join(rule, changed=place, delta="last"))
            execute("DROP TABLE last")

    def _conclude(self, rule: Rule, select: str) -> None:
        """Keep what a join finds."""
        if not self._find(select):
            return
        execute = self.connection.execute
        relation = self.relations[rule.head.relation]
        made = execute(
            f"INSERT OR IGNORE INTO facts(relation, {_LIST}) SELECT {relation}, {_LIST} FROM found"
        ).rowcount
        self.derived += made
        if self.derived > self.limits.conclusions:
            raise self._over(f"{self.limits.conclusions:,} are allowed")
        if execute("SELECT 1 FROM dead").fetchone():
            execute(
                f"INSERT OR IGNORE INTO delta SELECT facts.id FROM found JOIN facts"
                f" ON facts.relation = {relation} AND {head_of(COLUMNS)}"
                " WHERE facts.id IN (SELECT id FROM dead)"
            )
            execute("DELETE FROM dead WHERE id IN (SELECT id FROM delta)")
        if not self.afresh:
            execute(
                f"INSERT OR IGNORE INTO dirty SELECT facts.id FROM facts JOIN found"
                f" ON facts.relation = {relation} AND {head_of(COLUMNS)}"
            )

    # --- deleting ----------------------------------------------------------------------------

    def _delete(self, layer: Sequence[Rule]) -> None:
        """Take away what has no support any more, in a stratum below which all is settled."""
        execute = self.connection.execute
        execute("CREATE TEMP TABLE doubt(id INTEGER PRIMARY KEY)")
        among = {table: self._among(table) for table in ("fresh", "dead")}
        for rule in layer:
            self.at_work = rule.name
            for place, atom in enumerate((*rule.body, *rule.absent)):
                table = "dead" if place < len(rule.body) else "fresh"
                if among[table](atom):
                    self._unsupport(rule, self._join(rule, changed=place, delta=table, alive=False,
                                                     blocked=True))  # fmt: skip
        heads = sorted({self.relations[rule.head.relation] for rule in layer})
        execute(
            "INSERT OR IGNORE INTO doubt"
            " SELECT t.id FROM touched t CROSS JOIN facts f ON f.id = t.id"
            f" WHERE f.relation IN ({','.join(map(str, heads))})"
        )
        self._spread_doubt(layer)
        execute("INSERT OR IGNORE INTO dirty SELECT id FROM doubt")
        lost = self._unproven()
        execute("DROP TABLE doubt")
        self.connection.executemany(
            "INSERT OR IGNORE INTO dead VALUES (?)", [(one,) for one in lost]
        )

    def _unsupport(self, rule: Rule, select: str) -> None:
        """What a join concluded is in doubt."""
        if self._find(select):
            self.connection.execute(
                "INSERT OR IGNORE INTO doubt SELECT facts.id FROM found JOIN facts"
                f" ON facts.relation = {self.relations[rule.head.relation]}"
                f" AND {head_of(COLUMNS)}"
            )

    def _spread_doubt(self, layer: Sequence[Rule]) -> None:
        """What a stratum's rules conclude from facts in doubt is in doubt too."""
        execute = self.connection.execute
        heads = {rule.head.relation for rule in layer}
        recursive = [
            (rule, place)
            for rule in layer
            for place, atom in enumerate(rule.body)
            if atom.relation in heads
        ]
        execute("CREATE TEMP TABLE last AS SELECT id FROM doubt")
        while recursive and execute("SELECT 1 FROM last").fetchone():
            execute("CREATE TEMP TABLE next(id INTEGER PRIMARY KEY)")
            for rule, place in recursive:
                self._find(self._join(rule, changed=place, delta="last", alive=False,
                                      blocked=True))  # fmt: skip
                execute(
                    "INSERT OR IGNORE INTO next SELECT facts.id FROM found JOIN facts ON"
                    f" facts.relation = {self.relations[rule.head.relation]}"
                    f" AND {head_of(COLUMNS)} WHERE facts.id NOT IN (SELECT id FROM doubt)"
                )
            execute("DROP TABLE last")
            execute("CREATE TEMP TABLE last AS SELECT id FROM next")
            execute("INSERT OR IGNORE INTO doubt SELECT id FROM next")
            execute("DROP TABLE next")
        execute("DROP TABLE last")

    def _unproven(self) -> list[int]:
        """Of the facts in doubt, those without a leaf or a support that stands outside of it."""
        execute = self.connection.execute
        doubted = {one for (one,) in execute("SELECT id FROM doubt")}
        dead = {one for (one,) in execute("SELECT id FROM dead")}
        proven = {
            one
            for (one,) in execute(
                "SELECT id FROM doubt WHERE EXISTS (SELECT 1 FROM leaves WHERE fact = id)"
            )
        }
        ways = [
            (fact, support.premises)
            for fact, supports in self._supports().to("doubt").items()
            for support in supports
        ]
        growing = True
        while growing:
            growing = False
            for fact, premises in ways:
                if fact not in proven and all(p not in doubted or p in proven for p in premises):
                    proven.add(fact)
                    growing = True
        return sorted(doubted - proven - dead)

    def _supports(self) -> Supports:
        numbered = {self.number[rule.name]: rule for rule in self.rules}
        return Supports(self.connection, numbered, self.relations, self.counts, alive=True)

    # --- how sure -----------------------------------------------------------------------------

    def _weigh(self) -> None:
        """Compute the confidence of every fact, or of those whose lineage changed."""
        confidence = {self.number[rule.name]: rule.confidence for rule in self.rules}
        supports = self._supports()
        if self.afresh:
            weighed = weigh_all(self.connection, confidence, supports, self.limits)
        else:
            weighed = self._weighed(self._dirty(), confidence, supports)
        self.connection.executemany(
            "UPDATE facts SET confidence = ?2, upper = ?3 WHERE id = ?1",
            self.limits.within(weighed, "weighing conclusions"),
        )

    def _weighed(
        self, facts: Sequence[int], confidence: Mapping[int, float], supports: Supports
    ) -> Iterator[tuple[int, float, float]]:
        for start in range(0, len(facts), _AT_ONCE):
            some = facts[start : start + _AT_ONCE]
            grounds = GroundsBelow(self.connection, supports, some)
            yield from Lineage(grounds, confidence).weighed(some)

    def _dirty(self) -> list[int]:
        execute = self.connection.execute
        execute("INSERT OR IGNORE INTO dirty SELECT id FROM fresh")
        self._spread_dirt()
        execute("DELETE FROM dirty WHERE id IN (SELECT id FROM dead)")
        return [one for (one,) in execute("SELECT id FROM dirty ORDER BY id")]

    def _spread_dirt(self) -> None:
        """Whatever rests on a fact with another lineage has another lineage."""
        execute = self.connection.execute
        execute("CREATE TEMP TABLE last AS SELECT id FROM dirty")
        while execute("SELECT 1 FROM last").fetchone():
            execute("CREATE TEMP TABLE next(id INTEGER PRIMARY KEY)")
            found = self._among("last")
            for rule in self.rules:
                for place, atom in enumerate(rule.body):
                    if not found(atom) or not self._find(
                        self._join(rule, changed=place, delta="last")
                    ):
                        continue
                    execute(
                        "INSERT OR IGNORE INTO next SELECT facts.id FROM found JOIN facts ON"
                        f" facts.relation = {self.relations[rule.head.relation]}"
                        f" AND {head_of(COLUMNS)} WHERE facts.id NOT IN (SELECT id FROM dirty)"
                    )
            execute("DROP TABLE last")
            execute("CREATE TEMP TABLE last AS SELECT id FROM next")
            execute("INSERT OR IGNORE INTO dirty SELECT id FROM next")
            execute("DROP TABLE next")
        execute("DROP TABLE last")
