"""The linker: which concepts the mentions of a document name, or NIL and why."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kgbuild import Candidate, Document, Link, Mention
from kgbuild_linker.candidates import Doubt, Found, Way, candidates
from kgbuild_linker.composites import parts_of_name
from kgbuild_linker.context import Context, read_context
from kgbuild_linker.corrections import Corrections
from kgbuild_linker.document_variants import known_variant, variant_key, variants_of
from kgbuild_linker.hereditary import told_by_families
from kgbuild_linker.keys import keys
from kgbuild_linker.phrases import said_otherwise
from kgbuild_linker.ranking import Ranking, features
from kgbuild_linker.records import Group
from kgbuild_linker.terminology import Terminology, group_of
from kgbuild_linker.within import within_another

__all__ = ["Linker", "Ranked"]

_SHOWN = 5
_LEAST_OF_NEAR = 0.35
"""A third of what was near with less was right, on the development halves."""
_MOSTLY = 0.5
_TAKEN_APART = 0.9
"""Of what parts of a name had, so much was right in cross-validation on the train halves: a name
may mean one thing, though its parts have meanings too."""
_HEAD = re.compile(r"[ -](receptor|complex)(?:e?s)?\b")
"""Behind the name of a gene: what binds its product, or has it as a part."""
_PROCEDURE = re.compile(r"\w(?:ectom|otom|plast|scop)(?:y|ies)$", re.IGNORECASE)
_VERY_NAME = (Way.EXACT, Way.SPELLING)
_CALLED_SO = (Way.EXACT, Way.SPELLING, Way.WORDS, Way.SENSE, Way.LEARNT)
_OF_GIVEN = {Group.DISEASE: 0.5}
"""The share of the threshold that a mention needs which was given: of 12,870 diseases in the train
halves 33 were no concept's, so that the likeliest is more often right than none is."""
_SURER = 1.5
"""The odds that a gene's link is right are so much those that the ranking gives: it learnt from
names that are doubted here, too, and no links (cross-validation on BioRED's train half)."""
_SOLE = 0.9
"""Where one concept alone has a name, it was meant in 95% of the diseases and 98% of the chemicals
of the train halves."""
_OF_FAMILY = 0.8
"""The share of its score that a gene keeps whose family is named: annotators took it for that, by
a convention; who says "PKC" means no one of its twelve."""
_TOLD = 0.7
"""How often the concept that a phrase tells was meant, where the phrase is no concept's name."""
_BESIDE = 0.87
"""How often the words beside a name told which of two was meant, on the train halves."""
_OF_RULE = {
    "rs number": 1.0, "rs number beside it": 0.95,
    "known change of a gene of the document": 0.8, "frame shift": 0.95,
    "deletion or insertion": 0.5, "base change": 0.38, "protein change": 0.32,
    "genotype of a change of the document": 0.15,
}  # fmt: skip
"""How often a rule's identifier was the annotators', in BioRED's papers: a change without its
gene names no one variant, and most have an rs number."""


