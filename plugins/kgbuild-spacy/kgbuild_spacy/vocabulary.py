"""The Biolink predicates that rules may use: what the extractor declares to the host."""

from __future__ import annotations

PREDICATES = frozenset(
    f"biolink:{name}"
    for name in (
        "affects",
        "ameliorates_condition",
        "applied_to_treat",
        "associated_with",
        "associated_with_decreased_likelihood_of",
        "associated_with_increased_likelihood_of",
        "biomarker_for",
        "causes",
        "contributes_to",
        "correlated_with",
        "directly_physically_interacts_with",
        "exacerbates_condition",
        "gene_associated_with_condition",
        "has_adverse_event",
        "interacts_with",
        "negatively_correlated_with",
        "pharmacologically_interacts_with",
        "physically_interacts_with",
        "positively_correlated_with",
        "predisposes_to_condition",
        "preventative_for_condition",
        "regulates",
        "related_to",
        "treats",
        "treats_or_applied_or_studied_to_treat",
    )
)
