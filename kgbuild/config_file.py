"""Change the project's file as a person would: comments, order and spacing stay as they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kgbuild.config import FILE_NAMES
from kgbuild.errors import ConfigError

__all__ = ["keep_disabled"]


def keep_disabled(path: Path, plugin: str, *, disabled: bool) -> bool:
    """Put a plugin's name into ``[plugins] disable`` of the file, or take it out.

    Makes a file that is not there. Returns whether anything changed. Raises ConfigError for a
    file that cannot be read or written, or is not TOML.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(path.read_text("utf-8") if path.exists() else "")
        names = _table(document, path).setdefault("disable", tomlkit.array())
        if (plugin in names) == disabled:
            return False
        if disabled:
            names.append(plugin)
        else:
            names.remove(plugin)
        _write(path, tomlkit.dumps(document))
    except OSError as error:
        raise ConfigError(error.strerror or str(error), place=str(path)) from error
    except (UnicodeDecodeError, TOMLKitError, AttributeError) as error:
        raise ConfigError(f"not valid TOML: {error}", place=str(path)) from error
    return True


def _table(document: Any, path: Path) -> Any:
    """The table ``plugins`` of the file, made where there is none."""
    import tomlkit

    table = document
    if path.name == FILE_NAMES[1]:
        table = document["tool"]["kgbuild"]
    if "plugins" not in table:
        table["plugins"] = tomlkit.table()
    return table["plugins"]


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)  # noqa: PTH105 - never half-written under its name
