"""Load one plugin: import it, check its hooks, register it, or say precisely why not.

pluggy's own loader stops at the first broken entry point, skips a duplicate without a word and
keeps misspelt hooks; so the host has its own, which tries each plugin alone.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pluggy

from kgbuild import hookspecs
from kgbuild.errors import PluginLoadError, nearest
from kgbuild.host.plugins import Found, PluginRecord

__all__ = ["HOOKS", "defaulted_arguments", "import_plugin", "load_error", "new_manager", "register"]

HOOKS: tuple[str, ...] = tuple(name for name in vars(hookspecs) if name.startswith("kgbuild_"))
"""The names of the hooks, in the order of a run."""


def new_manager() -> pluggy.PluginManager:
    """A plugin manager that knows kgbuild's hooks and no plugin."""
    manager = pluggy.PluginManager("kgbuild")
    manager.add_hookspecs(hookspecs)
    return manager


def load_error(record: PluginRecord, problem: str, *hints: str) -> PluginLoadError:
    """The error for a plugin that cannot be used, with the command that tells more."""
    return PluginLoadError(
        problem,
        plugin=record.name,
        provider=record.provider,
        hints=[*hints, f"kgbuild plugins check {record.name}"],
    )


def import_plugin(found: Found) -> object:
    """The plugin's module (or object). Raises PluginLoadError for whatever the import raises."""
    try:
        # Not "is it an EntryPoint": the importlib_metadata backport, once imported by anyone,
        # gives entry points of a class of its own.
        if isinstance(found.origin, Path):
            return _import_file(found.origin)
        return found.origin.load()
    except (Exception, SystemExit) as error:  # isolation point: a script may call sys.exit
        raise load_error(
            found.record, f"fails to import: {type(error).__name__}: {error}"
        ) from error


def _import_file(path: Path) -> object:
    # The name is prefixed, so that a file called numpy.py hides nothing.
    name = f"kgbuild_plugin_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def register(manager: pluggy.PluginManager, plugin: object, record: PluginRecord) -> None:
    """Register a plugin whose hooks are right.

    Raises PluginLoadError for one whose hooks are wrong, and leaves no trace of it.
    """
    try:
        manager.register(plugin, record.name)
        problem = next(_problems(manager, plugin), None)
    except (pluggy.PluginValidationError, ValueError) as error:
        _forget(manager, record)
        raise load_error(record, f"{error}{_specified(str(error))}") from error
    if problem:
        _forget(manager, record)
        raise load_error(record, *problem)


def defaulted_arguments(manager: pluggy.PluginManager, plugin: object) -> Iterator[str]:
    """The ``hook(argument)`` that carry a default value, which pluggy would never replace."""
    for implementation in _implementations(manager, plugin):
        for argument in implementation.kwargnames:
            yield f"{implementation.function.__name__}({argument})"


def _specified(problem: str) -> str:
    """The signature of the hook that pluggy's message is about, to stand beside the plugin's."""
    for name in HOOKS:
        if f"hook {name!r}" in problem:
            return f"\nhookspec definition: {name}{inspect.signature(getattr(hookspecs, name))}"
    return ""


def _forget(manager: pluggy.PluginManager, record: PluginRecord) -> None:
    if manager.has_plugin(record.name):
        manager.unregister(name=record.name)


def _implementations(manager: pluggy.PluginManager, plugin: object) -> Iterator[pluggy.HookImpl]:
    for caller in manager.get_hookcallers(plugin) or ():
        yield from (i for i in caller.get_hookimpls() if i.plugin is plugin)


def _problems(manager: pluggy.PluginManager, plugin: object) -> Iterator[tuple[str, ...]]:
    """What is wrong with a registered plugin's hooks: the problem, then hints."""
    callers = manager.get_hookcallers(plugin) or []
    for caller in callers:
        if not caller.has_spec() and not _optional(caller, plugin):
            hooks = ", ".join(HOOKS)
            yield (
                f"unknown hook {caller.name!r}; the hooks are {hooks}",
                *nearest(caller.name, HOOKS),
            )
    for implementation in _implementations(manager, plugin):
        if implementation.wrapper or implementation.hookwrapper:
            name = implementation.function.__name__
            yield (f"{name} is a hook wrapper; kgbuild calls each implementation alone",)
    for name in HOOKS:
        if callable(getattr(plugin, name, None)) and name not in {c.name for c in callers}:
            yield f"{name} is not marked as a hook", "put @kgbuild.hookimpl above it"
    if not callers:
        yield f"implements no hook; the hooks are {', '.join(HOOKS)}", "mark hooks with @hookimpl"


def _optional(caller: pluggy.HookCaller, plugin: object) -> bool:
    return all(i.optionalhook for i in caller.get_hookimpls() if i.plugin is plugin)
