"""What a JATS article says of itself in its front matter: names, dates, licence, notices.

Tags are those of JATS 1.3 (https://jats.nlm.nih.gov/archiving/tag-library/1.3/) and of its
forerunner, the NLM DTD 2.x and 3.0; a namespace around them makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kgbuild.document import Notice, NoticeKind, Unread
from kgbuild.readers.composition import identifiers
from kgbuild.readers.safe_xml import text_of

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["child", "collapsed", "curies", "descendants", "facts", "language", "unplaced"]

XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# White space as XML has it: a no-break or thin space is a character of the text and stays.
_WHITE = re.compile("[ \t\r\n]+")

_RETRACTION, _CONCERN = NoticeKind.RETRACTION, NoticeKind.CONCERN
_CORRECTION, _UPDATE, _COMMENT = NoticeKind.CORRECTION, NoticeKind.UPDATE, NoticeKind.COMMENT

# related-article-type -> what it is, and whether *this* article is the one it is about.
# A part retracted is a reason for concern: the rest of the article stands.
_RELATED: dict[str, tuple[NoticeKind, bool]] = {
    "retracted-article": (_RETRACTION, False),
    "retraction-forward": (_RETRACTION, True),
    "retraction": (_RETRACTION, True),
    "partially-retracted-article": (_CONCERN, False),
    "partial-retraction": (_CONCERN, True),
    "partial-retraction-forward": (_CONCERN, True),
    "object-of-concern": (_CONCERN, False),
    "concern-forward": (_CONCERN, True),
    "expression-of-concern": (_CONCERN, True),
    "corrected-article": (_CORRECTION, False),
    "correction-forward": (_CORRECTION, True),
    "correction": (_CORRECTION, True),
    "erratum": (_CORRECTION, True),
    "addended-article": (_UPDATE, False),
    "addendum": (_UPDATE, True),
    "updated-article": (_UPDATE, False),
    "update": (_UPDATE, True),
    "republished-article": (_UPDATE, False),
    "republication": (_UPDATE, True),
    "commentary-article": (_COMMENT, False),
    "commentary": (_COMMENT, True),
    "peer-reviewed-article": (_COMMENT, False),
    "peer-review": (_COMMENT, True),
    "letter": (_COMMENT, True),
    "reply": (_COMMENT, True),
    "article-reference": (_COMMENT, False),
}

# article-type -> the same, for an article that does not name the other one.
_ARTICLE_TYPES: dict[str, tuple[NoticeKind, bool]] = {
    "retraction": (_RETRACTION, False),
    "retracted": (_RETRACTION, True),
    "retracted-article": (_RETRACTION, True),
    "partial-retraction": (_CONCERN, False),
    "expression-of-concern": (_CONCERN, False),
    "correction": (_CORRECTION, False),
    "addendum": (_UPDATE, False),
}

# The dates when the text appeared; not when an archive received or released it.
_PUBLISHED = frozenset(
    {"", "epub", "ppub", "epub-ppub", "pub", "collection", "electronic", "print", "epreprint"}
)
_REVISED = frozenset({"corrected", "updated", "retracted", "ecorrected", "pcorrected"})

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def collapsed(text: str) -> str:
    r"""The text with each run of XML white space made one space, none at its ends.

    >>> collapsed(" in\n   vivo ")
    'in vivo'
    """
    return _WHITE.sub(" ", text).strip(" ")


def descendants(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """The elements found by going down these local names, child by child, in order."""
    if not path:
        yield element
        return
    for found in element.iterchildren("{*}" + path[0]):
        yield from descendants(found, *path[1:])


def child(element: etree._Element, *path: str) -> etree._Element | None:
    """The first of :func:`descendants`, or None."""
    return next(descendants(element, *path), None)


def _words(element: etree._Element | None, *, without: tuple[str, ...] = ()) -> str:
    return "" if element is None else collapsed(text_of(element, without=without))


def curies(article: etree._Element) -> tuple[str, ...]:
    """The CURIEs of the article, PMID before PMCID before DOI."""
    given: dict[str, str] = {}
    for element in descendants(article, "front", "article-meta", "article-id"):
        given.setdefault(element.get("pub-id-type", ""), _words(element))
    return identifiers(
        pmid=given.get("pmid", ""),
        pmcid=given.get("pmcid") or given.get("pmc", ""),
        doi=given.get("doi", ""),
    )


def language(article: etree._Element) -> str:
    """The language of the article, or "" where it does not say."""
    return article.get(XML_LANG, "").strip().lower()


def facts(article: etree._Element) -> dict[str, Any]:
    """The fields of a Document that the front matter and the root's attributes give."""
    meta = child(article, "front", "article-meta")
    known = {"language": language(article), "journal": _journal(article)}
    if meta is None:
        return known
    published = sorted(filter(None, (_date(d) for d in _dates(meta, _PUBLISHED))), key=_padded)
    revised = sorted(filter(None, (_date(d) for d in _dates(meta, _REVISED))), key=_padded)
    return known | {
        "licence": _licence(meta),
        "date": published[0] if published else "",
        "revised": revised[-1] if revised else "",
        "authors": tuple(_authors(meta)),
        "publication_types": tuple(_publication_types(article, meta)),
        "subjects": tuple(_subjects(meta)),
        "notices": tuple(dict.fromkeys(_notices(article, meta))),
    }


