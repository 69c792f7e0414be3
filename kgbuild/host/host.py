"""The host itself: plugins in, components out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from kgbuild.assertion import Assertion, Review, Source
from kgbuild.builtins import BUILT_INS
from kgbuild.components import DocumentResult, ExporterSpec, ReaderSpec, Spec
from kgbuild.document import Document
from kgbuild.errors import (
    AmbiguousFormatError,
    ContractError,
    KgbuildError,
    PluginConflictError,
    PluginLoadError,
    UnknownComponentError,
    UnknownFormatError,
    UsageError,
    nearest,
)
from kgbuild.host import configured
from kgbuild.host.calls import staying
from kgbuild.host.first_party import how_to_install
from kgbuild.host.kinds import KINDS, Kind, Offer
from kgbuild.host.loading import (
    defaulted_arguments,
    import_plugin,
    load_error,
    new_manager,
    register,
)
from kgbuild.host.plugins import (
    Found,
    PluginRecord,
    PluginStatus,
    built_in_records,
    conflict,
    find,
    unknown_names,
)
from kgbuild.host.promises import check_review

if TYPE_CHECKING:
    import pluggy
    from pydantic import BaseModel

    from kgbuild.config import Configuration

__all__ = ["Host"]

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Host:
    """The plugins of one run, and the components that they offer.

    Make one with :meth:`load`. ``plugins`` holds a record for each plugin, ``warnings`` what a
    person should be told, in order; nothing is printed. A worker process loads its own.
    """

    def __init__(
        self,
        *,
        strict: bool = False,
        root: Path | None = None,
        trace: Callable[[str], None] | None = None,
    ) -> None:
        self._strict = strict
        self._warn_at_once: Callable[[KgbuildError], None] | None = None
        self._root = root
        self._trace = trace
        self._manager = new_manager()
        self._records: dict[str, PluginRecord] = {}
        self._offers: dict[Kind, dict[str, Offer]] = {}
        self._left_out: set[tuple[str, str]] = set()
        self._warnings: list[KgbuildError] = []
        self._unreviewed = 0

    @classmethod
    def load(
        cls,
        *,
        disable: Collection[str] = (),
        only_builtins: bool = False,
        files: Sequence[Path] = (),
        strict: bool = False,
        root: Path | None = None,
        trace: Callable[[str], None] | None = None,
        warn: Callable[[KgbuildError], None] | None = None,
    ) -> Host:
        """Find and load the plugins, in the order that :mod:`kgbuild.host` lists.

        A plugin that fails is recorded as broken and the others load; ``strict`` raises
        PluginLoadError at the first instead. Relative paths in settings start from ``root``
        (the current folder where it is None). ``trace`` is given a line for each hook call.
        ``warn`` is told at once of what goes wrong after loading; what goes wrong while
        loading is in ``warnings`` when this returns.
        Raises PluginConflictError where two plugins have one name, and UsageError for a file
        that is not there or an essential built-in among ``disable``.

        >>> host = Host.load(only_builtins=True)
        >>> host.warnings
        ()
        """
        host = cls(strict=strict, root=root, trace=trace)
        found = find(disable=disable, files=files, only_builtins=only_builtins)
        host._register_built_ins(disable)
        if error := conflict(found):
            raise error
        if not only_builtins:
            host._warnings += unknown_names(disable, found)
        for one in found:
            host._load(one)
        host._warn_at_once = warn
        return host

    @classmethod
    def configured(cls, configuration: Configuration) -> Host:
        """Load the plugins as a configuration says. Raises as :meth:`load`."""
        plugins, root = configuration.settings.plugins, configuration.root
        files = tuple(root / path for path in plugins.files)
        return cls.load(disable=plugins.disable, files=files, root=root)

    @property
    def plugins(self) -> tuple[PluginRecord, ...]:
        """A record for each plugin, in the order of loading."""
        return tuple(self._records.values())

    @property
    def warnings(self) -> tuple[KgbuildError, ...]:
        """What went wrong and was lived with, so far."""
        return tuple(self._warnings)

    @property
    def strict(self) -> bool:
        """Whether the first failure of a plugin is to end the run."""
        return self._strict

    @property
    def root(self) -> Path:
        """The folder that relative paths in settings start from."""
        return (self._root or Path()).absolute()

    @property
    def unreviewed(self) -> int:
        """How many assertions went without the opinion of a reviewer that had failed."""
        return self._unreviewed

    def _register_built_ins(self, disable: Collection[str]) -> None:
        for built_in, record in zip(BUILT_INS, built_in_records(disable), strict=True):
            if record.status is not PluginStatus.DISABLED:
                register(self._manager, built_in.plugin(), record)
                record = replace(record, status=PluginStatus.LOADED)  # noqa: PLW2901
            self._records[record.name] = record

    def _load(self, found: Found) -> None:
        record = found.record
        self._records[record.name] = record
        if record.status is PluginStatus.INCOMPATIBLE:
            self._warn(load_error(record, record.problem, record.hint))
        if record.status is not PluginStatus.INSTALLED:
            return
        try:
            plugin = import_plugin(found)
            register(self._manager, plugin, record)
        except PluginLoadError as error:
            self._break(record.name, error)
            return
        self._records[record.name] = replace(record, status=PluginStatus.LOADED)
        for argument in defaulted_arguments(self._manager, plugin):
            self._warn(
                load_error(record, f"{argument}: pluggy never passes arguments that have defaults")
            )

    def _warn(self, warning: KgbuildError) -> None:
        if self._strict:
            raise warning
        self._warnings.append(warning)
        if self._warn_at_once:
            self._warn_at_once(warning)

    def _break(self, name: str, error: PluginLoadError) -> None:
        """Mark a plugin broken and take back whatever it offered."""
        self._warn(error)
        self._records[name] = replace(
            self._records[name],
            status=PluginStatus.BROKEN,
            problem=error.message,
            hint=error.hints[0],
        )
        if self._manager.has_plugin(name):
            self._manager.unregister(name=name)
        for kind, offers in self._offers.items():
            self._offers[kind] = {n: offer for n, offer in offers.items() if offer.plugin != name}

    def specs(self, kind: Kind) -> Mapping[str, Offer]:
        """The components of a kind, by name, sorted.

        Gathered when first wanted. A plugin whose hook fails becomes broken and the others'
        Specs are kept. Raises PluginConflictError where two plugins offer one name.
        """
        if kind not in self._offers:
            self._offers[kind] = self._gather(kind)
        return MappingProxyType(self._offers[kind])

    def _gather(self, kind: Kind) -> dict[str, Offer]:
        offers: dict[str, Offer] = {}
        hook: pluggy.HookCaller = getattr(self._manager.hook, KINDS[kind].hook)
        for implementation in list(hook.get_hookimpls()):
            record = self._records[implementation.plugin_name]
            try:
                specs = self._called(implementation, _checked_specs, kind, implementation, record)
            except PluginLoadError as error:
                self._break(record.name, error)
                continue
            for spec in specs:
                offer = _offer(kind, spec, record)
                if spec.name in offers:
                    raise _same_name(offers[spec.name], offer)
                offers[spec.name] = offer
        return dict(sorted(offers.items()))

    def offer(self, kind: Kind, name: str) -> Offer:
        """The component of that kind and name. Raises UnknownComponentError, listing what is."""
        offers = self.specs(kind)
        if name in offers:
            return offers[name]
        hints = (*nearest(name, list(offers)), *self._unusable(), *how_to_install(name))
        raise UnknownComponentError(kind=kind, name=name, available=list(offers), hints=hints)

    def _unusable(self) -> Iterator[str]:
        """Plugins that might have offered what is missing."""
        for record in self.plugins:
            if record.status in (PluginStatus.BROKEN, PluginStatus.INCOMPATIBLE):
                yield f"plugin {record.name!r} is {record.status.value}: {record.problem}"
            elif record.status is PluginStatus.DISABLED:
                yield f"plugin {record.name!r} is disabled"

    def spec(self, kind: Kind, name: str) -> Spec:
        """The Spec of that kind and name. Raises UnknownComponentError, listing what is."""
        return self.offer(kind, name).spec

    def settings(
        self,
        kind: Kind,
        name: str,
        settings: Mapping[str, Any] | None = None,
        *,
        place: str | Callable[[str], str] = "",
    ) -> BaseModel:
        """A component's settings, checked; relative paths start from the project's folder.

        Raises UnknownComponentError, ConfigError.
        """
        return configured.checked_settings(
            self.offer(kind, name), settings or {}, place, self._root
        )

    def create(
        self,
        kind: Kind,
        name: str,
        settings: Mapping[str, Any] | None = None,
        *,
        place: str | Callable[[str], str] = "",
    ) -> Any:
        """Make a component: check its settings, then call its ``create``.

        ``place`` says in an error where the settings were written, or where each key was. Raises
        UnknownComponentError, ConfigError, ComponentUnavailableError, and ContractError for a
        ``create`` that returns something else.
        """
        checked = self.settings(kind, name, settings, place=place)
        return configured.created(self.offer(kind, name), checked)

    def source(
        self,
        kind: Kind,
        name: str,
        settings: Mapping[str, Any] | None = None,
        *,
        place: str | Callable[[str], str] = "",
    ) -> Source:
        """Who speaks when that component speaks with those settings. Raises as ``create``."""
        checked = self.settings(kind, name, settings, place=place)
        return configured.source(self.offer(kind, name), checked)

    def reader_for(self, name: str, head: bytes, forced: str | None = None) -> str:
        """The name of the reader for a file, by its name and its first bytes.

        Every reader is asked; a fallback only when no other claims the file. Raises
        UnknownFormatError, and AmbiguousFormatError where two claim it. A reader that raises
        makes no claim, and is warned about once.
        """
        if forced:
            return self.spec("reader", forced).name
        for fallback in (False, True):
            claims = [
                spec.name
                for spec in self._readers()
                if spec.fallback is fallback and self._accepts(spec, name, head)
            ]
            if len(claims) > 1:
                raise AmbiguousFormatError(file=name, readers=claims)
            if claims:
                return claims[0]
        known = ", ".join(f"{s.name} ({' '.join(s.suffixes)})" for s in self._readers())
        raise UnknownFormatError(
            "no reader claims it",
            file=name,
            hints=[f"there is {known or 'none'}", "choose one with --reader NAME"],
        )

    def _readers(self) -> list[ReaderSpec]:
        return [cast("ReaderSpec", offer.spec) for offer in self.specs("reader").values()]

    def _accepts(self, spec: ReaderSpec, name: str, head: bytes) -> bool:
        try:
            with staying(spec.name):
                return bool(spec.accepts(name, head))
        except Exception as error:  # noqa: BLE001 - isolation point: calling a component
            failure = ContractError(
                f"accepts raised {type(error).__name__}: {error}",
                component=spec.name,
                document=name,
            )
            failure.__cause__ = error
            if ("accepts", spec.name) not in self._left_out:
                self._left_out.add(("accepts", spec.name))
                self._warn(failure)
            return False

    def exporter_for(self, target: Path, format: str | None = None) -> str:  # noqa: A002
        """The name of the exporter for a file: the format named, else by the longest suffix.

        Raises UnknownComponentError, and UsageError where no suffix or two exporters fit.
        """
        if format:
            return self.spec("exporter", format).name
        specs = [cast("ExporterSpec", offer.spec) for offer in self.specs("exporter").values()]
        fits = [(len(s), spec.name) for spec in specs for s in spec.suffixes if _ends(target, s)]
        longest = max((length for length, _ in fits), default=0)
        names = [name for length, name in fits if length == longest]
        if len(names) == 1:
            return names[0]
        if names:
            raise UsageError(
                f"{' and '.join(names)} both write {target.name!r}",
                hints=[f"choose one with --format {names[0]}"],
            )
        known = ", ".join(f"{spec.name} ({' '.join(spec.suffixes)})" for spec in specs)
        raise UsageError(
            f"no exporter for {target.name!r}; there is {known or 'none'}",
            hints=["choose one with --format NAME"],
        )

    def listens(self, hook: str) -> bool:
        """Whether any plugin has something to say or hear at a run-time hook."""
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return bool(caller.get_hookimpls())

    def review(self, assertion: Assertion, document: Document) -> Review | None:
        """The first opinion of a plugin on an assertion, or None.

        An implementation that raises is left out for the rest of the run, with one warning;
        the others are asked. ``unreviewed`` counts the assertions that it missed.
        """
        hook = "kgbuild_review_assertion"
        facts = {"assertion": assertion, "document": document}
        opinions = (o for o in self._run_hook(hook, facts) if o is not None)
        review = cast("Review | None", next(opinions, None))
        if review is None and any(name == hook for name, _ in self._left_out):
            self._unreviewed += 1
        return review

    def after_document(self, result: DocumentResult) -> None:
        """Tell the plugins what became of a document. One that raises is told no more."""
        for _ in self._run_hook("kgbuild_after_document", {"result": result}):
            pass

    def _run_hook(self, hook: str, facts: Mapping[str, object]) -> Iterator[object]:
        """What each implementation returns, first to be asked first; the failing are left out.

        pluggy would abort the whole call for one that raises, and not say which it was.
        """
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        for implementation in reversed(caller.get_hookimpls()):
            if (hook, implementation.plugin_name) in self._left_out:
                continue
            arguments = [facts[name] for name in implementation.argnames]
            try:
                result = self._called(implementation, _checked_result, implementation, arguments)
            except Exception as error:  # noqa: BLE001 - isolation point: a run-time hook
                self._leave_out(hook, implementation.plugin_name, error)
                continue
            yield result

    def _leave_out(self, hook: str, plugin: str, error: Exception) -> None:
        self._left_out.add((hook, plugin))
        failure = load_error(
            self._records[plugin],
            f"{hook} raised {type(error).__name__}: {error}; it is left out for this run",
        )
        failure.__cause__ = error
        self._warn(failure)

    def _called(
        self, implementation: pluggy.HookImpl, act: Callable[..., Any], *arguments: object
    ) -> Any:
        """The result of ``act``, with a line for whoever traces."""
        if self._trace is None:
            return act(*arguments)
        began, outcome = perf_counter(), "raised"
        try:
            result = act(*arguments)
            outcome = f"-> {_shown(result)}"
            return result
        finally:
            took = (perf_counter() - began) * 1000
            hook = implementation.function.__name__
            self._trace(f"{hook} [{implementation.plugin_name}] {outcome} ({took:.2f} ms)")


def _shown(result: object) -> str:
    if isinstance(result, list):
        return ", ".join(spec.name for spec in result) or "nothing"
    return repr(result)


def _ends(target: Path, suffix: str) -> bool:
    return target.name.lower().endswith(suffix.lower())


def _checked_result(implementation: pluggy.HookImpl, arguments: Iterable[object]) -> object:
    with staying(implementation.plugin_name):
        result = implementation.function(*arguments)
    reviewing = implementation.function.__name__ == "kgbuild_review_assertion"
    if reviewing and result is not None:
        check_review(result)
    return result


def _checked_specs(kind: Kind, implementation: pluggy.HookImpl, record: PluginRecord) -> list[Spec]:
    """What a gathering hook returns. Raises PluginLoadError unless all are Specs of the kind."""
    facts = KINDS[kind]
    try:
        # A hook may be a generator, so it may raise while it is listed.
        result: Any = implementation.function()
        specs = list(result)
    except (Exception, SystemExit) as error:  # isolation point: loading a plugin
        raise load_error(record, f"{facts.hook} raised {type(error).__name__}: {error}") from error
    for spec in specs:
        if not isinstance(spec, facts.spec):
            raise load_error(
                record,
                f"{facts.hook} must return {facts.spec.__name__}s, got {type(spec).__name__}",
            )
        if not _NAME.fullmatch(spec.name):
            raise load_error(
                record,
                f"{facts.hook} offers {spec.name!r}: a name is lower case, joined by hyphens",
            )
    names = [spec.name for spec in specs]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise load_error(record, f"{facts.hook} offers {repeated[0]!r} twice")
    return specs


def _offer(kind: Kind, spec: Spec, record: PluginRecord) -> Offer:
    return Offer(
        spec=spec,
        kind=kind,
        plugin=record.name,
        distribution=record.distribution,
        version=record.version,
    )


def _same_name(first: Offer, second: Offer) -> PluginConflictError:
    plugins = sorted({first.plugin, second.plugin})
    return PluginConflictError(
        f"{first.kind} {first.spec.name!r} is offered by {first.plugin} ({first.provider})"
        f" and by {second.plugin} ({second.provider})",
        plugin=second.plugin,
        provider=second.provider,
        hints=[f"disable one in [plugins]: {' or '.join(f'disable = [{p!r}]' for p in plugins)}"],
    )
