"""How good predictions are: hide links, ask for them, and say at which rank they come.

Links are hidden by date (what papers from that day on say) or by lot, all links of a pair of
concepts together, so that no other link between the two gives the answer away. Ranks are
*filtered*: what is known to be true besides does not count against an answer. The candidates
are all concepts of the right category that were known; ties count half (Berrendorf et al. 2020).
Beside every figure stands that of a guess that knows the degrees alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph
from kgbuild.prediction.general import Above, without_general
from kgbuild.prediction.learning import LEAST, Learnt, folds, learn, outcomes
from kgbuild.prediction.links import Link, Links, links_of, pair
from kgbuild.prediction.scoring import popularity, scores

__all__ = ["KindEvaluation", "Ranking", "calibration_error", "evaluate", "filtered_rank", "split"]

_ASKED = 200
_STARTS = 400
_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Mean reciprocal rank, and the share of answers among the first 1, 3 and 10."""

    mrr: float
    hits_1: float
    hits_3: float
    hits_10: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KindEvaluation:
    """How well links of one kind are predicted.

    ``asked`` questions were ranked, two for each hidden link: for its object, for its subject.
    ``cases`` suggestions were compared with what was hidden: ``brier`` is the mean squared error
    of their probabilities, ``base_brier`` that of always giving the mean, ``ece`` the expected
    calibration error.
    """

    kind: str
    known: int
    hidden: int
    rules: int
    asked: int
    ranking: Ranking
    degree: Ranking
    cases: int
    brier: float
    base_brier: float
    ece: float


def evaluate(
    graph: StoredGraph, *, before: str = "", seed: int = 0, above: Above | None = None
) -> list[KindEvaluation]:
    """Evaluate each kind of which there are links enough, the most frequent first.

    With ``before``, a year or an ISO date, what is learnt from is the graph as it was then, and
    what is asked for is what later papers said. Else a fifth of the links is hidden by lot.
    Concepts that are too general (:mod:`kgbuild.prediction.general`) are left aside.
    Raises UsageError where nothing is hidden that could be asked for.
    """
    known, hidden = split(graph, before=before, seed=seed, above=above)
    found = []
    for kind in range(len(known.kinds)):
        asked = list(islice(sorted(hidden.of_kind(kind), key=lambda one: one.claim), _ASKED))
        if asked and (learnt := learn(known, kind, seed=seed)):
            found.append(_evaluated(known, hidden, learnt, asked))
    if not found:
        raise UsageError(
            "there are too few links to learn from, or none to be asked for",
            hints=[f"{LEAST} links of one kind are needed before, and one after"],
        )
    return sorted(found, key=lambda one: (-one.known, one.kind))


def split(
    graph: StoredGraph, *, before: str = "", seed: int = 0, above: Above | None = None
) -> tuple[Links, Links]:
    """What may be learnt from, and what was hidden; they share no pair of concepts.

    Hidden are only links between concepts that are known.
    """
    everything = links_of(graph)
    if before:
        then = links_of(graph, before=before, kinds=everything.kinds)
        known = without_general(graph, then, above)
        seen = {pair(link) for link in known.links}
        hidden = {pair(link) for link in everything.links} - seen
    else:
        everything = without_general(graph, everything, above)
        hidden, *rest = folds(everything, seed)
        known = everything.within(set().union(*rest))
    return known, everything.within(
        {ends for ends in hidden if known.degree(ends[0]) and known.degree(ends[1])}
    )


def _evaluated(
    known: Links, hidden: Links, learnt: Learnt, asked: Sequence[Link]
) -> KindEvaluation:
    kind = learnt.kind
    ranks: tuple[list[float], list[float]] = [], []
    for by_rules, by_degree in _ranks(known, hidden, learnt, asked):
        ranks[0].append(by_rules)
        ranks[1].append(by_degree)
    starts = known.of_category(known.kinds[kind].subject)[:_STARTS]
    cases = [
        (learnt.calibration.probability(score), true)
        for start in starts
        for score, true in outcomes(known, list(learnt.rules), hidden, kind, start)
    ]
    rate = sum(true for _, true in cases) / len(cases) if cases else 0.0
    return KindEvaluation(
        kind=str(known.kinds[kind]),
        known=len(list(known.of_kind(kind))),
        hidden=len(list(hidden.of_kind(kind))),
        rules=len(learnt.rules),
        asked=len(ranks[0]),
        ranking=_ranking(ranks[0]),
        degree=_ranking(ranks[1]),
        cases=len(cases),
        brier=_brier(cases),
        base_brier=_brier([(rate, true) for _, true in cases]),
        ece=calibration_error(cases),
    )


def _ranks(
    known: Links, hidden: Links, learnt: Learnt, asked: Sequence[Link]
) -> Iterator[tuple[float, float]]:
    """The rank of each answer, by the rules and by degree."""
    kind = learnt.kind
    ends = known.kinds[kind].object, known.kinds[kind].subject
    for backwards in (False, True):
        guess = popularity(known, kind, backwards=backwards)
        step = known.back(2 * kind) if backwards else 2 * kind
        candidates = known.of_category(ends[backwards])
        for link in asked:
            here, answer = (link.object, link.subject) if backwards else link[1:3]
            true = {here, *known.onward(here, step), *hidden.onward(here, step)}
            among = [one for one in candidates if one not in true or one == answer]
            scored = scores(known, learnt.rules, here, backwards=backwards)
            yield filtered_rank(scored, answer, among), filtered_rank(guess, answer, among)


def filtered_rank(scored: Mapping[int, float], answer: int, among: Sequence[int]) -> float:
    """The rank of the answer among candidates; those without a score have 0, ties count half.

    >>> filtered_rank({1: 0.9, 2: 0.5, 3: 0.5}, 2, [1, 2, 3, 4])
    2.5
    """
    own = scored.get(answer, 0.0)
    others = [scored.get(one, 0.0) for one in among if one != answer]
    return 1 + sum(other > own for other in others) + sum(other == own for other in others) / 2


def _ranking(ranks: Sequence[float]) -> Ranking:
    count = len(ranks) or 1
    return Ranking(
        mrr=round(sum(1 / rank for rank in ranks) / count, 6),
        hits_1=round(sum(rank <= 1 for rank in ranks) / count, 6),
        hits_3=round(sum(rank <= 3 for rank in ranks) / count, 6),
        hits_10=round(sum(rank <= 10 for rank in ranks) / count, 6),
    )


def _brier(cases: Sequence[tuple[float, bool]]) -> float:
    return round(sum((p - true) ** 2 for p, true in cases) / (len(cases) or 1), 6)


def calibration_error(cases: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error over ten bins of equal width.

    >>> calibration_error([(0.5, True), (0.5, False)])
    0.0
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for probability, true in cases:
        bins.setdefault(min(int(probability * _BINS), _BINS - 1), []).append((probability, true))
    off = [abs(sum(p for p, _ in some) - sum(true for _, true in some)) for some in bins.values()]
    return round(sum(off) / (len(cases) or 1), 6)
