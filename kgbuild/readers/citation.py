"""What the citation formats (PubMed XML, MEDLINE, RIS) have in common: dates, languages, notices.

Sources: the PubMed DTD of 2025 and "MEDLINE/PubMed Data Element (Field) Descriptions" (NLM);
the MARC code list for languages, which is ISO 639-2/B with few exceptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from kgbuild.document import Notice, NoticeKind, Unread

__all__ = [
    "iso_date",
    "labelled",
    "language_code",
    "notice_of",
    "notices_of_types",
    "one_line",
    "text_language",
    "title_and_unread",
    "written_date",
]

_UNTRANSLATED = re.compile(r"\[?\s*(?:not available|untitled)\s*\]?\.?", re.IGNORECASE)
_BREAK = re.compile(r"\s*[\r\n]\s*")
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:[\s/-]*(?P<month>[A-Za-z]{3,9}\b|\d{1,2}\b)(?:[\s/-]*(?P<day>\d{1,2})\b)?)?"
)
_LABEL = re.compile(r"(?:^|(?<=[.?!)\]] ))([A-Z][A-Z0-9 ,/&'()-]{2,79}): ")
_MONTHS = MappingProxyType(
    {
        name: f"{number:02}"
        for number, name in enumerate(
            ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
            start=1,
        )
    }
)

_LANGUAGES = MappingProxyType(
    {
        "afr": "af", "alb": "sq", "ara": "ar", "arm": "hy", "aze": "az", "baq": "eu",
        "ben": "bn", "bos": "bs", "bul": "bg", "cat": "ca", "chi": "zh", "cze": "cs",
        "dan": "da", "dut": "nl", "eng": "en", "epo": "eo", "est": "et", "fin": "fi",
        "fre": "fr", "geo": "ka", "ger": "de", "gla": "gd", "gle": "ga", "glg": "gl",
        "gre": "el", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "ice": "is",
        "ind": "id", "ita": "it", "jpn": "ja", "kaz": "kk", "kin": "rw", "kor": "ko",
        "lat": "la", "lav": "lv", "lit": "lt", "mac": "mk", "mal": "ml", "mao": "mi",
        "may": "ms", "nor": "no", "per": "fa", "pol": "pl", "por": "pt", "pus": "ps",
        "rum": "ro", "rus": "ru", "san": "sa", "slo": "sk", "slv": "sl", "spa": "es",
        "srp": "sr", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur",
        "vie": "vi", "wel": "cy",
    }
)  # fmt: skip
_LANGUAGE_NAMES = MappingProxyType(
    {
        "chinese": "zh", "dutch": "nl", "english": "en", "french": "fr", "german": "de",
        "italian": "it", "japanese": "ja", "korean": "ko", "polish": "pl", "portuguese": "pt",
        "russian": "ru", "spanish": "es", "turkish": "tr",
    }
)  # fmt: skip

_NOTICES = MappingProxyType(
    {
        # A partial retraction takes back a part of a paper that stands: a correction.
        **dict.fromkeys(("RetractionIn", "RIN"), (NoticeKind.RETRACTION, True)),
        **dict.fromkeys(("RetractionOf", "ROF"), (NoticeKind.RETRACTION, False)),
        **dict.fromkeys(("RetractedandRepublishedIn", "RRI"), (NoticeKind.RETRACTION, True)),
        **dict.fromkeys(("RetractedandRepublishedFrom", "RRF"), (NoticeKind.UPDATE, False)),
        **dict.fromkeys(("PartialRetractionIn", "PRIN"), (NoticeKind.CORRECTION, True)),
        **dict.fromkeys(("PartialRetractionOf", "PROF"), (NoticeKind.CORRECTION, False)),
        **dict.fromkeys(("ExpressionOfConcernIn", "ECI"), (NoticeKind.CONCERN, True)),
        **dict.fromkeys(("ExpressionOfConcernFor", "ECF"), (NoticeKind.CONCERN, False)),
        **dict.fromkeys(("ErratumIn", "EIN"), (NoticeKind.CORRECTION, True)),
        **dict.fromkeys(("ErratumFor", "EFR"), (NoticeKind.CORRECTION, False)),
        **dict.fromkeys(("CorrectedandRepublishedIn", "CRI"), (NoticeKind.CORRECTION, True)),
        **dict.fromkeys(("CorrectedandRepublishedFrom", "CRF"), (NoticeKind.CORRECTION, False)),
        **dict.fromkeys(("UpdateIn", "UIN"), (NoticeKind.UPDATE, True)),
        **dict.fromkeys(("UpdateOf", "UOF"), (NoticeKind.UPDATE, False)),
        **dict.fromkeys(("RepublishedIn", "RPI"), (NoticeKind.UPDATE, True)),
        **dict.fromkeys(("RepublishedFrom", "RPF"), (NoticeKind.UPDATE, False)),
        **dict.fromkeys(("CommentIn", "CIN"), (NoticeKind.COMMENT, True)),
        **dict.fromkeys(("CommentOn", "CON"), (NoticeKind.COMMENT, False)),
    }
)

_TYPES = MappingProxyType(
    {
        "Retracted Publication": (NoticeKind.RETRACTION, True),
        "Retracted": (NoticeKind.RETRACTION, True),
        "Retraction of Publication": (NoticeKind.RETRACTION, False),
        "Retraction Notice": (NoticeKind.RETRACTION, False),
        "Expression of Concern": (NoticeKind.CONCERN, False),
        "Published Erratum": (NoticeKind.CORRECTION, False),
    }
)


def one_line(text: str) -> str:
    r"""The text without blanks at its ends; a line break and the blanks around it are one space.

    >>> one_line("  Aspirin in\n   mice. ")
    'Aspirin in mice.'
    """
    text = text.strip()
    return _BREAK.sub(" ", text) if "\n" in text or "\r" in text else text


@lru_cache(maxsize=4096)
def iso_date(year: str, month: str = "", day: str = "") -> str:
    """The date as exact as it makes sense: a month or day that cannot be is left out.

    Months are numbers or English names. A year before 1600 or after 2100 (0000 and 9999 stand
    for "unknown" in exports) gives no date.

    >>> iso_date("2004", "Mar", "7"), iso_date("2004", "02", "30"), iso_date("9999", "1")
    ('2004-03-07', '2004-02', '')
    """
    if len(year) != 4 or not year.isdecimal() or not "1600" <= year <= "2100":
        return ""
    number = _MONTHS.get(month[:3].lower(), month.zfill(2))
    if not "01" <= number <= "12" or len(number) != 2:
        return year
    try:
        return date(int(year), int(number), int(day)).isoformat()
    except ValueError:
        return f"{year}-{number}"


def written_date(text: str) -> str:
    """The first date in words, as MEDLINE and RIS write it.

    >>> written_date("1998 Dec-1999 Jan"), written_date("2000 Spring"), written_date("2004/03/07/")
    ('1998-12', '2000', '2004-03-07')
    """
    found = _WRITTEN.search(text)
    if not found:
        return ""
    return iso_date(found["year"], found["month"] or "", found["day"] or "")


@lru_cache(maxsize=256)
def language_code(name: str) -> str:
    """The BCP 47 code for a MARC code, a BCP 47 code or an English name; empty where unknown.

    >>> language_code("eng"), language_code("pt-BR"), language_code("German"), language_code("mul")
    ('en', 'pt-BR', 'de', '')
    """
    lowered = name.strip().lower()
    if re.fullmatch(r"[a-z]{2}(-[a-z0-9]{2,8})?", lowered):
        return name.strip()
    return _LANGUAGES.get(lowered) or _LANGUAGE_NAMES.get(lowered, "")


def text_language(languages: Iterable[str], *, title: str, abstract: bool) -> str:
    """The language of the text that PubMed holds, which need not be that of the paper.

    The National Library of Medicine translates titles into English (and puts them in brackets)
    and holds the English abstract as *the* abstract, so a German paper's text is English.
    """
    codes = [language_code(name) for name in languages]
    if "en" in codes or abstract or title.startswith("["):
        return "en"
    return next((code for code in codes if code), "")


def title_and_unread(
    title: str, vernacular: str, *, other_abstracts: int = 0, pmid: str = ""
) -> tuple[str, tuple[Unread, ...]]:
    """The title to use, and what a PubMed record has that does not become text.

    The vernacular title stands in for one that is missing or ``[Not Available].``
    """
    if vernacular and (not title or _UNTRANSLATED.fullmatch(title)):
        title, vernacular = vernacular, ""
    unread = []
    if vernacular:
        unread.append(Unread(what="vernacular title"))
    if other_abstracts:
        unread.append(Unread(what="abstract in another language", count=other_abstracts))
    if pmid and not (pmid.isascii() and pmid.isdecimal()):
        place = f"PMID {pmid[:40]}"
        unread.append(Unread(what="identifier", place=place, problem="not a PMID"))
    return title, tuple(unread)


def notice_of(reference: str, about: str) -> Notice | None:
    """The notice that a reference stands for (``RetractionIn``, or MEDLINE's ``RIN``), or None."""
    known = _NOTICES.get(reference)
    if known is None:
        return None
    kind, incoming = known
    return Notice(kind=kind, about=about, incoming=incoming)


def notices_of_types(types: Iterable[str], notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices, and those that the publication types tell of and no reference does."""
    known = dict.fromkeys(notices)
    told = {(notice.kind, notice.incoming) for notice in known}
    for name in types:
        kind_incoming = _TYPES.get(name)
        if kind_incoming and kind_incoming not in told:
            kind, incoming = kind_incoming
            known[Notice(kind=kind, about="", incoming=incoming)] = None
    return tuple(known)


def labelled(abstract: str) -> list[tuple[str, str]]:
    """The (label, passage) parts of an abstract given as one text; the passages hold the label.

    An abstract is structured if it begins with a label in capitals; further labels follow the
    end of a sentence.

    >>> labelled("AIMS: To see. RESULTS: We saw.")
    [('AIMS', 'AIMS: To see.'), ('RESULTS', 'RESULTS: We saw.')]
    >>> labelled("We saw. RNASE: Nothing.")
    [('', 'We saw. RNASE: Nothing.')]
    """
    found = list(_LABEL.finditer(abstract))
    if not found or found[0].start() > 0:
        return [("", abstract)] if abstract else []
    ends = [label.start() for label in found[1:]] + [len(abstract)]
    return [
        (label.group(1), abstract[label.start() : end].rstrip())
        for label, end in zip(found, ends, strict=True)
    ]