class _Meant(NamedTuple):
    """The name that a mention is linked by, and how it was told where it is not its own."""

    name: str
    group: Group
    told: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate, how likely it is, and the reason as people read it."""

    found: Found
    score: float
    reason: str


class Linker:
    """Links mentions with a terminology and a ranking.

    ``threshold`` is the least score of a link; below it a mention is NIL. ``corrections`` win
    over everything. ``exact`` are prefixes of vocabularies of which a concept is the answer where
    it has the very name, though no annotator could choose it.
    """

    def __init__(
        self,
        terminology: Terminology,
        ranking: Ranking,
        *,
        threshold: float = 0.0,
        corrections: Corrections | None = None,
        exact: Collection[str] = (),
    ) -> None:
        self.terminology = terminology
        self.ranking = ranking
        self.threshold = threshold
        self.corrections = corrections or Corrections()
        self.exact = frozenset(exact)

    def link(self, document: Document, mentions: Sequence[Mention]) -> Iterable[Link]:
        """A link for each mention of a kind that is linked; none without candidates but NIL."""
        context = read_context(self.terminology, document, mentions)
        self._prepare(mentions, context)
        known: dict[_Meant, list[_Part]] = {}
        changes: list[Mention] = []
        genes: set[str] = set()
        for mention in mentions:
            group = group_of(mention.category)
            corrected = self.corrections.link(document, mention)
            if corrected is not None:
                yield self._labelled(corrected)
            elif mention.category == "biolink:SequenceVariant":
                changes.append(mention)
            elif group is not None and within_another(document.text, mention.span, group):
                yield Link(mention=mention, reason="part of the name of something else")
            elif group is not None:
                meant = self._name_meant(document, mention, group)
                if meant not in known:
                    known[meant] = list(map(_part, self._all_named(meant, context)))
                links = list(self._links(mention, known[meant]))
                if group is Group.GENE:
                    genes.update(one.candidates[0].label for one in links if one.candidates)
                yield from links
        yield from self._variants(document, changes, genes)

    def _name_meant(self, document: Document, mention: Mention, group: Group) -> _Meant:
        """The name, with "receptor" or "complex" behind it where that is a name, too."""
        name = _name(mention)
        told = told_by_families(document.text, mention.span) if group is Group.DISEASE else ()
        if told and all(self.terminology.find(keys(one).spelling) for one in told):
            return _Meant(", ".join(told), group, "by the words beside it, ")
        head = _HEAD.match(document.text, mention.span.end) if group is Group.GENE else None
        if head is None:
            return _Meant(name, group)
        longer = f"{name} {head[1]}"
        return _Meant(longer if self.terminology.find(keys(longer).spelling) else name, group)

    def _all_named(self, meant: _Meant, context: Context) -> list[list[Ranked]]:
        """As ``named``; what the words beside a name tell is less sure, and says so."""
        several = self.named(meant.name, meant.group, context)
        if not meant.told:
            return several
        return [
            [
                replace(one, score=_BESIDE * one.score, reason=meant.told + one.reason)
                for one in part
            ]
            for part in several
        ]

    def _prepare(self, mentions: Iterable[Mention], context: Context) -> None:
        """What is near the document's names is found at once, which is faster."""
        names = {(_name(mention), group_of(mention.category)) for mention in mentions}
        self.ranking.prepare(
            {(context.expanded(name) or name, group) for name, group in names if group is not None}
        )

    def named(self, name: str, group: Group, context: Context) -> list[list[Ranked]]:
        """The candidates of each thing that a name names, best first."""
        if together := self._together(name, group, context):
            return together
        best = [self.ranked(name, group, context)]
        for way in parts_of_name(name):
            parts = [_taken_apart(self.ranked(part, group, context)) for part in way]
            if _surest(parts) > _surest(best):
                best = parts
        return best

    def _together(self, name: str, group: Group, context: Context) -> list[list[Ranked]]:
        """The concepts that annotators mostly said a name to name at once; empty for most names."""
        chosen = self.ranking.chosen(context.expanded(name) or name, group)
        if not chosen:
            return []
        choice = max(chosen, key=lambda one: (chosen[one], one))
        share = chosen[choice] / (sum(chosen.values()) + 1)
        known = (self.terminology.hit(curie, name) for curie in choice.split("+"))
        hits = [hit for hit in known if hit and (not hit.taxon or hit.taxon in context.taxa)]
        if len(hits) < 2 or share < _MOSTLY:
            return []
        return [[Ranked(Found(hit, Way.LEARNT), share, f"{Way.LEARNT}: {name}")] for hit in hits]

    def ranked(self, name: str, group: Group, context: Context) -> list[Ranked]:
        """The candidates of one name, best first; an abbreviation through its long form."""
        long = context.expanded(name)
        through = f"long form {long!r}, "
        found = self._scored(long, group, context, through, written=name) if long else []
        if found and found[0].score >= _MOSTLY:
            return found
        found = max(found, self._scored(name, group, context, ""), key=lambda one: _surest([one]))
        if (likely := context.unexplained.get(name)) and self._is_nil(found):
            return self._scored(likely, group, context, f"may stand for {likely!r}, ")
        if group is Group.DISEASE and (told := self._told(long or name, found, context)):
            return told
        return self._very_name_first(found, group)

    def _told(self, name: str, found: list[Ranked], context: Context) -> list[Ranked]:
        """The candidates of what a phrase tells, if no concept is called so; empty for most."""
        called_so = found and found[0].found.way in _CALLED_SO
        if called_so or parts_of_name(name) or not (name := said_otherwise(name)):
            return []
        told = self._scored(name, Group.DISEASE, context, f"tells of {name!r}, ")
        if not told:
            return []
        best, *others = told
        return [replace(best, score=max(best.score, _TOLD)), *others]

    def _very_name_first(self, ranked: list[Ranked], group: Group) -> list[Ranked]:
        """A concept that has the very name and that no annotator could choose, if no other has it.

        That is one of a vocabulary in ``exact``, or of one that the ranking knows nothing of.
        """
        named = [one for one in ranked if one.found.way in _VERY_NAME]
        beyond = [one for one in named if self._is_beyond(one.found, group)]
        if not beyond or not self._is_nil([one for one in named if one not in beyond]):
            return ranked
        first, *_ = beyond
        sure = Ranked(replace(first.found, doubt=None), max(first.score, _SOLE), first.reason)
        return _best_first([sure, *(one for one in ranked if one is not first)])

    def _is_beyond(self, found: Found, group: Group) -> bool:
        curie = found.hit.curie
        chosen = curie.partition(":")[0] in self.exact or not self.ranking.knows(curie, group)
        return chosen and found.doubt is not Doubt.SHORT

    def _is_nil(self, ranked: list[Ranked]) -> bool:
        return not ranked or ranked[0].score < self.threshold or ranked[0].found.doubt is not None

    def _scored(
        self, name: str, group: Group, context: Context, through: str, written: str = ""
    ) -> list[Ranked]:
        query = self.ranking.query(name, group, context, written)
        among = candidates(self.terminology, query)
        scores = self.ranking.scores(group, features(query, among))
        ranked = [
            Ranked(one, score, f"{through}{one.way}: {one.hit.name}")
            for one, score in zip(among, scores, strict=True)
        ]
        return _best_first(ranked)

    def _links(self, mention: Mention, parts: list[_Part]) -> Iterable[Link]:
        for number, (best, shown) in enumerate(parts):
            if reason := self._doubt(mention, best):
                yield Link(mention=mention, reason=reason, part=number)
            else:
                yield Link(mention=mention, candidates=shown, part=number)

    def _doubt(self, mention: Mention, best: Ranked | None) -> str:
        """Why a mention is NIL; empty where it is not."""
        if best is None:
            return "no such name"
        label = best.found.hit.label
        if best.score < self._least(mention, best):
            tagged = f", and the mention {mention.score:.2f}" if mention.score < 1 else ""
            return f"unsure: {label} has {best.score:.2f}{tagged}"
        if best.found.way is Way.NEAR and _PROCEDURE.search(mention.text):
            return f"a procedure: {label} is no more than near in meaning"
        if best.found.doubt:
            return f"{best.found.doubt}: {label} is called so, but nothing says that it is meant"
        return ""

    def _labelled(self, link: Link) -> Link:
        """A curator's link with the label of its concept, where the terminology knows it."""
        hit = self.terminology.hit(link.concept) if link.concept else None
        if hit is None:
            return link
        return replace(link, candidates=(replace(link.candidates[0], label=hit.label),))

    def _least(self, mention: Mention, best: Ranked) -> float:
        """The least score of a link.

        A mention that a tagger found may be none: both together have to reach the threshold. What
        is no more than near in meaning to such a one has to be surer still.
        """
        if mention.score >= 1:
            group = group_of(mention.category)
            return self.threshold * (_OF_GIVEN.get(group, 1.0) if group is not None else 1.0)
        least = self.threshold / max(mention.score, self.threshold)
        return max(least, _LEAST_OF_NEAR) if best.found.way is Way.NEAR else least

    def _variants(
        self, document: Document, mentions: Sequence[Mention], genes: Collection[str]
    ) -> Iterable[Link]:
        """A link for each variant, with the genes that the document names."""

        def known(change: str) -> str:
            numbers = (self._known_variant(gene, change) for gene in sorted(genes))
            return next(filter(None, numbers), "")

        changes = variants_of(document, mentions, known)
        for mention in mentions:
            change = changes[mention.text]
            if change is None:
                yield Link(mention=mention, reason="no variant in a form that is known")
                continue
            candidate = Candidate(
                concept=change.curie,
                score=_OF_RULE[change.rule],
                reason=change.rule,
                label=change.curie.partition(":")[2],
            )
            yield Link(mention=mention, candidates=(candidate,))

    def _known_variant(self, gene: str, change: str) -> str:
        chosen = self.ranking.learnt.get(variant_key(gene, change), {})
        return max(chosen, key=lambda one: (chosen[one], one), default=known_variant(gene, change))


