"""How often Python looks for cyclic garbage in a process that is kgbuild's own.

A run makes millions of small records that live for a batch, and hardly a cycle: of 10,000
abstracts Python's default (a look after every 700 new objects) looked 1,150 times, took 8% of the
CPU and found 1,200 objects. What is no cycle is freed at once, by counting references. A look
after 50,000 takes a tenth of that, and what it may leave lying is a few megabytes.
"""

from __future__ import annotations

import gc

__all__ = ["collect_seldom"]

_NEW_OBJECTS = 50_000


def collect_seldom() -> None:
    """For the command line and its workers: a library leaves its caller's process as it is."""
    gc.set_threshold(_NEW_OBJECTS)
