"""Every hook that a plugin can implement, in the order of a run.

Hooks gather Specs; the host calls the components itself, one document's failure at a time.
Two hooks are called while a run goes on: one decides (``kgbuild_review_assertion``), one tells
(``kgbuild_after_document``). A plugin is a module named in an entry point of the group
``kgbuild``; its functions carry ``@hookimpl``:

    >>> from kgbuild import hookimpl
    >>> @hookimpl
    ... def kgbuild_extractors():
    ...     return []

Do not give a hook's arguments default values: pluggy would then never pass them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from kgbuild.assertion import Assertion, Review
    from kgbuild.components import (
        DocumentResult,
        ExporterSpec,
        ExtractorSpec,
        LinkerSpec,
        ReaderSpec,
        RulesSpec,
        SegmenterSpec,
        TerminologySpec,
    )
    from kgbuild.document import Document

__all__ = ["hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("kgbuild")
hookimpl = pluggy.HookimplMarker("kgbuild")


@hookspec
def kgbuild_readers() -> Iterable[ReaderSpec]:  # type: ignore[empty-body]
    """Offer readers: components that turn a file into documents.

    Called once, when a reader is first wanted. Return Specs; names must be unique.
    A failing implementation marks its plugin broken; the others go on.

    Example:
        >>> from kgbuild import ReaderSpec, hookimpl
        >>> @hookimpl
        ... def kgbuild_readers():
        ...     yield ReaderSpec(
        ...         name="my-format", summary="Read my format.", create=lambda settings: None,
        ...         suffixes=(".my",), accepts=lambda name, head: name.endswith(".my"))
    """


@hookspec
def kgbuild_segmenters() -> Iterable[SegmenterSpec]:  # type: ignore[empty-body]
    """Offer segmenters: components that find sentences.

    Called once, when first wanted. Return Specs; the configuration chooses one by name.
    A failing implementation marks its plugin broken; the others go on.

    Example:
        >>> from kgbuild import SegmenterSpec, hookimpl
        >>> @hookimpl
        ... def kgbuild_segmenters():
        ...     yield SegmenterSpec(
        ...         name="lines", summary="A line is a sentence.", create=lambda settings: None)
    """


@hookspec
def kgbuild_extractors() -> Iterable[ExtractorSpec]:  # type: ignore[empty-body]
    """Offer extractors: components that find mentions and relations.

    Called once, when the pipeline is assembled. Load nothing here: return Specs, and load
    models in ``create``. A failing implementation marks its plugin broken; the others go on.

    Example:
        >>> from kgbuild import ExtractorSpec, hookimpl
        >>> @hookimpl
        ... def kgbuild_extractors():
        ...     yield ExtractorSpec(
        ...         name="shout", summary="Tag words in capitals.", create=lambda settings: None)
    """


@hookspec
def kgbuild_linkers() -> Iterable[LinkerSpec]:  # type: ignore[empty-body]
    """Offer linkers: components that say which concept a mention names.

    Called once, when the pipeline is assembled. Linkers are tried in the configured order.
    A failing implementation marks its plugin broken; the others go on.

    Example:
        >>> from kgbuild import LinkerSpec, hookimpl
        >>> @hookimpl
        ... def kgbuild_linkers():
        ...     yield LinkerSpec(
        ...         name="table", summary="Look names up.", create=lambda settings: None)
    """


@hookspec
def kgbuild_terminologies() -> Iterable[TerminologySpec]:  # type: ignore[empty-body]
    """Offer terminologies: names, hierarchy and equivalences of concepts.

    Called once, when the pipeline is assembled. The first that knows a concept answers: to the
    pipeline, to ``kgbuild terminology show`` and to ``kgbuild.terminology()``. One whose Spec has
    ``add`` and ``remove`` can be changed by ``kgbuild terminology``.
    A failing implementation marks its plugin broken; the others go on.

    Example:
        >>> from kgbuild import TerminologySpec, hookimpl
        >>> @hookimpl
        ... def kgbuild_terminologies():
        ...     yield TerminologySpec(
        ...         name="mine", summary="My names.", create=lambda settings: None)
    """


@hookspec
def kgbuild_rules() -> Iterable[RulesSpec]:  # type: ignore[empty-body]
    """Offer sets of rules: what follows from what texts state.

    Called once, when rules are first wanted. A set is applied where ``[reasoning] rules`` or
    ``kgbuild reason --rules NAME`` names it, never because it is installed. Proofs name the
    file, the plugin and the line of each rule.
    A failing implementation marks its plugin broken; the others go on.

    Example:
        >>> from kgbuild import RulesSpec, hookimpl
        >>> class Mine:
        ...     def texts(self):
        ...         return {"mine.rls": '''#[name("mine-harm")] #[display("{?x} causes {?y}")]
        ...             harms(?x, ?y) :- biolink:causes(?x, ?y) .'''}
        >>> @hookimpl
        ... def kgbuild_rules():
        ...     yield RulesSpec(name="mine", summary="My rules.", create=lambda settings: Mine())
    """


@hookspec
def kgbuild_exporters() -> Iterable[ExporterSpec]:  # type: ignore[empty-body]
    """Offer exporters: components that write a graph in some format.

    Called once, when first wanted. Chosen by ``--format`` or the file's suffix.
    A failing implementation marks its plugin broken; the others go on.

    Example:
        >>> from kgbuild import ExporterSpec, hookimpl
        >>> @hookimpl
        ... def kgbuild_exporters():
        ...     yield ExporterSpec(
        ...         name="my-format", summary="Write my format.", create=lambda settings: None,
        ...         suffixes=(".my",))
    """


@hookspec(firstresult=True)
def kgbuild_review_assertion(assertion: Assertion, document: Document) -> Review | None:
    """Decide on an assertion before it is merged: policy, or a curator's file.

    Called once for each assertion of a document, where the pipeline runs (a worker). Return a
    Review to accept or reject it, None for no opinion; the first opinion wins. An
    implementation that raises is left out for the rest of the run, with a warning.

    Example:
        >>> from kgbuild import Review, Verdict, hookimpl
        >>> @hookimpl
        ... def kgbuild_review_assertion(assertion, document):
        ...     if assertion.subject == assertion.object:
        ...         return Review(verdict=Verdict.REJECTED, reviewer="no-loops", reason="a loop")
    """


@hookspec
def kgbuild_after_document(result: DocumentResult) -> None:
    """Be told what became of a document: logs, counters, progress elsewhere.

    Called in the process where the pipeline runs, after each document, kept or failed; what
    it returns is ignored. An implementation that raises is logged once and left out.

    Example:
        >>> from kgbuild import hookimpl
        >>> @hookimpl
        ... def kgbuild_after_document(result):
        ...     print(result.document.id)
    """
