"""Concepts that the terminology's file has twice: ``same.tsv``, MeSH's record and OMIM's number.

No cross-reference ties them one to one, so the file keeps them apart; reading unites them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kgbuild_linker.shipped import shipped_rows

__all__ = ["other_record", "stands_for"]


@cache
def stands_for() -> Mapping[str, str]:
    """OMIM's numbers, each with the record of MeSH that stands for it.

    >>> stands_for()["omim:145001"]
    'mesh:C563273'
    """
    return {other: main for main, other, _ in shipped_rows("same.tsv")}


@cache
def other_record() -> Mapping[str, str]:
    """The same the other way round."""
    return {main: other for other, main in stands_for().items()}
