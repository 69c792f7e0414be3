"""Corrections of low rank: the upper layers learn, and all weights that were there stay.

Hu et al. (2021), "LoRA": a matrix ``W`` of ``n`` rows and ``m`` columns is read as
``W + up @ down``, with ``up`` [n, rank] and ``down`` [rank, m]. These are much smaller, and are
added to it when a checkpoint is read, so that reading texts costs what it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from kgbuild_model.errors import RecipeError
from kgbuild_model.transformer import Encoder

if TYPE_CHECKING:
    from kgbuild_model.relations import RelationModel
    from kgbuild_model.tagger import Tagger

__all__ = ["LowRank", "correct", "correct_branch", "corrected", "corrections", "cut"]

_UP, _DOWN = ".rank.up", ".rank.down"


class LowRank(nn.Module):
    """A matrix and its correction, which begins at zero."""

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        rows, columns = weight.shape
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.down = nn.Parameter(torch.randn(rank, columns) / columns**0.5)

    def forward(self, weight: Tensor) -> Tensor:
        """[rows, columns], corrected."""
        return weight + self.up @ self.down


def correct(tagger: Tagger, *, rank: int, layers: int) -> None:
    """Leave a tagger only this to learn: corrections of its upper ``layers``, and its heads.

    Biases and norms of these layers are learnt whole. Raises RecipeError for layers that there are
    not, and for a rank at which the correction of a square matrix is no smaller than the matrix.
    """
    encoder = tagger.encoder
    if not isinstance(encoder, Encoder):
        raise RecipeError("rank and upper_layers need an encoder of our own kinds")
    if not 1 <= layers <= len(encoder.layers):
        raise RecipeError(f"upper_layers is {layers}, and the encoder has {len(encoder.layers)}")
    _check(rank, encoder.config.width)
    encoder.requires_grad_(False)
    tagger.shapes.requires_grad_(False)
    for layer in encoder.layers[-layers:]:
        layer.requires_grad_(True)
        _correct_within(layer, rank)


def correct_branch(model: RelationModel, *, rank: int) -> None:
    """Leave a relation model only this to learn: corrections of its branch, and its heads.

    Biases and norms of the branch are learnt whole. Raises RecipeError as :func:`correct`.
    """
    _check(rank, model.config.width)
    _correct_within(model.encoder, rank)


def _check(rank: int, width: int) -> None:
    if not 1 <= rank < width / 2:
        raise RecipeError(
            f"rank is {rank}, and matrices of {width} rows are corrected",
            hint="a rank under half of that makes corrections smaller than what they correct",
        )


def _correct_within(part: nn.Module, rank: int) -> None:
    for linear in [one for one in part.modules() if isinstance(one, nn.Linear)]:
        linear.weight.requires_grad_(False)
        parametrize.register_parametrization(linear, "weight", LowRank(linear.weight, rank))


def corrections(model: nn.Module) -> dict[str, Tensor]:
    """What a model learnt since it was to be corrected, by the names that :func:`corrected` reads.

    What is not corrected, and is learnt whole, is there whole.
    """
    return {
        name.replace(".parametrizations.weight.0.", ".weight.rank."): value.detach()
        for name, value in model.named_parameters()
        if value.requires_grad
    }


def cut(tensors: Mapping[str, Tensor], begun: Mapping[str, Tensor], rank: int) -> dict[str, Tensor]:
    """What a model learnt whole, as corrections of this rank of the matrices that it began with.

    They are the nearest ones that there are (Eckart and Young 1936). What ``begun`` has not, and
    what is no matrix, stays whole. :func:`corrected` puts them together again.
    """
    made: dict[str, Tensor] = {}
    for name, value in tensors.items():
        if name in begun and value.ndim == 2:
            left, sizes, right = torch.linalg.svd(value - begun[name], full_matrices=False)
            root = sizes[:rank].sqrt()
            made[name + _UP] = (left[:, :rank] * root).contiguous()
            made[name + _DOWN] = (root[:, None] * right[:rank]).contiguous()
        else:
            made[name] = value
    return made


def corrected(tensors: Mapping[str, Tensor], later: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors after those of a ``later`` file: these correct some, and take the place of others.

    Raises KeyError where one is lacking.
    """
    made = dict(tensors)
    for name, value in later.items():
        if name.endswith(_UP):
            whole = name.removesuffix(_UP)
            made[whole] = made[whole] + value @ later[whole + _DOWN]
        elif not name.endswith(_DOWN):
            made[name] = value
    return made
