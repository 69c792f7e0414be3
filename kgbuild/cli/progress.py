"""How far a run is, on standard error, with its rate and the time that is left."""

from __future__ import annotations

import sys
import time

import click

from kgbuild.cli import counted

__all__ = ["Telling"]


class Telling:
    """Progress: one line that is rewritten on a terminal, a plain line now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._began = self._last = time.monotonic()
        self._phase = ("", "")
        self._open = False

    def __call__(self, phase: str, done: int, total: int | None, *, what: str = "document") -> None:
        """Say it, unless the last time was a moment ago; ``total`` where it is known."""
        now = time.monotonic()
        if (phase, what) != self._phase:
            self._phase, self._began = (phase, what), now
            # A terminal is told at once: the first batch may take a model many seconds.
            self._last = now - 1 if self._terminal else now
        if now - self._last < (0.2 if self._terminal else 10) and done != total:
            return
        self._last = now
        rate = done / (now - self._began) if now > self._began else 0.0
        far = f"{done:,} of {counted(total, what)}" if total else counted(done, what)
        line = f"{phase}: {far}"
        if rate >= 0.1:
            line += f", {rate:,.{0 if rate >= 10 else 1}f} a second"
        if total and rate:
            line += f", {_duration((total - done) / rate)} left"
        if self._terminal:
            click.echo(f"\r\033[K{line}", nl=done == total, err=True)
            self._open = done != total
        elif total and done != total:
            click.echo(line, err=True)

    def wipe(self) -> None:
        """Wipe the line that is being rewritten, so that the next has a line of its own."""
        if self._open:
            click.echo("\r\033[K", nl=False, err=True)
            self._open = False


def _duration(seconds: float) -> str:
    """A time as people say it.

    >>> _duration(19.4), _duration(916), _duration(13528)
    ('19 s', '15 min', '3.8 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
