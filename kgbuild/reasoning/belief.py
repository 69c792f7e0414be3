"""How far a claim may be believed, from its evidence: a number in [0, 1].

Four steps. ``s`` is the score that a component gave a relation, ``l`` that of its ends' links.

1. *Weight of one evidence*: ``w = c(s) · h(status) · g(section) · n(document)``. ``c`` calibrates
   the scores of that component, ``h`` is how far a way of saying a thing counts (stated 1,
   hypothesis 0.4 …), ``g`` the same of the place (methods 0.8 …). ``n`` is 0 for a retracted
   document, 0.5 for one of which its publisher expressed concern.
2. *Copies count once*: evidence with the same words (case and white space apart) is one
   statement, as heavy as its heaviest copy: two components over one sentence, an abstract and
   its full text, a preprint and its article. Documents that share a statement are one witness.
3. *A witness*: ``W = (1 - ε) · E[1 - Π (1 - w_k) ** ρ**k]`` over its statements, the heaviest
   first, ``k`` = 0, 1, … ``ε`` is what repeating oneself cannot mend: the authors are wrong.
   ``ρ`` is how much each further statement of one witness counts of the one before: they share
   an author, a context and a component. ``E`` is the mean over what the names may mean: a
   statement counts with probability ``l``, and the less surely linked one only where the surer
   one does, for one paper means one thing by a name. Where all have one ``l``, ``W`` is ``l``
   times what it would be.
4. *All witnesses*: ``b = 1 - Π (1 - W)``: they err independently.

With ``ρ`` = 1 this is INDRA's model of random and systematic errors (Gyori et al. 2017), with
calibrated scores for its constants, and witnesses for its readers. Where texts also deny the
claim, with ``b'`` for the denial, both are weighed by Dempster's rule: ``b (1 - b') / (1 - b b')``.

Laws, tested: in [0, 1]; more independent evidence never lowers it; a copy never raises it;
belief in a claim and in its denial never add up to more than 1.

    >>> said = Statement("aspirin treats pain.", "pubmed:1", 0.8)
    >>> weigh([said]), weigh([said, Statement("Aspirin treats  pain.", "pmc:2", 0.8)])
    (0.76, 0.76)
    >>> weigh([said._replace(linked=0.5)])
    0.38
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from kgbuild.annotation import Status
from kgbuild.assertion import Assertion, Evidence
from kgbuild.document import Notice, NoticeKind, SectionKind
from kgbuild.errors import ContractError

__all__ = [
    "DEFAULT_MODEL",
    "BeliefModel",
    "Statement",
    "against",
    "belief",
    "reviewed",
    "standing",
    "weigh",
    "weight",
]

_STATUS: Mapping[str, float] = MappingProxyType(
    {
        Status.STATED: 1.0,
        Status.REPORTED: 0.8,
        Status.BACKGROUND: 0.8,
        Status.SPECULATED: 0.9,
        Status.HYPOTHESIS: 0.4,
        Status.QUESTION: 0.4,
    }
)
_SECTION: Mapping[str, float] = MappingProxyType(
    {
        SectionKind.INTRODUCTION: 0.9,
        SectionKind.METHODS: 0.8,
        SectionKind.HEADING: 0.8,
        SectionKind.BACK: 0.5,
        SectionKind.ABBREVIATIONS: 0.5,
    }
)
_CONCERN = 0.5
_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class BeliefModel:
    """The numbers of the formula.

    ``shared_error`` is ε, ``repetition`` ρ, ``status`` h, ``section`` g (1 for a section that it
    does not have). ``calibration`` maps a component's name to the slope
    and intercept of a logistic function of the logit of its score; a component that is not
    there is taken at its word.
    """

    shared_error: float = 0.05
    repetition: float = 1.0
    status: Mapping[str, float] = field(default_factory=lambda: _STATUS)
    section: Mapping[str, float] = field(default_factory=lambda: _SECTION)
    calibration: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def calibrated(self, component: str, score: float) -> float:
        """The probability that what the component found with this score is right.

        Raises ContractError for a score outside [0, 1].
        """
        if not 0.0 <= score <= 1.0:
            raise ContractError(f"a score is in [0, 1], not {score}", component=component)
        if component not in self.calibration:
            return score
        slope, intercept = self.calibration[component]
        bounded = min(max(score, 1e-6), 1 - 1e-6)
        logit = math.log(bounded / (1 - bounded))
        return 1 / (1 + math.exp(-(slope * logit + intercept)))

    def weight(self, component: str, score: float, status: str, section: str) -> float:
        """Step 1 of the formula, the document's standing aside."""
        said = self.status[status] * self.section.get(section, 1.0)
        return self.calibrated(component, score) * said


DEFAULT_MODEL = BeliefModel(
    repetition=0.3,
    calibration={"spacy-rules": (0.08, 0.0), "transformer-relations": (1.0, 0.2)},
)
"""What ships. What a rule of kgbuild-spacy is worth, which always scores 1, is near the best fit on
half of the training texts of BC5CDR and BioRED (``benchmarks/belief.py``): 0.75. The transformer
scores a pair for a whole text and each of its sentences has that score. ``ρ`` and what is supposed
or asked are those that ``benchmarks/belief_shipped.py`` finds likeliest; it would have the
transformer's intercept higher (0.4), which edges that were judged by hand do not bear out. ``ε`` is
INDRA's; the other weights are estimates.
"""
_IN_FULL: Mapping[str, float] = MappingProxyType({})


