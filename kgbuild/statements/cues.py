"""How a sentence says a thing: negated, hedged, asked, or told of others. By cues and clauses.

The method is that of NegEx and ConText (Chapman et al. 2001; Harkema et al. 2009): words that
negate or hedge, and how far each reaches. The words are our own, for the prose of papers; they
stand in ``cues.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgbuild.annotation import Cue, Status
from kgbuild.document import Span
from kgbuild.errors import ConfigError
from kgbuild.statements.chance import insignificant
from kgbuild.statements.denial import denies
from kgbuild.statements.denial.weighing import likelihood
from kgbuild.statements.doubt import against, telling
from kgbuild.statements.hiding import CONTRACTED, hidden, is_name, lowered
from kgbuild.statements.lookup import Listed, Lookup
from kgbuild.statements.scope import Scope, scope

__all__ = ["ASIDE", "Cues", "Reading", "read_cues", "surroundings"]

ASIDE = "pair of names beside a denial of something else"
"""Why nothing is told of a pair whose reading is an aside, where what is left out is counted."""


class _StatusCues(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Status
    pseudo: list[str] = Field(default_factory=list)
    sentence: list[str] = Field(default_factory=list)
    near: list[str] = Field(default_factory=list)
    behind: list[str] = Field(default_factory=list)
    subject: list[str] = Field(default_factory=list)
    compound: list[str] = Field(default_factory=list)
    whole: list[str] = Field(default_factory=list)
    title: list[str] = Field(default_factory=list)
    afterwards: list[str] = Field(default_factory=list)
    verdict: list[str] = Field(default_factory=list)


class _NegationCues(BaseModel):
    model_config = ConfigDict(extra="forbid")

    affirming: list[str] = Field(default_factory=list)
    pseudo: list[str]
    between: list[str]
    clause: list[str]
    before: list[str]
    adjacent: list[str]
    object: list[str] = Field(default_factory=list)
    behind: list[str]
    denied: list[str]
    after: list[str]
    circumstance: list[str] = Field(default_factory=list)


class CueFile(BaseModel):
    """A file of cues: see ``cues.toml``."""

    model_config = ConfigDict(extra="forbid")

    words: dict[str, str] = Field(default_factory=dict)
    status: list[_StatusCues]
    negation: _NegationCues


@dataclass(frozen=True, slots=True)
class Reading:
    """How a statement is said. ``cues`` are spans of the sentence.

    ``aside``: the two are named beside a denial of something else, and nothing is said of them.
    ``doubt`` is how much the words together say against a plain statement, where no cue was found
    and they were asked: the log of the odds, above 0 the statement is not plain. ``likely`` is
    the chance, by all words together, that what is denied is denied of the two.
    """

    negated: bool
    status: Status
    cues: tuple[Cue, ...]
    aside: bool = False
    doubt: float | None = None
    likely: float | None = None

    @property
    def plain(self) -> bool:
        """Whether the sentence states it as a fact, and not as one of others."""
        return self.status is Status.STATED and not self.negated


_CLASS = re.compile(r"<(\w+)>")
_CLEAR = 1.0
"""So much the words have to say against a pair that a rule has a verb for; the log of the odds."""

_SMALL = (
    "(?:the|an?|any|significant|clear|other|those|that|ones|with|on|in|for|by"
    "|concomitant|additional|further|apparent|detectable|measurable|corresponding|accompanying)"
)
_NOT = re.compile(r"\bnot\b")


class _Classes:
    """Makes patterns of cues: ``<name>`` stands for a class of words, "not" also for "n't"."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        self._lookup = Lookup()

    def joined(self, patterns: Sequence[str]) -> str:
        return _NOT.sub(f"(?:not|{CONTRACTED}t)", self._spelled("|".join(patterns)))

    def words(self, patterns: Sequence[str]) -> re.Pattern[str] | None:
        return re.compile(self._whole(patterns)) if patterns else None

    def listed(self, patterns: Sequence[str]) -> Listed:
        return self._lookup.listed(self._whole(patterns))

    def in_front(self, patterns: Sequence[str]) -> Listed:
        """The words directly in front of a mention, small words between them allowed."""
        return self._lookup.listed(rf"(?<!\w)(?:{self._any(patterns)})(?: {_SMALL})* \Z")

    def _whole(self, patterns: Sequence[str]) -> str:
        return rf"(?<!\w)(?:{self._any(patterns)})(?!\w)"

    def _any(self, patterns: Sequence[str]) -> str:
        return self.joined(patterns or ["(?!)"])

    def _spelled(self, pattern: str) -> str:
        """The pattern with its classes spelled out; a class may name others."""
        for _ in range(len(self._words) + 1):
            pattern = _CLASS.sub(lambda found: f"(?:{self._class(found[1])})", pattern)
        return pattern

    def _class(self, name: str) -> str:
        if name not in self._words:
            raise KeyError(f"<{name}> is no class of [words]")
        return self._words[name]


