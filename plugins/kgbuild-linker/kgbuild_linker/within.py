"""Names that stand within the name of something else: "insulin" in "insulin resistance".

The corpora mark hardly any of these: of their mentions of genes and chemicals four, and none of
diseases ("pertussis toxin"; what they mark are vaccines).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kgbuild import Span
from kgbuild_linker.records import Group

__all__ = ["within_another"]

_REACH = 60


class _Place(NamedTuple):
    """What such a name is, what stands before it and what behind it."""

    behind: str = ""
    name: str = r".*"
    before: str = ""

    def holds(self, before: str, name: str, behind: str) -> bool:
        return (
            re.match(self.behind, behind) is not None
            and re.fullmatch(self.name, name) is not None
            and re.search(rf"{self.before}\Z", before) is not None
        )


_PLACES: Mapping[Group, tuple[_Place, ...]] = MappingProxyType(
    {
        Group.GENE: (
            _Place(r"[ -](?:stimulation|suppression|tolerance|challenge|provocation) tests?\b"),
            _Place(r"[ -](?:resistan|insensitiv)\w+"),
        ),
        Group.DISEASE: (_Place(r"[ -](?:anti)?tox(?:in|oid)s?\b"),),
        Group.CHEMICAL: (
            _Place(r" derived\b"),
            _Place(r"[- ]?", "[Cc]arbon", r"\b[Oo]ne-"),
            _Place(r"(?:[- ]resistant)?(?: [\w-]+)? cells?\b", before=r"\w/"),
            _Place(
                r"(?:/threonine)?[ -](?:protein )?(?:kinase|phosphatase|prote(?:in)?ase|peptidase)",
                r"(?i:serine|tyrosine|threonine|cysteine|histidine|aspartic)",
            ),
        ),
    }
)


def within_another(text: str, span: Span, group: Group) -> bool:
    """Whether a mention is part of another thing's name, and names nothing by itself.

    >>> sentence = "The insulin resistance of DLD-1/5-FU cells."
    >>> within_another(sentence, Span(4, 11), Group.GENE)
    True
    >>> within_another(sentence, Span(32, 36), Group.CHEMICAL)
    True
    """
    before, behind = text[max(0, span.start - _REACH) : span.start], text[span.end :][:_REACH]
    return any(one.holds(before, span.of(text), behind) for one in _PLACES.get(group, ()))
