"""What was left out of vocabularies, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Omission", "TermReport"]

EXAMPLES = 200
"""Of each reason so many omissions are kept whole; beyond them they are only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """One thing that was not taken: from which file and line (0: not one line), and why."""

    file: str
    line: int
    what: str
    why: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.what}: {self.why}" if self.what else f"{place}: {self.why}"


@dataclass(slots=True)
class TermReport:
    """What reading vocabularies gave: how much was taken, what was not.

    ``concepts`` and ``names`` count what was taken, ``reasons`` what was not, by reason.
    """

    concepts: int = 0
    names: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    omissions: list[Omission] = field(default_factory=list)

    def leave_out(self, file: str, line: int, what: str, why: str) -> None:
        """Record that something was not taken."""
        reason = why.partition(":")[0]
        self.reasons[reason] += 1
        if self.reasons[reason] <= EXAMPLES:
            shown = what if len(what) <= 60 else f"{what[:57]}..."
            self.omissions.append(Omission(file=file, line=line, what=shown, why=why))

    def summary(self) -> str:
        """One line: 12 concepts, 30 names; left out: 2 (stop word 1, no identifier 1)."""
        text = f"{self.concepts:,} concepts, {self.names:,} names"
        if not self.reasons:
            return text
        ordered = sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        reasons = ", ".join(f"{why} {count:,}" for why, count in ordered)
        return f"{text}; left out: {self.reasons.total():,} ({reasons})"
