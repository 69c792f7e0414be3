"""What plugins provide: the Protocols of the components, and the Specs that describe them.

A component does one job and has one method, so any object will do. A Spec describes a
component without making it: a Spec is cheap, making the component may load a gigabyte.

Settings are pydantic models, checked before ``create`` is called. ``NoSettings`` is for a
component that has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

from kgbuild.annotation import AnnotatedDocument, Annotations, Link, Mention
from kgbuild.assertion import (
    Assertion,
    Concept,
    Contradiction,
    Inference,
    Prediction,
    Source,
)
from kgbuild.document import Document, Span, Unread
from kgbuild.errors import ContractError, InputError

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = [
    "DocumentResult",
    "Exporter",
    "ExporterSpec",
    "Extractor",
    "ExtractorSpec",
    "Failure",
    "Graph",
    "Linker",
    "LinkerSpec",
    "NewVocabulary",
    "PaperFile",
    "Reader",
    "ReaderSpec",
    "Reading",
    "Rules",
    "RulesSpec",
    "Segmenter",
    "SegmenterSpec",
    "Spec",
    "Task",
    "Terminology",
    "TerminologySpec",
    "Trainer",
    "Vocabulary",
    "VocabularyReport",
    "Withdrawal",
    "tables_fingerprint",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    """One file of literature, wherever it lies: in a folder, an archive, or standard input.

    ``name`` is shown to people (``a.tar.gz!b/c.xml`` for a member of an archive). ``open``
    gives its bytes, already decompressed, within the limits on size; it may be called again.
    """

    name: str
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A file says that a document is no longer published (MEDLINE's DeleteCitation)."""

    document: str


Reading = Document | AnnotatedDocument | Unread | Withdrawal
"""What a reader yields: documents, with or without annotations; a record that it could not
read (an :class:`~kgbuild.document.Unread` with a ``problem``); a withdrawal."""


class Reader(Protocol):
    """Turns a file into documents, one at a time, holding no more than one record."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield what the file holds. Raise InputError where the rest cannot be read."""
        ...


class Segmenter(Protocol):
    """Finds the sentences of a document."""

    def segment(self, document: Document) -> Sequence[Span]:
        """The sentences, in order, without overlap, none across a section border."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A document (with sentences) and what the components before this one said of it."""

    document: Document
    annotations: Annotations = field(default_factory=Annotations)


class Extractor(Protocol):
    """Finds mentions, or relations, or both in one pass."""

    def extract(self, batch: Sequence[Task]) -> Iterable[Annotations]:
        """What it adds: one Annotations for each task, in order."""
        ...


class Linker(Protocol):
    """Says which concepts mentions name."""

    def link(self, document: Document, mentions: Sequence[Mention]) -> Iterable[Link]:
        """Links for the mentions that it has an opinion on, in any order.

        No link means no opinion, and the next linker is asked; a Link without candidates
        means NIL.
        """
        ...


class Terminology(Protocol):
    """Names, hierarchy and equivalences of concepts, for whoever asks."""

    def concept(self, curie: str) -> Concept | None:
        """What is known of a concept, or None."""
        ...

    def parents(self, curie: str) -> Sequence[str]:
        """The concepts directly above it (is-a); empty where there are none."""
        ...

    def preferred(self, curie: str) -> str:
        """The identifier to use for it: its own, or that of an exact match by stated order."""
        ...


class Rules(Protocol):
    """Rules for ``kgbuild reason``: what follows from what texts state."""

    def texts(self) -> Mapping[str, str]:
        """Rules in Nemo's syntax, by the name of the file that they are in."""
        ...


