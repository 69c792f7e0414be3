"""A checkpoint: a folder with a tagger's weights, its tokenizer and what it depends on.

::

    config.json            the shape of the encoder, labels, conventions, calibration
    tokenizer.json         the wordpieces
    weights-1.safetensors  the weights, matrices as int8 with one scale a row, or fp16, or fp32
    weights-2.safetensors  what did not fit in a file of 95 MB, or corrections of the first file

Nothing in it is code and nothing is pickled. Int8 saves space only: weights are made floating point
again when they are read.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.overrides import TorchFunctionMode

from kgbuild_model.calibration import Calibration
from kgbuild_model.corrections import corrected, corrections
from kgbuild_model.digest import check_folder, digest, weight_files
from kgbuild_model.errors import CheckpointError
from kgbuild_model.published import load_tokenizer
from kgbuild_model.relation_reading import RelationRun
from kgbuild_model.relation_weighing import Weigher
from kgbuild_model.relation_wording import Wording
from kgbuild_model.relations import RelationConfig, RelationModel, RelationSet, layers_moved
from kgbuild_model.tagger import Tagger
from kgbuild_model.tagging import TaggerRun
from kgbuild_model.tags import TagSet
from kgbuild_model.transformer import Decoder, Encoder, TransformerConfig

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from kgbuild_model.published import AnyEncoder

__all__ = [
    "PRECISIONS",
    "digest",
    "load_decoder",
    "load_relations",
    "load_tagger",
    "new_folder",
    "read_config",
    "save_decoder",
    "save_relations",
    "save_tagger",
    "stored",
    "unpacked",
]

PRECISIONS = ("int4", "int8", "fp16", "fp32")
_FORMAT = 1
_KEYS = {
    "tagger": ("encoder", "labels", "conventions", "pieces", "overlap"),
    "relations": (
        "tagger", "trunk", "labels", "sets", "width", "heads", "thresholds", "calibrations",
    ),
    "decoder": ("decoder",),
}  # fmt: skip
_GROUP = 32  # weights of a row that share a scale in int4
_WEIGHER = ("trust", "heed", "weights")
_FILE_LIMIT = 95_000_000  # code hosts refuse files over 100 MB


class _Unfilled(TorchFunctionMode):
    """Modules made within get no first weights: those of the folder take their place.

    To draw them would take longer than all the rest of reading a checkpoint.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if getattr(func, "__module__", "") == "torch.nn.init":
            return named.get("tensor", *args[:1])
        return func(*args, **named)


def save_tagger(
    folder: Path,
    run: TaggerRun,
    conventions: tuple[str, ...],
    *,
    precision: str = "int8",
    papers: Mapping[str, str] | None = None,
    corrects: Path | None = None,
) -> None:
    """Write a tagger as a checkpoint folder; ``papers`` are texts to lie in it, by file name.

    ``corrects`` is the checkpoint that the tagger began as, where it learnt corrections only: its
    weights are copied byte for byte, and the corrections lie in one more file.
    """
    if precision not in PRECISIONS:
        raise CheckpointError(f"no precision {precision!r}", hint=f"one of {', '.join(PRECISIONS)}")
    config = {
        "format": _FORMAT,
        "kind": "tagger",
        "encoder": asdict(run.tagger.encoder.config),
        "labels": list(run.tags.labels),
        "conventions": list(conventions),
        "pieces": run.pieces,
        "overlap": run.overlap,
        "calibration": run.calibration.points,
    }
    begun = weight_files(corrects) if corrects else ()
    tensors = corrections(run.tagger) if corrects else run.tagger.state_dict()
    _save(folder, config, run.tokenizer, tensors, precision, papers or {}, begun)


def save_decoder(
    folder: Path, decoder: Decoder, tokenizer: Tokenizer, papers: Mapping[str, str] | None = None
) -> None:
    """Write a decoder that looks at no other text, in fp32."""
    config = {"format": _FORMAT, "kind": "decoder", "decoder": asdict(decoder.config)}
    _save(folder, config, tokenizer, decoder.state_dict(), "fp32", papers or {})


