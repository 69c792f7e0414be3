"""Annotate one text in Python, with the configured pipeline.

>>> import kgbuild
>>> said = kgbuild.annotate("Aspirin eases headache.")
>>> said.document.text[said.document.sentences[0].start : said.document.sentences[0].end]
'Aspirin eases headache.'
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from kgbuild.annotation import AnnotatedDocument
from kgbuild.config import Configuration, load_configuration
from kgbuild.document import Document, SectionKind
from kgbuild.errors import ContractError
from kgbuild.host import Host
from kgbuild.pipeline import Pipeline
from kgbuild.readers.composition import Composition

__all__ = ["Annotator", "annotate"]


class Annotator:
    """A pipeline that is ready: make it once, use it for many texts."""

    def __init__(self, configuration: Configuration | None = None) -> None:
        """Load the plugins and make the components of ``configuration``.

        The default is that of the working directory: ``kgbuild.toml`` there or above. Raises
        ConfigError, UnknownComponentError, ComponentUnavailableError.
        """
        configuration = configuration or load_configuration()
        self._pipeline = Pipeline.assemble(Host.configured(configuration), configuration)

    def annotate(self, text: str | Document) -> AnnotatedDocument:
        """The text with sentences, mentions, links and relations.

        A string becomes a document without sections' names, called by its content. Raises
        ContractError with what failed, if a component failed on it.
        """
        document = _document(text) if isinstance(text, str) else text
        result = self._pipeline.annotate_document(document)
        if result.failures:
            failure = result.failures[0]
            raise ContractError(
                f"{failure.error}: {failure.message}",
                component=failure.component,
                document=document.id,
            )
        return AnnotatedDocument(document=result.document, annotations=result.annotations)


def annotate(text: str | Document, *, config: Path | str | None = None) -> AnnotatedDocument:
    """Annotate one text with the pipeline of ``config``, or of the working directory.

    The pipeline is made at the first call and kept for the next ones.
    """
    return _annotator(Path.cwd(), Path(config) if config is not None else None).annotate(text)


@lru_cache(maxsize=2)
def _annotator(folder: Path, config: Path | None) -> Annotator:
    return Annotator(load_configuration(folder, file=config))


def _document(text: str) -> Document:
    composition = Composition()
    composition.add(SectionKind.ABSTRACT, text)
    return composition.document()
