"""Which stretches of a sentence a cue has to stand in to reach what is said of two mentions.

A sentence says more than one thing. It is cut at clauses, asides between commas or brackets are
taken out, and what stands before, between and behind the two mentions is told apart, for a cue
reaches the statement from each of these in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kgbuild.document import Span
from kgbuild.statements.asides import kept, moved
from kgbuild.statements.hiding import CONTRACTED, MENTION
from kgbuild.statements.verbs import VERB, finite, is_title

__all__ = ["Scope", "scope"]

_REACH = 300
"""How far from a statement a cue is looked for, in characters."""

_FEW = 5
"""So many words in front of "A-induced B" can be said of it: "no evidence of any"."""

_LETTERS = 9
"""So many letters a word has, its space counted, if it is none of the longest."""

_BREAK = re.compile(
    r"[;:] |(?<!\ball)(?<!thing)(?<!\bany),? but (?!not )"
    r"|, (?:however|yet|nevertheless|nonetheless"
    r"|so(?! (?:\w+ ){1,3}(?:claim|sa[iy]|hold|maintain|believe|argue)))[, ]"
    r"|, for (?=(?:it|they) )"
    r"|(?:,| and) (?:although|though) "
    r"|,? and (?=(?:found|show(?:ed)?|demonstrated?|observed?|reveal(?:ed)?|concluded?)"
    rf" (?:that|{MENTION}))"
    r"|, and (?=(?:we|it|they|this|these|there|no|neither|nor|all|in)\b)|, (?=nor )"
    r"|, and (?=(?:the|its?|an?) (?:\S+ ){0,6}?(?:is|are|was|were|had|has|did|(?<!-)\w{3,}ed)\b)"
)
"""Where a new clause begins, of which the one before says nothing."""

_NOT_THIS = re.compile(rf"\bnot (?:(?:the|of|in|with|by|to|for) )*{MENTION}+\Z")
"""In front of "but" no clause ends: "not A but B" sets two names of one clause apart."""

_SUBJECT = re.compile(rf"(?:the |an? )?{MENTION}+ ")
"""A clause that begins with a name has a subject of its own."""

_TURN = re.compile(
    r"(?:[-–—]|,? )(?<!perhaps )(?<!possibly )(?<!presumably )(?<!probably )(?<!likely )(?<!not )"
    r"(?:whereas|while(?! (?:\w+ing|on|under|in|at|still)\b)|although|though|because|since)[, ]"
    rf"|, and (?!(?:the )?{MENTION})"
)
"""Where a clause begins that may still be asked or supposed with the one before."""

_ITEM = re.compile(r", [^,;:]{1,40}\Z")
"""What stands between the last comma and "and" in a list."""

_OPENING = re.compile(
    r"(?:(?:although|though|whereas|while|because|since|unlike|despite|even if"
    r"|(?:in (?:contrast|agreement|line|keeping|accord(?:ance)?|addition)|contrary) (?:to|with)"
    r"|(?:consistent|compared|together) with|similar(?:ly)? to|rather than|instead of|far from"
    r"|after|following|during|before|besides|(?:apart|aside) from|regardless of|irrespective of"
    r"|independent(?:ly)? of|without|in the absence of"
    r"|as (?:(?:we|i|they|was|were|is|had|have|been|one|would|might|could|be) ){0,4}"
    r"(?:expect|predict|anticipate|hypothesi[sz]e|suspect)(?:ed|d)?"
    r"|(?:once|long|first|initially|originally|previously) (?:\w+ )?"
    r"(?:thought|believed|considered|regarded|held|feared|claimed)"
    r"|(?:un|not )surprisingly|to (?:our|their) (?:\w+ )?surprise)\b[^,]*"
    r"|(?:in order )?to \w+ [^,]*"
    r"(?=, (?:we|i|the authors|(?:the |these |our )?[\w-]+ (?:were|was|received|underwent))\b)), "
)
_SUBORDINATE = re.compile(
    r"(?:when|after|as(?! (?:part|an?|expected)\b)|once|while|whenever|where|although|though|since"
    r"|in(?! (?:summary|conclusion|addition|contrast|particular|fact|general|short|brief)\b))\b"
)
_COMMA = re.compile(r", ")
_PHRASE = re.compile(r"[,;:] | and (?!(?:colleagues|co-?workers|associates))")
_LIST = re.compile(
    rf"(?:{MENTION}+(?: ?\([^()]*\))?(?:,? (?:and|or|nor|as well as) (?:the )?|, )){{1,20}}\Z"
)
_GOES_ON_LISTING = (", ", " and ", " or ", " nor ", " as well as ", " the ")
"""What ``_LIST`` ends with: asked first, since it is sought from each place before."""
_LISTED = re.compile(rf"(?: ?\([^()]*\))?(?:,|,? (?:and|or|nor|as well as)) (?:the )?{MENTION}")
_PREMODIFIER = re.compile(
    r"(?:[- ][\w-]+){0,3}[- ](?:inhibitor|antagonist|agonist|blocker|activator|substrate|ligand"
    r"|modulator|inducer)s?,? (?:such as )?\Z"
)
_RELATIVE = re.compile(
    r"(?: alone| itself)?,? which\b(?! (?:the |an? )?\Z)|, whose\b|, (?:an?|the) "
)
"""Told of the name itself; "patients with A who" and "those on A whose" tell of people, and what
is told in "A, which B did not inhibit" stands behind both."""
_FRONTED = re.compile(
    r"(?:(?:on|under|with|during|after|following|upon|in|by|for|among|before) (?:[\w-]+ ){0,3}"
    r"|(?:despite|in spite of|notwithstanding|rather than|instead of|without) (?!its |their )"
    r"(?:[\w-]+ ){0,6})\Z"
)
"""In front of a mention that opens the sentence: in "on A, the B" no name is explained."""

_COMPOUND = re.compile(
    r"(?:[-–‐ ]|\)[-–‐]|\) (?=induced))(?:induced|associated|related|mediated|dependent|driven"
    r"|triggered|evoked|stimulated|positive|mutated|mutant|treated|sensitive)(?: [\w-]+){0,3} "
)
_BROUGHT_BY = re.compile(
    r" (?:induced|caused|produced|evoked|elicited|provoked) by (?:[\w-]+ ){0,3}"
)
"""As in "A-induced B", where something is done to "B induced by A"."""

_VERDICT = re.compile(
    r"(?P<ends>[;:?]|\bthat\b(?! (?:of|in|with|for|to|from|on|after|under)\b)"
    r"|\b(?:which|who|whose|whom|where|when|whereas|while|because|although"
    r"|though|since|if|but|whether)\b)"
    r"|\b(?:is|are|was|were|remain(?:s|ed)?|(?:has|have|had|will|to) (?:\w+ )?be(?:en)?)\b"
)
"""The first verb of a subject of many words, or what begins another clause before it."""
_NEXT_VERB = re.compile(
    r"(?: and|,) (?:then |also |thus |thereby |\w+ly )*"
    r"(?:\w{3,}ed|was|were|is|are|led|had|has|bound|causes|inhibits|activates|blocks|reduces|increases|lowers|prevents)\b"
)
_ACTS_ON = re.compile(
    r"\b(?:(?:effects?|impact|influence|bearing) (?:up)?on|prevent|reduc|inhibit"
    r"|attenuat|affect|block|protect|revers|abolish|suppress|ameliorat"
    r"|alter|increas|enhanc|against|worsen|improv|treat|stud|investigat|examin|us|receiv|given"
    r"|measur|determin|evaluat|assess|analy|compar|explor|monitor|record|during|after|following)\w*\b"
)
"""What is done to "A-induced B": whether it is done says nothing of A and B."""

_CAUSAL = re.compile(r"\b(?:due|after|following|secondary|during|from|by|under|caused|induced)\b")
_BEHIND_ENDS = re.compile(
    r"[;:,] |\.\Z"
    rf"|\band\b(?! (?:the |an? )?{MENTION})"
    r"|\b(?:but|whereas|while|which|although|that|who|when|where|if|because|since)\b"
    r"|\b(?:before|until) (?=(?:[^\s,;]+ ){1,5}?(?:is|are|was|were|had|can|could)\b)"
)
_AUXILIARY = (
    r"(?:is|are|was|were|has|have|had|did|does|do|can|could|cannot|may|might|would|will|remains?"
    r"|remained|proved|proves|failed|fails|turned)"
)
_GOES_ON = re.compile(
    r", (?=(?:is|are|was|were|has|have|did|does|do|can|could|may|might|remains?)\b)"
    r"|[^,;:]{0,40}, which (?=(?:still |now |also |\w+ly )?(?:makes?|made|argues?|speaks?|spoke"
    r"|weighs?|rules?|requires?|needs?|remains?|awaits?|deserves?|merits?|warrants?"
    r"|has yet)\b)"
    r"|: (?=(?:an? |the )?(?:study |trial )?(?:protocol|rationale|design)\b)"
)
_NO_NAME = (
    rf"(?:{_AUXILIARY}|but|whereas|while|which|although|that|who|when|where|if|because|since|to|in)"
)
_COORDINATED = re.compile(
    r"(?: [\w-]+){0,3}(?:, [^,;:]{1,60}){0,12},? (?:and|or) "
    rf"(?:(?!{_NO_NAME}\b)[^\s,;:]+ ){{1,6}}(?={_AUXILIARY}\b)"
)
"""Names that are the subject with the two: "effects of A on B and weight were studied"."""

_APART = re.compile(rf",(?: [^,;:]{{1,80}},){{1,3}} (?={_AUXILIARY}\b)")
"""Between a subject and its verb: "the effect of A on B, plausible as it is, was not shown"."""

_SAME_SUBJECT = re.compile(
    rf"(?:,|,? (?:and|but|yet)) (?:(?:also|still|however|nevertheless|thus|\w+ly),? )*"
    rf"(?={_AUXILIARY}\b)"
    r"|[;,] (?:(?:but|and|yet|however|nevertheless|though|although),? )+(?=(?:it|they|this|these) )"
    r"|; (?=(?:it|they|this|these) )"
)
"""Where a further verb begins of the subject that went before."""

_DID = re.compile(r" (?:did|do|does|was|were|is|are|has|had|could|can)(?: so| too| indeed)?\.?")
_THAT = re.compile(r"\b(?:that|of|how|why|for)(?: (?!was |were |is |are )[\w-]+){0,5} \Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The surroundings of two mentions, ``first`` and ``second``, in ``text``.

    It is the sentence without its asides.
    ``clause`` and ``phrase`` end at the first mention; ``between`` ends at the second, and
    ``behind`` begins there, and ``later`` where more is said of the same subject. ``verdict`` is
    what is said, however far behind, of a subject that the two are part of. ``listed`` and
    ``second_listed`` are where the lists of names begin that the mentions end. ``noun``: no verb
    stands between the mentions, so that they are the subject of the one behind; ``alone``: the
    second is, in a clause of its own; ``goes_on``: with a verb, or with another name as subject, so
    that what is said of the first matters ("A was ineffective, and B progressed", "A was
    ineffective, but C cured B"). ``elliptic``: nothing but "did" or "was" is said of the second,
    and that is no denial ("A did not cure B, but C did"). ``complement``: they stand behind "that"
    or "of". ``compound``: they are "A-induced B".
    ``title``: the sentence has no verb before a colon, and no word such as "induced" joins the two.
    ``anew``: a clause with a verb of its own begins between them.

    What joins the two may be part of a name or an aside ("A-induced B", "A, which causes B"), of
    which the sentence's own verb says nothing: then ``clause`` and ``phrase`` are a few words.
    """

    sentence: str
    text: str
    first: Span
    second: Span
    clause: Span
    phrase: Span
    listed: int
    second_listed: int
    between: Span
    behind: Span
    later: Span
    verdict: Span
    noun: bool
    alone: bool
    goes_on: bool
    complement: bool
    elliptic: bool
    compound: bool
    title: bool
    anew: bool
    _kept: Sequence[int]

    def place(self, span: Span) -> Span:
        """A span of ``text`` as one of the whole sentence; the whole of "n't"."""
        start = span.start - (self.text[span.start] == CONTRACTED)
        return Span(self._kept[start], self._kept[span.end - 1] + 1)


