"""Linear layers with their weights packed beforehand, for reading texts in bf16 on a CPU.

oneDNN multiplies by a matrix that lies in blocks of its own order. Given a plain matrix it makes
these anew for each product, which takes 6% of the tagger's time. What a packed layer computes is
the same to the last bit. The GELU of a feed-forward network is taken within the product before it,
from sums that are not rounded to bf16 yet.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from kgbuild_model.transformer import FeedForward

__all__ = ["PackedLinear", "pack", "packed"]


class PackedLinear(nn.Module):
    """A linear layer, with a GELU if it has one; the plain weights stay, for gradients."""

    def __init__(self, linear: nn.Linear, *, gelu: bool = False) -> None:
        super().__init__()
        self._gelu = gelu
        self.weight, self.bias = linear.weight, linear.bias
        self._packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach())

    def forward(self, x: Tensor) -> Tensor:
        """[…, in] -> […, out]."""
        if torch.is_grad_enabled() or x.device.type != "cpu":
            plain = functional.linear(x, self.weight, self.bias)
            return functional.gelu(plain) if self._gelu else plain
        bend = "gelu" if self._gelu else "none"
        product: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._packed, self.bias, bend, [], "none"
        )
        return product


def packed(linear: nn.Linear) -> nn.Linear | PackedLinear:
    """A linear layer packed in whatever precision it has, where PyTorch can.

    In fp32 a product has other last bits than that of the plain layer. oneDNN makes a kernel for
    each number of rows that it meets: let there be few.
    """
    return PackedLinear(linear) if hasattr(torch.ops.mkldnn, "_linear_pointwise") else linear


def pack(module: nn.Module) -> None:
    """Pack the linear layers of a module in bf16, where this processor and PyTorch can."""
    mkldnn = torch.ops.mkldnn
    if not (hasattr(mkldnn, "_linear_pointwise") and mkldnn._is_mkldnn_bf16_supported()):
        return
    for parent in list(module.modules()):
        gelu = isinstance(parent, FeedForward) and parent.activation is functional.gelu
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear and child.weight.dtype == torch.bfloat16:
                bends = gelu and name == "up"
                setattr(parent, name, PackedLinear(child, gelu=bends))
                if bends:
                    parent.activation = nn.Identity()
