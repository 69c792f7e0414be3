"""Biolink's words for an assertion: how it is known, and what kind of agent said so.

Source: the Biolink Model's KnowledgeLevelEnum and AgentTypeEnum.
"""

from __future__ import annotations

from kgbuild.assertion import GIVEN, Assertion

__all__ = ["knowledge_of"]


def knowledge_of(assertion: Assertion) -> tuple[str, str]:
    """The knowledge level and the agent type of an assertion.

    The model says of text mining that the level is usually not provided; a curator who
    accepts a mined edge makes it a knowledge assertion. Annotations that came with a file may
    be a person's or a program's: of those alone, the agent is not provided either.
    """
    if not assertion.rejected and assertion.reviews:
        return "knowledge_assertion", "manual_validation_of_automated_agent"
    if assertion.derivation and not assertion.evidence:
        return "logical_entailment", "automated_agent"
    if all(evidence.source == GIVEN for evidence in assertion.evidence):
        return "not_provided", "not_provided"
    return "not_provided", "text_mining_agent"
