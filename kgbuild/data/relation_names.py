"""What corpora call relations, and the Biolink statements that stand for them.

The table is ``relations.tsv``: a row for a name between two kinds of entities, with an example.
Of a name's rows the first that fits the kinds holds. ``tests/data`` checks it against the Biolink
Model's own file: predicates and qualifiers exist, are not deprecated, and fit the kinds.

Sources: BioRED's annotation guideline (Luo et al. 2022, doi 10.1093/bib/bbac282) has eight
undirected types; BC5CDR (Li et al. 2016) has CID; DrugProt (BioCreative VII) and ChemProt have
groups that go from a chemical to a gene or its product; PubTator 3 has twelve verbs; BioText
(Rosario and Hearst 2004) treatments; ADE (Gurulingappa et al. 2012) harm.

Choices that are not obvious:

- CID is ``contributes_to``: the corpus also holds pairs that are markers or risks, so
  ``causes``, which is below it, would say more than the annotators did. So is BioRED's
  Positive_Correlation of a chemical and a disease.
- BioRED's Negative_Correlation of these two is ``treats_or_applied_or_studied_to_treat``: it does
  not say whether the chemical cures, eases or was tried. The few that prevent are said too weakly.
- BioRED's correlation of a chemical and a gene is what the chemical does to the gene: the corpus
  has no direction, and this is what it nearly always means.
- Cotreatment, Comparison and Conversion have no Biolink predicate without direction; they are
  ``related_to``, and the corpus' name is kept as a condition, so that it can be written back.
- Groups such as INHIBITOR are ``affects`` with Biolink's qualifiers for aspect, direction and
  mechanism.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from types import MappingProxyType

from kgbuild.vocabulary import ancestors, broad_category

__all__ = [
    "BIORED_NAMES",
    "NAME_CONDITION",
    "Meaning",
    "RelationRow",
    "biored_name",
    "is_cid",
    "relation_of",
    "relation_table",
]

NAME_CONDITION = "relation"
"""The key of the condition that keeps a corpus' own name of a relation."""

