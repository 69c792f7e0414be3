"""The transformer of Vaswani et al. (2017), "Attention is all you need": encoder and decoder.

The file reads from top to bottom: the configuration, attention, the feed-forward network, what
holds them together, positions, the encoder, the decoder. Shapes are in the comments:

    b  texts in a batch      n  positions of the text read     h  heads
    d  width                 m  positions of the other text    k  width of a head, d / h

What published checkpoints need besides the paper: learnt positions and token types (BERT, Devlin
et al. 2019), a bias by relative position (T5, Raffel et al. 2020; MPNet, Song et al. 2020),
normalisation before each block (Xiong et al. 2020), GELU.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = [
    "Attention",
    "Cache",
    "Decoder",
    "Encoder",
    "FeedForward",
    "RelativeBias",
    "TransformerConfig",
    "attend",
    "attend_in_bf16",
    "causal_mask",
    "sinusoidal",
    "through",
]


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """The shape of a transformer.

    ``positions`` is the longest text that it reads, ``position_kind`` "learnt", "sinusoidal" or
    "none"; ``first_position`` is the row of the first position (2 in MPNet and RoBERTa).
    ``relative_buckets`` is the number of buckets of the relative position bias, 0 for none.
    ``norm`` is "post" (the paper) or "pre". ``attention_dropout`` is apart from ``dropout``:
    with it PyTorch's fast kernels cannot be used.
    """

    layers: int
    width: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int = 512
    position_kind: str = "learnt"
    first_position: int = 0
    token_types: int = 0
    relative_buckets: int = 0
    relative_distance: int = 128
    norm: str = "post"
    embedding_norm: bool = True
    activation: str = "gelu"
    eps: float = 1e-12
    dropout: float = 0.0
    attention_dropout: float = 0.0
    padding_id: int = 0

    def __post_init__(self) -> None:
        """Refuse shapes that cannot be."""
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of {self.heads} heads")
        for name, value, known in (
            ("position_kind", self.position_kind, ("learnt", "sinusoidal", "none")),
            ("norm", self.norm, ("post", "pre")),
            ("activation", self.activation, ("gelu", "relu")),
        ):
            if value not in known:
                raise ValueError(f"{name} is {value!r}, not one of {', '.join(known)}")


# --- attention -----------------------------------------------------------------------------------


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention, section 3.2.1: ``softmax(Q Kᵀ / √k + bias) V``.

    ``query`` [b, h, n, k]; ``key``, ``value`` [b, h, m, k]; ``bias`` is added to the scores and
    broadcasts to [b, h, n, m]; minus infinity hides a position. Gives [b, h, n, k].

    This is the definition, which the tests hold ``Attention`` to; ``Attention`` computes the
    same by PyTorch's fused kernel.
    """
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])  # [b, h, n, m]
    if bias is not None:
        scores = scores + bias
    return torch.softmax(scores, dim=-1) @ value


def attend_in_bf16(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor | None = None,
    there: int | None = None,
) -> Tensor | None:
    """What :func:`attend` computes, for reading texts in bf16 on a CPU; None where it cannot.

    Of the keys the first ``there`` count, all if it is not given.

    A softmax stays what it is when all scores of a row are shifted alike. So the keys are centred,
    once, where else each row's largest score would be sought and taken off: a row's scores then
    have the mean 0, and its exponentials a sum of m at least (Jensen). Where a sum is no number
    all the same, be it for a score beyond 88 or for a bias, the answer is None.
    """
    b, h, n, k = query.shape
    key = key - key[:, :, :there].mean(dim=2, keepdim=True)
    # a product of rows that lie one after the other takes a fifth less time
    query, key = query.contiguous(), key.contiguous()
    query, key, value = (part.reshape(b * h, -1, k) for part in (query, key, value))
    base = math.log2(math.e)  # powers of 2 take less time than powers of e
    given = query.new_empty(1, 1, 1)
    if bias is not None:
        given = (bias * base).expand(b, h, n, -1).reshape(b * h, n, -1)
    scores = torch.baddbmm(
        given, query, key.transpose(1, 2), beta=int(bias is not None), alpha=base / math.sqrt(k)
    )  # [b · h, n, m]
    weights = scores.exp2_()
    if there is not None:
        weights[..., there:] = 0
    sums = weights.sum(dim=-1, keepdim=True)
    least, most = sums.aminmax()
    if not (least.item() > 0 and most.item() < torch.inf):
        return None
    return torch.bmm(weights, value).div_(sums).view(b, h, n, k)


