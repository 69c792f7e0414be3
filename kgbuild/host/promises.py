"""What components promise, checked on every document of every run.

A component that breaks a promise on a document fails for that document: there is no partial
trust. The checks stand on the main road, so the common case costs well under a microsecond a
mention; what exactly is wrong is worked out only when something is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NoReturn

from kgbuild.annotation import (
    AnnotatedDocument,
    Annotations,
    Candidate,
    Cue,
    Link,
    Mention,
    Relation,
    Status,
)
from kgbuild.assertion import Concept, Review, Verdict
from kgbuild.components import (
    ExtractorSpec,
    LinkerSpec,
    ReaderSpec,
    Reading,
    SegmenterSpec,
    Spec,
    Task,
    Withdrawal,
)
from kgbuild.document import Document, Section, Span, Unread
from kgbuild.errors import ContractError, VocabularyError
from kgbuild.vocabulary import category_of, normalise, predicates, qualifiers

__all__ = [
    "check_annotations",
    "check_concept",
    "check_links",
    "check_reading",
    "check_review",
    "check_sentences",
]

_MOST_PARTS = 1 << 31
_CUE_KINDS = frozenset({"negated", *Status})


class _Breach(Exception):  # noqa: N818 - not an error for anyone outside this module
    """A promise is broken; the message is the record and the rule."""


class _BiolinkClasses:
    """Contains every category of the Biolink Model: what a file's own annotations may have."""

    def __contains__(self, category: object) -> bool:
        return isinstance(category, str) and category_of(category) == category


def check_annotations(spec: ExtractorSpec, task: Task, annotations: Annotations) -> None:
    """Raise ContractError unless everything an extractor says of a document may be believed.

    Spans lie in the text and texts equal what they cover; scores are in [0, 1]; categories and
    predicates are declared; links and relations are about mentions that are there; relations
    have evidence; what was left out is counted.
    """
    try:
        _check_annotations(task, annotations, spec.categories, spec.predicates)
    except (_Breach, AttributeError, TypeError) as error:
        _refuse(spec, task.document, error)


def check_links(
    spec: LinkerSpec, document: Document, mentions: Sequence[Mention], links: Sequence[Link]
) -> None:
    """Raise ContractError unless every link is about one of the mentions and well formed.

    Concepts are CURIEs in bioregistry's spelling; candidates are sorted, best first.
    """
    try:
        _check_links(mentions, links)
    except (_Breach, AttributeError, TypeError) as error:
        _refuse(spec, document, error)


def check_sentences(spec: SegmenterSpec, document: Document, sentences: Sequence[Span]) -> None:
    """Raise ContractError unless sentences are in order, apart, and inside sections."""
    try:
        _check_sentences(document, sentences)
    except (_Breach, AttributeError, TypeError) as error:
        _refuse(spec, document, error)


def check_reading(spec: ReaderSpec, reading: Reading) -> None:
    """Raise ContractError unless what a reader yields is a sound document (or no document).

    The text can be stored, sections lie in it, identifiers are CURIEs, and annotations that
    came with the file keep the rules that an extractor's keep, with any Biolink category.
    """
    if isinstance(reading, Unread | Withdrawal):
        return
    document = reading.document if isinstance(reading, AnnotatedDocument) else reading
    try:
        _check_document(document)
        if isinstance(reading, AnnotatedDocument):
            task = Task(document=document)
            _check_annotations(task, reading.annotations, _BiolinkClasses(), predicates())
    except (_Breach, AttributeError, TypeError) as error:
        _refuse(spec, document, error)


def check_concept(concept: object) -> None:
    """Raise TypeError unless what a terminology knows of a concept is a Concept, all of texts."""
    if not isinstance(concept, Concept):
        raise TypeError(f"expected a Concept or None, got {type(concept).__name__}")
    texts = concept.id, concept.label, concept.category, *concept.synonyms, *concept.exact_matches
    if not all(map(_is_text, texts)):
        raise TypeError(f"{concept} holds what is no text")


def check_review(review: object) -> None:
    """Raise TypeError unless what a plugin says of an assertion is a Review with its fields."""
    if not isinstance(review, Review):
        raise TypeError(f"expected a Review or None, got {type(review).__name__}")
    if not isinstance(review.verdict, Verdict):
        raise TypeError(f"verdict {review.verdict!r} is not a kgbuild.Verdict")
    if not (_is_text(review.reviewer) and _is_text(review.reason)):
        raise TypeError(f"{review}: reviewer and reason are texts")


def _refuse(spec: Spec, document: object, error: Exception) -> NoReturn:
    rule = str(error) if isinstance(error, _Breach) else f"a record is malformed: {error}"
    raise ContractError(rule, component=spec.name, document=getattr(document, "id", "")) from error


