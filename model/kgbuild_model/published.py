"""Encoders with published weights, from a folder on disk: the BERT and the MPNet family.

Nothing is downloaded and nothing is unpickled: a folder has ``config.json``, ``tokenizer.json`` and
``model.safetensors``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from kgbuild_model.errors import CheckpointError
from kgbuild_model.transformer import Encoder, TransformerConfig

if TYPE_CHECKING:
    from kgbuild_model.other_encoders import OtherEncoder

    AnyEncoder = Encoder | OtherEncoder

__all__ = ["FAMILIES", "load_encoder", "load_tokenizer", "save_encoder"]

# the names of a layer's parts in each family, ours first
_BERT = {
    "attention.qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attention.out": ("attention.output.dense",),
    "attention_residual.norm": ("attention.output.LayerNorm",),
    "feed_forward.up": ("intermediate.dense",),
    "feed_forward.down": ("output.dense",),
    "feed_forward_residual.norm": ("output.LayerNorm",),
}
_MPNET = _BERT | {
    "attention.qkv": ("attention.attn.q", "attention.attn.k", "attention.attn.v"),
    "attention.out": ("attention.attn.o",),
    "attention_residual.norm": ("attention.LayerNorm",),
}
FAMILIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {"bert": _BERT, "mpnet": _MPNET}


def load_encoder(folder: Path) -> tuple[AnyEncoder, Tokenizer]:
    """An encoder with its published weights, in fp32, and its tokenizer.

    BERT and MPNet run in our own transformer, other families through ``transformers``.
    Raises CheckpointError where the folder lacks a file or is damaged.
    """
    published = _config(folder)
    family = str(published.get("model_type"))
    if family not in FAMILIES:
        from kgbuild_model.other_encoders import load_other

        return load_other(folder), load_tokenizer(folder)
    try:
        config = _shape(published, family)
        weights = _renamed(_tensors(folder / "model.safetensors"), FAMILIES[family], config)
        encoder = Encoder(config)
        encoder.load_state_dict(weights)
    except (KeyError, RuntimeError, ValueError) as error:
        raise CheckpointError(
            f"{folder}: the weights are not those of its config.json: {error}",
            hint="copy the folder anew",
        ) from error
    return encoder.eval(), load_tokenizer(folder)


def save_encoder(
    folder: Path, encoder: Encoder, tokenizer: Tokenizer, papers: Mapping[str, str] | None = None
) -> None:
    """Write an encoder as it would be published, so that ``transformers`` reads it too.

    ``papers`` are texts to lie beside it, by file name. Raises CheckpointError where the shape is
    of no published family.
    """
    from kgbuild_model.checkpoint import new_folder

    config = encoder.config
    family = "mpnet" if config.relative_buckets else "bert"
    if config.position_kind != "learnt" or config.norm != "post" or not config.embedding_norm:
        raise CheckpointError(
            "only learnt positions and normalisation after each block have a published family",
            hint='position_kind = "learnt", norm = "post"',
        )
    facts = {
        "model_type": family,
        "num_hidden_layers": config.layers,
        "hidden_size": config.width,
        "num_attention_heads": config.heads,
        "intermediate_size": config.feed_forward,
        "vocab_size": config.vocabulary,
        "max_position_embeddings": config.positions,
        "hidden_act": config.activation,
        "layer_norm_eps": config.eps,
        "pad_token_id": config.padding_id,
    }
    if family == "mpnet":
        facts["relative_attention_num_buckets"] = config.relative_buckets
    else:
        facts["type_vocab_size"] = config.token_types
    with new_folder(folder) as partial:
        (partial / "config.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        tokenizer.save(str(partial / "tokenizer.json"))
        save_file(_as_published(encoder, FAMILIES[family]), partial / "model.safetensors")
        for name, text in (papers or {}).items():
            (partial / name).write_text(text, encoding="utf-8")


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a folder, which neither truncates nor pads."""
    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise CheckpointError(
            f"{path} cannot be read: {error}", hint="copy the folder anew"
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder}/config.json cannot be read: {error}",
            hint="name a folder with config.json, tokenizer.json and model.safetensors",
        ) from error
    return config


def _shape(published: Mapping[str, Any], family: str) -> TransformerConfig:
    mpnet = family == "mpnet"
    return TransformerConfig(
        layers=published["num_hidden_layers"],
        width=published["hidden_size"],
        heads=published["num_attention_heads"],
        feed_forward=published["intermediate_size"],
        vocabulary=published["vocab_size"],
        positions=published["max_position_embeddings"],
        first_position=2 if mpnet else 0,
        token_types=0 if mpnet else published["type_vocab_size"],
        relative_buckets=published.get("relative_attention_num_buckets", 32) if mpnet else 0,
        activation=published["hidden_act"],
        eps=published["layer_norm_eps"],
        padding_id=published["pad_token_id"],
    )


def _tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, without the prefix that a model with a head puts before them."""
    try:
        tensors = load_file(str(path))
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} cannot be read: {error}", hint="pickled weights (.bin, .pt) are not read"
        ) from error
    return {
        name.removeprefix("bert.").removeprefix("mpnet."): value for name, value in tensors.items()
    }


def _renamed(
    found: Mapping[str, Tensor], names: Mapping[str, tuple[str, ...]], config: TransformerConfig
) -> dict[str, Tensor]:
    ours = {
        "embedding.words.weight": found["embeddings.word_embeddings.weight"],
        "embedding.positions.weight": found["embeddings.position_embeddings.weight"],
    }
    if config.token_types:
        ours["embedding.types.weight"] = found["embeddings.token_type_embeddings.weight"]
    if config.relative_buckets:
        ours["relative.table.weight"] = found["encoder.relative_attention_bias.weight"]
    for kind in ("weight", "bias"):
        ours[f"embedding.norm.{kind}"] = found[f"embeddings.LayerNorm.{kind}"]
        for layer in range(config.layers):
            for name, theirs in names.items():
                parts = [found[f"encoder.layer.{layer}.{part}.{kind}"] for part in theirs]
                ours[f"layers.{layer}.{name}.{kind}"] = torch.cat(parts)
    return ours


def _as_published(encoder: Encoder, names: Mapping[str, tuple[str, ...]]) -> dict[str, Tensor]:
    """The weights under their published names: what ``_renamed`` undoes."""
    ours = {name: value.detach() for name, value in encoder.state_dict().items()}
    config = encoder.config
    found = {
        "embeddings.word_embeddings.weight": ours["embedding.words.weight"],
        "embeddings.position_embeddings.weight": ours["embedding.positions.weight"],
    }
    if config.token_types:
        found["embeddings.token_type_embeddings.weight"] = ours["embedding.types.weight"]
    if config.relative_buckets:
        found["encoder.relative_attention_bias.weight"] = ours["relative.table.weight"]
    for kind in ("weight", "bias"):
        found[f"embeddings.LayerNorm.{kind}"] = ours[f"embedding.norm.{kind}"]
        for layer in range(config.layers):
            for name, theirs in names.items():
                parts = ours[f"layers.{layer}.{name}.{kind}"].chunk(len(theirs))
                for part, value in zip(theirs, parts, strict=True):
                    found[f"encoder.layer.{layer}.{part}.{kind}"] = value.contiguous()
    return found