def _rows_of(x: Tensor, rows: Tensor | None) -> Tensor:
    """Some positions of a text, all if they are not given: [b, n, d] -> [b, r, d]."""
    return x if rows is None else x.index_select(1, rows)


def _reads_in_bf16(x: Tensor) -> bool:
    return x.dtype == torch.bfloat16 and x.device.type == "cpu" and not torch.is_grad_enabled()


@dataclass
class Cache:
    """The keys and values of the positions read so far, [b, h, m, k], for decoding step by step."""

    key: Tensor | None = None
    value: Tensor | None = None

    def extend(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Keep new positions, and give all."""
        if self.key is not None and self.value is not None:
            key = torch.cat([self.key, key], dim=2)
            value = torch.cat([self.value, value], dim=2)
        self.key, self.value = key, value
        return key, value


class Attention(nn.Module):
    """Multi-head attention, section 3.2.2: h projections attend side by side.

    Query, key and value are projected by one matrix, in this order.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.dropout = config.attention_dropout
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)

    def forward(
        self,
        x: Tensor,
        bias: Tensor | None = None,
        cache: Cache | None = None,
        there: int | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """Self-attention: ``x`` [b, n, d] attends to itself, and to what ``cache`` has kept.

        With ``there`` it attends to its first ``there`` positions alone; with ``rows`` [r] the
        answer is that of some positions, [b, r, d].
        """
        query, key, value = self._split(self.qkv(x), 3)
        if cache is not None:
            key, value = cache.extend(key, value)
        return self._join(query, key, value, bias, there, rows)

    def across(self, x: Tensor, memory: tuple[Tensor, Tensor], bias: Tensor | None) -> Tensor:
        """Cross-attention: ``x`` [b, n, d] attends to the keys and values of :meth:`remember`."""
        width = x.shape[-1]
        query = functional.linear(x, self.qkv.weight[:width], self.qkv.bias[:width])
        [query] = self._split(query, 1)
        return self._join(query, *memory, bias)

    def remember(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """The keys and values, both [b, h, m, k], of an encoded text [b, m, d]."""
        width = memory.shape[-1]
        both = functional.linear(memory, self.qkv.weight[width:], self.qkv.bias[width:])
        key, value = self._split(both, 2)
        return key, value

    def _split(self, x: Tensor, parts: int) -> Sequence[Tensor]:
        """[b, n, parts · d] -> as many times [b, h, n, k]."""
        b, n, wide = x.shape
        heads = parts * self.heads
        return x.view(b, n, heads, wide // heads).transpose(1, 2).chunk(parts, dim=1)

    def _join(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        bias: Tensor | None,
        there: int | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        bias = None if bias is None else bias.to(query.dtype)
        mixed = None
        if _reads_in_bf16(query):
            mixed = attend_in_bf16(query, key, value, bias, there)
        if mixed is None:
            key, value = key[:, :, :there], value[:, :, :there]
            bias = None if bias is None else bias[..., :there]
            dropout = self.dropout if self.training else 0.0
            mixed = functional.scaled_dot_product_attention(query, key, value, bias, dropout)
        # [b, h, n, k]
        joined: Tensor = self.out(_rows_of(mixed.transpose(1, 2).flatten(2), rows))  # [b, n, d]
        return joined


class FeedForward(nn.Module):
    """The position-wise feed-forward network, section 3.3: two matrices with a bend between."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.width, config.feed_forward)
        self.down = nn.Linear(config.feed_forward, config.width)
        self.activation = functional.gelu if config.activation == "gelu" else functional.relu

    def forward(self, x: Tensor) -> Tensor:
        """[b, n, d] -> [b, n, d]."""
        widened: Tensor = self.down(self.activation(self.up(x)))
        return widened


class Residual(nn.Module):
    """A residual connection with layer normalisation, section 3.1 (post) or Xiong et al. (pre)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width, eps=config.eps)
        self.dropout = nn.Dropout(config.dropout)
        self.before = config.norm == "pre"

    def enter(self, x: Tensor) -> Tensor:
        """What the block reads."""
        read: Tensor = self.norm(x) if self.before else x
        return read

    def leave(self, x: Tensor, block: Tensor) -> Tensor:
        """The block's answer joined to what came in."""
        joined = x + self.dropout(block)
        left: Tensor = joined if self.before else self.norm(joined)
        return left


# --- positions -----------------------------------------------------------------------------------


def sinusoidal(positions: int, width: int) -> Tensor:
    """Sinusoidal positions [positions, width], section 3.5.

    ``PE(pos, 2i) = sin(pos / 10000^(2i/d))`` and ``PE(pos, 2i+1) = cos(pos / 10000^(2i/d))``.
    """
    place = torch.arange(positions, dtype=torch.float64).unsqueeze(1)
    rate = torch.pow(10000.0, -torch.arange(0, width, 2, dtype=torch.float64) / width)
    table = torch.zeros(positions, width, dtype=torch.float64)
    table[:, 0::2] = torch.sin(place * rate)
    table[:, 1::2] = torch.cos(place * rate[: width // 2])
    return table.float()


def causal_mask(new: int, total: int) -> Tensor:
    """[new, total]: whether each of the last ``new`` of ``total`` positions may see a position.

    >>> causal_mask(2, 3).int().tolist()
    [[1, 1, 0], [1, 1, 1]]
    """
    return torch.ones(new, total, dtype=torch.bool).tril(total - new)


class RelativeBias(nn.Module):
    """A bias on attention by how far apart two positions are, in buckets that widen with distance.

    Raffel et al. (2020), section 2.1; one table serves all layers.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.buckets = config.relative_buckets
        self.distance = config.relative_distance
        self.table = nn.Embedding(config.relative_buckets, config.heads)

    def forward(self, length: int) -> Tensor:
        """[1, h, n, n] for a text of ``length`` positions."""
        place = torch.arange(length, device=self.table.weight.device)
        bias: Tensor = self.table(self.bucket(place - place.unsqueeze(1)))  # [n, n, h]
        return bias.permute(2, 0, 1).unsqueeze(0)

    def bucket(self, offset: Tensor) -> Tensor:
        """The bucket of each offset: half of them for what lies ahead, a quarter exact."""
        half = self.buckets // 2
        exact = half // 2
        far = offset.abs()
        ratio = torch.log(far.clamp(min=1).float() / exact) / math.log(self.distance / exact)
        wide = (exact + (ratio * (half - exact)).long()).clamp(max=half - 1)
        return (offset > 0).long() * half + torch.where(far < exact, far, wide)


class Embedding(nn.Module):
    """Wordpieces and their places as vectors."""

    table: Tensor

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.words = nn.Embedding(config.vocabulary, config.width)
        self.first = config.first_position
        self.positions: nn.Embedding | None = None
        if config.position_kind == "learnt":
            self.positions = nn.Embedding(config.positions, config.width)
        elif config.position_kind == "sinusoidal":
            table = sinusoidal(config.positions, config.width)
            self.register_buffer("table", table, persistent=False)
        self.types = nn.Embedding(config.token_types, config.width) if config.token_types else None
        self.norm = nn.LayerNorm(config.width, eps=config.eps) if config.embedding_norm else None
        self.dropout = nn.Dropout(config.dropout)
        self.kind = config.position_kind

    def forward(
        self, ids: Tensor, extra: Tensor | None = None, start: int = 0, types: Tensor | None = None
    ) -> Tensor:
        """[b, n] -> [b, n, d]; ``extra`` is added to the words, ``start`` is the first place."""
        x: Tensor = self.words(ids)
        places = slice(self.first + start, self.first + start + ids.shape[1])
        if self.positions is not None:
            x = x + self.positions.weight[places]
        elif self.kind == "sinusoidal":
            x = x + self.table[places]
        if self.types is not None:
            x = x + (self.types.weight[0] if types is None else self.types(types))
        if extra is not None:
            x = x + extra
        if self.norm is not None:
            x = self.norm(x)
        embedded: Tensor = self.dropout(x)
        return embedded


def _hidden_bias(mask: Tensor) -> Tensor:
    """[b, n] of what is there -> [b, 1, 1, n] to add to scores: what is padding gets no weight."""
    hidden = torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, -torch.inf)
    return hidden[:, None, None, :]


# --- the encoder ---------------------------------------------------------------------------------


class EncoderLayer(nn.Module):
    """Self-attention, then the feed-forward network, each with its residual connection."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.attention = Attention(config)
        self.attention_residual = Residual(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_residual = Residual(config)

    def forward(
        self,
        x: Tensor,
        bias: Tensor | None,
        there: int | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """[b, n, d] -> [b, n, d]; with ``there`` only the first positions are looked at.

        With ``rows`` [r] only some positions are read on: [b, r, d].
        """
        near = self.attention_residual
        mixed = self.attention(near.enter(x), bias, there=there, rows=rows)
        x = near.leave(_rows_of(x, rows), mixed)
        near = self.feed_forward_residual
        return near.leave(x, self.feed_forward(near.enter(x)))


_ROUND = 16
"""Texts in bf16 are made as long as the next multiple of it."""


def through(
    layers: Sequence[nn.Module], x: Tensor, bias: Tensor | None, rows: Tensor | None = None
) -> Tensor:
    """Encoder layers one after the other: [b, n, d] -> [b, n, d].

    With ``rows`` [r] the last one gives those positions alone, [b, r, d]: behind its attention it
    reads no others.

    oneDNN makes kernels for each length that it meets: 4 MB, and a tenth of a text's time. So a
    text that is read in bf16 on a CPU is first made as long as a multiple of 16, by positions that
    no other looks at, and so are ``rows``.
    """
    n = x.shape[1]
    extra = -n % _ROUND if _reads_in_bf16(x) else 0
    if extra:
        x = functional.pad(x, (0, 0, 0, extra))
        if bias is not None:
            bias = functional.pad(bias, (0, extra, 0, extra if bias.shape[2] == n else 0))
    chosen = rows
    if rows is not None and _reads_in_bf16(x):
        chosen = functional.pad(rows, (0, -len(rows) % _ROUND))
    for layer in layers:
        x = layer(x, bias, n if extra else None, chosen if layer is layers[-1] else None)
    return x[:, : n if rows is None else len(rows)]


class Encoder(nn.Module):
    """Reads a text in both directions."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = Embedding(config)
        self.relative = RelativeBias(config) if config.relative_buckets else None
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, eps=config.eps) if config.norm == "pre" else None

    def forward(
        self,
        ids: Tensor,
        mask: Tensor | None = None,
        extra: Tensor | None = None,
        types: Tensor | None = None,
    ) -> Tensor:
        """Encode wordpieces ``ids`` [b, n] into [b, n, d].

        ``mask`` [b, n] is True where there is text; without it nothing is padding. ``extra``
        [b, n, d] is added to the embeddings; ``types`` [b, n] are token types, 0 if not given.
        """
        x = self.embedding(ids, extra, types=types)
        return self.through(x, self.bias_of(ids, mask, x.dtype))

    def through(
        self,
        x: Tensor,
        bias: Tensor | None,
        first: int = 0,
        last: int | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """The layers ``first`` to ``last``, all if not given: [b, n, d] -> [b, n, d].

        With ``rows`` [r] only the vectors of these positions are given, [b, r, d].
        """
        layers = list(self.layers)[first:last]
        x = through(layers, x, bias, rows) if layers else _rows_of(x, rows)
        return x if last is not None or self.norm is None else self.norm(x)

    def bias_of(self, ids: Tensor, mask: Tensor | None, precision: torch.dtype) -> Tensor | None:
        """What every layer adds to its scores: for padding, and for relative positions.

        It is made once, not in every layer, in ``precision`` or that of autocast.
        """
        bias = None if mask is None or bool(mask.all()) else _hidden_bias(mask)
        if self.relative is not None:
            relative = self.relative(ids.shape[1])
            bias = relative if bias is None else relative + bias
        if bias is None:
            return None
        kind = ids.device.type
        autocast = torch.is_autocast_enabled(kind)
        return bias.to(torch.get_autocast_dtype(kind) if autocast else precision)


# --- the decoder ---------------------------------------------------------------------------------


class DecoderLayer(nn.Module):
    """Masked self-attention, attention to the encoded text if there is one, feed-forward."""

    def __init__(self, config: TransformerConfig, *, reads_memory: bool) -> None:
        super().__init__()
        self.attention = Attention(config)
        self.attention_residual = Residual(config)
        self.cross = Attention(config) if reads_memory else None
        self.cross_residual = Residual(config) if reads_memory else None
        self.feed_forward = FeedForward(config)
        self.feed_forward_residual = Residual(config)

    def forward(
        self,
        x: Tensor,
        bias: Tensor,
        memory: tuple[Tensor, Tensor] | None,
        memory_bias: Tensor | None,
        cache: Cache | None,
    ) -> Tensor:
        """[b, n, d] -> [b, n, d]."""
        near = self.attention_residual
        x = near.leave(x, self.attention(near.enter(x), bias, cache))
        if self.cross is not None and self.cross_residual is not None and memory is not None:
            near = self.cross_residual
            x = near.leave(x, self.cross.across(near.enter(x), memory, memory_bias))
        near = self.feed_forward_residual
        return near.leave(x, self.feed_forward(near.enter(x)))


class Decoder(nn.Module):
    """Writes a text from left to right, with or without an encoded text to look at.

    The scores of the next wordpiece come from the embedding's own matrix (section 3.4).
    """

    def __init__(self, config: TransformerConfig, *, reads_memory: bool = True) -> None:
        super().__init__()
        self.config = config
        self.embedding = Embedding(config)
        self.layers = nn.ModuleList(
            DecoderLayer(config, reads_memory=reads_memory) for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(config.width, eps=config.eps) if config.norm == "pre" else None

    def remember(self, memory: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Each layer's keys and values of an encoded text [b, m, d], made once for all steps."""
        return [layer.cross.remember(memory) for layer in self.layers]  # type: ignore[union-attr,operator]

    def forward(
        self,
        ids: Tensor,
        memory: list[tuple[Tensor, Tensor]] | None = None,
        memory_mask: Tensor | None = None,
        caches: list[Cache] | None = None,
    ) -> Tensor:
        """Scores of the wordpiece after each of ``ids`` [b, n], as [b, n, vocabulary].

        ``memory`` is from :meth:`remember`, ``memory_mask`` [b, m] True where it has text. With
        ``caches`` (one for each layer) ``ids`` go on from what was read before.
        """
        before = 0 if caches is None or caches[0].key is None else caches[0].key.shape[2]
        n = ids.shape[1]
        x = self.embedding(ids, start=before)
        hidden = ~causal_mask(n, before + n)
        bias = torch.zeros(n, before + n).masked_fill(hidden, -torch.inf).to(ids.device)
        memory_bias = None if memory_mask is None else _hidden_bias(memory_mask)
        for place, layer in enumerate(self.layers):
            read = None if memory is None else memory[place]
            cache = None if caches is None else caches[place]
            x = layer(x, bias, read, memory_bias, cache)
        if self.norm is not None:
            x = self.norm(x)
        return functional.linear(x, self.embedding.words.weight)
