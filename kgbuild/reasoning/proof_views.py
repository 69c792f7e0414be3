"""Proofs as people read them: an indented tree, a Graphviz file, a page of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kgbuild.markup import escaped

__all__ = ["as_dot", "as_html", "as_text"]

Node = Mapping[str, Any]
Name = Callable[[str], str]
"""Gives the label of a concept's CURIE; any other text is its own."""


def headline(explained: Node, name: Name) -> str:
    """The fact and its confidence in one line."""
    low, high = explained["confidence"], explained["upper"]
    sure = f"confidence {low:.3f}" if low == high else f"confidence {low:.3f} to {high:.3f}"
    more = "" if explained["complete"] else ", the strongest of more"
    count = len(explained["proofs"])
    proofs = "1 proof" if count == 1 else f"{count} proofs"
    return f"{said(explained, name)}  ({sure}; {proofs}{more})"


def said(node: Node, name: Name) -> str:
    """A fact in words: ``aspirin — biolink:treats — headache``."""
    names = [name(argument) for argument in node["arguments"]]
    match node["relation"], names:
        case relation, [subject, object_]:
            return f"{subject} — {relation} — {object_}"
        case "qualified", [subject, predicate, object_, qualifier, value]:
            qualified = f"{qualifier.removeprefix('biolink:')}: {value}"
            return f"{subject} — {predicate} — {object_} ({qualified})"
        case "denied", [subject, predicate, object_]:
            return f"{subject} — not {predicate} — {object_}"
    return f"{node['relation']}({', '.join(names)})"


def reason_of(node: Node) -> str:
    """What a node rests on, in words."""
    if node["by"] == "given":
        return "the graph's own knowledge"
    if node["by"] == "axiom":
        return f"axiom of {_place(node)}"
    if node["by"] == "stated":
        return f"stated, belief {node['belief']:.3f}, assertion {node['assertion'][:12]}"
    mark = "hypothesis by " if node["hypothesis"] else "by "
    place = _place(node) if node["file"] else "the standard"
    sure = f", confidence {node['confidence']:g}"
    return f"{mark}rule {node['rule']} ({place}{sure}): {node['why']}"


def _place(node: Node) -> str:
    return f"{node['file']}, line {node['line']}" if node["line"] else str(node["file"])


def as_text(explained: Node, name: Name, limit: int) -> Iterator[str]:
    """Lines: the fact, then its proofs, the strongest first, at most ``limit`` of them."""
    yield headline(explained, name)
    for number, proof in enumerate(explained["proofs"][:limit], 1):
        yield ""
        yield f"proof {number}, strength {proof['strength']:.3f}"
        yield from _text(proof["tree"], name, "  ")
    if (more := len(explained["proofs"]) - limit) > 0:
        yield f"\nand {more} more: --limit shows them"


def _text(node: Node, name: Name, indent: str) -> Iterator[str]:
    yield f"{indent}{said(node, name)}"
    yield f"{indent}  {reason_of(node)}"
    for evidence in node.get("evidence", ()):
        yield f"{indent}    {place(evidence)}: {evidence['text']}"
    for premise in node.get("premises", ()):
        yield from _text(premise, name, indent + "    ")
    for absent in node.get("absent", ()):
        yield f"{indent}    nowhere: {said(absent, name)}"


def place(evidence: Node) -> str:
    """Where a sentence stands: document, section, offsets, how it is said."""
    spans = ", ".join(f"{start}-{end}" for start, end in evidence["spans"])
    return f"{evidence['document']}, {evidence['section']}, {spans}, {evidence['status']}"


def as_dot(explained: Node, name: Name) -> str:
    """The proofs as one Graphviz digraph; what proofs share is drawn once.

    Arrows go from what is concluded to what it rests on. Inferred facts are dashed.
    """
    shapes: dict[str, str] = {}
    arrows: dict[tuple[str, str, str], None] = {}
    for proof in explained["proofs"]:
        _draw(proof["tree"], name, shapes, arrows)
    lines = ["digraph proof {", "  rankdir=BT;", '  node [shape=box, fontname="sans-serif"];']
    lines += [f"  {node} [{shape}];" for node, shape in shapes.items()]
    lines += [
        f"  {start} -> {end} [label={_dot(label)}];" if label else f"  {start} -> {end};"
        for end, start, label in arrows
    ]
    return "\n".join([*lines, "}", ""])


def _draw(
    node: Node, name: Name, shapes: dict[str, str], arrows: dict[tuple[str, str, str], None]
) -> str:
    own = _dot(" ".join((node["relation"], *node["arguments"])))
    style = "dashed" if node["by"] == "derived" else "solid"
    shapes.setdefault(own, f"label={_dot(said(node, name))}, style={style}")
    for evidence in node.get("evidence", ()):
        sentence = _dot(f"{place(evidence)}: {evidence['text']}")
        shapes.setdefault(sentence, f"label={_dot(_folded(evidence))}, shape=note")
        arrows[own, sentence, ""] = None
    for premise in node.get("premises", ()):
        arrows[own, _draw(premise, name, shapes, arrows), node["rule"]] = None
    return own


def _folded(evidence: Node, width: int = 48) -> str:
    lines, current = [evidence["document"]], ""
    for word in evidence["text"].split():
        if current and len(current) + len(word) >= width:
            lines.append(current)
            current = ""
        current = f"{current} {word}".strip()
    return "\n".join([*lines, current])


def _dot(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{quoted}"'


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  overflow-wrap: anywhere }
h1 { font-size: 1.4rem } summary { cursor: pointer; padding: .3rem 0 }
ul { list-style: none; border-left: 2px solid #bbb; margin: .3rem 0; padding-left: 1rem }
q { font-family: Georgia, serif } small { color: #555 } .derived > b { color: #7a3e00 }
"""


def as_html(explained: Node, name: Name) -> str:
    """A page that stands alone: no script, nothing fetched, every text escaped."""
    title = escaped(headline(explained, name))
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>",
    ]
    for number, proof in enumerate(explained["proofs"], 1):
        opened = " open" if number == 1 else ""
        parts.append(
            f"<details{opened}><summary>proof {number}, strength {proof['strength']:.3f}</summary>"
        )
        parts += ["<ul>", *_html(proof["tree"], name), "</ul></details>"]
    return "\n".join([*parts, "</body></html>", ""])


def _html(node: Node, name: Name) -> Iterator[str]:
    yield f'<li class="{node["by"]}"><b>{escaped(said(node, name))}</b>'
    yield f"<br><small>{escaped(reason_of(node))}</small><ul>"
    for evidence in node.get("evidence", ()):
        yield f"<li><q>{escaped(evidence['text'])}</q>"
        yield f"<br><small>{escaped(place(evidence))}</small></li>"
    for premise in node.get("premises", ()):
        yield from _html(premise, name)
    for absent in node.get("absent", ()):
        yield f"<li><small>nowhere: {escaped(said(absent, name))}</small></li>"
    yield "</ul></li>"
