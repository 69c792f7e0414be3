"""The settings of the tagger and of the relations."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ComputeSettings", "RelationSettings", "TaggerSettings"]


class ComputeSettings(BaseModel):
    """How a model is computed.

    ``precision`` ``auto`` is bf16 where the processor computes in it, else fp32. ``threads`` 0
    leaves their number to PyTorch.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    precision: Literal["auto", "bf16", "fp32"] = "auto"
    threads: int = Field(default=0, ge=0, le=256)


class TaggerSettings(ComputeSettings):
    """Which weights, whose convention, and how they are computed.

    ``model`` is ``fast`` or ``accurate``, the weights that come with kgbuild-model, or a
    checkpoint folder that ``kgbuild train`` wrote. ``convention`` names the corpus whose habits
    the spans follow; empty for the checkpoint's first. ``categories`` keeps these Biolink classes
    alone. ``min_score`` leaves out what is less sure. ``consistent`` tags a name that is sure
    wherever the text has it, under one label. ``precision`` ``auto`` is bf16 where the processor
    has instructions for it, else fp32. ``device`` is one of PyTorch's, e.g. ``cuda``, where
    ``auto`` is fp32; relations are read on the CPU.
    """

    model: str = "fast"
    convention: str = ""
    categories: tuple[str, ...] = ()
    min_score: float = Field(default=0.0, ge=0.0, le=1.0)
    consistent: bool = True
    device: str = "cpu"


class RelationSettings(ComputeSettings):
    """Which weights read relations, of which corpora, and how they are computed.

    ``model`` is ``fast`` or ``accurate``, the weights that come with kgbuild-model, or a checkpoint
    folder that ``kgbuild train`` wrote from a recipe of relations; ``tagger`` names the weights
    that those were trained above, by the same two names or a folder: where the tagger uses the
    same, a text is read once for both. ``sets``
    keeps the relations of these corpora alone (``biored``, ``bc5cdr`` …); empty for all.
    ``min_score`` leaves out what is less sure. ``cues`` is a file of the words that negate and
    hedge, in place of those that come with kgbuild.
    """

    model: str = "fast"
    tagger: str = "fast"
    sets: tuple[str, ...] = ()
    min_score: float = Field(default=0.0, ge=0.0, le=1.0)
    cues: Path | None = None
