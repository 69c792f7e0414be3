"""Write with a decoder: greedy, beam and constrained search, one step at a time.

Each step reads the newest wordpiece alone; the keys and values of what came before are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from kgbuild_model.transformer import Cache

if TYPE_CHECKING:
    from kgbuild_model.transformer import Decoder

__all__ = ["Allowed", "Continuation", "one_of", "search"]

Allowed = Callable[[tuple[int, ...]], Iterable[int]]
"""The wordpieces that may follow what has been written so far, the prompt not counted."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """What was written after the prompt, without the end mark, and its log-probability.

    ``finished`` is False where the search stopped at its longest length.
    """

    ids: tuple[int, ...]
    score: float
    finished: bool


@torch.no_grad()
def search(
    decoder: Decoder,
    prompt: Sequence[int],
    *,
    end: int,
    most: int,
    width: int = 1,
    length_penalty: float = 0.0,
    memory: Tensor | None = None,
    memory_mask: Tensor | None = None,
    allowed: Allowed | None = None,
) -> list[Continuation]:
    """The likeliest continuations of ``prompt``, best first: at most ``width``.

    ``width`` 1 is greedy search. ``end`` is the wordpiece that ends a text, ``most`` the largest
    number of wordpieces written. ``memory`` [1, m, d] is the encoded text that the decoder looks
    at, ``memory_mask`` [1, m] True where it has text. ``allowed`` restricts what may follow; where
    it allows nothing, a beam is dropped. Scores are divided by ``((5 + length) / 6) **
    length_penalty`` (Wu et al. 2016, section 7) when beams are compared; 0 compares plain sums.

    Raises ValueError where the prompt is empty or a number is out of range.
    """
    if not prompt or most < 1 or width < 1:
        raise ValueError("a search needs a prompt, and a length and a width of at least 1")
    caches = [Cache() for _ in decoder.layers]
    remembered = None if memory is None else decoder.remember(memory)
    open_beams: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    done: list[Continuation] = []
    newest = torch.tensor([list(prompt)])
    for _ in range(most):
        mask = None if memory_mask is None else memory_mask.expand(len(open_beams), -1)
        scores = decoder(newest, _for_beams(remembered, len(open_beams)), mask, caches)
        following = torch.log_softmax(scores[:, -1].float(), dim=-1)
        grown = _grown(open_beams, following, width, end, allowed)
        done += [Continuation(ids, score, True) for _, ids, score, last in grown if last == end]
        going = [beam for beam in grown if beam[3] != end][:width]
        done = _best(done, width, length_penalty)
        open_beams = [(ids, score) for _, ids, score, _ in going]
        if not going or _settled(done, open_beams, width, length_penalty):
            break
        _reorder(caches, [parent for parent, *_ in going])
        newest = torch.tensor([[last] for *_, last in going])
    else:
        done += [Continuation(ids, score, False) for ids, score in open_beams]
    return _best(done, width, length_penalty)


def one_of(choices: Iterable[Sequence[int]], end: int) -> Allowed:
    """Allow one of ``choices`` and nothing else, each ended by ``end``.

    >>> allowed = one_of([(7, 8), (7, 9, 9), (7,)], end=0)
    >>> sorted(allowed(())), sorted(allowed((7,))), sorted(allowed((7, 8)))
    ([7], [0, 8, 9], [0])
    """
    following: dict[tuple[int, ...], set[int]] = {}
    for choice in choices:
        for place, piece in enumerate((*choice, end)):
            following.setdefault(tuple(choice[:place]), set()).add(piece)
    return lambda written: following.get(written, ())


def _grown(
    beams: Sequence[tuple[tuple[int, ...], float]],
    following: Tensor,
    width: int,
    end: int,
    allowed: Allowed | None,
) -> list[tuple[int, tuple[int, ...], float, int]]:
    """The best extensions: (parent, written, score, last), best first, ties by wordpiece.

    Twice the width and one are kept, so that enough go on when others end.
    """
    grown = []
    for parent, (written, score) in enumerate(beams):
        row = following[parent]
        if allowed is None:
            pieces = torch.topk(row, min(width + 1, len(row))).indices.tolist()
        else:
            pieces = sorted(set(allowed(written)))
        for piece in pieces:
            ids = written if piece == end else (*written, piece)
            grown.append((parent, ids, score + float(row[piece]), piece))
    return sorted(grown, key=lambda beam: (-beam[2], beam[0], beam[3]))[: 2 * width + 1]


def _penalised(score: float, length: int, length_penalty: float) -> float:
    return score / float(((5 + length) / 6) ** length_penalty)


def _best(found: list[Continuation], width: int, length_penalty: float) -> list[Continuation]:
    def rank(one: Continuation) -> tuple[float, tuple[int, ...]]:
        return -_penalised(one.score, len(one.ids), length_penalty), one.ids

    return sorted(found, key=rank)[:width]


def _settled(
    done: list[Continuation],
    beams: Sequence[tuple[tuple[int, ...], float]],
    width: int,
    length_penalty: float,
) -> bool:
    """No open beam can still win: a sum of log-probabilities only falls.

    With a length penalty a longer text may still gain, so the search goes on to its end.
    """
    if length_penalty or len(done) < width:
        return False
    return max(score for _, score in beams) <= min(one.score for one in done)


def _for_beams(
    remembered: list[tuple[Tensor, Tensor]] | None, count: int
) -> list[tuple[Tensor, Tensor]] | None:
    if remembered is None:
        return None
    shape = (count, -1, -1, -1)
    return [(key.expand(shape), value.expand(shape)) for key, value in remembered]


def _reorder(caches: Sequence[Cache], parents: Sequence[int]) -> None:
    """Each beam goes on with the keys and values of the beam that it grew from."""
    rows = torch.tensor(parents)
    for cache in caches:
        if cache.key is not None and cache.value is not None:
            cache.key = cache.key.index_select(0, rows)
            cache.value = cache.value.index_select(0, rows)
