"""Encoders of other families (RoBERTa, DeBERTa, ModernBERT …) through ``transformers``.

An optional backend: ``pip install 'kgbuild-model[transformers]'``. A folder on disk is read;
nothing is downloaded, no pickle is opened and no code that comes with a folder is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from kgbuild_model.errors import CheckpointError

try:
    from transformers import AutoConfig, AutoModel
except ImportError as error:
    raise CheckpointError(
        "this encoder is read through transformers, which is not installed",
        hint="pip install 'kgbuild-model[transformers]'",
    ) from error

__all__ = ["OtherConfig", "OtherEncoder", "load_other"]


@dataclass(frozen=True, kw_only=True)
class OtherConfig:
    """What a tagger asks of an encoder, and the configuration that ``transformers`` knows."""

    width: int
    padding_id: int
    transformers: Mapping[str, Any]


class OtherEncoder(nn.Module):
    """An encoder of ``transformers`` with the interface of ours; untrained until it is loaded."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__()
        known = dict(facts)
        shape = AutoConfig.for_model(known.pop("model_type"), **known)
        self.model = AutoModel.from_config(shape, trust_remote_code=False)
        self.config = OtherConfig(
            width=shape.hidden_size, padding_id=shape.pad_token_id or 0, transformers=dict(facts)
        )

    def forward(
        self, ids: Tensor, mask: Tensor | None = None, extra: Tensor | None = None
    ) -> Tensor:
        """Encode wordpieces ``ids`` [b, n] into [b, n, d]; ``extra`` [b, n, d] joins the words."""
        words = self.model.get_input_embeddings()(ids)
        if extra is not None:
            words = words + extra
        present = torch.ones_like(ids) if mask is None else mask.long()
        found = self.model(inputs_embeds=words, attention_mask=present)
        hidden: Tensor = found.last_hidden_state
        return hidden


def load_other(folder: Path) -> OtherEncoder:
    """An encoder of any family that ``transformers`` knows, from a folder on disk, in fp32.

    Raises CheckpointError where the folder cannot be read.
    """
    try:
        model = AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype=torch.float32,
        )
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{folder}: transformers cannot read this encoder: {error}",
            hint="the folder needs config.json, tokenizer.json and model.safetensors",
        ) from error
    encoder = OtherEncoder(model.config.to_dict())
    encoder.model.load_state_dict(model.state_dict())
    return encoder.eval()