def _journal(article: etree._Element) -> str:
    places = (
        ("journal-title-group", "journal-title"),
        ("journal-title",),
        ("journal-title-group", "abbrev-journal-title"),
        ("abbrev-journal-title",),
        ("journal-id",),
    )
    meta = child(article, "front", "journal-meta")
    names = (_words(child(meta, *place)) for place in places) if meta is not None else ()
    return next(filter(None, names), "")


def _licence(meta: etree._Element) -> str:
    """The licence's address (its own, NISO ALI's, or one in its text), else its text."""
    licence = child(meta, "permissions", "license")
    if licence is None:
        return ""
    references = (_words(found) for found in licence.iter("{*}license_ref"))
    links = (found.get(XLINK_HREF, "") for found in licence.iter("{*}ext-link", "{*}uri"))
    candidates = (licence.get(XLINK_HREF, ""), *references, *links, _words(licence))
    return next(filter(None, (candidate.strip() for candidate in candidates)), "")


def _dates(meta: etree._Element, kinds: frozenset[str]) -> Iterator[etree._Element]:
    for path in (("pub-date",), ("history", "date"), ("pub-history", "event", "date")):
        for date in descendants(meta, *path):
            kind = date.get("date-type", date.get("pub-type", ""))
            # A date of the history without a type is not a date of publication.
            if kind in kinds and (kind or path == ("pub-date",)):
                yield date


def _date(element: etree._Element) -> str:
    """ISO, as exact as it is given and makes sense: a season leaves the year alone."""
    year, month, day = (_words(child(element, part)) for part in ("year", "month", "day"))
    if not (year or month):
        year, month, day = [*element.get("iso-8601-date", "")[:10].split("-"), "", "", ""][:3]
    if not re.fullmatch("[12][0-9]{3}", year):
        return ""
    number = _number(month, 12) or _month_named(month)
    if not number:
        return year
    exact = _number(day, 31)
    return f"{year}-{number:02}-{exact:02}" if exact else f"{year}-{number:02}"


def _number(written: str, most: int) -> int:
    number = int(written) if re.fullmatch("[0-9]{1,2}", written) else 0
    return number if 1 <= number <= most else 0


def _month_named(written: str) -> int:
    beginning = written[:3].lower()
    return _MONTHS.index(beginning) + 1 if beginning in _MONTHS else 0


def _padded(date: str) -> str:
    """Orders 2014 after 2014-05: the earliest date is the one known best."""
    return date + "-99-99"[len(date) - 4 :]


def _authors(meta: etree._Element) -> Iterator[str]:
    for contributor in descendants(meta, "contrib-group", "contrib"):
        if contributor.get("contrib-type", "author") == "author":
            yield from filter(None, [_author(contributor)])


