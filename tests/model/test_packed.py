"""Packed linear layers compute what plain ones do, to the last bit."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from kgbuild_model.packed import PackedLinear, pack
from kgbuild_model.transformer import Encoder, TransformerConfig
from torch import nn
from torch.nn import functional

in_bf16 = pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_linear_pointwise")  # as on a Mac
    or not torch.ops.mkldnn._is_mkldnn_bf16_supported(),
    reason="no products in bf16 here",
)


def encoder(activation: str = "gelu") -> Encoder:
    torch.manual_seed(1)
    config = TransformerConfig(
        layers=2, width=64, heads=4, feed_forward=128, vocabulary=50, activation=activation
    )
    return Encoder(config).eval()


@in_bf16
@settings(max_examples=30, deadline=None)
@given(rows=st.integers(1, 300), seed=st.integers(0, 1000))
def test_a_packed_layer_gives_the_same_bits_whatever_the_rows(rows: int, seed: int) -> None:
    torch.manual_seed(seed)
    plain = nn.Linear(96, 160).bfloat16()
    x = torch.randn(1, rows, 96).bfloat16()
    with torch.no_grad():
        assert torch.equal(PackedLinear(plain)(x), plain(x))


@in_bf16
def test_a_packed_encoder_reads_the_same() -> None:
    plain, packed = encoder("relu").bfloat16(), encoder("relu").bfloat16()
    pack(packed)
    assert sum(isinstance(one, PackedLinear) for one in packed.modules()) == 8
    ids = torch.arange(37).unsqueeze(0)
    with torch.no_grad():
        assert torch.equal(packed(ids), plain(ids))
    assert packed.state_dict().keys() == plain.state_dict().keys()


@in_bf16
def test_a_packed_encoder_with_gelu_reads_all_but_the_same() -> None:
    plain, packed = encoder().bfloat16(), encoder().bfloat16()
    pack(packed)
    ids = torch.arange(37).unsqueeze(0)
    with torch.no_grad():
        torch.testing.assert_close(packed(ids), plain(ids), atol=0.05, rtol=0.05)


@in_bf16
def test_gelu_within_a_product_is_nearer_to_fp32_than_behind_it() -> None:
    torch.manual_seed(2)
    plain, x = nn.Linear(64, 128).bfloat16(), torch.randn(1, 200, 64).bfloat16()
    exact = functional.gelu(functional.linear(x.float(), plain.weight.float(), plain.bias.float()))
    with torch.no_grad():
        within = PackedLinear(plain, gelu=True)(x).float() - exact
        behind = functional.gelu(plain(x)).float() - exact
    assert within.abs().mean() < behind.abs().mean()


@in_bf16
@pytest.mark.parametrize("gelu", [False, True])
def test_a_packed_layer_has_gradients_still(gelu: bool) -> None:
    plain = nn.Linear(32, 32).bfloat16()
    x = torch.ones(1, 3, 32).bfloat16()
    learnt = PackedLinear(plain, gelu=gelu)(x)
    assert torch.equal(learnt, functional.gelu(plain(x)) if gelu else plain(x))
    learnt.sum().backward()
    assert plain.weight.grad is not None


def test_weights_in_fp32_stay_as_they_are() -> None:
    one = encoder()
    pack(one)
    assert not any(isinstance(layer, PackedLinear) for layer in one.modules())
