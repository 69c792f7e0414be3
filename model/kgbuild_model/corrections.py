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

__all__ = ["LowRank", "correct", "correct_branch", "corrected", "corrections"]

_UP, _DOWN = ".rank.up", ".rank.down"
_NONE = 1e-4


class LowRank(nn.Module):
    """A matrix and its correction, which begins at zero, or as the nearest to what is ``learnt``.

    That is what the largest singular values give (Eckart and Young 1936).
    """

    def __init__(self, weight: Tensor, rank: int, learnt: Tensor | None = None) -> None:
        super().__init__()
        rows, columns = weight.shape
        up, down = torch.zeros(rows, rank), torch.randn(rank, columns) / columns**0.5
        if learnt is not None:
            left, sizes, right = torch.linalg.svd(learnt, full_matrices=False)
            root = sizes[:rank].sqrt()
            up = left[:, :rank] * root
            # a rank that is not needed yet begins as a new one does: with both at zero none learns
            down = torch.where(root[:, None] > _NONE, root[:, None] * right[:rank], down)
        self.up, self.down = (nn.Parameter(half.contiguous()) for half in (up, down))

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


def correct_branch(
    model: RelationModel, *, rank: int, of: Mapping[str, Tensor] | None = None
) -> None:
    """Leave a relation model only this to learn: corrections of its branch, and its heads.

    Biases and norms of the branch are learnt whole. The matrices that are corrected are those
    that it has, or those ``of`` the model that it began as, by the names of a state: then the
    corrections begin as the nearest of this rank to what it has learnt since. Raises RecipeError
    as :func:`correct`.
    """
    _check(rank, model.config.width)
    model.requires_grad_(True)
    within = "encoder."
    begun = {name.removeprefix(within): one for name, one in (of or {}).items()}
    _correct_within(model.encoder, rank, begun)


def _check(rank: int, width: int) -> None:
    if not 1 <= rank < width / 2:
        raise RecipeError(
            f"rank is {rank}, and matrices of {width} rows are corrected",
            hint="a rank under half of that makes corrections smaller than what they correct",
        )


def _correct_within(part: nn.Module, rank: int, begun: Mapping[str, Tensor] | None = None) -> None:
    linears = [(n, one) for n, one in part.named_modules() if isinstance(one, nn.Linear)]
    for name, linear in linears:
        learnt = None
        if begun:
            before = begun[f"{name}.weight"]
            learnt = linear.weight.detach() - before
            linear.weight.data.copy_(before)
        linear.weight.requires_grad_(False)
        correction = LowRank(linear.weight, rank, learnt)
        parametrize.register_parametrization(linear, "weight", correction)


def corrections(model: nn.Module) -> dict[str, Tensor]:
    """What a model learnt since it was to be corrected, by the names that :func:`corrected` reads.

    What is not corrected, and is learnt whole, is there whole.
    """
    return {
        name.replace(".parametrizations.weight.0.", ".weight.rank."): value.detach()
        for name, value in model.named_parameters()
        if value.requires_grad
    }


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