def scope(sentence: str, first: Span, second: Span) -> Scope:
    """The surroundings of two mentions, in order, in a sentence whose mentions are hidden."""
    places = kept(sentence, first, second)
    text = sentence if len(places) == len(sentence) else "".join(map(sentence.__getitem__, places))
    left, right = (moved(span, places) for span in (first, second))
    start, breaks = _clause(text, left.start), _breaks(text, left.end, right.start)
    turns = [*breaks, *_borders(_TURN, text, left.end, right.start)]
    if _SUBORDINATE.match(text, start, left.start):
        turns += _borders(_COMMA, text, left.end, right.start)
    after = max(
        [left.end, *turns, *_borders(_NEXT_VERB, text, left.end, right.start, at_end=False)]
    )
    compound = _COMPOUND.fullmatch(text, left.end, right.start) is not None
    compound = compound or _PREMODIFIER.match(text, left.end, right.start) is not None
    compound = compound or _brought_by(text, start, left.end, right.start)
    aside = _RELATIVE.match(text, left.end, right.start) is not None
    aside = aside and _FRONTED.match(text, start, left.start) is None
    if breaks or aside:
        start = left.start
    listed = _list_start(text, left)
    phrase = left.start if turns or aside else _phrase(text, start, listed)
    if compound:
        start = phrase = _tight(text, start, left.start)
    noun = not (compound or aside) and VERB.search(text, after, right.start) is None
    behind = _behind(text, right.end, noun)
    does = VERB.search(text, right.end, behind) is not None
    other = bool(turns) and _SUBJECT.match(text, max(turns), right.start) is not None
    return Scope(
        sentence=sentence,
        text=text,
        first=left,
        second=right,
        clause=Span(start, left.start),
        phrase=Span(phrase, left.start),
        listed=max(listed, phrase),
        second_listed=max(after, _list_start(text, right)),
        between=Span(after, max(after, right.start)),
        behind=Span(right.end, behind),
        later=_later(text, max(right.end, behind - 1)),
        verdict=_verdict(text, start, left, right) if noun and not turns else Span(0, 0),
        noun=noun,
        alone=noun and bool(turns),
        goes_on=other or (noun and bool(turns) and does),
        elliptic=noun and bool(turns) and _DID.fullmatch(text, right.end, behind) is not None,
        complement=compound or _THAT.search(text, phrase, listed) is not None,
        compound=compound,
        anew=bool(breaks) and (not noun or does),
        title=noun and not _CAUSAL.search(text, left.end, right.start) and is_title(text),
        _kept=places,
    )


