"""Gold text for training and scoring: examples with labelled spans, from the usual files.

An example says which labels its corpus marks. Text that a disease corpus leaves unmarked says
nothing of genes; the loss must not read it as "no gene".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kgbuild_model.bioc import Document, json_documents, xml_documents
from kgbuild_model.errors import GoldError

_IOB = re.compile(r"[BIOESLU](-.+)?")  # IOB, BIOES, and BILOU with its last and unit

__all__ = ["FORMATS", "Example", "LabelledSpan", "read_examples", "relabelled"]


@dataclass(frozen=True, slots=True, order=True)
class LabelledSpan:
    """A stretch of text, ``text[start:end]`` in code points, and its label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text with its gold spans.

    ``marked`` are the labels that the corpus marks at all; ``convention`` names the corpus
    whose habits (what a span takes in, what counts as a mention) the spans follow.
    """

    id: str
    text: str
    spans: tuple[LabelledSpan, ...] = ()
    marked: frozenset[str] = frozenset()
    convention: str = ""


def relabelled(examples: Iterable[Example], labels: Mapping[str, str]) -> Iterator[Example]:
    """Name the spans' labels anew; spans whose label is not in ``labels`` are left out.

    >>> text = Example(id="1", text="aspirin", spans=(LabelledSpan(0, 7, "Chemical"),))
    >>> [renamed] = relabelled([text], {"Chemical": "biolink:ChemicalEntity"})
    >>> renamed.spans[0].label
    'biolink:ChemicalEntity'
    """
    for example in examples:
        spans = tuple(
            replace(span, label=labels[span.label])
            for span in example.spans
            if span.label in labels
        )
        yield replace(example, spans=spans)


def read_examples(path: Path, form: str) -> Iterator[Example]:
    """Read one file of gold text; ``form`` is one of ``FORMATS``, ``bioc`` being BioC XML.

    Raises GoldError with the file and the line where the file is not of that form, and where
    a span's text is not what the text has at its place.
    """
    if form not in FORMATS:
        raise GoldError(f"no gold format is called {form!r}", hint=f"one of {', '.join(FORMATS)}")
    return _read(path, FORMATS[form])


def _read(path: Path, examples_in: Callable[[Path], Iterator[Example]]) -> Iterator[Example]:
    try:
        yield from examples_in(path)
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path} cannot be read: {error}", hint="gold is UTF-8 text") from error


def _read_pubtator(path: Path) -> Iterator[Example]:
    seen: set[str] = set()
    for number, block in _blocks(path):
        example = _pubtator_example(path, number, block)
        if example.id not in seen:  # NCBI-disease has one document twice
            seen.add(example.id)
            yield example


def _blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    start = 1
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if line.strip():
            start = start if block else number
            block.append(line)
        elif block:
            yield start, block
            block = []
    if block:
        yield start, block


def _pubtator_example(path: Path, number: int, block: Sequence[str]) -> Example:
    head = [line.split("|", 2) for line in block[:2]]
    if [parts[1] for parts in head if len(parts) == 3] != ["t", "a"]:
        raise GoldError(f"{path}:{number}: a PubTator block begins with a title and an abstract")
    (name, _, title), (_, _, abstract) = head
    text = f"{title} {abstract}"
    spans = []
    for line_number, line in enumerate(block[2:], number + 2):
        columns = line.split("\t")
        if len(columns) < 5 or not (columns[1].isdigit() and columns[2].isdigit()):
            continue  # a relation
        span = LabelledSpan(int(columns[1]), int(columns[2]), columns[4])
        spans.append(_placed(text, span, columns[3], f"{path}:{line_number}"))
    return Example(id=name, text=text, spans=tuple(sorted(spans)))


def _placed(text: str, span: LabelledSpan, given: str, place: str) -> LabelledSpan:
    """The span where ``given``, its text by the file, stands: at its place, or nearest to it."""
    if not given or _same(text[span.start : span.end], given):
        return span
    start = _nearest(text, given, span.start)
    if start is None:
        raise GoldError(f"{place}: {given!r} is not in the text")
    return LabelledSpan(start, start + len(given), span.label)


def _same(covered: str, given: str) -> bool:
    """Whether a span's text is what the file says, white space and case aside.

    Of a mention with a gap, files give the text without what lies in the gap.
    """
    covers, says = covered.casefold().split(), given.casefold().split()
    return covers == says or (covers[:1] == says[:1] and covers[-1:] == says[-1:] != [])


def _nearest(text: str, name: str, place: int) -> int | None:
    """Where ``name`` stands nearest to ``place``; one offset of NCBI-disease is wrong."""
    places = [i for i in range(len(text)) if text.startswith(name, i)]
    return min(places, key=lambda i: abs(i - place), default=None)


def _read_iob(path: Path, words_per_example: int = 120) -> Iterator[Example]:
    """Sentences of an IOB file; neighbours are joined into texts of up to 120 words.

    Such files have no document bounds, so a text may reach over one.
    """
    words: list[str] = []
    tags: list[str] = []
    count = 0
    for sentence in _iob_sentences(path):
        if words and len(words) + len(sentence) > words_per_example:
            yield _iob_example(f"{path.parent.name}/{path.name}:{count}", words, tags)
            words, tags, count = [], [], count + 1
        words += [word for word, _ in sentence]
        tags += [tag for _, tag in sentence]
    if words:
        yield _iob_example(f"{path.parent.name}/{path.name}:{count}", words, tags)


def _iob_sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    sentence: list[tuple[str, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        columns = line.split()
        if not columns:
            if sentence:
                yield sentence
            sentence = []
        elif columns[0] == "-DOCSTART-":
            continue
        elif len(columns) >= 2 and _IOB.fullmatch(columns[-1]):
            sentence.append((columns[0], columns[-1]))
        else:
            raise GoldError(f"{path}:{number}: expected a word and an IOB tag, found {line!r}")
    if sentence:
        yield sentence


def _iob_example(name: str, words: Sequence[str], tags: Sequence[str]) -> Example:
    spans: list[LabelledSpan] = []
    place = 0
    before = "O"
    for word, tag in zip(words, tags, strict=True):
        mark, _, label = tag.partition("-")
        end = place + len(word)
        if mark in {"I", "E", "L"} and before == (label or "entity") and spans:
            spans[-1] = replace(spans[-1], end=end)
        elif mark != "O":
            spans.append(LabelledSpan(place, end, label or "entity"))
        before = "O" if mark == "O" else (label or "entity")
        place = end + 1
    return Example(id=name, text=" ".join(words), spans=tuple(spans))


def _read_bioc_xml(path: Path) -> Iterator[Example]:
    return (_bioc_example(path, document) for document in xml_documents(path))


def _read_bioc_json(path: Path) -> Iterator[Example]:
    return (_bioc_example(path, document) for document in json_documents(path))


def _bioc_example(path: Path, document: Document) -> Example:
    spans = (
        _placed(document.text, LabelledSpan(one.start, one.end, one.type), one.text, str(path))
        for one in document.annotations
    )
    return Example(id=document.id, text=document.text, spans=tuple(sorted(spans)))


def _read_jsonl(path: Path) -> Iterator[Example]:
    """One JSON object a line: ``{"id", "text", "spans": [[start, end, label], …]}``."""
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            spans = tuple(LabelledSpan(*span) for span in record.get("spans", []))
            if wrong := [s for s in spans if not 0 <= s.start < s.end <= len(record["text"])]:
                raise ValueError(f"{wrong[0].start} to {wrong[0].end} is no place in the text")
            yield Example(id=str(record["id"]), text=record["text"], spans=spans)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GoldError(f"{path}:{number}: not an example ({error})") from error


FORMATS: Mapping[str, Callable[[Path], Iterator[Example]]] = {
    "pubtator": _read_pubtator,
    "iob": _read_iob,
    "bioc": _read_bioc_xml,
    "bioc-json": _read_bioc_json,
    "jsonl": _read_jsonl,
}
