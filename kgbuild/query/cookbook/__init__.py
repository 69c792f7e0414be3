"""Queries that people of the field ask, one in a file, each with what it answers as its title."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from kgbuild.errors import QueryError, nearest

__all__ = ["recipe", "recipes"]


def recipes() -> Mapping[str, str]:
    """The names of the queries, sorted, each with the question that it answers."""
    files = resources.files(__package__).iterdir()
    names = sorted(file.name for file in files if file.name.endswith(".rq"))
    return {name.removesuffix(".rq"): _text(name).splitlines()[0].lstrip("# ") for name in names}


def recipe(name: str) -> str:
    """The query of that name. Raises QueryError, with the nearest name."""
    known = recipes()
    if name not in known:
        raise QueryError(
            f"no query {name!r} in the cookbook; there is {', '.join(known)}",
            hints=nearest(name, list(known)),
        )
    return _text(f"{name}.rq")


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
