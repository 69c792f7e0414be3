"""The tagger's encoder in int8, by PyTorch and by ONNX Runtime, beside bf16 and fp32: time and F1.

    python benchmarks/tagger_int8.py [--model fast] [--count 15] [--corpora FOLDER]

One thread, CPU seconds, the ways in turn, the best of some runs. Int8 is dynamic: weights by row,
activations by tensor as they come. With --corpora, strict F1 on the held-out texts of the recipe.
It needs `pip install onnx onnxruntime onnxscript`; the tagger itself does not.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from kgbuild_model.checkpoint import load_tagger
from kgbuild_model.tagger_training import TaggerRecipe, gold_examples, measure_tagger
from kgbuild_model.tokens import tokenise
from kgbuild_model.weights import weights_folder
from machine import describe  # type: ignore[import-not-found]
from tagger import TEXTS, bare, read  # type: ignore[import-not-found]
from tagger_elsewhere import RECIPE  # type: ignore[import-not-found]
from torch import Tensor, nn

if TYPE_CHECKING:
    from kgbuild_model.tagging import TaggerRun


class Unmasked(nn.Module):
    """An encoder that reads windows without padding, as it is exported."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor, extra: Tensor) -> Tensor:
        hidden: Tensor = self.encoder(ids, None, extra)
        return hidden


class Onnx(nn.Module):
    """An encoder that ONNX Runtime computes, on one thread."""

    def __init__(self, path: Path, config: object) -> None:
        import onnxruntime

        super().__init__()
        self.config = config
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def forward(self, ids: Tensor, mask: None, extra: Tensor) -> Tensor:
        given = {"ids": ids.numpy(), "extra": extra.numpy()}
        return torch.from_numpy(self.session.run(None, given)[0])


def exported(encoder: Any, folder: Path) -> tuple[Path, Path]:
    """The encoder as ONNX files, in fp32 and in int8."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole, small = folder / "fp32.onnx", folder / "int8.onnx"
    length = torch.export.Dim("length", min=2, max=512)
    ids, extra = torch.full((1, 40), 1000), torch.zeros(1, 40, encoder.config.width)
    torch.onnx.export(
        Unmasked(encoder),
        (ids, extra),
        str(whole),
        input_names=["ids", "extra"],
        dynamic_shapes=({1: length}, {1: length}),
        external_data=False,
    )
    quantize_dynamic(
        str(whole),
        str(small),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gemm"],
    )
    return whole, small


def in_int8(encoder: nn.Module) -> nn.Module:
    """The encoder with PyTorch's own int8 products."""
    from torch.ao import quantization

    torch.backends.quantized.engine = "x86"
    kinds = {nn.Linear: quantization.per_channel_dynamic_qconfig}
    quantised: nn.Module = quantization.quantize_dynamic(encoder, kinds)
    return quantised


def ways(folder: Path, scratch: Path) -> dict[str, TaggerRun]:
    """The tagger in each way to compute its encoder."""
    runs = {"PyTorch, bf16": load_tagger(folder, precision=torch.bfloat16)}
    for name in ("PyTorch, fp32", "PyTorch, int8", "ONNX Runtime, fp32", "ONNX Runtime, int8"):
        runs[name] = load_tagger(folder)
    encoder = runs["PyTorch, fp32"].tagger.encoder
    paths = exported(encoder, scratch)
    runs["PyTorch, int8"].tagger.encoder = in_int8(runs["PyTorch, int8"].tagger.encoder)
    for kind, path in zip(("fp32", "int8"), paths, strict=True):
        runs[f"ONNX Runtime, {kind}"].tagger.encoder = Onnx(path, encoder.config)
    return runs


def seconds(runs: dict[str, TaggerRun], texts: list[str], repeats: int = 5) -> dict[str, float]:
    """The least CPU seconds of each, in turn, after one run to warm up."""
    words = tokenise(next(iter(runs.values())).tokenizer, texts)
    works = {name: bare(run, words) for name, run in runs.items()}
    best = dict.fromkeys(works, float("inf"))
    for turn in range(repeats):
        for name, work in works.items():
            began = time.process_time()
            work()
            if turn:
                best[name] = min(best[name], time.process_time() - began)
    return best


def accuracy(run: TaggerRun, corpora: Path) -> str:
    recipe = TaggerRecipe.read(RECIPE)
    _, held = gold_examples(recipe, corpora)
    measured: dict[str, Any] = measure_tagger(run, recipe, held)
    return ", ".join(f"{100 * one['f1']:.2f}" for one in measured.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--count", type=int, default=15)
    parser.add_argument("--corpora", type=Path)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print(f"{describe()}, PyTorch {torch.__version__}, 1 thread, CPU seconds")
    with tempfile.TemporaryDirectory() as scratch:
        runs = ways(weights_folder(arguments.model) or Path(arguments.model), Path(scratch))
        took = seconds(runs, read(TEXTS, arguments.count))
        print("| encoder | ms a text | over bf16 | F1, held out |\n|---|---|---|---|")
        for name, run in runs.items():
            right = accuracy(run, arguments.corpora) if arguments.corpora else ""
            each, over = 1000 * took[name] / arguments.count, took[name] / took["PyTorch, bf16"]
            print(f"| {name} | {each:.1f} | {over:.2f} | {right} |", flush=True)


if __name__ == "__main__":
    main()
