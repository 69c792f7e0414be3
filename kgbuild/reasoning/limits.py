"""What reasoning may spend, from the first line of an ontology to the last confidence."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from kgbuild.errors import LimitError

__all__ = ["Limits"]

Thing = TypeVar("Thing")

_OFTEN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``conclusions`` in all, and ``seconds`` from when this was made (``started``)."""

    conclusions: int = 5_000_000
    seconds: float = 3600.0
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """The seconds that are left, at least none."""
        return max(0.0, self.started + self.seconds - time.monotonic())

    def check(self, doing: str, *, file: str = "", place: str = "") -> None:
        """Raise LimitError where the time is up, with what was being done."""
        if not self.left:
            raise LimitError(
                f"stopped while {doing}: {self.seconds:g} seconds have passed; nothing was kept",
                file=file,
                place=place,
                hints=["--max-seconds allows more"],
            )

    def within(self, things: Iterable[Thing], doing: str) -> Iterator[Thing]:
        """The same things while there is time. Raises LimitError, with how many there were."""
        for done, thing in enumerate(things):
            if done % _OFTEN == 0:
                self.check(f"{doing} ({done:,} done)")
            yield thing
