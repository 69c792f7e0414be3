"""The settings of the linker and of its terminology."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kgbuild import normalise

__all__ = ["DEFAULT", "LinkerSettings", "TerminologySettings"]

DEFAULT = Path(__file__).parent / "default"
"""Where the terminology and the ranking that ship lie."""


Kind = Literal["chemical", "disease", "gene", "species", "cell_line", "other"]


def _spelled(prefix: str) -> str:
    """In bioregistry's spelling; an unknown prefix is a ValueError, which pydantic reports."""
    return normalise(f"{prefix}:1").partition(":")[0]


Prefix = Annotated[str, AfterValidator(_spelled)]


class TerminologySettings(BaseModel):
    """``terminology`` is your own, which ``kgbuild terminology add`` writes; else what ships.

    ``prefer`` says, for a kind of concept, which prefixes are used first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    terminology: Path | None = None
    prefer: Mapping[Kind, tuple[Prefix, ...]] = Field(default={})

    @property
    def names(self) -> Path:
        """The terminology's file."""
        return self.terminology or DEFAULT / "terminology.sqlite"


class LinkerSettings(TerminologySettings):
    """``threshold`` is the least probability of a link; what is below it is NIL.

    Of a mention that a tagger found, the probability that it is one counts too.
    ``ranking`` is a model that ``kgbuild_linker.train`` wrote, its vectors beside it as ``.npz``;
    without it, what ships.
    ``corrections`` is a curator's table.
    Of the vocabularies with a prefix in ``exact`` a concept is linked where it alone has the very
    name, though no annotator of the corpora chose from them: ``fplx``, families of genes;
    ``mondo``, finer diseases. It is so anyway with prefixes that the ranking does not know.
    """

    ranking: Path | None = None
    threshold: float = Field(default=0.22, ge=0, le=1)
    corrections: Path | None = None
    exact: tuple[Prefix, ...] = ()

    @property
    def model(self) -> Path:
        """The ranking's file."""
        return self.ranking or DEFAULT / "ranking.json"

    @property
    def vectors(self) -> Path:
        """The file of vectors, which lies beside the ranking's."""
        return self.model.with_suffix(".npz")
