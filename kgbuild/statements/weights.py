"""Tables of weights that were learnt: a line for each weight, with the features that have it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

__all__ = ["read_weights"]


@cache
def read_weights(table: str) -> Mapping[str, int]:
    """The weights of a table of this room, in tenths: so their sum does not hang on their order."""
    file = resources.files("kgbuild.statements").joinpath(table)
    lines = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    return {feature: round(10 * float(weight)) for weight, *of in lines for feature in of}