class _StatusPatterns:
    """The cues of one status, compiled."""

    def __init__(self, cues: _StatusCues, classes: _Classes) -> None:
        self.kind = cues.kind
        self._pseudo = classes.words(cues.pseudo)
        listed = {name: getattr(cues, name) for name in _WHERE}
        self._listed = {name: classes.listed(words) for name, words in listed.items() if words}

    def find(self, around: Scope, stretches: Sequence[tuple[str, Span]]) -> Span | None:
        """The first cue; ``stretches`` are those of ``around``."""
        found = self._first(around.text, around, stretches)
        if found and self._pseudo:  # seldom: what looks like a cue is left out only then
            return self._first(_without(self._pseudo, around.text), around, stretches)
        return found

    def _first(
        self, text: str, around: Scope, stretches: Sequence[tuple[str, Span]]
    ) -> Span | None:
        for name, place in stretches:
            if listed := self._listed.get(name):
                cue = listed.first(text, place)
                if cue and (name != "whole" or cue.start < around.behind.start):
                    return cue
        return None


_WHERE = (
    "sentence",
    "near",
    "behind",
    "subject",
    "compound",
    "whole",
    "title",
    "afterwards",
    "verdict",
)


def _stretches(around: Scope) -> Iterator[tuple[str, Span]]:
    """Where cues are looked for, by the name of their list, in this order."""
    clause, end = around.clause.start, around.between.end
    anew = around.between.start if around.anew else 0
    yield "sentence", Span(max(clause, anew), end)
    yield "near", Span(max(around.phrase.start, anew), end)
    if around.compound:
        yield "compound", around.behind
    else:
        yield "behind", around.behind
        if around.noun:
            yield "subject", around.behind
    yield "whole", Span(max(clause, anew), len(around.text))
    yield "afterwards", Span(around.behind.start, len(around.text))
    yield "verdict", around.verdict
    if around.title:
        yield "title", Span(0, len(around.text))


