"""The transformer against PyTorch's own modules, against transformers, and its laws."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
import torch
from kgbuild_model.transformer import (
    Attention,
    Cache,
    Decoder,
    Encoder,
    FeedForward,
    TransformerConfig,
    attend,
    attend_in_bf16,
    causal_mask,
    sinusoidal,
)
from torch import nn


def small(**changes: object) -> TransformerConfig:
    shape = {
        "layers": 2, "width": 32, "heads": 4, "feed_forward": 64, "vocabulary": 50, "positions": 40
    }  # fmt: skip
    return TransformerConfig(**(shape | changes))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_attention_is_the_papers_formula() -> None:
    attention = Attention(small())
    x = torch.randn(2, 7, 32)
    bias = torch.zeros(7, 7).masked_fill(~causal_mask(7, 7), -torch.inf)
    query, key, value = (
        part.view(2, 7, 4, 8).transpose(1, 2) for part in attention.qkv(x).chunk(3, dim=-1)
    )
    by_hand = attention.out(attend(query, key, value, bias).transpose(1, 2).flatten(2))
    torch.testing.assert_close(attention(x, bias), by_hand)


def test_attention_equals_torchs_module_with_the_same_weights() -> None:
    ours, theirs = Attention(small()), nn.MultiheadAttention(32, 4, batch_first=True)
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = ours.qkv.weight, ours.qkv.bias
    theirs.out_proj.weight.data, theirs.out_proj.bias.data = ours.out.weight, ours.out.bias
    x, memory = torch.randn(2, 7, 32), torch.randn(2, 9, 32)
    torch.testing.assert_close(ours(x), theirs(x, x, x)[0])
    across = ours.across(x, ours.remember(memory), None)
    torch.testing.assert_close(across, theirs(x, memory, memory)[0])


def _drawn(spread: float, length: int = 60) -> list[torch.Tensor]:
    """Query, key and value in bf16; the larger the spread, the larger the scores."""
    return [(spread * torch.randn(2, 4, length, 8)).bfloat16() for _ in range(3)]


@pytest.mark.parametrize("spread", [0.1, 1.0, 4.0])
@pytest.mark.parametrize("hidden", [0, 13])
def test_attention_in_bf16_is_the_papers_but_for_rounding(spread: float, hidden: int) -> None:
    query, key, value = _drawn(spread)
    key = key + 5 * spread  # what all keys share, softmax does not see
    bias = torch.randn(1, 4, 60, 60).bfloat16() if hidden else None
    if bias is not None:
        bias[..., -hidden:] = -torch.inf
    found = attend_in_bf16(query, key, value, bias)
    assert found is not None
    exact = attend(*(part.double() for part in (query, key, value)), bias)
    assert (found - exact).abs().mean() < 0.01 * spread  # values are as large as the spread


def test_scores_that_bf16_cannot_hold_are_left_to_torch() -> None:
    query, key, value = _drawn(60.0)
    assert attend_in_bf16(query, key, value) is None
    hidden = torch.full((1, 1, 60, 60), -torch.inf).bfloat16()
    assert attend_in_bf16(*_drawn(1.0), hidden) is None
    attention = Attention(small()).bfloat16()
    x = torch.full((1, 7, 32), 3e4).bfloat16() * torch.randn(1, 7, 32).bfloat16()
    with torch.no_grad():
        assert bool(attention(x).isfinite().all())


def test_attention_in_bf16_looks_at_what_is_there_alone() -> None:
    query, key, value = _drawn(1.0, 48)
    exact = attend(query.double(), key[:, :, :37].double(), value[:, :, :37].double())
    found = attend_in_bf16(query, key, value, there=37)
    assert found is not None
    assert (found - exact).abs().mean() < 0.01
    key[:, :, 37:], value[:, :, 37:] = 50.0, -50.0
    again = attend_in_bf16(query, key, value, there=37)
    assert again is not None
    assert torch.equal(again, found)


@pytest.mark.parametrize("relative_buckets", [0, 8])
@pytest.mark.parametrize("length", [1, 15, 16, 17])
def test_a_text_in_bf16_is_read_as_in_fp32_whatever_its_length(
    length: int, relative_buckets: int
) -> None:
    encoder = Encoder(small(relative_buckets=relative_buckets)).eval()
    ids = torch.arange(length).unsqueeze(0)
    with torch.no_grad():
        exact = encoder(ids)
        found = encoder.bfloat16()(ids)
    assert found.shape == exact.shape
    torch.testing.assert_close(found.float(), exact, atol=0.1, rtol=0.1)


def test_scores_that_bf16_cannot_hold_are_left_to_torch_in_a_text_of_any_length() -> None:
    attention = Attention(small()).bfloat16()
    x = torch.full((1, 16, 32), 3e4).bfloat16() * torch.randn(1, 16, 32).bfloat16()
    other = torch.cat([x[:, :7], torch.ones(1, 9, 32).bfloat16()], dim=1)
    with torch.no_grad():
        found = attention(x, there=7)
        assert bool(found.isfinite().all())
        assert torch.equal(attention(other, there=7)[:, :7], found[:, :7])


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_a_decoder_layer_equals_torchs_with_the_same_weights(norm: str) -> None:
    ours = Decoder(small(layers=1, norm=norm, eps=1e-5)).eval().layers[0]
    theirs = nn.TransformerDecoderLayer(
        32, 4, 64, 0.0, "gelu", batch_first=True, norm_first=norm == "pre"
    ).eval()
    names = {
        "self_attn.in_proj_": ours.attention.qkv,
        "self_attn.out_proj.": ours.attention.out,
        "multihead_attn.in_proj_": ours.cross.qkv,
        "multihead_attn.out_proj.": ours.cross.out,
        "linear1.": ours.feed_forward.up,
        "linear2.": ours.feed_forward.down,
        "norm1.": ours.attention_residual.norm,
        "norm2.": ours.cross_residual.norm,
        "norm3.": ours.feed_forward_residual.norm,
    }
    theirs.load_state_dict(_under(names))
    x, memory = torch.randn(2, 7, 32), torch.randn(2, 9, 32)
    bias = torch.zeros(7, 7).masked_fill(~causal_mask(7, 7), -torch.inf)
    found = ours(x, bias, ours.cross.remember(memory), None, None)
    torch.testing.assert_close(found, theirs(x, memory, tgt_mask=bias), rtol=1e-4, atol=1e-5)


def _under(names: dict[str, nn.Module]) -> dict[str, torch.Tensor]:
    """Weights and biases of our modules under the names of torch's."""
    return {
        f"{name}{kind}": getattr(part, kind).data
        for name, part in names.items()
        for kind in ("weight", "bias")
    }


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_an_encoder_layer_equals_torchs_with_the_same_weights(norm: str) -> None:
    encoder = Encoder(small(layers=1, norm=norm, eps=1e-5)).eval()
    theirs = nn.TransformerEncoderLayer(
        32, 4, 64, 0.0, "gelu", batch_first=True, norm_first=norm == "pre"
    ).eval()
    ours = encoder.layers[0]
    names = {
        "self_attn.in_proj_": ours.attention.qkv,
        "self_attn.out_proj.": ours.attention.out,
        "linear1.": ours.feed_forward.up,
        "linear2.": ours.feed_forward.down,
        "norm1.": ours.attention_residual.norm,
        "norm2.": ours.feed_forward_residual.norm,
    }
    theirs.load_state_dict(_under(names))
    x = torch.randn(2, 7, 32)
    torch.testing.assert_close(ours(x, None), theirs(x), rtol=1e-4, atol=1e-5)


