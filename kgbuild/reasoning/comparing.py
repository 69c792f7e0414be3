"""Two claims about one pair, compared: does one follow from the other, do they disagree?

Claims are compared in all their forms: a symmetric predicate in both directions, and every
predicate as its inverse. What is wider is told by the Biolink Model: the predicates above, and
fewer qualifiers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kgbuild.vocabulary import ancestors, inverse, is_symmetric

__all__ = ["OPPOSITES", "Claim", "disagreement", "follows", "forms"]

_TREATS = (
    "biolink:treats",
    "biolink:treats_or_applied_or_studied_to_treat",
    "biolink:ameliorates_condition",
    "biolink:preventative_for_condition",
)
_HARMS = (
    "biolink:causes",
    "biolink:contributes_to",
    "biolink:exacerbates_condition",
    "biolink:has_adverse_event",
    "biolink:has_side_effect",
    "biolink:predisposes_to_condition",
    "biolink:contraindicated_in",
)
_PAIRS = (
    ("biolink:positively_correlated_with", "biolink:negatively_correlated_with"),
    ("biolink:associated_with_resistance_to", "biolink:associated_with_sensitivity_to"),
    (
        "biolink:associated_with_increased_likelihood_of",
        "biolink:associated_with_decreased_likelihood_of",
    ),
)
OPPOSITES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{good: frozenset(_HARMS) for good in _TREATS},
        **{bad: frozenset(_TREATS) for bad in _HARMS},
        **{one: frozenset({other}) for pair in _PAIRS for one, other in (pair, pair[::-1])},
    }
)
"""Predicates that cannot both hold of one pair under the same circumstances.

``treats_or_applied_or_studied_to_treat`` could, where a drug was tried and did harm; but it is what
components say that do not tell a success from a trial, so it is worth a look.
"""

_DIRECTIONS = ("biolink:object_direction_qualifier", "biolink:subject_direction_qualifier")
_UP = frozenset({"increased", "upregulated"})
_DOWN = frozenset({"decreased", "downregulated"})


Form = tuple[str, str, str]


def forms(subject: str, predicate: str, object_: str) -> frozenset[Form]:
    """A claim in every form that says the same.

    >>> sorted(forms("mesh:D1", "biolink:treats", "mesh:D2"))
    [('mesh:D1', 'biolink:treats', 'mesh:D2'), ('mesh:D2', 'biolink:treated_by', 'mesh:D1')]
    """
    found = {(subject, predicate, object_)}
    if is_symmetric(predicate):
        found.add((object_, predicate, subject))
    if (other := inverse(predicate)) is not None:
        found.add((object_, other, subject))
    return frozenset(found)


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """What an assertion claims: all that enters its identity."""

    subject: str
    predicate: str
    object: str
    negated: bool = False
    qualifiers: tuple[tuple[str, str], ...] = ()

    @property
    def forms(self) -> frozenset[Form]:
        """The claim in every form that says the same."""
        return forms(self.subject, self.predicate, self.object)

    @property
    def wider(self) -> Iterator[Form]:
        """What is so wherever the claim is, in every form."""
        for predicate in (self.predicate, *ancestors(self.predicate)):
            yield from forms(self.subject, predicate, self.object)


def follows(claim: Claim, other: Claim) -> bool:
    """Whether a claim holds wherever the other does; of either it is not asked what it denies.

    >>> known = Claim("x:a", "biolink:causes", "x:b")
    >>> follows(Claim("x:a", "biolink:contributes_to", "x:b"), known)
    True
    """
    covered = set(claim.qualifiers) <= set(other.qualifiers)
    return covered and not claim.forms.isdisjoint(other.wider)


def disagreement(one: Claim, other: Claim) -> str | None:
    """How two claims contradict each other: ``denied``, ``opposite``, ``direction``; None if not.

    One denies the other or something wider (what is not affected is not decreased), their
    predicates are opposites, or they go in opposite directions on one aspect.
    """
    if one.negated != other.negated:
        claim, denial = (other, one) if one.negated else (one, other)
        return "denied" if follows(denial, claim) else None
    if one.negated:
        return None
    if not one.forms.isdisjoint(other.forms):
        return "direction" if _opposite_directions(one, other) else None
    opposite = {(s, p, o) for s, told, o in one.forms for p in OPPOSITES.get(told, ())}
    return None if opposite.isdisjoint(other.forms) else "opposite"


def _opposite_directions(one: Claim, other: Claim) -> bool:
    ours, theirs = dict(one.qualifiers), dict(other.qualifiers)
    opposed = False
    for name in _DIRECTIONS:
        directions = {ours.pop(name, ""), theirs.pop(name, "")}
        opposed |= bool(directions & _UP and directions & _DOWN)
    # What is not a direction must be the same: another aspect is another claim. The
    # mechanism follows from the direction (agonism, antagonism), so it is left out.
    for sides in (ours, theirs):
        sides.pop("biolink:causal_mechanism_qualifier", None)
    return opposed and ours == theirs
