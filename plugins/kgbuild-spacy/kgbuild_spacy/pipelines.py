"""spaCy's pipelines: a blank one, or one that is installed. Nothing is ever downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgbuild import ComponentUnavailableError

if TYPE_CHECKING:
    from spacy.language import Language

# spaCy's own limit guards parsers against exhausting memory; a text here is one document.
_LONGEST = 1_000_000_000


def blank() -> Language:
    """English tokens and nothing else: needs no model."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.max_length = _LONGEST
    return pipeline


def installed(model: str) -> Language:
    """The pipeline of that name, or in that folder. Raises ComponentUnavailableError."""
    import spacy

    try:
        return spacy.load(model)
    except OSError as error:
        raise ComponentUnavailableError(
            f"no spaCy pipeline {model!r} is installed",
            plugin="spacy",
            hints=[
                f"install it, e.g. with: python -m spacy download {model}",
                "or leave the setting `model` out: blank English needs none",
            ],
        ) from error
