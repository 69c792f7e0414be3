"""Rules as records, and what must be true of a set of them before anything is derived.

A rule says: where these premises hold, and those do not, the conclusion holds, as often as its
confidence says. See :mod:`kgbuild.reasoning.rule_syntax` for how rules are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kgbuild.errors import InputError as RuleError
from kgbuild.errors import VocabularyError, nearest
from kgbuild.vocabulary import check_predicate

__all__ = [
    "GIVEN",
    "MAX_ARITY",
    "MAX_PREMISES",
    "Atom",
    "Comparison",
    "Rule",
    "RuleError",
    "Variable",
    "check_grounds",
    "check_rules",
    "strata",
]

MAX_PREMISES = 6
"""As many premises as a rule may have: a proof step must be readable, a join bounded."""

MAX_ARITY = 5

GIVEN: Mapping[str, int] = {"category": 2, "denied": 3, "qualified": 5}
"""What every graph gives besides its claims, and with how many arguments:

- ``category(?x, biolink:Gene)``: a concept's category, or one above it;
- ``denied(?s, ?predicate, ?o)``: a text states that the claim is not so;
- ``qualified(?s, ?predicate, ?o, ?qualifier, ?value)``: a claim with a qualifier.
"""


class Variable(str):
    """A variable: its name without the question mark."""

    __slots__ = ()


Term = str | Variable
"""A variable, or a constant: a CURIE or a string."""


class Atom(NamedTuple):
    """A relation between terms: ``biolink:treats(?drug, ?disease)``."""

    relation: str
    terms: tuple[Term, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Its variables, in order, each as often as it stands there."""
        return tuple(term for term in self.terms if isinstance(term, Variable))


