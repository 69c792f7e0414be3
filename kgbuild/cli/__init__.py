"""The command line: one module per verb, imported when the verb is used.

A verb parses, calls one function, shows, and returns an exit code: 0 all well, 1 some
documents failed, 2 usage or configuration, 3 a bug, 130 interrupted. Results go to standard
output, everything else to standard error. A person's mistake never shows a traceback.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from enum import IntEnum
from importlib import import_module
from types import FrameType

import click

from kgbuild import __version__
from kgbuild.errors import KgbuildError, UsageError, nearest
from kgbuild.garbage import collect_seldom

__all__ = ["ExitCode", "counted", "main"]


class ExitCode(IntEnum):
    """What the process ends with."""

    WELL = 0
    FAILURES = 1
    USAGE = 2
    BUG = 3
    INTERRUPTED = 130


def counted(count: int, noun: str) -> str:
    """A number with its noun: ``1 document``, ``2,000 documents``."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Make a graph": {
        "init": "write a kgbuild.toml for what is installed",
        "ingest": "read papers into the graph; resumable",
        "status": "how much the graph holds, and what was left out",
        "failures": "what failed, and --retry",
        "review": "accept or reject an assertion",
        "remove": "take documents out with all that came from them",
        "readmit": "let documents in again that were kept out",
        "merge": "take over what another graph holds",
        "backup": "copy the graph, also while an ingest runs",
    },
    "Ask it": {
        "show": "a document with its mentions, a concept with its edges, an assertion",
        "report": "one page of HTML: what was read, claims with sentences, pictures",
        "query": "run SPARQL on the graph",
        "top": "the most named concepts, the best evidenced assertions, two hops",
        "near": "what lies around a concept",
        "paths": "the best paths between two concepts",
        "contradictions": "where texts disagree, with both sides' sentences",
        "diff": "what changed between two graphs",
        "export": "write the graph in some format",
    },
    "Draw conclusions": {
        "reason": "derive what rules say; kept up with the graph",
        "explain": "why a claim holds, down to the sentences",
        "verify": "check every proof again",
        "discover": "what the literature implies and no paper says",
        "predict": "links that no paper speaks of and the graph suggests",
        "central": "the most central concepts",
        "communities": "concepts that hang together, named",
        "enrich": "what a list of genes or drugs has in common, beyond chance",
    },
    "Annotate, link and train": {
        "annotate": "annotate papers without a graph",
        "link": "what a name may name, with scores and reasons",
        "terminology": "which vocabularies names and identifiers come from",
        "evaluate": "score annotations against gold",
        "train": "train a component on gold annotations",
        "pretrain": "let a component's encoder or decoder learn from plain text",
    },
    "Set up": {
        "plugins": "list, show, check, disable, enable and make plugins",
        "config": "show the settings and where each came from",
        "doctor": "find out what is wrong here, and what to do",
    },
}
"""The verbs as ``--help`` lists them, each with what it does."""

VERBS = {name: does for verbs in SECTIONS.values() for name, does in verbs.items()}


class _Verbs(click.Group):
    """Verbs by name; the module of one is imported when it is used or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"kgbuild.cli.{cmd_name}").command
        _mark_examples(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        verb = args[0]
        if verb not in VERBS and not verb.startswith("-"):
            hints = nearest(verb, list(VERBS)) or ("kgbuild --help lists the verbs",)
            raise UsageError(f"there is no verb {verb!r}", hints=hints)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, VERBS))
        for title, verbs in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), does) for name, does in verbs.items()])


def _mark_examples(command: click.Command) -> None:
    r"""Let click see the mark ``\b`` of an example, which it wants as a character: lines stay."""
    if command.help:
        command.help = command.help.replace("\\b\n", "\b\n")
    for below in getattr(command, "commands", {}).values():
        _mark_examples(below)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kgbuild")
def kgbuild() -> None:
    r"""Turn medical literature into a knowledge graph in which every edge shows its sentences.

    \b
    kgbuild ingest papers/
    kgbuild query --cookbook drugs-that-treat
    kgbuild show aspirin
    """


_mark_examples(kgbuild)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return its exit code. The console script's own is ``kgbuild_command``."""
    stop = _Stop()
    if arguments is None:  # the process is ours
        stop.listen()
        collect_seldom()
    try:
        result = kgbuild.main(
            list(sys.argv[1:] if arguments is None else arguments),
            prog_name="kgbuild",
            standalone_mode=False,
        )
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except KgbuildError as error:
        return _report(error)
    except BrokenPipeError:
        # Whoever read our output has had enough of it (``| head``).
        sys.stderr.close()
        return ExitCode.WELL
    except Exception:  # noqa: BLE001 - a bug has its traceback and its exit code
        if stop.came:
            return _interrupted()
        traceback.print_exc()
        return ExitCode.BUG
    return int(result or 0)


class _Stop:
    """Whether somebody stopped the run, by Ctrl-C or SIGTERM.

    The KeyboardInterrupt does not always arrive: Python makes a RuntimeError of one that is raised
    while a class is made, pydantic a SchemaError, and both are imported when first needed.
    """

    came = False

    def listen(self) -> None:
        """Hear of both signals; Ctrl-C is not heard where a shell has it ignored."""
        signal.signal(signal.SIGTERM, self._stop)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        signal.default_int_handler(number, frame)


def _interrupted() -> ExitCode:
    click.echo("interrupted: what was finished is kept; run the same command again", err=True)
    return ExitCode.INTERRUPTED


def _report(error: KgbuildError) -> ExitCode:
    from kgbuild.config import traceback_wanted

    if traceback_wanted():
        raise error
    click.echo(error.report(), err=True)
    return ExitCode.USAGE
