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
    """One file. A bare path stands for a table with ``path`` alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(description="the file")
    format: TermFormat = Field(TermFormat.AUTO, description="its format; `auto` looks at it")
    category: Annotated[str, BeforeValidator(_category)] = Field(
        UNSAID, description="the category of terms that state none"
    )
    case: Case = Field(
        Case.SMART,
        description="whether capitals matter: `exact`, `ignore`, or `smart`, in symbols alone",
    )
    encoding: str = Field("utf-8", description="the encoding of its text")
    xrefs: bool = Field(
        False, description="take every cross-reference as an exact match, not the equivalent alone"
    )
    languages: tuple[str, ...] = Field(
        ("en",), description="languages of RDF labels; those without a language are always taken"
    )

    def file(self) -> TermFile:
        """What is read."""
        return TermFile(
            path=self.path, format=self.format, encoding=self.encoding, languages=self.languages
        )


class LexiconSettings(BaseModel):
    """The word lists, and how their names are found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: tuple[Annotated[WordList, BeforeValidator(_word_list)], ...] = Field(
        min_length=1,
        description="the word lists; an earlier one's label and category win over a later one's",
    )
    min_length: int = Field(
        default=2, ge=1, le=20, description="the least number of characters in a name"
    )
    plurals: bool = Field(True, description="find the plurals of words too")
    prefer: tuple[str, ...] = Field(
        (), description="prefixes; of equivalent identifiers the one of the first is used"
    )
