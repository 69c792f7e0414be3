"""Texts side by side: each on a thread of its own, instead of all threads on one text.

The products of one text are small. Threads that share one meet after each, dozens of times a text,
and wait for the slowest; on a machine that does other work besides they wait for most of the time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

__all__ = ["each"]

GivenT = TypeVar("GivenT")
MadeT = TypeVar("MadeT")

_TURN = 0.0005
"""Seconds that a thread may keep the interpreter while another waits for it.

After each product a thread waits for the interpreter again; by Python's own 5 ms, longer than most
products take, it would stand still while the other one works on text.
"""


def each(work: Callable[[GivenT], MadeT], given: Sequence[GivenT]) -> list[MadeT]:
    """``work`` of each, in order, on as many threads as PyTorch has; it must not share state.

    What it computes is the same to the last bit as on one thread after the other. A single one is
    left to one thread, too: some products differ in their last bits when three threads share them.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # that of each new thread, too
    try:
        if min(threads, len(given)) < 2:
            return [work(one) for one in given]
        with _short_turns(), ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, given))
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _TURN))
    try:
        yield
    finally:
        sys.setswitchinterval(before)
