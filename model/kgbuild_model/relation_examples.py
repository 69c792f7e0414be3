"""Gold relations between concepts: documents with their concepts, mentions and typed pairs.

Three forms are read: PubTator with relations between concepts (BioRED, BC5CDR); BioC XML with
relations between the mentions of a sentence (DrugProt); sentences with tagged roles (BioText,
Rosario and Hearst 2004).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

from kgbuild_model.errors import GoldError

__all__ = [
    "RELATION_FORMATS",
    "Concept",
    "RelationExample",
    "read_named",
    "read_relations",
    "sentences_of",
]


@dataclass(frozen=True, slots=True)
class Concept:
    """What a text speaks of: its label, and where the text names it, as (start, end)."""

    label: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RelationExample:
    """A text with its concepts by identifier, and the relations that it states between them.

    ``relations`` maps (first, second) to the type; a corpus says whether their order means
    anything. ``corpus`` names whose relations they are. ``sentences`` are (start, end), where the
    corpus says them.
    """

    id: str
    text: str
    concepts: Mapping[str, Concept]
    relations: Mapping[tuple[str, str], str]
    corpus: str
    sentences: tuple[tuple[int, int], ...] = ()


def read_relations(
    path: Path, labels: Mapping[str, str], corpus: str, form: str = "pubtator"
) -> list[RelationExample]:
    """Read gold relations in ``pubtator``, ``bioc`` or ``roles`` form.

    ``labels`` maps the file's types to ours; mentions of other types, and mentions without an
    identifier, are left out, with the relations that need them. Raises GoldError with the line.
    """
    if form not in RELATION_FORMATS:
        raise GoldError(
            f"no form of gold relations is called {form!r}",
            hint=f"one of {', '.join(RELATION_FORMATS)}",
        )
    return list(RELATION_FORMATS[form](path, labels, corpus))


def read_named(path: Path, labels: Mapping[str, str]) -> list[RelationExample]:
    """Texts in PubTator form whose names are known, and no relations.

    They belong to no corpus. Names without an identifier are concepts by their letters. Raises
    GoldError with the line.
    """
    texts = [_example(block, labels, "", path, unlinked=True) for block in _blocks(path)]
    return [replace(text, relations={}) for text in texts if text is not None]


def _read_pubtator(path: Path, labels: Mapping[str, str], corpus: str) -> Iterator[RelationExample]:
    for block in _blocks(path):
        example = _example(block, labels, corpus, path)
        if example is not None:
            yield example


def _blocks(path: Path) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                block.append((number, line.rstrip("\n")))
            elif block:
                yield block
                block = []
    if block:
        yield block


def _example(
    block: list[tuple[int, str]],
    labels: Mapping[str, str],
    corpus: str,
    path: Path,
    *,
    unlinked: bool = False,
) -> RelationExample | None:
    texts: dict[str, str] = {}
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    kinds: dict[str, str] = {}
    pairs: list[tuple[str, str, str]] = []
    name = ""
    for number, line in block:
        head = line.split("|", 2)
        if len(head) == 3 and head[1] in ("t", "a"):
            name = head[0]
            texts[head[1]] = head[2]
            continue
        fields = line.split("\t")
        try:
            if fields[1].isdigit():
                _mention(fields, labels, spans, kinds, unlinked=unlinked)
            else:
                pairs.append((fields[2], fields[3], fields[1]))
        except (IndexError, ValueError) as error:
            raise GoldError(f"{path}:{number}: neither a mention nor a relation") from error
    if not texts:
        return None
    text = f"{texts.get('t', '')} {texts.get('a', '')}"
    concepts = {c: Concept(kinds[c], tuple(sorted(places))) for c, places in spans.items()}
    relations = {(a, b): kind for a, b, kind in pairs if a in concepts and b in concepts}
    return RelationExample(name, text, concepts, relations, corpus)


_COMPOSITE = re.compile(r"(?:[A-Z]\d+|\d+|-1)(?:\|(?:[A-Z]\d+|\d+|-1))+")


def _identifiers(field: str) -> list[str]:
    """``D1|D2`` and ``12,34`` are two; the bars of ``c|SUB|G|308|C`` are a variant's own."""
    return [
        identifier
        for part in field.split(",")
        for identifier in (part.split("|") if _COMPOSITE.fullmatch(part) else [part])
    ]


