"""What a checkpoint says of itself: a model card, and its learning curves as a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["curves_svg", "model_card", "read_log", "relation_card"]

_WIDTH, _HEIGHT, _EDGE = 640, 260, 44
_HELD_OUT = (
    "F1 on held-out texts with their gold concepts, of pairs with their type and of pairs, with "
    "intervals of 95%, and the expected calibration error. Weigher, threshold and calibration are "
    "fitted on four fifths of the texts and used on the other, by turns."
)
_COLOURS = ("#1f6f8b", "#c2553a", "#5b8c3e", "#7a5195", "#8a6d1f")


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a run's ``log.jsonl``; of two lines of one step the later counts."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [line for _, line in sorted({line["step"]: line for line in lines}.items())]


def curves_svg(log: Sequence[Mapping[str, Any]]) -> str:
    """The loss, smoothed, and what was measured, over the steps, as an SVG picture.

    A measured corpus has an F1; of plain numbers the accuracy is drawn.
    """
    steps = max((line["step"] for line in log), default=0) + 1
    smooth: list[tuple[float, float]] = []
    level = float(log[0]["loss"]) if log else 0.0
    for line in log:
        level += 0.02 * (line["loss"] - level)
        smooth.append((line["step"] / steps, level))
    top = max((y for _, y in smooth), default=1.0) or 1.0
    curves = [
        (f"loss (of {top:.2f})", [(x, y / top) for x, y in smooth[:: max(1, len(smooth) // 400)]])
    ]
    measured = [
        (line["step"] / steps, _heights(line["measured"])) for line in log if "measured" in line
    ]
    curves += [
        (name, [(x, heights[name]) for x, heights in measured if name in heights])
        for name in sorted({name for _, heights in measured for name in heights})
    ]
    return _picture(curves, steps)


def _heights(measured: Mapping[str, Any]) -> dict[str, float]:
    heights = {
        f"F1 {name}": float(value["f1"])
        for name, value in measured.items()
        if isinstance(value, Mapping)
    }
    if "accuracy" in measured:
        heights["accuracy"] = float(measured["accuracy"])
    return heights


def _picture(curves: Sequence[tuple[str, Sequence[tuple[float, float]]]], steps: int) -> str:
    def place(x: float, y: float) -> str:
        across = _EDGE + x * (_WIDTH - 2 * _EDGE)
        return f"{across:.1f},{_HEIGHT - _EDGE - y * (_HEIGHT - 2 * _EDGE):.1f}"

    height = _HEIGHT + 20 * len(curves)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
    ]
    for level in (0.0, 0.25, 0.5, 0.75, 1.0):
        a, b = place(0, level), place(1, level)
        parts.append(f'<path d="M{a} L{b}" stroke="#ddd"/>')
        parts.append(f'<text x="8" y="{a.split(",")[1]}" dy="4">{level:g}</text>')
    for number, (name, points) in enumerate(curves):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " L".join(place(x, y) for x, y in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts += [
            f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3" fill="{colour}"/>'
            for p in (place(x, y) for x, y in points)
            if number  # the loss has a point a step
        ]
        y = _HEIGHT + 20 * number
        parts.append(f'<text x="{_EDGE}" y="{y}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{_WIDTH // 2 - 40}" y="{_HEIGHT - 14}">step, of {steps:,}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def model_card(facts: Mapping[str, Any]) -> str:
    """The card of a checkpoint, in Markdown.

    ``facts`` are those of ``metrics.json``: ``name``, ``encoder``, ``corpora`` (name, share,
    files with digests, terms), ``held_out`` (what ``measure_tagger`` gives), ``calibration``,
    ``mistakes``, ``elsewhere`` (scores and mistakes on other corpora) and ``measured_by`` if
    there are such, ``notes``.
    """
    labels = ", ".join(label.removeprefix("biolink:") for label in facts["labels"])
    lines = [
        f"# {facts['name']}",
        "",
        f"A tagger of {labels}, fine-tuned from {facts['encoder']}.",
        "",
        "## How right it is",
        "",
        facts["measured_on"],
        *_of_scores(facts["held_out"], "convention"),
    ]
    calibration = facts["calibration"]
    lines += [
        "",
        f"Expected calibration error: {calibration['error']:.4f} ({calibration['how']}).",
    ]
    if facts.get("measured_by"):
        lines += ["", facts["measured_by"]]
    if facts.get("mistakes"):
        lines += ["", "## Where it errs", *_of_mistakes(facts["mistakes"], "convention")]
    if elsewhere := facts.get("elsewhere"):
        lines += ["", "## On corpora that it did not learn from", "", elsewhere["measured_on"]]
        lines += _of_scores(elsewhere["scores"], "corpus")
        lines += _of_mistakes(elsewhere["mistakes"], "corpus")
    return _with_sources(lines, facts)


def _of_scores(scores: Mapping[str, Mapping[str, Any]], kind: str) -> list[str]:
    lines = [
        "",
        f"| {kind} | texts | precision | recall | F1 | 95% interval |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in scores.items():
        low, high = row["interval"]
        lines.append(
            f"| {name} | {row['texts']} | {row['precision']:.4f} | {row['recall']:.4f} "
            f"| {row['f1']:.4f} | {low:.4f} to {high:.4f} |"
        )
    lines += ["", "F1 by label:", ""]
    for name, row in scores.items():
        each = ", ".join(f"{k.removeprefix('biolink:')} {v:.4f}" for k, v in row["labels"].items())
        lines.append(f"- {name}: {each}")
    return lines


def _of_mistakes(found: Mapping[str, Any], kind: str) -> list[str]:
    """The part of a tagger's card that says where it errs."""
    lines = [
        "",
        "Recall of names that the training texts mark (seen, in any letter case) and of others:",
        "",
        f"| {kind} | seen | of | unseen | of |",
        "|---|---|---|---|---|",
    ]
    for name, parts in found["recall"].items():
        rates = " | ".join(
            f"{right / max(count, 1):.4f} | {count}" for right, count in parts.values()
        )
        lines.append(f"| {name} | {rates} |")
    lines += ["", "| wrong spans | all | scored 0.9 or more |", "|---|---|---|"]
    kinds = {"label": "another label", "bounds": "other bounds", "nothing there": "nothing"}
    for what, kind in kinds.items():
        all_, sure = (found[part].get(what, 0) for part in ("wrong", "sure"))
        lines.append(f"| where the gold has {kind} | {all_} | {sure} |")
    lines += ["", f"Names of the gold that no span touches: {found['missed']}."]
    if found["confused"]:
        pairs = (f"{gold} for {said} ({count})" for gold, said, count in found["confused"])
        lines += ["", f"Labels taken for others: {'; '.join(pairs)}.".replace("biolink:", "")]
    return lines + (_surest(found["surest"]) if found["surest"] else [])


