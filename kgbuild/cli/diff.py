"""``kgbuild diff``: what changed between two graphs."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.analysis.changes import KINDS, Change
from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json
from kgbuild.graph.reading import load
from kgbuild.vocabulary import in_words

__all__ = ["command"]


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, type=click.Choice(KINDS), help="May be repeated.")
@click.option(
    "--least", default=0.01, show_default=True, type=click.FloatRange(0, 1, min_open=True),
    help="The smallest change of a belief that counts.",
)  # fmt: skip
@click.option("--limit", "-n", default=50, show_default=True, type=click.IntRange(1, 100_000_000))
@click.option("--json", "json_", is_flag=True, help="Print JSON, of all changes.")
def command(
    old: Path, new: Path, only: tuple[str, ...], least: float, limit: int, json_: bool
) -> int:
    r"""Say what became of the claims of a graph: compare two folders, such as a backup and kg.

    Claims are new, strengthened, weakened, contradicted (by a claim that was not there) or
    withdrawn (no text says so any more). Numbers are beliefs before and after.

    \b
    Example: kgbuild diff kg-last-month kg
    """
    from kgbuild.analysis.changes import difference

    with load(old) as before, load(new) as after:
        found = [
            change
            for change in difference(before, after, least=least)
            if not only or change.kind in only
        ]
    if json_:
        as_json([asdict(change) for change in found])
    else:
        for change in found[:limit]:
            click.echo(_line(change))
    counts = Counter(change.kind for change in found)
    click.echo(", ".join(f"{counts[kind]:,} {kind}" for kind in only or KINDS), err=True)
    return ExitCode.WELL


def _line(change: Change) -> str:
    predicate = in_words(change.predicate, change.qualifiers, negated=change.negated)
    by = f"  by {change.against[:12]}" if change.against else ""
    return (
        f"{change.kind:<12}  {_belief(change.before)} → {_belief(change.after)}"
        f"  {change.subject_label or change.subject} — {predicate} —"
        f" {change.object_label or change.object}  ({change.assertion[:12]}){by}"
    )


def _belief(belief: float | None) -> str:
    return "  —  " if belief is None else f"{belief:.3f}"
