"""Each row of "what a bad plugin gets" about making and calling components and run-time hooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from kgbuild import Annotations, DocumentResult, ExtractorSpec, Span, Task
from kgbuild.assertion import Assertion, Concept, Verdict
from kgbuild.errors import ComponentUnavailableError, ConfigError, ContractError, PluginLoadError
from kgbuild.host import CheckedTerminology, Host, extract_each
from kgbuild.testing.builders import make_document

Distribution = Callable[..., Path]

EXTRACTOR = """
from pydantic import BaseModel, ConfigDict, Field
import kgbuild
from kgbuild import Annotations, Candidate, ExtractorSpec, Link, Mention, Relation, Span, hookimpl

class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    min_score: float = Field(0.5, le=1)

class Bad:
    def extract(self, batch):
{body}

def create(settings):
    {create}

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(
        name="aa-bad", summary="Bad.", create=create, settings=Settings,
        categories=frozenset({{"biolink:Gene"}}), predicates=frozenset({{"biolink:treats"}}))
"""


def install(distribution: Distribution, source: str, name: str = "aa-bad") -> None:
    module = name.replace("-", "_")
    distribution(
        f"kgbuild-{name}",
        modules={f"{module}.py": source},
        entry_points={name: module},
        version="0.3",
    )


def extractor(
    distribution: Distribution, body: str = "return []", create: str = "return Bad()"
) -> Host:
    """A host with an extractor ``aa-bad`` that has this body."""
    block = indent(dedent(body), " " * 8)
    install(distribution, EXTRACTOR.format(body=block, create=create))
    return Host.load()


def tasks(count: int = 3) -> list[Task]:
    return [
        Task(document=make_document(f"BRCA{number} is a gene.", id=f"pubmed:{number}")[0])
        for number in range(1, count + 1)
    ]


def spec_of(host: Host) -> ExtractorSpec:
    spec = host.spec("extractor", "aa-bad")
    assert isinstance(spec, ExtractorSpec)
    return spec


def outcomes(host: Host, batch: Sequence[Task]) -> list[Annotations | Exception]:
    return extract_each(spec_of(host), host.create("extractor", "aa-bad"), batch)


# --- making a component ----------------------------------------------------------------------


def test_a_component_that_cannot_be_made_says_why_in_its_own_words(
    kgbuild_distribution: Distribution,
) -> None:
    host = extractor(
        kgbuild_distribution,
        create="raise kgbuild.ComponentUnavailableError("
        "'no weights', plugin='aa-bad', hints=['run fetch'])",
    )
    with pytest.raises(ComponentUnavailableError) as caught:
        host.create("extractor", "aa-bad")
    assert caught.value.report() == "error: plugin 'aa-bad': no weights\nhint: run fetch"


def test_whatever_else_create_raises_is_named_with_its_plugin(
    kgbuild_distribution: Distribution,
) -> None:
    host = extractor(kgbuild_distribution, create="open('/not/there')")
    with pytest.raises(ComponentUnavailableError) as caught:
        host.create("extractor", "aa-bad")
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    assert "plugin 'aa-bad' (kgbuild-aa-bad 0.3)" in str(caught.value)
    assert "/not/there" in str(caught.value)


def test_a_create_that_calls_sys_exit_does_not_end_the_run(
    kgbuild_distribution: Distribution,
) -> None:
    host = extractor(kgbuild_distribution, create="raise SystemExit(4)")
    with pytest.raises(ComponentUnavailableError, match=r"it called sys.exit\(4\)"):
        host.create("extractor", "aa-bad")


def test_a_create_that_returns_something_else_is_a_broken_promise(
    kgbuild_distribution: Distribution,
) -> None:
    host = extractor(kgbuild_distribution, create="return None")
    with pytest.raises(ContractError, match="create returned NoneType, which has no method 'ext"):
        host.create("extractor", "aa-bad")


@pytest.mark.parametrize(
    ("settings", "facts"),
    [
        ({"min_scor": 1}, ("components.aa-bad.min_scor", "did you mean 'min_score'?")),
        ({"min_score": "high"}, ("components.aa-bad.min_score", "valid number", "'high'")),
        ({"min_score": 7}, ("less than or equal to 1", "7", "kgbuild.toml, line 3")),
    ],
)
def test_wrong_settings_are_an_error_before_the_component_is_made(
    kgbuild_distribution: Distribution, settings: dict[str, object], facts: Sequence[str]
) -> None:
    host = extractor(kgbuild_distribution, create="raise AssertionError('made')")
    with pytest.raises(ConfigError) as caught:
        host.create("extractor", "aa-bad", settings, place="kgbuild.toml, line 3")
    for fact in facts:
        assert fact in caught.value.report()


# --- calling a component ---------------------------------------------------------------------


def first_fails_alone(host: Host, rule: str) -> Annotations:
    """What is kept of the second of two documents, where the first breaks a rule."""
    first, second = outcomes(host, tasks(2))
    assert isinstance(first, ContractError)
    assert str(first).startswith("aa-bad on pubmed:1: ")
    assert rule in str(first)
    assert isinstance(second, Annotations)
    return second


def test_only_the_guilty_document_of_a_batch_fails(kgbuild_distribution: Distribution) -> None:
    host = extractor(
        kgbuild_distribution,
        """
        if any("BRCA2" in task.document.text for task in batch):
            raise RuntimeError("cannot read BRCA2")
        return [Annotations() for task in batch]
        """,
    )
    first, second, third = outcomes(host, tasks())
    assert (first, third) == (Annotations(), Annotations())
    assert isinstance(second, RuntimeError)


def test_a_component_that_calls_sys_exit_does_not_end_the_run(
    kgbuild_distribution: Distribution,
) -> None:
    host = extractor(
        kgbuild_distribution,
        """
        if any("BRCA2" in task.document.text for task in batch):
            raise SystemExit(3)
        return [Annotations() for task in batch]
        """,
    )
    first, second, third = outcomes(host, tasks())
    assert (first, third) == (Annotations(), Annotations())
    assert "called sys.exit(3)" in str(second)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return []", "extract returned 0 results for 1 document"),
        ("return [Annotations()] * 9", "extract returned more than 1 results for 1 document"),
        ("while True: yield Annotations()", "more than 1 results"),
    ],
)
def test_too_few_or_too_many_results_fail(
    kgbuild_distribution: Distribution, body: str, message: str
) -> None:
    for outcome in outcomes(extractor(kgbuild_distribution, body), tasks(2)):
        assert isinstance(outcome, ContractError)
        assert message in str(outcome)


def test_a_batch_of_the_wrong_length_may_be_right_document_by_document(
    kgbuild_distribution: Distribution,
) -> None:
    host = extractor(kgbuild_distribution, "return [Annotations()]")
    assert outcomes(host, tasks(3)) == [Annotations()] * 3


def test_strict_raises_the_first_failure(kgbuild_distribution: Distribution) -> None:
    host = extractor(kgbuild_distribution, "raise RuntimeError('first')")
    made = host.create("extractor", "aa-bad")
    with pytest.raises(RuntimeError, match="first"):
        extract_each(spec_of(host), made, tasks(), strict=True)


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ("Mention(span=Span(0, 999), text='x', category='biolink:Gene')", "outside the text of"),
        ("Mention(span=Span(-5, 2), text='x', category='biolink:Gene')", "outside the text of"),
        ("Mention(span=Span(3, 3), text='', category='biolink:Gene')", "is empty or outside"),
        ("Mention(span=Span(0, 5), text='BRCA', category='biolink:Gene')", "covers 'BRCA1'"),
        ("Mention.at(document, 0, 5, 'biolink:Disease')", "'biolink:Disease' is not declared"),
        ("Mention.at(document, 0, 5, 'biolink:Gene', 1.5)", "score 1.5 is not a number in"),
        ("Mention.at(document, 0, 5, 'biolink:Gene', float('nan'))", "score nan is not"),
        ("'BRCA1'", "a record is malformed"),
    ],
)
def test_a_document_with_one_wrong_mention_fails_as_a_whole(
    kgbuild_distribution: Distribution, record: str, rule: str
) -> None:
    host = extractor(
        kgbuild_distribution,
        f"""
        for task in batch:
            document = task.document
            good = Mention.at(document, 0, 5, "biolink:Gene")
            yield Annotations(mentions=(good, {record}) if "BRCA1" in document.text else (good,))
        """,
    )
    assert first_fails_alone(host, rule).mentions[0].span == Span(0, 5)


GENE = "good, candidates=(Candidate(concept='hgnc:1100'{more}),)"
TREATS = "subject=good, predicate='biolink:treats', object=good, evidence=(good.span,)"


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("links=(Link(mention=good, reason=None),)", "reason None is no text"),
        ("links=(Link(mention=good, part=1 << 70),)", "is not a number from 0"),
        (f"links=(Link(mention={GENE.format(more=', reason=None')}),)", "None is no text"),
        (f"links=(Link(mention={GENE.format(more=', label=bytes()')}),)", "b'' is no text"),
        (f"links=(Link(mention={GENE.format(more=', label=chr(0xD800)')}),)", "is no text"),
        (f"relations=(Relation({TREATS}, negated=None),)", "negated None is neither"),
        (f"relations=(Relation({TREATS}, conditions=(('dose', 5),)),)", "pairs of texts"),
        (f"relations=(Relation({TREATS}, conditions=None),)", "pairs of texts, not None"),
        (f"relations=(Relation({TREATS}, qualifiers={{'aspect': 'x'}}),)", "pairs of texts"),
    ],
)
def test_what_the_store_could_not_keep_fails_for_its_document_alone(
    kgbuild_distribution: Distribution, said: str, rule: str
) -> None:
    host = extractor(
        kgbuild_distribution,
        f"""
        for task in batch:
            good = Mention.at(task.document, 0, 5, "biolink:Gene")
            bad = Annotations(mentions=(good,), {said})
            yield bad if "BRCA1" in task.document.text else Annotations(mentions=(good,))
        """,
    )
    first_fails_alone(host, rule)


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        ("[Span(0, 2), Span(3, 5)]", "parts are a tuple, got list"),
        ("((0, 2), (3, 5))", "expected a Span, got tuple"),
        ("(Span(0, 2.0), Span(3, 5))", "offsets are int, got float"),
        ("(Span(0, 2), Span(2, 5))", "in order, apart"),
    ],
)
def test_the_parts_of_a_mention_are_spans_as_its_own_is(
    kgbuild_distribution: Distribution, parts: str, rule: str
) -> None:
    host = extractor(
        kgbuild_distribution,
        f"""
        for task in batch:
            yield Annotations(mentions=(Mention(
                span=Span(0, 5), text="BRCA1", category="biolink:Gene", parts={parts}),))
        """,
    )
    [outcome] = outcomes(host, tasks(1))
    assert isinstance(outcome, ContractError)
    assert rule in str(outcome)


class Names:
    """A terminology that says what it is told to."""

    def __init__(self, concept: object = None, preferred: object = "mesh:D1") -> None:
        self._concept = concept
        self._preferred = preferred

    def concept(self, curie: str) -> Any:
        if isinstance(self._concept, BaseException):
            raise self._concept
        return self._concept

    def parents(self, curie: str) -> Any:
        raise OSError("no disk")

    def preferred(self, curie: str) -> Any:
        return self._preferred


@pytest.mark.parametrize(
    ("concept", "rule"),
    [
        ("aspirin", "expected a Concept or None, got str"),
        (Concept(id="mesh:D1", label=None), "holds what is no text"),  # type: ignore[arg-type]
        (Concept(id="mesh:D1", synonyms=("\ud800",)), "holds what is no text"),
        (ValueError("boom"), "asked about 'mesh:D1' it raised ValueError: boom"),
        (SystemExit(4), r"it called sys.exit\(4\)"),
    ],
)
def test_what_a_terminology_says_of_a_concept_is_checked(concept: object, rule: str) -> None:
    with pytest.raises(ContractError, match=rule) as caught:
        CheckedTerminology("aa-names", Names(concept)).concept("mesh:D1")
    assert str(caught.value).startswith("aa-names: ")


def test_the_other_answers_of_a_terminology_are_checked_too() -> None:
    with pytest.raises(ContractError, match="AttributeError"):
        CheckedTerminology("aa-names", Names(preferred=None)).preferred("mesh:D1")
    with pytest.raises(ContractError, match="OSError: no disk"):
        CheckedTerminology("aa-names", Names()).parents("mesh:D1")
    assert CheckedTerminology("aa-names", Names(preferred="MESH:D2")).preferred("x:1") == "mesh:D2"
    assert CheckedTerminology("aa-names", Names()).concept("mesh:D1") is None


# --- run-time hooks --------------------------------------------------------------------------

REVIEWER = """
import kgbuild
calls = []
@kgbuild.hookimpl{options}
def kgbuild_review_assertion(assertion, document):
    calls.append(assertion.subject)
    {body}