def _surest(mistakes: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = ["", "The surest mistakes:", "", "| text | said | gold | score |", "|---|---|---|---|"]
    for one in mistakes:
        text = one["text"].replace("|", "\\|")
        row = f"| {text} | {one['said']} | {one['gold'] or 'nothing'} | {one['score']:.2f} |"
        lines.append(row.replace("biolink:", ""))
    return lines


def relation_card(facts: Mapping[str, Any]) -> str:
    """The card of a relation model, in Markdown.

    ``facts`` are those of its ``metrics.json``: ``name``, ``tagger``, ``corpora`` (name, share,
    types, files with digests, terms), ``held_out`` (what ``measure_relations`` gives), ``notes``,
    and ``teacher`` and ``distilled`` (files with digests) if it had one.
    """
    lines = [
        f"# {facts['name']}",
        "",
        f"Relations between concepts, read above the lower layers of the tagger {facts['tagger']}.",
        "",
        "## How right it is",
        "",
        _HELD_OUT,
        "",
        "| corpus | texts | relations | pair, type: F1 | interval | pair: F1 | interval | error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in facts["held_out"].items():
        typed, paired = ("{:.4f} to {:.4f}".format(*row[i]) for i in ("interval", "pair_interval"))
        lines.append(
            f"| {name} | {row['texts']} | {row['relations']} | {row['f1']:.4f} | {typed} "
            f"| {row['pair_f1']:.4f} | {paired} | {row['calibration_error']:.4f} |"
        )
    lines += ["", "Types:", ""]
    lines += [f"- {corpus['name']}: {', '.join(corpus['types'])}" for corpus in facts["corpora"]]
    return _with_sources(lines, facts)


def _with_sources(lines: list[str], facts: Mapping[str, Any]) -> str:
    """The card's lines, then its curves, what it learnt from, and the notes."""
    lines += [
        "",
        "![loss and F1 over the steps](curves.svg)",
        "",
        "## What it was trained on",
        "",
        "| corpus | share an epoch | terms | files (sha256) |",
        "|---|---|---|---|",
    ]
    for corpus in facts["corpora"]:
        files = "<br>".join(f"{name} ({digest})" for name, digest in corpus["files"].items())
        lines.append(f"| {corpus['name']} | {corpus['share']:g} | {corpus['terms']} | {files} |")
    if facts.get("distilled"):
        files = ", ".join(f"{name} ({digest})" for name, digest in facts["distilled"].items())
        lines += [
            "",
            f"And from what {facts['teacher']} says of {files}, whose relations nobody has marked.",
        ]
    lines += ["", *(f"{note}\n" for note in facts["notes"])]
    return "\n".join(lines).rstrip() + "\n"
