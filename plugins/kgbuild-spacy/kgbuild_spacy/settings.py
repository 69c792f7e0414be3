"""The settings of the two components."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class SegmenterSettings(BaseModel):
    """Which sentences."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(
        "", description="an installed spaCy pipeline, or its folder; empty for blank English"
    )


class RuleSettings(BaseModel):
    """Which rules, and which words negate and hedge."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: Path | None = Field(
        None, description="a TOML file of rules, in place of those that come with the plugin"
    )
    cues: Path | None = Field(
        None, description="a TOML file of cues, in place of those that come with kgbuild"
    )
    model: str = Field(
        "",
        description="an installed spaCy pipeline with a parser: adds rules for verbs and their"
        " arguments",
    )
