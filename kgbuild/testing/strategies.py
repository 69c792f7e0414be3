"""Hypothesis strategies for every record: sound by construction, and as nasty as text can be."""

import string
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

from kgbuild.annotation import Annotations, Candidate, Cue, Link, Mention, Relation, Status
from kgbuild.assertion import Assertion, Concept, Evidence, Review, Source, Verdict
from kgbuild.document import Document, Notice, NoticeKind, SectionKind, Span, Unread
from kgbuild.readers.composition import Composition
from kgbuild.vocabulary import CATEGORIES

__all__ = [
    "annotations",
    "assertions",
    "candidates",
    "concepts",
    "cues",
    "curies",
    "documents",
    "evidence",
    "links",
    "mentions",
    "notices",
    "passages",
    "predicates",
    "relations",
    "reviews",
    "scores",
    "sources",
    "spans",
]

_NASTY = (
    "β-amyloid",
    "naïve",
    "e\N{COMBINING ACUTE ACCENT}",
    "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "\U0001f9ec",
    "אספירין",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "\r\n",
    "\N{NO-BREAK SPACE}",
    "\N{SOFT HYPHEN}",
    "\N{LATIN SMALL LIGATURE FI}brosis",
    "|",
    "\t",
    '"quoted"',
    "<b>&amp;",
    "\\N",
    "\N{LINE SEPARATOR}",
    "\N{OBJECT REPLACEMENT CHARACTER}",
    "IL-2Rα",
    "p < 0.05",
    "Fig. 2",
    "et al.",
)
_WORDS = st.one_of(
    st.sampled_from(_NASTY),
    st.text(string.ascii_letters + string.digits, min_size=1, max_size=8),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
)
_PREDICATES = ("biolink:treats", "biolink:causes", "biolink:interacts_with", "biolink:affects")

scores = st.floats(0, 1)
"""Numbers in [0, 1]."""

predicates = st.sampled_from(_PREDICATES)
"""Four Biolink predicates, one of them symmetric."""

passages = st.lists(_WORDS, min_size=1, max_size=8).map(" ".join)
"""Text that can be stored, with what breaks offsets and formats."""

curies = st.one_of(
    st.integers(1, 999_999).map(lambda n: f"mesh:D{n:06}"),
    st.integers(1, 99_999).map(lambda n: f"ncbigene:{n}"),
)
"""Identifiers of concepts, in bioregistry's spelling."""

sources = st.builds(
    Source,
    component=st.sampled_from(("lexicon", "shout")),
    distribution=st.sampled_from(("kgbuild-lexicon", "kgbuild-shout")),
    version=st.sampled_from(("1.0", "1.1")),
    fingerprint=st.sampled_from(("", "0a", "0b")),
)
"""A few components with a few settings, so that sources meet."""

notices = st.builds(
    Notice,
    kind=st.sampled_from(NoticeKind),
    about=st.integers(1, 99).map(lambda n: f"pubmed:{n}"),
    incoming=st.booleans(),
)
reviews = st.builds(
    Review, verdict=st.sampled_from(Verdict), reviewer=st.sampled_from(("ada", "ben"))
)
candidates = st.builds(Candidate, concept=curies, score=scores, reason=st.just("exact"))
concepts = st.builds(
    Concept,
    id=curies,
    label=passages,
    category=st.sampled_from(CATEGORIES),
    synonyms=st.lists(passages, max_size=2).map(tuple),
    exact_matches=st.lists(curies, max_size=2, unique=True).map(tuple),
)


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    """A stretch of the text, not empty; the text must not be empty either."""
    start = draw(st.integers(0, len(text) - 1))
    return Span(start, draw(st.integers(start + 1, len(text))))


@st.composite
def documents(draw: st.DrawFn, *, empty: bool = False) -> Document:
    """A document with sections, and sentences inside them; ``empty`` allows one without text."""
    composition = Composition()
    kinds = st.sampled_from(list(SectionKind))
    passage_lists = st.lists(st.tuples(kinds, passages), min_size=0 if empty else 1, max_size=3)
    for kind, passage in draw(passage_lists):
        composition.add(kind, passage or "x")
    document = composition.document(
        (f"pubmed:{draw(st.integers(1, 99))}",),
        language=draw(st.sampled_from(("", "en", "de"))),
        date=draw(st.sampled_from(("", "2004", "2004-03", "2004-03-09"))),
        authors=draw(st.lists(passages, max_size=2).map(tuple)),
        notices=draw(st.lists(notices, max_size=2).map(tuple)),
        unread=draw(st.lists(st.just(Unread(what="formula")), max_size=1).map(tuple)),
    )
    return document.with_sentences(draw(_sentences(document)))


