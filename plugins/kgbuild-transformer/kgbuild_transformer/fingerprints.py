"""What the results of both components depend on besides their settings; torch is not imported.

The host asks for a fingerprint in every run, also where there is nothing to annotate.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from kgbuild_model.digest import digest
from kgbuild_model.errors import CheckpointError
from kgbuild_model.weights import weights_folder

from kgbuild import ComponentUnavailableError, tables_fingerprint
from kgbuild_transformer.settings import ComputeSettings, RelationSettings, TaggerSettings

__all__ = [
    "computes_in_bf16",
    "computing",
    "relations_fingerprint",
    "relations_folder",
    "tagger_fingerprint",
    "tagger_folder",
    "weights_digest",
]

_TEXTS = "5"
"""Raised when the same weights may give scores that differ, be it in their last bits, or mentions.

That is when texts are cut into other windows, when other windows go through the encoder together,
when attention, the feed-forward network or consistency is computed in another way, and when other
spans are left out.
"""

_RELATIONS = "9"
"""The same of relations, besides, of what their names mean, and of what is counted as left out.

How ``kgbuild.statements`` reads sentences is told by the number among its own tables.
"""


def tagger_fingerprint(settings: TaggerSettings) -> str:
    """A hash of the weights, of how texts are read, and of what is computed in.

    Raises ComponentUnavailableError where the weights are missing or damaged.
    """
    weights = weights_digest(tagger_folder(settings.model))
    return _hash(_TEXTS, weights, _precision(settings), settings.device)


def relations_fingerprint(settings: RelationSettings) -> str:
    """A hash of both models' weights, of kgbuild's tables, of how pairs are scored, of precision.

    Raises ComponentUnavailableError where weights are missing or damaged.
    """
    return _hash(
        _TEXTS,
        _RELATIONS,
        weights_digest(relations_folder(settings.model)),
        weights_digest(tagger_folder(settings.tagger)),
        _precision(settings),
        tables_fingerprint("kgbuild.statements", "kgbuild.data", "kgbuild_transformer"),
    )


def tagger_folder(model: str) -> Path:
    """Where the weights of a tagger lie: those that ship by name, else a path."""
    return weights_folder(model) or Path(model)


def relations_folder(model: str) -> Path:
    """Where the weights that read relations lie: those that ship by name, else a path."""
    return weights_folder(f"relations-{model}") or tagger_folder(model)


def computes_in_bf16(settings: ComputeSettings) -> bool:
    """Whether bf16 is used: by itself only where the processor has instructions for it."""
    if settings.precision == "auto":
        elsewhere = isinstance(settings, TaggerSettings) and settings.device != "cpu"
        return not elsewhere and _processor_has_bf16()
    return settings.precision == "bf16"


def computing(settings: TaggerSettings | RelationSettings) -> str:
    """What is computed in, where, and with which weights, for a person; "" if they are missing."""
    folder_of = tagger_folder if isinstance(settings, TaggerSettings) else relations_folder
    if not (folder_of(settings.model) / "config.json").is_file():
        return ""
    kind = "bf16" if computes_in_bf16(settings) else "fp32"
    device = settings.device if isinstance(settings, TaggerSettings) else "cpu"
    chosen = ", as this processor has it" if settings.precision == "auto" and kind == "bf16" else ""
    return f"{settings.model} weights in {kind} on {device}{chosen}"


@cache
def _processor_has_bf16() -> bool:
    """What torch says too, by the same flag; there is no such processor that runs no Linux here."""
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def _precision(settings: ComputeSettings) -> str:
    return "torch.bfloat16" if computes_in_bf16(settings) else "torch.float32"


@cache
def weights_digest(folder: Path) -> str:
    """The digest of the weights in a folder. Raises ComponentUnavailableError."""
    try:
        return digest(folder)
    except (CheckpointError, OSError) as error:
        hint = getattr(error, "hint", "") or "name a checkpoint folder, or fast, or accurate"
        raise ComponentUnavailableError(str(error), plugin="transformer", hints=[hint]) from error


def _hash(*facts: str) -> str:
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
