"""Which plugins there are: read from metadata alone, so a broken plugin can be listed."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import kgbuild
from kgbuild.builtins import BUILT_INS
from kgbuild.errors import PluginConflictError, UsageError, nearest

__all__ = ["Found", "PluginRecord", "PluginStatus", "conflict", "find", "list_plugins"]

GROUP = "kgbuild"

_ABOUT_US = re.compile(r"kgbuild(?![-_.\w])", re.IGNORECASE)


class PluginStatus(StrEnum):
    """What has become of a plugin; INSTALLED means that nobody has tried to load it."""

    INSTALLED = "installed"
    LOADED = "loaded"
    DISABLED = "disabled"
    BROKEN = "broken"
    INCOMPATIBLE = "incompatible"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginRecord:
    """One line of ``plugins list``. ``problem`` and ``hint`` are empty where all is well.

    ``place`` is the folder that the distribution is installed in, or the plugin's file.
    """

    name: str
    distribution: str
    version: str
    summary: str = ""
    place: str = ""
    status: PluginStatus = PluginStatus.INSTALLED
    problem: str = ""
    hint: str = ""

    @property
    def built_in(self) -> bool:
        """Whether it is a part of kgbuild itself."""
        return self.distribution == "kgbuild"

    @property
    def provider(self) -> str:
        """The distribution and version, as messages name them."""
        return f"{self.distribution} {self.version}"


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that was found and not yet loaded: its record, and where to load it from."""

    record: PluginRecord
    origin: metadata.EntryPoint | Path


def find(
    *, disable: Collection[str], files: Iterable[Path] = (), only_builtins: bool = False
) -> list[Found]:
    """Every plugin besides the built-ins, in the order of loading, nothing imported.

    Raises UsageError for a file that is not there.
    """
    named = [_of_file(Path(file)) for file in files]
    installed = [] if only_builtins else sorted(_installed(), key=lambda found: found.record.name)
    return [_judged(found, disable) for found in (*installed, *named)]


def list_plugins(
    *, disable: Collection[str] = (), files: Sequence[Path] = (), only_builtins: bool = False
) -> tuple[PluginRecord, ...]:
    """Every plugin, built-ins first, from metadata alone: it works when every plugin is broken.

    Two plugins of one name are both listed as broken.
    """
    found = find(disable=disable, files=files, only_builtins=only_builtins)
    clashes = {first.name: error for first, error in _conflicts(found)}
    records = [
        replace(
            record,
            status=PluginStatus.BROKEN,
            problem=clashes[record.name].message,
            hint=clashes[record.name].hints[0],
        )
        if record.name in clashes
        else record
        for record in (one.record for one in found)
    ]
    return (*built_in_records(disable), *records)


def built_in_records(disable: Collection[str]) -> Iterator[PluginRecord]:
    """The built-ins. Raises UsageError where ``disable`` names one that is essential."""
    for built_in in BUILT_INS:
        blocked = built_in.module in disable
        if blocked and built_in.essential:
            raise UsageError(
                f"plugin {built_in.module!r} is essential and cannot be disabled",
                hints=["take it out of [plugins] disable, KGBUILD_DISABLE_PLUGINS, --no-plugin"],
            )
        yield PluginRecord(
            name=built_in.module,
            distribution="kgbuild",
            version=kgbuild.__version__,
            summary=built_in.summary,
            status=PluginStatus.DISABLED if blocked else PluginStatus.INSTALLED,
        )


def conflict(found: Sequence[Found]) -> PluginConflictError | None:
    """The error for the first name that two plugins share, or None. Disabled ones do not count."""
    return next((error for _, error in _conflicts(found)), None)


def unknown_names(disable: Iterable[str], found: Iterable[Found]) -> Iterator[UsageError]:
    """A warning for each blocked name that no plugin has."""
    names = {one.record.name for one in found} | {built_in.module for built_in in BUILT_INS}
    for name in sorted(set(disable) - names):
        yield UsageError(
            f"there is no plugin {name!r} to disable", hints=nearest(name, sorted(names))
        )


def _conflicts(found: Iterable[Found]) -> Iterator[tuple[PluginRecord, PluginConflictError]]:
    by_name: defaultdict[str, list[PluginRecord]] = defaultdict(list)
    for one in found:
        if one.record.status is not PluginStatus.DISABLED:
            by_name[one.record.name].append(one.record)
    for name, records in by_name.items():
        if len(records) > 1:
            yield (
                records[0],
                PluginConflictError(
                    "two plugins have this name: "
                    + " and ".join(f"{r.provider} in {r.place}" for r in records),
                    plugin=name,
                    provider=", ".join(r.provider for r in records),
                    hints=[f"uninstall one of them, or disable {name!r} in [plugins]"],
                ),
            )


def _installed() -> Iterator[Found]:
    for entry_point in metadata.entry_points(group=GROUP):
        distribution = entry_point.dist
        assert distribution is not None  # entry_points() always sets it
        headers = distribution.metadata  # read and parsed each time that it is asked for
        record = PluginRecord(
            name=entry_point.name,
            distribution=headers["Name"],
            version=headers["Version"],
            summary=_summary(headers),
            place=str(distribution.locate_file("")),
        )
        unmet = _unmet_requirement(distribution.requires or ())
        if unmet:
            record = replace(
                record,
                status=PluginStatus.INCOMPATIBLE,
                problem=f"needs {unmet}; this is kgbuild {kgbuild.__version__}",
                hint=f"install a version of {record.distribution} made for this kgbuild",
            )
        yield Found(record, entry_point)


def _unmet_requirement(requirements: Iterable[str]) -> str:
    """The requirement on kgbuild that this kgbuild does not meet; empty where there is none."""
    about_us = [text for text in requirements if _ABOUT_US.match(text)]
    if not about_us:
        return ""
    from packaging.requirements import Requirement

    for requirement in map(Requirement, about_us):
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        met = requirement.specifier.contains(kgbuild.__version__, prereleases=True)
        if applies and not met:
            return f"{requirement.name}{requirement.specifier}"
    return ""


def _of_file(path: Path) -> Found:
    """A plugin in a file: its name is the file's, its version the digest of its content."""
    if path.suffix != ".py" or not path.is_file():
        raise UsageError(
            f"no plugin file {str(path)!r}", hints=["--plugin takes the path of a .py file"]
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    record = PluginRecord(
        name=path.stem,
        distribution=path.name,
        version=f"sha256:{digest}",
        place=str(path.absolute()),
    )
    return Found(record, path)


def _judged(found: Found, disable: Collection[str]) -> Found:
    if found.record.name not in disable:
        return found
    return replace(
        found, record=replace(found.record, status=PluginStatus.DISABLED, problem="", hint="")
    )


def _summary(headers: metadata.PackageMetadata) -> str:
    """The line that the distribution says of itself; newer readers raise where there is none."""
    return str(headers["Summary"]) if "Summary" in headers else ""
