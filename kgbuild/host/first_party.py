"""The plugins that come from the same hands: what to install where one is missing."""

from __future__ import annotations

__all__ = ["EXTRACTORS", "how_to_install"]

_DISTRIBUTIONS = {
    "lexicon": "kgbuild-lexicon",
    "linker": "kgbuild-linker",
    "spacy": "kgbuild-spacy",
    "spacy-rules": "kgbuild-spacy",
    "transformer": "kgbuild-transformer",
}
"""Components by name, and the distribution that has each."""

EXTRACTORS = "kgbuild-transformer, kgbuild-linker, kgbuild-lexicon, kgbuild-spacy"
"""What finds names and relations, for whoever has none of it."""


def how_to_install(component: str) -> tuple[str, ...]:
    """The hint for a component that is not there; nothing for one that is nobody's here.

    >>> how_to_install("linker")
    ('pip install kgbuild-linker',)
    """
    distribution = _DISTRIBUTIONS.get(component)
    return (f"pip install {distribution}",) if distribution else ()
