"""The relations of the transformer plugin: the contract, evidence, and how sentences say it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

pytest.importorskip("kgbuild_transformer")

import torch
from kgbuild_model.checkpoint import digest, save_relations, save_tagger
from kgbuild_model.relation_reading import RelationRun, ScoredRelation
from kgbuild_model.relations import RelationConfig, RelationModel, RelationSet
from kgbuild_model.testing import small_run
from kgbuild_transformer import plugin
from kgbuild_transformer.evidence import Evidence, Showing
from kgbuild_transformer.fingerprints import relations_fingerprint as fingerprint
from kgbuild_transformer.relations import TransformerRelations
from kgbuild_transformer.settings import RelationSettings
from kgbuild_transformer.tagger import tagger_run

from kgbuild import Annotations, ComponentUnavailableError, ConfigError, Status, Task
from kgbuild.host import Host
from kgbuild.statements import read_cues
from kgbuild.testing.builders import make_document
from kgbuild.testing.contracts import ExtractorContract

_, SPEC = plugin.kgbuild_extractors()
CHEMICAL, DISEASE = "biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"
LABELS = (CHEMICAL, DISEASE)
SETS = (
    RelationSet("bc5cdr", ("CID",), True, ((CHEMICAL, DISEASE),)),
    RelationSet("biotext", ("PREVENT", "own type"), True, ((CHEMICAL, DISEASE),), by_sentence=True),
)
TEXT = (
    "[Aspirin](chemical:mesh:D001241) causes [asthma](disease:mesh:D001249).\n"
    "Whether [aspirin](chemical:mesh:D001241) cures [asthma](disease:mesh:D001249) was asked.\n"
    "[Fever](disease) did not follow [aspirin](chemical:mesh:D001241)."
)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Tiny weights that find a relation everywhere."""
    folder = tmp_path_factory.mktemp("weights")
    run = small_run(LABELS)
    save_tagger(folder / "tagger", run, ("biored", "bc5cdr"), precision="fp32")
    config = RelationConfig(trunk=1, labels=LABELS, sets=SETS, width=32)
    torch.manual_seed(0)
    model = RelationModel.above(run.tagger, config).eval()
    relations = RelationRun(run=run, model=model, thresholds={"bc5cdr": -1.0, "biotext": -1.0})
    save_relations(folder / "relations", relations, digest(folder / "tagger"))
    return {"model": str(folder / "relations"), "tagger": str(folder / "tagger")}


class TestRelations(ExtractorContract):
    """The contract, with tiny weights."""

    spec = SPEC
    missing: ClassVar[Mapping[str, Any]] = {"model": "/no/such/folder"}

    @pytest.fixture(autouse=True)
    def _weights(self, weights: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "settings", {**weights, "precision": "fp32"})


def task() -> Task:
    document, annotations = make_document(TEXT)
    return Task(document=document, annotations=annotations)


def made(weights: Mapping[str, str], **settings: Any) -> TransformerRelations:
    return TransformerRelations(
        RelationSettings(**weights, precision="fp32", **settings)  # type: ignore[arg-type]
    )


def test_each_sentence_that_names_both_is_evidence_with_how_it_says_it(
    weights: Mapping[str, str],
) -> None:
    [found] = made(weights, sets=("biotext",)).extract([task()])
    linked = [r for r in found.relations if "fever" not in r.object.text.lower()]  # type: ignore[union-attr]
    told = {r.evidence[0].of(task().document.text)[:7]: r for r in linked}
    assert told["Aspirin"].status is Status.STATED
    assert told["Whether"].status is Status.QUESTION
    assert [cue.kind for cue in told["Whether"].cues] == ["question"]


def test_how_many_threads_read_changes_nothing(weights: Mapping[str, str]) -> None:
    tasks = [task()] * 5
    alone = [next(iter(made(weights, threads=1).extract([one]))) for one in tasks]
    assert list(made(weights, threads=1).extract(tasks)) == alone
    assert list(made(weights, threads=3).extract(tasks)) == alone


def test_a_denied_relation_is_negated(weights: Mapping[str, str]) -> None:
    [found] = made(weights).extract([task()])
    fever = [r for r in found.relations if r.object.text == "Fever"]  # type: ignore[union-attr]
    assert fever
    assert all(relation.negated for relation in fever)


def test_types_of_ones_own_are_kept_by_name(weights: Mapping[str, str]) -> None:
    [found] = made(weights).extract([task()])
    own = [r for r in found.relations if r.predicate == "biolink:related_to"]
    known = {r.predicate for r in found.relations}
    assert known <= SPEC.predicates
    assert all(dict(relation.conditions)["relation"] == "own type" for relation in own)


