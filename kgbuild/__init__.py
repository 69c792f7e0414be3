"""kgbuild turns medical literature into a knowledge graph in which every edge shows its sentences.

Plugins and scripts use the names in ``__all__`` and in ``kgbuild.terms``, scripts also those of
``kgbuild.analysis``; everything else may change without notice. Importing this package is cheap:
no torch, no rdflib, no networkx.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kgbuild import terms
from kgbuild.annotation import (
    AnnotatedDocument,
    Annotations,
    Candidate,
    Cue,
    Link,
    Mention,
    Relation,
    Status,
)
from kgbuild.assertion import (
    Assertion,
    Concept,
    Contradiction,
    Derivation,
    Evidence,
    Inference,
    Review,
    Source,
    Verdict,
)
from kgbuild.components import (
    DocumentResult,
    Exporter,
    ExporterSpec,
    Extractor,
    ExtractorSpec,
    Failure,
    Graph,
    Linker,
    LinkerSpec,
    NewVocabulary,
    PaperFile,
    Reader,
    ReaderSpec,
    Reading,
    Rules,
    RulesSpec,
    Segmenter,
    SegmenterSpec,
    Task,
    Terminology,
    TerminologySpec,
    Vocabulary,
    VocabularyReport,
    Withdrawal,
    tables_fingerprint,
)
from kgbuild.data.relation_names import Meaning, RelationRow, relation_of, relation_table
from kgbuild.document import Document, Notice, NoticeKind, Section, SectionKind, Span, Unread
from kgbuild.errors import (
    ComponentUnavailableError,
    ConfigError,
    InputError,
    KgbuildError,
    VocabularyError,
)
from kgbuild.graph.reading import StoredGraph, load
from kgbuild.hookspecs import hookimpl
from kgbuild.vocabulary import ancestors, broad_category, category_of, compress, normalise

if TYPE_CHECKING:
    from kgbuild.terminologies import Terminologies

__version__ = "0.1.0"


def annotate(text: str | Document, *, config: Path | str | None = None) -> AnnotatedDocument:
    """Annotate one text with the pipeline of ``config``, or of the working directory.

    Gives the document with its sentences, and its mentions, links and relations. The pipeline
    is made at the first call and kept; :class:`kgbuild.annotator.Annotator` holds one openly.
    """
    from kgbuild.annotator import annotate

    return annotate(text, config=config)


def terminology(config: Path | str | None = None) -> Terminologies:
    """The terminologies of ``config``, or of the working directory, asked as one.

    Gives names, parents, ancestors and preferred identifiers: ``concept(curie)``,
    ``parents(curie)``, ``ancestors(curie)``, ``preferred(curie)``. They are opened at the first
    call and kept.
    """
    from kgbuild.terminologies import terminology

    return terminology(config)


__all__ = [
    "AnnotatedDocument",
    "Annotations",
    "Assertion",
    "Candidate",
    "ComponentUnavailableError",
    "Concept",
    "ConfigError",
    "Contradiction",
    "Cue",
    "Derivation",
    "Document",
    "DocumentResult",
    "Evidence",
    "Exporter",
    "ExporterSpec",
    "Extractor",
    "ExtractorSpec",
    "Failure",
    "Graph",
    "Inference",
    "InputError",
    "KgbuildError",
    "Link",
    "Linker",
    "LinkerSpec",
    "Meaning",
    "Mention",
    "NewVocabulary",
    "Notice",
    "NoticeKind",
    "PaperFile",
    "Reader",
    "ReaderSpec",
    "Reading",
    "Relation",
    "RelationRow",
    "Review",
    "Rules",
    "RulesSpec",
    "Section",
    "SectionKind",
    "Segmenter",
    "SegmenterSpec",
    "Source",
    "Span",
    "Status",
    "StoredGraph",
    "Task",
    "Terminology",
    "TerminologySpec",
    "Unread",
    "Verdict",
    "Vocabulary",
    "VocabularyError",
    "VocabularyReport",
    "Withdrawal",
    "__version__",
    "ancestors",
    "annotate",
    "broad_category",
    "category_of",
    "compress",
    "hookimpl",
    "load",
    "normalise",
    "relation_of",
    "relation_table",
    "tables_fingerprint",
    "terminology",
    "terms",
]