def _borders(
    pattern: re.Pattern[str], text: str, start: int, end: int, *, at_end: bool = True
) -> Iterator[int]:
    for border in pattern.finditer(text, start, end):
        yield border.end() if at_end else border.start()


def _breaks(text: str, start: int, end: int) -> list[int]:
    """Where new clauses begin between two mentions."""
    found = _BREAK.finditer(text, start, end)
    return [new.end() for new in found if not _NOT_THIS.search(text, 0, new.start())]


def _clause(text: str, end: int) -> int:
    start = max(0, end - _REACH)
    start = max([start, *_borders(_BREAK, text, start, end), *_turns(text, start, end)])
    opening = _OPENING.match(text, start, end)
    return opening.end() if opening else start


def _turns(text: str, start: int, end: int) -> Iterator[int]:
    """Where clauses begin before a mention: not at ", and" in a list or with no verb behind."""
    for turn in _TURN.finditer(text, start, end):
        listing = turn[0] == ", and " and (
            (turn.end() == end and _ends_list(text, start, turn.start()))
            or VERB.search(text, turn.end()) is None
        )
        if not listing:
            yield turn.end()


def _ends_list(text: str, start: int, end: int) -> bool:
    """Whether a few words without a verb stand behind the comma before: "if A, B, and C"."""
    listed = _ITEM.search(text, start, end)
    return listed is not None and VERB.search(text, listed.start(), end) is None


