"""The pages themselves: what was gathered, put into templates in which every text is escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from kgbuild.analysis.neighbourhood_picture import kind_of
from kgbuild.graph.reading import StoredGraph
from kgbuild.markup import as_xml
from kgbuild.report.claims import as_belief, link_of, plainly
from kgbuild.report.concept import about_concept
from kgbuild.report.overview import WIDTHS, overview

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["MARK", "page_of_concept", "page_of_graph"]

MARK = "<!-- made by kgbuild report -->"
"""What every page holds near its beginning."""


def page_of_graph(graph: StoredGraph, limit: int) -> str:
    """A page of HTML about the whole graph; ``limit`` of each list is shown."""
    return _rendered("overview.html", overview(graph, limit))


def page_of_concept(graph: StoredGraph, curie: str, limit: int) -> str:
    """A page of HTML about one concept. Raises NotInGraphError."""
    return _rendered("concept.html", about_concept(graph, curie, limit))


def _rendered(template: str, shown: object) -> str:
    page = _environment().get_template(template).render(shown=shown, mark=MARK, widths=WIDTHS)
    return as_xml(page)  # HTML has no place for such characters either


@cache
def _environment() -> Environment:
    """Where templates are found, and what they call. Nothing is marked safe but pictures, style."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files("kgbuild.report")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "belief": as_belief,
        "kind": kind_of,
        "link": link_of,
        "moment": _moment,
        "number": "{:,}".format,
        "percent": "{:.1%}".format,
        "plainly": plainly,
    }
    return environment


def _moment(written: str) -> str:
    """A time as it is noted in the graph, to the minute.

    >>> _moment("2026-11-26T19:49:52+00:00"), _moment("")
    ('2026-11-26 19:49 UTC', '')
    """
    return written[:16].replace("T", " ") + " UTC" if written else ""