class Comparison(NamedTuple):
    """A filter: two terms that must be the same (``=``) or must not (``!=``)."""

    left: Term
    operator: str
    right: Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A conclusion and what it takes.

    ``confidence`` is how often the conclusion holds where the premises do, in (0, 1].
    ``display`` is a sentence that says why, with ``{?x}`` where a name goes. ``hypothesis``
    says that the conclusion is a suggestion to look into and never a fact. ``text`` is the
    rule as it is written, ``file`` and ``line`` are where.
    """

    name: str
    head: Atom
    body: tuple[Atom, ...]
    absent: tuple[Atom, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    confidence: float = 1.0
    display: str = ""
    hypothesis: bool = False
    text: str = ""
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """The file and the line, as far as known."""
        return f"{self.file}, line {self.line}" if self.line else self.file

    def wrong(self, problem: str, *, hints: Sequence[str] = ()) -> RuleError:
        """An error that names this rule, its file and its line."""
        return RuleError(
            f"rule {self.name!r}: {problem}",
            file=self.file,
            place=f"line {self.line}" if self.line else "",
            hints=hints,
        )


def check_rules(rules: Sequence[Rule], stated: Iterable[str] = ()) -> None:
    """See that the rules can be applied, and that applying them ends.

    Raises :class:`RuleError` for two rules of one name, a relation that Biolink lacks and no
    rule concludes, a number of arguments that differs, a variable that no premise binds, more
    premises than ``MAX_PREMISES``, and negation through a cycle. Terms are never made up, so
    what passes has a finite fixed point. ``stated`` are relations that an ontology has facts of.
    """
    names: dict[str, Rule] = {}
    for rule in rules:
        if rule.name in names:
            first = names[rule.name]
            other = f" of {first.file}" if first.file != rule.file else ""
            raise rule.wrong(f"the name is taken by the rule in line {first.line}{other}")
        names[rule.name] = rule
    concluded = {rule.head.relation for rule in rules} | set(stated)
    arity: dict[str, int] = dict(GIVEN)
    for rule in rules:
        _check_shape(rule)
        _check_safety(rule)
        for atom in (rule.head, *rule.body, *rule.absent):
            _check_relation(rule, atom, concluded, arity)
    strata(rules)


def _check_shape(rule: Rule) -> None:
    if not rule.body:
        raise rule.wrong("has no premise that must hold", hints=["a rule cannot state facts"])
    if len(rule.body) > MAX_PREMISES:
        raise rule.wrong(
            f"has {len(rule.body)} premises, at most {MAX_PREMISES} can be joined",
            hints=["give a part of it a name of its own, as another rule"],
        )
    if not 0.0 < rule.confidence <= 1.0:
        raise rule.wrong(f"a confidence is above 0 and at most 1, not {rule.confidence:g}")
    if rule.head.relation in GIVEN:
        raise rule.wrong(f"{rule.head.relation} is given by the graph and cannot be concluded")


def _check_safety(rule: Rule) -> None:
    bound = {variable for atom in rule.body for variable in atom.variables}
    parts: list[tuple[str, Iterable[Term]]] = [("the conclusion", rule.head.terms)]
    parts += [(f"~{atom.relation}", atom.terms) for atom in rule.absent]
    parts += [("a comparison", (c.left, c.right)) for c in rule.comparisons]
    for where, terms in parts:
        for term in terms:
            if isinstance(term, Variable) and term not in bound:
                raise rule.wrong(
                    f"?{term} stands in {where} but in no premise that must hold",
                    hints=nearest(f"?{term}", sorted(f"?{name}" for name in bound)),
                )


def _check_relation(rule: Rule, atom: Atom, concluded: set[str], arity: dict[str, int]) -> None:
    name, count = atom.relation, len(atom.terms)
    if name.startswith("biolink:"):
        try:
            check_predicate(name)
        except VocabularyError as error:
            raise rule.wrong(str(error), hints=error.hints) from error
        expected = arity.setdefault(name, 2)
    elif name in GIVEN or name in concluded:
        expected = arity.setdefault(name, count)
    else:
        raise rule.wrong(
            f"nothing gives or concludes {name!r}",
            hints=nearest(name, sorted({*GIVEN, *concluded})) or ("predicates begin biolink:",),
        )
    if count > MAX_ARITY:
        raise rule.wrong(f"{name} has {count} arguments, at most {MAX_ARITY} can be related")
    if count != expected:
        raise rule.wrong(f"{name} has {count} arguments here, and takes {expected}")


def check_grounds(rules: Sequence[Rule]) -> None:
    """See that each rule could apply: a cycle of rules must be entered from what texts may state.

    For rules that people write; an ontology's may speak of what is not there. Raises RuleError.
    """
    reached, waiting = set(GIVEN), list(rules)
    while waiting:
        left = []
        for rule in waiting:
            if _lacking(rule, reached):
                left.append(rule)
            else:
                reached.add(rule.head.relation)
        if len(left) == len(waiting):
            raise left[0].wrong(
                f"can never apply: {_lacking(left[0], reached)} rests on a cycle of rules alone",
                hints=["a rule that concludes it from Biolink predicates would begin the cycle"],
            )
        waiting = left


def _lacking(rule: Rule, reached: set[str]) -> str:
    """A premise's relation that nothing is known to give; empty where there is none."""
    names = (atom.relation for atom in rule.body)
    return next((n for n in names if n not in reached and not n.startswith("biolink:")), "")


def strata(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules in layers: what a rule denies is finished in a layer below its own.

    Raises :class:`RuleError` where a relation depends on its own absence.
    """
    level = {rule.head.relation: 0 for rule in rules}
    for _ in range(len(level) + 1):
        changed: Rule | None = None
        for rule in rules:
            needed = [level.get(atom.relation, 0) for atom in rule.body]
            needed += [level[a.relation] + 1 for a in rule.absent if a.relation in level]
            if level[rule.head.relation] < max(needed):
                level[rule.head.relation] = max(needed)
                changed = rule
        if changed is None:
            break
    else:
        assert changed is not None
        culprit = next((r for r in rules if _in_negative_cycle(r, rules)), changed)
        raise culprit.wrong(
            f"{culprit.head.relation} depends on its own absence",
            hints=["a premise with ~ must be decided before the conclusion is drawn"],
        )
    layers = sorted(set(level.values()))
    return [[rule for rule in rules if level[rule.head.relation] == one] for one in layers]


def _in_negative_cycle(rule: Rule, rules: Sequence[Rule]) -> bool:
    """Whether the rule's conclusion leads to something that the rule says must be absent."""
    reached, waiting = set[str](), [rule.head.relation]
    while waiting:
        relation = waiting.pop()
        for other in rules:
            uses = {atom.relation for atom in (*other.body, *other.absent)}
            if relation in uses and other.head.relation not in reached:
                reached.add(other.head.relation)
                waiting.append(other.head.relation)
    return any(a.relation in reached | {rule.head.relation} for a in rule.absent)