def _best_first(ranked: list[Ranked]) -> list[Ranked]:
    return sorted(ranked, key=lambda one: (-one.score, one.found.hit.curie))


def _name(mention: Mention) -> str:
    return " ".join(mention.text.split())


_Part = tuple[Ranked | None, tuple[Candidate, ...]]
"""The best of the candidates of one thing that a name names, and those that a link shows."""


def _part(ranked: list[Ranked]) -> _Part:
    return (ranked[0] if ranked else None, tuple(_shown(ranked[:_SHOWN])))


def _shown(ranked: list[Ranked]) -> Iterator[Candidate]:
    """The candidates with scores that are as often right; they and none make 1 at most.

    None is surer than the first, which may be a family's gene and worth less for it.
    """
    if not ranked:
        return
    best, *others = ranked
    surer = _surer(best)
    yield _candidate(best, surer)
    less = (1 - surer) / max(1 - best.score, 1e-9)
    yield from (_candidate(one, min(surer, one.score * less)) for one in others)


def _surer(one: Ranked) -> float:
    """How often such a link is right. A family is no gene: its score is measured by itself."""
    is_gene = one.found.hit.group is Group.GENE and one.found.hit.taxon
    odds = _SURER if is_gene else 1.0
    sure = odds * one.score / (1 - one.score + odds * one.score)
    return sure * _OF_FAMILY if one.found.of_family else sure


def _taken_apart(ranked: list[Ranked]) -> list[Ranked]:
    return [replace(one, score=one.score * _TAKEN_APART) for one in ranked]


def _surest(parts: list[list[Ranked]]) -> float:
    """The score of the least sure of several things that a name names."""
    return min(part[0].score if part else 0.0 for part in parts)


def _candidate(one: Ranked, score: float) -> Candidate:
    hit = one.found.hit
    return Candidate(concept=hit.curie, score=round(score, 4), reason=one.reason, label=hit.label)