@st.composite
def _sentences(draw: st.DrawFn, document: Document) -> tuple[Span, ...]:
    """Cut each section at some places."""
    found: list[Span] = []
    for section in document.sections:
        start, end = section.span.start, section.span.end
        cuts = draw(st.sets(st.integers(start + 1, max(start + 1, end - 1)), max_size=3))
        edges = sorted({start, end, *(cut for cut in cuts if cut < end)})
        found += [Span(a, b) for a, b in pairwise(edges)]
    return tuple(found)


@st.composite
def mentions(draw: st.DrawFn, document: Document) -> Mention:
    """A mention somewhere in the document, which must have text."""
    span = draw(spans(document.text))
    category = draw(st.sampled_from(CATEGORIES))
    return Mention.at(document, span.start, span.end, category, draw(scores))


@st.composite
def links(draw: st.DrawFn, among: Sequence[Mention]) -> Link:
    """A link of one of the mentions, best candidate first, or NIL."""
    found = draw(st.lists(candidates, max_size=3))
    ranked = sorted(found, key=lambda candidate: -candidate.score)
    return Link(mention=draw(st.sampled_from(among)), candidates=tuple(ranked))


@st.composite
def cues(draw: st.DrawFn, document: Document) -> Cue:
    """Words that negate or hedge."""
    kind = draw(st.sampled_from(("negated", Status.SPECULATED.value, Status.QUESTION.value)))
    return Cue(kind=kind, span=draw(spans(document.text)))


@st.composite
def relations(draw: st.DrawFn, document: Document, among: Sequence[Mention]) -> Relation:
    """A relation between two of the mentions (perhaps one and the same)."""
    return Relation(
        subject=draw(st.sampled_from(among)),
        predicate=draw(predicates),
        object=draw(st.sampled_from(among)),
        evidence=tuple(draw(st.lists(spans(document.text), min_size=1, max_size=2))),
        negated=draw(st.booleans()),
        status=draw(st.sampled_from(Status)),
        cues=tuple(draw(st.lists(cues(document), max_size=1))),
        qualifiers=draw(
            st.sampled_from(((), (("biolink:object_direction_qualifier", "increased"),)))
        ),
        score=draw(scores),
    )


@st.composite
def annotations(draw: st.DrawFn, document: Document) -> Annotations:
    """Mentions of the document, links and relations among them; perhaps none."""
    if not document.text:
        return Annotations()
    found = draw(st.lists(mentions(document), max_size=4))
    if not found:
        return Annotations()
    return Annotations(
        mentions=tuple(found),
        links=tuple(draw(st.lists(links(found), max_size=3))),
        relations=tuple(draw(st.lists(relations(document, found), max_size=2))),
    )


@st.composite
def evidence(draw: st.DrawFn, document: Document) -> Evidence:
    """A place in the document that says something; the text is what the spans cover."""
    places = sorted(set(draw(st.lists(spans(document.text), min_size=1, max_size=2))))
    section = document.section_at(places[0].start)
    ends = st.none() | spans(document.text)
    return Evidence(
        document=document.id,
        version=document.digest,
        section=section.kind.value if section else SectionKind.OTHER.value,
        spans=tuple(places),
        text=" … ".join(place.of(document.text) for place in places),
        subject_span=draw(ends),
        object_span=draw(ends),
        source=draw(sources),
        status=draw(st.sampled_from(Status)),
        score=draw(scores),
        link_score=draw(scores),
    )


@st.composite
def assertions(draw: st.DrawFn, document: Document) -> Assertion:
    """A claim with evidence from the document, in the order that merging gives it."""
    told = draw(st.lists(evidence(document), min_size=1, max_size=3))
    claim = Assertion(
        subject=draw(curies),
        predicate=draw(predicates),
        object=draw(curies),
        negated=draw(st.booleans()),
        reviews=tuple(draw(st.lists(reviews, max_size=1))),
    )
    return claim.merged(told)
