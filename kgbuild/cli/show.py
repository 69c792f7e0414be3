"""``kgbuild show``: a document, a concept or an assertion, as a person reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kgbuild.annotation import AnnotatedDocument, Link, Mention, Status
from kgbuild.assertion import Assertion, Concept, Evidence
from kgbuild.cli import ExitCode
from kgbuild.cli.candidates import print_candidates
from kgbuild.cli.claims import as_belief, cited, claim, each_sentence, in_order
from kgbuild.cli.names import of_a_paper
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.document import Notice, NoticeKind, SectionKind
from kgbuild.errors import NotInGraphError, nearest
from kgbuild.graph.reading import StoredGraph, load
from kgbuild.reasoning.choosing import READ_AS
from kgbuild.reasoning.contradictions import contradicting
from kgbuild.report.claims import circumstances, pieces_of

__all__ = ["command"]


@click.command("show")
@click.argument("thing")
@click.option("--candidates", is_flag=True, help="List what a text's mentions may name, and why.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(thing: str, candidates: bool, json_: bool, kg: Path | None) -> int:
    r"""Show a document with its mentions marked, a concept with its edges, an assertion.

    THING is any identifier of a document, a concept's CURIE or name, or the beginning of an
    assertion's identifier. A PMID, PMCID or DOI may stand alone.

    \b
    Example: kgbuild show pubmed:354896
             kgbuild show lisinopril
             kgbuild show pubmed:354896 --candidates
    """
    with load(set_up(kg=kg).folder) as graph:
        found = list(_find(graph, thing))
        if json_:
            as_json([asdict(one) | _weighed(graph, one) for one in found])
        else:
            for one in found:
                _print(graph, one)
                if candidates and isinstance(one, AnnotatedDocument):
                    _print_links(one.annotations.links)
    return ExitCode.WELL


def _weighed(graph: StoredGraph, found: object) -> dict[str, Any]:
    """What is known beside the record: a document's files, a concept's edges, a belief."""
    if isinstance(found, Concept):
        edges = _by_belief(graph, found)
        return {"assertions": [asdict(edge) | _weighed(graph, edge) for edge in edges]}
    if isinstance(found, AnnotatedDocument):
        return {"files": graph.files(found.document.id)}
    if not isinstance(found, Assertion):
        return {}
    against = [other.id for other in contradicting(graph, found)]
    return {"belief": graph.belief(found), "contradicted_by": against}


def _find(graph: StoredGraph, thing: str) -> Iterator[AnnotatedDocument | Concept | Assertion]:
    """The document, concept or assertion of that identifier, else the concepts of that name."""
    looks = [(look, thing) for look in (graph.annotated, graph.concept, graph.assertion)]
    for look, identifier in (*looks, *((graph.annotated, bare) for bare in of_a_paper(thing))):
        try:
            yield look(identifier)
        except NotInGraphError:
            continue
        else:
            return
    named = graph.named(thing)
    if not named:
        raise NotInGraphError(
            f"the graph has no document, concept or assertion {thing!r}",
            hints=nearest(thing, graph.names_like(thing)) or ["kgbuild status says what it holds"],
        )
    yield from named


def _print(graph: StoredGraph, found: AnnotatedDocument | Concept | Assertion) -> None:
    if isinstance(found, AnnotatedDocument):
        _print_document(found, graph.files(found.document.id))
    elif isinstance(found, Concept):
        _print_concept(graph, found)
    else:
        _print_assertion(graph, found)


def _print_document(annotated: AnnotatedDocument, files: Sequence[str]) -> None:
    document = annotated.document
    click.secho(f"{document.id}  {document.journal} {document.date}".rstrip(), bold=True)
    if document.exact_matches:
        click.echo(f"same as {', '.join(document.exact_matches)}")
    if files:
        click.echo(f"read from {', '.join(files)}")
    for notice in document.notices:
        click.secho(_notice(notice), fg="red")
    begins = {section.span.start: section.kind for section in reversed(document.sections)}
    concepts: dict[Mention, list[str]] = {}
    for link in annotated.annotations.links:
        if link.concept:
            concepts.setdefault(link.mention, []).append(link.concept)
    place, pieces = 0, []
    for mention in sorted(annotated.annotations.mentions, key=lambda m: (m.span, m.category)):
        if mention.span.start < place:
            continue  # a mention inside another: the outer one is marked
        name = ", ".join(concepts.get(mention, ["NIL"]))
        marked = click.style(f"[{mention.text}]", bold=True) + click.style(f"({name})", dim=True)
        pieces += [*_passages(document.text, place, mention.span.start, begins), marked]
        place = mention.span.end
    pieces += _passages(document.text, place, len(document.text), begins)
    click.echo("".join(pieces).strip("\n"))


def _passages(text: str, start: int, end: int, begins: Mapping[int, SectionKind]) -> Iterator[str]:
    """A stretch of text, with each section that begins in it or at its end on a line of its own."""
    for place in sorted(place for place in begins if start <= place <= end and place):
        yield text[start:place].rstrip()
        yield "\n\n" if begins[place] is SectionKind.HEADING else "\n"
        start = place
    yield text[start:end]


def _print_links(links: Iterable[Link]) -> None:
    """What each name may be, once for all mentions of it that were linked alike."""
    ordered = sorted(links, key=lambda link: (link.mention.span, link.mention.category, link.part))
    shown = set()
    for link in ordered:
        head = f"{link.mention.text}  {link.mention.category}"
        if (told := (head, link.part, link.candidates, link.reason)) not in shown:
            shown.add(told)
            print_candidates(head, link)


def _notice(notice: Notice) -> str:
    """What a publisher has said, from this document's end.

    >>> _notice(Notice(kind=NoticeKind.RETRACTION, about="pubmed:2"))
    'RETRACTED: pubmed:2'
    >>> _notice(Notice(kind=NoticeKind.RETRACTION, about="pubmed:1", incoming=False))
    'this is a retraction of pubmed:1'
    """
    if not notice.incoming:
        article = "an" if notice.kind is NoticeKind.CONCERN else "a"
        return f"this is {article} {notice.kind.value} of {notice.about}"
    if notice.kind is NoticeKind.RETRACTION:
        return f"RETRACTED: {notice.about}"
    return f"{notice.kind.value}: {notice.about}"


def _print_concept(graph: StoredGraph, concept: Concept) -> None:
    click.secho(f"{concept.id}  {concept.label}  ({concept.category})", bold=True)
    if concept.exact_matches:
        click.echo(f"  same as {', '.join(concept.exact_matches)}")
    for assertion in _by_belief(graph, concept):
        click.secho(f"  {_line(graph, assertion)}", dim=not _holds(assertion))


def _by_belief(graph: StoredGraph, concept: Concept) -> list[Assertion]:
    """The assertions about a concept, the surest first; ties by identity."""
    told = (*graph.assertions(subject=concept.id), *graph.assertions(object=concept.id))
    each = {assertion.id: assertion for assertion in told}
    return sorted(each.values(), key=lambda one: (-graph.belief(one), one.id))


def _holds(assertion: Assertion) -> bool:
    """Whether some text states it outright and nobody rejects it; it may be a denial."""
    stated = any(evidence.status is Status.STATED for evidence in assertion.evidence)
    return stated and not assertion.rejected


def _withdrawn(graph: StoredGraph, assertion: Assertion) -> bool:
    """Whether all papers that say it are retracted."""
    papers = {evidence.document for evidence in assertion.evidence}
    return bool(papers) and all(graph.document(paper).retracted for paper in papers)


def _line(graph: StoredGraph, assertion: Assertion) -> str:
    """One line: a claim that no text states outright, or none that stands, is dotted, and why."""
    withdrawn = _withdrawn(graph, assertion)
    edge = claim(graph, assertion, "—" if _holds(assertion) and not withdrawn else "···")
    counts = Counter(one.status.value for one in each_sentence(assertion.evidence))
    said = ", ".join(f"{counts[one]} {one}" for one in Status if counts[one])
    judged = "rejected; " if assertion.rejected else ""
    hedged = "" if counts[Status.STATED] else "not stated outright; "
    retracted = "by retracted papers alone; " if withdrawn else ""
    belief = f", belief {as_belief(graph.belief(assertion))}"
    mark = "; contested" if contradicting(graph, assertion) else ""
    said = f"{judged}{hedged}{retracted}{said or 'no evidence'}{belief}{mark}"
    return f"{assertion.id[:12]}  {edge}  ({said})"


def _print_assertion(graph: StoredGraph, assertion: Assertion) -> None:
    click.secho(_line(graph, assertion), bold=True)
    for name, value in assertion.qualifiers:
        click.echo(f"  {name} = {value}")
    for review in assertion.reviews:
        reason = f": {review.reason}" if review.reason else ""
        click.echo(f"  {review.verdict.value} by {review.reviewer}{reason}")
    for other in contradicting(graph, assertion):
        click.secho(f"  against {_line(graph, other)}", fg="red")
    for evidence in in_order(assertion.evidence):
        span = evidence.spans[0]
        click.echo(
            f"  {cited(graph, evidence.document)}, {evidence.section},"
            f" {span.start}-{span.end}, {evidence.status.value},"
            f" {evidence.source.component}{_read_as(evidence)}{_under(graph, evidence)}:"
            f" {evidence.text}"
        )


def _read_as(evidence: Evidence) -> str:
    """What the component read, where that was less exact than the claim, or another."""
    read = [value for name, value in evidence.conditions if name == READ_AS]
    return f" as {' and as '.join(read)}" if read else ""


def _under(graph: StoredGraph, evidence: Evidence) -> str:
    """The words that deny or hedge, and the conditions that the sentence names."""
    cues = [("cue", piece.text) for piece in pieces_of(evidence) if "cue" in piece.marks]
    told = [f"{name} {value}" for name, value in (*cues, *circumstances(graph, evidence))]
    return f" ({'; '.join(told)})" if told else ""
