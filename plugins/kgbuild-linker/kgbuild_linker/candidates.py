"""What a name may name: the terminology asked with one key after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import combinations

from kgbuild_linker.context import Context
from kgbuild_linker.keys import LITTLE, SALTS, hashed, keys, stems, tokens
from kgbuild_linker.likeness import NOT_COMPARED, SAME, Likeness, likeness
from kgbuild_linker.rat_genes import RAT
from kgbuild_linker.records import Group, Hit, NameKind
from kgbuild_linker.terminology import Terminology
from kgbuild_linker.vectors import Near

__all__ = [
    "Doubt", "Found", "Learnt", "Query", "Way", "candidates", "is_short", "learnt_key",
]  # fmt: skip


class Way(StrEnum):
    """How a candidate was found; the words that people read as the reason."""

    EXACT = "exact name"
    SPELLING = "same name, spelled in another way"
    WORDS = "same words in another order"
    SENSE = "words of the same meaning"
    INDUCED = "what a drug has induced"
    OF_CAUSE = "the name without its cause"
    SALT = "the name without the salt, or the acid of the salt"
    SHORTER = "the name with words left out"
    WITHOUT_HEAD = "the name without its last words"
    GENE_WORDS = "the name without words that genes share"
    SPECIES = "the gene of that symbol in the species of the document"
    LEARNT = "learnt from annotated papers"
    NEAR = "near in meaning"


class Doubt(StrEnum):
    """Why a concept may not be meant though it is called so; the words that people read."""

    SHORT = "hardly any letters"
    CLASS = "a class of genes"


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate and the way it was found.

    ``dropped`` words of the name were not used. ``like`` is the gene of another species that
    stands for it where names are compared. ``support`` is, for a short name, the share of the
    words of one of the concept's long names that the document has. There is a ``doubt`` where the
    name is an alias of hardly any letters, and neither document nor annotators say that it is
    meant, or that of a class of genes ("tyrosine kinase"), and no annotator does.
    ``of_family`` is a gene that annotators took the name of its family for.
    ``likeness`` compares the name with the names of a chemical or a disease; a disease may lie
    ``above`` or ``below`` what other names of the document name.
    """

    hit: Hit
    way: Way
    dropped: int = 0
    like: str = ""
    support: float = 0.0
    doubt: Doubt | None = None
    of_family: bool = False
    likeness: Likeness = NOT_COMPARED
    above: bool = False
    below: bool = False


Learnt = Mapping[str, Mapping[str, int]]
"""The key of a name to the concepts that annotators chose for it, and how often.

Several concepts that a name names at once are one choice, joined by ``+``.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A name to be linked, and what is known of it.

    ``written`` is the abbreviation that the text has for it, if any.
    ``chosen`` are the concepts that annotators chose for it, and how often; ``near`` are those
    near it in meaning. ``fame`` says how often annotators chose a concept for any name;
    ``lacking`` has those of them that the terminology lacks.
    """

    name: str
    group: Group
    written: str = ""
    context: Context = field(default_factory=Context)
    chosen: Mapping[str, int] = field(default_factory=dict)
    near: Near | None = None
    fame: Callable[[str], int] = lambda _: 0
    lacking: Mapping[str, Hit] = field(default_factory=dict)


def learnt_key(name: str, group: Group) -> str:
    """What a name is kept by in what was learnt: no text of an annotated paper."""
    return str(hashed(f"{int(group)}{keys(name).spelling}"))


_INDUCED = re.compile(r"(?:^|\s)\S+[- ]induced\s", re.IGNORECASE)
_MOST_DROPPED = 3
_MOST_WORDS = 8
_MOST = 40
_SAME = frozenset({Way.EXACT, Way.SPELLING, Way.WORDS, Way.SENSE})
"""Ways that find only names of the same words."""
_SHORT = 6
_TINY = 3
_PLURAL = re.compile("(?<=[A-Z0-9])s$")
_SUPPORTED = 0.5
_FAMILY = "fplx:"
_TAKEN_FOR_A_GENE = 2