class Cues:
    """Reads how a statement is said: by cues, and, ``weighed``, a pair's words together."""

    def __init__(self, file: CueFile, *, weighed: bool = True) -> None:
        negation, classes = file.negation, _Classes(file.words)
        self._affirming = classes.listed(negation.affirming)
        self._pseudo = classes.words([*negation.affirming, *negation.pseudo])
        self._between = classes.listed(negation.between)
        self._clause = classes.listed(negation.clause)
        self._before = classes.listed(negation.before)
        self._adjacent = classes.in_front(negation.adjacent)
        self._object = classes.in_front(negation.object)
        self._behind = classes.listed(negation.behind)
        self._denied = classes.listed(negation.denied)
        self._after = classes.words(negation.after)
        circumstances = classes.joined(negation.circumstance or ["(?!)"])
        self._circumstance = re.compile(rf"(?s:.*)(?<!\w)(?:{circumstances}) ?\Z")
        self._weighed = weighed
        self._statuses = [_StatusPatterns(cues, classes) for cues in file.status]

    def between(
        self,
        sentence: str,
        first: Span,
        second: Span,
        mentions: Iterable[Span] = (),
        *,
        alike: bool = False,
    ) -> Reading:
        """How a sentence says what it says of two mentions, whichever words say it.

        For extractors that know a pair and a sentence, and no trigger. The spans are places in
        ``sentence``, the two in any order; ``mentions`` are the others in it, whose names are
        then not read as cues. Where negations are too many to count on ("no evidence that A
        does not cause B"), it is read as speculated, and so where the words together are doubted,
        or where something else than the pair is denied. ``alike``: both name things of one kind,
        which a sentence may set against each other.
        """
        hiding = _hiding(sentence, first, second, mentions)
        first, second = sorted((first, second))
        around = scope(hiding, first, second)
        if reading := self._read(around, _by_chance(hiding, second)):
            between = Span(first.end, second.start) if alike and around.noun else None
            if reading.negated and self._denies_other(reading, around, hiding, between):
                return _undenied(reading)
            return self._weigh(reading, around)
        found = self._between.first(hiding, Span(0, len(hiding)))
        cues = (Cue(kind=Status.SPECULATED.value, span=found),) if found else ()
        return Reading(negated=False, status=Status.SPECULATED, cues=cues)

    def read(self, sentence: str, first_end: Span, second_end: Span) -> Reading | None:
        """How the sentence says what it says of the two mentions; None where it is too tangled.

        ``sentence`` is in lower case, its mentions hidden behind ``MENTION``; the two are given in
        order. For rules that found a word that relates the two: the other words have to speak
        clearly against a plain statement to be heard.
        """
        around = scope(sentence, first_end, second_end)
        reading = self._read(around, _by_chance(sentence, second_end))
        return self._weigh(reading, around, _CLEAR) if reading else None

    def _weigh(self, reading: Reading, around: Scope, least: float = 0.0) -> Reading:
        """The reading, doubted where its words speak that much against a plain statement."""
        affirmed = reading.plain and self._affirms(around)
        return (
            _unless_doubted(reading, around, least) if self._weighed and not affirmed else reading
        )

    def _read(self, around: Scope, by_chance: Sequence[Cue]) -> Reading | None:
        kind, cue = self._status(around)
        negations = self._negations(around)
        if negations is None:
            return None
        cues = [Cue(kind="negated", span=around.place(span)) for span in negations]
        if cue:
            cues.append(Cue(kind=kind.value, span=around.place(cue)))
        if by_chance and not cues:
            return Reading(negated=False, status=Status.SPECULATED, cues=tuple(by_chance))
        reading = Reading(bool(negations), kind, tuple(sorted(cues, key=lambda c: c.span)))
        if negations and not any(denies(around, span) for span in negations):
            return _undenied(reading)
        weighed = self._weighed and negations
        return replace(reading, likely=likelihood(around, negations)) if weighed else reading

    def _denies_other(
        self, reading: Reading, around: Scope, hiding: str, between: Span | None
    ) -> bool:
        """Whether the words deny something else than the pair.

        What is asked or supposed is not denied. Words may set two of a kind against each other,
        with no verb ``between`` them ("A, but not B, cured C", "A cured C, whereas B did not"), or
        tell how it was ("B resistant to A", "A was as effective as B").
        """
        if reading.status in {Status.QUESTION, Status.HYPOTHESIS}:
            return True
        denials = [cue.span for cue in reading.cues if cue.kind == "negated"]
        if between:
            behind = around.alone and around.goes_on
            if all(d.start >= between.end if behind else d in between for d in denials):
                return True
        return all(self._circumstance.match(hiding[: span.end]) for span in denials)

    def _affirms(self, around: Scope) -> bool:
        """Whether the statement is a denied denial ("no doubt that A causes B")."""
        place = Span(around.clause.start, around.behind.end)
        return self._affirming.first(around.text, place) is not None

    def _status(self, around: Scope) -> tuple[Status, Span | None]:
        stretches = list(_stretches(around))  # of all statuses
        for status in self._statuses:
            if cue := status.find(around, stretches):
                return status.kind, cue
        if (mark := around.text.find("?", around.clause.start)) >= 0:
            return Status.QUESTION, Span(mark, mark + 1)
        return Status.STATED, None

    def _negations(self, around: Scope) -> list[Span] | None:
        """The cues that negate the statement; None where negations are too many to count on."""
        if around.elliptic or self._denials(around.text, around) == []:
            return []
        return self._denials(_without(self._pseudo, around.text), around)

    def _denials(self, text: str, around: Scope) -> list[Span] | None:
        before = self._negations_before(text, around)
        between = self._negations_between(text, around)
        behind = self._negations_behind(text, around)
        paired = any("neither" in span.of(text) for span in before)
        if sum(map(bool, (before and not paired, between, behind))) > 1:
            return None  # "no evidence that A does not cause B"
        return [*before, *between, *behind]

    def _negations_between(self, text: str, around: Scope) -> list[Span]:
        whole = Span(around.clause.end, around.between.end)
        if cues := [*self._between.each(text, whole if around.goes_on else around.between)]:
            return cues
        place = Span(around.between.start, around.second_listed)
        found = self._adjacent.first(text, place) or self._object.first(around.text, place)
        return [found] if found else []

    def _negations_behind(self, text: str, around: Scope) -> list[Span]:
        said = around.noun or around.complement
        found = [*self._denied.each(text, around.behind)] if said else []
        if around.noun and not found:
            listed = self._between if around.alone else self._behind
            found = [*listed.each(text, around.behind)]
        if around.noun and not found:
            found = [*self._denied.each(text, around.later)]
        after = self._after and self._after.match(text, around.behind.start)
        if after and not around.compound:
            found.append(Span(*after.span()))
        return found

    def _negations_before(self, text: str, around: Scope) -> list[Span]:
        phrase = Span(around.phrase.start, around.listed)
        before = [*self._clause.each(text, Span(around.clause.start, around.listed))]
        before += [span for span in self._before.each(text, phrase) if span not in before]
        if adjacent := self._adjacent.first(text, phrase):
            before.append(adjacent)
        return before


