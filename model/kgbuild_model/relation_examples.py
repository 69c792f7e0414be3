"""Gold relations between concepts: documents with their concepts, mentions and typed pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kgbuild_model.errors import GoldError

__all__ = ["Concept", "RelationExample", "read_relations"]


@dataclass(frozen=True, slots=True)
class Concept:
    """What a text speaks of: its label, and where the text names it, as (start, end)."""

    label: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RelationExample:
    """A text with its concepts by identifier, and the relations that it states between them.

    ``relations`` maps (first, second) to the type; a corpus says whether their order means
    anything. ``corpus`` names whose relations they are.
    """

    id: str
    text: str
    concepts: Mapping[str, Concept]
    relations: Mapping[tuple[str, str], str]
    corpus: str


def read_relations(path: Path, labels: Mapping[str, str], corpus: str) -> list[RelationExample]:
    """Read PubTator with concept identifiers and relations.

    ``labels`` maps the file's types to ours; mentions of other types, and mentions without an
    identifier, are left out, with the relations that need them. Raises GoldError with the line.
    """
    found = []
    for block in _blocks(path):
        example = _example(block, labels, corpus, path)
        if example is not None:
            found.append(example)
    return found


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
    block: list[tuple[int, str]], labels: Mapping[str, str], corpus: str, path: Path
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
                _mention(fields, labels, spans, kinds)
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


def _mention(
    fields: list[str],
    labels: Mapping[str, str],
    spans: dict[str, list[tuple[int, int]]],
    kinds: dict[str, str],
) -> None:
    """A mention of several identifiers (``3172,3651``) names each of them."""
    start, end, kind = int(fields[1]), int(fields[2]), fields[4]
    if kind not in labels or len(fields) < 6:
        return
    for concept in fields[5].replace("|", ",").split(","):
        if concept and concept != "-1" and concept != "-":
            spans[concept].append((start, end))
            kinds[concept] = labels[kind]
