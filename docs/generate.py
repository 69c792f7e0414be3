"""Write the reference pages that are made from the code: ``python docs/generate.py``.

``tests/docs`` checks that the committed pages are what this writes.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

import kgbuild
from kgbuild import annotation, assertion, components, document, errors, hookspecs
from kgbuild.cli import VERBS, ExitCode
from kgbuild.config import Settings
from kgbuild.host import Host
from kgbuild.query.engine import prefixes

REFERENCE = Path(__file__).parent / "reference"
_NOTE = "<!-- made by docs/generate.py from the code: do not edit -->\n"


def pages() -> dict[str, str]:
    """Every generated page, by file name."""
    return {
        "commands.md": _commands(),
        "settings.md": _settings(),
        "components.md": _components(),
        "hooks.md": _hooks(),
        "records.md": _records(),
        "errors.md": _errors(),
        "cookbook.md": _cookbook(),
    }


def _commands() -> str:
    lines = ["# Commands", "", "`kgbuild VERB --help` shows the same.", ""]
    for verb, summary in VERBS.items():
        command: click.Command = import_module(f"kgbuild.cli.{verb}").command
        lines += [f"## kgbuild {verb}", "", summary[0].upper() + summary[1:] + ".", ""]
        lines += _command(command, f"kgbuild {verb}")
        if isinstance(command, click.Group):
            for name, sub in sorted(command.commands.items()):
                lines += [f"### kgbuild {verb} {name}", ""]
                lines += _command(sub, f"kgbuild {verb} {name}")
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code.value} | {code.name.lower()} |" for code in ExitCode]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, name: str) -> list[str]:
    with click.Context(command, info_name=name, max_content_width=94, terminal_width=94) as context:
        return ["```text", command.get_help(context).rstrip(), "```", ""]


def _settings() -> str:
    lines = [
        "# Settings",
        "",
        "In `kgbuild.toml`, or under `[tool.kgbuild]` of `pyproject.toml`; from the environment,",
        "`KGBUILD_RUN__WORKERS=2`; from the command line, `--set run.workers=2`. Later ones win.",
        "An unknown key is an error. `kgbuild config show` says where each value is from.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if not (inspect.isclass(section) and hasattr(section, "model_fields")):
            continue
        lines += [f"## [{name}]", "", inspect.cleandoc(section.__doc__ or ""), ""]
        lines += ["| key | default | what it is for |", "|---|---|---|"]
        for key, one in section.model_fields.items():
            default = one.get_default(call_default_factory=True)
            lines.append(f"| `{key}` | `{_toml(default)}` | {one.description or ''} |")
        lines.append("")
    lines += [
        "## [components.NAME]",
        "",
        "The settings of every component of that name: see [components](components.md).",
    ]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if value is None:
        return "not set"
    return f'"{value}"' if isinstance(value, str | Path) else f"{value:_}".replace("_", "_")


def _components() -> str:
    host = Host.load()
    lines = [
        "# Components",
        "",
        "Those of the built-in parts and of the plugins in this repository.",
        "",
    ]
    for kind in ("reader", "segmenter", "extractor", "linker", "terminology", "exporter"):
        lines += [
            f"## {kind}s".replace("ys", "ies"),
            "",
            "| name | what it does | from |",
            "|---|---|---|",
        ]
        for name, offer in host.specs(kind).items():
            suffixes = getattr(offer.spec, "suffixes", ())
            said = f" ({', '.join(suffixes)})" if suffixes else ""
            lines.append(f"| `{name}` | {offer.spec.summary}{said} | {offer.distribution} |")
        lines.append("")
        for name, offer in host.specs(kind).items():
            fields = offer.spec.settings_class().model_fields
            if fields:
                lines += [f"Settings of the {kind} `{name}`, under `[components.{name}]`:", ""]
                lines += ["| key | default |", "|---|---|"]
                for key, one in fields.items():
                    need = "required" if one.is_required() else f"`{_toml(one.get_default())}`"
                    lines.append(f"| `{key}` | {need} |")
                lines += ["", inspect.cleandoc(offer.spec.settings_class().__doc__ or ""), ""]
    return "\n".join(lines).rstrip() + "\n"


def _hooks() -> str:
    lines = ["# Hooks", "", *inspect.cleandoc(hookspecs.__doc__ or "").splitlines()[2:], ""]
    for name, function in vars(hookspecs).items():
        if name.startswith("kgbuild_"):
            arguments = ", ".join(inspect.signature(function).parameters)
            lines += [f"## {name}({arguments})", "", _plain(function.__doc__), ""]
    lines += ["# Protocols and Specs", "", "What a plugin provides, from `kgbuild`:", ""]
    lines += _classes(components, (n for n in components.__all__ if n in kgbuild.__all__))
    return "\n".join(lines) + "\n"


def _records() -> str:
    lines = [
        "# Records",
        "",
        "Frozen dataclasses, in the order of the road. All are in `kgbuild`.",
        "",
    ]
    for module in (document, annotation, assertion):
        lines += _classes(module, (n for n in module.__all__ if n in kgbuild.__all__))
    return "\n".join(lines) + "\n"


def _classes(module: Any, names: Iterator[str]) -> list[str]:
    lines: list[str] = []
    for name in names:
        one = getattr(module, name)
        if not inspect.isclass(one):
            continue
        lines += [f"## {name}", "", _plain(one.__doc__), ""]
        if dataclasses.is_dataclass(one):
            lines += ["| field | type |", "|---|---|"]
            lines += [
                f"| `{f.name}` | `{str(f.type).replace('|', 'or')}` |"
                for f in dataclasses.fields(one)
            ]
            lines.append("")
        for method, function in inspect.getmembers(one, inspect.isfunction):
            if not method.startswith("_") and method in vars(one):
                arguments = ", ".join(inspect.signature(function).parameters)
                lines += [f"`{method}({arguments})`: {_plain(function.__doc__)}", ""]
    return lines


def _errors() -> str:
    tree = inspect.cleandoc(errors.__doc__ or "")
    lines = ["# Errors", "", "```text", *tree.splitlines()[2:], "```", ""]
    for name in errors.__all__:
        one = getattr(errors, name)
        if inspect.isclass(one) and issubclass(one, Exception):
            lines += [f"## {name}", "", _plain(one.__doc__), ""]
    return "\n".join(lines) + "\n"


def _cookbook() -> str:
    lines = [
        "# The cookbook",
        "",
        "`kgbuild query --cookbook NAME` runs one. Prefixes are added.",
        "",
    ]
    folder = Path(inspect.getfile(prefixes)).parent / "cookbook"
    for path in sorted(folder.glob("*.rq")):
        lines += [
            f"## {path.stem}",
            "",
            "```sparql",
            path.read_text(encoding="utf-8").strip(),
            "```",
            "",
        ]
    return "\n".join(lines) + "\n"


def _plain(docstring: str | None) -> str:
    """A docstring as Markdown: roles and doctests become code."""
    text = inspect.cleandoc(docstring or "")
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", text)
    text = text.replace("``", "`")
    example = text.find(">>>")
    if example >= 0:
        before, after = text[:example].rstrip(), textwrap.dedent(text[example:])
        text = f"{before.removesuffix('Example:').rstrip()}\n\n```python\n{_dedented(after)}\n```"
    return text


def _dedented(example: str) -> str:
    first, *rest = example.splitlines()
    return "\n".join([first, *textwrap.dedent("\n".join(rest)).splitlines()])


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (REFERENCE / name).write_text(_NOTE + text, encoding="utf-8")
    sys.stdout.write(f"wrote {len(pages())} pages in {REFERENCE}\n")


if __name__ == "__main__":
    main()
