"""A whole run with a bad plugin: what is lost, what is kept, what is said, which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from kgbuild.testing.plugin import Outcome, Project

Distribution = Callable[..., Path]
MakeProject = Callable[[dict[str, str]], Project]

PLUGIN = """
import kgbuild
from kgbuild import (Annotations, Candidate, ExtractorSpec, Link, Mention, Relation, Review, Span,
                     Verdict)

def mentions(document):
    for word in ("Aspirin", "headache"):
        start = document.text.find(word)
        if start >= 0:
            category = "biolink:ChemicalEntity" if word == "Aspirin" else "biolink:Disease"
            yield Mention.at(document, start, start + len(word), category)

def good(document):
    found = tuple(mentions(document))
    concepts = {{"Aspirin": "mesh:D001241", "headache": "mesh:D006261"}}
    links = [Link(mention=m, candidates=(Candidate(concept=concepts[m.text]),)) for m in found]
    relation = Relation(subject=found[0], predicate="biolink:treats", object=found[1],
                        evidence=(Span(found[0].span.start, found[1].span.end),))
    return Annotations(mentions=found, links=tuple(links), relations=(relation,))

class Bad:
    def extract(self, batch):
{body}

@kgbuild.hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(
        name="aa-bad", summary="Bad.", create=lambda settings: Bad(),
        categories=frozenset({{"biolink:ChemicalEntity", "biolink:Disease"}}),
        predicates=frozenset({{"biolink:treats"}}))
