"""Greedy, beam and constrained search over a decoder."""

from __future__ import annotations

import itertools

import pytest
import torch
from kgbuild_model.generation import one_of, search
from kgbuild_model.transformer import Decoder, Encoder, TransformerConfig
from torch import nn

END = 0


def decoder_of(vocabulary: int = 5, *, reads_memory: bool = False, seed: int = 0) -> Decoder:
    torch.manual_seed(seed)
    config = TransformerConfig(
        layers=2, width=16, heads=2, feed_forward=32, vocabulary=vocabulary, positions=20
    )
    decoder = Decoder(config, reads_memory=reads_memory)
    nn.init.normal_(decoder.embedding.words.weight, std=1.0)
    return decoder.eval()


@torch.no_grad()
def score_of(decoder: Decoder, prompt: list[int], ids: tuple[int, ...]) -> float:
    """The log-probability of ``ids`` and the end, read at once and without a cache."""
    whole = [*prompt, *ids, END]
    scores = torch.log_softmax(decoder(torch.tensor([whole[:-1]]))[0], dim=-1)
    return sum(float(scores[place - 1, whole[place]]) for place in range(len(prompt), len(whole)))


@pytest.mark.parametrize("seed", range(6))
def test_a_beam_that_is_wide_enough_finds_what_exhaustive_search_finds(seed: int) -> None:
    decoder = decoder_of(4, seed=seed)
    every = [
        ids for n in range(3) for ids in itertools.product(range(1, 4), repeat=n)
    ]  # at most two wordpieces and the end
    expected = sorted(((score_of(decoder, [1, 2], ids), ids) for ids in every), reverse=True)[:4]
    found = [one for one in search(decoder, [1, 2], end=END, most=3, width=64) if one.finished][:4]
    assert [one.ids for one in found] == [ids for _, ids in expected]
    for one, (score, _) in zip(found, expected, strict=True):
        assert one.score == pytest.approx(score, abs=1e-4)


def test_greedy_search_takes_the_likeliest_wordpiece_at_each_step() -> None:
    decoder = decoder_of(9, seed=3)
    written: list[int] = []
    with torch.no_grad():
        for _ in range(6):
            best = int(decoder(torch.tensor([[1, *written]]))[0, -1].argmax())
            if best == END:
                break
            written.append(best)
    [found] = search(decoder, [1], end=END, most=6)
    assert list(found.ids) == written


def test_a_wider_beam_is_never_worse() -> None:
    for seed in range(5):
        decoder = decoder_of(8, seed=seed)
        best = [
            max(one.score for one in search(decoder, [1], end=END, most=4, width=width))
            for width in (1, 4, 512)
        ]
        assert best[2] >= max(best[:2]) - 1e-5


def test_constrained_search_writes_one_of_the_choices_and_ranks_them() -> None:
    decoder = decoder_of(9, seed=1)
    choices = [(3, 4), (3, 5, 6), (7,)]
    found = search(decoder, [1], end=END, most=5, width=3, allowed=one_of(choices, END))
    assert sorted(one.ids for one in found) == sorted(choices)
    scores = [score_of(decoder, [1], one.ids) for one in found]
    assert scores == sorted(scores, reverse=True)
    assert [one.score for one in found] == pytest.approx(scores, abs=1e-4)


def test_what_allows_nothing_gives_nothing() -> None:
    assert search(decoder_of(), [1], end=END, most=3, allowed=lambda _: ()) == []


def test_a_length_penalty_prefers_longer_texts() -> None:
    decoder = decoder_of(6, seed=2)
    plain = search(decoder, [1], end=END, most=5, width=8)[0]
    longer = search(decoder, [1], end=END, most=5, width=8, length_penalty=4.0)[0]
    assert len(longer.ids) >= len(plain.ids)
    assert len(longer.ids) > 0


def test_a_search_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="prompt"):
        search(decoder_of(), [], end=END, most=3)


def test_a_decoder_that_learnt_to_copy_writes_what_the_encoder_read() -> None:
    torch.manual_seed(0)
    config = TransformerConfig(
        layers=1, width=32, heads=4, feed_forward=64, vocabulary=12, eps=1e-5
    )
    encoder, decoder = Encoder(config), Decoder(config)
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=3e-3)
    for _ in range(500):
        ids = torch.randint(2, 12, (32, 4))
        before = torch.cat([torch.ones(32, 1, dtype=torch.long), ids], dim=1)
        wanted = torch.cat([ids, torch.zeros(32, 1, dtype=torch.long)], dim=1)
        scores = decoder(before, decoder.remember(encoder(ids)))
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), wanted.flatten())
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    encoder.eval()
    decoder.eval()
    right = 0
    for _ in range(20):
        ids = torch.randint(2, 12, (1, 4))
        with torch.no_grad():
            memory = encoder(ids)
        [best, *_] = search(decoder, [1], end=END, most=6, width=3, memory=memory)
        right += best.ids == tuple(ids[0].tolist())
    assert right >= 18
