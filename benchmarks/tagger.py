"""The transformer tagger beside what a user would pick: speed, share of the peak, memory, accuracy.

    python benchmarks/tagger.py [--model fast accurate] [--texts FILE.jsonl] [--peer] [--profile]

One run measures, on the same texts: the whole tagger (text in, spans out), its bare encoder on the
same wordpieces, the rate of a matrix product of the encoder's own shape and precision (the peak),
and with --peer the `transformers` token-classification pipeline with a BERT-base in fp32. That one
has random weights of the published shape: speed does not depend on them, and it has no accuracy.
What the whole tagger leaves out of its last layer does not count towards its share of the peak.
It needs `pip install transformers`. With --profile it says which operations take the encoder's
time, and where the tagger would be if attention took no longer than its products (meant for one
thread: OMP_NUM_THREADS=1). The accuracy of ours is that of the model card: strict F1 on
held-out texts; `kgbuild evaluate` measures it anew.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from kgbuild_model.batching import pieces_of
from kgbuild_model.checkpoint import load_tagger
from kgbuild_model.published import load_tokenizer
from kgbuild_model.side_by_side import each
from kgbuild_model.tokens import tokenise, windows
from kgbuild_model.transformer import attend_in_bf16
from kgbuild_model.weights import weights_folder
from kgbuild_transformer.settings import TaggerSettings
from kgbuild_transformer.tagger import precision_of
from machine import describe  # type: ignore[import-not-found]

TEXTS = Path(__file__).resolve().parents[2] / "shared" / "papers" / "abstracts.jsonl"


def seconds(work: Callable[[], Any], repeats: int = 3) -> float:
    """The best of some runs, after one to warm up.

    Of the clock; on one thread of CPU time, which other work on the machine spoils less.
    """
    clock = time.perf_counter if torch.get_num_threads() > 1 else time.process_time
    work()
    best = float("inf")
    for _ in range(repeats):
        began = clock()
        work()
        best = min(best, clock() - began)
    return best


def read(path: Path, count: int) -> list[str]:
    lines = path.read_text(encoding="utf-8").split("\n")[:count]
    return [f"{r['title']} {r['abstract']}" for r in map(json.loads, lines)]


def bare(run: Any, words: list[Any], *, shared: bool = False) -> Callable[[], Any]:
    """The encoder alone, on the same windows, side by side as the tagger reads them.

    ``shared`` lets all threads work at one window after the other.
    """
    batches = [
        run.side_by_side([(w, window)])
        for w in words
        for window in windows(w, run.pieces, run.overlap)
    ]

    @torch.no_grad()
    def read(batch: Any) -> None:
        run.tagger.read(batch.ids, None, batch.shapes)

    return lambda: [read(batch) for batch in batches] if shared else each(read, batches)


def eights(run: Any, words: list[Any]) -> Callable[[], None]:
    """The encoder alone on batches of eight windows of like length, padded to the longest.

    All threads work at one batch.
    """
    rows = [(w, window) for w in words for window in windows(w, run.pieces, run.overlap)]
    rows.sort(key=lambda row: pieces_of(*row))
    batches = [run.side_by_side(rows[place : place + 8]) for place in range(0, len(rows), 8)]

    @torch.no_grad()
    def work() -> None:
        for batch in batches:
            run.tagger.read(batch.ids, batch.mask, batch.shapes)

    return work


def peak(run: Any, rows: int) -> float:
    """Floating-point operations a second of the feed-forward product at this precision.

    The better of two: all threads at one product, and a product for each thread.
    """
    config, kind = (
        run.tagger.encoder.config,
        run.tagger.encoder.layers[0].feed_forward.up.weight.dtype,
    )
    x = torch.randn(rows, config.width, dtype=kind)
    weight = torch.randn(config.feed_forward, config.width, dtype=kind)

    def products(count: int) -> None:
        for _ in range(count):
            torch.nn.functional.linear(x, weight)

    threads = torch.get_num_threads()
    took = min(
        seconds(lambda: products(100 * threads), repeats=5),
        seconds(lambda: each(products, [100] * threads), repeats=5),
    )
    return threads * 100 * 2 * rows * config.width * config.feed_forward / took


def needed(run: Any, lengths: list[int]) -> float:
    """Floating-point operations of the encoder on texts of these lengths."""
    config = run.tagger.encoder.config
    each = 2 * (4 * config.width**2 + 2 * config.width * config.feed_forward)
    return float(sum(config.layers * (n * each + 4 * n * n * config.width) for n in lengths))


def not_read_on(run: Any, words: list[Any]) -> float:
    """Operations of the encoder that the whole tagger leaves out.

    They are those of the last layer, behind its attention, of wordpieces that begin no word.
    """
    config = run.tagger.encoder.config
    each = 2 * (config.width**2 + 2 * config.width * config.feed_forward)
    return float(each * sum(len(w.ids) + 2 - len(w) for w in words))


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


def profile(run: Any, words: list[Any]) -> str:
    """The shares of the bare encoder's time, by kind of operation."""
    kinds = {"addmm": "products", "linear_pointwise": "products", "gelu": "GELU", "norm": "norms"}
    kinds |= dict.fromkeys(
        ("dot_product", "bmm", "exp2", "sum", "aminmax", "div", "mean", "sub"), "attention"
    )
    work = bare(run, words, shared=True)
    work()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
        work()
    took: dict[str, float] = dict.fromkeys([*kinds.values(), "the rest"], 0.0)
    for event in seen.key_averages():
        name = event.key.removeprefix("aten::")
        kind = next((kinds[part] for part in kinds if part in name), "the rest")
        took[kind] += event.self_cpu_time_total
    whole = sum(took.values())
    return ", ".join(f"{kind} {time / whole:.0%}" for kind, time in took.items())


