"""The transformer plugin keeps the contract, and says clearly what it lacks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

pytest.importorskip("kgbuild_transformer")

import torch
from kgbuild_model.checkpoint import save_tagger
from kgbuild_model.testing import small_run
from kgbuild_transformer import plugin
from kgbuild_transformer.fingerprints import computes_in_bf16
from kgbuild_transformer.fingerprints import tagger_fingerprint as fingerprint
from kgbuild_transformer.settings import TaggerSettings
from kgbuild_transformer.tagger import TransformerTagger, precision_of

from kgbuild import (
    ComponentUnavailableError,
    ConfigError,
    Document,
    Section,
    SectionKind,
    Span,
    Task,
)
from kgbuild.cli import main
from kgbuild.testing.contracts import ExtractorContract

SPEC, RELATIONS = plugin.kgbuild_extractors()
LABELS = tuple(
    f"biolink:{name}" for name in ("ChemicalEntity", "DiseaseOrPhenotypicFeature", "Gene")
)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights") / "tiny"
    save_tagger(folder, small_run(LABELS), ("biored", "bc5cdr"), precision="fp32")
    return folder


class TestTransformer(ExtractorContract):
    """The contract, with tiny weights that tag at random."""

    spec = SPEC
    missing: ClassVar[Mapping[str, Any]] = {"model": "/no/such/folder"}

    @pytest.fixture(autouse=True)
    def _weights(self, checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "settings", {"model": str(checkpoint), "precision": "fp32"})


def made(checkpoint: Path, **settings: Any) -> TransformerTagger:
    return TransformerTagger(TaggerSettings(model=str(checkpoint), precision="fp32", **settings))


def tagged(tagger: TransformerTagger, document: Document) -> list[tuple[str, float]]:
    [found] = tagger.extract([Task(document=document)])
    return [(mention.category, mention.score) for mention in found.mentions]


TEXT = Document(id="pubmed:1", text="Aspirin causes asthma (and aspirin causes asthma). " * 9)


def test_categories_and_scores_that_are_not_wanted_are_left_out(checkpoint: Path) -> None:
    everything = tagged(made(checkpoint), TEXT)
    assert len({category for category, _ in everything}) > 1
    one = everything[0][0]
    assert {category for category, _ in tagged(made(checkpoint, categories=(one,)), TEXT)} == {one}
    middle = sorted(score for _, score in everything)[len(everything) // 2]
    sure = tagged(made(checkpoint, min_score=middle), TEXT)
    assert sure == [(category, score) for category, score in everything if score >= middle]
    assert len(sure) < len(everything)


def test_a_mention_does_not_cross_a_section_border(checkpoint: Path) -> None:
    tagger = made(checkpoint)
    [found] = tagger.extract([Task(document=TEXT)])
    long = max(found.mentions, key=lambda mention: mention.span.end - mention.span.start)
    cut = long.span.end - 1
    sections = tuple(
        Section(kind=SectionKind.ABSTRACT, span=Span(a, b))
        for a, b in ((0, cut), (cut, len(TEXT.text)))
    )
    halves = Document(id="pubmed:1", text=TEXT.text, sections=sections)
    [left] = tagger.extract([Task(document=halves)])
    assert long.span not in {mention.span for mention in left.mentions}


def test_the_fingerprint_knows_weights_and_precision(checkpoint: Path, tmp_path: Path) -> None:
    one = TaggerSettings(model=str(checkpoint), precision="fp32")
    assert fingerprint(one) == fingerprint(one.model_copy(update={"min_score": 0.5, "threads": 1}))
    assert fingerprint(one) != fingerprint(one.model_copy(update={"precision": "bf16"}))
    save_tagger(tmp_path / "other", small_run(LABELS, layers=1), ("biored", "bc5cdr"))
    assert fingerprint(one) != fingerprint(
        one.model_copy(update={"model": str(tmp_path / "other")})
    )


def test_the_fingerprint_needs_no_torch_and_knows_what_torch_knows_of_the_processor() -> None:
    program = (
        "import sys; from kgbuild_transformer import plugin;"
        "tagger, relations = plugin.kgbuild_extractors();"
        "[one.fingerprint(one.settings_class()()) for one in (tagger, relations)];"
        "print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr
    known = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    assert computes_in_bf16(TaggerSettings()) == known


def test_what_the_checkpoint_lacks_is_named_with_what_it_has(checkpoint: Path) -> None:
    with pytest.raises(ConfigError, match="no convention 'craft'") as caught:
        made(checkpoint, convention="craft")
    assert caught.value.hints == ("it has biored, bc5cdr",)
    with pytest.raises(ConfigError, match="no label biolink:Pathway"):
        made(checkpoint, categories=("biolink:Pathway",))
    for device in ("warp", "meta", "cuda:99"):  # no such kind, none to compute on, not that many
        with pytest.raises(ComponentUnavailableError, match=f"no device '{device}' here") as failed:
            made(checkpoint, device=device)
        assert failed.value.hints == ('device = "cpu" is always there',)


HOSTILE = {
    "nothing": "",
    "one word": "word",
    "no space": "x" * 1_000_000,
    "symbols": "!?#%" * 300,
    "emoji": "💊🧪🤒 aspirin 👩‍⚕️" * 30,
    "Chinese": "二甲双胍治疗糖尿病。" * 40,
    "mixed scripts": "Метформин и diabetes, 糖尿病 and السكري, e\u0301 and ﬁ",
    "control characters": "\x00\x01\x1f aspirin \x7f\u200b\ufeff asthma\u2028",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_gives_exact_offsets(checkpoint: Path, text: str) -> None:
    [found] = made(checkpoint).extract([Task(document=Document(id="pubmed:1", text=text))])
    for mention in found.mentions:
        assert text[mention.span.start : mention.span.end] == mention.text
        assert 0 <= mention.score <= 1


def _damage(folder: Path, kind: str) -> None:
    config, weights = folder / "config.json", folder / "weights-1.safetensors"
    if kind == "cut off":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif kind == "of another tagger":
        save_tagger(folder.parent / "other", small_run(LABELS[:1]), ("biored", "bc5cdr"))
        weights.write_bytes((folder.parent / "other" / weights.name).read_bytes())
    elif kind == "published":
        config.write_text('{"model_type": "bert", "hidden_size": 32}')
    elif kind == "not JSON":
        config.write_bytes(b"\x80\x04\x95")
    elif kind == "a list":
        config.write_text("[]")
    elif kind == "half a configuration":
        config.write_text('{"format": 1, "kind": "tagger"}')
    elif kind == "no such encoder":
        known = json.loads(config.read_text())
        config.write_text(json.dumps(known | {"encoder": {"layers": 2, "wings": 2}}))
    elif kind == "no tokenizer":
        (folder / "tokenizer.json").write_text("{}")
    else:
        weights.unlink()


@pytest.mark.parametrize(
    "kind",
    [
        "cut off", "of another tagger", "published", "not JSON", "a list", "half a configuration",
        "no such encoder",        "no tokenizer", "no weights",
    ],
)  # fmt: skip
def test_a_damaged_or_foreign_checkpoint_is_refused_with_a_hint(tmp_path: Path, kind: str) -> None:
    save_tagger(tmp_path / "made", small_run(LABELS), ("biored", "bc5cdr"), precision="fp32")
    _damage(tmp_path / "made", kind)
    with pytest.raises(ComponentUnavailableError) as caught:
        made(tmp_path / "made")
    assert str(tmp_path) in str(caught.value)
    assert caught.value.hints


def test_a_checkpoint_that_is_not_there_is_said_to_be_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ComponentUnavailableError, match="nowhere is no folder") as caught:
        made(tmp_path / "nowhere")
    assert caught.value.hints == ("name fast or accurate, or a folder that kgbuild train wrote",)


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ComponentUnavailableError):
        made(tmp_path)


@pytest.mark.parametrize("precision", ["bf16", "fp32", "auto"])
def test_a_run_says_what_it_computes_in(
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    precision: str,
) -> None:
    (tmp_path / "one.txt").write_text("Aspirin causes asthma.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    wanted = ('pipeline.extractors=["transformer"]', f"components.transformer.model={checkpoint}")
    chosen = [f"--set={one}" for one in (*wanted, f"components.transformer.precision={precision}")]
    assert main(["annotate", "one.txt", "--workers=0", *chosen]) == 0
    settings = TaggerSettings(model=str(checkpoint), precision=precision)  # type: ignore[arg-type]
    kind = {torch.bfloat16: "bf16", torch.float32: "fp32"}[precision_of(settings)]
    assert f"transformer: {checkpoint} weights in {kind} on cpu" in capsys.readouterr().err


def test_of_weights_that_are_not_there_nothing_is_said_but_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.txt").write_text("Aspirin causes asthma.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("transformer", "transformer-relations"):
        chosen = (f'--set=pipeline.extractors=["{name}"]', f"--set=components.{name}.model=fsat")
        assert main(["annotate", "one.txt", "--workers=0", *chosen]) == 2
        said = capsys.readouterr().err
        assert "fsat" in said
        assert "weights in" not in said
