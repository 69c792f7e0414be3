"""HTML: a publisher's or a repository's page of one paper.

Passages are headings, paragraphs, list items, captions and tables (cells joined by tabs, rows
by line ends; a table that holds paragraphs, headings or tables is layout, and read as such).
White space is collapsed as a browser does. Scripts, styles, navigation, forms, asides and
footers are left out by rule; formulas and references are counted as unread.

Facts come from ``<meta>``: Highwire's names (``citation_pmid``, ``citation_doi``,
``citation_title``, ``citation_publication_date`` …), which Google Scholar asks publishers for,
and Dublin Core's (``dc.title``, ``dc.identifier`` …). The title is that of the meta elements,
else the first ``<h1>``, else ``<title>``.

Encoding: byte order mark, else ``<meta charset>``, else UTF-8 (or the reader's setting).
libxml2 parses without network, entities of a DTD, or nesting deeper than 256.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import SectionKind, Unread
from kgbuild.errors import InputError, LimitError
from kgbuild.readers.citation import language_code, written_date
from kgbuild.readers.composition import Composition, without_unstorable
from kgbuild.readers.headings import Headings, is_abstract
from kgbuild.readers.text import TextSettings, decode, is_binary, read_whole
from kgbuild.readers.written_identifiers import written_identifiers

__all__ = ["SPEC", "HtmlReader"]

MOST_ATTRIBUTES = 5_000
"""Of one tag: libxml2 compares each with all before it, so 200,000 take a minute."""

_ATTRIBUTE = (  # as the HTML standard's tokenizer has it; possessive, so it never goes back
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?+"""
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+((?:{_ATTRIBUTE})*+)")
_PARSER_OPTIONS: dict[str, Any] = {
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*+)*+"
                        rb"(?:<!doctype\s+html|<html)[\s>]", re.IGNORECASE | re.DOTALL)  # fmt: skip
_WHITE = re.compile(r"[ \t\n\f\r]+")  # HTML's white space: a no-break space is none
_REFERENCES = re.compile(r"(?:^|\s)(?:ref-list|reference-list|references|bibliography)(?:\s|$)")

_LEFT_OUT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "textarea",
        "iframe",
        "object",
        "audio",
        "video",
        "canvas",
        "svg",
        "dialog",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_LAYOUT = ("table", "p", "div", *sorted(_HEADINGS))


class HtmlReader:
    """Reads HTML: one file is one document."""

    def __init__(self, settings: TextSettings) -> None:
        self._settings = settings

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield the one document of the file. Raises InputError."""
        with file.open() as stream:
            raw = read_whole(stream, file=file.name, most=self._settings.max_bytes)
        settings = self._settings
        if (charset := _charset(raw)) and "encoding" not in settings.model_fields_set:
            settings = settings.model_copy(update={"encoding": charset})
        root = _parse(decode(raw, file=file.name, settings=settings), file.name)
        facts = _Facts(root)
        page = _Page(facts.title)
        page.add_all(_main_part(root))
        if not page.text.length:
            yield Unread(what="text", place=file.name, problem="holds no text")
            return
        curies, unknown = facts.identifiers()
        yield page.text.document(
            curies,
            date=written_date(facts.first(*_DATES)),
            journal=facts.first("citation_journal_title", "dc.source", "prism.publicationname"),
            language=language_code(root.get("lang") or facts.first(*_LANGUAGES)),
            licence=facts.licence(),
            authors=tuple(facts.all("citation_author") or facts.all("dc.creator")),
            unread=unknown + page.unread(),
        )


def _charset(raw: bytes) -> str:
    """The encoding that the page itself names in its first 4,096 bytes, if Python has it."""
    found = _CHARSET.search(raw[:4096])
    if not found:
        return ""
    name = found[1].decode("ascii")
    try:
        b"a".decode(name)
    except (LookupError, UnicodeError):  # unknown; or a page in ASCII that says it is UTF-16
        return ""
    # What calls itself Latin-1 or ASCII is read as cp1252 by every browser (WHATWG Encoding).
    return "cp1252" if name.lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii"} else name


def _parse(text: str, file: str) -> etree._Element:
    _check_attributes(text, file)
    parser = etree.HTMLParser(**_PARSER_OPTIONS)
    try:
        root = etree.fromstring(without_unstorable(text).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"not HTML: {error.msg}", file=file) from error
    for entry in parser.error_log:
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            raise LimitError(entry.message.partition(",")[0], file=file, place=f"line {entry.line}")
    if root is None:
        raise InputError("not HTML: holds no element", file=file)
    return root


def _check_attributes(text: str, file: str) -> None:
    for tag in _TAG.finditer(text):
        written = tag[1]
        if (
            len(written) > 2 * MOST_ATTRIBUTES
            and len(_ATTRIBUTES.findall(written)) > MOST_ATTRIBUTES
        ):
            line = text.count("\n", 0, tag.start()) + 1
            raise LimitError(
                f"a tag has more than {MOST_ATTRIBUTES:,} attributes",
                file=file,
                place=f"line {line}",
            )


def _main_part(root: etree._Element) -> etree._Element:
    """Where the paper itself is: ``<main>``, a lone ``<article>``, else all."""
    for path in (".//main", ".//*[@role='main']"):
        if (found := root.find(path)) is not None:
            return found
    articles = root.findall(".//article")
    return articles[0] if len(articles) == 1 else root


def _words(text: str) -> str:
    return _WHITE.sub(" ", text).strip(" ")


_DATES = (
    "citation_publication_date", "citation_date", "citation_online_date", "citation_year",
    "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued", "article:published_time",
)  # fmt: skip
_LANGUAGES = ("citation_language", "dc.language", "dcterms.language")


class _Facts:
    """What the page says of the paper besides its text."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._meta: dict[str, list[str]] = {}
        for element in root.iter("meta"):
            name = (element.get("name") or element.get("property") or "").lower()
            if name and (content := _words(element.get("content") or "")):
                self._meta.setdefault(name, []).append(content)

    def all(self, name: str) -> list[str]:
        """What all the meta elements of a name say."""
        return self._meta.get(name, [])

    def first(self, *names: str) -> str:
        """What the first meta element of the first name that is there says."""
        return next((self._meta[name][0] for name in names if name in self._meta), "")

    @property
    def title(self) -> str:
        """The paper's title."""
        if given := self.first("citation_title", "dc.title", "dcterms.title"):
            return given
        for tag in ("h1", "title"):
            for element in self._root.iter(tag):
                if words := _words(_inner(element)):
                    return words
        return ""

    def identifiers(self) -> tuple[tuple[str, ...], tuple[Unread, ...]]:
        """The CURIEs, and what is not one. Dublin Core's identifier may be anything."""
        dublin = [name for name in self.all("dc.identifier") if "10." in name]
        return written_identifiers(
            pmid=self.first("citation_pmid"),
            pmcid=self.first("citation_pmcid"),
            doi=self.first("citation_doi") or (dublin[0] if dublin else ""),
        )

    def licence(self) -> str:
        """The licence: a link that says it is one, else Dublin Core's rights."""
        for element in self._root.iter("link", "a"):
            if "license" in (element.get("rel") or "").lower().split():
                return (element.get("href") or "").strip()
        return self.first("dcterms.license", "dc.rights", "dcterms.rights")


