"""What a document says about all its mentions: its abbreviations and its species."""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from kgbuild import Document, Mention
from kgbuild_linker.cell_lines import species_of_cell_lines
from kgbuild_linker.keys import keys, tokens
from kgbuild_linker.long_forms import long_forms, may_be_short, stands_for
from kgbuild_linker.records import Group
from kgbuild_linker.terminology import Terminology, group_of

__all__ = ["Context", "read_context"]

HUMAN = 9606
_BRACKETED = re.compile(r" \(([^() ]{2,12})\)(?=[ -])")
_OF_GENETICS = frozenset(
    """mutation gene inherited hereditary familial autosomal recessive dominant linkage linked
    allele locus chromosome chromosomal pedigree exon germline missense homozygou heterozygou
    carrier genotype polymorphism kindred""".split()  # noqa: SIM905
)
"""As ``tokens`` gives them."""
_MUCH_GENETICS = 4
_OF_GRAFTS = re.compile(
    r"\b(?:nude|athymic|scid|nod|nsg|immunodeficient|immunocompromised|xenograft\w*)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?:\b(?:and|plus) |[/+] ?)\Z")
_WORDS = re.compile("[a-z]{4}")
_BEFORE, _BEHIND = 25, 15  # characters


@dataclass(frozen=True)
class Context:
    """``long_forms`` by abbreviation; ``taxa`` with the share of the species mentions of each.

    ``unexplained`` are abbreviations that the text does not explain, each with the one name of the
    same kind in it that has their letters. ``named`` are the concepts that mentions spell out, each
    with the spellings. ``near_taxa`` are the species that the text names last before a name, with
    the share of the name's mentions; ``said_taxa`` those that it names right before it ("human
    SNAI1"). ``chemicals`` says whether there are any.
    """

    long_forms: dict[str, str] = field(default_factory=dict)
    unexplained: dict[str, str] = field(default_factory=dict)
    taxa: dict[int, float] = field(default_factory=dict)
    named: dict[int, set[str]] = field(default_factory=dict)
    near_taxa: dict[str, dict[int, float]] = field(default_factory=dict)
    said_taxa: dict[str, set[int]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    chemicals: bool = False

    @cached_property
    def genetic(self) -> float:
        """How much the text speaks of inheritance, from 0 to 1."""
        return min(1.0, len(_OF_GENETICS & self.words) / _MUCH_GENETICS)

    def others(self, name: str) -> frozenset[int]:
        """The concepts that other names of the document spell out."""
        own = {keys(name).spelling}
        return frozenset(concept for concept, spelled in self.named.items() if spelled - own)

    def names_elsewhere(self, concept: int, name: str) -> bool:
        """Whether another name of the document is one of the concept's."""
        return bool(self.named.get(concept, set()) - {keys(name).spelling})

    def expanded(self, name: str) -> str:
        """The name with the document's abbreviations written out; empty where it has none.

        >>> context = Context({"HCC": "hepatocellular carcinoma"})
        >>> context.expanded("HCCs"), context.expanded("HCV-HCC")
        ('hepatocellular carcinoma', 'HCV-hepatocellular carcinoma')
        >>> context.expanded("hepatocellular carcinoma (HCC) growth")
        'hepatocellular carcinoma growth'
        """
        words = _BRACKETED.sub(self._unbracketed, name).split()
        long = [self._long(word) or self._of_parts(word) for word in words]
        if (whole := self._long(name)) or long == name.split():
            return whole
        return " ".join(long)

    def _unbracketed(self, bracket: re.Match[str]) -> str:
        """Nothing for an abbreviation in brackets, which stands behind its long form."""
        return "" if self._long(bracket[1]) else bracket[0]

    def _of_parts(self, word: str) -> str:
        return "-".join(self._long(part) or part for part in word.split("-"))

    def _long(self, name: str) -> str:
        known = self.long_forms
        return known.get(name) or (known.get(name[:-1], "") if name.endswith("s") else "")


def read_context(
    terminology: Terminology, document: Document, mentions: Collection[Mention]
) -> Context:
    """The context of a document; without any species it is about humans."""
    ordered = sorted(mentions, key=lambda mention: (mention.span.start, mention.span.end))
    taxon_of: dict[str, int] = {}
    named: dict[int, set[str]] = defaultdict(set)
    for text, group in {(m.text, group_of(m.category)) for m in mentions}:
        if group not in (Group.SPECIES, Group.DISEASE):
            continue
        spelling = keys(text).spelling
        hits = [hit for hit in terminology.find(spelling) if hit.group is group]
        if group is Group.SPECIES and hits:
            taxon_of[text] = max(hits, key=lambda hit: (hit.weight, -hit.taxon)).taxon
        elif len(hits) == 1:
            named[hits[0].concept].add(spelling)
    species = [
        (mention.span.start, mention.span.end, taxon_of[mention.text])
        for mention in ordered
        if mention.text in taxon_of
        and group_of(mention.category) is Group.SPECIES
        and not _bears_grafts(document.text, mention)
    ]
    species = species or sorted(species_of_cell_lines(document.text))
    counts = Counter(taxon for *_, taxon in species)
    shares = {taxon: count / len(species) for taxon, count in counts.items()} or {HUMAN: 1.0}
    near, said = _taxa_of_genes(document, mentions, species)
    explained = {**_bracketed(document, ordered), **long_forms(document.text)}
    return Context(
        long_forms=explained,
        unexplained=_unexplained(mentions, explained),
        taxa=shares,
        named=dict(named),
        near_taxa=near,
        said_taxa=said,
        chemicals=any(group_of(one.category) is Group.CHEMICAL for one in mentions),
        words=frozenset(token for word in document.text.split() for token in tokens(word)),
    )


def _bears_grafts(text: str, species: Mention) -> bool:
    """Whether an animal is named as what human tumours grow in: its genes are not meant.

    Mice without an immune system are kept for nothing else.
    """
    start, end = species.span.start - _BEFORE, species.span.end + _BEHIND
    return _OF_GRAFTS.search(text, max(0, start), end) is not None


def _bracketed(document: Document, ordered: Iterable[Mention]) -> dict[str, str]:
    """Short names in brackets right behind another of their kind: "midline defects (MDs)"."""
    found: dict[str, str] = {}
    for left, right in pairwise(ordered):
        between = document.text[left.span.end : right.span.start]
        if (
            between == " ("
            and document.text[right.span.end : right.span.end + 1] in (")", ";", ",")
            and group_of(left.category) is group_of(right.category)
            and may_be_short(right.text)
            and not _is_spelled_out(right)
            and (stands_for(right.text, left.text) or not _is_joined(document.text, left))
            and len(left.text) > len(right.text)
        ):
            found.setdefault(right.text, " ".join(left.text.split()))
    return found


def _is_spelled_out(mention: Mention) -> bool:
    """Whether the name of a disease is words, as "Wilms tumor", and stands for no other."""
    return group_of(mention.category) is Group.DISEASE and _WORDS.search(mention.text) is not None


def _is_joined(text: str, mention: Mention) -> bool:
    """Whether a name is the last of several; a bracket behind it may stand for all of them."""
    start = mention.span.start
    return _JOINED.search(text, max(0, start - _BEFORE), start) is not None


def _unexplained(mentions: Iterable[Mention], explained: Collection[str]) -> dict[str, str]:
    """Abbreviations that only one other name of their kind can be the long form of."""
    names: dict[Group, set[str]] = defaultdict(set)
    for mention in mentions:
        group = group_of(mention.category)
        if group in (Group.CHEMICAL, Group.DISEASE, Group.GENE):
            names[group].add(" ".join(mention.text.split()))
    found = {}
    for several in map(sorted, names.values()):
        for short in several:
            may = [name for name in several if stands_for(short, name)]
            long = {keys(name).spelling: name for name in may}
            if len(long) == 1 and short not in explained:
                [found[short]] = long.values()
    return found


def _taxa_of_genes(
    document: Document, mentions: Iterable[Mention], species: Sequence[tuple[int, int, int]]
) -> tuple[dict[str, dict[int, float]], dict[str, set[int]]]:
    """For each gene's name: the species last named before it, and those right before it."""
    near: dict[str, Counter[int]] = defaultdict(Counter)
    said: dict[str, set[int]] = defaultdict(set)
    starts = [start for start, *_ in species]
    for mention in mentions if species else ():
        if group_of(mention.category) is not Group.GENE:
            continue
        name = " ".join(mention.text.split())
        place = max(0, bisect(starts, mention.span.start) - 1)
        _, end, taxon = species[place]
        near[name][taxon] += 1
        if document.text[end : mention.span.start] == " ":
            said[name].add(taxon)
    shares = {
        name: {taxon: count / counts.total() for taxon, count in counts.items()}
        for name, counts in near.items()
    }
    return shares, dict(said)
