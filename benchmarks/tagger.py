"""The transformer tagger beside what a user would pick: speed, share of the peak, memory.

    python benchmarks/tagger.py [--model fast] [--texts FILE.jsonl] [--peer]

One run measures, on the same texts: the whole tagger (text in, spans out), its bare encoder on the
same wordpieces, the rate of a matrix product of the encoder's own shape and precision (the peak),
and with --peer the `transformers` token-classification pipeline with a BERT-base in fp32 (random
weights: speed does not depend on them). Accuracy is `kgbuild evaluate`'s to say.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from kgbuild_model.batching import pieces_of
from kgbuild_model.checkpoint import load_tagger
from kgbuild_model.tokens import tokenise, windows
from kgbuild_model.weights import weights_folder
from kgbuild_transformer.settings import TaggerSettings
from kgbuild_transformer.tagger import precision_of
from machine import describe  # type: ignore[import-not-found]

TEXTS = Path(__file__).resolve().parents[2] / "shared" / "papers" / "abstracts.jsonl"


def seconds(work: Callable[[], Any], repeats: int = 3) -> float:
    """The best of some runs, after one to warm up."""
    work()
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def read(path: Path, count: int) -> list[str]:
    lines = path.read_text(encoding="utf-8").split("\n")[:count]
    return [f"{r['title']} {r['abstract']}" for r in map(json.loads, lines)]


def bare(run: Any, words: list[Any]) -> Callable[[], None]:
    """The encoder alone, on the same windows."""
    batches = [
        run.side_by_side([(w, window)])
        for w in words
        for window in windows(w, run.pieces, run.overlap)
    ]

    @torch.no_grad()
    def work() -> None:
        for batch in batches:
            run.tagger.read(batch.ids, batch.mask, batch.shapes)

    return work


def eights(run: Any, words: list[Any]) -> Callable[[], None]:
    """The encoder alone on batches of eight windows of like length, padded to the longest."""
    rows = [(w, window) for w in words for window in windows(w, run.pieces, run.overlap)]
    rows.sort(key=lambda row: pieces_of(*row))
    batches = [run.side_by_side(rows[place : place + 8]) for place in range(0, len(rows), 8)]

    @torch.no_grad()
    def work() -> None:
        for batch in batches:
            run.tagger.read(batch.ids, batch.mask, batch.shapes)

    return work


def peak(run: Any, rows: int) -> float:
    """Floating-point operations a second of the feed-forward product at this precision."""
    config, kind = (
        run.tagger.encoder.config,
        run.tagger.encoder.layers[0].feed_forward.up.weight.dtype,
    )
    x = torch.randn(rows, config.width, dtype=kind)
    weight = torch.randn(config.feed_forward, config.width, dtype=kind)
    took = seconds(lambda: [torch.nn.functional.linear(x, weight) for _ in range(100)])
    return 100 * 2 * rows * config.width * config.feed_forward / took


def needed(run: Any, lengths: list[int]) -> float:
    """Floating-point operations of the encoder on texts of these lengths."""
    config = run.tagger.encoder.config
    each = 2 * (4 * config.width**2 + 2 * config.width * config.feed_forward)
    return float(sum(config.layers * (n * each + 4 * n * n * config.width) for n in lengths))


def peer(texts: list[str]) -> float:
    """Seconds of transformers' pipeline with a BERT-base in fp32 on the same texts."""
    from transformers import (
        BertConfig,
        BertForTokenClassification,
        PreTrainedTokenizerFast,
        pipeline,
    )

    folder = weights_folder("fast")
    assert folder is not None
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]", model_max_length=512
    )
    model = BertForTokenClassification(BertConfig(num_labels=13)).eval()
    tagger = pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple"
    )
    with torch.no_grad():
        return seconds(lambda: tagger(texts, batch_size=8), repeats=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--peer", action="store_true")
    arguments = parser.parse_args()
    texts = read(arguments.texts, arguments.count)
    folder = weights_folder(arguments.model) or Path(arguments.model)
    began = time.perf_counter()
    kind = precision_of(TaggerSettings())
    run = load_tagger(folder, precision=kind)
    run.tag(texts[:1])
    ready = time.perf_counter() - began
    words = tokenise(run.tokenizer, texts)
    lengths = [len(w.ids) + 2 for w in words]
    whole = seconds(lambda: run.tag(texts))
    encoder = seconds(bare(run, words))
    together = seconds(eights(run, words))
    share = needed(run, lengths) / encoder / peak(run, round(sum(lengths) / len(lengths)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(describe(), f"{torch.get_num_threads()} threads, {kind}")
    pieces = sum(lengths)
    print(
        f"{arguments.model}, {len(texts)} texts of {pieces / len(texts):.0f} wordpieces on average"
    )
    for name, took in (
        ("whole tagger", whole),
        ("bare encoder", encoder),
        ("bare, eight a batch", together),
    ):
        print(f"{name:<20}{len(texts) / took:8.1f} texts/s {pieces / took:10,.0f} wordpieces/s")
    print(f"whole over bare     {whole / encoder:8.2f}")
    print(f"share of the peak   {share:8.2f} of a matrix product in the same precision")
    print(f"ready in            {ready:8.1f} s, {memory:,.0f} MB at most so far")
    if arguments.peer:
        few = texts[:16]
        theirs, ours = peer(few) / len(few), whole / len(texts)
        print(f"BERT-base pipeline  {1 / theirs:8.1f} texts/s")
        print(f"the tagger is       {theirs / ours:8.1f} times as fast")


if __name__ == "__main__":
    main()
