"""Settings: defaults, then the project's file, then the environment, then the command line.

The file is ``kgbuild.toml``, or ``[tool.kgbuild]`` in ``pyproject.toml``, in the current folder
or one above it. The environment says ``KGBUILD_RUN__WORKERS=2``, the command line
``--set run.workers=2``; ``KGBUILD_DISABLE_PLUGINS=a,b`` disables plugins besides those that the
file does. Every value remembers where it came from. An unknown key is an error that names the
nearest one, the file and the line.

The pipeline is written out: installing a plugin never changes a graph.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgbuild.errors import ConfigError, nearest

__all__ = [
    "Configuration",
    "Settings",
    "load_configuration",
    "tables_in",
    "traceback_wanted",
    "validate",
]

FILE_NAMES = ("kgbuild.toml", "pyproject.toml")
_VARIABLE = "KGBUILD_"
_DISABLE = "KGBUILD_DISABLE_PLUGINS"
_IN_A_LIST = re.compile(r"\.\d+(\..*)?\Z")

Model = TypeVar("Model", bound=BaseModel)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PipelineSettings(_Section):
    """What is done to a document, in order."""

    segmenter: str = Field("rules", description="finds sentences; one name")
    extractors: tuple[str, ...] = Field(
        (), description="find mentions and relations, in this order"
    )
    linkers: tuple[str, ...] = Field((), description="say which concept a mention names")
    terminologies: tuple[str, ...] = Field(
        (), description="give labels, hierarchy and preferred identifiers"
    )
    trust_annotations: bool = Field(
        False, description="take the annotations that come with PubTator and BioC files"
    )


class RunSettings(_Section):
    """How a run is done. Nothing here changes the graph."""

    workers: int = Field(
        1, ge=0, le=64, description="processes that run plugins; 0 runs them in this one"
    )
    batch_size: int = Field(64, ge=1, le=4096, description="documents in a batch")
    timeout: float = Field(
        600.0, gt=0, description="seconds a batch may take before its worker is ended"
    )


class LimitSettings(_Section):
    """What a file may hold before it is refused."""

    file_bytes: int = Field(16 * 1024**3, gt=0, description="bytes of one file, decompressed")
    archive_bytes: int = Field(
        256 * 1024**3, gt=0, description="bytes that a compressed archive unpacks to"
    )
    ratio: int = Field(200, gt=1, description="bytes out for one byte in, past the first 10 MB")
    zip_members: int = Field(100_000, gt=0, description="members of one zip archive")
    tar_members: int = Field(2_000_000, gt=0, description="members of one tar archive")
    document_characters: int = Field(20_000_000, gt=0, description="characters of one document")


class PluginSettings(_Section):
    """Which plugins are used besides those that are installed, and which are not."""

    disable: tuple[str, ...] = Field((), description="plugins that are not loaded")
    files: tuple[Path, ...] = Field((), description="plugin modules, named by their path")


class GraphSettings(_Section):
    """Where the graph lies."""

    folder: Path = Field(Path("kg"), description="the graph's folder")


class ReasoningSettings(_Section):
    """What ``kgbuild reason`` applies where ``--rules`` says nothing."""

    rules: tuple[str, ...] = Field(("biomedicine",), description="sets of rules, by name")


class Settings(_Section):
    """All settings of a project."""

    pipeline: PipelineSettings = PipelineSettings()
    run: RunSettings = RunSettings()
    limits: LimitSettings = LimitSettings()
    plugins: PluginSettings = PluginSettings()
    graph: GraphSettings = GraphSettings()
    reasoning: ReasoningSettings = ReasoningSettings()
    components: Mapping[str, dict[str, Any]] = Field(
        {}, description="settings of components, by name; every kind of that name has them"
    )

    def component(self, name: str) -> dict[str, Any]:
        """What the file says for the components of that name."""
        return self.components.get(name, {})


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, the folder that relative paths start from, and where each value is from.

    ``origins`` maps a dotted key to its place; a key that is not there has its default.
    """

    settings: Settings
    root: Path
    file: Path | None
    origins: Mapping[str, str]
    trace: bool = False

    def origin(self, key: str) -> str:
        """Where the value of a dotted key came from. What stands in a list came with the list."""
        return self.origins.get(_IN_A_LIST.sub("", key), "default")

    def with_pipeline(self, **changes: Any) -> Configuration:
        """The same with other settings of the pipeline, already checked."""
        pipeline = self.settings.pipeline.model_copy(update=changes)
        return replace(self, settings=self.settings.model_copy(update={"pipeline": pipeline}))