def attention(run: Any, rows: int) -> tuple[float, float]:
    """Seconds of a layer's attention at this length, and of its two matrix products alone."""
    config = run.tagger.encoder.config
    kind = run.tagger.encoder.layers[0].feed_forward.up.weight.dtype
    shape = (config.heads, rows, config.width // config.heads)
    query, key, value = (torch.randn(shape, dtype=kind) for _ in range(3))
    weights = torch.softmax(query @ key.transpose(1, 2), dim=-1)
    fast = kind == torch.bfloat16
    attend = attend_in_bf16 if fast else torch.nn.functional.scaled_dot_product_attention
    whole = functools.partial(attend, query[None], key[None], value[None])

    def products() -> None:
        torch.bmm(query, key.transpose(1, 2))
        torch.bmm(weights, value)

    took = (seconds(lambda work=work: [work() for _ in range(20)], 5) for work in (whole, products))
    fused, alone = (one / 20 for one in took)
    return fused, alone


def bound(run: Any, lengths: list[int], whole: float, highest: float) -> str:
    """How near to the peak the tagger would come if attention took no longer than its products."""
    rows = round(sum(lengths) / len(lengths))
    fused, alone = attention(run, rows)
    left = whole - (fused - alone) * run.tagger.encoder.config.layers * len(lengths)
    return (
        f"attention of {rows} wordpieces takes {1000 * fused:.2f} ms a layer, its products alone"
        f" {1000 * alone:.2f} ms; if it took no longer, the whole tagger would be at"
        f" {needed(run, lengths) / left / highest:.2f} of the peak"
    )


def accuracy(folder: Path) -> str:
    """The strict F1 of the model card on held-out texts of each convention."""
    measured = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["held_out"]
    return ", ".join(f"{name} {100 * one['f1']:.1f}" for name, one in measured.items())


def row(*cells: object) -> None:
    """Print a row of the table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def measure(model: str, texts: list[str], *, profiled: bool) -> float:
    """Measure one tagger, print its rows; give its seconds a text."""
    folder = weights_folder(model) or Path(model)
    began = time.perf_counter()
    run = load_tagger(folder, precision=precision_of(TaggerSettings()))
    run.tag(texts[:1])
    ready = time.perf_counter() - began
    words = tokenise(run.tokenizer, texts)
    lengths = [len(w.ids) + 2 for w in words]
    whole = seconds(lambda: run.tag(texts))
    encoder = seconds(bare(run, words))
    sharing = seconds(bare(run, words, shared=True))
    together = seconds(eights(run, words))
    highest = peak(run, round(sum(lengths) / len(lengths)))
    kind = str(run.tagger.encoder.layers[0].feed_forward.up.weight.dtype).removeprefix("torch.")
    for name, took, right in (
        (f"{model}, whole tagger", whole, accuracy(folder)),
        (f"{model}, bare encoder", encoder, ""),
        (f"{model}, bare encoder, all threads at one text", sharing, ""),
        (f"{model}, bare encoder, eight a batch", together, ""),
    ):
        rates = f"{len(texts) / took:.1f}", f"{sum(lengths) / took:,.0f}"
        left_out = not_read_on(run, words) if took is whole else 0.0
        computed = needed(run, lengths) - left_out
        shares = f"{whole / took:.2f}", f"{computed / took / highest:.2f}"
        row(name, kind, *rates, *shares, right)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ABOUT.append(f"{model}: a matrix product reaches {highest / 1e9:,.0f} GFLOP/s in {kind}")
    ABOUT.append(f"{model}: ready in {ready:.1f} s, {memory:,.0f} MB at most so far")
    if profiled:
        ABOUT.append(f"{model}: of the bare encoder's time {profile(run, words)}")
        ABOUT.append(f"{model}: {bound(run, lengths, whole, highest)}")
    return whole / len(texts)


ABOUT: list[str] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", nargs="+", default=["fast"])
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    texts = read(arguments.texts, arguments.count)
    pieces = [len(words.ids) for words in tokenise(load_tokenizer(weights_folder("fast")), texts)]
    threads = torch.get_num_threads()
    said = "1 thread, CPU seconds" if threads == 1 else f"{threads} threads"
    print(describe() + f", PyTorch {torch.__version__}, {said}")
    print(
        f"{len(texts)} texts of {sum(map(len, texts)) / len(texts):,.0f} characters and "
        f"{sum(pieces) / len(texts):.0f} wordpieces on average, {max(pieces)} at most"
    )
    print()
    row("", "precision", "texts/s", "wordpieces/s", "whole over it", "of the peak", "F1, held out")
    row(*["---"] * 7)
    ours = {m: measure(m, texts, profiled=arguments.profile) for m in arguments.model}
    if arguments.peer:
        few = texts[:16]
        theirs = peer(few) / len(few)
        rate = f"{sum(pieces[:16]) / len(few) / theirs:,.0f}"
        row("BERT-base pipeline, random weights", "float32", f"{1 / theirs:.1f}", rate, "", "", "")
        for model, took in ours.items():
            ABOUT.append(f"{model}: {theirs / took:.1f} times as fast as the BERT-base pipeline")
    print("\n" + "\n".join(ABOUT))


if __name__ == "__main__":
    main()
