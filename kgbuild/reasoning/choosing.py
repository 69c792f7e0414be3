"""Of what one sentence is read to say of a pair of concepts: what says different true things.

Components have several label sets, and each answers for a pair by itself, so one sentence gives
"inhibits", "decreases the activity or abundance of" and "increases" it. Three steps make of these
what a reader of the sentence would write down:

1. *What another says more exactly is folded into that.* A claim follows from a more exact one by
   the Biolink Model (a predicate above, fewer qualifiers), or by the table of relations: it is
   what BioRED's name for the more exact claim means between these two kinds. Its evidence counts
   for the more exact claim, which is right about as often. BioRED's Association is what is left
   where no other name fits: any claim says more than it, and none is the surer for it.
2. *Of contrary claims the surer stays*, if it is surer by ``NEAR``, by calibrated chance.
3. *Else what both say stays*: the predicate above both, without qualifiers; Association where
   that says less than it.

What is denied is not judged, for belief in a claim falls only where that very claim is denied, nor
what a file gave and is trusted. Claims whose sentence says them in different ways (stated,
supposed) are not compared. Evidence that counts for another claim than it was read as says so in a
condition (``READ_AS``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import combinations

from kgbuild.assertion import GIVEN, Evidence
from kgbuild.data.relation_names import (
    NAME_CONDITION,
    Meaning,
    biored_name,
    relation_of,
    relation_table,
)
from kgbuild.reasoning.belief import DEFAULT_MODEL
from kgbuild.reasoning.comparing import Claim, disagreement, follows
from kgbuild.vocabulary import ancestors, in_words, is_symmetric

__all__ = ["NEAR", "READ_AS", "Chosen", "Reading", "chosen"]

_ASSOCIATION = "Association"

NEAR = 0.2
"""Of contrary claims whose chances differ by less neither is taken."""

READ_AS = "read_as"
"""The condition that keeps what a component read, where its evidence counts for another claim."""

FOLDED = "relation: counted with a more exact one of the same sentence"
VAGUE = "relation: an association, where the same sentence says of what kind"
SURER = "relation: contrary to a surer one of the same sentence"
UNDIRECTED = "relation: contrary to one as sure of the same sentence, kept without direction"


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim that a place in a text is read to make, with the evidence of each who reads it so.

    ``kinds`` are the broad categories of its subject and object. ``folded`` is the evidence of
    claims that it says more exactly, of components that do not read it so themselves.
    """

    claim: Claim
    kinds: tuple[str, str]
    evidence: tuple[Evidence, ...]
    folded: tuple[Evidence, ...] = ()

    @property
    def chance(self) -> float:
        """How likely it is right, by its surest evidence."""
        return max(
            DEFAULT_MODEL.calibrated(one.source.component, one.score)
            for one in (*self.evidence, *self.folded)
        )

    @property
    def given(self) -> bool:
        """Whether a file gave it."""
        return any(one.source == GIVEN for one in self.evidence)

    @property
    def named(self) -> bool:
        """Whether a corpus' own name says what the predicate cannot."""
        return any(name == NAME_CONDITION for e in self.evidence for name, _ in e.conditions)

    @property
    def implied(self) -> tuple[Claim, ...]:
        """What the table of relations has it say besides."""
        return _implied(self.claim, self.kinds)

    def says_more(self, other: Reading) -> bool:
        """Whether it says all that the other says, and more."""
        return self._covers(other) and not other._covers(self)

    def _covers(self, other: Reading) -> bool:
        if other.named or self.claim == other.claim:
            return False
        return any(follows(other.claim, said) for said in (self.claim, *self.implied))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The readings that are kept, and how many evidences of others were not, by reason."""

    kept: tuple[Reading, ...]
    drops: Counter[str]


def chosen(readings: Iterable[Reading]) -> Chosen:
    """What one place says of one pair, of all that it is read to say; in whatever order.

    No two readings make the same claim, and all are of one status.
    """
    drops: Counter[str] = Counter()
    exact = _folded(sorted(readings, key=lambda one: one.claim), drops)
    surest = _surest(exact)
    settled = [one for one in surest if one.given or not _against(one, surest)]
    drops[SURER] += _told(exact) - _told(surest)
    drops[UNDIRECTED] += _told(surest) - _told(settled)
    unsettled = [one for one in surest if one not in settled]
    together = _united([*settled, *_in_common(unsettled)])
    kept = sorted(_folded(together, Counter()), key=lambda one: one.claim)
    return Chosen(tuple(kept), +drops)


def _told(readings: Iterable[Reading]) -> int:
    return sum(len(one.evidence) for one in readings)


def _folded(readings: Sequence[Reading], drops: Counter[str]) -> list[Reading]:
    """The readings that none says more exactly, each with the evidence of those that it does."""
    general = [
        one for one in readings if not one.given and any(other.says_more(one) for other in readings)
    ]
    exact = {one.claim: one for one in readings if one not in general}
    for one in general:
        vague = one.claim.predicate in _associations()
        drops[VAGUE if vague else FOLDED] += len(one.evidence)
        above = [other for other in exact.values() if other.says_more(one)]
        if above and not vague:
            surest = max(above, key=lambda other: other.chance)
            exact[surest.claim] = _backed(surest, _as(surest.claim, one).evidence)
    return list(exact.values())


def _backed(reading: Reading, evidence: Iterable[Evidence]) -> Reading:
    """A reading with more evidence; who reads it so already is as sure as of either."""
    more = {one.id: one for one in evidence}
    own = tuple(
        replace(one, score=max(one.score, more.pop(one.id, one).score)) for one in reading.evidence
    )
    return replace(reading, evidence=own, folded=(*reading.folded, *more.values()))


@cache
def _associations() -> frozenset[str]:
    """The predicates that say that two things are related, and not how."""
    rows = (row for row in relation_table() if _ASSOCIATION in row.names)
    found = {row.meaning.predicate for row in rows}
    return frozenset({*found, *(above for one in found for above in ancestors(one))})


@lru_cache(maxsize=4096)
def _implied(claim: Claim, kinds: tuple[str, str]) -> tuple[Claim, ...]:
    """What BioRED's name for a claim means between these kinds, and that they are associated."""
    name = biored_name(claim.predicate, claim.qualifiers)
    found = [relation_of(one, *kinds) for one in dict.fromkeys((name, _ASSOCIATION))]
    if name != _ASSOCIATION and found[0] and found[0].swapped and not is_symmetric(claim.predicate):
        del found[0]  # what a gene does to a chemical is not what this does to the gene
    meant = (_meant(meaning, claim) for meaning in found if meaning)
    return tuple(one for one in meant if claim.predicate not in ancestors(one.predicate))


