"""What lies around a concept as a picture: SVG, without a layout engine.

The concept stands at the left, its neighbours in a column beside it, theirs in the next, each tied
to the one through which it is reached best. Whoever reaches nobody further has a row of its own,
so that no two labels meet. Widths are estimated from the number of characters, places follow from
the order of the neighbours alone: the same graph gives the same bytes everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgbuild.analysis.neighbourhood import Near
from kgbuild.markup import escaped
from kgbuild.vocabulary import broad_category, in_words, is_symmetric

if TYPE_CHECKING:
    from kgbuild.assertion import Assertion, Concept
    from kgbuild.graph.reading import StoredGraph

__all__ = ["as_svg", "kind_of"]

_ROW, _EDGE, _DOT, _BEND = 30, 16, 6, 56
"""In units of the picture: from row to row, around all, a dot's radius, where a line turns."""
_SMALL = 0.72
"""How wide the small letters of what a line says are beside the bold ones of a name."""
_LONGEST = 44
"""Characters of a label; all of a longer one shows where the pointer rests on it."""

_KINDS = {
    "biolink:ChemicalEntity": "chemical",
    "biolink:DiseaseOrPhenotypicFeature": "disease",
    "biolink:Gene": "gene",
}
_COLOURS = {"chemical": "#0b6e4f", "disease": "#a4243b", "gene": "#273e8c", "other": "#666"}


def as_svg(graph: StoredGraph, start: str, found: Iterable[Near]) -> str:
    """A concept and what :func:`near` found around it: a picture that stands alone, no script.

    An arrow points to the object of a claim, wide where the claim is believed; its first sentence
    shows where the pointer rests on it.
    """
    nodes = _nodes(graph, start, found)
    columns = _columns(nodes)
    arrow = f"to-{re.sub(r'[^0-9A-Za-z]', '-', start)}"
    lines = [_line(one, columns, arrow) for one in nodes if one.tie]
    return _PICTURE.format(
        title=escaped(f"around {_called(nodes[0].concept)}"),
        wide=round(max(_behind(one, columns) for one in nodes) + 2 * _EDGE),
        high=round(max(one.y for one in nodes) + _ROW / 2 + 2 * _EDGE),
        edge=_EDGE,
        arrow=arrow,
        parts="\n".join([*lines, *(_dot(one, columns[one.depth].dots) for one in nodes)]),
    )


