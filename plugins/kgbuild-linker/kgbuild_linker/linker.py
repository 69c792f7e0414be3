"""The linker: which concepts the mentions of a document name, or NIL and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kgbuild import Candidate, Document, Link, Mention
from kgbuild_linker.candidates import Found, candidates
from kgbuild_linker.composites import parts_of_name
from kgbuild_linker.context import Context, read_context
from kgbuild_linker.corrections import Corrections
from kgbuild_linker.ranking import Ranking, features
from kgbuild_linker.records import Group
from kgbuild_linker.terminology import Terminology, group_of
from kgbuild_linker.variants import variant_of

__all__ = ["Linker", "Ranked"]

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate, how likely it is, and the reason as people read it."""

    found: Found
    score: float
    reason: str


class Linker:
    """Links mentions with a terminology and a ranking.

    ``threshold`` is the least score of a link; below it a mention is NIL. ``corrections`` win
    over everything.
    """

    def __init__(
        self,
        terminology: Terminology,
        ranking: Ranking,
        *,
        threshold: float = 0.0,
        corrections: Corrections | None = None,
    ) -> None:
        self.terminology = terminology
        self.ranking = ranking
        self.threshold = threshold
        self.corrections = corrections or Corrections()

    def link(self, document: Document, mentions: Sequence[Mention]) -> Iterable[Link]:
        """A link for each mention of a kind that is linked; none without candidates but NIL."""
        context = read_context(self.terminology, document, mentions)
        known: dict[tuple[str, Group], list[list[Ranked]]] = {}
        for mention in mentions:
            group = group_of(mention.category)
            corrected = self.corrections.link(document, mention)
            if corrected is not None:
                yield corrected
            elif mention.category == "biolink:SequenceVariant":
                yield self._variant(mention)
            elif group is not None:
                name = (" ".join(mention.text.split()), group)
                if name not in known:
                    known[name] = self.named(*name, context)
                yield from self._links(mention, known[name])

    def named(self, name: str, group: Group, context: Context) -> list[list[Ranked]]:
        """The candidates of each thing that a name names, best first."""
        whole = self.ranked(name, group, context)
        if whole and whole[0].found.dropped == 0:
            return [whole]
        for way in parts_of_name(name):
            parts = [self.ranked(part, group, context) for part in way]
            if all(part and part[0].found.dropped == 0 for part in parts):
                return parts
        return [whole]

    def ranked(self, name: str, group: Group, context: Context) -> list[Ranked]:
        """The candidates of one name, best first; an abbreviation through its long form."""
        long = context.expanded(name)
        found = self._scored(long, group, context, f"long form {long!r}, ") if long else []
        return found or self._scored(name, group, context, "")

    def _scored(self, name: str, group: Group, context: Context, through: str) -> list[Ranked]:
        learnt = self.ranking.learnt
        among = candidates(self.terminology, name, group, learnt, context.taxa)
        ranked = []
        for one in among:
            said = features(name, one, among, group, context, learnt)
            reason = f"{through}{one.way}: {one.hit.name}"
            ranked.append(Ranked(one, self.ranking.score(group, said), reason))
        return sorted(ranked, key=lambda one: (-one.score, one.found.hit.curie))

    def _links(self, mention: Mention, parts: list[list[Ranked]]) -> Iterable[Link]:
        for number, ranked in enumerate(parts):
            if not ranked:
                yield Link(mention=mention, reason="no such name", part=number)
            elif ranked[0].score < self.threshold:
                best = ranked[0]
                reason = f"unsure: {best.found.hit.label} has {best.score:.2f}"
                yield Link(mention=mention, reason=reason, part=number)
            else:
                yield Link(
                    mention=mention,
                    candidates=tuple(map(_candidate, ranked[:_SHOWN])),
                    part=number,
                )

    def _variant(self, mention: Mention) -> Link:
        found = variant_of(mention.text)
        if found is None:
            return Link(mention=mention, reason="no variant in a form that is known")
        curie, reason = found
        label = curie.partition(":")[2]
        return Link(mention=mention, candidates=(Candidate(
            concept=curie, score=1.0, reason=reason, label=label),))  # fmt: skip


def _candidate(one: Ranked) -> Candidate:
    hit = one.found.hit
    return Candidate(
        concept=hit.curie, score=round(one.score, 4), reason=one.reason, label=hit.label
    )
