"""What lies around a concept as a picture: SVG, without a layout engine.

The concept stands in the middle, its neighbours on a ring around it, theirs on the next ring, each
tied to the one through which it is reached best. Places follow from the order of the neighbours
alone, so that the same graph gives the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

from kgbuild.analysis.neighbourhood import Near
from kgbuild.vocabulary import broad_category, in_words, is_symmetric

if TYPE_CHECKING:
    from kgbuild.assertion import Assertion, Concept
    from kgbuild.graph.reading import StoredGraph

__all__ = ["as_svg"]

_APART = 30
"""Between two neighbours on a ring, at least."""
_RING, _EDGE, _DOT, _LETTER = 170, 40, 7, 8
"""In units of the picture; a letter is that wide at most."""

_COLOURS = {
    "biolink:ChemicalEntity": "#0b6e4f",
    "biolink:DiseaseOrPhenotypicFeature": "#a4243b",
    "biolink:Gene": "#273e8c",
}
_GREY = "#666"

Place = tuple[float, float]


def as_svg(graph: StoredGraph, start: str, found: Iterable[Near]) -> str:
    """A concept and what :func:`near` found around it: a picture that stands alone, no script.

    An arrow goes from the subject of a claim to its object, wide where it is believed; its first
    sentence shows where the pointer rests on it.
    """
    claims: dict[str, Assertion] = {}
    reached: dict[str, list[str]] = {}
    for one in found:
        here = start
        for claim in map(graph.assertion, one.assertions):
            there = claim.subject if claim.object == here else claim.object
            if there not in claims:
                claims[there] = claim
                reached.setdefault(here, []).append(there)
            here = there
    places = _places(start, reached)
    concepts = {one: graph.concept(one) for one in places}
    beside = _EDGE + _LETTER * max(len(_called(one)) for one in concepts.values())
    left, right = (bound(x for x, _ in places.values()) for bound in (min, max))
    top, bottom = (bound(y for _, y in places.values()) for bound in (min, max))
    arrows = [_arrow(claim, places, graph.belief(claim)) for claim in claims.values()]
    dots = [
        _dot(places[one], concept, middle=one == start or one in reached)
        for one, concept in concepts.items()
    ]
    return _PICTURE.format(
        title=escape(f"around {_called(concepts[start])}"),
        x=round(left - beside),
        y=round(top - _EDGE),
        wide=round(right - left + 2 * beside),
        high=round(bottom - top + 2 * _EDGE),
        parts="\n".join(arrows + dots),
    )


_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {wide} {high}" \
font-family="sans-serif" font-size="13">
<style>text{{paint-order:stroke;stroke:#fff;stroke-width:4px}}</style>
<title>{title}</title><rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="#fff"/>
<marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" \
markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="#888"/></marker>
{parts}
</svg>
"""


def _called(concept: Concept) -> str:
    return concept.label or concept.id


def _places(start: str, reached: Mapping[str, Sequence[str]]) -> dict[str, Place]:
    """Where each concept stands: whoever reaches nobody further has an equal part of the circle."""
    angles: dict[str, float] = {}
    rings = {start: 0}
    tips = _tips(start, reached)
    for number, tip in enumerate(tips):
        angles[tip] = 2 * pi * (number + 0.5) / len(tips) - pi / 2
    for concept in reversed(_in_order(start, reached)):
        if beyond := reached.get(concept):
            angles[concept] = sum(angles[one] for one in beyond) / len(beyond)
    for concept in _in_order(start, reached):
        rings |= dict.fromkeys(reached.get(concept, ()), rings[concept] + 1)
    ring = max(_RING, _APART * len(tips) / (2 * pi))
    return {
        one: (_tenth(ring * rings[one] * cos(angle)), _tenth(ring * rings[one] * sin(angle)))
        for one, angle in angles.items()
    }


def _tenth(number: float) -> float:
    """As it is written: other processors give other last bits, and a zero its sign."""
    return round(number, 1) + 0.0


def _in_order(start: str, reached: Mapping[str, Sequence[str]]) -> list[str]:
    """The concept, then whom it reaches, each before whom that one reaches."""
    return [
        start,
        *(one for beyond in reached.get(start, ()) for one in _in_order(beyond, reached)),
    ]


def _tips(start: str, reached: Mapping[str, Sequence[str]]) -> list[str]:
    return [one for one in _in_order(start, reached) if one not in reached]


def _arrow(claim: Assertion, places: Mapping[str, Place], belief: float) -> str:
    (x1, y1), (x2, y2) = places[claim.subject], places[claim.object]
    length = hypot(x2 - x1, y2 - y1)
    dx, dy = (_DOT + 2) * (x2 - x1) / length, (_DOT + 2) * (y2 - y1) / length
    said = in_words(claim.predicate, claim.qualifiers).removeprefix("biolink:").replace("_", " ")
    head = "" if is_symmetric(claim.predicate) else ' marker-end="url(#to)"'
    sentence = claim.evidence[0].text if claim.evidence else ""
    return (
        f"<g><title>{escape(said)}, belief {belief:.2f}: {escape(sentence)}</title>"
        f'<path d="M{x1 + dx:.1f} {y1 + dy:.1f}L{x2 - dx:.1f} {y2 - dy:.1f}" stroke="#888"'
        f' stroke-width="{0.5 + 2.5 * belief:.1f}"{head}/>'
        f'<text x="{(x1 + x2) / 2:.1f}" y="{(y1 + y2) / 2 - 6:.1f}" text-anchor="middle"'
        f' font-size="11" fill="#555">{escape(said)}</text></g>'
    )


def _dot(place: Place, concept: Concept, *, middle: bool) -> str:
    x, y = place
    colour = _COLOURS.get(broad_category(concept.category), _GREY)
    if middle or abs(x) < 1:
        anchor, beside, below = "middle", 0, -12 if y < 1 else 22
    else:
        anchor, beside, below = ("start", 11, 4) if x > 0 else ("end", -11, 4)
    weight = ' font-weight="bold"' if middle else ""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT}" fill="{colour}"/>'
        f'<text x="{x + beside:.1f}" y="{y + below:.1f}" text-anchor="{anchor}" fill="{colour}"'
        f"{weight}>{escape(_called(concept))}</text>"
    )
