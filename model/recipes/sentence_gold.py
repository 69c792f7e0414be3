"""Turn two corpora of marked sentences into gold that the relation recipes read.

    python model/recipes/sentence_gold.py CORPORA OUT

OUT gets ``ade.PubTator`` (drug and adverse effect of a sentence, Gurulingappa et al. 2012, as
chemical-induced disease) and ``chemprot.bioc.xml`` (chemicals and proteins of a sentence,
BioCreative VI as SciBERT's authors give it, with DrugProt's types). ChemProt's sentences do not say
which of their two names is the chemical: the fast tagger does, each name by all of its sentences.
Sentences of DrugProt's part are left out: some of it is held out for measuring.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from kgbuild_model.checkpoint import load_tagger

EVERY = 3
"""One in three of the ADE corpus' sentences is taken: all of them would outweigh the abstracts."""

TYPES = {
    "DOWNREGULATOR": "INDIRECT-DOWNREGULATOR",
    "UPREGULATOR": "INDIRECT-UPREGULATOR",
    "SUBSTRATE_PRODUCT-OF": "SUBSTRATE",
    "AGONIST-ACTIVATOR": "AGONIST",
    "AGONIST-INHIBITOR": "AGONIST",
}
"""ChemProt's types that DrugProt has under another name."""

Span = tuple[int, int]
_MARKED = re.compile(r"<< (.+?) >>|\[\[ (.+?) \]\]")


def adverse_effects(path: Path) -> Iterator[str]:
    """A PubTator document for a sentence; its number is that of the abstract that it is from."""
    sentences: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        pmid, sentence, effect, _, _, drug, *_ = line.split("|")
        sentences[pmid, sentence].append((drug, effect))
    for (pmid, sentence), pairs in list(sentences.items())[::EVERY]:
        lines = [f"{pmid}|t|{sentence}", f"{pmid}|a|"]
        for names, kind in (
            ({d for d, _ in pairs}, "Chemical"),
            ({e for _, e in pairs}, "Disease"),
        ):
            for name in sorted(names):
                for start, end in places(sentence, name):
                    fields = (start, end, sentence[start:end], kind, identifier(kind, name))
                    lines.append("\t".join((pmid, *map(str, fields))))
        for drug, effect in sorted(set(pairs)):
            ends = identifier("Chemical", drug), identifier("Disease", effect)
            lines.append("\t".join((pmid, "CID", *ends)))
        yield "\n".join(lines) + "\n"


def identifier(kind: str, name: str) -> str:
    """The corpus has no identifiers: one for each name."""
    return kind[0] + re.sub(r"\W+", "-", name.lower())


def places(sentence: str, name: str) -> list[Span]:
    """Where the sentence has the name, not inside a word."""
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    return [found.span() for found in re.finditer(pattern, sentence, re.IGNORECASE)]


def unmarked(marked: str) -> tuple[str, Span, Span]:
    """The sentence without its marks, and its two names in their order."""
    text, place = "", 0
    spans = []
    for found in _MARKED.finditer(marked):
        text += marked[place : found.start()]
        place = found.end()
        inside = found[1] or found[2]
        spans.append((len(text), len(text) + len(inside)))
        text += inside
    first, second = spans
    return text + marked[place:], first, second


def key(text: str) -> str:
    """What two spellings of a sentence share."""
    return re.sub(r"\W+", "", text).lower()


def chemicals_and_proteins(paths: list[Path], without: set[str]) -> Iterator[ElementTree.Element]:
    """A BioC document for a sentence."""
    sentences: dict[str, list[tuple[Span, Span, str]]] = defaultdict(list)
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text, first, second = unmarked(row["text"])
            if key(text) not in without:
                kind = TYPES.get(row["label"], row["label"])
                sentences[text].append((first, second, kind))
    likeness = chemical_likeness(sentences)
    for number, (text, pairs) in enumerate(sentences.items()):
        ordered = [
            (*((a, b) if likeness[name(text, a)] >= likeness[name(text, b)] else (b, a)), kind)
            for a, b, kind in pairs
        ]
        chemicals, genes = {a for a, _, _ in ordered}, {b for _, b, _ in ordered}
        if not chemicals & genes:
            yield document(f"chemprot:{number}", text, ordered)