class _Page:
    """The document in the making, and where in the page the walk is."""

    def __init__(self, title: str) -> None:
        self.text = Composition()
        self.text.add(SectionKind.TITLE, title)
        self._title = title
        self._above = Headings()
        self._blocks: list[str] = []
        self._buffer: list[str] = []
        self._formulas = 0
        self._references = False

    def unread(self) -> tuple[Unread, ...]:
        """What did not become text."""
        counted = (("formula", self._formulas), ("reference list", int(self._references)))
        return tuple(Unread(what=what, count=count) for what, count in counted if count)

    def add_all(self, root: etree._Element) -> None:
        """Add the passages below an element, in order. Walks without recursion."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if not self._enter(element):
                    walk.skip_subtree()
            else:
                self._leave(element)
                if element is not root:
                    self._buffer.append(element.tail or "")
        self._flush()

    def _enter(self, element: etree._Element) -> bool:
        """Begin an element; False where what is in it is not to be walked."""
        tag = element.tag
        if tag in _BLOCKS:
            self._flush()
            self._blocks.append(tag)
        if tag in _LEFT_OUT or tag == "head" or element.get("hidden") is not None:
            return False
        if tag == "math":
            self._formulas += 1
            return False
        if _REFERENCES.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            self._references = True
            return False
        if tag == "table" and next(element.iterdescendants(*_LAYOUT), None) is None:
            self._add_table(element)
            return False
        if tag == "br":
            self._buffer.append(" ")
        self._buffer.append(element.text or "")
        return True

    def _leave(self, element: etree._Element) -> None:
        if element.tag in _BLOCKS:
            self._flush()
            self._blocks.pop()

    def _flush(self) -> None:
        """What was gathered belongs to the innermost open block."""
        passage = _words("".join(self._buffer))
        self._buffer = []
        if not passage:
            return
        block = self._blocks[-1] if self._blocks else ""
        if block in _HEADINGS:
            self._add_heading(int(block[1]), passage)
        elif "figcaption" in self._blocks:
            self._add(SectionKind.FIGURE, passage)
        else:
            self._add(SectionKind.TABLE if block == "caption" else self._above.kind, passage)

    def _add_heading(self, level: int, heading: str) -> None:
        if level == 1 and heading == self._title:
            return
        self._above.enter(level, heading)
        if self._above.in_references:
            self._references = True
        elif not is_abstract(heading):
            self.text.add(SectionKind.HEADING, heading, path=self._above.path)

    def _add(self, kind: SectionKind, passage: str) -> None:
        if not self._above.in_references:
            self.text.add(kind, passage, path=self._above.path)

    def _add_table(self, table: etree._Element) -> None:
        for caption in table.iter("caption"):
            self._add(SectionKind.TABLE, _words(_inner(caption)))
        rows = (
            "\t".join(_words(_inner(cell)) for cell in row.iter("td", "th"))
            for row in table.iter("tr")
        )
        self._add(SectionKind.TABLE, "\n".join(row for row in rows if row.strip()))


def _accepts(name: str, head: bytes) -> bool:
    if name.lower().endswith((".html", ".htm", ".xhtml")):
        return not is_binary(head)
    return bool(_BEGINNING.match(head))


SPEC = ReaderSpec(
    name="html",
    summary="HTML pages of papers, with Highwire and Dublin Core meta elements.",
    create=HtmlReader,
    settings=TextSettings,
    suffixes=(".html", ".htm", ".xhtml"),
    accepts=_accepts,
)


def _inner(element: etree._Element) -> str:
    """The text of an element and of what is in it."""
    return "".join(str(part) for part in element.itertext())
