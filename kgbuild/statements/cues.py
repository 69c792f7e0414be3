"""How a sentence says a thing: negated, hedged, asked, or told of others. By cues and clauses.

The method is that of NegEx and ConText (Chapman et al. 2001; Harkema et al. 2009): words that
negate or hedge, and how far each reaches. The words are our own, for the prose of papers; they
stand in ``cues.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgbuild.annotation import Cue, Status
from kgbuild.document import Span
from kgbuild.errors import ConfigError
from kgbuild.statements.hiding import MENTION, hidden, lowered

__all__ = ["Cues", "Reading", "read_cues"]

_CLAUSE = re.compile(
    r"[;:] |,? but (?!not )|,? (?:whereas|while|although|though|however|yet|because)[, ]"
)
_SUBORDINATE = re.compile(
    r"(?:although|though|whereas|while|because|since|unlike|despite)\b[^,]*, "
)
_PHRASE = re.compile(r"[,;:] | and (?!(?:colleagues|co-?workers|associates))")
_LIST_BEFORE = re.compile(
    rf"(?:{MENTION}+(?: ?\([^()]*\))?(?:,? (?:and|or|nor|as well as) (?:the )?|, )){{1,20}}\Z"
)
_BEHIND_ENDS = re.compile(r"[;:,] |\.|\b(?:but|and|whereas|while|which|although|that)\b")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|may|might|will|would|must"
    r"|should|\w{3,}ed|\w{3,}(?:uce|use|ibit|vate|vent|eat|ease|ind|act|late)s?|leads?|led)\b"
)
_REACH = 300
"""How far from a statement a cue is looked for, in characters."""


class _StatusCues(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Status
    sentence: list[str] = Field(default_factory=list)
    near: list[str] = Field(default_factory=list)
    behind: list[str] = Field(default_factory=list)


class _NegationCues(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pseudo: list[str]
    between: list[str]
    before: list[str]
    adjacent: list[str]
    behind: list[str]


class CueFile(BaseModel):
    """A file of cues: see ``cues.toml``."""

    model_config = ConfigDict(extra="forbid")

    status: list[_StatusCues]
    negation: _NegationCues


@dataclass(frozen=True, slots=True)
class Reading:
    """How a statement is said. ``cues`` are spans of the sentence."""

    negated: bool
    status: Status
    cues: tuple[Cue, ...]

    @property
    def plain(self) -> bool:
        """Whether the sentence states it as a fact, and not as one of others."""
        return self.status is Status.STATED and not self.negated


def _words(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)") if patterns else None


class Cues:
    """Reads how a statement is said."""

    def __init__(self, file: CueFile) -> None:
        negation = file.negation
        self._pseudo = _words(negation.pseudo)
        self._between = _words(negation.between)
        self._before = _words(negation.before)
        self._adjacent = re.compile(
            rf"(?<!\w)(?:{'|'.join(negation.adjacent)})"
            r"(?: (?:the|an?|any|significant|clear|other))* \Z"
        )
        self._behind = _words(negation.behind)
        self._statuses = [
            (cues.kind, _words(cues.sentence), _words(cues.near), _words(cues.behind))
            for cues in file.status
        ]

    def read(
        self, sentence: str, first_end: Span, second_end: Span, *, noun: bool
    ) -> Reading | None:
        """How the sentence says what it says of the two mentions; None where it is too tangled.

        ``sentence`` is in lower case, its mentions hidden behind ``MENTION``. ``noun`` is True
        for a statement that is a noun, such as "an association between A and B".
        """
        clause = _clause_start(sentence, first_end.start)
        phrase = _phrase_start(sentence, clause, first_end.start)
        status = self._status(sentence, clause, phrase, second_end)
        negations = self._negations(sentence, phrase, first_end, second_end, noun=noun)
        if negations is None:
            return None
        kind, cue = status
        cues = [*(Cue(kind="negated", span=span) for span in negations)]
        if cue:
            cues.append(Cue(kind=kind.value, span=cue))
        return Reading(bool(negations), kind, tuple(sorted(cues, key=lambda c: c.span)))

    def between(
        self, sentence: str, first: Span, second: Span, mentions: Iterable[Span] = ()
    ) -> Reading:
        """How a sentence says what it says of two mentions, whichever words say it.

        For extractors that know a pair and a sentence, and no trigger. The spans are places in
        ``sentence``, the two in any order; ``mentions`` are the others in it, whose names are
        then not read as cues. Where negations are too many to count on ("no evidence that A
        does not cause B"), it is read as speculated.
        """
        read = hidden(lowered(sentence), _apart([first, second, *mentions]))
        left, right = sorted((first, second))
        noun = _VERB.search(read, left.end, max(left.end, right.start)) is None
        if reading := self.read(read, left, right, noun=noun):
            return reading
        found = self._between and self._between.search(read)
        cues = (Cue(kind=Status.SPECULATED.value, span=Span(*found.span())),) if found else ()
        return Reading(negated=False, status=Status.SPECULATED, cues=cues)

    def _status(
        self, sentence: str, clause: int, phrase: int, second_end: Span
    ) -> tuple[Status, Span | None]:
        behind = _behind_end(sentence, second_end.end)
        for kind, in_clause, near, after in self._statuses:
            for pattern, start, end in (
                (in_clause, clause, second_end.start),
                (near, phrase, second_end.start),
                (after, second_end.end, behind),
            ):
                if pattern and (cue := pattern.search(sentence, start, end)):
                    return kind, Span(*cue.span())
        if sentence.endswith("?"):
            return Status.QUESTION, Span(len(sentence) - 1, len(sentence))
        return Status.STATED, None

    def _negations(
        self, sentence: str, phrase: int, first_end: Span, second_end: Span, *, noun: bool
    ) -> list[Span] | None:
        """The cues that negate the statement; None where negations are too many to count on."""
        if self._pseudo:
            sentence = self._pseudo.sub(lambda found: "_" * len(found[0]), sentence)
        between = _found(self._between, sentence, first_end.end, second_end.start)
        start = _list_start(sentence, first_end.start)
        before = _found(self._before, sentence, phrase, start)
        if adjacent := self._adjacent.search(sentence, phrase, start):
            before.append(Span(*adjacent.span()))
        if not before and _found(self._between, sentence, phrase, start):
            return None  # something else is negated: "in mice that did not eat A caused B"
        behind = []
        if noun:
            end = _behind_end(sentence, second_end.end)
            behind = _found(self._behind, sentence, second_end.end, end)
        paired = any("neither" in span.of(sentence) for span in before)
        if sum(map(bool, (before and not paired, between, behind))) > 1:
            return None  # "no evidence that A does not cause B"
        return [*before, *between, *behind]


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; those that overlap as one."""
    apart: list[Span] = []
    for span in sorted(spans):
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return apart


def _found(pattern: re.Pattern[str] | None, text: str, start: int, end: int) -> list[Span]:
    return [Span(*cue.span()) for cue in pattern.finditer(text, start, end)] if pattern else []


def _clause_start(sentence: str, end: int) -> int:
    start = max(0, end - _REACH)
    for border in _CLAUSE.finditer(sentence, start, end):
        start = border.end()
    subordinate = _SUBORDINATE.match(sentence, start, end)
    return subordinate.end() if subordinate else start


def _phrase_start(sentence: str, clause: int, end: int) -> int:
    start = clause
    for border in _PHRASE.finditer(sentence, clause, _list_start(sentence, end)):
        start = border.end()
    return start


def _list_start(sentence: str, end: int) -> int:
    """Where the list of names begins that the mention ends: "no A, B or C caused …"."""
    listed = _LIST_BEFORE.search(sentence, max(0, end - _REACH), end)
    return listed.start() if listed else end


def _behind_end(sentence: str, start: int) -> int:
    limit = min(len(sentence), start + _REACH)
    border = _BEHIND_ENDS.search(sentence, start, limit)
    return border.start() if border else limit


def read_cues(path: Path | None) -> Cues:
    """The cues of a file, or those that come with kgbuild. Raises ConfigError."""
    place = str(path) if path else "cues.toml"
    try:
        return Cues(CueFile.model_validate(_table(path)))
    except (tomllib.TOMLDecodeError, ValidationError, re.error, OSError) as error:
        raise ConfigError(
            f"cannot read the cues: {error}",
            place=place,
            key="cues",
            hints=["leave `cues` out to use those that come with kgbuild"],
        ) from error


def _table(path: Path | None) -> dict[str, Any]:
    if path:
        return tomllib.loads(path.read_text("utf-8"))
    shipped = resources.files("kgbuild.statements").joinpath("cues.toml")
    return tomllib.loads(shipped.read_text("utf-8"))
