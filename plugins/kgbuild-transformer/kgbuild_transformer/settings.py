"""The settings of the tagger and of the relations."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ComputeSettings", "RelationSettings", "TaggerSettings"]

_WEIGHTS = "`fast` or `accurate`, which ship, or a checkpoint folder that `kgbuild train` wrote"


class ComputeSettings(BaseModel):
    """How a model is computed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    precision: Literal["auto", "bf16", "fp32"] = Field(
        "auto", description="`auto` is bf16 where the processor computes in it, else fp32"
    )
    threads: int = Field(
        default=0, ge=0, le=256, description="threads on a CPU; 0 leaves their number to PyTorch"
    )


class TaggerSettings(ComputeSettings):
    """Which weights, whose convention, and how they are computed."""

    model: str = Field("fast", description=_WEIGHTS)
    convention: str = Field(
        "", description="the corpus whose habits the spans follow; empty for the weights' first"
    )
    categories: tuple[str, ...] = Field(
        (), description="Biolink classes that are kept; empty for all"
    )
    min_score: float = Field(
        default=0.0, ge=0.0, le=1.0, description="the least probability of a mention that is kept"
    )
    consistent: bool = Field(
        True, description="tag a name that is sure wherever the text has it, under one label"
    )
    device: str = Field(
        "cpu", description="one of PyTorch's, e.g. `cuda`, where precision `auto` is fp32"
    )


class RelationSettings(ComputeSettings):
    """Which weights read relations, of which corpora, and how they are computed: on the CPU."""

    model: str = Field("fast", description=_WEIGHTS)
    tagger: str = Field(
        "fast",
        description="the weights that those were trained above, named alike; where the tagger uses"
        " the same, a text is read once for both",
    )
    sets: tuple[str, ...] = Field(
        (), description="corpora whose relations are kept, e.g. `biored`, `bc5cdr`; empty for all"
    )
    min_score: float = Field(
        default=0.0, ge=0.0, le=1.0, description="the least probability of a relation that is kept"
    )
    cues: Path | None = Field(
        None,
        description="a TOML file of the words that negate and hedge, in place of those that come"
        " with kgbuild",
    )
