"""Suggest the likeliest links that no text of the graph speaks of, with the paths that say so."""

from __future__ import annotations

import heapq
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice
from typing import NamedTuple

from kgbuild.assertion import Prediction, Reason
from kgbuild.graph.reading import StoredGraph
from kgbuild.prediction.general import Above, without_general
from kgbuild.prediction.layer import keep, stamp
from kgbuild.prediction.learning import Learnt, learn
from kgbuild.prediction.links import DIRECTION, Kind, Links, links_of
from kgbuild.prediction.mining import PathRule
from kgbuild.prediction.paths import Way
from kgbuild.prediction.scoring import reasons, scores
from kgbuild.vocabulary import check_predicate

__all__ = ["Predicted", "predict", "rule_text"]

_REASONS = 3
_SPARE = 4
_SAYS_NOTHING = "biolink:related_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What a run did: links ``kept``, and the kinds ``unlearnt`` for want of known links.

    ``fresh`` is false where what was there is of the graph as it is and of these options.
    """

    kept: int = 0
    unlearnt: tuple[str, ...] = ()
    fresh: bool = True


class _Suggested(NamedTuple):
    """A suggestion, in the order in which they are kept: the greatest first."""

    probability: float
    score: float
    kind: int
    start: int
    end: int


def predict(
    graph: StoredGraph,
    *,
    predicates: Collection[str] = (),
    limit: int = 1000,
    seed: int = 0,
    above: Above | None = None,
) -> Predicted:
    """Bring the predicted layer up to date: the ``limit`` likeliest links, with their reasons.

    A link is suggested only between concepts of which no assertion speaks together, denied and
    hedged ones included, and under the likeliest kind alone. ``predicates`` says what to learn
    about; where it is empty all but ``related_to``, which says nothing. Concepts that are too
    general (:mod:`kgbuild.prediction.general`) are left aside. With ``above``, what is broader
    than something that texts say is no suggestion (*treats carcinoma* where a text says *treats
    adenocarcinoma*), nor is a link between a concept and one above it. The same graph and
    ``seed`` give the same predictions. Raises VocabularyError, GraphError.
    """
    wanted = sorted(map(check_predicate, predicates))
    made = json.dumps([wanted, limit, seed, above is not None])
    if stamp(graph) == made:
        return Predicted(fresh=False)
    above = cache(above) if above else None
    links = without_general(graph, links_of(graph), above)
    learnt, unlearnt = {}, []
    for number, kind in enumerate(links.kinds):
        if kind.predicate in wanted if wanted else kind.predicate != _SAYS_NOTHING:
            if (one := learn(links, number, seed=seed)) is None:
                unlearnt.append(str(kind))
            else:
                learnt[number] = one
    spoken_of = {
        (min(ends), max(ends))
        for ends in graph.connection.execute("SELECT subject, object FROM assertions")
    }
    suggested = (one for each in learnt.values() for one in _suggest(links, each, spoken_of))
    likeliest = _each_pair_once(heapq.nlargest(_SPARE * limit, suggested))
    if above is not None:
        broader = _Broader(graph, spoken_of, above)
        likeliest = (one for one in likeliest if not broader.holds(one))
    chosen = list(islice(likeliest, limit))
    keep(graph, made, _predictions(graph, links, learnt, chosen))
    return Predicted(kept=len(chosen), unlearnt=tuple(sorted(unlearnt)))


def _suggest(
    links: Links, learnt: Learnt, spoken_of: Collection[tuple[int, int]]
) -> Iterator[_Suggested]:
    kind = links.kinds[learnt.kind]
    for start in links.of_category(kind.subject):
        for end, score in scores(links, learnt.rules, start).items():
            if kind.symmetric and end < start:
                continue
            if (min(start, end), max(start, end)) not in spoken_of:
                probability = learnt.calibration.probability(score)
                yield _Suggested(probability, score, learnt.kind, start, end)


def _each_pair_once(suggested: Iterable[_Suggested]) -> Iterator[_Suggested]:
    seen = set[tuple[int, int]]()
    for one in suggested:
        ends = min(one.start, one.end), max(one.start, one.end)
        if ends not in seen:
            seen.add(ends)
            yield one


class _Broader:
    """Tells suggestions that say in broader terms what texts say, or relate a kind to itself."""

    def __init__(
        self, graph: StoredGraph, spoken_of: Iterable[tuple[int, int]], above: Above
    ) -> None:
        self._partners: dict[int, set[int]] = {}
        for one, other in spoken_of:
            self._partners.setdefault(one, set()).add(other)
            self._partners.setdefault(other, set()).add(one)
        self._curies = dict(graph.connection.execute("SELECT id, curie FROM concepts"))
        self._ask = above
        self._known: dict[int, Collection[str]] = {}

    def holds(self, suggested: _Suggested) -> bool:
        """Whether it is so of a suggestion."""
        start, end = suggested.start, suggested.end
        return (
            self._is_above(start, end)
            or self._is_above(end, start)
            or any(self._is_above(end, said) for said in self._partners.get(start, ()))
            or any(self._is_above(start, said) for said in self._partners.get(end, ()))
        )

    def _is_above(self, one: int, other: int) -> bool:
        if other not in self._known:
            self._known[other] = frozenset(self._ask(self._curies[other]))
        return self._curies[one] in self._known[other]


def _predictions(
    graph: StoredGraph, links: Links, learnt: dict[int, Learnt], chosen: Sequence[_Suggested]
) -> Iterator[Prediction]:
    curies = dict(graph.connection.execute("SELECT id, curie FROM concepts"))
    in_turn = sorted(chosen, key=lambda one: (one.kind, one.start, one.end))
    for (kind, start), group in groupby(in_turn, key=lambda one: (one.kind, one.start)):
        some = list(group)
        why = reasons(links, learnt[kind].rules, start, [one.end for one in some], _REASONS)
        for one in some:
            yield Prediction(
                subject=curies[start],
                predicate=links.kinds[kind].predicate,
                object=curies[one.end],
                qualifiers=_qualifiers(links.kinds[kind]),
                probability=round(one.probability, 6),
                score=one.score,
                reasons=tuple(_reason(graph, links, *found) for found in why[one.end]),
            )


def _qualifiers(kind: Kind) -> tuple[tuple[str, str], ...]:
    return ((DIRECTION, kind.direction),) if kind.direction else ()


def _reason(graph: StoredGraph, links: Links, weight: float, rule: PathRule, way: Way) -> Reason:
    identities = [
        graph.connection.execute(
            "SELECT identity FROM assertions WHERE id = ?", (link.claim,)
        ).fetchone()[0]
        for link in way.links
    ]
    return Reason(rule=rule_text(links, rule), weight=weight, assertions=tuple(identities))


def rule_text(links: Links, rule: PathRule) -> str:
    """A rule as people read it: ``Chemical affects decreased Gene …``."""
    parts = [links.kinds[rule.steps[0] // 2][3 if rule.steps[0] % 2 else 0]]
    for step in rule.steps:
        kind = links.kinds[step // 2]
        said = f"{kind.predicate} {kind.direction}".strip()
        parts += [f"←{said}—", kind.subject] if step % 2 else [f"—{said}→", kind.object]
    return f"{' '.join(parts)} ({rule.confidence:.2f})".replace("biolink:", "")
