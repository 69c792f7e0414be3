"""What a mention may name, as a person reads it: each candidate, its score, and why."""

from __future__ import annotations

import click

from kgbuild.annotation import Link

__all__ = ["print_candidates"]


def print_candidates(head: str, link: Link) -> None:
    """Print the candidates of a link, best first, under a heading; or why it is NIL."""
    click.secho(head, bold=True)
    for candidate in link.candidates:
        click.echo(
            f"  {candidate.score:.2f}  {candidate.concept}  {candidate.label}  ({candidate.reason})"
        )
    if not link.candidates:
        click.echo(f"  NIL: {link.reason}")