def _meant(meaning: Meaning, claim: Claim) -> Claim:
    """What a name of a relation means between the ends of a claim."""
    subject, object_ = claim.subject, claim.object
    if meaning.swapped:
        subject, object_ = object_, subject
    return Claim(subject, meaning.predicate, object_, qualifiers=tuple(sorted(meaning.qualifiers)))


def _contrary(one: Reading, other: Reading) -> bool:
    """Whether two readings disagree, or one does with what the other implies."""
    pairs = [(one.claim, said) for said in (other.claim, *other.implied)]
    pairs += [(said, other.claim) for said in one.implied]
    return any(disagreement(*pair) for pair in pairs)


def _against(one: Reading, others: Iterable[Reading]) -> list[Reading]:
    return [other for other in others if _contrary(one, other)]


def _surest(readings: Sequence[Reading]) -> Sequence[Reading]:
    """The readings without those that are contrary to one that is surer than all against it."""
    sure = [
        one
        for one in readings
        if one.given or all(one.chance >= no.chance + NEAR for no in _against(one, readings))
    ]
    left = [one for one in readings if one.given or not _against(one, sure)]
    return left if len(left) == len(readings) else _surest(left)


def _in_common(readings: Iterable[Reading]) -> Iterator[Reading]:
    """What each two contrary readings say both, with the evidence of both."""
    for one, other in combinations(readings, 2):
        if _contrary(one, other):
            claim = _common(one, other)
            yield from (_as(claim, reading) for reading in (one, other))


def _common(one: Reading, other: Reading) -> Claim:
    """What two contrary claims say both: the predicate above them, or that there is a relation."""
    meaning = relation_of(_ASSOCIATION, *one.kinds)
    assert meaning is not None  # BioRED has this name between any two kinds
    ours, theirs = ([c.predicate, *ancestors(c.predicate)] for c in (one.claim, other.claim))
    above = next(predicate for predicate in ours if predicate in theirs)
    ends = [(reading.claim.subject, reading.claim.object) for reading in (one, other)]
    if ends[0] == ends[1] and above not in ancestors(meaning.predicate):
        return Claim(one.claim.subject, above, one.claim.object)
    found = _meant(meaning, one.claim)
    if is_symmetric(found.predicate) and found.object < found.subject:
        return replace(found, subject=found.object, object=found.subject)
    return found


def _as(claim: Claim, reading: Reading) -> Reading:
    """A claim of the same ends with the evidence of a reading, whose ends may stand in turn."""
    said = (READ_AS, in_words(reading.claim.predicate, reading.claim.qualifiers))
    evidence = (*(_marked(one, said) for one in reading.evidence), *reading.folded)
    if claim.subject == reading.claim.subject:
        return Reading(claim, reading.kinds, evidence)
    turned = (
        replace(one, subject_span=one.object_span, object_span=one.subject_span) for one in evidence
    )
    return Reading(claim, (reading.kinds[1], reading.kinds[0]), tuple(turned))


def _marked(evidence: Evidence, said: tuple[str, str]) -> Evidence:
    """The evidence with what it was read as; what is told of it already stays."""
    if READ_AS in dict(evidence.conditions):
        return evidence
    return replace(evidence, conditions=(*evidence.conditions, said))


def _united(readings: Iterable[Reading]) -> list[Reading]:
    """The readings, those of one claim as one."""
    united: dict[Claim, Reading] = {}
    for one in readings:
        same = united.setdefault(one.claim, one)
        if same is not one:
            united[one.claim] = replace(same, evidence=_together((*same.evidence, *one.evidence)))
    return list(united.values())


def _together(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The evidence by identity; of twins the surer, with what either was read as."""
    united: dict[str, Evidence] = {}
    for one in evidence:
        twin = united.setdefault(one.id, one)
        if twin is not one:
            surer, other = (one, twin) if twin.score < one.score else (twin, one)
            read = [had for had in other.conditions if had[0] == READ_AS]
            united[one.id] = replace(surer, conditions=(*surer.conditions, *read))
    return tuple(united.values())
