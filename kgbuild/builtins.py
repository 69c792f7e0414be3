"""What kgbuild brings along: each built-in module is a plugin like any other.

A built-in is listed here and not imported: its module is loaded when its kind is first wanted,
so that ``kgbuild --help`` never pays for lxml. The module has ``SPEC`` or ``SPECS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from kgbuild.components import Spec
from kgbuild.hookspecs import hookimpl

__all__ = ["BUILT_INS", "BuiltIn"]


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A module of kgbuild with Specs of one kind; its name is the plugin's name."""

    module: str
    hook: str
    essential: bool = False

    def plugin(self) -> ModuleType:
        """The plugin to register: one hook, which imports the module when it is called."""

        def offer() -> Iterable[Spec]:
            module = import_module(self.module)
            return module.SPECS if hasattr(module, "SPECS") else (module.SPEC,)

        plugin = ModuleType(self.module)
        setattr(plugin, self.hook, hookimpl(offer))
        return plugin


BUILT_INS: tuple[BuiltIn, ...] = ()