def test_the_feed_forward_network_is_two_matrices_with_a_bend() -> None:
    network = FeedForward(small(activation="relu"))
    x = torch.randn(3, 32)
    widened = torch.clamp(x @ network.up.weight.T + network.up.bias, min=0)
    torch.testing.assert_close(network(x), widened @ network.down.weight.T + network.down.bias)


@pytest.mark.parametrize(("place", "pair", "width"), [(0, 0, 8), (5, 1, 8), (31, 3, 8), (7, 2, 6)])
def test_sinusoidal_positions_are_the_papers(place: int, pair: int, width: int) -> None:
    table = sinusoidal(40, width)
    angle = place / 10000 ** (2 * pair / width)
    assert table[place, 2 * pair].item() == pytest.approx(math.sin(angle), abs=1e-6)
    assert table[place, 2 * pair + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


KINDS = [
    small(),
    small(position_kind="sinusoidal", norm="pre"),
    small(position_kind="none", relative_buckets=8),
    small(token_types=2),
]


@pytest.mark.parametrize("config", KINDS)
def test_padding_changes_nothing(config: TransformerConfig) -> None:
    encoder = Encoder(config).eval()
    ids = torch.randint(1, 50, (1, 6))
    padded = torch.cat([ids, torch.zeros(1, 5, dtype=torch.long)], dim=1)
    mask = torch.arange(11).unsqueeze(0) < 6
    torch.testing.assert_close(encoder(padded, mask)[:, :6], encoder(ids), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("config", KINDS)
def test_a_text_is_encoded_alike_alone_and_among_others(config: TransformerConfig) -> None:
    encoder = Encoder(config).eval()
    ids = torch.randint(1, 50, (5, 6))
    together = encoder(ids)
    for row in range(5):
        torch.testing.assert_close(
            together[row : row + 1], encoder(ids[row : row + 1]), rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("config", KINDS)
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("first", [0, 1, 2])
def test_some_positions_are_read_as_they_are_among_all(
    config: TransformerConfig, precision: torch.dtype, first: int
) -> None:
    encoder, rows = Encoder(config).eval().to(precision), torch.tensor([1, 2, 5, 11, 16])
    ids = torch.randint(0, 50, (1, 18))
    with torch.no_grad():
        x = encoder.embedding(ids)
        bias = encoder.bias_of(ids, None, precision)
        whole = encoder.through(x, bias, first=first)
        torch.testing.assert_close(encoder.through(x, bias, first=first, rows=rows), whole[:, rows])


@pytest.mark.parametrize("config", KINDS)
def test_a_decoder_sees_nothing_of_what_comes_later(config: TransformerConfig) -> None:
    if config.relative_buckets:
        pytest.skip("a decoder has no relative bias")
    decoder = Decoder(config, reads_memory=False).eval()
    ids = torch.randint(1, 50, (1, 8))
    changed = ids.clone()
    changed[0, 5:] = (changed[0, 5:] + 7) % 50
    torch.testing.assert_close(decoder(ids)[:, :5], decoder(changed)[:, :5])
    assert not torch.allclose(decoder(ids)[:, 5:], decoder(changed)[:, 5:])


def test_decoding_step_by_step_equals_decoding_at_once() -> None:
    decoder = Decoder(small()).eval()
    memory = decoder.remember(torch.randn(2, 5, 32))
    seen = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]], dtype=torch.bool)
    ids = torch.randint(1, 50, (2, 9))
    caches = [Cache() for _ in decoder.layers]
    steps = [decoder(ids[:, i : i + 1], memory, seen, caches) for i in range(9)]
    torch.testing.assert_close(
        torch.cat(steps, 1), decoder(ids, memory, seen), rtol=1e-4, atol=1e-5
    )


