"""What PubTator and BioC writers share: the names of types, identifiers and relations.

An identifier is written only where the reader makes the same concept of it again; otherwise
the place says "none" and the loss is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from kgbuild.annotation import AnnotatedDocument, Annotations, Link, Mention, Relation, Status
from kgbuild.data.relation_names import biored_name, is_cid
from kgbuild.readers.concept_ids import bare_spelling, concept_of, parts_of
from kgbuild.readers.gathering import NOT_REGISTERED
from kgbuild.vocabulary import BIORED_TYPES, biolink_curie, broad_category, is_symmetric

__all__ = [
    "ConceptRelation",
    "Dialect",
    "End",
    "Spelling",
    "chemical_first",
    "losses",
    "with_hedged",
]


class Dialect(StrEnum):
    """Whose way of writing: type names, identifiers, "none", and what relations look like.

    - ``bc5cdr``: Chemical and Disease, bare MeSH, ``|`` joins, ``-1`` is none, CID in four columns;
    - ``biored``: ChemicalEntity, DiseaseOrPhenotypicFeature …, bare identifiers, ``,`` joins,
      ``-`` is none, eight types of relation with a fifth column where the novelty is known;
    - ``pubtator3``: Chemical, Disease, Gene …, ``MESH:`` before MeSH, ``;`` joins, ``-`` is none,
      BioRED's types of relation in four columns.
    """

    BC5CDR = "bc5cdr"
    BIORED = "biored"
    PUBTATOR3 = "pubtator3"


_SHORT_NAMES: Mapping[str, str] = {
    "biolink:ChemicalEntity": "Chemical",
    "biolink:DiseaseOrPhenotypicFeature": "Disease",
    "biolink:Gene": "Gene",
    "biolink:SequenceVariant": "Variant",
    "biolink:OrganismTaxon": "Species",
    "biolink:CellLine": "CellLine",
}
_LONG_NAMES = {category: name for name, category in BIORED_TYPES.items()}
_JOIN = {Dialect.BC5CDR: "|", Dialect.BIORED: ",", Dialect.PUBTATOR3: ";"}
_NONE = {Dialect.BC5CDR: "-1", Dialect.BIORED: "-", Dialect.PUBTATOR3: "-"}
_CHEMICAL, _DISEASE = "biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"


@dataclass(frozen=True, slots=True, order=True)
class ConceptRelation:
    """A relation as a corpus writes it: between two identifiers of a document."""

    name: str
    subject: str
    object: str
    novelty: str = ""


@dataclass(frozen=True, slots=True, order=True)
class End:
    """An end of a relation: its identifier as the dialect writes it, and its broad category."""

    spelt: str
    category: str


def with_hedged(annotated: AnnotatedDocument) -> AnnotatedDocument:
    """The document with what it hedges, asks or supposes as stated; what it denies stays denied.

    BioRED's and BC5CDR's annotators mark what a paper says with "may" like what it says plainly.
    """
    given = annotated.annotations
    relations = tuple(replace(one, status=Status.STATED) for one in given.relations)
    return replace(annotated, annotations=replace(given, relations=relations))


_WRITTEN = ("documents", "mentions", "relations")
"""What a writer counts that is no loss."""


def losses(counts: Mapping[str, int]) -> dict[str, int]:
    """What a writer counted that the format could not hold, by reason, sorted."""
    return {reason: counts[reason] for reason in sorted(counts) if reason not in _WRITTEN}


class Spelling:
    """One document's annotations in the words of a dialect; losses go to ``counts``."""

    def __init__(self, annotations: Annotations, dialect: Dialect, counts: Counter[str]) -> None:
        self._annotations = annotations
        self._dialect = dialect
        self._counts = counts
        self._links: dict[Mention, list[Link]] = {}
        for link in annotations.links:
            self._links.setdefault(link.mention, []).append(link)
        self._categories: dict[str, str] = {}
        for link in annotations.links:
            if link.concept:
                self._categories.setdefault(link.concept, broad_category(link.mention.category))

    def type_name(self, category: str) -> str:
        """The dialect's name of a category; the Biolink class where it has none."""
        names = _LONG_NAMES if self._dialect is Dialect.BIORED else _SHORT_NAMES
        return names.get(broad_category(category), category)

    def identifiers(self, mention: Mention) -> str | None:
        """What stands in the identifier's place; None where nobody has linked the mention."""
        links = sorted(self._links.get(mention, ()), key=lambda link: link.part)
        if not links:
            return None
        none = _NONE[self._dialect]
        return _JOIN[self._dialect].join(self._linked(link) or none for link in links)

    def _linked(self, link: Link) -> str:
        """The identifier of a link; what a corpus gave for it where that has no CURIE."""
        category = broad_category(link.mention.category)
        if link.concept is not None:
            return self._identifier(link.concept, category)
        given = link.reason.removeprefix(NOT_REGISTERED)
        if given == link.reason or any(c in given for c in "\t\r\n"):
            return ""
        same = parts_of(given, category) == (given,) and not concept_of(given, category)
        return given if same else ""

    def _identifier(self, concept: str, category: str) -> str:
        """The spelling of a concept, or nothing where it would not be read as the same."""
        spelt = bare_spelling(concept, category)
        if self._dialect is Dialect.PUBTATOR3 and concept.startswith("mesh:"):
            spelt = biolink_curie(concept)
        if concept_of(spelt, category) == concept and parts_of(spelt, category) == (spelt,):
            return spelt
        self._counts["identifier that the format cannot hold"] += 1
        return ""

    def stated(self) -> Iterator[Relation]:
        """The relations that may be written: those that are stated, and not negated.

        The formats have no word for the others, and a reader would take them as stated.
        """
        for relation in self._annotations.relations:
            if relation.negated or relation.status is not Status.STATED:
                self._counts["relation that is negated or not stated"] += 1
            else:
                yield relation

    def relations(self) -> list[ConceptRelation]:
        """The stated relations between identifiers, each once, sorted.

        One whose novelty is not known is left out where the same is there with it.
        """
        written = Counter(r for relation in self.stated() for r in self._written(relation))
        told = {(one.name, one.subject, one.object) for one in written if one.novelty}
        kept = [o for o in written if o.novelty or (o.name, o.subject, o.object) not in told]
        if again := written.total() - len(kept):
            self._counts["relation of a document said again"] += again
        return sorted(kept)

    def _written(self, relation: Relation) -> Iterator[ConceptRelation]:
        pairs = list(product(self.ends(relation.subject), self.ends(relation.object)))
        if not pairs:
            self._counts["relation whose end has no identifier"] += 1
        for subject, object_ in pairs:
            if name := self._relation_name(relation, subject, object_):
                first, second = _ordered(relation, subject, object_)
                yield ConceptRelation(name, first.spelt, second.spelt, self._novelty(relation))
            else:
                self._counts["relation that the dialect has no name for"] += 1

    def ends(self, end: Mention | str) -> list[End]:
        """The identifiers that an end of a relation stands for; none where it has none."""
        if isinstance(end, str):
            category = self._categories.get(end, "")
            # A species' number is not bare here: relations are read as being about genes.
            bare = "" if end.startswith("ncbitaxon:") else category
            found = [End(self._identifier(end, bare), category)]
        else:
            category = broad_category(end.category)
            links = self._links.get(end, ())
            found = [
                spelt
                for link in links
                for spelt in (
                    self.ends(link.concept) if link.concept else [End(self._linked(link), category)]
                )
            ]
        return [end for end in found if end.spelt]

    def _relation_name(self, relation: Relation, subject: End, object_: End) -> str:
        if self._dialect is not Dialect.BC5CDR:
            return biored_name(relation.predicate, relation.qualifiers, relation.conditions)
        ends = (subject.category, object_.category)
        return "CID" if is_cid(relation.predicate) and ends == (_CHEMICAL, _DISEASE) else ""

    def _novelty(self, relation: Relation) -> str:
        if self._dialect is not Dialect.BIORED:
            return ""
        return dict(relation.conditions).get("novelty", "")


def chemical_first(subject: End, object_: End) -> tuple[End, End]:
    """The two ends, of a chemical and a disease the chemical first."""
    turned = (subject.category, object_.category) == (_DISEASE, _CHEMICAL)
    return (object_, subject) if turned else (subject, object_)


def _ordered(relation: Relation, subject: End, object_: End) -> tuple[End, End]:
    """The chemical before the disease; two ends of another symmetric relation by identifier."""
    first, second = chemical_first(subject, object_)
    settled = (first.category, second.category) == (_CHEMICAL, _DISEASE)
    if is_symmetric(relation.predicate) and not settled:
        return min(first, second), max(first, second)
    return first, second