def candidates(terminology: Terminology, query: Query) -> list[Found]:
    """The candidates for a name, each once, found in the surest way; empty where there are none."""
    found: dict[int, Found] = {}
    for curie in query.chosen:
        hit = terminology.hit(curie, query.name) or query.lacking.get(curie)
        if hit:
            found[hit.concept] = Found(hit, Way.LEARNT)
    said = _taxon_said(query)
    for one in _ways(terminology, query.name, query.group, {*query.context.taxa, *said}):
        known = found.get(one.hit.concept)
        if known is None or known.way is Way.LEARNT:
            found[one.hit.concept] = one
    several = list(found.values())[:_MOST]
    for one in _near(terminology, query):
        if one.hit.concept not in found:
            found[one.hit.concept] = one
            several.append(one)
    if said:
        several = [one for one in several if one.hit.taxon in (0, *said)]
    if query.group in (Group.DISEASE, Group.CHEMICAL):
        several = list(_compared(terminology, query, several))
    if is_short(query.name):
        several = [_supported(terminology, query, one) for one in several]
    gene = query.group is Group.GENE
    if gene and _is_family(terminology, query.name):
        return [_of_family(query, one) for one in several]
    of_class = gene and names_a_class(query.name)
    several = [_doubted(query, one, of_class=of_class) for one in several]
    if gene and _is_family(terminology, query.written):
        return [replace(one, of_family=True) for one in several]
    return several


def _taxon_said(query: Query) -> tuple[int, ...]:
    """The species that the name of a gene says, as "rat insulin 2"; no other's gene is meant."""
    said = _SAID.match(query.name) if query.group is Group.GENE else None
    return (_TAXON[said[1].lower()],) if said else ()


def _doubted(query: Query, found: Found, *, of_class: bool) -> Found:
    """What annotators chose is not doubted; all else that a class of genes is called is."""
    if found.hit.curie in query.chosen:
        return replace(found, doubt=None) if found.doubt else found
    return replace(found, doubt=Doubt.CLASS) if of_class else found


def _is_family(terminology: Terminology, name: str) -> bool:
    """Whether a name is a family's or a complex's."""
    hits = terminology.find(keys(name).spelling) if name else ()
    return any(hit.curie.startswith(_FAMILY) for hit in hits)


def _of_family(query: Query, found: Found) -> Found:
    """A candidate for the name of a family: the family, a gene whose symbol it is, or a member.

    A member is doubted where annotators hardly ever took the name for a gene. Of such names a gene
    was right in one of four where no more than one paper had it, and in two of three where more
    had, in cross-validation on BioRED's train half.
    """
    is_label = found.way in _SAME and found.hit.kind is NameKind.LABEL
    if is_label or not found.hit.taxon:
        return found
    if sum(query.chosen.values()) < _TAKEN_FOR_A_GENE:
        return replace(found, doubt=Doubt.CLASS)
    return replace(_doubted(query, found, of_class=False), of_family=True)


def _compared(terminology: Terminology, query: Query, several: Iterable[Found]) -> Iterator[Found]:
    """The candidates beside the name, and beside what else the document names."""
    wanted = stems(query.name)
    disease = query.group is Group.DISEASE
    others = query.context.others(query.name) if disease else frozenset[int]()
    above = frozenset[int]().union(*map(terminology.above, others))
    for one in several:
        number = one.hit.concept
        yield Found(
            one.hit,
            one.way,
            one.dropped,
            one.like,
            likeness=SAME if one.way in _SAME else likeness(wanted, terminology.stems(number)),
            above=number in above,
            below=bool(others) and number >= 0 and not others.isdisjoint(terminology.above(number)),
        )


def is_short(name: str) -> bool:
    """Whether a name may be an abbreviation of much: it says little by itself.

    >>> is_short("ER"), is_short("L-FABP"), is_short("asthma"), is_short("of ER")
    (True, True, False, False)
    """
    return len(name) <= _SHORT and " " not in name and (len(name) <= _TINY or not name.islower())


_CLASSES = frozenset(
    tokens(
        "antigen atpase binding caspase channel chemokine cytokine dehydrogenase enzyme esterase "
        "factor growth gtpase helicase hydrolase inflammatory integrin kinase ligase membrane "
        "metalloprotease metalloproteinase nuclear nuclease oxidase peptidase phosphatase "
        "polymerase proinflammatory protease protein proteinase receptor reductase serine surface "
        "synthase threonine transcription transferase transporter tyrosine"
    )
)


def names_a_class(name: str) -> bool:
    """Whether a name says what genes do and not which: some gene of each class is called so, too.

    >>> names_a_class("tyrosine kinases"), names_a_class("growth hormone receptor 2")
    (True, False)
    """
    return _CLASSES.issuperset(tokens(name))