def test_every_showing_of_a_relation_says_whether_it_is_a_finding_of_the_text(
    weights: Mapping[str, str],
) -> None:
    [found] = made(weights).extract([task()])
    told: dict[tuple[str, str, str], set[str]] = {}
    for one in found.relations:
        claim = one.predicate, one.subject.text.lower(), one.object.text.lower()  # type: ignore[union-attr]
        told.setdefault(claim, set()).add(dict(one.conditions)["novelty"])
    assert all(len(said) == 1 and said <= {"Novel", "No"} for said in told.values())


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_a_text_has_the_same_scores_alone_and_beside_others(
    weights: Mapping[str, str], precision: str
) -> None:
    def extracted(threads: int, texts: int) -> list[Annotations]:
        settings = RelationSettings.model_validate(
            {**weights, "precision": precision, "threads": threads}
        )
        return list(TransformerRelations(settings).extract([task()] * texts))

    [alone] = extracted(1, 1)
    assert alone.relations
    assert extracted(2, 4) == [alone] * 4


def test_a_page_that_nothing_is_asked_of_is_not_read(
    weights: Mapping[str, str],
) -> None:
    read: list[int] = []
    extractor = made(weights)
    for layer in extractor._run.model.encoder["layers"]:
        layer.register_forward_hook(lambda *_: read.append(1))
    document, annotations = make_document("[Aspirin](chemical:mesh:D1) is old.")
    [found] = extractor.extract([Task(document=document, annotations=annotations)])
    assert (found.relations, read) == ((), [])
    list(extractor.extract([task()]))
    assert read


def test_sets_and_scores_that_are_not_wanted_are_left_out(weights: Mapping[str, str]) -> None:
    [everything] = made(weights).extract([task()])
    [one] = made(weights, sets=("bc5cdr",)).extract([task()])
    assert 0 < len(one.relations) < len(everything.relations)
    [none] = made(weights, min_score=1.0).extract([task()])
    assert none.relations == ()
    with pytest.raises(ConfigError, match="no set of relations odd") as caught:
        made(weights, sets=("odd",))
    assert caught.value.hints == ("it has bc5cdr, biotext",)


def test_relations_above_another_tagger_are_refused(
    weights: Mapping[str, str], tmp_path: Path
) -> None:
    save_tagger(tmp_path / "other", small_run(LABELS, layers=1), ("biored", "bc5cdr"))
    with pytest.raises(ComponentUnavailableError, match="another tagger"):
        made({**weights, "tagger": str(tmp_path / "other")})


def test_the_fingerprint_knows_both_models_and_the_cues(
    weights: Mapping[str, str], tmp_path: Path
) -> None:
    """The host adds what lies in files that settings name."""
    one = RelationSettings(**weights, precision="fp32")  # type: ignore[arg-type]
    assert fingerprint(one) == fingerprint(one.model_copy(update={"threads": 1}))
    assert fingerprint(one) != fingerprint(one.model_copy(update={"precision": "bf16"}))
    own = tmp_path / "cues.toml"
    sources = set()
    for text in ("", "# other"):
        own.write_text(text, encoding="utf-8")
        sources.add(Host.load().source("extractor", SPEC.name, {**weights, "cues": str(own)}))
    assert len(sources) == 2


def shown(looks: list[float], sentence: int | None = None) -> list[Showing]:
    document, annotations = make_document(
        "[A](chemical:mesh:D1) met [b](disease:mesh:D2).\n"
        "[A](chemical:mesh:D1) again met [b](disease:mesh:D2).\n"
        "Nothing here.\n[A](chemical:mesh:D1) alone.\n"
    )
    starts = [span.start for span in document.sentences]
    relation = ScoredRelation(
        first="mesh:D1", second="mesh:D2", type="CID", score=1.0, corpus="bc5cdr",
        sentence=sentence, looks=np.array(looks, dtype=np.float32), starts=np.array(starts),
    )  # fmt: skip
    ones, twos = (
        tuple(m for m in annotations.mentions if m.category == category)
        for category in sorted({m.category for m in annotations.mentions})
    )
    task = Task(document=document, annotations=annotations)
    return list(Evidence(task, read_cues(None)).showings(relation, ones, twos))


def test_the_sentences_most_looked_at_are_shown_first() -> None:
    assert [one.sentences[0].start for one in shown([0.3, 0.5, 0.1, 0.1])] == [9, 0]
    assert len(shown([0.1, 0.7, 0.1, 0.1])) == 1
    assert len(shown([0.1, 0.7, 0.1, 0.1], sentence=0)) == 1
    assert shown([0.1, 0.7, 0.1, 0.1], sentence=0)[0].sentences[0].start == 0


def apart(text: str) -> Showing:
    document, annotations = make_document(text)
    one = annotations.mentions[0]
    two = annotations.mentions[-1]
    starts = np.array([span.start for span in document.sentences])
    relation = ScoredRelation(
        first="mesh:D1", second="mesh:D2", type="CID", score=1.0, corpus="bc5cdr", sentence=None,
        looks=np.full(len(starts), 1 / len(starts), dtype=np.float32), starts=starts,
    )  # fmt: skip
    task = Task(document=document, annotations=annotations)
    [showing] = Evidence(task, read_cues(None)).showings(relation, (one,), (two,))
    assert (showing.first, showing.second) == (one, two)
    assert showing.sentences == (document.sentences[0], document.sentences[-1])
    return showing


