"""Read articles in JATS and in its forerunner, the NLM DTD: PMC's and most publishers' XML.

How an article becomes text:

- the title, a space, the abstract; the parts of a structured abstract are ``LABEL: text``;
- then, each passage on its own line: other abstracts (author's summary), the body with its
  headings, the floats, the statements of the front matter (funding, conflicts), the back;
- a paragraph is one passage, a display formula or a figure within it notwithstanding: figures
  and boxes follow it. A list divides it, and each item is a passage;
- figures and tables begin with their label (``Figure 1. ...``); each row of a table is a
  passage, cells divided by tabs;
- runs of XML white space are one space. A space is put before the mark of a citation or note
  that would otherwise stick to a word (``p53<xref>12</xref>``); nothing else is added;
- a formula is text where it is letters, digits and operators, raised or lowered; any other is
  left out and counted. References, images, sub-articles, responses and translated abstracts
  are left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache

from lxml import etree

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import Document, SectionKind, Unread
from kgbuild.errors import InputError
from kgbuild.readers import jats_front
from kgbuild.readers.composition import Composition, kind_of_heading
from kgbuild.readers.jats_front import child, collapsed, descendants
from kgbuild.readers.safe_xml import character_of, iterate, text_of

__all__ = ["SPEC", "JatsReader"]

Path = tuple[str, ...]

# What a mark sticks to, and the references that are marks and not words like "Figure 1".
_WORD_END = re.compile(r"[\w)\]%]$")
_MARKS = frozenset({"bibr", "ref", "fn", "table-fn", "author-notes", "corresp", "aff"})

# Blocks that divide the paragraph they stand in, and blocks that may stand after it.
_DIVIDING = frozenset(
    {"p", "sec", "title", "list", "def-list", "disp-quote", "verse-group", "verse-line", "speech"}
    | {"statement", "preformat", "caption", "tr", "row", "app", "ack", "fn-group", "glossary"}
)
_FLOATING = frozenset(
    {"fig", "fig-group", "table-wrap", "table-wrap-group", "boxed-text", "media", "fn"}
    | {"supplementary-material", "chem-struct-wrap", "table-wrap-foot", "ref-list", "notes"}
)
_COUNTED = {
    "graphic": "image",
    "inline-graphic": "image",
    "tex-math": "formula",
    "sub-article": "sub-article",
    "response": "response",
}
_FORMULAS = frozenset({"disp-formula", "inline-formula", "math", "tex-math"})
# Identifiers and alternative texts that say nothing a reader of the page would see.
_SILENT = frozenset({"object-id", "alt-text", "long-desc", "permissions", "index-term", "sec-meta"})

_SIMPLE_MATH = frozenset(
    {"math", "mrow", "mstyle", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup"}
    | {"semantics", "annotation", "mpadded"}
)
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064"))

_SECTION_TYPES = {
    "intro": SectionKind.INTRODUCTION,
    "subjects": SectionKind.METHODS,
    "cases": SectionKind.CASE,
    "coi-statement": SectionKind.BACK,
    "data-availability": SectionKind.BACK,
    "ethics-statement": SectionKind.BACK,
}
_MAIN_ABSTRACTS = frozenset({"", "abstract", "main", "structured", "unstructured", "section"})

# A table beyond this is a data set: its rows are counted, not read.
_MOST_CELL_CHARACTERS = 100_000


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _name(element: etree._Element) -> str:
    return _local(element.tag) if isinstance(element.tag, str) else ""


class JatsReader:
    """One document for each ``<article>``; only one of a set is held at a time."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """The articles of a file. Raises InputError, with the line, where it is not XML.

        Articles before the fault are given first; an article without any text is an Unread.
        """
        number = 0
        with file.open() as stream:
            for article in iterate(stream, ["{*}article"], file=file.name):
                number += 1
                document = _Article(article).document()
                yield document if document.text else _empty(number)
        if not number:
            raise InputError("no <article> in it", file=file.name)


def _empty(number: int) -> Unread:
    problem = "the article has no title, no abstract and no body"
    return Unread(what="record", place=f"article {number}", problem=problem)


class _Article:
    """One article on its way to a document: what has become text and what has not."""

    def __init__(self, article: etree._Element) -> None:
        self._article = article
        self._text = Composition()
        self._unread: Counter[str] = Counter()
        self._notes: list[etree._Element] = []
        self._blocks: dict[str, Callable[[etree._Element, SectionKind | None, Path], None]] = {
            "sec": self._section,
            "app": self._section,
            "boxed-text": self._section,
            "ack": self._section,
            "notes": self._section,
            "glossary": self._glossary,
            "title": self._heading,
            "list": self._list,
            "def-list": self._definitions,
            "fig": self._figure,
            "chem-struct-wrap": self._figure,
            "table-wrap": self._table,
            "supplementary-material": self._supplement,
            "media": self._supplement,
            "fn": self._footnote,
            "tr": self._row,
            "row": self._row,
            "ref-list": self._references,
        }

    def document(self) -> Document:
        self._front()
        for body in self._article.iterchildren("{*}body", "{*}floats-group", "{*}floats-wrap"):
            self._inside(body, None, ())
        self._statements()
        for back in self._article.iterchildren("{*}back"):
            self._back(back)
        for other in self._article.iterchildren("{*}sub-article", "{*}response"):
            self._unread[_name(other)] += 1
        unread = [Unread(what=what, count=count) for what, count in sorted(self._unread.items())]
        return self._text.document(
            jats_front.curies(self._article),
            unread=(*unread, *jats_front.unplaced(self._article)),
            **jats_front.facts(self._article),
        )

    # The front: title and abstracts.

    def _front(self) -> None:
        meta = child(self._article, "front", "article-meta")
        if meta is None:
            return
        for title in descendants(meta, "title-group", "article-title"):
            subtitle = child(meta, "title-group", "subtitle")
            whole = [self._line(part) for part in (title, subtitle) if part is not None]
            self._add(SectionKind.TITLE, ": ".join(filter(None, whole)), ())
        abstracts = list(descendants(meta, "abstract"))
        main = next((a for a in abstracts if self._is_main(a)), None)
        if main is not None:
            self._abstract(main)
        for abstract in abstracts:
            if abstract is not main:
                self._other_abstract(abstract)

    def _is_main(self, abstract: etree._Element) -> bool:
        return abstract.get("abstract-type", "").lower() in _MAIN_ABSTRACTS and self._in_language(
            abstract
        )

    def _in_language(self, abstract: etree._Element) -> bool:
        said = abstract.get(jats_front.XML_LANG, "").strip().lower()
        return said in {"", jats_front.language(self._article)}

    def _abstract(self, abstract: etree._Element) -> None:
        if child(abstract, "title") is not None:
            self._unread["abstract heading"] += 1
        self._abstract_parts(abstract, ())

    def _abstract_parts(self, holder: etree._Element, path: Path) -> None:
        """The paragraphs; the first below a heading begins with it: ``LABEL: text``."""
        label = path[-1] if path else ""
        for part in self._parts(holder, SectionKind.ABSTRACT, path):
            if _name(part) in {"title", "label"}:
                continue
            if _name(part) == "sec":
                if label:
                    self._add(SectionKind.ABSTRACT, f"{label}:", path)
                title = child(part, "title")
                inner = "" if title is None else self._line(title).rstrip(":. ")
                self._abstract_parts(part, (*path, inner) if inner else path)
            elif _name(part) == "p":
                self._paragraph(part, SectionKind.ABSTRACT, path, label=label and f"{label}: ")
            else:
                self._add(SectionKind.ABSTRACT, label and f"{label}:", path)
                self._block(part, SectionKind.ABSTRACT, path)
            label = ""

    def _other_abstract(self, abstract: etree._Element) -> None:
        if not self._in_language(abstract):
            self._unread["translated abstract"] += 1
            return
        title = child(abstract, "title")
        path = () if title is None else self._headed(title, ())
        self._inside(abstract, SectionKind.OTHER, path)

    def _statements(self) -> None:
        """Notes to titles; funding, notes of the authors, data: kept in the front by JATS."""
        for note in self._notes:
            self._block(note, SectionKind.BACK, ())
        meta = child(self._article, "front", "article-meta")
        if meta is None:
            return
        for place in (("author-notes", "fn"), ("funding-group", "funding-statement")):
            for statement in descendants(meta, *place):
                self._block(statement, SectionKind.BACK, ())
        for custom in meta.iter("{*}custom-meta"):
            name, value = child(custom, "meta-name"), child(custom, "meta-value")
            if name is not None and value is not None and "availab" in text_of(name).lower():
                self._paragraph(value, SectionKind.BACK, (collapsed(text_of(name)),))

    def _back(self, back: etree._Element) -> None:
        for part in self._parts(back, SectionKind.BACK, ()):
            name = _name(part)
            kind = SectionKind.SUPPLEMENT if name in {"app", "app-group"} else None
            if name == "sec":
                kind = self._kind_of(part)
                kind = SectionKind.BACK if kind is SectionKind.OTHER else kind
            self._block(part, kind or SectionKind.BACK, ())

    # Blocks.

    def _parts(
        self, holder: etree._Element, kind: SectionKind | None, path: Path
    ) -> Iterator[etree._Element]:
        """The elements of a block; words between them, where JATS has none, are passages."""
        self._add(kind, collapsed(holder.text or ""), path)
        for part in holder:
            if _name(part):
                yield part
            elif part.tag is etree.Entity:
                self._add(kind, character_of(part), path)
            self._add(kind, collapsed(part.tail or ""), path)

    def _inside(self, holder: etree._Element, kind: SectionKind | None, path: Path) -> None:
        for part in self._parts(holder, kind, path):
            if _name(part) not in {"title", "label"}:
                self._block(part, kind, path)

    def _block(self, block: etree._Element, kind: SectionKind | None, path: Path) -> None:
        self._blocks.get(_name(block), self._paragraph)(block, kind, path)

    def _section(self, section: etree._Element, kind: SectionKind | None, path: Path) -> None:
        """Of one kind with the outermost heading above it that says something."""
        said = self._kind_of(section)
        known = None if said is SectionKind.OTHER else said
        title = child(section, "title")
        if title is None:
            title = child(section, "caption", "title")
        inner = path if title is None else self._headed(title, path, child(section, "label"))
        for part in self._parts(section, kind or known, inner):
            if _name(part) == "caption":
                self._inside(part, kind or known, inner)
            elif _name(part) not in {"title", "label"}:
                self._block(part, kind or known, inner)

    def _kind_of(self, section: etree._Element) -> SectionKind:
        kind = section.get("sec-type", "").lower()
        said = _SECTION_TYPES.get(kind) or kind_of_heading(kind)
        title = child(section, "title")
        if said is SectionKind.OTHER and title is not None:
            said = kind_of_heading(text_of(title))
        return said

    def _headed(
        self, title: etree._Element, path: Path, label: etree._Element | None = None
    ) -> Path:
        """Add a heading, with its number, and give the path below it (without)."""
        words = self._line(title)
        number = "" if label is None else collapsed(text_of(label))
        self._add(SectionKind.HEADING, " ".join(filter(None, (number, words))), path)
        return (*path, words) if words else path

    def _heading(self, title: etree._Element, kind: SectionKind | None, path: Path) -> None:
        self._headed(title, path)

    def _glossary(self, glossary: etree._Element, kind: SectionKind | None, path: Path) -> None:
        self._section(glossary, SectionKind.ABBREVIATIONS, path)

    def _list(self, listing: etree._Element, kind: SectionKind | None, path: Path) -> None:
        for part in self._parts(listing, kind, path):
            if _name(part) == "list-item":
                self._labelled(part, kind, path)
            elif _name(part) == "title":
                path = self._headed(part, path)
            else:
                self._block(part, kind, path)

    def _labelled(self, holder: etree._Element, kind: SectionKind | None, path: Path) -> None:
        """The passages of a list item or note; its mark stands before the first."""
        label = child(holder, "label")
        mark = "" if label is None else collapsed(text_of(label))
        for part in self._parts(holder, kind, path):
            if _name(part) == "label":
                continue
            if mark and _name(part) in {"p", "title"}:
                self._paragraph(part, kind, path, label=f"{mark} ")
                mark = ""
            else:
                self._block(part, kind, path)
        self._add(kind, mark, path)

    def _footnote(self, note: etree._Element, kind: SectionKind | None, path: Path) -> None:
        self._labelled(note, kind, path)

    def _definitions(self, listing: etree._Element, kind: SectionKind | None, path: Path) -> None:
        """One passage for each term: ``TERM: what it stands for``."""
        for part in self._parts(listing, kind, path):
            if _name(part) != "def-item":
                self._block(part, kind, path)
            else:
                terms = [self._line(term) for term in descendants(part, "term")]
                meanings = [self._line(meaning) for meaning in descendants(part, "def")]
                sides = (", ".join(filter(None, terms)), " ".join(filter(None, meanings)))
                self._add(kind, ": ".join(filter(None, sides)), path)

    def _figure(self, figure: etree._Element, kind: SectionKind | None, path: Path) -> None:
        self._captioned(figure, SectionKind.FIGURE, path)

    def _supplement(self, thing: etree._Element, kind: SectionKind | None, path: Path) -> None:
        self._captioned(thing, SectionKind.SUPPLEMENT, path)

    def _captioned(self, figure: etree._Element, kind: SectionKind, path: Path) -> None:
        """``Label. Title``, then each paragraph of the caption, then whatever else is there."""
        label = child(figure, "label")
        mark = "" if label is None else collapsed(text_of(label))
        if mark:
            mark += " " if mark[-1] in ".:" else ". "
        for caption in descendants(figure, "caption"):
            for part in self._parts(caption, kind, path):
                self._paragraph(part, kind, path, label=mark)
                mark = ""
        self._add(kind, mark.strip(), path)
        for part in self._parts(figure, kind, path):
            if _name(part) not in {"label", "caption"}:
                self._block(part, kind, path)

    def _table(self, wrap: etree._Element, kind: SectionKind | None, path: Path) -> None:
        size = sum(len(text_of(table)) for table in wrap.iter("{*}table"))
        if size > _MOST_CELL_CHARACTERS:
            for table in list(wrap.iter("{*}table")):
                self._unread["table row"] += sum(1 for _ in table.iter("{*}tr", "{*}row"))
                holder = table.getparent()
                assert holder is not None
                holder.remove(table)
        self._captioned(wrap, SectionKind.TABLE, path)

    def _row(self, row: etree._Element, kind: SectionKind | None, path: Path) -> None:
        cells = [self._line(cell) for cell in self._parts(row, kind, path)]
        self._add(kind, "\t".join(cells).strip("\t"), path)

    def _references(self, listing: etree._Element, kind: SectionKind | None, path: Path) -> None:
        self._unread["reference"] += sum(1 for _ in listing.iter("{*}ref"))

    def _paragraph(
        self,
        paragraph: etree._Element,
        kind: SectionKind | None,
        path: Path,
        *,
        label: str = "",
    ) -> None:
        """One passage, or several where a list divides it; what floats in it comes after."""
        parts: list[str] = [label]
        floating: list[etree._Element] = []
        for piece in self._pieces(paragraph):
            if isinstance(piece, str):
                parts.append(piece)
            elif _name(piece) in _FLOATING:
                floating.append(piece)
                parts.append(" ")
            else:
                self._flush(parts, kind, path)
                self._block(piece, kind, path)
        self._flush(parts, kind, path)
        for piece in floating:
            self._block(piece, kind, path)

    def _flush(self, parts: list[str], kind: SectionKind | None, path: Path) -> None:
        self._add(kind, collapsed("".join(parts)), path)
        parts.clear()

    def _add(self, kind: SectionKind | None, text: str, path: Path) -> None:
        self._text.add(kind or SectionKind.OTHER, text, path=path)

    # Within a paragraph.

    def _line(self, element: etree._Element) -> str:
        """An element as one line: a title, a cell. Paragraphs in it are joined by spaces.

        Notes in it wait for the statements.
        """
        parts: list[str] = []
        for piece in self._pieces(element):
            if isinstance(piece, str):
                parts.append(piece)
            elif _name(piece) == "fn":
                self._notes.append(piece)
            else:
                parts += [" ", self._line(piece), " "]
        return collapsed("".join(parts))

    def _pieces(self, element: etree._Element) -> list[str | etree._Element]:
        pieces: list[str | etree._Element] = []
        self._inline(element, _name(element), pieces)
        return pieces

    def _collect(self, element: etree._Element, pieces: list[str | etree._Element]) -> None:
        """Text in document order, blocks left whole for whoever asked."""
        if element.text:
            pieces.append(element.text)
        for part in element:
            name = _name(part)
            if not name:
                if part.tag is etree.Entity:
                    pieces.append(character_of(part))
            elif name in _DIVIDING or name in _FLOATING:
                pieces.append(part)
            else:
                self._inline(part, name, pieces)
            if part.tail:
                pieces.append(part.tail)

    def _inline(self, part: etree._Element, name: str, pieces: list[str | etree._Element]) -> None:
        if name in _FORMULAS:
            self._formula(part, pieces)
        elif name in _COUNTED:
            self._unread[_COUNTED[name]] += 1
        elif name == "alternatives":
            self._alternatives(part, pieces)
        elif name == "break":
            pieces.append(" ")
        elif name not in _SILENT:
            if _is_mark(part, name) and _touches_word(pieces):
                pieces.append(" ")
            self._collect(part, pieces)

    def _alternatives(
        self, alternatives: etree._Element, pieces: list[str | etree._Element]
    ) -> None:
        """One of several shapes of one thing: the one with text, else the first is counted."""
        best = next((p for p in alternatives if _name(p) not in _COUNTED), None)
        if best is None:
            self._unread["image"] += 1
        elif _name(best) == "math":
            self._formula(best, pieces)
        else:
            self._collect(best, pieces)

    def _formula(self, formula: etree._Element, pieces: list[str | etree._Element]) -> None:
        """Its text where it is simple (see the module), else a space and one more unread."""
        around = " " if _name(formula) == "disp-formula" else ""
        math = next(formula.iter("{*}math"), None)
        if math is not None:
            text = _simple_math(math)
        elif next(formula.iter("{*}tex-math", "{*}graphic", "{*}inline-graphic"), None) is None:
            text = text_of(formula)
        else:
            text = ""
        if not text.strip() or len(text) > 200:
            self._unread["formula"] += 1
            text = " "
        pieces.append(f"{around}{text}{around}")


def _simple_math(math: etree._Element) -> str:
    """The letters of MathML made of rows and scripts only; "" for any other."""
    if any(_name(part) not in _SIMPLE_MATH for part in math.iter()):
        return ""
    letters = text_of(math, without=("annotation",))
    return re.sub("[ \t\r\n]+", "", letters).translate(_INVISIBLE)


def _is_mark(part: etree._Element, name: str) -> bool:
    """The mark of a citation or note, raised or not."""
    marks = (part,) if name == "xref" else part.iterchildren("{*}xref") if name == "sup" else ()
    return any(mark.get("ref-type") in _MARKS for mark in marks)


def _touches_word(pieces: list[str | etree._Element]) -> bool:
    last = pieces[-1] if pieces else ""
    return isinstance(last, str) and bool(_WORD_END.search(last))


_ROOT = re.compile(rb"<(?:[\w.-]+:)?(article|pmc-articleset)\b[^>]*", re.IGNORECASE)
_SIGNS = re.compile(
    rb"article-type=|dtd-version=|<(?:[\w.-]+:)?(?:front|journal-meta)\b|(?:NLM|PMC|JATS)[^>]*DTD"
)


def _accepts(name: str, head: bytes) -> bool:
    """XML whose root is a JATS article or PMC's set of them, by its first bytes."""
    text = head
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "ignore").encode()
    first = re.search(rb"<(?![?!])[^>]*", re.sub(rb"<!--.*?-->", b"", text, flags=re.DOTALL))
    root = _ROOT.match(first[0]) if first else None
    if root is None or b"<" not in text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]:
        return False
    return root[1].lower() == b"pmc-articleset" or _SIGNS.search(text) is not None


SPEC = ReaderSpec(
    name="jats",
    summary="articles in JATS or NLM XML, as PMC and publishers give them",
    create=lambda _: JatsReader(),
    suffixes=(".xml", ".nxml"),
    accepts=_accepts,
)
