"""Sentences of scientific text by rules: one pass of one pattern, then a word or two looked up.

The pattern finds the places where a sentence could end: a full stop, question or exclamation
mark with what closes behind it (quotes, brackets, superscript citations), white space, and
something that could begin a sentence. Most places are settled by the word before the stop,
the rest by the words behind it.

Time is linear in the length of the text, whatever the text: every repeat in the patterns is
bounded or possessive, and no check looks further than ``_REACH`` characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise, starmap

from kgbuild.components import SegmenterSpec, Settings
from kgbuild.document import Document, SectionKind, Span

__all__ = ["SPEC", "RuleSegmenter", "sentences"]

_REACH = 200
"""How far a check looks back or ahead, in characters."""

_PLACE = r"""
    MARK (?<![.?!][.?!])               # the first of a run of stops
    [.?!]*+
    ["'”’»)\]}]*+                      # what closes behind them belongs to the sentence
    (?:
        (?<=[^\W\d]\.|[)\]%]\.)        # superscript citations: "improved.1,2 Later"
        \d{1,3} (?: [,–-] \d{1,3} ){0,20} (?=\s)
      | \[ [\d,\ –-]{1,60} \] (?=\s)   # "improved.[4] Later"
    )?+
    (?:
        (\s++)
        (?! [a-z]++ (?! [\w-] | \.[A-Z\d] | \(\d ) )   # a plain word begins no sentence
      | (?<=[a-z]{3}\.) (?= (?:The|We|In|It|This|These|Our|However|Here|There|Thus)\s )
    )
    """
_MARK = re.compile(_PLACE.replace("MARK", "[.?!]"), re.VERBOSE)
_FULL_STOP = re.compile(_PLACE.replace("MARK", r"\."), re.VERBOSE)
"""Found in less than half the time, and most paragraphs have no other mark."""

_STARTER = re.compile(
    r"""["'“(\[]* (?:
    A|After|All|Also|Although|Among|An|And|Another|As|At|Because|Before|Besides|Both|But|By|
    Compared|Consequently|Conversely|
    Collectively|Despite|Due|During|Each|Even|Few|Finally|First|For|From|
    Furthermore|Given|He|Hence|Her|Here|His|How|However|If|Importantly|In|Increasing|Indeed|
    Interestingly|It|Its|Later|Most|Moreover|More|Neither|Nevertheless|No|None|Not|Notably|On|
    Once|One|Only|Other|Others|Our|Over|Overall|Recent|Recently|Secondly|Several|She|Similarly|
    Since|So|Some|Still|Subsequently|Such|Surprisingly|Taken|That|The|Their|Then|There|Thereafter|
    Therefore|These|They|This|Those|Three|Through|Thus|To|Together|Two|Under|Unlike|Until|Upon|
    Using|We|What|When|Whereas|Whether|Which|While|Who|Why|With|Within|Without|You
    ) (?![\w.'-])
    | (?: (?i:Background|Aims?|Objectives?|Purpose|Methods?|Design|Setting|Patients|Results?|
    Findings|Conclusions?|Interpretation|Discussion) [.:] )""",
    re.VERBOSE,
)
"""Words that begin sentences and are hardly ever names."""

_CLAUSE = re.compile(r"""["'“(\[]* [A-Z][a-z]+ ,?\s [a-z]""", re.VERBOSE)
"""A capitalised word, then one in lower case: "Cells were", not "Nature 2004"."""

_LOWER_NAME = re.compile(
    r"""(?! (?:kg|g|mg|ml|l|cm|m|d|h|s|min)-\d )
    (?: [a-z]{1,4}-?[A-Z\d] | [a-z]-[A-Z] | [dl]-[a-z]{4} | c-[a-z]{3}\b | [cgmnpr]\.[A-Z\d]
      | [α-ω] | (?:alpha|beta|gamma|delta|kappa)[-(] )""",
    re.VERBOSE,
)
"""A name that begins in lower case: p53, mTOR, miR-21, c-Myc, c-fos, p.Val600Glu, α-synuclein."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER = _words(
    "approx ca cf dr e.g eq eqn eqns eqs fig figs i.e lt col maj mr mrs ms mt messrs prof ref refs "
    "resp st ste vs viz var subsp ssp aff suppl"
)
"""After these a sentence goes on, whatever follows."""

_BEFORE_NUMBER = _words(
    "no nos vol vols p pp tab tabs ch sec sect jan feb mar apr jun jul aug sep sept oct nov dec"
)
"""After these a sentence goes on where a number follows."""

_MAY_END = _words(
    "al etc inc ltd co corp gmbh llc plc spp sp jr sr ph.d m.d univ dept "
    "acad am appl biochem biol biophys chem clin engl exp genet immunol int med mol nat natl "
    "neurosci pharmacol phys physiol proc psychiatr res rev sci soc"
)
"""After these a sentence goes on unless what follows looks like a new one."""

_ABBREVIATED = _NEVER | _BEFORE_NUMBER | _MAY_END
_ENDINGS = frozenset(word[-3:] for word in _ABBREVIATED)
"""A word of three letters or more that ends in none of these is no abbreviation."""

_LETTERED = _words(
    "vitamin vitamins hepatitis group groups type types protein factor grade stage class arm panel "
    "cohort influenza phase coenzyme subunit case patient subject ward hemophilia haemophilia "
    "cyclosporin cyclosporine mitomycin amphotericin toxin antigen allele genotype strain serotype "
    "region domain site model experiment part level category trial chain form variant isoform "
    "troponin degree degrees"
)
"""Words that a single capital letter belongs to: "vitamin C."."""

_DOTTED = re.compile(r"[^\W\d_]{1,2}(?:\.[^\W\d_]{1,2})+\Z")
_COUNTING = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5})\Z")
_REST_OF_NUMBER = re.compile(r"\d{1,3}[-%);,]")
_PARAGRAPH = re.compile(r"\n[^\S\n]*+\n\s*+")
_OPENING = "([{\"'“‘«"


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Where the sentences of ``text[start:end]`` lie: pairs of offsets into ``text``, in order.

    White space around sentences is left out, and every other character is in one. A blank
    line always ends a sentence; a single line break does not.

    >>> text = "Loss of E. coli (Fig. 2) was seen. p53 was not lost."
    >>> [text[a:b] for a, b in sentences(text)]
    ['Loss of E. coli (Fig. 2) was seen.', 'p53 was not lost.']
    """
    end = len(text) if end is None else end
    if text.find("\n", start, end) < 0:
        return _of_paragraph(text, start, end)
    found: list[tuple[int, int]] = []
    for blank in _PARAGRAPH.finditer(text, start, end):
        found += _of_paragraph(text, start, blank.start())
        start = blank.end()
    return found + _of_paragraph(text, start, end)


def _of_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    start, end = _trimmed(text, start, end)
    # Cut out, so that no check sees what lies beyond: that is another paragraph's or section's.
    part, begun, found = text[start:end], 0, []
    mark = _MARK if "?" in part or "!" in part else _FULL_STOP
    for place in mark.finditer(part):
        stop, following = place.span()
        if following < len(part) and _ends(part, begun, stop, following):
            gap = place.start(1)
            found.append((start + begun, start + (gap if gap >= 0 else following)))
            begun = following
    return [*found, (start + begun, end)] if part else []


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets without the white space at either end."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends(text: str, start: int, stop: int, following: int) -> bool:
    """Whether the sentence that began at ``start`` ends with the mark at ``stop``.

    ``following`` is where the next one would begin.
    """
    if text[following].islower() and not _LOWER_NAME.match(text, following):
        return False
    if text[stop] != ".":
        return True
    opened = text.rfind("(", max(start + 1, stop - _REACH), stop)
    if opened >= 0 and _inside_bracket(text, opened, following):
        return False
    ending = text[stop - 3 : stop]
    if ending.islower() and ending.isalpha() and ending not in _ENDINGS:
        return True  # behind a plain word, as most stops are
    before = text[max(start, stop - 40) : stop]
    if before[-1:].isspace():  # "A, B, ... Z"
        return bool(_STARTER.match(text, following))
    word = before.rsplit(None, 1)[-1].lstrip(_OPENING) if before else ""
    lowered = word.lower()
    first = stop - len(word) <= start
    if len(word) == 1 and not word.isdigit():
        return not first and _letter_ends(text, before, word, following)
    if lowered in _ABBREVIATED:
        return _abbreviation_ends(text, word, lowered, following)
    if word[-1:].isdigit() and text[following].isdigit() and _broken(text, word, following):
        return False
    if _DOTTED.match(word):
        return _goes_anew(text, following, strict=word[0].isupper())
    # "1. Introduction": a number that stands first counts, and ends nothing.
    return not (first and _COUNTING.match(word))


def _inside_bracket(text: str, opened: int, following: int) -> bool:
    """Whether the bracket that opened before a stop closes behind it, and soon."""
    if text.find(")", opened, following) >= 0:
        return False
    closed = text.find(")", following, following + _REACH)
    return closed >= 0 and text.find("(", following, closed) < 0


def _abbreviation_ends(text: str, word: str, lowered: str, following: int) -> bool:
    number = text[following].isdigit()
    if word.isupper():  # MS, NO and CO are names; FIG and NO before a number are not
        return not (number and lowered in ("fig", "figs", "no", "nos"))
    if lowered in _NEVER or (number and lowered in _BEFORE_NUMBER):
        return False
    return _goes_anew(text, following)


def _letter_ends(text: str, before: str, word: str, following: int) -> bool:
    """Whether a single letter ends a sentence: a unit ("2 h.") or a name ("vitamin C.") does.

    An initial ("J. Smith") and a genus ("E. coli") do not.
    """
    words = before.split()
    previous = words[-2] if len(words) > 1 else ""
    if previous[-1:].isdigit() or _STARTER.match(text, following):
        return True
    if word.islower():
        return not text[following].isdigit()
    return previous.lower() in _LETTERED or not (word.isalpha() or text[following].isdigit())


def _broken(text: str, word: str, following: int) -> bool:
    """Whether a stop between two numbers is a decimal point, as old records have them ("0. 5")."""
    return (len(word) < 3 and word.isdigit()) or (
        "." not in word and bool(_REST_OF_NUMBER.match(text, following))
    )


def _goes_anew(text: str, following: int, *, strict: bool = False) -> bool:
    """Whether what follows looks like a new sentence; ``strict`` wants a function word."""
    return bool(_STARTER.match(text, following)) or (
        not strict and bool(_CLAUSE.match(text, following))
    )


class RuleSegmenter:
    """Finds sentences by rules; each title and heading, and each row of a table, is its own."""

    def segment(self, document: Document) -> list[Span]:
        """The sentences, in order, without overlap, none across a section border."""
        text = document.text
        of_kind = {section.span: section.kind for section in document.sections}
        found: list[Span] = []
        for stretch in _stretches(document):
            kind = of_kind.get(stretch)
            if kind is SectionKind.TITLE or kind is SectionKind.HEADING:
                start, end = _trimmed(text, stretch.start, stretch.end)
                found += [Span(start, end)] if start < end else []
            elif kind is SectionKind.TABLE:
                found += starmap(Span, chain.from_iterable(_rows(text, stretch)))
            else:
                found += starmap(Span, sentences(text, stretch.start, stretch.end))
        return found


def _stretches(document: Document) -> Iterator[Span]:
    """The text cut at every section's start and end."""
    borders = {0, len(document.text)}
    for section in document.sections:
        borders |= {section.span.start, section.span.end}
    return (Span(start, end) for start, end in pairwise(sorted(borders)))


def _rows(text: str, stretch: Span) -> Iterator[list[tuple[int, int]]]:
    start = stretch.start
    for line in stretch.of(text).splitlines(keepends=True):
        yield sentences(text, start, start + len(line))
        start += len(line)


def _create(settings: Settings) -> RuleSegmenter:
    return RuleSegmenter()


SPEC = SegmenterSpec(
    name="rules",
    summary="Sentences of scientific text by rules for abbreviations, citations and names.",
    create=_create,
)
