"""Where a tagger errs on texts that it did not learn from, for its card.

How many names it finds that it has learnt and how many others, what is wrong with what it tagged
and how sure it was of that, which labels it confuses, and its surest mistakes with their text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgbuild_model.examples import Example, LabelledSpan
    from kgbuild_model.tagging import ScoredSpan

    Answers = Sequence[tuple[Example, Sequence[ScoredSpan]]]

__all__ = ["mistakes", "names_of"]

_AROUND = 40  # characters of text on each side of a mistake
_SURE = 0.9  # the score from which a wrong span is one that the tagger was sure of


def names_of(examples: Sequence[Example]) -> set[str]:
    """The names that gold texts mark, without their letter case."""
    return {_name(example, span) for example in examples for span in example.spans}


def mistakes(answers: Answers, learnt: Set[str], *, most: int = 12) -> dict[str, Any]:
    """What is wrong with a tagger's answers to gold texts, ready for JSON.

    ``learnt`` are the :func:`names_of` of the training texts. Of the mistakes the ``most`` with the
    highest scores are shown: their text is that of the corpora, 0 leaves it out.
    """
    wrong = [one for example, spans in answers for one in _wrong(example, spans)]
    confused = Counter((one["gold"], one["said"]) for one in wrong if one["what"] == "label")
    surest = sorted(wrong, key=lambda one: (-one["score"], one["id"], one["text"]))
    return {
        "recall": _recall(answers, learnt),
        "wrong": dict(Counter(one["what"] for one in wrong).most_common()),
        "sure": dict(Counter(one["what"] for one in wrong if one["score"] >= _SURE)),
        "missed": sum(_untouched(example, spans) for example, spans in answers),
        "confused": [[*labels, count] for labels, count in confused.most_common()],
        "surest": surest[:most],
    }


def _recall(answers: Answers, learnt: Set[str]) -> dict[str, dict[str, list[int]]]:
    """Of each convention, how many gold spans were found of how many, learnt names and others."""
    counts: dict[str, dict[str, list[int]]] = {}
    for example, spans in answers:
        parts = counts.setdefault(example.convention, {"seen": [0, 0], "unseen": [0, 0]})
        found = {(one.start, one.end, one.label) for one in spans}
        for gold in example.spans:
            part = parts["seen" if _name(example, gold) in learnt else "unseen"]
            part[0] += (gold.start, gold.end, gold.label) in found
            part[1] += 1
    return counts


def _wrong(example: Example, spans: Sequence[ScoredSpan]) -> Iterator[dict[str, Any]]:
    """Each wrong span: at the place of another label, over a gold span, or where nothing is."""
    gold = {(one.start, one.end): one.label for one in example.spans}
    for span in spans:
        label = gold.get((span.start, span.end))
        if label == span.label:
            continue
        touched = [one.label for one in example.spans if _touch(one, span)]
        yield {
            "id": example.id,
            "text": _shown(example.text, span.start, span.end),
            "said": span.label,
            "gold": label or ", ".join(sorted(set(touched))),
            "what": "label" if label else "bounds" if touched else "nothing there",
            "score": span.score,
        }


def _untouched(example: Example, spans: Sequence[ScoredSpan]) -> int:
    """How many gold spans no span touches."""
    return sum(not any(_touch(gold, one) for one in spans) for gold in example.spans)


def _touch(gold: LabelledSpan, span: ScoredSpan) -> bool:
    return gold.start < span.end and span.start < gold.end


def _name(example: Example, span: LabelledSpan) -> str:
    return example.text[span.start : span.end].casefold()


def _shown(text: str, start: int, end: int) -> str:
    """A stretch of text between brackets, with some text around it, in one line."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return " ".join(f"{before}[{text[start:end]}]{after}".split())
