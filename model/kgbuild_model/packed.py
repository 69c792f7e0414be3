"""Linear layers with their weights packed beforehand, for reading texts in bf16 on a CPU.

oneDNN multiplies by a matrix that lies in blocks of its own order. Given a plain matrix it makes
these anew for each product, which takes 6% of the tagger's time. What a packed layer computes is
the same to the last bit.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["PackedLinear", "pack"]


class PackedLinear(nn.Module):
    """A linear layer; the plain weights stay, for gradients and other devices."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self._packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach())

    def forward(self, x: Tensor) -> Tensor:
        """[…, in] -> […, out]."""
        if torch.is_grad_enabled() or x.device.type != "cpu":
            return functional.linear(x, self.weight, self.bias)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._packed, self.bias, "none", [], ""
        )
        return product


def pack(module: nn.Module) -> None:
    """Pack the linear layers of a module in bf16, where this processor and PyTorch can."""
    mkldnn = torch.ops.mkldnn
    if not (hasattr(mkldnn, "_linear_pointwise") and mkldnn._is_mkldnn_bf16_supported()):
        return
    for parent in list(module.modules()):
        for name, child in parent.named_children():
            if type(child) is nn.Linear and child.weight.dtype == torch.bfloat16:
                setattr(parent, name, PackedLinear(child))
