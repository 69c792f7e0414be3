"""Markdown: CommonMark and its tables, with the markup removed.

Passages are paragraphs (in lists and quotations too), headings, and tables, whose cells are
joined by tabs and rows by line ends. Emphasis, links and inline HTML leave their words; an
image leaves its description. Code blocks and HTML blocks are unread, and so are references.

Front matter (YAML between ``---`` lines) may hold title, pmid, pmcid, doi, date, journal,
language, licence and authors; other keys are unread. The title is that of the front matter,
else the first heading of level 1 if nothing stands before it.

The abstract is what follows a heading ``Abstract``; that heading itself is left out of the
text, so that title and abstract are joined as in every other format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import SectionKind, Unread
from kgbuild.readers.citation import language_code, written_date
from kgbuild.readers.composition import Composition
from kgbuild.readers.headings import Headings, is_abstract
from kgbuild.readers.text import TextSettings, decode, is_binary, read_whole
from kgbuild.readers.written_identifiers import written_identifiers

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["SPEC", "MarkdownReader"]

LONGEST_MARKED = 20_000
"""A longer paragraph is kept as it is written: a parser of its markup takes quadratic time."""

_FRONT_MATTER = re.compile(
    r"---[ \t]*\r?\n(.{0,100000}?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE
)
_FACTS = frozenset(
    {"title", "pmid", "pmcid", "doi", "date", "journal", "language", "licence", "license",
     "author", "authors"}
)  # fmt: skip


class MarkdownReader:
    """Reads Markdown: one file is one document."""

    def __init__(self, settings: TextSettings) -> None:
        from markdown_it import MarkdownIt

        self._settings = settings
        self._markdown = MarkdownIt("commonmark").enable("table").disable("inline")

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield the one document of the file. Raises InputError."""
        with file.open() as stream:
            raw = read_whole(stream, file=file.name, most=self._settings.max_bytes)
        source = decode(raw, file=file.name, settings=self._settings)
        body, facts, unread = _front_matter(source)
        definitions: dict[str, Any] = {}
        blocks = self._markdown.parse(body, definitions)
        for block in blocks:
            if block.type == "inline" and len(block.content) <= LONGEST_MARKED:
                block.children = []
                self._markdown.inline.parse(
                    block.content, self._markdown, definitions, block.children
                )
        page = _Page(_line(facts.get("title")), unread)
        page.add_blocks(blocks)
        if not page.text.length:
            yield Unread(what="text", place=file.name, problem="holds no text")
            return
        curies, unknown = written_identifiers(
            pmid=_line(facts.get("pmid")),
            pmcid=_line(facts.get("pmcid")),
            doi=_line(facts.get("doi")),
        )
        authors = facts.get("authors", facts.get("author", []))
        yield page.text.document(
            curies,
            date=written_date(_line(facts.get("date"))),
            journal=_line(facts.get("journal")),
            language=language_code(_line(facts.get("language"))),
            licence=_line(facts.get("licence", facts.get("license"))),
            authors=tuple(
                filter(None, map(_line, authors if isinstance(authors, list) else [authors]))
            ),
            unread=(*unknown, *page.unread),
        )


def _front_matter(source: str) -> tuple[str, dict[str, Any], list[Unread]]:
    """The body, blank where the front matter was; the facts; what was not understood."""
    import yaml

    found = _FRONT_MATTER.match(source)
    if not found:
        return source, {}, []
    body = "\n" * found.group().count("\n") + source[found.end() :]
    try:
        # Everything stays a string: a PMID is no number, and no tag makes an object.
        facts = yaml.load(found[1], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        problem = f"is not YAML: {error}".partition("\n")[0]
        return body, {}, [Unread(what="front matter", place="line 1", problem=problem)]
    if not isinstance(facts, dict):
        return body, {}, [Unread(what="front matter", place="line 1")]
    unread = [Unread(what=f"front matter: {key}") for key in facts if key not in _FACTS]
    return body, facts, unread


def _line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


class _Page:
    """The document in the making, and where in it the blocks stand."""

    def __init__(self, title: str, unread: list[Unread]) -> None:
        self.text = Composition()
        self.text.add(SectionKind.TITLE, title)
        self.unread = unread
        self._title = title
        self._above = Headings()

    def add_blocks(self, tokens: Sequence[Token]) -> None:
        """Add the blocks of a parsed text, in order."""
        waiting = iter(tokens)
        for token in waiting:
            if token.type == "heading_open":
                self._add_heading(int(token.tag[1:]), _plain(next(waiting)))
            elif token.type == "table_open":
                self._add(_cells(waiting), SectionKind.TABLE)
            elif token.type in {"fence", "code_block"}:
                self._leave_out("code block", token)
            elif token.type == "html_block":
                if not token.content.lstrip().startswith("<!--"):
                    self._leave_out("HTML block", token)
            elif token.type == "inline":
                self._add(_plain(token), self._above.kind)

    def _add_heading(self, level: int, heading: str) -> None:
        if level == 1 and (not self.text.length or _same(heading, self._title)):
            if not self.text.length:
                self.text.add(SectionKind.TITLE, heading)
            return
        self._above.enter(level, heading)
        if self._above.in_references:
            if self._above.path[-1] == heading:
                self.unread.append(Unread(what="reference list"))
        elif not is_abstract(heading):
            self.text.add(SectionKind.HEADING, heading, path=self._above.path)

    def _add(self, passage: str, kind: SectionKind) -> None:
        if not self._above.in_references:
            self.text.add(kind, passage, path=self._above.path)

    def _leave_out(self, what: str, token: Token) -> None:
        place = f"line {token.map[0] + 1}" if token.map else ""
        self.unread.append(Unread(what=what, place=place))


def _same(heading: str, title: str) -> bool:
    return heading.casefold().rstrip(".") == title.casefold().rstrip(".")


def _plain(inline: Token) -> str:
    """The words of an inline token."""
    if not inline.children:
        return " ".join(inline.content.splitlines())
    parts: list[str] = []
    waiting = list(reversed(inline.children))
    while waiting:
        token = waiting.pop()
        if token.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif token.type == "image":
            waiting += reversed(token.children or ())
        elif token.type in {"text", "text_special", "code_inline"}:
            parts.append(token.content)
    return "".join(parts).strip()


def _cells(waiting: Iterator[Token]) -> str:
    """The cells up to the table's end."""
    rows: list[list[str]] = []
    for token in waiting:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_plain(token))
    return "\n".join("\t".join(row) for row in rows)


def _accepts(name: str, head: bytes) -> bool:
    return name.lower().endswith((".md", ".markdown")) and not is_binary(head)


SPEC = ReaderSpec(
    name="markdown",
    summary="Markdown with front matter: one file, one document.",
    create=MarkdownReader,
    settings=TextSettings,
    suffixes=(".md", ".markdown"),
    accepts=_accepts,
)
