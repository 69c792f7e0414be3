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
    """Which terminology, and which of its identifiers are used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    terminology: Path | None = Field(
        None, description="your own, which `kgbuild terminology add` writes; else what ships"
    )
    prefer: Mapping[Kind, tuple[Prefix, ...]] = Field(
        default={}, description="for a kind of concept, the prefixes that are used first"
    )

    @property
    def names(self) -> Path:
        """The terminology's file."""
        return self.terminology or DEFAULT / "terminology.sqlite"


class LinkerSettings(TerminologySettings):
    """Which concepts are linked.

    Of a mention that a tagger found, the probability that it is one counts for ``threshold`` too.
    No annotator of the corpora chose from the vocabularies that ``exact`` is for: ``fplx``,
    families of genes; ``mondo``, finer diseases. Prefixes that the ranking does not know are
    treated so anyway.
    """

    ranking: Path | None = Field(
        None,
        description="a model that `kgbuild_linker.train` wrote, its vectors beside it as `.npz`;"
        " else what ships",
    )
    threshold: float = Field(
        default=0.22, ge=0, le=1, description="the least probability of a link; below it is NIL"
    )
    corrections: Path | None = Field(None, description="a curator's table of corrections")
    exact: tuple[Prefix, ...] = Field(
        (), description="prefixes of which a concept is linked where it alone has the very name"
    )

    @property
    def model(self) -> Path:
        """The ranking's file."""
        return self.ranking or DEFAULT / "ranking.json"

    @property
    def vectors(self) -> Path:
        """The file of vectors, which lies beside the ranking's."""
        return self.model.with_suffix(".npz")
