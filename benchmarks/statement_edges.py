"""Plain edges by mistake: sentences of negation, speculation and question through the pipeline.

    python benchmarks/statement_edges.py [SET ...]

Each sentence of some sets of ``tests/statements`` is a text of its own, and goes through the
pipeline that ``kgbuild init`` writes. An edge is a relation between concepts that two linked
mentions name where the sentence marks its ends; it is plain if it is stated and not negated.
"By mistake" counts the sentences that are not plain and give a plain edge, of all that are not
plain, and of those that give any edge; "lost" the plain ones that give an edge, but no plain one.
Each share has its exact 95% interval. Beside it stands what the pair alone is read as, whatever is
tagged: ``benchmarks/statements.py``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from _shares import share  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]
from statements import FRESH, by_cues  # type: ignore[import-not-found]

from marked import Marked, marked  # type: ignore[import-not-found]  # isort: skip

from kgbuild import AnnotatedDocument, Mention, PaperFile, Relation, Span
from kgbuild.readers.jsonl import SPEC as LINES


@dataclass(frozen=True)
class Edges:
    """What the pipeline makes of a sentence: whether it gives an edge, and a plain one."""

    one: Marked
    any: bool
    plain: bool


def annotated(folder: Path, sentences: Sequence[Marked]) -> Iterator[AnnotatedDocument]:
    papers, out = folder / "papers.jsonl", folder / "annotated.jsonl"
    lines = ({"pmid": str(n), "abstract": one.text} for n, one in enumerate(sentences, 1))
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    for words in (["init", "--force"], ["annotate", papers.name, "-o", out.name]):
        subprocess.run(
            [sys.executable, "-m", "kgbuild", *words], cwd=folder, check=True, capture_output=True
        )
    file = PaperFile(name=out.name, open=lambda: out.open("rb"))
    reader = LINES.create(LINES.settings_class()())
    return (one for one in reader.read(file) if isinstance(one, AnnotatedDocument))


def edges(one: Marked, read: AnnotatedDocument) -> Edges:
    named = [concepts_at(place, read) for place in one.pair]
    between = [relation for relation in read.annotations.relations if joins(relation, named, read)]
    plain = any(relation.status == "stated" and not relation.negated for relation in between)
    return Edges(one, bool(between), plain)


def concepts_at(place: Span, read: AnnotatedDocument) -> set[str]:
    links = read.annotations.links
    return {link.concept for link in links if link.concept and link.mention.span.overlaps(place)}


def joins(relation: Relation, named: Sequence[set[str]], read: AnnotatedDocument) -> bool:
    one, other = (concepts_of(end, read) for end in (relation.subject, relation.object))
    first, second = named
    return bool((one & first and other & second) or (one & second and other & first))


def concepts_of(end: Mention | str, read: AnnotatedDocument) -> set[str]:
    if isinstance(end, str):
        return {end}
    links = read.annotations.links
    return {link.concept for link in links if link.concept and link.mention == end}


def row(name: str, found: Sequence[Edges]) -> str:
    others = [one for one in found if one.one.expected != "plain"]
    stated = [one for one in found if one.one.expected == "plain"]
    wrong, given = sum(one.plain for one in others), sum(one.any for one in others)
    lost = sum(one.any and not one.plain for one in stated)
    alone = sum(by_cues(one.one) for one in others), sum(not by_cues(one.one) for one in stated)
    return (
        f"| {name} | {share(wrong, len(others))} | {wrong} of {given}"
        f" | {share(lost, sum(one.any for one in stated))} | {alone[0]} of {len(others)}"
        f" | {alone[1]} of {len(stated)} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sets", nargs="*", default=FRESH)
    parser.add_argument("--mistakes", action="store_true", help="Print what is read wrongly.")
    options = parser.parse_args()
    print(describe())
    print("\n| set | plain edge by mistake | of those with an edge | plain edge lost")
    print("| the pair alone: by mistake | lost |\n|---|---|---|---|---|---|")
    found: list[Edges] = []
    for name in options.sets:
        sentences = marked(name)
        with tempfile.TemporaryDirectory() as folder:
            read = list(annotated(Path(folder), sentences))
        of = [edges(*both) for both in zip(sentences, read, strict=True)]
        print(row(name, of), flush=True)
        found += of
    print(row("all", found))
    if options.mistakes:
        for one in found:
            if one.any and one.plain != (one.one.expected == "plain"):
                print(one.one.expected, "|", one.one.text)


if __name__ == "__main__":
    main()
