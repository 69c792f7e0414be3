"""Everything kgbuild raises on purpose.

KgbuildError
├── UsageError                      the command line is wrong
├── ConfigError                     the configuration is wrong: file, key, value
├── PluginError                     a plugin cannot be used: plugin, distribution, version
│   ├── PluginLoadError             it fails to import or its hooks are wrong
│   ├── PluginConflictError         two plugins offer one name
│   ├── UnknownComponentError       nothing offers that name
│   └── ComponentUnavailableError   a component cannot be made, e.g. its word list is missing
├── InputError                      a file cannot be read: file, place in it
│   ├── UnknownFormatError          no reader claims the file
│   ├── AmbiguousFormatError        two readers claim the file
│   └── LimitError                  the file is larger or deeper than the limits allow
├── ContractError                   a component broke its promise: component, document, rule
├── VocabularyError                 an unknown prefix, category or predicate
├── QueryError                      a query cannot be understood, is refused, or ran too long
└── GraphError                      the graph's folder cannot be used
    ├── GraphLockedError            somebody else is writing to it
    ├── GraphVersionError           it was written by a newer kgbuild
    └── NotInGraphError             no such document, concept or assertion

Each class takes the facts as keyword fields and composes its message in ``__str__``.
A message says what is wrong, where, and what there is instead; ``hints`` say what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

__all__ = [
    "AmbiguousFormatError",
    "ComponentUnavailableError",
    "ConfigError",
    "ContractError",
    "GraphError",
    "GraphLockedError",
    "GraphVersionError",
    "InputError",
    "KgbuildError",
    "LimitError",
    "NotInGraphError",
    "PluginConflictError",
    "PluginError",
    "PluginLoadError",
    "QueryError",
    "UnknownComponentError",
    "UnknownFormatError",
    "UsageError",
    "VocabularyError",
]


class KgbuildError(Exception):
    """The root: catch this to catch every mistake that kgbuild names.

    ``hints`` are shown below the message, one ``hint:`` line each; in Python as notes below the
    traceback.
    """

    def __init__(self, message: str = "", *, hints: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hints: tuple[str, ...] = tuple(hints)
        for hint in self.hints:
            self.add_note(f"hint: {hint}")

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross the pipe between a worker and the host; their fields are keyword-only.
        return _rebuild, (type(self), self.__dict__.copy())

    def report(self, level: str = "error") -> str:
        """The message and its hints, as the command line prints them; ``level`` begins it."""
        return "\n".join([f"{level}: {self}", *(f"hint: {hint}" for hint in self.hints)])


def _rebuild(cls: type[KgbuildError], fields: dict[str, Any]) -> KgbuildError:
    error = cls.__new__(cls)
    error.__dict__.update(fields)
    return error


def nearest(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """A ``did you mean`` hint for a misspelt name, or none."""
    found = get_close_matches(name, names, n=1)
    return (f"did you mean {found[0]!r}?",) if found else ()


class UsageError(KgbuildError):
    """The command line asks for something that cannot be done."""


class ConfigError(KgbuildError):
    """A setting is wrong. ``place`` is the file with its line, or the variable or option."""

    def __init__(
        self, problem: str, *, place: str = "", key: str = "", hints: Sequence[str] = ()
    ) -> None:
        super().__init__(problem, hints=hints)
        self.place = place
        self.key = key

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        place = f" ({self.place})" if self.place else ""
        return f"{key}{self.message}{place}"


class PluginError(KgbuildError):
    """A plugin cannot be used. ``provider`` names its distribution and version."""

    def __init__(
        self, problem: str, *, plugin: str, provider: str = "", hints: Sequence[str] = ()
    ) -> None:
        super().__init__(problem, hints=hints)
        self.plugin = plugin
        self.provider = provider

    def __str__(self) -> str:
        provider = f" ({self.provider})" if self.provider else ""
        return f"plugin {self.plugin!r}{provider}: {self.message}"


class PluginLoadError(PluginError):
    """A plugin fails to import, or one of its hooks is wrong."""


class PluginConflictError(PluginError):
    """Two plugins offer the same name; ``provider`` lists both."""


class UnknownComponentError(PluginError):
    """No plugin offers a component of that kind and name."""

    def __init__(
        self, *, kind: str, name: str, available: Sequence[str], hints: Sequence[str] = ()
    ) -> None:
        hints = hints or nearest(name, available)
        super().__init__(f"no {kind} named {name!r}", plugin="", hints=hints)
        self.kind = kind
        self.name = name
        self.available = tuple(available)

    def __str__(self) -> str:
        return f"{self.message}\n  available: {', '.join(self.available) or 'none'}"


class ComponentUnavailableError(PluginError):
    """A component cannot be made: its weights, word list or model is missing."""


class InputError(KgbuildError, ValueError):
    """A file cannot be read. ``place`` says where in it, e.g. ``line 12`` or ``byte 4096``."""

    def __init__(
        self, problem: str, *, file: str = "", place: str = "", hints: Sequence[str] = ()
    ) -> None:
        super().__init__(problem, hints=hints)
        self.file = file
        self.place = place

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place) if part)
        return f"{where}: {self.message}" if where else self.message


class UnknownFormatError(InputError):
    """No reader claims the file."""


class AmbiguousFormatError(InputError):
    """Two readers claim the file; ``readers`` names both."""

    def __init__(self, *, file: str, readers: Sequence[str]) -> None:
        names = " and ".join(readers)
        super().__init__(
            f"claimed by two readers: {names}",
            file=file,
            hints=[f"choose one with --reader {readers[0]}"] if readers else [],
        )
        self.readers = tuple(readers)


class LimitError(InputError):
    """A file is larger, deeper or more compressed than the limits allow."""


class ContractError(KgbuildError):
    """A component broke its promise: which component, on which document, which rule."""

    def __init__(self, rule: str, *, component: str, document: str = "") -> None:
        super().__init__(rule)
        self.component = component
        self.document = document

    def __str__(self) -> str:
        document = f" on {self.document}" if self.document else ""
        return f"{self.component}{document}: {self.message}"


class VocabularyError(KgbuildError, ValueError):
    """An unknown prefix, category or predicate."""


class QueryError(KgbuildError):
    """A query cannot be understood, is refused, or was stopped at a limit."""


class GraphError(KgbuildError):
    """The graph's folder cannot be used."""


class GraphLockedError(GraphError):
    """Another process is writing to the graph."""


class GraphVersionError(GraphError):
    """The graph was written by a newer kgbuild than this one."""


class NotInGraphError(GraphError, LookupError):
    """The graph has no such document, concept or assertion."""