def save_relations(
    folder: Path,
    run: RelationRun,
    tagger: str,
    papers: Mapping[str, str] | None = None,
    *,
    precision: str = "int8",
    corrects: Path | None = None,
    corrects_tagger: bool = False,
) -> None:
    """Write a relation model; ``tagger`` is the :func:`digest` of the tagger below it.

    ``corrects`` is as for a tagger; wordings are then those of that checkpoint. With
    ``corrects_tagger`` the branch has corrections of the tagger's own layers
    (:func:`~kgbuild_model.corrections.correct_branch`), and only these are written of it.
    """
    config = {
        "format": _FORMAT,
        "kind": "relations",
        "tagger": tagger,
        **asdict(run.model.config),
        "thresholds": dict(run.thresholds),
        "calibrations": {name: curve.points for name, curve in run.calibrations.items()},
        "weighers": list(run.weighers),
    }
    begun = weight_files(corrects) if corrects else ()
    some = corrects or corrects_tagger
    tensors = corrections(run.model) if some else run.model.state_dict()
    if corrects_tagger or (corrects and "corrects" in read_config(corrects, "relations")):
        config["corrects"] = "tagger"
    for name, weigher in run.weighers.items():
        if not corrects:
            tensors[f"wording.{name}"] = run.wordings[name].weights
        tensors |= {f"weigher.{name}.{part}": getattr(weigher, part) for part in _WEIGHER}
    _save(folder, config, run.run.tokenizer, tensors, precision, papers or {}, begun)


def load_relations(
    folder: Path,
    tagger: Path,
    *,
    precision: torch.dtype = torch.float32,
    run: TaggerRun | None = None,
) -> RelationRun:
    """Read a relation model and the tagger of the folder ``tagger`` that it was trained above.

    ``run`` is that tagger, where it has been read in this precision already. Raises
    CheckpointError where a folder is missing or damaged, or the tagger is another one.
    """
    config = read_config(folder, "relations")
    if config["tagger"] != digest(tagger):
        raise CheckpointError(
            f"{folder} was trained above another tagger than {tagger}",
            hint="name the tagger that it was trained above, or train it anew",
        )
    run = run or load_tagger(tagger, precision=precision)
    sets = tuple(
        RelationSet(
            name=one["name"],
            types=tuple(one["types"]),
            directed=one["directed"],
            pairs=tuple(map(tuple, one["pairs"])),
            by_sentence=one["by_sentence"],
            same=tuple(map(tuple, one.get("same", ()))),
        )
        for one in config["sets"]
    )
    shape = RelationConfig(
        trunk=config["trunk"],
        labels=tuple(config["labels"]),
        sets=sets,
        width=config["width"],
        heads=config["heads"],
    )
    with _Unfilled():
        model = RelationModel.untrained(shape, cast("Encoder", run.tagger.encoder).config)
    corrects_tagger = config.get("corrects") == "tagger"
    begun = layers_moved(unpacked(tagger), -shape.trunk) if corrects_tagger else None
    tensors = unpacked(folder, begun)
    weighed = config.get("weighers", [one.name for one in sets])
    wordings, weighers = _taken_weighers(tensors, sets, weighed)
    _fill(model, folder, tensors)
    model.read_in(precision)
    curves = {
        name: Calibration(tuple((x, y) for x, y in points))
        for name, points in config["calibrations"].items()
    }
    return RelationRun(
        run=run,
        model=model.eval(),
        thresholds=config["thresholds"],
        calibrations=curves,
        wordings=wordings,
        weighers=weighers,
    )


def _taken_weighers(
    tensors: dict[str, Tensor], sets: Sequence[RelationSet], weighed: Container[str]
) -> tuple[dict[str, Wording], dict[str, Weigher]]:
    """Wordings and weighers among a relation model's tensors, by their set; taken out there.

    Of what an earlier file says only the weighers of the sets ``weighed`` count.
    """
    wordings, weighers = {}, {}
    for one in sets:
        if (wording := tensors.pop(f"wording.{one.name}", None)) is not None:
            wordings[one.name] = Wording(wording)
        names = {part: f"weigher.{one.name}.{part}" for part in _WEIGHER}
        parts = {part: tensors.pop(name) for part, name in names.items() if name in tensors}
        if len(parts) == len(names) and one.name in wordings and one.name in weighed:
            weighers[one.name] = Weigher(**parts)
    return wordings, weighers


