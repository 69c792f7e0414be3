"""What the encoder's states say against a plain statement: learnt, and tried on sets left out.

    python benchmarks/statement_states.py [--write]

Sentences marked in ``tests/statements`` are read by the fast tagger's lower layers, every other one
between sentences of real abstracts, and so are pairs of real prose that the cues read as plain, in
their abstracts or alone. A small two-layer reader (``kgbuild_transformer.doubt``) is learnt over
the states of a sentence. ``OUT`` are left out; the threshold is where ``LOST`` of their plain
sentences are lost, by the words alone (``statement_weights.py``) and by both together; at it, how
many pairs of the development halves of BioRED and BC5CDR are doubted. ``--write`` learns from all
and writes ``doubt.tsv``, to be added to the weights of words as they ship.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from _prose import Pair, pairs  # type: ignore[import-not-found]
from kgbuild_model.checkpoint import load_relations
from kgbuild_model.tokens import tokenise
from kgbuild_transformer.doubt import PLACES, STRETCH, Doubt, Pieces, pieces_of, places_of
from kgbuild_transformer.fingerprints import relations_folder, tagger_folder, weights_digest
from machine import describe  # type: ignore[import-not-found]
from statement_weights import (  # type: ignore[import-not-found]
    DEV,
    LEARNT,
    LOST,
    PARTS,
    TRAIN,
    Example,
    example,
    learnt,
    of_pair,
    plain_pairs,
    prose,
    stated,
)
from torch import Tensor, nn
from torch.nn import functional

from marked import Marked, marked  # type: ignore[import-not-found]  # isort: skip

from kgbuild import Span

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "plugins" / "kgbuild-transformer" / "kgbuild_transformer" / "doubt.tsv"
OUT = PARTS[PARTS.index("twenty_second") :]
INVENTORY = "wording"
"""Two thousand sentences of four words: for the weights of words alone."""

PAIRS = 500
HEADS, EPOCHS, BATCH = 8, 8, 64
RATE, DECAY, DROPPED = 3e-3, 0.05, 0.2
LONGEST = 140
"""Wordpieces of a sentence that are learnt from."""


@dataclass(frozen=True)
class Seen:
    """A sentence: the states of its wordpieces, their places, what its words say."""

    states: Tensor
    places: Tensor
    words: Example

    @property
    def plain(self) -> bool:
        return self.words.plain


class Reading:
    """Reads texts by the layers that tagger and relations share."""

    def __init__(self) -> None:
        self.run = load_relations(
            relations_folder("fast"), tagger_folder("fast"), precision=torch.bfloat16
        )
        self._random = random.Random(3)
        texts = [(pair.document.document.text, pair.sentence) for pair in pairs(TRAIN[1], 400)]
        self._around = [(t[: s.start][-600:], t[s.end :][:400]) for t, s in texts]

    def pieces(self, text: str, sentence: Span) -> Pieces:
        words = tokenise(self.run.run.tokenizer, [text])[0]
        return pieces_of(self.run.pages(words)[0]).of(sentence)

    def sentence(self, one: Marked, number: int) -> Seen:
        before, behind = self._random.choice(self._around) if number % 2 else ("", "")
        here = Span(len(before), len(before) + len(one.text))
        pieces = self.pieces(before + one.text + behind, here)
        return seen(pieces, one.pair, one.others, example(one))

    def pair(self, one: Pair, number: int) -> Seen:
        text, sentence = one.document.document.text, one.sentence
        if number % 3 == 0:
            text, sentence = one.text, Span(0, len(one.text))
        others = [span for span in one.named if span not in one.ends]
        return seen(self.pieces(text, sentence), one.ends, others, of_pair(one))

    def pairs(self, path: Path) -> list[Seen]:
        found = [self.pair(one, number) for number, one in enumerate(plain_pairs(path, PAIRS))]
        return [one for one in found if len(one.places)]


def seen(pieces: Pieces, ends: tuple[Span, Span], others: Sequence[Span], words: Example) -> Seen:
    places = torch.from_numpy(places_of(pieces, *ends, others))
    return Seen(torch.from_numpy(pieces.states)[:LONGEST].half(), places[:LONGEST], words)


class Reader(nn.Module):
    """What :class:`Doubt` computes, to be learnt; states in units of their deviation."""

    def __init__(self, states: Tensor) -> None:
        super().__init__()
        self.mean, self.deviation = states.mean(0), states.std(0) + 1e-3
        width = states.shape[1]
        self.sought, self.said = nn.Linear(width, HEADS), nn.Linear(width, HEADS)
        self.sought_at, self.said_at = nn.Embedding(PLACES, HEADS), nn.Embedding(PLACES, HEADS)
        self.out = nn.Linear(HEADS, 1)
        for part, spread in (
            (self.sought, 0.02),
            (self.said, 0.02),
            (self.sought_at, 0.5),
            (self.said_at, 0.1),
        ):
            nn.init.normal_(part.weight, std=spread)

    def forward(self, states: Tensor, places: Tensor, there: Tensor) -> Tensor:
        states = functional.dropout((states - self.mean) / self.deviation, DROPPED, self.training)
        looks = self.sought(states) + self.sought_at(places)
        shares = looks.masked_fill(~there[..., None], -1e4).softmax(1)
        said = (shares * (self.said(states) + self.said_at(places))).sum(1)
        return STRETCH * self.out(torch.tanh(said))[:, 0]

    def doubt(self, tagger: str, layers: int, more: float) -> Doubt:
        """The same, with what the states are divided by put into the weights."""
        sought, said = (
            (part.weight / self.deviation).detach() for part in (self.sought, self.said)
        )
        sought_at = self.sought_at.weight + self.sought.bias - sought @ self.mean
        said_at = self.said_at.weight + self.said.bias - said @ self.mean
        parts = (sought, said, sought_at.detach(), said_at.detach(), self.out.weight[0].detach())
        return Doubt(
            tagger,
            layers,
            *(part.numpy().round(4) for part in parts),
            round(STRETCH * self.out.bias.item() + more, 3),
        )


def batches(sentences: Sequence[Seen]) -> Iterator[tuple[Tensor, ...]]:
    """Sentences of like length together, in any order."""
    order = sorted(range(len(sentences)), key=lambda n: len(sentences[n].places))
    groups = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    for at in torch.randperm(len(groups)).tolist():
        group = [sentences[number] for number in groups[at]]
        places = nn.utils.rnn.pad_sequence([one.places for one in group], True, -1)
        states = nn.utils.rnn.pad_sequence([one.states.float() for one in group], True)
        doubtful = torch.tensor([float(not one.plain) for one in group])
        counts = torch.tensor([one.words.counts for one in group])
        yield states, places.clamp(min=0), places >= 0, doubtful, counts


def taught(sentences: Sequence[Seen]) -> Reader:
    torch.manual_seed(0)
    reader = Reader(torch.cat([one.states.float() for one in sentences[::4]]))
    steps = torch.optim.AdamW(reader.parameters(), lr=RATE, weight_decay=DECAY)
    for epoch in range(EPOCHS):
        steps.param_groups[0]["lr"] = RATE * (1 - epoch / EPOCHS)
        for states, places, there, doubtful, counts in batches(sentences):
            read = reader(states, places, there)
            loss = functional.binary_cross_entropy_with_logits(read, doubtful, reduction="none")
            steps.zero_grad()
            (loss * counts).mean().backward()
            steps.step()
    return reader.eval()


def scores(doubt: Doubt, sentences: Sequence[Seen], weights: Mapping[str, float]) -> np.ndarray:
    """What words, states and both say against each sentence, [3, sentences]."""
    words = np.array([one.words.score(weights) for one in sentences])
    read = (doubt.of(one.states.float().numpy(), one.places.numpy())[0] for one in sentences)
    states = np.array(list(read))
    return np.stack([words, states, words + states])


def write(doubt: Doubt) -> None:
    rows = [[doubt.tagger, str(doubt.layers)]]
    for name in ("sought", "said", "sought_at", "said_at"):
        rows += [[name, *(f"{n:.4g}" for n in row)] for row in getattr(doubt, name).tolist()]
    rows += [["out", *(f"{n:.4g}" for n in doubt.out.tolist())], ["bias", f"{doubt.bias}"]]
    WEIGHTS.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    print(describe(), flush=True)
    reading, tagger = Reading(), weights_digest(tagger_folder("fast"))
    layers = reading.run.model.config.trunk
    names = [name for name in (*PARTS, LEARNT) if name != INVENTORY]
    sets = {
        name: [reading.sentence(one, number) for number, one in enumerate(marked(name))]
        for name in names
    }
    real = [one for path in TRAIN for one in reading.pairs(path)]
    kept = [one for name in names if name not in OUT for one in sets[name]]
    words = [*stated(), *(one for path in TRAIN for one in prose(path))]
    words += [example(one) for one in marked(INVENTORY)]
    weights = learnt([*(one.words for one in kept), *words])
    doubt = taught([*kept, *real]).doubt(tagger, layers, 0.0)
    tried = [one for name in OUT for one in sets[name]]
    found = scores(doubt, tried, weights)
    plain = np.array([one.plain for one in tried])
    least = np.quantile(found[:, plain], 1 - LOST, axis=1)
    print(f"thresholds {least.round(2)}\n\n| | words | states | both |\n|---|---|---|---|")
    caught = (found[:, ~plain] > least[:, None]).sum(1)
    print(f"| doubted, of {(~plain).sum()} not plain | {caught[0]} | {caught[1]} | {caught[2]} |")
    for path in DEV:
        dev = reading.pairs(path)
        real_doubted = (scores(doubt, dev, weights) > least[:, None]).sum(1)
        print(f"| {path.stem}, of {len(dev)} | " + " | ".join(map(str, real_doubted)) + " |")
    if options.write:
        whole = taught([*(one for of in sets.values() for one in of), *real])
        write(whole.doubt(tagger, layers, float(least[0] - least[2])))


if __name__ == "__main__":
    main()