def _supported(terminology: Terminology, query: Query, found: Found) -> Found:
    support = _support(terminology, query, found)
    alone = (
        sum(map(str.isalnum, _PLURAL.sub("", query.name))) <= _TINY
        and support <= _SUPPORTED
        and found.hit.kind is not NameKind.LABEL
        and query.group is not Group.SPECIES  # a pig has no long form
        and found.hit.curie not in query.chosen
        and not query.context.names_elsewhere(found.hit.concept, query.name)
    )
    return replace(found, support=support, doubt=Doubt.SHORT if alone else None)


def _support(terminology: Terminology, query: Query, found: Found) -> float:
    """The share of the words of one long name, beside those that the name itself has."""
    own = set(tokens(query.name))
    others = (words - own for words in terminology.long_names(found.hit.concept))
    shares = (
        sum(w in query.context.words for w in words) / len(words) for words in others if words
    )
    return max(shares, default=0.0)


def _near(terminology: Terminology, query: Query) -> Iterator[Found]:
    """The nearest in meaning; of genes also the like-named ones of the document's species."""
    taxa = query.context.taxa
    for curie in query.near.nearest if query.near else ():
        if hit := terminology.labelled(curie):
            yield Found(hit, Way.NEAR)
            if query.group is Group.GENE and hit.taxon not in taxa:
                for like in _like_named(terminology, hit.label, taxa):
                    yield Found(like, Way.NEAR, like=curie)


def _like_named(terminology: Terminology, symbol: str, taxa: Collection[int]) -> list[Hit]:
    """The genes of some species that have a symbol."""
    return [
        hit
        for hit in terminology.find(keys(symbol).spelling)
        if hit.group is Group.GENE and hit.taxon in taxa and hit.kind is NameKind.LABEL
    ]


def _ways(
    terminology: Terminology, name: str, group: Group, taxa: Collection[int]
) -> Iterator[Found]:
    """In order, ending with the first way that finds anything."""
    made = keys(name)
    spelled = [
        Found(hit, Way.EXACT if hit.name.lower() == name.lower() else Way.SPELLING)
        for hit in terminology.find(made.spelling)
        if _fits(hit, group) and not _of_absent_rat(hit, taxa)
    ]
    yield from spelled
    if group is Group.GENE:
        yield from _gene(terminology, name, spelled, taxa)
    if group not in (Group.DISEASE, Group.CHEMICAL):
        return
    if group is Group.DISEASE and (bare := _INDUCED.sub(" ", name).strip()) != name and bare:
        made = keys(bare)
        for hit in _asked(terminology, (made.spelling, made.words, made.sense), group):
            yield Found(hit, Way.OF_CAUSE)
    if group is Group.DISEASE and (induced := _INDUCED.sub(" drug-induced ", name)) != name:
        made = keys(induced)
        for hit in _asked(terminology, (made.words, made.sense), group):
            yield Found(hit, Way.INDUCED)
    turned = [
        Found(hit, way)
        for way, key in ((Way.WORDS, made.words), (Way.SENSE, made.sense))
        for hit in terminology.find(key)
        if _fits(hit, group)
    ]
    yield from turned
    if spelled or turned:
        return
    yield from _shortened(terminology, name, group)


def _gene(
    terminology: Terminology, name: str, spelled: list[Found], taxa: Collection[int]
) -> Iterator[Found]:
    """Genes by less than the whole name, and the like-named genes of the document's species."""
    if not any(one.hit.taxon for one in spelled):
        less = _by_less(terminology, name)
        spelled += [one for one in less if not _of_absent_rat(one.hit, taxa)]
        yield from spelled
    for symbol in sorted({one.hit.label for one in spelled if _shares_symbols(one.hit, taxa)}):
        for hit in _like_named(terminology, symbol, taxa):
            yield Found(hit, Way.SPECIES)


def _of_absent_rat(hit: Hit, taxa: Collection[int]) -> bool:
    """Whether a gene is a rat's, where nothing speaks of rats: the mouse's stands for both."""
    return hit.taxon == RAT and RAT not in taxa


def _shares_symbols(hit: Hit, taxa: Collection[int]) -> bool:
    """Whether the document's species may have a gene of the same symbol.

    A family has no symbol, and those of flies mean other genes (Smox is a Smad).
    """
    return hit.taxon not in (0, _FLY, *taxa)