def surroundings(sentence: str, first: Span, second: Span, mentions: Iterable[Span] = ()) -> Scope:
    """What is read of a sentence, its pair and its other mentions: see ``Cues.between``."""
    return scope(_hiding(sentence, first, second, mentions), *sorted((first, second)))


def _hiding(sentence: str, first: Span, second: Span, mentions: Iterable[Span]) -> str:
    text = lowered(sentence)
    named = [span for span in mentions if is_name(span.of(sentence))]
    return hidden(text, _apart([first, second, *named]))


def _by_chance(hiding: str, second: Span) -> Sequence[Cue]:
    """The figure behind the two mentions that leaves what is said of them to chance."""
    figure = insignificant(hiding, second)
    return [Cue(kind=Status.SPECULATED.value, span=figure)] if figure else []


def _undenied(reading: Reading) -> Reading:
    """Neither a denial nor plain: the pair is named beside something that is denied.

    What is asked or supposed of the pair stays so.
    """
    aside = reading.status not in {Status.QUESTION, Status.HYPOTHESIS}
    status = Status.SPECULATED if reading.status is Status.STATED else reading.status
    cues = tuple(replace(c, kind=status.value) if c.kind == "negated" else c for c in reading.cues)
    return Reading(negated=False, status=status, cues=cues, aside=aside)


def _unless_doubted(reading: Reading, around: Scope, least: float) -> Reading:
    """The reading, or, where it is plain and doubted, one with the word most against it.

    What is said of another ("A did not cause it, but B did") is no reason to doubt.
    """
    if not reading.plain or around.elliptic:
        return reading
    doubt, kind = against(around), Status.SPECULATED
    if doubt <= least:
        return replace(reading, doubt=doubt)
    cues = tuple(Cue(kind=kind.value, span=around.place(word)) for word in telling(around))
    return Reading(negated=False, status=kind, cues=cues, doubt=doubt)


@lru_cache(maxsize=1024)  # the pairs of a sentence have its text in common
def _without(pattern: re.Pattern[str] | None, text: str) -> str:
    return pattern.sub(lambda found: "_" * len(found[0]), text) if pattern else text


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; those that overlap as one."""
    apart: list[Span] = []
    for span in sorted(spans):
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return apart


def read_cues(path: Path | None, *, weighed: bool = True) -> Cues:
    """The cues of a file, or those that come with kgbuild. Raises ConfigError.

    Where ``weighed``, what they read as plain is doubted if its words are seldom a plain one's.
    """
    place = str(path) if path else "cues.toml"
    try:
        return Cues(CueFile.model_validate(_table(path)), weighed=weighed)
    except (tomllib.TOMLDecodeError, ValidationError, KeyError, re.error, OSError) as error:
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