_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" class="near" width="{wide}" height="{high}" \
viewBox="-{edge} -{edge} {wide} {high}" \
font-family="sans-serif" font-size="13">
<style>@media (prefers-color-scheme:dark){{.near .paper{{fill:#16181b}}.near .line{{stroke:#8d949c}}
.near .head{{fill:#8d949c}}.near .said{{fill:#b3b9c0}}.near .chemical{{fill:#63c9a3}}
.near .disease{{fill:#ff8d9b}}.near .gene{{fill:#9db2ff}}.near .other{{fill:#c0c4c9}}}}</style>
<title>{title}</title>
<rect class="paper" x="-{edge}" y="-{edge}" width="{wide}" height="{high}" fill="#fff"/>
<marker id="{arrow}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" \
markerUnits="userSpaceOnUse" orient="auto-start-reverse">\
<path class="head" d="M0 0L8 4L0 8z" fill="#777"/></marker>
{parts}
</svg>
"""


@dataclass(frozen=True, slots=True)
class _Tie:
    """The claim by which a concept is reached, and the one that it is reached from."""

    claim: Assertion
    belief: float
    above: _Node


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A concept in its place; ``tie`` is None for the one that the others lie around."""

    concept: Concept
    depth: int
    y: float
    leads_on: bool
    tie: _Tie | None

    @property
    def label(self) -> str:
        return _cut(_called(self.concept))


def _nodes(graph: StoredGraph, start: str, found: Iterable[Near]) -> list[_Node]:
    """The concepts, the one in question first, each before what is reached through it."""
    claims: dict[str, Assertion] = {}
    above: dict[str, str] = {}
    reached: dict[str, list[str]] = {}
    for one in found:
        here = start
        for claim in map(graph.assertion, one.assertions):
            there = claim.subject if claim.object == here else claim.object
            if there not in claims:
                claims[there], above[there] = claim, here
                reached.setdefault(here, []).append(there)
            here = there
    nodes: dict[str, _Node] = {}
    for curie, y in _rows(start, reached).items():
        up = nodes.get(above.get(curie, ""))
        nodes[curie] = _Node(
            concept=graph.concept(curie),
            depth=up.depth + 1 if up else 0,
            y=y,
            leads_on=curie in reached,
            tie=_Tie(claims[curie], graph.belief(claims[curie]), up) if up else None,
        )
    return list(nodes.values())


def _rows(start: str, reached: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Where each concept stands, from above: between the first and the last that it reaches."""
    order = list(_in_order(start, reached))
    rows: dict[str, float] = {}
    tips = [one for one in order if one not in reached]
    for number, tip in enumerate(tips):
        rows[tip] = _ROW * (number + 0.5)
    for one in reversed(order):
        if beyond := reached.get(one):
            rows[one] = (rows[beyond[0]] + rows[beyond[-1]]) / 2
    return {one: rows[one] for one in order}


def _in_order(start: str, reached: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The concept, then whom it reaches, each before whom that one reaches."""
    yield start
    for one in reached.get(start, ()):
        yield from _in_order(one, reached)


@dataclass(frozen=True, slots=True)
class _Column:
    """Where the level part of the lines to a column begins, and where its dots stand."""

    level: float
    dots: float


def _columns(nodes: Sequence[_Node]) -> list[_Column]:
    """The columns from the left: each has room for the names before it and what lines say."""
    columns = [_Column(0, _DOT)]
    for depth in range(1, 1 + max(one.depth for one in nodes)):
        before = [one for one in nodes if one.depth == depth - 1 and one.leads_on]
        said = [_said(one.tie.claim) for one in nodes if one.depth == depth and one.tie]
        level = _BEND + max(_behind(one, columns) for one in before)
        columns.append(_Column(level, level + _SMALL * max(map(_wide, said)) + 34))
    return columns


def _behind(node: _Node, columns: Sequence[_Column]) -> float:
    """Where a concept's name ends."""
    return columns[node.depth].dots + _DOT + 9 + _wide(node.label)


def _wide(text: str) -> float:
    """How wide bold letters are, at most, in the fonts that browsers take for sans-serif."""
    return sum(
        5.5 if letter in _NARROW else 13 if letter in _WIDE or letter >= _EAST else 9.2
        for letter in text
    )


_NARROW, _WIDE, _EAST = frozenset("fijlrtI.,:;'|!()[]/- "), frozenset("mwMW%@—…"), "\u2e80"


def _line(node: _Node, columns: Sequence[_Column], arrow: str) -> str:
    """The line to a concept from the name of the one that it is reached from, and what it says."""
    tie = node.tie
    assert tie is not None
    claim, said = tie.claim, escaped(_said(tie.claim))
    x, y = _behind(tie.above, columns), tie.above.y
    level, ends = columns[node.depth].level, columns[node.depth].dots - _DOT - 3
    turn, row = (x + level) / 2, node.y
    place = "end" if claim.object == node.concept.id else "start"
    head = "" if is_symmetric(claim.predicate) else f' marker-{place}="url(#{arrow})"'
    look = f'class="line" fill="none" stroke="#777" stroke-width="{0.5 + 2.5 * tie.belief:.1f}"'
    sentence = escaped(claim.evidence[0].text) if claim.evidence else ""
    return (
        f"<g><title>{said}, belief {tie.belief:.2f}: {sentence}</title>"
        f'<path {look} d="M{x:.1f} {y:.1f}C{turn:.1f} {y:.1f} {turn:.1f} {row:.1f}'
        f' {level:.1f} {row:.1f}"/><path {look} d="M{level:.1f} {row:.1f}H{ends:.1f}"{head}/>'
        f'<text class="said" x="{(level + ends) / 2:.1f}" y="{row - 7:.1f}"'
        f' text-anchor="middle" font-size="11" fill="#555">{said}</text></g>'
    )


def _dot(node: _Node, x: float) -> str:
    kind = kind_of(node.concept.category)
    paint = f'class="{kind}" fill="{_COLOURS[kind]}"'
    weight = ' font-weight="bold"' if node.leads_on or node.tie is None else ""
    called = escaped(f"{_called(node.concept)} ({node.concept.id})")
    return (
        f'<g><title>{called}</title><circle cx="{x:.1f}" cy="{node.y:.1f}" r="{_DOT}" {paint}/>'
        f'<text x="{x + _DOT + 5:.1f}" y="{node.y + 4.5:.1f}" {paint}{weight}>'
        f"{escaped(node.label)}</text></g>"
    )


def kind_of(category: str) -> str:
    """Which of the kinds that have a colour of their own a category is; else "other"."""
    return _KINDS.get(broad_category(category), "other")


def _called(concept: Concept) -> str:
    return concept.label or concept.id


def _said(claim: Assertion) -> str:
    """The claim's predicate, as short as it can be read."""
    said = in_words(claim.predicate, claim.qualifiers).removeprefix("biolink:")
    return _cut(said.replace("_", " "))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