def belief(
    assertion: Assertion,
    denial: Assertion | None = None,
    *,
    standings: Mapping[str, float] = _IN_FULL,
    model: BeliefModel = DEFAULT_MODEL,
) -> float:
    """How far the assertion may be believed.

    ``denial`` is the same claim with ``negated`` the other way, if the graph has it.
    ``standings`` has the CURIEs of documents whose evidence counts less: see :func:`standing`.
    """

    def strength(claim: Assertion) -> float:
        statements = [
            Statement(e.text, e.document, weight(e, standings, model), e.link_score)
            for e in claim.evidence
        ]
        found = weigh(statements, model)
        return reviewed(found, [review.verdict.value for review in claim.reviews])

    return against(strength(assertion), strength(denial) if denial else 0.0)


def weight(
    evidence: Evidence,
    standings: Mapping[str, float] = _IN_FULL,
    model: BeliefModel = DEFAULT_MODEL,
) -> float:
    """The weight of one evidence: its calibrated score, less where the text hedges."""
    told = model.weight(
        evidence.source.component, evidence.score, evidence.status, evidence.section
    )
    return told * standings.get(evidence.document, 1.0)


def standing(notices: Iterable[Notice]) -> float:
    """How far a document's evidence counts after what its publisher said of it.

    0 for a retracted one, 0.5 for one under an expression of concern, else 1.
    """
    said = {notice.kind for notice in notices if notice.incoming}
    if NoticeKind.RETRACTION in said:
        return 0.0
    return _CONCERN if NoticeKind.CONCERN in said else 1.0


class Statement(NamedTuple):
    """What is weighed: the words of an evidence, its document, its weight, and its link score."""

    words: str
    document: str
    weight: float
    linked: float = 1.0


def weigh(statements: Iterable[Statement], model: BeliefModel = DEFAULT_MODEL) -> float:
    """Steps 2 to 4 of the formula: from statements to one number."""
    statements = list(statements)
    if len(statements) == 1:  # most claims are made once, and this is much faster
        [(_, _, heavy, linked)] = statements
        return round((1 - model.shared_error) * heavy * linked, _DIGITS)
    copies: dict[str, list[Statement]] = {}
    for one in statements:
        copies.setdefault(" ".join(one.words.casefold().split()), []).append(one)
    doubt = 1.0
    for witness in _witnesses({words: {one.document for one in copies[words]} for words in copies}):
        told = _expected([copies[words] for words in witness], model.repetition)
        doubt *= 1 - (1 - model.shared_error) * told
    return round(1 - doubt, _DIGITS)


def _expected(told: Sequence[Sequence[Statement]], repetition: float) -> float:
    """What the statements of a witness, each with its copies, are worth on average over ``l``."""
    levels = sorted({one.linked for copies in told for one in copies} | {0.0}, reverse=True)
    return sum(
        (level - below) * _repeated([_heaviest(copies, level) for copies in told], repetition)
        for level, below in pairwise(levels)
    )


def _heaviest(copies: Iterable[Statement], level: float) -> float:
    """The weight of the heaviest copy that is linked this surely; 0 where none is."""
    return max((one.weight for one in copies if one.linked >= level), default=0.0)


def _repeated(weights: Iterable[float], repetition: float) -> float:
    heaviest_first = enumerate(sorted(weights, reverse=True))
    missed: float = math.prod((1 - w) ** repetition**k for k, w in heaviest_first)
    return 1 - missed


def _witnesses(documents: Mapping[str, set[str]]) -> list[list[str]]:
    """The statements, those in one list that documents join, in a fixed order."""
    groups: list[tuple[set[str], list[str]]] = []
    for statement in sorted(documents):
        held, told = set(documents[statement]), [statement]
        apart = []
        for other_held, other_told in groups:
            if held.isdisjoint(other_held):
                apart.append((other_held, other_told))
            else:
                held |= other_held
                told = other_told + told
        groups = [*apart, (held, told)]
    return sorted(sorted(told) for _, told in groups)


_ACCEPTED = 0.99


def reviewed(strength: float, verdicts: Iterable[str]) -> float:
    """The strength after people's opinions: a rejection ends it, an acceptance is a witness."""
    opinions = set(verdicts)
    if "rejected" in opinions:
        return 0.0
    if "accepted" in opinions:
        return round(1 - (1 - strength) * (1 - _ACCEPTED), _DIGITS)
    return strength


def against(strength: float, denial: float) -> float:
    """The belief in a claim where texts also deny it (Dempster's rule of combination).

    >>> against(0.9, 0.0), against(0.9, 0.9) < 0.5
    (0.9, True)
    """
    if not denial:
        return strength
    if strength * denial == 1.0:
        return 0.5
    return round(strength * (1 - denial) / (1 - strength * denial), _DIGITS)