def _author(contributor: etree._Element) -> str:
    """``Surname, Given``, as MEDLINE and RIS write it; a group by its name."""
    name = child(contributor, "name")
    if name is None:
        name = child(contributor, "name-alternatives", "name")
    if name is not None and child(name, "surname") is not None:
        surname, given, suffix = (
            _words(child(name, part)) for part in ("surname", "given-names", "suffix")
        )
        first = " ".join(filter(None, (given, suffix)))
        return ", ".join(filter(None, (surname, first)))
    others = (child(contributor, "collab"), child(contributor, "string-name"), name)
    return next(filter(None, (_words(o, without=("contrib-group",)) for o in others)), "")


def _publication_types(article: etree._Element, meta: etree._Element) -> Iterator[str]:
    """The article's type, and the heading under which the journal has it."""
    given = [article.get("article-type", "")]
    groups = descendants(meta, "article-categories", "subj-group")
    for group in groups:
        if group.get("subj-group-type") == "heading":
            given += [_words(subject) for subject in group.iter("{*}subject")]
    yield from filter(None, dict.fromkeys(given))


def _subjects(meta: etree._Element) -> Iterator[tuple[str, str]]:
    """Subjects and keywords, each once; JATS gives no identifier for them."""
    labels: list[str] = []
    for group in descendants(meta, "article-categories", "subj-group"):
        if group.get("subj-group-type") != "heading":
            labels += [_words(subject) for subject in group.iter("{*}subject")]
    for group in descendants(meta, "kwd-group"):
        labels += [_words(keyword) for keyword in group.iter("{*}kwd")]
    yield from (("", label) for label in dict.fromkeys(labels) if label)


def _notices(article: etree._Element, meta: etree._Element) -> Iterator[Notice]:
    found = False
    for related in _related(meta):
        known = _meaning(article, related)
        if known:
            found = True
            yield Notice(kind=known[0], about=_about(related), incoming=known[1])
    said = _ARTICLE_TYPES.get(article.get("article-type", "").lower())
    if said and (not found or said == (_RETRACTION, True)):
        title = _words(child(meta, "title-group", "article-title"))
        yield Notice(kind=said[0], about=title, incoming=said[1])


def _related(meta: etree._Element) -> Iterator[etree._Element]:
    yield from meta.iterchildren("{*}related-article", "{*}related-object")


def _meaning(article: etree._Element, related: etree._Element) -> tuple[NoticeKind, bool] | None:
    kind = related.get("related-article-type", "").lower()
    if kind == "companion":
        # The study is commented on by its companion; anything else is the comment.
        return _COMMENT, article.get("article-type") == "research-article"
    return _RELATED.get(kind)


def _about(related: etree._Element) -> str:
    """The CURIE of the other article, else what is written of it."""
    address = related.get(XLINK_HREF, "").strip()
    doi = re.search(r"10\.[0-9]{4,9}/\S+", address)
    kind = related.get("ext-link-type", "")
    bare = address.rsplit("/", 1)[-1]
    named = identifiers(
        pmid=bare if kind in {"pmid", "pubmed"} else "",
        pmcid=bare if kind in {"pmc", "pmcid"} else "",
        doi=doi[0] if doi else "",
    )
    return next(filter(None, (*named[:1], _words(related), address)), "")


def unplaced(article: etree._Element) -> Iterator[Unread]:
    """What the front matter has that is neither text nor a field of the Document."""
    meta = child(article, "front", "article-meta")
    if meta is None:
        return
    for related in _related(meta):
        if _meaning(article, related) is None:
            kind = related.get("related-article-type", related.get("link-type", ""))
            yield Unread(what="related article", place=kind)
    for tag, what in (
        ("trans-abstract", "translated abstract"),
        ("trans-title-group", "translated title"),
        ("corresp", "correspondence address"),
    ):
        count = sum(1 for _ in meta.iter("{*}" + tag))
        if count:
            yield Unread(what=what, count=count)