def _phrase(text: str, clause: int, end: int) -> int:
    return max([clause, *_borders(_PHRASE, text, clause, end)])


def _list_start(text: str, mention: Span) -> int:
    """Where the list of names begins that the mention ends: "no A, B or C caused …"."""
    if not text.endswith(_GOES_ON_LISTING, 0, mention.start):
        return mention.start
    listed = _LIST.search(text, max(0, mention.start - _REACH), mention.start)
    if listed is None or _apart(listed[0], text, mention.end):
        return mention.start
    return listed.start()


def _apart(listed: str, text: str, end: int) -> bool:
    """Whether names set apart by a comma alone are no list: "without A, B cured C"."""
    joined = re.search(r" (?:and|or|nor|as well as) ", listed)
    return joined is None and _LISTED.match(text, end) is None


def _brought_by(text: str, clause: int, first_end: int, second: int) -> bool:
    brought = _BROUGHT_BY.fullmatch(text, first_end, second) is not None
    return brought and _ACTS_ON.search(text, clause, first_end) is not None


def _tight(text: str, clause: int, end: int) -> int:
    """Where the few words begin that are said of a name and what is made of it."""
    start = max([clause, *_borders(_ACTS_ON, text, clause, end)])
    words = [word.start() for word in re.finditer(r"\S+", text[start:end])]
    return start + words[-_FEW] if len(words) > _FEW else start


