"""Rows sorted here have the order that Oxigraph gives them; what cannot be sorted is left to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.query.ordering import ordered

pyoxigraph = pytest.importorskip("pyoxigraph")

IRI = "https://example.org/"
LABELS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=4)
LITERALS = st.one_of(LABELS, st.integers(-20, 20), st.booleans())
KINDS = st.sampled_from([LABELS, st.integers(-20, 20), st.booleans(), LITERALS])


def asked(store: Any) -> tuple[list[str], Callable[[str], bytes]]:
    """What asks a store, and the list of what it was asked."""
    questions: list[str] = []

    def ask(text: str) -> bytes:
        questions.append(text)
        found: bytes = store.query(text).serialize(format=pyoxigraph.QueryResultsFormat.JSON)
        return found

    return questions, ask


def store_of(values: list[Any]) -> Any:
    """A node for each value: what a text is called by, an IRI for every fifth, none for None."""
    store = pyoxigraph.Store()
    for number, value in enumerate(values):
        node = pyoxigraph.NamedNode(f"{IRI}node/{number}")
        store.add(pyoxigraph.Quad(node, pyoxigraph.NamedNode(f"{IRI}is"), node))
        if value is not None:
            term = pyoxigraph.NamedNode(f"{IRI}{number}") if number % 5 == 4 else value
            literal = term if number % 5 == 4 else pyoxigraph.Literal(term)
            store.add(pyoxigraph.Quad(node, pyoxigraph.NamedNode(f"{IRI}value"), literal))
    return store


def query(order: str, limit: int = 5_000) -> str:
    return (
        f"SELECT ?value ?node WHERE {{ ?node <{IRI}is> ?node OPTIONAL {{ ?node <{IRI}value> ?value"
        f" }} }} ORDER BY {order}\nLIMIT {limit}"
    )


@given(
    KINDS.flatmap(lambda kind: st.lists(st.none() | kind, max_size=12)),
    st.sampled_from(["?value ?node", "DESC(?value) ?node", "asc( ?value ) DESC(?node)"]),
)
def test_the_order_is_that_of_oxigraph(values: list[Any], order: str) -> None:
    _, ask = asked(store_of(values))
    assert json.loads(ordered(ask, query(order))) == json.loads(ask(query(order)))


def test_what_can_be_sorted_here_is_asked_without_its_order() -> None:
    questions, ask = asked(store_of(["b", "a", None]))
    ordered(ask, query("?value ?node"))
    assert len(questions) == 1
    assert "ORDER" not in questions[0]


@pytest.mark.parametrize(
    "text",
    [
        query("STR(?value)"),
        query("?value ?node", limit=25),
        query("?value").replace("SELECT ?value ?node", "SELECT ?node"),
    ],
    ids=["an expression", "the first few", "not among the columns"],
)
def test_what_cannot_is_asked_as_it_is(text: str) -> None:
    questions, ask = asked(store_of(["b", "a"]))
    ordered(ask, text)
    assert questions == [text]


def test_more_rows_than_the_limit_are_asked_for_in_order() -> None:
    questions, ask = asked(store_of([n % 7 for n in range(1_100)]))
    text = query("?value ?node", limit=1_000)
    rows = json.loads(ordered(ask, text))["results"]["bindings"]
    assert questions[-1] == text
    assert rows == json.loads(ask(text))["results"]["bindings"]
