"""Find texts, of which nobody has marked the relations, for a teacher to be asked of.

    python model/recipes/distil_texts.py CORPORA PAPERS OUT

CORPORA is as for the relation recipes, with ``mtl`` besides; PAPERS has a folder ``jats``. OUT
gets, as JSON lines, the paragraphs of full papers, and sentences of corpora that mark names alone
(those of BC2GM one by one, since they come from anywhere; of others five in a row), where the fast
tagger finds a chemical and a gene or disease in one sentence. Left out is what shares forty letters
with a text of the relation recipes that is held out, or with EU-ADR: on these they are measured.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from kgbuild_model.checkpoint import load_tagger
from kgbuild_model.relation_examples import sentences_of
from kgbuild_model.relation_training import RelationRecipe, gold_relations
from kgbuild_model.texts import letters

if TYPE_CHECKING:
    from kgbuild_model.tagging import TaggerRun

HERE = Path(__file__).parent
IN_A_ROW = {"BC2GM-IOB": 1, "BioNLP13CG-IOB": 5, "CRAFT-IOB": 5, "AnatEM-IOB": 5}
"""Corpora of ``mtl``, and how many sentences of each make a text."""
SHARED_LETTERS = 40
LEAST = 80
"""A paragraph with fewer characters is a heading or a remark."""
CHEMICAL = "biolink:ChemicalEntity"
OTHERS = {"biolink:Gene", "biolink:DiseaseOrPhenotypicFeature"}
_SET_APART = (
    (re.compile(r" ([,.;:?!)\]%])"), r"\1"),
    (re.compile(r"([(\[]) "), r"\1"),
    (re.compile(r"(\w) ([-/]) (\w)"), r"\1\2\3"),
    (re.compile(r"(\w) ' s\b"), r"\1's"),
)


def sentences(path: Path) -> Iterator[str]:
    """The sentences of a file of tokens, set as they are printed."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        text = " ".join(line.split("\t")[0] for line in block.splitlines())
        for pattern, printed in _SET_APART:
            text = pattern.sub(printed, text)
        if text:
            yield text


def in_rows(texts: Iterable[str], count: int) -> Iterator[str]:
    """Some of them in a row as one; the last may have fewer."""
    every = list(texts)
    return (" ".join(every[n : n + count]) for n in range(0, len(every), count))


def texts_of(corpora: Path, papers: Path) -> Iterator[tuple[str, str]]:
    """Each text with a name."""
    for corpus, count in IN_A_ROW.items():
        for half in ("train", "devel"):
            rows = in_rows(sentences(corpora / "mtl" / corpus / f"{half}.tsv"), count)
            yield from ((f"{corpus}-{half}-{n}", text) for n, text in enumerate(rows))
    for paper in sorted((papers / "jats").iterdir()):
        root = ElementTree.parse(paper).getroot()  # noqa: S314 - papers are one's own
        for number, paragraph in enumerate(root.iter("p")):
            text = " ".join("".join(paragraph.itertext()).split())
            if len(text) > LEAST:
                yield f"{paper.stem}-{number}", text


def runs_of_letters(text: str) -> set[str]:
    """The runs of forty letters of a text; all of a shorter one."""
    told = letters(text)
    starts = range(max(1, len(told) - SHARED_LETTERS + 1))
    return {told[n : n + SHARED_LETTERS] for n in starts}


def measured_on(corpora: Path) -> set[str]:
    """What no text may share."""
    _, held = gold_relations(RelationRecipe.read(HERE / "relations-fast-3.toml"), corpora)
    unseen = ElementTree.parse(corpora / "euadr" / "euadr.bioc.xml")  # noqa: S314 - gold is one's own
    texts = [*(one.text for one in held), *(one.text or "" for one in unseen.iter("text"))]
    return set().union(*map(runs_of_letters, texts))


def main(corpora: Path, papers: Path, out: Path) -> None:
    """Write the texts, and say how many."""
    tagger = load_tagger(HERE.parent / "weights" / "fast")
    kept_apart = measured_on(corpora)
    read = kept = 0
    with out.open("w", encoding="utf-8") as file:
        for name, text in texts_of(corpora, papers):
            read += 1
            if kept_apart.isdisjoint(runs_of_letters(text)) and named(tagger, text):
                kept += 1
                print(json.dumps({"id": name, "text": text}), file=file)
    sys.stdout.write(f"{kept:,} of {read:,} texts\n")


def named(tagger: TaggerRun, text: str) -> bool:
    """Whether a sentence of the text names a chemical and a gene or disease."""
    [spans] = tagger.tag([text])
    return any(
        CHEMICAL in labels and labels & OTHERS
        for start, end in sentences_of(text)
        if (labels := {span.label for span in spans if start <= span.start < end})
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