def test_where_no_sentence_names_both_two_sentences_show_it() -> None:
    plain = "[A](chemical:mesh:D1) was given.\nThen came [b](disease:mesh:D2).\n"
    assert apart(plain).status is Status.STATED


def test_two_sentences_show_nothing_plainly_where_one_denies() -> None:
    denied = (
        "[A](chemical:mesh:D1) was given.\n"
        "[C](chemical:mesh:D3) did not cause [b](disease:mesh:D2).\n"
    )
    showing = apart(denied)
    assert (showing.status, showing.negated) == (Status.SPECULATED, False)
    assert showing.cues


def test_a_mention_of_two_concepts_relates_the_one_that_is_meant(
    weights: Mapping[str, str],
) -> None:
    document, annotations = make_document(
        "[Aspirin](chemical:mesh:D1) causes [lung and skin disease](disease:mesh:D2|mesh:D3)."
    )
    task = Task(document=document, annotations=annotations)
    [found] = made(weights, sets=("bc5cdr",)).extract([task])
    assert {relation.object for relation in found.relations} == {"mesh:D2", "mesh:D3"}


def looked_once() -> ScoredRelation:
    """A relation of the two concepts of a text, all of which was looked at alike."""
    return ScoredRelation(
        first="mesh:D1", second="mesh:D2", type="CID", score=1.0, corpus="bc5cdr", sentence=None,
        looks=np.array([1.0], dtype=np.float32), starts=np.array([0]),
    )  # fmt: skip


def test_a_sentence_that_names_both_beside_another_denial_shows_nothing() -> None:
    text = "[Tea](chemical:mesh:D1) cured gout, whereas [zinc](chemical:mesh:D2) had no effect."
    document, annotations = make_document(text)
    task = Task(document=document, annotations=annotations)
    one, two = ((mention,) for mention in annotations.mentions)
    evidence = Evidence(task, read_cues(None))
    assert list(evidence.showings(looked_once(), one, two)) == []
    assert evidence.asides == {annotations.mentions}


def test_what_is_said_of_something_else_is_counted(weights: Mapping[str, str]) -> None:
    """A pair once, however many relations are read of it."""
    text = (
        "[Zinc](chemical:mesh:D1) inhibits [tea](chemical:mesh:D3) but does not inhibit"
        " [gout](disease:mesh:D2)."
    )
    document, annotations = make_document(text)
    [found] = made(weights).extract([Task(document=document, annotations=annotations)])
    assert {one.subject.text for one in found.relations} == {"Zinc"}  # type: ignore[union-attr]
    assert found.left_out == (("pair of names beside a denial of something else", 1),)


def test_a_denial_is_as_sure_as_that_it_is_one_of_the_two(weights: Mapping[str, str]) -> None:
    sure = "[Zinc](chemical:mesh:D1) did not cause [gout](disease:mesh:D2)."
    doubtful = (
        "There was no difference in pain between those on [zinc](chemical:mesh:D1) and those"
        " with [gout](disease:mesh:D2)."
    )
    for text, bounded in ((sure, True), (doubtful, False)):
        document, annotations = make_document(text)
        [found] = made(weights).extract([Task(document=document, annotations=annotations)])
        zinc, gout = (mention.span for mention in annotations.mentions)
        likely = read_cues(None).between(document.text, zinc, gout).likely or 0
        assert (likely > 0.75) is bounded
        assert {(one.negated, one.score) for one in found.relations} == {(True, min(likely, 0.75))}


def test_one_mention_that_names_both_ends_shows_nothing(weights: Mapping[str, str]) -> None:
    text = "[Aspirin and fever](chemical:mesh:D1|mesh:D2) met [asthma](disease:mesh:D3)."
    document, annotations = make_document(text)
    task = Task(document=document, annotations=annotations)
    both = (annotations.mentions[0],)
    evidence = Evidence(task, read_cues(None))
    assert list(evidence.showings(looked_once(), both, both)) == []
    assert evidence.unshown == 1


def test_the_tagger_below_is_read_once_until_its_files_change(tmp_path: Path) -> None:
    save_tagger(tmp_path / "tagger", small_run(LABELS), ("biored", "bc5cdr"))
    first = tagger_run(tmp_path / "tagger", torch.float32)
    assert tagger_run(tmp_path / "tagger", torch.float32) is first
    shutil.rmtree(tmp_path / "tagger")
    save_tagger(tmp_path / "tagger", small_run(LABELS), ("bc5cdr", "biored"))
    assert tagger_run(tmp_path / "tagger", torch.float32) is not first
