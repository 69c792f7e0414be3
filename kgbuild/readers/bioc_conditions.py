"""The conditions of a relation as infons of BioC: ``condition_species``, ``condition_dose`` …

A second value of a name has a number behind it (``condition_population_2``), for the infons of JSON
have one value each. A name that ends in a number itself always gets one more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kgbuild.readers.composition import without_unstorable

__all__ = ["as_infons", "from_infons"]

_PREFIX = "condition_"
_NUMBERED = re.compile(r"(.*)_[0-9]+", re.DOTALL)


def as_infons(conditions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """An infon for each condition.

    >>> as_infons([("population", "Japanese"), ("population", "women")])
    {'condition_population': 'Japanese', 'condition_population_2': 'women'}
    """
    infons: dict[str, str] = {}
    for name, value in conditions:
        key, number = f"{_PREFIX}{name}", 1
        while key in infons or (number == 1 and _NUMBERED.fullmatch(name)):
            number += 1
            key = f"{_PREFIX}{name}_{number}"
        infons[key] = value
    return infons


def from_infons(infons: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The conditions among the infons, sorted."""
    found = []
    for key, value in infons.items():
        if key.startswith(_PREFIX):
            name = key.removeprefix(_PREFIX)
            numbered = _NUMBERED.fullmatch(name)
            name = without_unstorable(numbered[1] if numbered else name)
            if name != "novelty":  # which has an infon of its own, and values of its own
                found.append((name, value))
    return tuple(sorted(found))