def load_decoder(folder: Path) -> tuple[Decoder, Tokenizer]:
    """Read what :func:`save_decoder` wrote; raises CheckpointError."""
    config = read_config(folder, "decoder")
    with _Unfilled():
        decoder = Decoder(TransformerConfig(**config["decoder"]), reads_memory=False)
    _fill(decoder, folder, unpacked(folder))
    return decoder.eval(), load_tokenizer(folder)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into that gets its name when all is written: complete, or not there."""
    partial = folder.with_name(folder.name + ".partial")
    if partial.exists():  # of a run that was stopped while it wrote
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    yield partial
    partial.rename(folder)


def _save(
    folder: Path,
    config: Mapping[str, Any],
    tokenizer: Tokenizer,
    tensors: Mapping[str, Tensor],
    precision: str,
    papers: Mapping[str, str],
    begun: Sequence[Path] = (),
) -> None:
    with new_folder(folder) as partial:
        (partial / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
        tokenizer.save(str(partial / "tokenizer.json"))
        for path in begun:
            shutil.copyfile(path, partial / path.name)
        for number, file in enumerate(_files(tensors, precision), len(begun) + 1):
            save_file(file, partial / f"weights-{number}.safetensors")
        for name, text in papers.items():
            (partial / name).write_text(text, encoding="utf-8")


def load_tagger(
    folder: Path, *, convention: str | None = None, precision: torch.dtype = torch.float32
) -> TaggerRun:
    """Read a checkpoint folder; ``convention`` is its first one unless named.

    ``precision`` is what the encoder computes in. Raises CheckpointError where the folder is
    missing, damaged, of another format, or lacks the convention.
    """
    config = read_config(folder)
    tags = TagSet(tuple(config["labels"]))
    names = config["conventions"]
    if convention is not None and convention not in names:
        raise CheckpointError(
            f"{folder}: no convention is called {convention!r}", hint=f"one of {', '.join(names)}"
        )
    try:
        encoder = _encoder(config["encoder"])
    except (TypeError, ValueError) as error:
        raise CheckpointError(
            f"{folder}: config.json names an encoder that cannot be: {error}",
            hint="copy the folder anew",
        ) from error
    with _Unfilled():
        tagger = Tagger(encoder, tags=len(tags), conventions=len(names))
    _fill(tagger, folder, unpacked(folder))
    place = names.index(convention) if convention else 0
    tagger.read_in(precision)
    points = config.get("calibration", Calibration().points)
    return TaggerRun(
        tagger=tagger.eval(),
        tokenizer=load_tokenizer(folder),
        tags=tags,
        convention=place,
        pieces=config["pieces"],
        overlap=config["overlap"],
        calibration=Calibration(tuple((x, y) for x, y in points)),
    )


def _encoder(facts: Mapping[str, Any]) -> AnyEncoder:
    if "transformers" in facts:
        from kgbuild_model.other_encoders import OtherEncoder

        with torch.random.fork_rng(devices=[]):  # the weights that come first are thrown away
            return OtherEncoder(facts["transformers"])
    with _Unfilled():
        return Encoder(TransformerConfig(**facts))


def _fill(module: torch.nn.Module, folder: Path, tensors: Mapping[str, Tensor]) -> None:
    try:
        module.load_state_dict(tensors, assign=True)
    except RuntimeError as error:
        said = shorten(str(error), 300)  # PyTorch names every tensor
        raise CheckpointError(
            f"{folder}: the weights do not fit config.json: {said}", hint="copy the folder anew"
        ) from error


def read_config(folder: Path, kind: str = "tagger") -> dict[str, Any]:
    """The configuration of a checkpoint; raises CheckpointError where there is none of ours."""
    check_folder(folder)
    path = folder / "config.json"
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{folder} is no checkpoint: it has no config.json",
            hint="name the folder, not a file in it",
        ) from error
    except (ValueError, OSError) as error:
        raise CheckpointError(
            f"{path} cannot be read: {error}", hint="copy the folder anew"
        ) from error
    given = config if isinstance(config, dict) else {}
    if given.get("kind") != kind or given.get("format") != _FORMAT:
        raise CheckpointError(
            f"{folder} is no {kind} of format {_FORMAT}",
            hint="a published encoder becomes a tagger by training: see kgbuild train",
        )
    if lacking := [key for key in _KEYS[kind] if key not in given]:
        raise CheckpointError(f"{path} lacks {', '.join(lacking)}", hint="copy the folder anew")
    return config


def stored(tensors: Mapping[str, Tensor], precision: str) -> dict[str, Tensor]:
    """Tensors as they are stored: matrices in ``precision``, vectors in fp32 or fp16.

    Int8 keeps ``round(w / scale)`` with one scale a row, the row's largest magnitude over 127; int4
    the same with one scale for 32 weights of a row, two weights a byte, and int8 for rows that are
    no multiple of that.
    """
    packed: dict[str, Tensor] = {}
    for name, given in tensors.items():
        value = given.detach().float()
        matrix = value.ndim > 1 and bool(value.any())
        if precision == "int4" and matrix and value.shape[-1] % _GROUP == 0:
            packed[name], packed[name + ".groups"] = _halved(value)
        elif precision in ("int4", "int8") and matrix:
            scale = value.abs().amax(dim=-1, keepdim=True).clamp(min=1e-12) / 127
            packed[name] = (value / scale).round().to(torch.int8)
            packed[name + ".scale"] = scale
        else:
            half = precision == "fp16" and value.ndim > 1
            packed[name] = (value.half() if half else value).contiguous()
    return packed


def _halved(value: Tensor) -> tuple[Tensor, Tensor]:
    """A matrix in four bits, the first of two weights in the low ones, and its groups' scales."""
    groups = value.unflatten(-1, (-1, _GROUP))  # type: ignore[no-untyped-call]
    scale = (groups.abs().amax(dim=-1, keepdim=True) / 7).clamp(min=6e-8).half()
    codes = (groups / scale.float()).round().clamp(-8, 7).to(torch.int16).flatten(-2) + 8
    return (codes[..., ::2] + 16 * codes[..., 1::2]).to(torch.uint8), scale.squeeze(-1)