def _behind(text: str, start: int, noun: bool) -> int:
    limit = min(len(text), start + _REACH)
    goes_on = _GOES_ON.match(text, start, limit)
    if noun and not goes_on:
        goes_on = _APART.match(text, start, limit) or _coordinated(text, start, limit)
    border = _BEHIND_ENDS.search(text, goes_on.end() if goes_on else start, limit)
    return border.start() if border else limit


def _coordinated(text: str, start: int, limit: int) -> re.Match[str] | None:
    names = _COORDINATED.match(text, start, limit)
    return names if names and not VERB.search(text, start, names.end()) else None


def _verdict(text: str, start: int, first: Span, second: Span) -> Span:
    """What is said of a subject: "effects of A on B, and on C in rats, were also studied"."""
    none = Span(second.end, second.end)
    if _in_bracket(text, first.end, second.start) or finite(text, start, first.start):
        return none
    verb = _VERDICT.search(text, second.end)
    if verb is None or verb["ends"] or finite(text, second.end, verb.start()):
        return none
    return Span(verb.start(), min(len(text), verb.end() + _FEW * _LETTERS))


def _in_bracket(text: str, start: int, end: int) -> bool:
    return text.rfind("(", start, end) > text.rfind(")", start, end)


def _later(text: str, start: int) -> Span:
    """What is said further on of the same subject, up to where a semicolon or the text ends it."""
    limit = min(len(text), start + _REACH)
    said = _SAME_SUBJECT.search(text, start, limit)
    return Span(said.end(), limit) if said else Span(limit, limit)
