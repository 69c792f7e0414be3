"""Belief end to end: with links of our own, what those of both ends are worth is in it or not.

    python benchmarks/belief_linked.py FOLDER

The texts that the relation weights were held out from (see ``belief_shipped.py``) go through the
pipeline that ``kgbuild init`` sets up, without their annotations, where FOLDER has no graph yet. A
claim is a pair of concepts of one text with BioRED's name of the type, or CID; it is right where
the corpus marks it. The linker was fitted on these texts, so its scores flatter.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from _installed import ingest  # type: ignore[import-not-found]
from belief import BINS, Measured, Text, measured  # type: ignore[import-not-found]
from belief_shipped import held_back  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]

import kgbuild
from kgbuild import Assertion, Graph
from kgbuild.data.relation_names import biored_name, is_cid
from kgbuild.reasoning.belief import belief

Claim = tuple[str, frozenset[str]]
"""A document, and the two ends with the name of the type."""


def make_graph(folder: Path, texts: list[Text]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "papers.PubTator").open("w", encoding="utf-8") as file:
        for text in texts:
            number, document = text.id.partition(":")[2], text.task.document
            title = document.sections[0].span
            rest = document.text[title.end :].strip()
            file.write(f"{number}|t|{title.of(document.text)}\n{number}|a|{rest}\n\n")
    ingest(folder, "papers.PubTator")


def claims(graph: Graph, text: Text) -> Iterator[tuple[Claim, Assertion, Assertion | None]]:
    """What the graph holds of a text's claims, each with its denial."""
    said = {one.id: one for one in graph.said_in(text.id)}
    for one in said.values():
        for told in {} if one.negated else {each.conditions for each in one.evidence}:
            name = biored_name(one.predicate, one.qualifiers, told)
            if text.corpus == "BC5CDR":
                name = "CID" if is_cid(one.predicate) else ""
            if name:
                claim = text.id, frozenset((one.subject, one.object, name))
                yield claim, one, said.get(replace(one, negated=True).id)


def believed(graph: Graph, texts: list[Text], *, linked: bool) -> Mapping[Claim, float]:
    """The belief of each claim; ``linked``: in which the links' scores are heeded."""
    found: dict[Claim, float] = {}
    for text in texts:
        for claim, one, denial in claims(graph, text):
            sides = (one, denial) if linked else (_certain(one), denial and _certain(denial))
            found[claim] = max(belief(*sides), found.get(claim, 0.0))
    return found


def _certain(claim: Assertion) -> Assertion:
    """The claim as if every link were sure."""
    return replace(claim, evidence=tuple(replace(e, link_score=1.0) for e in claim.evidence))


def gold(graph: Graph, texts: list[Text]) -> set[Claim]:
    """The claims that the corpora mark, in the graph's identifiers."""
    known = {match: one.id for one in graph.concepts() for match in one.exact_matches}
    return {
        (text.id, frozenset(known.get(name, name) for name in claim))
        for text in texts
        for claim in text.related
    }


def row(name: str, found: Measured, sure: list[bool]) -> str:
    right = sum(sure) / max(1, len(sure))
    return f"| {name} | {found.brier:.4f} | {found.ece:.4f} | {len(sure)} | {right:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="Where the graph is, or will be.")
    parser.add_argument("--texts", type=int, default=1_000, help="How many at most.")
    told = parser.parse_args()
    print(describe())
    texts = held_back(told.texts)
    if not (told.folder / "kg").is_dir():
        make_graph(told.folder, texts)
    with kgbuild.load(told.folder / "kg") as graph:
        marked = gold(graph, texts)
        for linked in (False, True):
            beliefs = believed(graph, texts, linked=linked)
            truth = [claim in marked for claim in beliefs]
            found = measured(list(beliefs.values()), truth)
            sure = [true for b, true in zip(beliefs.values(), truth, strict=True) if b >= 0.8]
            if not linked:
                print(f"{len(truth):,} claims, {sum(truth):,} true\n")
                print("| | Brier | ECE | at 0.8 and more | right |\n|---|--:|--:|--:|--:|")
            print(row("links heeded" if linked else "links taken as sure", found, sure))
    print(f"\n| belief (bins of {1 / BINS:g}), links heeded | claims | true |\n|---|--:|--:|")
    for mean, share, count in found.bins:
        print(f"| {mean:.2f} | {count} | {share:.2f} |")


if __name__ == "__main__":
    main()
