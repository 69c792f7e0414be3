"""Read a recipe: a TOML file, checked against the dataclass that it fills."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from kgbuild_model.errors import RecipeError

__all__ = ["read_recipe"]

RecipeT = TypeVar("RecipeT")
_KINDS: Mapping[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a string"),
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    tuple: ((list,), "a list"),
    Mapping: ((dict,), "a table"),
}


def read_recipe(
    path: Path, kind: type[RecipeT], fields_of: Mapping[str, str] | None = None
) -> RecipeT:
    """The recipe of a file; ``fields_of`` are the fields of keys that are called otherwise.

    Raises RecipeError with the file, the key, and what is wrong with it.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(f"{path} cannot be read: {error}", hint="a recipe is TOML") from error
    try:
        return _filled(kind, table, "", fields_of or {})
    except RecipeError as error:
        raise RecipeError(f"{path}: {error}", hint=error.hint) from error


def _filled(
    kind: type[RecipeT], table: Mapping[str, Any], place: str, fields_of: Mapping[str, str]
) -> RecipeT:
    """A dataclass from a table; ``place`` is where the table stands."""
    key_of = {field: key for key, field in fields_of.items()}
    known = {key_of.get(one.name, one.name): one for one in fields(kind)}  # type: ignore[arg-type]
    if unknown := [key for key in table if key not in known]:
        raise RecipeError(
            f"{place}{unknown[0]} is no key of a recipe", hint=f"there are {', '.join(known)}"
        )
    for key, one in known.items():
        if one.default is MISSING and one.default_factory is MISSING and key not in table:
            raise RecipeError(f"{place}{key} is lacking", hint="model/recipes has recipes to copy")
    hints = get_type_hints(kind)
    return kind(
        **{
            known[key].name: _fitting(hints[known[key].name], value, f"{place}{key}")
            for key, value in table.items()
        }
    )


def _fitting(hint: Any, value: Any, place: str) -> Any:
    """A value as a field of type ``hint`` has it."""
    kind = Mapping if is_dataclass(hint) else get_origin(hint) or hint
    kinds, said = _KINDS[Mapping if kind not in _KINDS else kind]
    right = isinstance(value, kinds) and isinstance(value, bool) == (kind is bool)
    if not right:
        raise RecipeError(f"{place} is {value!r}, not {said}")
    if is_dataclass(hint):
        return _filled(hint, value, f"{place} ", {})  # type: ignore[arg-type]
    if kind is tuple:
        inner = get_args(hint)[0]
        return tuple(_fitting(inner, one, f"{place} {n}") for n, one in enumerate(value, 1))
    return value
