"""Where one stands among a text's headings, for formats that have headings and no sections."""

from __future__ import annotations

import re

from kgbuild.document import SectionKind
from kgbuild.readers.composition import kind_of_heading

__all__ = ["Headings", "is_abstract", "is_reference_list"]

_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.)\s+")
_ABSTRACT = frozenset({"abstract"})
_REFERENCES = frozenset(
    {
        "reference",
        "references",
        "references cited",
        "bibliography",
        "literature",
        "literature cited",
        "works cited",
        "further reading",
    }
)


def bare(heading: str) -> str:
    """The heading in lower case, without its number and what ends it.

    >>> bare("2.1 Materials and Methods:")
    'materials and methods'
    """
    return _NUMBER.sub("", heading.strip()).rstrip(" .:").lower()


def is_abstract(heading: str) -> bool:
    """Whether the heading is the word Abstract."""
    return bare(heading) in _ABSTRACT


def is_reference_list(heading: str) -> bool:
    """Whether what follows the heading are references, which are never text."""
    return bare(heading) in _REFERENCES


class Headings:
    """The headings above the present place, outermost first.

    >>> above = Headings()
    >>> above.enter(2, "Methods"); above.enter(3, "Mice"); above.path, above.kind.value
    (('Methods', 'Mice'), 'methods')
    >>> above.enter(2, "References"); above.path, above.in_references
    (('References',), True)
    """

    def __init__(self) -> None:
        self._above: list[tuple[int, str]] = []

    def enter(self, level: int, heading: str) -> None:
        """A heading: it ends every section of its level or below."""
        self._above = [*(above for above in self._above if above[0] < level), (level, heading)]

    @property
    def path(self) -> tuple[str, ...]:
        """The headings' words."""
        return tuple(heading for _, heading in self._above)

    @property
    def in_references(self) -> bool:
        """Whether the place lies in a list of references."""
        return any(map(is_reference_list, self.path))

    @property
    def kind(self) -> SectionKind:
        """What the section is for: ABSTRACT within one, else what the innermost heading says."""
        if any(map(is_abstract, self.path)):
            return SectionKind.ABSTRACT
        kinds = (kind_of_heading(heading) for heading in reversed(self.path))
        return next((kind for kind in kinds if kind is not SectionKind.OTHER), SectionKind.OTHER)