"""

GOOD = "return [good(task.document) for task in batch]"

CONFIGURATION = """\
[pipeline]
extractors = ["aa-bad"]
[run]
workers = 0
"""


def paper(number: int, text: str) -> str:
    return f"PMID- {number}\nTI  - Paper {number}.\nAB  - {text}\n\n"


@pytest.fixture
def run(
    kgbuild_distribution: Distribution, kgbuild_project: MakeProject
) -> Callable[..., tuple[Project, Outcome]]:
    """Ingest three papers with a plugin that has this body and these hooks."""

    def ingest(body: str, hooks: str = "", *options: str) -> tuple[Project, Outcome]:
        source = PLUGIN.format(body=indent(dedent(body), " " * 8)) + dedent(hooks)
        kgbuild_distribution(
            "kgbuild-aa-bad",
            modules={"aa_bad.py": source},
            entry_points={"aa-bad": "aa_bad"},
            version="0.3",
        )
        texts = ("Aspirin eases headache.", "Aspirin worsens headache.", "Aspirin and headache.")
        papers = "".join(paper(number, text) for number, text in enumerate(texts, 1))
        project = kgbuild_project({"kgbuild.toml": CONFIGURATION, "papers/a.nbib": papers})
        return project, project.run("ingest", "papers", *options)

    return ingest


def evidence(project: Project) -> int:
    """How many evidences the graph holds."""
    counts = json.loads(project.run("status", "--json").stdout)
    return int(counts["counts"]["evidence"])


def test_a_good_plugin_gives_every_paper_its_evidence(
    run: Callable[..., tuple[Project, Outcome]],
) -> None:
    project, outcome = run(GOOD)
    assert outcome.exit_code == 0, outcome.stderr
    assert evidence(project) == 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("raise RuntimeError('cannot read it')", "cannot read it"),
        ("return []", "extract returned 0 results for 1 document"),
        (
            "return [Annotations(mentions=(Mention(span=Span(0, 9), text='x', "
            "category='biolink:Disease'),))]",
            "the span covers",
        ),
        (
            "return [Annotations(mentions=(Mention.at(batch[0].document, 0, 3, 'biolink:Gene'),))]",
            "category 'biolink:Gene' is not declared",
        ),
    ],
)
def test_one_bad_document_fails_alone_and_is_kept_among_the_failures(
    run: Callable[..., tuple[Project, Outcome]], wrong: str, message: str
) -> None:
    project, outcome = run(
        f"""
        if any("worsens" in task.document.text for task in batch):
            {wrong if wrong.startswith("raise") else "if len(batch) > 1: raise RuntimeError"}
            {wrong}
        {GOOD}
        """
    )
    assert outcome.exit_code == 1
    assert evidence(project) == 2
    failures = project.run("failures").stdout
    assert "pubmed:2: aa-bad: " in failures
    assert failures.count("aa-bad") == 1
    assert message in failures


@pytest.mark.parametrize(
    ("deadly", "message"),
    [
        ("import os; os._exit(3)", "its process ended (exit code 3)"),
        ("import os; os.abort()", "its process ended (signal SIGABRT)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "(signal SIGKILL)"),
        ("import time; time.sleep(1000)", "it took more than 5 seconds and was ended"),
    ],
    ids=["exits", "aborts", "is killed, as for want of memory", "hangs"],
)
def test_a_plugin_that_ends_or_holds_up_its_process_costs_the_one_document(
    run: Callable[..., tuple[Project, Outcome]], deadly: str, message: str
) -> None:
    body = f"""
        if any("worsens" in task.document.text for task in batch):
            {deadly}
        {GOOD}
        """
    project, outcome = run(body, "", "--workers", "1", "--set", "run.timeout=5")
    assert outcome.exit_code == 1
    assert evidence(project) == 2
    failures = project.run("failures").stdout
    assert "papers/a.nbib, pubmed:2: aa-bad: WorkerDied" in failures
    assert "papers/a.nbib, pubmed:2: aa-bad: " in outcome.stderr
    assert "--retry tries it again" in outcome.stderr
    assert message in failures


def test_what_ends_a_process_in_assembly_is_not_laid_on_the_component_before(
    run: Callable[..., tuple[Project, Outcome]],
) -> None:
    """Where all layers are reused it would be laid on the segmenter."""
    hooks = """
        @kgbuild.hookimpl
        def kgbuild_review_assertion(assertion, document):
            if "worsens" in document.text:
                import os
                os._exit(7)
        """
    project, outcome = run(GOOD, hooks, "--workers", "1")
    assert outcome.exit_code == 1
    assert evidence(project) == 2
    assert "pubmed:2: assembly: WorkerDied" in project.run("failures").stdout


def test_a_plugin_that_ends_its_process_costs_annotate_the_one_document_too(
    run: Callable[..., tuple[Project, Outcome]],
) -> None:
    body = f"""
        import os
        if any("worsens" in task.document.text for task in batch):
            os._exit(3)
        {GOOD}
        """
    project, _ = run(body, "", "--dry-run")
    outcome = project.run("annotate", "papers", "--workers", "1")
    assert outcome.exit_code == 1
    assert "pubmed:2: aa-bad: its process ended (exit code 3)" in outcome.stderr
    assert [line for line in outcome.stdout.splitlines() if "|t|" in line] == [
        "1|t|Paper 1.", "2|t|Paper 2.", "3|t|Paper 3.",
    ]  # fmt: skip
    assert outcome.stdout.count("\tAspirin\t") == 2


@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_a_plugin_prints_does_not_mix_with_results(
    run: Callable[..., tuple[Project, Outcome]], workers: str
) -> None:
    project, outcome = run(f'print("noise")\n{GOOD}', "", "--json", "--workers", workers)
    assert json.loads(outcome.stdout)["documents_annotated"] == 3
    annotated = project.run("annotate", "papers").stdout
    assert annotated.startswith("1|t|")
    assert "noise" not in annotated


@pytest.mark.parametrize("workers", ["0", "1", "2"])
def test_a_strict_run_ends_at_the_first_failure_and_names_it_from_any_process(
    run: Callable[..., tuple[Project, Outcome]], workers: str
) -> None:
    body = f"""
        if any("worsens" in task.document.text for task in batch):
            raise RuntimeError('cannot read it')
        {GOOD}
        """
    project, outcome = run(body, "", "--strict", "--workers", workers)
    assert outcome.exit_code == 2
    assert "RuntimeError on pubmed:2: cannot read it" in outcome.stderr
    assert "kgbuild-aa-bad 0.3" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert "ended its process" not in outcome.stderr
    assert project.run("ingest", "papers").exit_code == 1
    assert evidence(project) == 2


def test_a_failing_reviewer_and_observer_are_warned_about_and_nothing_is_lost(
    run: Callable[..., tuple[Project, Outcome]],
) -> None:
    project, outcome = run(
        GOOD,
        """
        @kgbuild.hookimpl
        def kgbuild_review_assertion(assertion, document):
            raise RuntimeError("the curator's file is gone")

        @kgbuild.hookimpl
        def kgbuild_after_document(result):
            raise RuntimeError("the log is full")
        """,
    )
    assert evidence(project) == 3
    assert "review: missed, because a reviewing plugin failed" in outcome.stdout
    assert outcome.stderr.count("the curator's file is gone") == 1
    assert outcome.stderr.count("the log is full") == 1


SCRIPT = """
class Script:
    def read(self, file):
        yield kgbuild.Document(id="pubmed:1", text="Aspirin.")
        raise SystemExit(4)

    def export(self, graph, target):
        raise {exporting}

