"""Plain text: one file is one document, and its text is the file's, to the character.

Nothing is changed but what cannot be stored: a byte order mark at the start is left out, a NUL
or lone surrogate becomes U+FFFD. Line ends stay as they are.

The encoding is that of the byte order mark (UTF-8, 16 or 32), else UTF-8, else what the setting
``encoding`` says; it is never guessed.

Sections: a paragraph ends at a blank line. The first paragraph is the title if it is a single
line of at most 300 characters and another paragraph follows. A line that begins a paragraph and
holds nothing but a usual heading (``Methods``, ``2. RESULTS:``) is a heading; the paragraphs
after it get its kind. Before any heading they are OTHER. What follows the heading
``References`` is kept in the text, which is the file's, but belongs to no section, and is said
to be unread.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import Section, SectionKind, Span, Unread
from kgbuild.errors import InputError, LimitError
from kgbuild.readers.composition import Composition
from kgbuild.readers.headings import Headings, bare, is_reference_list

__all__ = ["SPEC", "TextReader", "TextSettings", "decode", "is_binary", "read_whole"]

LONGEST_TITLE = 300
LONGEST_HEADING = 60

# UTF-32's mark begins with UTF-16's, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive, or an office document, which is one inside"),
    (b"\x1f\x8b\x08", "gzip-compressed"),
    (b"\xfd7zXZ\x00", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "zstandard-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
# Markup and data are text too, but no prose: better said to be unknown than read as it stands.
_NOT_PROSE = re.compile(rb'\s*(<[?!a-zA-Z][^<>]{0,2000}>|[{\[]\s*["\[{])')
_NO_PROSE_SUFFIXES = (
    ".bib", ".cfg", ".conll", ".css", ".csv", ".ini", ".js", ".json", ".log", ".nq", ".nt", ".obo",
    ".owl", ".py", ".r", ".rdf", ".sh", ".sql", ".toml", ".tsv", ".ttl", ".xml", ".yaml", ".yml",
)  # fmt: skip
_USUAL_HEADINGS = frozenset(
    """
    abstract|acknowledgements|acknowledgments|aims|background|case description|case presentation
    |case report|competing interests|conclusion|conclusions|conflict of interest
    |conflicts of interest|discussion|findings|funding|introduction|materials and methods
    |method|methods|methods and materials|objective|objectives|patients and methods
    |references|references cited|bibliography|literature cited|results
    |results and discussion|summary|supplementary material|abbreviations
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


class TextSettings(BaseModel):
    """Settings of the readers of text: ``encoding`` is used where no byte order mark is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str = Field("utf-8", description="the encoding of files without byte order mark")
    errors: Literal["strict", "replace"] = Field(
        "strict", description="what to do with bytes that the encoding does not have"
    )
    max_bytes: int = Field(100_000_000, gt=0, description="the largest file read as one document")

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            b"any".decode(encoding, "replace")
        except (LookupError, UnicodeError, ValueError) as error:
            raise ValueError(
                f"unknown encoding {encoding!r}; usual are utf-8, latin-1, cp1252, utf-16"
            ) from error
        return encoding


def read_whole(stream: IO[bytes], *, file: str, most: int) -> bytes:
    """All bytes of a stream that becomes one document. Raises LimitError beyond ``most``."""
    raw = stream.read(most + 1)
    if len(raw) > most:
        raise LimitError(
            f"is larger than {most:,} bytes, the most that is read as one document",
            file=file,
            hints=["the reader's setting max_bytes allows more"],
        )
    return raw


def decode(raw: bytes, *, file: str, settings: TextSettings) -> str:
    r"""The text of bytes, without byte order mark. Raises InputError with the byte's offset.

    >>> decode(b"\xff\xfea\x00", file="x.txt", settings=TextSettings())
    'a'
    """
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    encoding = marked or settings.encoding
    if encoding.lower().startswith(("utf-8", "utf8", "latin", "ascii", "cp1252")):
        _refuse_binary(raw, file)
    try:
        return raw.decode(encoding, settings.errors)
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not {encoding.removesuffix('-sig')}: {error.reason}",
            file=file,
            place=f"byte {error.start}",
            hints=["set the reader's encoding, e.g. latin-1 or cp1252, or errors to replace"],
        ) from error


def _refuse_binary(raw: bytes, file: str) -> None:
    for magic, what in _BINARY:
        if raw.startswith(magic):
            raise InputError(f"is no text: it is {what}", file=file, place="byte 0")
    if (nul := raw.find(b"\0")) >= 0:
        raise InputError(
            "is no text: it holds a NUL byte",
            file=file,
            place=f"byte {nul}",
            hints=["if it is UTF-16 without a byte order mark, set the reader's encoding"],
        )


def is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any encoding that can be told from them."""
    if head.startswith(tuple(mark for mark, _ in _MARKS)):
        return False
    return b"\0" in head or head.startswith(tuple(magic for magic, _ in _BINARY))


