"""The settings of the tagger."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["TaggerSettings"]


class TaggerSettings(BaseModel):
    """Which weights, whose convention, and how they are computed.

    ``model`` is ``fast`` or ``accurate``, the weights that come with kgbuild-model, or a
    checkpoint folder that ``kgbuild train`` wrote. ``convention`` names the corpus whose habits
    the spans follow; empty for the checkpoint's first. ``categories`` keeps these Biolink classes
    alone. ``min_score`` leaves out what is less sure. ``precision`` ``auto`` is bf16 where the
    processor computes in it, else fp32. ``consistent`` tags a name that is sure wherever the
    text has it, under one label. ``threads`` 0 leaves their number to PyTorch.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = "fast"
    convention: str = ""
    categories: tuple[str, ...] = ()
    min_score: float = Field(default=0.0, ge=0.0, le=1.0)
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    consistent: bool = True
    device: str = "cpu"
    threads: int = Field(default=0, ge=0, le=256)