def test_shapes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="not a multiple of 5 heads"):
        small(heads=5)
    with pytest.raises(ValueError, match="norm is 'both'"):
        small(norm="both")


def _published(family: str) -> tuple[nn.Module, dict[str, object]]:
    transformers = pytest.importorskip("transformers")
    shape = {
        "num_hidden_layers": 2,
        "hidden_size": 32,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "vocab_size": 50,
        "max_position_embeddings": 40,
    }
    kind = {"bert": "Bert", "mpnet": "MPNet"}[family]
    config = getattr(transformers, f"{kind}Config")(**shape)
    return getattr(transformers, f"{kind}Model")(config).eval(), config.to_dict()


@pytest.mark.parametrize("family", ["bert", "mpnet"])
def test_a_family_of_checkpoints_gives_what_transformers_gives(family: str, tmp_path: Path) -> None:
    import json

    from kgbuild_model.published import load_encoder
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, models

    theirs, config = _published(family)
    save_file(
        {k: v.contiguous() for k, v in theirs.state_dict().items()}, tmp_path / "model.safetensors"
    )
    (tmp_path / "config.json").write_text(json.dumps(config))
    Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]")).save(
        str(tmp_path / "tokenizer.json")
    )
    ours, _ = load_encoder(tmp_path)
    ids = torch.randint(3, 50, (2, 20))
    mask = torch.arange(20) < torch.tensor([[20], [13]])
    with torch.no_grad():
        expected = theirs(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        found = ours(ids, mask)
    torch.testing.assert_close(found[mask], expected[mask], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["minilm", "mpnet"])
def test_published_weights_give_what_transformers_gives(name: str) -> None:
    transformers = pytest.importorskip("transformers")
    folder = Path(os.environ.get("KGBUILD_BASE_ENCODERS", "/nowhere")) / name
    if not folder.is_dir():
        pytest.skip("KGBUILD_BASE_ENCODERS names no folder with the published encoders")
    from kgbuild_model.published import load_encoder

    ours, tokenizer = load_encoder(folder)
    theirs = transformers.AutoModel.from_pretrained(folder).eval()
    ids = torch.tensor(
        [tokenizer.encode("Aspirin inhibits cyclooxygenase in platelets. " * 20).ids]
    )
    with torch.no_grad():
        torch.testing.assert_close(
            ours(ids), theirs(input_ids=ids).last_hidden_state, rtol=0, atol=1e-4
        )


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_the_weights_that_ship_give_what_transformers_gives(name: str, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    from kgbuild_model.checkpoint import load_tagger
    from kgbuild_model.published import save_encoder
    from kgbuild_model.weights import weights_folder

    folder = weights_folder(name)
    assert folder is not None
    run = load_tagger(folder)
    save_encoder(tmp_path / name, run.tagger.encoder, run.tokenizer)
    theirs = transformers.AutoModel.from_pretrained(tmp_path / name).eval()
    [ids] = [run.tokenizer.encode("Aspirin inhibits cyclooxygenase in platelets. " * 9).ids]
    padded = torch.tensor(
        [ids, ids[:20] + [run.tagger.encoder.config.padding_id] * (len(ids) - 20)]
    )
    mask = torch.arange(len(ids)) < torch.tensor([[len(ids)], [20]])
    with torch.no_grad():
        found = run.tagger.encoder(padded, mask)
        expected = theirs(input_ids=padded, attention_mask=mask.long()).last_hidden_state
    torch.testing.assert_close(found[mask], expected[mask], rtol=0, atol=1e-4)