def _doubled(packed: Tensor, scale: Tensor) -> Tensor:
    """What :func:`_halved` packed, in fp32."""
    codes = torch.stack([packed % 16, packed // 16], dim=-1).flatten(-2).float() - 8
    groups = codes.unflatten(-1, (-1, _GROUP))  # type: ignore[no-untyped-call]
    whole: Tensor = (groups * scale.float().unsqueeze(-1)).flatten(-2)
    return whole


def unpacked(folder: Path, begun: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
    """All weights of a checkpoint in fp32, by name; a later file corrects what earlier ones say.

    ``begun`` are weights that lie elsewhere and that the first file corrects.
    """
    tensors = dict(begun or {})
    for path in weight_files(folder):
        try:
            tensors = corrected(tensors, _unpacked_file(path))
        except (SafetensorError, OSError) as error:
            raise CheckpointError(
                f"{path} is damaged: {error}", hint="copy the folder anew"
            ) from error
        except KeyError as error:
            raise CheckpointError(
                f"{path} corrects weights, and {error} is not there", hint="copy the folder anew"
            ) from error
    return tensors


def _unpacked_file(path: Path) -> dict[str, Tensor]:
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return {
        name: _read_back(value, tensors.get(name + ".scale"), tensors.get(name + ".groups"))
        for name, value in tensors.items()
        if not name.endswith((".scale", ".groups"))
    }


def _read_back(value: Tensor, scale: Tensor | None, groups: Tensor | None) -> Tensor:
    if groups is not None:
        return _doubled(value, groups)
    return value.float() if scale is None else value.float() * scale


def _files(tensors: Mapping[str, Tensor], precision: str) -> Iterator[dict[str, Tensor]]:
    """The stored tensors, split so that no file grows over the limit."""
    file: dict[str, Tensor] = {}
    size = 0
    for name, value in tensors.items():
        packed = stored({name: value}, precision)
        weight = sum(t.numel() * t.element_size() for t in packed.values())
        if file and size + weight > _FILE_LIMIT:
            yield file
            file, size = {}, 0
        file |= packed
        size += weight
    yield file