def _check_annotations(
    task: Task,
    annotations: Annotations,
    categories: Collection[str] | _BiolinkClasses,
    allowed_predicates: Collection[str],
) -> None:
    if type(annotations) is not Annotations:
        raise _Breach(f"expected Annotations, got {type(annotations).__name__}")
    text = task.document.text
    for told in annotations.left_out:
        _check_left_out(told)
    _check_mentions(text, categories, annotations.mentions)
    if not (annotations.links or annotations.relations):
        return
    known = _Known(task.annotations + annotations)
    for link in annotations.links:
        _check_link(known.mentions, link)
    for relation in annotations.relations:
        _check_relation(text, known, allowed_predicates, relation)


def _check_left_out(told: object) -> None:
    match told:
        case (str() as reason, int() as count) if _is_text(reason) and reason and count >= 0:
            return
    raise _Breach(f"left_out has {told!r}: it must be a reason and how many")


def _check_mentions(
    text: str, categories: Collection[str] | _BiolinkClasses, mentions: Iterable[Mention]
) -> None:
    length = len(text)
    for mention in mentions:
        span = mention.span
        start, end, score = span.start, span.end, mention.score
        # The hot loop of the promises: the first test that fails sends the mention to
        # _check_mention, which finds out whether and what is wrong.
        if (
            type(mention) is not Mention
            or type(start) is not int
            or type(end) is not int
            or not 0 <= start < end <= length
            or text[start:end] != mention.text
            or mention.category not in categories
            or type(score) is not float
            or not 0.0 <= score <= 1.0
            or mention.parts
        ):
            _check_mention(text, categories, mention)


def _check_mention(
    text: str, categories: Collection[str] | _BiolinkClasses, mention: Mention
) -> None:
    if not isinstance(mention, Mention):
        raise _Breach(f"expected a Mention, got {type(mention).__name__}")
    _check_span(text, mention.span, mention)
    covered = mention.span.of(text)
    if covered != mention.text:
        raise _Breach(f"{mention}: the text is {mention.text!r}, the span covers {covered!r}")
    if mention.category not in categories:
        raise _Breach(f"{mention}: category {mention.category!r} is not declared")
    _check_score(mention.score, mention)
    if mention.parts:
        _check_parts(text, mention)


def _check_parts(text: str, mention: Mention) -> None:
    parts = mention.parts
    if type(parts) is not tuple:
        raise _Breach(f"{mention}: parts are a tuple, got {type(parts).__name__}")
    for part in parts:
        _check_span(text, part, mention)
    if not all(a.end < b.start for a, b in pairwise(parts)):
        raise _Breach(f"{mention}: parts must be in order, apart and not empty")
    if (parts[0].start, parts[-1].end) != (mention.span.start, mention.span.end):
        raise _Breach(f"{mention}: the span must reach from the first part to the last")


def _check_span(text: str, span: Span, record: object) -> None:
    if not isinstance(span, Span):
        raise _Breach(f"{record}: expected a Span, got {type(span).__name__}")
    for offset in (span.start, span.end):
        if type(offset) is not int:
            raise _Breach(f"{record}: offsets are int, got {type(offset).__name__}")
    if not 0 <= span.start < span.end <= len(text):
        raise _Breach(
            f"{record}: span {span.start}-{span.end} is empty or outside the text of "
            f"{len(text)} characters"
        )


def _check_score(score: float, record: object) -> None:
    # A numpy.float32 is not a float: neither SQLite nor JSON would take it.
    if isinstance(score, bool) or not isinstance(score, float | int) or not 0.0 <= score <= 1.0:
        raise _Breach(f"{record}: score {score!r} is not a number in [0, 1]")


def _is_text(said: object) -> bool:
    """Whether the store can keep it: a text without lone surrogates."""
    return isinstance(said, str) and (said.isascii() or _encodes(said))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Known:
    """The mentions of a document and the concepts that they are linked to."""

    def __init__(self, annotations: Annotations) -> None:
        self.mentions = frozenset(annotations.mentions)
        self.concepts = frozenset(c.concept for link in annotations.links for c in link.candidates)


def _check_links(mentions: Sequence[Mention], links: Iterable[Link]) -> None:
    known = frozenset(mentions)
    for link in links:
        _check_link(known, link)


def _check_link(known: Collection[Mention], link: Link) -> None:
    if not isinstance(link, Link):
        raise _Breach(f"expected a Link, got {type(link).__name__}")
    if link.mention not in known:
        raise _Breach(f"{link}: it links a mention that is not there")
    if type(link.part) is not int or not 0 <= link.part < _MOST_PARTS:
        raise _Breach(f"{link}: part {link.part!r} is not a number from 0")
    if link.reason != "" and not _is_text(link.reason):
        raise _Breach(f"{link}: reason {link.reason!r} is no text")
    above = 1.0
    for candidate in link.candidates:
        # As with mentions: what is sound is seen at once, what is not is looked into.
        if (
            type(candidate) is not Candidate
            or type(candidate.score) is not float
            or not 0.0 <= candidate.score <= above
            or not _well_spelled(candidate.concept)
            or type(candidate.reason) is not str
            or type(candidate.label) is not str
            or not candidate.reason.isascii()
            or not candidate.label.isascii()
        ):
            _check_candidate(link, candidate, above)
        above = candidate.score


