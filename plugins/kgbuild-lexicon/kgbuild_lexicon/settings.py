"""The settings of the three components: which files, and how their names are read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kgbuild.terms import TermFile, TermFormat
from kgbuild_lexicon.categories import CATEGORIES, UNSAID, category_named

__all__ = ["Case", "LexiconSettings", "WordList"]


class Case(StrEnum):
    """Whether capitals matter. SMART: in symbols (CAT, p53, mTOR), but not in words."""

    SMART = "smart"
    EXACT = "exact"
    IGNORE = "ignore"


def _category(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    category = category_named(value)
    if category is None:
        raise ValueError(f"unknown category {value!r}; one of {', '.join(CATEGORIES)}")
    return category


def _word_list(value: Any) -> Any:
    return {"path": value} if isinstance(value, str | Path) else value


class WordList(BaseModel):
    """One file. A bare path stands for a table with ``path`` alone.

    ``category`` is that of terms which state none. ``xrefs`` takes every cross-reference as
    an exact match; without it only those marked as equivalent are. ``languages`` are those of RDF
    labels; labels without a language are always taken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    format: TermFormat = TermFormat.AUTO
    category: Annotated[str, BeforeValidator(_category)] = UNSAID
    case: Case = Case.SMART
    encoding: str = "utf-8"
    xrefs: bool = False
    languages: tuple[str, ...] = ("en",)

    def file(self) -> TermFile:
        """What is read."""
        return TermFile(
            path=self.path, format=self.format, encoding=self.encoding, languages=self.languages
        )


class LexiconSettings(BaseModel):
    """The word lists, in order: an earlier list's label and category win over a later one's.

    ``min_length`` is the least number of characters in a name. ``plurals`` also finds the
    plurals of words. ``prefer`` orders prefixes: of equivalent identifiers the one whose prefix
    comes first is used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: tuple[Annotated[WordList, BeforeValidator(_word_list)], ...] = Field(min_length=1)
    min_length: int = Field(default=2, ge=1, le=20)
    plurals: bool = True
    prefer: tuple[str, ...] = ()
