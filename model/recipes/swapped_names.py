"""Write texts in which every name has become another of its kind, for a teacher to answer.

    python model/recipes/swapped_names.py CORPORA CORPORA/swapped-names

A small tagger finds some three of four names that no training text has, and nineteen of twenty of
the others (``model/weights/fast/README.md``). A teacher can tell it of more names than papers have,
in sentences as papers have them. The names are what the fast tagger finds in the abstracts, and
those of the terminologies beside the corpora: diseases of MeSH, drugs, human genes.
OUT gets ``texts.jsonl``: one text each of the abstracts of ``papers`` that are in no corpus, and of
the texts that the recipe ``tagger-fast-corrected.toml`` learns from. Held-out texts give none.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from kgbuild_model.checkpoint import load_tagger
from kgbuild_model.tagger_training import TaggerRecipe, gold_examples
from kgbuild_model.texts import letters, read_texts

if TYPE_CHECKING:
    from kgbuild_model.tagging import ScoredSpan

HERE = Path(__file__).parent
SURE = 0.8
"""How sure the tagger must be of a name for other texts to get it."""
KEPT = 0.15
"""The share of names that stay as they are."""
MOST = 2000
"""How many texts are written: a teacher takes a third of a second for one."""
WHOLE = ("biored", "bc5cdr", "ncbi-disease")
"""Corpora whose texts are abstracts; those of the others are sentences."""

Names = Mapping[str, Sequence[str]]


def terminology_names(folder: Path) -> dict[str, list[str]]:
    """Names of diseases, chemicals and genes, by the tagger's labels."""

    def rows(name: str) -> Iterator[dict[str, str]]:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t")

    csv.field_size_limit(10**8)
    diseases = (
        name
        for row in rows("fastdatascience/disease_mesh_synonyms.tsv")
        if row["tree_numbers"].startswith(("C", "F03"))
        for name in (row["name"].lower(), *row["synonyms"].split("|"))
        if "," not in name  # MeSH's "leukemia, acute" stands in no sentence
    )
    drugs = (
        name
        for row in rows("fastdatascience/drug_synonyms.tsv")
        for name in (row["name"], *row["synonyms"].split("|"))
    )
    genes = (row["symbol"] for row in rows("entrez-gene-2016/symbols-human.tsv"))
    return {
        "biolink:DiseaseOrPhenotypicFeature": list(filter(_short, diseases)),
        "biolink:ChemicalEntity": list(filter(_short, drugs)),
        "biolink:Gene": list(filter(_short, genes)),
    }


def _short(name: str) -> bool:
    return 3 <= len(name) <= 45 and len(name.split()) <= 5


def found_names(
    texts: Sequence[str], found: Sequence[Sequence[ScoredSpan]]
) -> dict[str, list[str]]:
    """The names that a tagger is sure of, each once in any letter case, by label."""
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for text, spans in zip(texts, found, strict=True):
        for span in spans:
            name = text[span.start : span.end]
            if span.score > SURE:
                names[span.label].setdefault(name.lower(), name)
    return {label: sorted(each.values()) for label, each in names.items()}


def swapped(
    text: str, spans: Sequence[ScoredSpan], papers: Names, terms: Names, random: Random
) -> str:
    """The text with other names: one name the same one wherever it stands.

    Half of the names are of ``terms``, where it has the label, the others of ``papers``.

    >>> from kgbuild_model.tagging import ScoredSpan
    >>> span = ScoredSpan(0, 7, "biolink:ChemicalEntity", 0.9)
    >>> swapped("Aspirin helps.", [span], {span.label: ["codeine"]}, {}, Random(3))
    'Codeine helps.'
    """
    chosen: dict[tuple[str, str], str] = {}
    parts, place = [], 0
    for span in spans:
        name = text[span.start : span.end]
        key = name.lower(), span.label
        if key not in chosen:
            pool = terms if span.label in terms and random.random() < 0.5 else papers
            chosen[key] = name if random.random() < KEPT else random.choice(pool[span.label])
        parts += [text[place : span.start], _cased_like(name, chosen[key])]
        place = span.end
    return "".join(parts) + text[place:]


def _cased_like(name: str, other: str) -> str:
    """The other name with a capital where a sentence begins, in lower case within one."""
    if name[:1].isupper() and not name.isupper() and other[:1].islower() and len(other) > 4:
        return other[:1].upper() + other[1:]
    within = name.islower() and len(other) > 5 and not any(map(str.isdigit, other))
    return other.lower() if within else other


def main(corpora: Path, out: Path) -> None:
    """Write the texts, and say how many."""
    tagger = load_tagger(HERE.parent / "weights" / "fast")
    learning, held = gold_examples(TaggerRecipe.read(HERE / "tagger-fast-corrected.toml"), corpora)
    gold = {letters(example.text) for example in learning + held}
    abstracts = [
        text
        for text in dict.fromkeys(read_texts(corpora.parent / "papers" / "abstracts.jsonl"))
        if letters(text) not in gold
    ]
    found = tagger.tag(abstracts)
    papers, terms = (
        found_names(abstracts, found),
        terminology_names(corpora.parent / "terminologies"),
    )
    learnt = [example.text for example in learning if example.convention in WHOLE]
    random = Random(7)
    texts = [
        swapped(text, spans, papers, terms, random)
        for text, spans in zip(abstracts + learnt, [*found, *tagger.tag(learnt)], strict=True)
    ]
    random.shuffle(texts)
    out.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in texts[:MOST]]
    (out / "texts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(lines)} texts with swapped names\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
