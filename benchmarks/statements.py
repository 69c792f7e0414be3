"""How a sentence speaks of a pair: wrong readings, beside those of NegEx and ConText word lists.

    python benchmarks/statements.py [SET ...] [--lexicons FOLDER]

Sentences: ``tests/statements``, marked by hand. "Plain by mistake" is the share of the sentences
of negation, speculation and question that are read as a plain statement; "plain lost" the share of
plain ones that are not, each with its exact 95% interval. Several sets that are named are counted
together too. The rules of kgbuild-spacy are asked for a relation of the pair: what they find at all
is given too, for a rule that finds nothing makes no mistake.

The baseline reads a mention as negated, possible or hypothetical by NegEx's scope: forward and
backward to the next termination or the end of the sentence. A pair is plain when both its mentions
are.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from _shares import share  # type: ignore[import-not-found]
from kgbuild_spacy.plugin import EXTRACTOR
from machine import describe  # type: ignore[import-not-found]

from kgbuild import (
    Annotations,
    Candidate,
    Document,
    Link,
    Mention,
    Section,
    SectionKind,
    Span,
    Task,
)
from kgbuild.statements import read_cues

ROOT = Path(__file__).resolve().parents[1]
LEXICONS = ROOT.parent / "shared" / "corpora" / "negation-lexicons"
CATEGORIES = {
    "C": "biolink:ChemicalEntity",
    "D": "biolink:DiseaseOrPhenotypicFeature",
    "G": "biolink:Gene",
    "V": "biolink:SequenceVariant",
    "L": "biolink:CellLine",
    "S": "biolink:OrganismTaxon",
}

sys.path.insert(0, str(ROOT / "tests" / "statements"))
from marked import Marked, marked  # type: ignore[import-not-found]  # noqa: E402

PARTS = (
    *("development", "wording", "reach", "held_out", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"),
    *("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
    *("twenty_first", "twenty_second", "twenty_third", "twenty_fourth"),
    *("twenty_fifth", "twenty_sixth", "twenty_seventh", "twenty_eighth", "twenty_ninth"),
    *("thirtieth", "thirty_first", "thirty_second", "thirty_third", "thirty_fourth"),
    *("thirty_fifth", "thirty_sixth", "thirty_seventh", "thirty_eighth"),
)
FRESH = (
    *("thirty_ninth", "fortieth", "forty_first", "outside_judge"),
    *("rarer_wording", "after_mending", "long_abstracts"),
)
"""Sets that no weights are learnt from."""

CUES = read_cues(None)
UNWEIGHED = read_cues(None, weighed=False)
RULES = EXTRACTOR.create(EXTRACTOR.settings_class()())
Plain = Callable[[Marked], bool | None]
"""Whether the pair is read as plain; None where nothing is found between them."""


def by_cues(one: Marked) -> bool:
    return CUES.between(one.text, *one.pair, one.others).plain


def unweighed(one: Marked) -> bool:
    return UNWEIGHED.between(one.text, *one.pair, one.others).plain


def by_rules(one: Marked) -> bool | None:
    mentions = tuple(
        Mention(span=span, text=span.of(one.text), category=CATEGORIES[kind])
        for span, kind in one.kinds
    )
    links = tuple(
        Link(mention=m, candidates=(Candidate(concept=f"mesh:D{n:06}"),))
        for n, m in enumerate(mentions)
    )
    whole = Span(0, len(one.text))
    document = Document(
        id="pubmed:1",
        text=one.text,
        sections=(Section(kind=SectionKind.ABSTRACT, span=whole),),
        sentences=(whole,),
    )
    task = Task(document=document, annotations=Annotations(mentions=mentions, links=links))
    (found,) = RULES.extract([task])
    pair = set(one.pair)
    read = [r for r in found.relations if {r.subject.span, r.object.span} == pair]
    return any(r.status == "stated" and not r.negated for r in read) if read else None


def by_lists(folder: Path) -> Plain:
    """NegEx's English lists with ConText's for what is possible and supposed."""
    negex = json.loads((folder / "negspacy_termsets.json").read_text("utf-8"))["en_clinical"]
    context = json.loads((folder / "medspacy" / "context_rules_en.json").read_text("utf-8"))
    rules = [r for r in next(iter(context.values())) if r["pattern"] is None]
    other = [r for r in rules if r["category"] in {"POSSIBLE_EXISTENCE", "HYPOTHETICAL"}]
    forward = [r["literal"] for r in other if r["direction"] in {"FORWARD", "BIDIRECTIONAL"}]
    backward = [r["literal"] for r in other if r["direction"] in {"BACKWARD", "BIDIRECTIONAL"}]
    before = _words([*negex["preceding_negations"], *forward])
    behind = _words([*negex["following_negations"], *backward])
    ends, pseudo = _words(negex["termination"]), _words(negex["pseudo_negations"])

    def affirmed(text: str, mention: Span) -> bool:
        ahead = text[: mention.start]
        start = max([0, *(found.end() for found in ends.finditer(ahead))])
        rest = text[mention.end :]
        stop = found.start() if (found := ends.search(rest)) else len(rest)
        return not before.search(ahead, start) and not behind.search(rest, 0, stop)

    def plain(one: Marked) -> bool:
        text = pseudo.sub(lambda found: "_" * len(found[0]), one.text.lower())
        return all(affirmed(text, mention) for mention in one.pair)

    return plain


def _words(phrases: Sequence[str]) -> re.Pattern[str]:
    longest = sorted({phrase.lower() for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


def row(name: str, sentences: Sequence[Marked], read: Plain) -> str:
    others = [read(one) for one in sentences if one.expected != "plain"]
    stated = [read(one) for one in sentences if one.expected == "plain"]
    found = sum(answer is not None for answer in stated)
    mistakes = share(others.count(True), len(others))
    return f"| {name} | {mistakes} | {share(stated.count(False), found)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help="files of tests/statements; else all"
    )
    parser.add_argument("--lexicons", type=Path, default=LEXICONS)
    options = parser.parse_args()
    print(describe())
    ways: dict[str, Plain] = {
        "cues and weights, the pair alone": by_cues,
        "cues without weights": unweighed,
        "kgbuild-spacy's rules": by_rules,
    }
    if options.lexicons.exists():
        ways["NegEx and ConText lists"] = by_lists(options.lexicons)
    parts = {part: marked(part) for part in options.sets or (*PARTS, "long_prose", *FRESH)}
    if len(options.sets) > 1:
        parts["together"] = [one for sentences in parts.values() for one in sentences]
    for part, sentences in parts.items():
        print(f"\n| {part} | plain by mistake | plain lost, of those found |\n|---|---|---|")
        for name, read in ways.items():
            print(row(name, sentences, read))
    sentences = marked("held_out")
    started = time.process_time()
    for one in sentences:
        by_cues(one)
    print(f"\n{1e6 * (time.process_time() - started) / len(sentences):.0f} microseconds a pair")


if __name__ == "__main__":
    main()
