"""The settings of the two components."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class SegmenterSettings(BaseModel):
    """``model`` names an installed spaCy pipeline, or a folder; empty for blank English."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = ""


class RuleSettings(BaseModel):
    """``rules`` and ``cues`` are TOML files used in place of those that come with the plugin.

    ``model`` names an installed spaCy pipeline with a parser; then rules for verbs and their
    arguments are used as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: Path | None = None
    cues: Path | None = None
    model: str = ""