def _mention(
    fields: list[str],
    labels: Mapping[str, str],
    spans: dict[str, list[tuple[int, int]]],
    kinds: dict[str, str],
    *,
    unlinked: bool,
) -> None:
    """A mention of several identifiers (``3172,3651``) names each of them.

    One without an identifier names what is called so, if ``unlinked``, else nothing.
    """
    start, end, kind = int(fields[1]), int(fields[2]), fields[4]
    if kind not in labels:
        return
    known = [c for c in _identifiers("".join(fields[5:6])) if c not in ("", "-", "-1")]
    if unlinked and not known:
        known = [f"{kind} {fields[3].lower()}"]
    for concept in known:
        spans[concept].append((start, end))
        kinds[concept] = labels[kind]


_BOUNDARY = re.compile(r"(?<=[.?!])\s+(?=[A-Z(\[])")


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Bounds of sentences, roughly, for gold that does not say them.

    >>> sentences_of("It helps. It harms.")
    [(0, 9), (10, 19)]
    """
    gaps = [gap.span() for gap in _BOUNDARY.finditer(text)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(text)]
    return list(zip(starts, ends, strict=True))


def _read_bioc(path: Path, labels: Mapping[str, str], corpus: str) -> Iterator[RelationExample]:
    """Each mention is a concept of its own: the corpus relates mentions within a sentence."""
    for _, element in ElementTree.iterparse(path):  # noqa: S314 - gold files are one's own
        if element.tag == "document":
            yield _bioc_example(element, labels, corpus)
            element.clear()


def _bioc_example(
    document: ElementTree.Element, labels: Mapping[str, str], corpus: str
) -> RelationExample:
    text = "".join(passage.findtext("text") or "" for passage in document.iter("passage"))
    concepts: dict[str, Concept] = {}
    relations: dict[tuple[str, str], str] = {}
    sentences = []
    for sentence in document.iter("sentence"):
        start = int(sentence.findtext("offset") or 0)
        sentences.append((start, start + len(sentence.findtext("text") or "")))
        for annotation in sentence.iter("annotation"):
            label = labels.get(_infon(annotation, "type"))
            places = annotation.findall("location")
            if label and len(places) == 1:
                place = int(places[0].get("offset", 0))
                span = (place, place + int(places[0].get("length", 0)))
                concepts[annotation.get("id", "")] = Concept(label, (span,))
        for relation in sentence.iter("relation"):
            ends = {node.get("role"): node.get("refid", "") for node in relation.iter("node")}
            pair = (ends.get("head", ""), ends.get("tail", ""))
            if pair[0] in concepts and pair[1] in concepts:
                relations[pair] = _infon(relation, "type")
    name = document.findtext("id") or ""
    return RelationExample(name, text, concepts, relations, corpus, tuple(sentences))


def _infon(element: ElementTree.Element, key: str) -> str:
    return next((i.text or "" for i in element.findall("infon") if i.get("key") == key), "")


_ROLE = re.compile(r"<(/?)([A-Z]+)[A-Z_]*>\s*")


def _read_roles(path: Path, labels: Mapping[str, str], corpus: str) -> Iterator[RelationExample]:
    """A tokenised sentence a line, ``<TREAT> … </TREAT>`` around its roles, then ``||RELATION``.

    Where a line says that a relation holds, it holds from each first to each second role, in the
    order of ``labels``.
    """
    for number, line in enumerate(path.read_text(encoding="latin-1").splitlines(), 1):
        tagged, bar, kind = line.strip().rpartition("||")
        if not bar:
            raise GoldError(f"{path}:{number}: no relation after ||")
        text, roles = _roles(tagged)
        concepts = {
            f"{role}{place}": Concept(labels[role], (span,))
            for place, (role, span) in enumerate(roles)
            if role in labels
        }
        first, second = list(labels)[:2]
        pairs = {
            (a, b): kind
            for a in concepts if a.startswith(first)
            for b in concepts if b.startswith(second)
        }  # fmt: skip
        yield RelationExample(
            f"{path.stem}:{number}", text, concepts, pairs, corpus, ((0, len(text)),)
        )


def _roles(tagged: str) -> tuple[str, list[tuple[str, tuple[int, int]]]]:
    """The text without its tags, and each role with its place."""
    text, place = "", 0
    roles: list[tuple[str, tuple[int, int]]] = []
    begun: dict[str, int] = {}
    for tag in _ROLE.finditer(tagged):
        text += tagged[place : tag.start()]
        place = tag.end()
        if not tag[1]:
            begun[tag[2]] = len(text)
        elif tag[2] in begun:
            start = begun.pop(tag[2])
            roles.append((tag[2], (start, len(text.rstrip()))))
    return text + tagged[place:], roles


RELATION_FORMATS: Mapping[
    str, Callable[[Path, Mapping[str, str], str], Iterator[RelationExample]]
] = {"pubtator": _read_pubtator, "bioc": _read_bioc, "roles": _read_roles}