def load_configuration(
    start: Path | None = None,
    *,
    file: Path | None = None,
    overrides: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """Read the settings for a folder. Raises ConfigError naming file, line and key."""
    environment = os.environ if environment is None else environment
    start = (start or Path.cwd()).absolute()
    found = file or _find(start)
    given, origins = _from_file(found) if found else ({}, {})
    for key, value, origin in (*_from_environment(environment), *_from_command(overrides)):
        _place(given, key, value, origin)
        origins[key] = origin
    _disable_also(given, origins, environment.get(_DISABLE, ""))
    settings = validate(Settings, given, lambda key: origins.get(key, str(found or "")))
    return Configuration(
        settings=settings,
        root=found.parent.absolute() if found else start,
        file=found,
        origins=origins,
        trace=environment.get("KGBUILD_TRACE_PLUGINS", "") not in ("", "0"),
    )


def traceback_wanted() -> bool:
    """Whether ``KGBUILD_TRACEBACK`` asks for the traceback of an expected error."""
    return os.environ.get("KGBUILD_TRACEBACK", "") not in ("", "0")


def _find(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        for name in FILE_NAMES:
            path = folder / name
            if path.is_file() and (name == FILE_NAMES[0] or _has_table(path)):
                return path
    return None


def _has_table(path: Path) -> bool:
    return re.search(r"^\[tool\.kgbuild[.\]]", path.read_text("utf-8"), re.MULTILINE) is not None


def _from_file(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", place=str(path)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"not valid TOML: {error}", place=str(path)) from error
    if path.name == FILE_NAMES[1]:
        table = table.get("tool", {}).get("kgbuild", {})
    return table, {key: f"{path.name}{_line(text, key)}" for key in _keys(table)}


def _keys(table: Mapping[str, Any], above: str = "") -> Iterable[str]:
    for name, value in table.items():
        yield f"{above}{name}"
        if isinstance(value, dict):
            yield from _keys(value, f"{above}{name}.")


def _line(text: str, key: str) -> str:
    """``, line N`` of a dotted key, found by its last table and name; empty where unsure."""
    *tables, name = key.split(".")
    inside = not tables
    header = re.compile(r"^\s*\[(?:tool\.kgbuild\.)?([^\]]+)\]")
    for number, line in enumerate(text.splitlines(), 1):
        if found := header.match(line):
            title = found[1].replace('"', "").strip()
            if title == key:
                return f", line {number}"
            inside = title == ".".join(tables)
        elif inside and re.match(rf"\s*\"?{re.escape(name)}\"?\s*[=.]", line):
            return f", line {number}"
    return ""


def _from_environment(environment: Mapping[str, str]) -> Iterable[tuple[str, Any, str]]:
    for variable in sorted(environment):
        if variable.startswith(_VARIABLE) and "__" in variable:
            key = variable.removeprefix(_VARIABLE).lower().replace("__", ".")
            yield key, _value(environment[variable]), variable


def _disable_also(given: dict[str, Any], origins: dict[str, str], names: str) -> None:
    """Add the plugins that the environment disables to those that are disabled already."""
    if added := [name.strip() for name in names.split(",") if name.strip()]:
        plugins = given.setdefault("plugins", {})
        plugins["disable"] = [*plugins.get("disable", ()), *added]
        origins["plugins.disable"] = ", ".join(
            place for place in (origins.get("plugins.disable"), _DISABLE) if place
        )


def _from_command(overrides: Sequence[str]) -> Iterable[tuple[str, Any, str]]:
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals:
            raise ConfigError(
                f"{override!r} is not KEY=VALUE",
                place="--set",
                hints=["for example --set run.workers=2"],
            )
        yield key.strip(), _value(text), "--set"


def _value(text: str) -> Any:
    """A value as TOML has it (``2``, ``true``, ``["a"]``); anything else is a string."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _place(table: dict[str, Any], key: str, value: Any, origin: str) -> None:
    *above, name = key.split(".")
    for step in above:
        table = table.setdefault(step, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{step} is a value, not a table", place=origin, key=key)
    table[name] = value


def validate(
    model: type[Model], given: Mapping[str, Any], place: Callable[[str], str], *, above: str = ""
) -> Model:
    """Check what a person wrote against a pydantic model. Raises ConfigError for the first fault.

    ``place(key)`` says where a dotted key was written; ``above`` is the table it stands in.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        location = [str(step) for step in fault["loc"]]
        key = ".".join([above, *location] if above else location)
        if fault["type"] == "extra_forbidden":
            known = _fields(model, location[:-1])
            raise ConfigError(
                f"unknown key; known are {', '.join(known)}",
                place=place(key),
                key=key,
                hints=nearest(location[-1], known),
            ) from error
        wrong = fault.get("input")
        problem = f"{fault['msg']}, got {wrong!r}" if fault["type"] != "missing" else "is missing"
        where = "" if fault["type"] == "missing" else place(key)
        raise ConfigError(problem, place=where, key=key) from error


def _fields(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    """The keys that the table at this path may have; a number says which table of a list."""
    for step in path:
        if not step.isdigit():
            field = model.model_fields.get(step)
            tables = tables_in(field.annotation) if field else []
            if not tables:
                return []
            model = tables[0]
    return sorted(model.model_fields)


def tables_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that the type of a setting names: its own, or of the tables in it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in get_args(annotation) for table in tables_in(part)]
