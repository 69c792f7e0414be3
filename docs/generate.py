"""Write the reference pages that are made from the code: ``python docs/generate.py``.

``tests/docs`` checks that the committed pages are what this writes.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click

import kgbuild
from kgbuild import (
    analysis,
    annotation,
    assertion,
    components,
    document,
    errors,
    hookspecs,
    vocabulary,
)
from kgbuild.builtins import BUILT_INS
from kgbuild.cli import SECTIONS, VERBS, ExitCode
from kgbuild.cli import kgbuild as verbs
from kgbuild.config import Settings, tables_in
from kgbuild.data import relation_names
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.schema import MIGRATIONS
from kgbuild.host import KINDS, Host, list_plugins
from kgbuild.query.engine import prefixes

REFERENCE = Path(__file__).parent / "reference"
TESTS = Path(__file__).parents[1] / "tests"
FIRST_PARTY = {"lexicon", "linker", "spacy", "transformer"}
_NOTE = "<!-- made by docs/generate.py from the code: do not edit -->\n"


def pages() -> dict[str, str]:
    """Every generated page, by file name."""
    return {
        "commands.md": _commands(),
        "settings.md": _settings(),
        "components.md": _components(),
        "formats.md": _formats(),
        "python.md": _python(),
        "vocabulary.md": _vocabulary(),
        "relations.md": _relations(),
        "store.md": _store(),
        "hooks.md": _hooks(),
        "records.md": _records(),
        "errors.md": _errors(),
        "cookbook.md": _cookbook(),
        "entailment.md": _entailment(),
    }


def _relations() -> str:
    lines = [
        "# Relations",
        "",
        "What corpora call relations, and the Biolink statement that stands for each: the rows",
        "of `kgbuild/data/relations.tsv`, which readers, writers and extractors use. Of a name's",
        "rows the first that fits the kinds of both ends holds; where the corpus gives no order,",
        "also when the ends stand the other way round. `tests/data` checks each against the",
        "Biolink Model: predicates and values exist, are not deprecated, and fit the kinds.",
        "",
        *_paragraphs(
            relation_names.__doc__.partition("Choices that are not")[2], "Choices that are not"
        ),
        "In the example **the subject** is bold and *the object* in italics.",
        "",
        "| name | corpora | from | to | says | knowledge level | example |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_relation(row) for row in relation_names.relation_table()]
    lines += ["", "## The way back", "", *_way_back()]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str, start: str) -> list[str]:
    return [(start + text).strip().replace("``", "`"), ""]


def _relation(row: relation_names.RelationRow) -> str:
    said = row.meaning
    words = [
        f"`{said.predicate}`" + (" (symmetric)" if vocabulary.is_symmetric(said.predicate) else "")
    ]
    if other := vocabulary.inverse(said.predicate):
        words.append(f"inverse `{other}`")
    words += [f"{key.removeprefix('biolink:')} `{value}`" for key, value in said.qualifiers]
    words += [f"kept as the condition `{key}`: {value}" for key, value in said.conditions]
    kinds = [(kind or "any").removeprefix("biolink:") for kind in (row.subject, row.object)]
    ends = " | ".join(kinds) + ("" if row.ordered else " (no order)")
    names = ", ".join(f"`{name}`" for name in row.names)
    return (
        f"| {names} | {row.corpora} | {ends} | {'; '.join(words)} | {row.knowledge_level} "
        f"| {row.example} |"
    )


def _way_back() -> list[str]:
    lines = [
        "PubTator and BioC files carry BioRED's names. A statement is written under the nearest of",
        "the eight: by the direction it gives, else by its predicate or the nearest above it, else",
        "as Association. Of a chemical and a disease the chemical comes first.",
        "",
        "| predicate | BioRED's name |",
        "|---|---|",
    ]
    names = relation_names.BIORED_NAMES
    return lines + [f"| `{predicate}` | {name} |" for predicate, name in sorted(names.items())]


def _entailment() -> str:
    owl, rdfs = (
        tomllib.loads((TESTS / "reasoning" / f"{name}.toml").read_text("utf-8"))
        for name in ("owl_rl", "rdfs")
    )
    lines = [
        "# What an ontology entails",
        "",
        "What `kgbuild reason --ontology` concludes is tested on examples: one for each rule",
        "of OWL 2 RL, one for each of the W3C's tests of RDF Schema that applies. They were",
        "written for kgbuild and copy no file. `pytest tests/reasoning/test_owl_rules.py` runs",
        "them.",
        "",
        "## OWL 2 RL, rule by rule",
        "",
        "A conclusion is asked of owlrl, of sparq and of kgbuild's own rules; each proof goes",
        "through the checker. The prefixes are in `tests/reasoning/owl_rl.toml`.",
        "",
        "| rule | where this holds | this follows | kgbuild's own rules |",
        "|---|---|---|---|",
    ]
    for rule, case in owl["entailed"].items():
        reason = owl["not_of_concepts"].get(rule)
        claimed = f"not claimed: {reason}" if reason else "concluded and proved"
        lines.append(
            f"| {rule} | {_turtle(case['premises'])} | {_turtle(case['conclusion'])} | {claimed} |"
        )
    lines += [
        f"| {rule} | {_turtle(premises)} | a contradiction | reported and proved |"
        for rule, premises in owl["inconsistent"].items()
    ]
    lines += [f"| {rule} | | | not claimed: {why} |" for rule, why in owl["left_out"].items()]
    lines += [
        "",
        "## RDF Schema, by the W3C's tests",
        "",
        "The names are those of the W3C's RDF Schema and Semantics tests (w3c/rdf-tests,",
        "rdf11, rdf-mt: 48 approved ones) and of the RDF, RDFS and D tests of SPARQL 1.1's",
        "entailment regimes (18).",
        "",
        "| test | where this holds | this | passed by |",
        "|---|---|---|---|",
    ]
    for name, case in rdfs["tests"].items():
        follows = "follows: " if case["follows"] else "does not follow: "
        lines.append(
            f"| {name} | {_turtle(case['premises'])} | {follows}{_turtle(case['conclusion'])}"
            " | owlrl, sparq, own rules |"
        )
    lines += ["", "Not claimed:", "", "| why | tests |", "|---|---|"]
    lines += [
        f"| {why} | {', '.join(names.split())} |" for why, names in rdfs["not_claimed"].items()
    ]
    return "\n".join(lines) + "\n"


def _turtle(text: str) -> str:
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def _commands() -> str:
    lines = ["# Commands", "", "`kgbuild VERB --help` shows the same.", ""]
    group = click.Context(verbs)
    for verb, summary in VERBS.items():
        command = verbs.get_command(group, verb)
        assert command is not None
        lines += [f"## kgbuild {verb}", "", summary[0].upper() + summary[1:] + ".", ""]
        lines += _command(command, f"kgbuild {verb}")
        if isinstance(command, click.Group):
            for name, sub in sorted(command.commands.items()):
                lines += [f"### kgbuild {verb} {name}", ""]
                lines += _command(sub, f"kgbuild {verb} {name}")
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code.value} | {_EXITS[code]} |" for code in ExitCode]
    return "\n".join(lines) + "\n"


_EXITS = {
    ExitCode.WELL: "all well",
    ExitCode.FAILURES: "some documents failed, or a check found a fault; the rest is done",
    ExitCode.USAGE: "the command line or the configuration is wrong; nothing was begun",
    ExitCode.BUG: "a bug, with its traceback",
    ExitCode.INTERRUPTED: "interrupted; what was finished is kept",
}


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
            lines.append(f"| `{key}` | `{_toml(_default(one))}` | {one.description or ''} |")
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
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str | Path) else f"{value:_}"


def _components() -> str:
    lines = [
        "# Components",
        "",
        "Those of the built-in parts and of the plugins in this repository.",
        "`kgbuild plugins show NAME` prints the same of any plugin that is installed.",
        "",
    ]
    host = _host()
    for kind, facts in KINDS.items():
        lines += [f"## {facts.plural}", ""]
        lines += ["| name | what it does | from |", "|---|---|---|"]
        offers = host.specs(kind)
        lines += [_offer(name, offer) for name, offer in offers.items()] + [""]
        for name, offer in offers.items():
            lines += _component_settings(kind, name, offer.spec.settings_class())
    return "\n".join(lines).rstrip() + "\n"


def _host() -> Host:
    """The plugins of this repository, whatever else is installed."""
    others = {record.name for record in list_plugins() if not record.name.startswith("kgbuild.")}
    return Host.load(disable=others - FIRST_PARTY)


def _offer(name: str, offer: Any) -> str:
    suffixes = getattr(offer.spec, "suffixes", ())
    said = f" ({', '.join(suffixes)})" if suffixes else ""
    return f"| `{name}` | {offer.spec.summary}{said} | {offer.distribution} |"


def _component_settings(kind: str, name: str, settings: Any) -> list[str]:
    if not settings.model_fields:
        return []
    lines = [f"Settings of the {kind} `{name}`, under `[components.{name}]`:", ""]
    lines += [_plain(settings.__doc__), "", *_keys(settings)]
    for key, one in settings.model_fields.items():
        for inner in tables_in(one.annotation):
            lines += ["", f"Of a table in `{key}`:", "", _plain(inner.__doc__), "", *_keys(inner)]
    return [*lines, ""]


def _keys(settings: Any) -> list[str]:
    """A table of what may be set."""
    lines = ["| key | default | what it is for |", "|---|---|---|"]
    for key, one in settings.model_fields.items():
        default = "required" if one.is_required() else f"`{_toml(_default(one))}`"
        lines.append(f"| `{key}` | {default} | {one.description} |")
    return lines


def _default(field: Any) -> Any:
    return field.get_default(call_default_factory=True)


def _formats() -> str:
    lines = [
        "# Formats: what each reader keeps and leaves out",
        "",
        "A file is read by the one reader that claims it, by its name and its first 4,096 bytes.",
        "Where two claim it, that is an error; `--reader NAME` decides. Title and abstract are",
        "joined by one space in every format. What did not become text is counted:",
        "`kgbuild status` lists it. Limits on size and on how far a file may unpack are",
        "[settings](settings.md). What kgbuild writes is in",
        "[components](components.md) and [RDF](rdf.md).",
        "",
    ]
    offers: Any = _host().specs("reader").values()
    for built_in in BUILT_INS:
        for offer in offers:
            if offer.plugin == built_in.module:
                lines += [f"## {offer.spec.name} ({', '.join(offer.spec.suffixes)})", ""]
                lines += [_module_text(built_in.module), ""]
    for title, module in (
        ("All BioC", "bioc"),
        ("Annotations that come with a file", "gathering"),
        ("Broken records of PubMed XML", "pubmed_records"),
        ("Folders, archives, standard input", "paper_files"),
        ("Archives", "archives"),
    ):
        lines += [f"## {title}", "", _module_text(f"kgbuild.readers.{module}"), ""]
    return "\n".join(lines).rstrip() + "\n"


def _module_text(module: str) -> str:
    """What a module says of itself."""
    path = Path(kgbuild.__file__).parent.joinpath(*module.split(".")[1:]).with_suffix(".py")
    return _plain(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))


def _python() -> str:
    lines = ["# Python", "", _plain(kgbuild.__doc__), ""]
    lines += [
        "[Records](records.md), [errors](errors.md) and [hooks](hooks.md) have pages of their own.",
        "",
    ]
    for name in kgbuild.__all__:
        one = getattr(kgbuild, name)
        if inspect.isfunction(one):
            lines += [f"## kgbuild.{name}{_signature(one)}", "", _plain(one.__doc__), ""]
    lines += ["## kgbuild.analysis", "", _plain(analysis.__doc__), ""]
    for name in analysis.__all__:
        if inspect.isfunction(one := getattr(analysis, name)):
            lines += [f"### analysis.{name}{_signature(one)}", "", _plain(one.__doc__), ""]
    lines += ["## kgbuild.terms", "", _plain(kgbuild.terms.__doc__), ""]
    for name in kgbuild.terms.__all__:
        one = getattr(kgbuild.terms, name)
        if inspect.isfunction(one) or inspect.isclass(one):
            call = _signature(one) if inspect.isfunction(one) else ""
            lines += [f"### {name}{call}", "", _plain(one.__doc__), ""]
    lines += ["## StoredGraph", "", _plain(StoredGraph.__doc__), "", "| member | is |", "|---|---|"]
    for name, member in vars(StoredGraph).items():
        if name.startswith("_"):
            continue
        function = member.fget if isinstance(member, property) else member
        call = "" if isinstance(member, property) else _signature(member)
        first = _plain(function.__doc__).partition("\n\n")[0].replace("\n", " ")
        lines.append(f"| `{name}{call.replace('|', 'or')}` | {first} |")
    return "\n".join(lines) + "\n"


def _signature(function: Any) -> str:
    """As it is written, without quotes and without the names of modules."""
    written = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(function))).replace(
        "(self, ", "("
    )
    return re.sub(r"\b(?:kgbuild|pathlib)\.(?:\w+\.)*(?=[A-Z])", "", written).replace(
        "(self)", "()"
    )


def _vocabulary() -> str:
    data = resources.files("kgbuild.data")
    table = json.loads(data.joinpath("biolink.json").read_text("utf-8"))
    count = len(json.loads(data.joinpath("prefixes.json").read_text("utf-8")))
    lines = ["# Vocabulary", "", _plain(vocabulary.__doc__), ""]
    lines += [
        f"Categories ({len(table['categories'])}) and predicates ({len(table['predicates'])})",
        f"are those of the Biolink Model {table['version']}, prefixes ({count:,}) those of",
        "bioregistry.",
        "",
        "## The six kinds of entities",
        "",
        "Files of annotations spell them in many ways, in any capitals:",
        "",
        "| BioRED's name | category | also understood |",
        "|---|---|---|",
    ]
    for name, category in vocabulary.BIORED_TYPES.items():
        also = (
            alias
            for alias, meant in vocabulary._TYPE_ALIASES.items()  # noqa: SLF001 - shown to readers
            if meant == category and alias != name.lower()
        )
        lines.append(f"| `{name}` | `{category}` | {', '.join(also)} |")
    lines += ["", "## Predicates", "", "| predicate | symmetric | inverse |", "|---|---|---|"]
    for name in sorted(vocabulary.predicates()):
        symmetric = "yes" if vocabulary.is_symmetric(name) else ""
        lines.append(f"| `{name}` | {symmetric} | {vocabulary.inverse(name) or ''} |")
    return "\n".join(lines) + "\n"


def _store() -> str:
    lines = [
        "# The store",
        "",
        "The graph's folder (`kg/`) holds `graph.sqlite`, the store of record: one SQLite file in",
        "WAL mode with `synchronous=FULL`. `view/` is the SPARQL view, made from the store and",
        "safe to delete. Who writes holds `lock`.",
        "",
        f"The schema has version {len(MIGRATIONS)} (`PRAGMA user_version`). An older file is",
        "brought up to date when it is opened for writing; a newer one is refused. Tables may",
        "change with a minor version: programs that are to last use [`kgbuild.load`](python.md).",
        "",
    ]
    for number, step in enumerate(MIGRATIONS, 1):
        lines += [f"## Version {number}", "", "```sql", step.strip(), "```", ""]
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
        "What stands in a SELECT of its own is read once, from beginning to end, and joined by a",
        "hash, where Oxigraph would look it up for each row. A question about all claims is",
        "answered two to six times faster so.",
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


def readme(text: str) -> str:
    """The front page, with a row for every verb in its table."""
    rows = "".join(
        f"| **{title}** | |\n" + "".join(f"| `{name}` | {does} |\n" for name, does in verbs.items())
        for title, verbs in SECTIONS.items()
    )
    head = "| verb | does |\n|---|---|\n"
    before, _, after = text.partition(head)
    return before + head + rows + re.sub(r"\A(?:\|.*\n)*", "", after)


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (REFERENCE / name).write_text(_NOTE + text, encoding="utf-8")
    front = REFERENCE.parents[1] / "README.md"
    front.write_text(readme(front.read_text("utf-8")), encoding="utf-8")
    sys.stdout.write(f"wrote {len(pages())} pages in {REFERENCE}\n")


if __name__ == "__main__":
    main()