def _check_candidate(link: Link, candidate: Candidate, above: float) -> None:
    if not isinstance(candidate, Candidate):
        raise _Breach(f"expected a Candidate, got {type(candidate).__name__}")
    _check_score(candidate.score, candidate)
    _check_curie(candidate.concept, candidate)
    for what in (candidate.reason, candidate.label):
        if not _is_text(what):
            raise _Breach(f"{candidate}: {what!r} is no text")
    if candidate.score > above:
        raise _Breach(f"{link}: candidates must be sorted by score, best first")


@lru_cache(maxsize=100_000)
def _well_spelled(curie: str) -> bool:
    try:
        return normalise(curie) == curie
    except VocabularyError:
        return False


def _check_curie(curie: str, record: object) -> None:
    try:
        spelled = normalise(curie)
    except VocabularyError as error:
        raise _Breach(f"{record}: {error}") from error
    if spelled != curie:
        raise _Breach(f"{record}: write {spelled!r}, not {curie!r}")


def _check_relation(
    text: str, known: _Known, allowed_predicates: Collection[str], relation: Relation
) -> None:
    if not isinstance(relation, Relation):
        raise _Breach(f"expected a Relation, got {type(relation).__name__}")
    for end in (relation.subject, relation.object):
        if end not in (known.concepts if isinstance(end, str) else known.mentions):
            raise _Breach(f"{relation}: {end!r} is not among the mentions or linked concepts")
    if relation.predicate not in allowed_predicates:
        raise _Breach(f"{relation}: predicate {relation.predicate!r} is not declared")
    if not relation.evidence:
        raise _Breach(f"{relation}: there is no evidence; give the sentence that says so")
    for span in (*relation.evidence, *(cue.span for cue in relation.cues)):
        _check_span(text, span, relation)
    _check_score(relation.score, relation)
    _check_manner(relation)


def _check_manner(relation: Relation) -> None:
    """How it is said: negated or not, status, cues, qualifiers, conditions."""
    if type(relation.negated) is not bool:
        raise _Breach(f"{relation}: negated {relation.negated!r} is neither True nor False")
    if not isinstance(relation.status, Status):
        raise _Breach(f"{relation}: status {relation.status!r} is not a kgbuild.Status")
    for cue in relation.cues:
        if not isinstance(cue, Cue) or cue.kind not in _CUE_KINDS:
            raise _Breach(f"{relation}: a cue is one of {', '.join(sorted(_CUE_KINDS))}")
    _check_terms("qualifiers", relation.qualifiers, relation)
    _check_terms("conditions", relation.conditions, relation)
    for key, _ in relation.qualifiers:
        if key not in qualifiers():
            raise _Breach(f"{relation}: {key!r} is not a Biolink qualifier")


def _check_terms(what: str, terms: tuple[tuple[str, str], ...], relation: Relation) -> None:
    pairs = type(terms) is tuple and all(type(term) is tuple and len(term) == 2 for term in terms)
    if not pairs or not all(_is_text(said) for term in terms for said in term):
        raise _Breach(f"{relation}: {what} are a tuple of pairs of texts, not {terms!r}")


def _check_document(document: Document) -> None:
    if not isinstance(document, Document):
        raise _Breach(f"expected a Document, got {type(document).__name__}")
    for curie in (document.id, *document.exact_matches):
        _check_curie(curie, document.id)
    try:
        document.text.encode()
    except UnicodeEncodeError as error:
        raise _Breach(f"the text holds a lone surrogate at {error.start}") from error
    if "\0" in document.text:
        raise _Breach(f"the text holds a NUL at {document.text.index(chr(0))}")
    for section in document.sections:
        if not isinstance(section, Section):
            raise _Breach(f"expected a Section, got {type(section).__name__}")
        _check_span(document.text, section.span, section)
    _check_sentences(document, document.sentences)


def _check_sentences(document: Document, sentences: Sequence[Span]) -> None:
    if not sentences:
        return
    borders = sorted({edge for s in document.sections for edge in (s.span.start, s.span.end)})
    length = len(document.text)
    ahead = iter([*borders, length])
    before = border = 0
    for sentence in sentences:
        if (
            type(sentence) is not Span
            or type(sentence.start) is not int
            or type(sentence.end) is not int
            or not before <= sentence.start < sentence.end <= length
        ):
            _check_sentence(document.text, sentence, before)
        start, end = sentence.start, sentence.end
        while border <= start:
            border = next(ahead)
        if border < end:
            raise _Breach(f"sentence {start}-{end} crosses a section border at {border}")
        before = end


def _check_sentence(text: str, sentence: Span, before: int) -> None:
    _check_span(text, sentence, "sentence")
    if sentence.start < before:
        raise _Breach(
            f"sentence {sentence.start}-{sentence.end} overlaps or comes before the one ahead of it"
        )