class TextReader:
    """Reads plain text."""

    def __init__(self, settings: TextSettings) -> None:
        self._settings = settings

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield the one document of the file. Raises InputError."""
        with file.open() as stream:
            raw = read_whole(stream, file=file.name, most=self._settings.max_bytes)
        text = decode(raw, file=file.name, settings=self._settings)
        if not text.strip():
            yield Unread(what="text", place=file.name, problem="holds nothing but white space")
            return
        whole = Composition()
        whole.add(SectionKind.OTHER, text)
        document = whole.document()
        sections = tuple(_sections(document.text))
        kept = tuple(section for section in sections if not _in_references(section))
        unread = (Unread(what="reference list"),) if len(kept) < len(sections) else ()
        yield replace(document, sections=kept, unread=unread)


def _in_references(section: Section) -> bool:
    return bool(section.path) and is_reference_list(section.path[-1])


def _sections(text: str) -> Iterator[Section]:
    """The sections of a plain text, in order; they cover all but white space at their ends."""
    above = Headings()
    paragraphs = list(_paragraphs(text))
    for number, lines in enumerate(paragraphs):
        first = lines[0]
        if _is_usual_heading(first.of(text)):
            above.enter(1, first.of(text))
            yield Section(kind=SectionKind.HEADING, span=first, path=above.path)
            body = lines[1:]
        elif number == 0 and len(paragraphs) > 1 and _is_title(lines):
            yield Section(kind=SectionKind.TITLE, span=first)
            body = []
        else:
            body = lines
        if body:
            yield Section(kind=above.kind, span=Span(body[0].start, body[-1].end), path=above.path)


def _is_usual_heading(line: str) -> bool:
    return len(line) <= LONGEST_HEADING and bare(line) in _USUAL_HEADINGS


def _is_title(lines: list[Span]) -> bool:
    return len(lines) == 1 and lines[0].end - lines[0].start <= LONGEST_TITLE


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """The lines of each paragraph, without the white space around each line."""
    lines: list[Span] = []
    start = 0
    for line in text.splitlines(keepends=True):
        if kept := line.strip():
            first = start + len(line) - len(line.lstrip())
            lines.append(Span(first, first + len(kept)))
        elif lines:
            yield lines
            lines = []
        start += len(line)
    if lines:
        yield lines


def _accepts(name: str, head: bytes) -> bool:
    lowered = name.lower()
    if lowered.endswith((".txt", ".text")):
        return True
    if lowered.endswith(_NO_PROSE_SUFFIXES):
        return False
    return bool(head) and not is_binary(head) and not _NOT_PROSE.match(head)


SPEC = ReaderSpec(
    name="text",
    summary="Plain text: one file, one document. Asked when no other reader claims a file.",
    create=TextReader,
    settings=TextSettings,
    suffixes=(".txt",),
    accepts=_accepts,
    fallback=True,
)
