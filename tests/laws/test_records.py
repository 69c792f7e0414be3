"""Records made by quick_init are what dataclass alone would make."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from kgbuild import Annotations, Document, Evidence, Link, Mention, Relation, Section, Span
from kgbuild.quick_init import quick_init

SPAN = Span(0, 7)
ASPIRIN = Mention(span=SPAN, text="Aspirin", category="biolink:ChemicalEntity", score=0.5)
RECORDS = [
    SPAN,
    ASPIRIN,
    Link(mention=ASPIRIN, reason="unknown", part=1),
    Relation(subject=ASPIRIN, predicate="biolink:treats", object="mesh:D1", evidence=(SPAN,)),
    Annotations(mentions=(ASPIRIN,)),
    Document(id="pubmed:1", text="Aspirin relieves.", licence="CC-BY-4.0", sentences=(SPAN,)),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_is_frozen_and_comes_back_from_replace_and_pickle(record: Any) -> None:
    first = fields(record)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(record, first, None)
    assert replace(record) == record == pickle.loads(pickle.dumps(record))
    assert replace(record, **{first: None}) != record


def test_it_has_the_signature_and_the_defaults_of_the_dataclass() -> None:
    def made() -> Any:
        @dataclass(frozen=True, slots=True, kw_only=True)
        class Named:
            name: str
            parts: tuple[int, ...] = ()

        return Named

    plain, quick = made(), quick_init(made())
    assert inspect.signature(quick) == inspect.signature(plain)
    assert repr(quick(name="a")) == repr(plain(name="a"))
    for wrong in ({}, {"name": "a", "other": 1}):
        with pytest.raises(TypeError) as told:
            plain(**wrong)
        with pytest.raises(TypeError) as told_by_quick:
            quick(**wrong)
        assert str(told_by_quick.value) == str(told.value)
    with pytest.raises(TypeError):
        quick("a")


def test_spans_are_made_by_place_and_the_other_records_by_name() -> None:
    assert Span(1, 2) == Span(start=1, end=2) < Span(1, 3)
    for record in (Section, Evidence):
        with pytest.raises(TypeError, match="positional"):
            record("abstract", SPAN)


def test_what_it_would_leave_out_it_refuses() -> None:
    @dataclass(frozen=True, slots=True)
    class Listed:
        parts: list[int] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Checked:
        part: int

        def __post_init__(self) -> None:
            raise ValueError

    with pytest.raises(TypeError, match="Listed.parts is no plain field"):
        quick_init(Listed)
    with pytest.raises(TypeError, match="Checked has a __post_init__"):
        quick_init(Checked)