"""

ACCEPT = "return kgbuild.Review(verdict=kgbuild.Verdict.ACCEPTED, reviewer=__name__)"


def claim(number: int = 1) -> Assertion:
    return Assertion(subject=f"mesh:D{number}", predicate="biolink:treats", object="mesh:D9")


def test_a_review_that_raises_is_left_out_and_the_others_are_asked(
    kgbuild_distribution: Distribution,
) -> None:
    bad = REVIEWER.format(options="(tryfirst=True)", body="raise RuntimeError('no curator')")
    install(kgbuild_distribution, bad)
    install(kgbuild_distribution, REVIEWER.format(options="", body=ACCEPT), "zz-good")
    host = Host.load()
    document, _ = make_document("Aspirin.")
    reviews = [host.review(claim(number), document) for number in (1, 2)]
    assert [r.verdict for r in reviews if r] == [Verdict.ACCEPTED] * 2
    (warning,) = [w for w in host.warnings if getattr(w, "plugin", "") == "aa-bad"]
    assert "kgbuild_review_assertion raised RuntimeError: no curator" in warning.report()
    assert import_module("aa_bad").calls == ["mesh:D1"]


@pytest.mark.parametrize(
    "body",
    [
        "raise RuntimeError",
        "raise SystemExit(4)",
        "return 'accepted'",
        "return kgbuild.Review(verdict='accepted', reviewer='me')",
        "return kgbuild.Review(verdict=kgbuild.Verdict.ACCEPTED, reviewer=None)",
        "return kgbuild.Review(verdict=kgbuild.Verdict.REJECTED, reviewer='', reason=chr(0xD800))",
    ],
)
def test_assertions_that_a_failed_reviewer_missed_are_counted(
    kgbuild_distribution: Distribution, body: str
) -> None:
    install(kgbuild_distribution, REVIEWER.format(options="", body=body))
    host = Host.load()
    document, _ = make_document("Aspirin.")
    assert [host.review(claim(number), document) for number in (1, 2, 3)] == [None] * 3
    assert host.unreviewed == 3


def test_the_first_opinion_wins(kgbuild_distribution: Distribution) -> None:
    reject = ACCEPT.replace("ACCEPTED", "REJECTED")
    install(kgbuild_distribution, REVIEWER.format(options="", body=ACCEPT), "zz-late")
    install(kgbuild_distribution, REVIEWER.format(options="(tryfirst=True)", body=reject))
    review = Host.load().review(claim(), make_document("Aspirin.")[0])
    assert review is not None
    assert (review.verdict, review.reviewer) == (Verdict.REJECTED, "aa_bad")


def observer(body: str) -> str:
    return f"""
        import kgbuild
        told = []
        @kgbuild.hookimpl
        def kgbuild_after_document(result):
            told.append(result.document.id)
            {body}
        """


@pytest.mark.parametrize("act", ["1 / 0", "raise SystemExit(4)"])
def test_an_observer_that_raises_is_warned_about_once_and_told_no_more(
    kgbuild_distribution: Distribution, act: str
) -> None:
    install(kgbuild_distribution, observer(act))
    install(kgbuild_distribution, observer("pass"), "zz-good")
    host = Host.load()
    assert host.listens("kgbuild_after_document")
    assert not host.listens("kgbuild_review_assertion")
    document, gold = make_document("Aspirin.")
    for _ in range(3):
        host.after_document(DocumentResult(document=document, annotations=gold, assertions=()))
    assert len([w for w in host.warnings if getattr(w, "plugin", "") == "aa-bad"]) == 1
    aa_bad, zz_good = import_module("aa_bad"), import_module("zz_good")

    assert (len(aa_bad.told), len(zz_good.told)) == (1, 3)


def test_strict_raises_what_an_observer_raised(kgbuild_distribution: Distribution) -> None:
    install(kgbuild_distribution, observer("1 / 0"))
    host = Host.load(strict=True)
    document, gold = make_document("Aspirin.")
    with pytest.raises(PluginLoadError) as caught:
        host.after_document(DocumentResult(document=document, annotations=gold, assertions=()))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