def _by_less(terminology: Terminology, name: str) -> Iterator[Found]:
    """Genes by a name without the words that genes share, with Greek letters written out."""
    words = ["mir" if word in ("mirna", "microrna") else word for word in tokens(name)]
    kept = [word for word in words if word not in _GENE_WORDS]
    bare = "".join(kept)
    greek = ([_GREEK_INITIAL.get(one, one) for one in some] for some in (kept, words))
    ways = [bare, *map("".join, greek)]
    if words[:1] and words[0] in _GREEK_INITIAL.values():
        ways.append("".join((*words[1:], words[0])))
    if _OF_HUMANS.match(name):
        ways.append(keys(name[1:]).spelling)
    if len(words) > 1 or len(name) > 5:
        ways.append(f"{''.join(words)}precursor")
    for way in dict.fromkeys(filter(None, ways)):
        yield from (Found(hit, Way.GENE_WORDS) for hit in _genes(terminology, way))
    if bare and (len(words) > 1 or len(name) > 5):
        several = all(_genes(terminology, f"{bare}{number}") for number in (2, 3))
        for hit in _genes(terminology, f"{bare}1"):
            yield Found(hit, Way.GENE_WORDS, doubt=Doubt.CLASS if several else None)


def _genes(terminology: Terminology, key: str) -> list[Hit]:
    return [hit for hit in terminology.find(key) if hit.group is Group.GENE]


_FLY = 7227
_TAXON = {"human": 9606, "mouse": 10090, "murine": 10090, "rat": RAT}
_SAID = re.compile(f"({'|'.join(_TAXON)}) ", re.IGNORECASE)
_OF_HUMANS = re.compile("h[A-Z][A-Za-z]*[A-Z0-9]")
"""As in hGSTA4."""
_GREEK_INITIAL = {"a": "alpha", "b": "beta", "g": "gamma", "d": "delta", "k": "kappa"}
_GENE_WORDS = frozenset(
    """gene protein human mouse murine rat mrna cdna promoter wild type mutant the locus precursor
    isoform recombinant plasma serum soluble endogenous phosphorylated mitochondrial""".split()  # noqa: SIM905
)


def _shortened(terminology: Terminology, name: str, group: Group) -> Iterator[Found]:
    """By part of the name: of a chemical without its salt, of a disease with words left out."""
    if group is Group.CHEMICAL:
        words = name.split()
        kept = [word for word in words if word.lower() not in SALTS] or words
        bare = " ".join(kept)
        for one in dict.fromkeys((bare, _ANION.sub("ic acid", bare))):
            made = keys(one)
            hits = _asked(terminology, (made.spelling, made.words), group) if one != name else []
            yield from (Found(hit, Way.SALT, len(words) - len(kept)) for hit in hits)
            if hits:
                return
        return
    words = [part for word in tokens(name) if word not in LITTLE for part in _subtype(word)]
    for dropped in range(1, min(len(words), _MOST_DROPPED + 1)):
        found = []
        for kept_places in combinations(range(len(words)), len(words) - dropped):
            part = " ".join(words[place] for place in kept_places)
            made = keys(part)
            way = Way.SHORTER if kept_places[-1] == len(words) - 1 else Way.WITHOUT_HEAD
            hits = _asked(terminology, (made.words, made.sense), group)
            found += [Found(hit, way, dropped) for hit in hits]
        yield from found
        if found or len(words) > _MOST_WORDS:
            return


_ANION = re.compile(r"(?<=[a-z]{3})ates?$", re.IGNORECASE)
"""Pyruvate is pyruvic acid."""
_SUBTYPE = re.compile("(i{1,3}|iv)([a-d])")


def _subtype(word: str) -> tuple[str, ...]:
    """A number and a letter in place of "IIb", so that the letter can be left out."""
    if not (found := _SUBTYPE.fullmatch(word)):
        return (word,)
    return (*tokens(f"type {found[1]}")[1:], found[2])


def _asked(terminology: Terminology, wanted: Iterable[str], group: Group) -> list[Hit]:
    return [
        hit for key in dict.fromkeys(wanted) for hit in terminology.find(key) if _fits(hit, group)
    ]


def _fits(hit: Hit, group: Group) -> bool:
    return hit.group is group or (
        hit.group is Group.OTHER and group in (Group.DISEASE, Group.CHEMICAL)
    )
