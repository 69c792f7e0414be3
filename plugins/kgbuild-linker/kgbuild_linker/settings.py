"""The settings of the linker and of its terminology."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["DEFAULT", "LinkerSettings", "TerminologySettings"]

DEFAULT = Path(__file__).parent / "default"
"""Where the terminology and the ranking that ship lie."""


class TerminologySettings(BaseModel):
    """``terminology`` is a file that ``kgbuild_linker.build`` wrote; without it, what ships."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    terminology: Path | None = None

    @property
    def names(self) -> Path:
        """The terminology's file."""
        return self.terminology or DEFAULT / "terminology.sqlite"


class LinkerSettings(TerminologySettings):
    """``threshold`` is the least probability of a link; what is below it is NIL.

    ``ranking`` is a model that ``kgbuild_linker.train`` wrote; without it, what ships.
    ``corrections`` is a curator's table.
    """

    ranking: Path | None = None
    threshold: float = Field(default=0.2, ge=0, le=1)
    corrections: Path | None = None

    @property
    def model(self) -> Path:
        """The ranking's file."""
        return self.ranking or DEFAULT / "ranking.json"
