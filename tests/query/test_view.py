"""The SPARQL view is kept in step with the store: an update equals a rebuild."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kgbuild
from kgbuild import Annotations, Document, Source, Span, Status
from kgbuild.assertion import Assertion, Concept, Evidence
from kgbuild.document import Notice, NoticeKind
from kgbuild.graph.rdf_view import quads_of_graph
from kgbuild.graph.rows import (
    AnnotationRows,
    compact,
    concept_key,
    encode_assertion,
    encode_concept,
    encode_spans,
)
from kgbuild.graph.store import GraphStore
from kgbuild.query import view
from kgbuild.query.view import prepare_view

PIPELINE = ["test"]
UP = (("object_direction_qualifier", "increased"),)
DOWN = (("object_direction_qualifier", "decreased"),)
CLAIMS = (
    ("mesh:D1", "biolink:treats", "mesh:D2", False, (), Status.STATED),
    ("mesh:D1", "biolink:treats", "mesh:D2", False, (), Status.SPECULATED),
    ("mesh:D1", "biolink:treats", "mesh:D2", True, (), Status.STATED),
    ("mesh:D1", "biolink:causes", "mesh:D2", False, (), Status.STATED),
    ("mesh:D1", "biolink:affects", "ncbigene:7", False, UP, Status.STATED),
    ("mesh:D1", "biolink:affects", "ncbigene:7", False, DOWN, Status.STATED),
    ("mesh:D1", "biolink:affects", "ncbigene:7", False, (), Status.HYPOTHESIS),
    ("ncbigene:7", "biolink:associated_with", "mesh:D2", False, (("dose", "high"),), Status.STATED),
)


def document(name: str, said: Sequence[int], *, retracted: bool, licence: str) -> Document:
    """A text whose words are the numbers of claims; ``name`` says which work and which text."""
    number, version = name
    notice = Notice(kind=NoticeKind.RETRACTION, about="pubmed:9", incoming=True)
    return Document(
        id=f"doi:10.1000/{number}" if version == "b" else f"pubmed:{number}",
        exact_matches=(f"pubmed:{number}",) if version == "b" else (),
        text=" ".join(map(str, said)) or "nothing",
        revised="2020" if version == "b" else "",
        licence=licence,
        notices=(notice,) if retracted else (),
    )


def annotated(version: int, found: Document) -> AnnotationRows:
    """What a pipeline would make of the text: a claim for each word."""
    source = Source(component="test", distribution="test", version=found.licence or "1")
    claims: dict[str, Assertion] = {}
    for place, word in enumerate(found.text.split()):
        if not word.isdigit():
            continue
        subject, predicate, object_, negated, qualifiers, status = CLAIMS[int(word)]
        evidence = Evidence(
            document=found.id, version=found.digest, section="other",
            spans=(Span(2 * place, 2 * place + 1),), text=word, subject_span=None,
            object_span=None, source=source, status=status,
        )  # fmt: skip
        claim = Assertion(
            subject=subject, predicate=predicate, object=object_, negated=negated,
            qualifiers=qualifiers, evidence=(evidence,),
        )  # fmt: skip
        claims[claim.id] = claims.get(claim.id, claim).merged([evidence])
    rows = [encode_assertion(version, claim, {source: 0}) for claim in claims.values()]
    ends = {end for claim in claims.values() for end in (claim.subject, claim.object)}
    return AnnotationRows(
        version=version, pipeline=compact(PIPELINE), sentences=encode_spans(()), sources=[source],
        mentions=[], links=[], relations=[], assertions=[one[0] for one in rows],
        evidence=[row for one in rows for row in one[1:]],
        concepts=[encode_concept(Concept(id=end, label=found.licence), known=True) for end in ends],
        names=[(concept_key(end), end, "biolink:NamedThing") for end in ends],
        policy_reviews=[], drops=[],
    )  # fmt: skip


def ingest(store: GraphStore) -> None:
    with store.batch():
        store.keep_annotations(
            [annotated(one.version, one.document) for one in store.pending(PIPELINE, limit=99)]
        )


def write(store: GraphStore, name: str, text: Document) -> None:
    with store.batch():
        store.begin_file(name, text.digest, text.text + text.licence, "test")
        store.keep_versions(name, [(text, Annotations())])
        store.end_file(name)
    ingest(store)


def remove(store: GraphStore, name: str) -> None:
    with store.batch():
        store.forget_file(name)
    ingest(store)


def review(store: GraphStore, claim: int, verdict: str) -> None:
    subject, predicate, object_, negated, qualifiers, _ = CLAIMS[claim]
    claimed = Assertion(
        subject=subject, predicate=predicate, object=object_, negated=negated, qualifiers=qualifiers
    )
    with store.batch():
        store.keep_review(claimed.id, "me", verdict, "because")


names = st.sampled_from(["1a", "1b", "2a", "3a"])
texts = st.tuples(
    names,
    st.lists(st.integers(0, len(CLAIMS) - 1), max_size=4),
    st.booleans(),
    st.sampled_from(["", "CC BY", "https://creativecommons.org/licenses/by/4.0/"]),
)
changes = st.one_of(
    texts.map(lambda text: ("write", *text)),
    names.map(lambda name: ("remove", name)),
    st.tuples(
        st.just("review"),
        st.integers(0, len(CLAIMS) - 1),
        st.sampled_from(["accepted", "rejected"]),
    ),
)


def do(store: GraphStore, change: tuple[object, ...]) -> None:
    match change:
        case ("write", str(name), list(said), bool(retracted), str(licence)):
            write(store, name, document(name, said, retracted=retracted, licence=licence))
        case ("remove", str(name)):
            remove(store, name)
        case ("review", int(claim), str(verdict)):
            review(store, claim, verdict)


def lines_of_view(folder: Path) -> list[bytes]:
    with kgbuild.load(folder) as graph:
        store = pyoxigraph.Store.read_only(str(prepare_view(graph)))
    dumped = store.dump(format=pyoxigraph.RdfFormat.N_QUADS)
    assert dumped is not None
    return sorted(dumped.splitlines())


def lines_of_graph(folder: Path) -> list[bytes]:
    """What a view that is made anew holds: Oxigraph writes some numbers in its own way."""
    store = pyoxigraph.Store()
    with kgbuild.load(folder) as graph:
        store.load(input=b"".join(quads_of_graph(graph)), format=pyoxigraph.RdfFormat.N_QUADS)
    dumped = store.dump(format=pyoxigraph.RdfFormat.N_QUADS)
    assert dumped is not None
    return sorted(dumped.splitlines())


@settings(deadline=None, max_examples=12)
@given(steps=st.lists(st.lists(changes, min_size=1, max_size=3), min_size=2, max_size=5))
def test_an_update_equals_a_rebuild_over_random_changes(
    steps: list[list[tuple[object, ...]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("view") / "kg"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view.Changes, "many", False)
        for step in steps:
            with GraphStore.create(folder) as store:
                for change in step:
                    do(store, change)
            assert lines_of_view(folder) == lines_of_graph(folder)
    shutil.rmtree(folder)


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    with GraphStore.create(tmp_path / "kg") as store:
        for number in range(1, 10):
            write(store, f"{number}a", document(f"{number}a", [0, 3], retracted=False, licence=""))
    return tmp_path / "kg"


def test_a_small_change_does_not_make_the_view_anew(
    graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines_of_view(graph)
    with GraphStore.create(graph) as store:
        write(store, "0a", document("0a", [7], retracted=False, licence=""))

    def rebuilt(*_: object) -> None:
        raise AssertionError("the view was made anew")

    monkeypatch.setattr(view, "_rebuild", rebuilt)
    assert lines_of_view(graph) == lines_of_graph(graph)


def test_a_view_of_another_model_is_made_anew(graph: Path) -> None:
    lines_of_view(graph)
    [made] = (graph / "view").iterdir()
    (made / "whole").write_text("another")
    store = pyoxigraph.Store(str(made / "oxigraph"))
    store.clear()
    store.flush()
    del store
    assert lines_of_view(graph) == lines_of_graph(graph)


def test_who_reads_the_old_view_keeps_it_while_a_new_one_is_made(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        reading = pyoxigraph.Store.read_only(str(prepare_view(loaded)))
    before = len(reading)
    with GraphStore.create(graph) as store:
        write(store, "0a", document("0a", [7], retracted=False, licence=""))
    assert len(lines_of_view(graph)) > before
    assert len(reading) == before
