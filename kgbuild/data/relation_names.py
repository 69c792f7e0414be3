"""What corpora call relations, and the Biolink statements that stand for them.

Sources: BioRED's annotation guideline (Luo et al. 2022, doi 10.1093/bib/bbac282) has eight
undirected types; BC5CDR (Li et al. 2016) has CID; DrugProt (BioCreative VII) and ChemProt have
groups that go from a chemical to a gene or its product; PubTator 3 has twelve verbs.

Choices that are not obvious:

- CID is ``contributes_to``: the corpus also holds pairs that are markers or risks, so
  ``causes``, which is below it, would say more than the annotators did.
- BioRED's Cotreatment, Comparison and Conversion have no Biolink predicate without direction;
  they are ``related_to``, and the corpus' name is kept as a condition, so that it can be
  written back.
- Groups such as INHIBITOR are ``affects`` with Biolink's qualifiers for aspect, direction and
  mechanism.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kgbuild.vocabulary import ancestors

__all__ = ["NAME_CONDITION", "RELATIONS", "Meaning", "biored_name", "is_cid", "meaning_of"]

NAME_CONDITION = "relation"
"""The key of the condition that keeps a corpus' own name of a relation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A Biolink predicate with its qualifiers; ``conditions`` keep what Biolink cannot say."""

    predicate: str
    qualifiers: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()


def _affects(direction: str = "", *, aspect: str = "activity", mechanism: str = "") -> Meaning:
    given = {
        "biolink:causal_mechanism_qualifier": mechanism,
        "biolink:object_aspect_qualifier": aspect,
        "biolink:object_direction_qualifier": direction,
        "biolink:qualified_predicate": "biolink:causes" if direction else "",
    }
    return Meaning(
        predicate="biolink:affects",
        qualifiers=tuple((key, value) for key, value in given.items() if value),
    )


def _named(name: str) -> Meaning:
    return Meaning(predicate="biolink:related_to", conditions=((NAME_CONDITION, name),))


_ASSOCIATED = Meaning(predicate="biolink:associated_with")
_POSITIVE = Meaning(predicate="biolink:positively_correlated_with")
_NEGATIVE = Meaning(predicate="biolink:negatively_correlated_with")
_INTERACTING_DRUGS = Meaning(predicate="biolink:pharmacologically_interacts_with")
_SUBSTRATE = Meaning(predicate="biolink:is_substrate_of")
_AGONIST = _affects("increased", mechanism="agonism")
_ANTAGONIST = _affects("decreased", mechanism="antagonism")
_UP = _affects("increased", aspect="activity_or_abundance")
_DOWN = _affects("decreased", aspect="activity_or_abundance")

RELATIONS: Mapping[str, Meaning] = MappingProxyType(
    {
        # BioRED
        "ASSOCIATION": _ASSOCIATED,
        "POSITIVE_CORRELATION": _POSITIVE,
        "NEGATIVE_CORRELATION": _NEGATIVE,
        "BIND": Meaning(predicate="biolink:directly_physically_interacts_with"),
        "COTREATMENT": _named("Cotreatment"),
        "COMPARISON": _named("Comparison"),
        "CONVERSION": _named("Conversion"),
        "DRUG_INTERACTION": _INTERACTING_DRUGS,
        # BC5CDR
        "CID": Meaning(predicate="biolink:contributes_to"),
        # DrugProt: from the chemical (Arg1, head) to the gene (Arg2, tail)
        "INHIBITOR": _affects("decreased", mechanism="inhibition"),
        "ACTIVATOR": _affects("increased", mechanism="activation"),
        "AGONIST": _AGONIST,
        "AGONIST_ACTIVATOR": _AGONIST,
        "AGONIST_INHIBITOR": _affects("decreased", mechanism="agonism"),
        "ANTAGONIST": _ANTAGONIST,
        "DIRECT_REGULATOR": _affects(mechanism="binding"),
        "INDIRECT_UPREGULATOR": _UP,
        "INDIRECT_DOWNREGULATOR": _DOWN,
        "SUBSTRATE": _SUBSTRATE,
        "SUBSTRATE_PRODUCT_OF": _SUBSTRATE,
        "PRODUCT_OF": Meaning(predicate="biolink:produced_by"),
        "PART_OF": Meaning(predicate="biolink:part_of"),
        # EU-ADR says that a drug and its target belong together, not what the drug does to it
        "DRUG_TARGET": Meaning(predicate="biolink:interacts_with"),
        # ChemProt's evaluated groups
        "CPR:3": _UP,
        "CPR:4": _DOWN,
        "CPR:5": _AGONIST,
        "CPR:6": _ANTAGONIST,
        "CPR:9": _SUBSTRATE,
        # PubTator 3
        "ASSOCIATE": _ASSOCIATED,
        "CAUSE": Meaning(predicate="biolink:causes"),
        "COMPARE": _named("Comparison"),
        "COTREAT": _named("Cotreatment"),
        "CONVERT": _named("Conversion"),
        "DRUG_INTERACT": _INTERACTING_DRUGS,
        "INHIBIT": _DOWN,
        "INTERACT": Meaning(predicate="biolink:interacts_with"),
        "NEGATIVE_CORRELATE": _NEGATIVE,
        "POSITIVE_CORRELATE": _POSITIVE,
        "PREVENT": Meaning(predicate="biolink:associated_with_decreased_likelihood_of"),
        "STIMULATE": _UP,
        "TREAT": Meaning(predicate="biolink:treats"),
    }
)
"""Names in capitals with underscores, as :func:`meaning_of` looks them up."""

_BIORED_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "biolink:associated_with": "Association",
        "biolink:positively_correlated_with": "Positive_Correlation",
        "biolink:negatively_correlated_with": "Negative_Correlation",
        "biolink:physically_interacts_with": "Bind",
        "biolink:pharmacologically_interacts_with": "Drug_Interaction",
        # BioRED's guideline: what induces or worsens a disease is positive, what treats it negative
        "biolink:contributes_to": "Positive_Correlation",
        "biolink:exacerbates_condition": "Positive_Correlation",
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


def meaning_of(name: str) -> Meaning | None:
    """The statement that a corpus' name of a relation stands for, or None.

    >>> meaning_of("CID").predicate, meaning_of("Drug-Interaction").predicate
    ('biolink:contributes_to', 'biolink:pharmacologically_interacts_with')
    """
    return RELATIONS.get(name.strip().upper().replace("-", "_").replace(" ", "_"))


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
    names = (_BIORED_NAMES.get(term) for term in (predicate, *ancestors(predicate)))
    return next((name for name in names if name), "Association")


def is_cid(predicate: str) -> bool:
    """Whether the predicate says at least what BC5CDR's CID says: it contributes to, or causes."""
    return "biolink:contributes_to" in (predicate, *ancestors(predicate))