def name(text: str, span: Span) -> str:
    """The name at a place."""
    return text[slice(*span)].lower()


def chemical_likeness(sentences: dict[str, list[tuple[Span, Span, str]]]) -> dict[str, float]:
    """How much more often the tagger took a name for a chemical than for a gene."""
    tagger = load_tagger(Path(__file__).parent.parent / "weights" / "fast", convention="drugprot")
    votes: dict[str, float] = defaultdict(float)
    for text, spans in zip(sentences, tagger.tag(list(sentences)), strict=True):
        for place in {end for first, second, _ in sentences[text] for end in (first, second)}:
            for span in spans:
                if span.start < place[1] and place[0] < span.end:
                    sign = {"biolink:ChemicalEntity": 1, "biolink:Gene": -1}.get(span.label, 0)
                    votes[name(text, place)] += sign * span.score
    return votes


def document(number: str, text: str, pairs: list[tuple[Span, Span, str]]) -> ElementTree.Element:
    """One sentence as DrugProt has it."""
    root = ElementTree.Element("document")
    ElementTree.SubElement(root, "id").text = number
    passage = ElementTree.SubElement(root, "passage")
    ElementTree.SubElement(passage, "offset").text = "0"
    ElementTree.SubElement(passage, "text").text = text
    sentence = ElementTree.SubElement(passage, "sentence")
    ElementTree.SubElement(sentence, "offset").text = "0"
    ElementTree.SubElement(sentence, "text").text = text
    for place, kind in sorted(
        {(a, "CHEMICAL") for a, _, _ in pairs} | {(b, "GENE-Y") for _, b, _ in pairs}
    ):
        annotation = ElementTree.SubElement(sentence, "annotation", id=f"T{place[0]}-{place[1]}")
        ElementTree.SubElement(annotation, "infon", key="type").text = kind
        length = str(place[1] - place[0])
        ElementTree.SubElement(annotation, "location", offset=str(place[0]), length=length)
    for a, b, kind in pairs:
        relation = ElementTree.SubElement(sentence, "relation")
        ElementTree.SubElement(relation, "infon", key="type").text = kind
        ElementTree.SubElement(relation, "node", refid=f"T{a[0]}-{a[1]}", role="head")
        ElementTree.SubElement(relation, "node", refid=f"T{b[0]}-{b[1]}", role="tail")
    return root


def sentences_in(folder: Path) -> set[str]:
    """The keys of the sentences of a folder's BioC files."""
    files = sorted(folder.glob("*.xml"))
    trees = [ElementTree.parse(file) for file in files]  # noqa: S314 - gold files are one's own
    return {key(s.findtext("text") or "") for tree in trees for s in tree.iter("sentence")}


def main(corpora: Path, out: Path) -> None:
    """Write both files, and say how much is in them."""
    out.mkdir(parents=True, exist_ok=True)
    effects = list(adverse_effects(corpora / "ade-corpus-v2" / "DRUG-AE.rel"))
    (out / "ade.PubTator").write_text("\n".join(effects), encoding="utf-8")
    collection = ElementTree.Element("collection")
    files = [corpora / "chemprot-scibert" / f"{half}.jsonl" for half in ("train", "dev")]
    collection.extend([*chemicals_and_proteins(files, sentences_in(corpora / "drugprot-part"))])
    ElementTree.indent(collection)
    ElementTree.ElementTree(collection).write(out / "chemprot.bioc.xml", "utf-8", True)
    counts = (
        f"{len(effects)} sentences of adverse effects, {len(collection)} of chemicals and genes"
    )
    sys.stdout.write(counts + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