_KINDS = {
    "Chemical": "biolink:ChemicalEntity",
    "Disease": "biolink:DiseaseOrPhenotypicFeature",
    "Gene": "biolink:Gene",
    "Variant": "biolink:SequenceVariant",
    "*": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A Biolink predicate with its qualifiers; ``conditions`` keep what Biolink cannot say.

    ``swapped``: the ends change places, for the predicate goes from the second to the first.
    """

    predicate: str
    qualifiers: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    swapped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRow:
    """A row of the table: a name of ``corpora`` between two kinds; "" is any kind.

    ``names`` are the name and its other spellings. In ``example`` the subject stands between two
    asterisks, the object between one. ``knowledge_level`` is Biolink's, of what such a sentence
    says. ``ordered``: the corpus says which end is the subject.
    """

    names: tuple[str, ...]
    corpora: str
    subject: str
    object: str
    ordered: bool
    meaning: Meaning
    knowledge_level: str
    example: str

    def fits(self, subject: str, object_: str) -> bool:
        """Whether the row is for ends of these kinds."""
        return self.subject in ("", subject) and self.object in ("", object_)


@cache
def relation_table() -> tuple[RelationRow, ...]:
    """All rows, in the order in which they are tried."""
    text = resources.files("kgbuild.data").joinpath("relations.tsv").read_text("utf-8")
    return tuple(
        _row(row)
        for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    )


def _row(row: Mapping[str, str]) -> RelationRow:
    said = {
        "causal_mechanism_qualifier": row["mechanism"],
        "object_aspect_qualifier": row["aspect"],
        "object_direction_qualifier": row["direction"],
        "qualified_predicate": "biolink:causes" if row["direction"] else "",
    }
    return RelationRow(
        names=(row["name"], *(name for name in row["also"].split(", ") if name)),
        corpora=row["corpora"],
        subject=_KINDS[row["subject"]],
        object=_KINDS[row["object"]],
        ordered=row["ordered"] == "yes",
        meaning=Meaning(
            predicate=f"biolink:{row['predicate']}",
            qualifiers=tuple((f"biolink:{key}", value) for key, value in said.items() if value),
            conditions=((NAME_CONDITION, row["kept"]),) if row["kept"] else (),
        ),
        knowledge_level=row["knowledge_level"],
        example=row["example"],
    )


@cache
def _by_name() -> Mapping[str, tuple[RelationRow, ...]]:
    rows: dict[str, tuple[RelationRow, ...]] = {}
    for row in relation_table():
        for name in row.names:
            rows[_key(name)] = (*rows.get(_key(name), ()), row)
    return rows


def _key(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


BIORED_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "biolink:associated_with": "Association",
        "biolink:positively_correlated_with": "Positive_Correlation",
        "biolink:negatively_correlated_with": "Negative_Correlation",
        "biolink:physically_interacts_with": "Bind",
        "biolink:pharmacologically_interacts_with": "Drug_Interaction",
        # BioRED's guideline: what induces or worsens a disease is positive, what treats it negative
        "biolink:contributes_to": "Positive_Correlation",
        "biolink:exacerbates_condition": "Positive_Correlation",
        "biolink:has_adverse_event": "Positive_Correlation",
        "biolink:has_side_effect": "Positive_Correlation",
        "biolink:predisposes_to_condition": "Positive_Correlation",
        "biolink:associated_with_increased_likelihood_of": "Positive_Correlation",
        "biolink:treats_or_applied_or_studied_to_treat": "Negative_Correlation",
        "biolink:applied_to_treat": "Negative_Correlation",
        "biolink:ameliorates_condition": "Negative_Correlation",
        "biolink:preventative_for_condition": "Negative_Correlation",
        "biolink:associated_with_decreased_likelihood_of": "Negative_Correlation",
    }
)
_BY_DIRECTION: Mapping[str, str] = MappingProxyType(
    {
        "increased": "Positive_Correlation",
        "upregulated": "Positive_Correlation",
        "decreased": "Negative_Correlation",
        "downregulated": "Negative_Correlation",
    }
)
_OWN_NAMES = frozenset({"Cotreatment", "Comparison", "Conversion"})


def relation_of(name: str, subject_category: str = "", object_category: str = "") -> Meaning | None:
    """The statement that a corpus' name of a relation stands for between ends of two categories.

    In any capitals, with hyphens, spaces or underscores. None where no corpus has the name, or has
    it between others. Where a category is not known (""), the name's most general row holds.

    >>> relation_of("Drug-Interaction").predicate
    'biolink:pharmacologically_interacts_with'
    >>> found = relation_of("CID", "biolink:Disease", "biolink:Drug")
    >>> found.predicate, found.swapped
    ('biolink:contributes_to', True)
    """
    rows = _by_name().get(_key(name), ())
    if rows and not (subject_category and object_category):
        return rows[-1].meaning
    subject, object_ = broad_category(subject_category), broad_category(object_category)
    for row in rows:
        if row.fits(subject, object_):
            return row.meaning
        if not row.ordered and row.fits(object_, subject):
            return replace(row.meaning, swapped=True)
    turned = next((row.meaning for row in rows if row.fits(object_, subject)), None)
    return replace(turned, swapped=True) if turned else None


def biored_name(
    predicate: str,
    qualifiers: Iterable[tuple[str, str]] = (),
    conditions: Iterable[tuple[str, str]] = (),
) -> str:
    """BioRED's name for a statement: the nearest of the eight, Association where none is.

    >>> biored_name("biolink:treats"), biored_name("biolink:affects")
    ('Negative_Correlation', 'Association')
    """
    kept = dict(conditions).get(NAME_CONDITION, "")
    if predicate == "biolink:related_to" and kept in _OWN_NAMES:
        return kept
    given = dict(qualifiers)
    if by_direction := _BY_DIRECTION.get(given.get("biolink:object_direction_qualifier", "")):
        return by_direction
    if given.get("biolink:causal_mechanism_qualifier") == "binding":
        return "Bind"
    names = (BIORED_NAMES.get(term) for term in (predicate, *ancestors(predicate)))
    return next((name for name in names if name), "Association")


def is_cid(predicate: str) -> bool:
    """Whether the predicate says at least what BC5CDR's CID says: it contributes to, or causes."""
    return "biolink:contributes_to" in (predicate, *ancestors(predicate))