@kgbuild.hookimpl
def kgbuild_readers():
    yield kgbuild.ReaderSpec(name="script", summary="Ends.", suffixes=(".script",),
                             accepts=lambda name, head: name.endswith(".script"),
                             create=lambda settings: Script())

@kgbuild.hookimpl
def kgbuild_exporters():
    yield kgbuild.ExporterSpec(name="script", summary="Ends.", suffixes=(".script",),
                               create=lambda settings: Script())
"""


def test_a_reader_that_calls_sys_exit_costs_the_rest_of_its_file(
    run: Callable[..., tuple[Project, Outcome]],
) -> None:
    project, _ = run(GOOD, SCRIPT.format(exporting="ValueError"))
    (project.folder / "papers" / "b.script").write_text("Aspirin.")
    outcome = project.run("ingest", "papers")
    assert outcome.exit_code == 1
    assert "b.script: script: it called sys.exit(4)" in outcome.stderr


@pytest.mark.parametrize(
    ("exporting", "message"),
    [
        ("SystemExit(4)", "error: script: it called sys.exit(4)"),
        ("ValueError('no room')", "error: script: export raised ValueError: no room"),
    ],
)
def test_an_exporter_that_fails_is_named_and_leaves_nothing(
    run: Callable[..., tuple[Project, Outcome]], exporting: str, message: str
) -> None:
    project, _ = run(GOOD, SCRIPT.format(exporting=exporting))
    outcome = project.run("export", "graph.script")
    assert (outcome.exit_code, outcome.stderr.strip()) == (2, message)
    assert not list(project.folder.glob("*graph.script*"))


def test_a_rejected_assertion_is_kept_with_its_reviewer_and_makes_no_plain_edge(
    run: Callable[..., tuple[Project, Outcome]],
) -> None:
    project, outcome = run(
        GOOD,
        """
        @kgbuild.hookimpl
        def kgbuild_review_assertion(assertion, document):
            return Review(verdict=Verdict.REJECTED, reviewer="policy", reason="too bold")
        """,
    )
    assert outcome.exit_code == 0, outcome.stderr
    assert evidence(project) == 3
    asked = project.run("query", "--format", "json", "SELECT * { ?s biolink:treats ?o }")
    assert json.loads(asked.stdout)["results"]["bindings"] == []


def test_a_run_that_will_fail_fails_before_it_reads(
    kgbuild_project: MakeProject,
) -> None:
    project = kgbuild_project(
        {"kgbuild.toml": CONFIGURATION.replace("aa-bad", "aa-nobody"), "papers/a.txt": "Aspirin."}
    )
    outcome = project.run("ingest", "papers")
    assert outcome.exit_code == 2
    assert "no extractor named 'aa-nobody'" in outcome.stderr
    assert "Traceback" not in outcome.stderr