class Graph(Protocol):
    """What may be read of a graph: by exporters, views and answers.

    Every iterator streams, in the order of the identifiers, whatever the order of arrival.
    Only the version of a work that counts is shown.
    """

    def documents(self) -> Iterator[Document]:
        """The documents, sentences included."""
        ...

    def document(self, curie: str) -> Document:
        """One document, by any of its identifiers. Raises NotInGraphError."""
        ...

    def annotated(self, curie: str) -> AnnotatedDocument:
        """One document with its mentions, links and relations. Raises NotInGraphError."""
        ...

    def concepts(self) -> Iterator[Concept]:
        """The concepts that are linked in a text or stand in an assertion."""
        ...

    def concept(self, curie: str) -> Concept:
        """One concept. Raises NotInGraphError."""
        ...

    def assertions(
        self,
        *,
        subject: str | None = None,
        predicate: str | None = None,
        object: str | None = None,  # noqa: A002 - the field's word
    ) -> Iterator[Assertion]:
        """The assertions, each with all its evidence and reviews."""
        ...

    def said_in(self, curie: str) -> Iterator[Assertion]:
        """What one document says: assertions, each with the evidence of that document alone.

        Raises NotInGraphError.
        """
        ...

    def assertion(self, identity: str) -> Assertion:
        """One assertion, by its id or an unambiguous beginning of it. Raises NotInGraphError."""
        ...

    def sources(self) -> Iterator[Source]:
        """Every source that some evidence names."""
        ...

    def belief(self, assertion: Assertion) -> float:
        """How far one of its assertions may be believed, in [0, 1], denials weighed against it."""
        ...

    def contradictions(self) -> Iterable[Contradiction]:
        """The pairs of assertions that disagree, the weightiest first."""
        ...

    def inferences(self) -> Iterator[Inference]:
        """What rules conclude and no text states; nothing where that is of an older graph."""
        ...

    def predictions(self) -> Iterator[Prediction]:
        """Links that were suggested, the likeliest first; nothing where of an older graph."""
        ...

    def counts(self) -> Mapping[str, int]:
        """How many documents, mentions, linked, concepts, assertions, evidence, failures …"""
        ...


class Exporter(Protocol):
    """Writes a graph in one format."""

    def export(self, graph: Graph, target: Path) -> Mapping[str, int] | None:
        """Write the whole graph to ``target``: a file, or a folder if the Spec says so.

        Return what the format could not hold, counted by reason, or None. The host gives a
        temporary path and renames it when the exporter returns, so nothing half-written is ever
        seen. The bytes must depend on the graph alone.
        """
        ...


if TYPE_CHECKING:
    Settings = BaseModel
else:
    Settings = Any


def _no_settings() -> type[Settings]:
    from pydantic import BaseModel, ConfigDict

    return type("NoSettings", (BaseModel,), {"model_config": ConfigDict(extra="forbid")})


def _no_fingerprint(settings: Settings) -> str:
    return ""


def _nothing_to_say(settings: Settings) -> str:
    return ""


@cache
def tables_fingerprint(*packages: str) -> str:
    """A hash of the files that come with packages besides their modules: word lists, weights.

    For ``Spec.fingerprint``: nobody has to remember a table that is new or was changed. What lies
    in folders of a package is left out.
    """
    import hashlib

    whole = hashlib.sha256()
    for package in packages:
        held = {file.name: file for file in _folder(package).iterdir() if file.is_file()}
        for name in sorted(name for name in held if not name.endswith(".py")):
            table = held[name].read_bytes()
            whole.update(f"{package}/{name} {len(table)}\n".encode() + table)
    return whole.hexdigest()


def _folder(package: str) -> Path:
    """Where a package lies; it is not imported for that: an ingest may have no use for it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package!r}", name=package)
    return Path(spec.submodule_search_locations[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What every Spec says.

    ``name`` is what the configuration says: lower case, words joined by hyphens. ``summary``
    is one line for ``plugins list``. ``create`` makes the component from checked settings and
    raises ComponentUnavailableError where something is missing. ``settings`` gives the pydantic
    class of the settings (a function, so that pydantic is imported only when it is needed; a
    class works too). ``fingerprint`` hashes the files that the result depends on: word lists,
    weights. Settings are hashed by the host, with what lies in the files that they name.
    ``computes`` says in a few words what was chosen for this machine, such as a precision; it is
    told when a run starts, unless it is empty.
    """

    name: str
    summary: str
    create: Callable[[Any], Any]
    settings: Callable[[], type[Settings]] | type[Settings] = field(default=_no_settings)
    fingerprint: Callable[[Any], str] = field(default=_no_fingerprint)
    computes: Callable[[Any], str] = field(default=_nothing_to_say)

    def settings_class(self) -> type[Settings]:
        """The pydantic class that checks this component's settings."""
        given = self.settings
        return given if isinstance(given, type) else given()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSpec(Spec):
    """A reader. ``accepts(name, head)`` says whether it can read a file.

    ``name`` is the file's name without ``.gz``; ``head`` its first 4,096 bytes at most,
    decompressed. A reader claims what it is sure of; two claims are an error. ``fallback``
    readers (plain text) are asked only when nobody else claims the file. ``suffixes`` are for
    people and for ``--dry-run``.
    """

    suffixes: tuple[str, ...]
    accepts: Callable[[str, bytes], bool]
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmenterSpec(Spec):
    """A segmenter: one is chosen by name."""


class Trainer(Protocol):
    """Trains a component, from gold annotations or from plain text."""

    def __call__(self, sources: Sequence[Path], target: Path, tell: Callable[[str], None]) -> None:
        """Write to the folder ``target`` what the component's settings can then name.

        ``sources`` is a recipe in the component's own form, or files and folders of gold (for
        pre-training: of text). A run that was stopped goes on when it is called again.
        ``tell`` hears of the progress.
        Raises ConfigError, InputError.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractorSpec(Spec):
    """An extractor, with what it may emit and what must be there before it.

    ``requires`` holds any of "sentences", "mentions", "links": an extractor that requires
    links runs after the linkers, the others before, each group in the configured order.
    ``languages`` are the BCP 47 codes that it reads; empty means any. ``train`` is given by
    what ``kgbuild train`` can train, ``pretrain`` by what ``kgbuild pretrain`` can.
    """

    categories: frozenset[str] = frozenset()
    predicates: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset({"en"})
    train: Trainer | None = None
    pretrain: Trainer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkerSpec(Spec):
    """A linker. Tried in the configured order; the first link with candidates is kept.

    ``categories`` are the Biolink classes it can link; empty means any.
    """

    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a terminology was made from: name, version, licence, and the hash of the files."""

    name: str
    version: str
    licence: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVocabulary:
    """Files to add to a terminology, as they are published.

    ``format`` is a :class:`kgbuild.terms.TermFormat`, "auto" by the files' names. ``name``,
    ``version`` and ``licence`` stand for what the files say of themselves. ``category`` is the
    Biolink class of concepts that state none. ``replace`` says that this is a whole release: of
    what the default has of the same vocabulary nothing else is kept.
    """

    files: tuple[Path, ...]
    format: str = "auto"
    encoding: str = "utf-8"
    languages: tuple[str, ...] = ("en",)
    name: str = ""
    version: str = ""
    licence: str = ""
    category: str = ""
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyReport:
    """What adding or removing gave: the terminology's size, and what was left out and why.

    ``left_out`` counts by reason; ``examples`` are the first of them, with file and line.
    """

    vocabularies: tuple[str, ...]
    concepts: int
    names: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


Tell = Callable[[str], None]
"""Hears of the progress."""


def _no_vocabularies(settings: Settings) -> Sequence[Vocabulary]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminologySpec(Spec):
    """A terminology. Asked in the configured order; the first that knows the concept answers.

    ``vocabularies`` says, for checked settings, what it was made from. ``add`` takes files into
    the user's own terminology, which the settings name, and ``remove`` takes a vocabulary out by
    its name; both leave the one in use as it is until the new one is complete, and raise
    ConfigError or InputError with file and line. None where that cannot be done.
    """

    vocabularies: Callable[[Any], Sequence[Vocabulary]] = field(default=_no_vocabularies)
    add: Callable[[Any, NewVocabulary, Tell], VocabularyReport] | None = None
    remove: Callable[[Any, str, Tell], VocabularyReport] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesSpec(Spec):
    """A set of rules. Applied where ``[reasoning] rules`` or ``kgbuild reason --rules`` names it.

    Names of rules are one space: begin them with something of your own.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterSpec(Spec):
    """An exporter, chosen by ``--format`` or by the file's suffix.

    ``suffixes`` are with the dot, e.g. ``(".ttl",)``. ``folder`` is True for a format of
    several files; then the target is a folder.
    """

    suffixes: tuple[str, ...] = ()
    folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something that failed alone: a file, a record or a document, in one component.

    ``document`` is the CURIE where one is known, ``place`` where in the file. ``error`` is the
    class of the error, ``message`` what it said.
    """

    file: str
    component: str
    error: str
    message: str
    document: str = ""
    place: str = ""

    @property
    def where(self) -> str:
        """The file, the document and the place, as far as they are known."""
        return ", ".join(filter(None, (self.file, self.document, self.place)))

    @classmethod
    def of(cls, error: Exception, component: str, *, file: str = "", document: str = "") -> Self:
        """What an error says of a file or document, without what the other fields say.

        >>> Failure.of(ContractError("returned None", component="shouting"), "shouting").message
        'returned None'
        """
        message, place = str(error), ""
        if isinstance(error, InputError):
            message, place = error.message, error.place
        elif isinstance(error, ContractError):
            message, place = error.message, error.document if error.document != document else ""
        kind = type(error).__name__
        return cls(
            file=file,
            component=component,
            error=kind,
            message=message or kind,
            document=document,
            place=place,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentResult:
    """What the pipeline made of one document; given to ``kgbuild_after_document``."""

    document: Document
    annotations: Annotations
    assertions: tuple[Assertion, ...]
    failures: tuple[Failure, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
