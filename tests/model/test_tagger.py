"""Tags, windows, Viterbi, calibration, gold files, checkpoints, and a tagger that learns."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from kgbuild_model.abbreviations import find_abbreviations
from kgbuild_model.batching import pieces_of
from kgbuild_model.calibration import Calibration, expected_calibration_error
from kgbuild_model.checkpoint import digest, load_tagger, save_tagger, stored, unpacked
from kgbuild_model.errors import CheckpointError, GoldError, RecipeError
from kgbuild_model.examples import Example, LabelledSpan, read_examples
from kgbuild_model.scoring import Score, bootstrap, strict_scores
from kgbuild_model.side_by_side import each
from kgbuild_model.tagger import partial_label_loss, vectors_of
from kgbuild_model.tagger_training import (
    Corpus,
    TaggerRecipe,
    TrainingSet,
    gold_examples,
    measure_tagger,
)
from kgbuild_model.tags import TagSet
from kgbuild_model.testing import small_run, small_tokenizer
from kgbuild_model.tokens import _BREAKS, Words, _words, tokenise, windows
from kgbuild_model.training import Optimisation, train
from kgbuild_model.viterbi import best_spans
from safetensors.torch import save_file
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

if TYPE_CHECKING:
    from kgbuild_model.tagging import TaggerRun
    from tokenizers import Tokenizer

TAGS = TagSet(("Chemical", "Disease"))


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return small_tokenizer()


@pytest.fixture
def run() -> TaggerRun:
    return small_run(TAGS.labels)


HOSTILE = [
    "",
    " ",
    "a",
    "!?…",
    "x" * 5000,
    "\x00\x01\x02",
    "阿司匹林 causes 发热",
    "🧪💊 aspirin 🤒",
    "e\u0301 aspirin",
    "fi\u00a0\u200baspirin",
    "السلام aspirin",
    "\n\n\t\r\n aspirin \u2028 fever",
    "ß\u0130\u0131 ASPIRIN",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gives_exact_offsets_and_no_crash(text: str, run: TaggerRun) -> None:
    [spans] = run.tag([text])
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert 0.0 <= span.score <= 1.0


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1e", "\x85", "\n", "\u2028"])
def test_white_space_of_any_kind_parts_words(mark: str) -> None:
    text = f"aspirin{mark}causes{mark}asthma"
    [words] = tokenise(small_tokenizer(), [text])
    found = [text[a:b] for a, b in zip(words.starts, words.ends, strict=True)]
    assert found == ["aspirin", "causes", "asthma"]
    assert words.text == text


def test_what_the_encoder_reads_goes_where_its_weights_are() -> None:
    run = small_run(("Chemical",))
    run.tagger.to("meta")  # a device that computes nothing, and refuses to add what lies elsewhere
    [long, short] = tokenise(run.tokenizer, ["aspirin causes asthma", "aspirin"])
    rows = [(words, windows(words, 510, 128)[0]) for words in (long, short, long)]
    [(ids, mask, shapes)] = run._parts(run.side_by_side(rows))
    assert mask is not None
    assert {part.device.type for part in (ids, mask, shapes)} == {"meta"}
    with torch.no_grad():
        alike = run.side_by_side([rows[0], rows[2]])
        vectors = run._vectors(long, [rows[0][1], rows[2][1]], alike)
        assert run._scored(vectors, (0, 1)).device.type == "meta"


@pytest.mark.parametrize("text", ["x" * 1_000_000, "." * 100_000, "糖" * 100_000, "a b " * 50_000])
def test_what_is_read_of_a_text_grows_with_its_length_at_most(
    tokenizer: Tokenizer, text: str
) -> None:
    """Work and memory are bounded: each piece is read twice at most, and no word is many pieces."""
    [words] = tokenise(tokenizer, [text])
    assert len(words.ids) <= len(text)
    cut = windows(words, 510, 128)
    assert sum(pieces_of(words, window) for window in cut) <= 2 * len(words.ids) + 512
    assert all(pieces_of(words, window) <= 512 for window in cut)


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_words_stand_in_order_and_within_the_text(tokenizer: Tokenizer, text: str) -> None:
    """Law: words do not overlap, are in order, and cover text that is not white space."""
    [words] = tokenise(tokenizer, [text])
    before = 0
    for start, end in zip(words.starts, words.ends, strict=True):
        assert before <= start <= end <= len(text)
        before = end


@given(
    st.text(st.characters(max_codepoint=127), max_size=80)
    | st.lists(st.sampled_from(("[SEP]", "[sep]", "CYP2D6", "x" * 101, "-", "\n")), max_size=6).map(
        "".join
    )
)
@settings(max_examples=200, deadline=None)
def test_words_are_remembered_as_the_tokenizer_cuts_them(tokenizer: Tokenizer, text: str) -> None:
    """Law: what is put together from known words is what the tokenizer makes of the text."""
    [found] = tokenise(tokenizer, [text])
    expected = _words(text, tokenizer.encode(text.translate(_BREAKS), add_special_tokens=False))
    for part in ("ids", "shapes", "first", "starts", "ends"):
        assert getattr(found, part).tolist() == getattr(expected, part).tolist()


def test_a_text_is_tagged_alike_whatever_stands_beside_it(run: TaggerRun) -> None:
    texts = ["Aspirin causes asthma.", "The drug and the fever. " * 30, "fever"]
    together = run.tag(texts)
    assert together == [run.tag([text])[0] for text in texts]
    assert run.tag(texts[::-1]) == together[::-1]


def test_texts_are_read_alike_on_one_thread_and_on_several(run: TaggerRun) -> None:
    texts = [f"aspirin {number} causes asthma (of {'x' * number})" for number in range(20)]
    before = torch.get_num_threads()
    found = []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        run.kept.layers = 1  # what is kept for relations is kept by several threads at once
        found.append(run.tag(texts))
        assert torch.get_num_threads() == threads
        read = [next(run.lower(words, 1))[1] for words in tokenise(run.tokenizer, texts)]
        assert all(not one.is_inference() and one.shape[0] == 1 for one in read)
        assert run.kept._count == 0  # each was kept once, and taken
    torch.set_num_threads(before)
    assert found[0] == found[1]


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_words_have_the_vectors_that_all_wordpieces_would_give_them(
    run: TaggerRun, layers: int
) -> None:
    run.kept.layers = layers
    [words] = tokenise(run.tokenizer, ["aspirin causes asthma in xylophonists " * 9])
    chosen = windows(words, run.pieces, run.overlap)
    batch = run.side_by_side([(words, window) for window in chosen])
    with torch.no_grad():
        [part] = run._parts(batch)
        expected = vectors_of(run.tagger.read(*part), batch.first)
        torch.testing.assert_close(run._vectors(words, chosen, batch), expected)


def test_a_single_text_is_left_to_one_thread() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        assert each(lambda _: torch.get_num_threads(), ["alone"]) == [1]
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_threads_side_by_side_take_short_turns() -> None:
    """By Python's 5 ms one waits after each product while another works on text."""
    before = torch.get_num_threads(), sys.getswitchinterval()
    torch.set_num_threads(2)
    try:
        assert max(each(lambda _: sys.getswitchinterval(), ["one", "two"])) < 0.001
        assert sys.getswitchinterval() == before[1]
    finally:
        torch.set_num_threads(before[0])


class _OneDevice(TorchDispatchMode):
    """Fails where an operation other than a copy reads tensors of two devices."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        read = tree_leaves((args, kwargs or {}))
        devices = {one.device.type for one in read if isinstance(one, torch.Tensor) and one.ndim}
        assert len(devices) < 2 or func is torch.ops.aten._to_copy.default, func
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("layers", [0, 1])
def test_all_is_computed_on_the_taggers_device(run: TaggerRun, layers: int) -> None:
    """As far as it can be told without a GPU: the meta device has shapes and no numbers."""
    run.kept.layers = layers
    run.tagger.to("meta")
    [words] = tokenise(run.tokenizer, ["aspirin causes asthma " * 9])
    chosen = windows(words, run.pieces, run.overlap)
    batch = run.side_by_side([(words, window) for window in chosen])
    with _OneDevice(), torch.no_grad():
        scores = run._scored(run._vectors(words, chosen, batch), (0, 1))
    assert (scores.device.type, scores.shape) == ("meta", (2, 1, len(words), len(run.tags)))


@given(st.integers(0, 400), st.integers(8, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_windows_answer_every_word_once(count: int, pieces: int, data: st.DataObject) -> None:
    """Law: the kept parts follow each other from the first word to the last."""
    overlap = data.draw(st.integers(0, pieces // 2))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    first = np.concatenate(([0], np.cumsum(sizes)))[:count].astype(np.int64)
    words = Words(np.zeros(sum(sizes), dtype=np.int64), first, first, first, first, "")
    cut = windows(words, pieces, overlap)
    assert [w.keep_from for w in cut] == [0, *(w.keep_to for w in cut[:-1])][: len(cut)]
    assert not cut or cut[-1].keep_to == count
    bounds = [*first.tolist(), sum(sizes)]
    for window in cut:
        assert window.start <= window.keep_from < window.keep_to <= window.end
        assert bounds[window.end] - bounds[window.start] <= pieces


def test_a_window_that_goes_no_further_than_the_last_is_left_out() -> None:
    first = np.array([0, 1, 2, 3, 5])  # the last word has five wordpieces
    cut = windows(Words(np.zeros(10, dtype=np.int64), first, first, first, first, ""), 8, 4)
    assert [(window.start, window.end) for window in cut] == [(0, 4), (2, 5)]
    assert [(window.keep_from, window.keep_to) for window in cut] == [(0, 3), (3, 5)]


def test_a_long_text_is_read_to_its_end(run: TaggerRun) -> None:
    text = "aspirin " * 3000
    assert len(run.scores(tokenise(run.tokenizer, [text])[0])) == 3000


@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 3), st.sampled_from(TAGS.labels)), max_size=5
    )
)
def test_tags_give_back_the_spans_they_were_made_of(drawn: list[tuple[int, int, str]]) -> None:
    """Law: decoding encoded spans gives the spans, where no two share a word."""
    spans, taken = set(), set()
    for first, more, label in drawn:
        places = set(range(first, min(first + more, 11) + 1))
        if not places & taken:
            taken |= places
            spans.add((first, max(places), TAGS.labels.index(label)))
    from kgbuild_model.tokens import Words

    n = np.arange(12)
    words = Words(n, n, n, 2 * n, 2 * n + 1, "")
    gold = [LabelledSpan(2 * a, 2 * b + 1, TAGS.labels[label]) for a, b, label in spans]
    assert set(TAGS.decode(TAGS.encode(gold, words).tolist())) == spans


@pytest.mark.parametrize("seed", range(16))
def test_best_spans_equal_an_exhaustive_search(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(int(random.integers(1, 5)), len(TAGS))) * 2
    scores = (scores - np.log(np.exp(scores).sum(1, keepdims=True))).astype(np.float32)
    weights: dict[tuple[int, ...], float] = {}
    for row in itertools.product(range(len(TAGS)), repeat=len(scores)):
        valid = TAGS.may_start[row[0]] and TAGS.may_end[row[-1]]
        if valid and all(TAGS.follows[a, b] for a, b in itertools.pairwise(row)):
            weights[row] = float(np.exp(sum(scores[i, tag] for i, tag in enumerate(row))))
    best = max(weights, key=weights.__getitem__)
    found = best_spans(scores, TAGS)
    assert [(s.first, s.last, s.label) for s in found] == TAGS.decode(best)
    for span in found:
        key = (span.first, span.last, span.label)
        share = sum(w for row, w in weights.items() if key in TAGS.decode(row)) / sum(
            weights.values()
        )
        assert span.probability == pytest.approx(share, abs=1e-4)


def test_unmarked_labels_cost_nothing_where_the_corpus_does_not_mark_them() -> None:
    scores = torch.log_softmax(torch.tensor([[[0.0] * len(TAGS)]]), -1)
    scores[0, 0] = torch.tensor([0.01, 0.02, 0.02, 0.02, 0.9, 0.01, 0.01, 0.005, 0.005]).log()
    outside = torch.tensor([[0]])
    chemical_open = torch.from_numpy(TAGS.of_labels({"Chemical"})).unsqueeze(0)
    closed = torch.zeros_like(chemical_open)
    assert partial_label_loss(scores, outside, chemical_open).item() < 0.05
    assert partial_label_loss(scores, outside, closed).item() > 4
    assert partial_label_loss(scores, torch.tensor([[4]]), closed).item() == pytest.approx(
        0.105, abs=0.01
    )


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "tumor necrosis factor alpha (TNF-alpha) rose",
            [("tumor necrosis factor alpha", "TNF-alpha")],
        ),
        (
            "glucose-6-phosphate dehydrogenase (G6PD)",
            [("glucose-6-phosphate dehydrogenase", "G6PD")],
        ),
        ("It rose (see Fig. 2) and fell (n = 12).", []),
        ("Patients (ABC) were studied.", []),
        ("(HF)", []),
        ("acute renal failure (ARF; 5%)", [("acute renal failure", "ARF")]),
    ],
)
def test_abbreviations_are_found_with_their_long_forms(
    text: str, pairs: list[tuple[str, str]]
) -> None:
    found = [
        (text[a.long_start : a.long_end], text[a.short_start : a.short_end])
        for a in find_abbreviations(text)
    ]
    assert found == pairs


FITS = pytest.mark.parametrize("fit", [Calibration.fitted, Calibration.logistic])
Fit = Callable[[Sequence[float], Sequence[bool]], Calibration]


@FITS
@given(pairs=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_a_fitted_calibration_rises_and_stays_in_range(
    fit: Fit, pairs: list[tuple[float, bool]]
) -> None:
    """Law: calibration never turns the order of scores around."""
    curve = fit([s for s, _ in pairs], [r for _, r in pairs])
    values = [curve.of(s) for s in sorted(s for s, _ in pairs)]
    assert all(0 <= v <= 1 for v in values)
    assert all(b >= a - 1e-4 for a, b in itertools.pairwise(values))


def test_without_scores_there_is_nothing_to_calibrate() -> None:
    assert Calibration.fitted([], []) == Calibration()
    assert Calibration.logistic([], []).of(0.3) == pytest.approx(0.3, abs=0.01)


@FITS
def test_calibration_brings_the_error_down(fit: Fit) -> None:
    random = np.random.default_rng(1)
    scores = random.uniform(size=4000)
    right = random.uniform(size=4000) < scores**3
    curve = fit(scores[:2000].tolist(), right[:2000].tolist())
    after = [curve.of(s) for s in scores[2000:]]
    before = expected_calibration_error(scores[2000:].tolist(), right[2000:].tolist())
    assert expected_calibration_error(after, right[2000:].tolist()) < 0.05 < before


def test_strict_scores_count_text_bounds_and_label() -> None:
    gold = [(0, 7, "Chemical"), (8, 12, "Disease"), (20, 25, "Gene")]
    found = [(0, 7, "Chemical"), (8, 13, "Disease")]
    scores = strict_scores(gold, found, ("Chemical", "Disease"))
    assert scores == {"Chemical": Score(1, 0, 0), "Disease": Score(0, 1, 1)}
    whole = sum(scores.values(), Score())
    assert (whole.precision, whole.recall, whole.f1) == (0.5, 0.5, 0.5)
    low, high = bootstrap([whole] * 10)
    assert low == high == 0.5


PUBTATOR = """\
1|t|Aspirin causes asthma.
1|a|The drug fever.
1\t0\t7\tAspirin\tChemical\tD1
1\t15\t21\tasthma\tDisease\tD2
1\tCID\tD1\tD2

"""


def test_gold_files_are_read_in_each_form(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PUBTATOR)
    (tmp_path / "b.tsv").write_text(
        "Aspirin\tB-Chemical\ncauses\tO\nmild\tB-Disease\nasthma\tI-Disease\n\nfever\tO\n"
    )
    (tmp_path / "c.xml").write_text(
        "<collection><document><id>1</id><passage><offset>0</offset><text>Aspirin causes</text>"
        '<annotation id="1"><infon key="type">Chemical</infon>'
        '<location offset="0" length="7"/></annotation>'
        "</passage></document></collection>"
    )
    (tmp_path / "d.jsonl").write_text(
        json.dumps({"id": "1", "text": "Aspirin", "spans": [[0, 7, "Chemical"]]}) + "\n"
    )
    [pubtator] = read_examples(tmp_path / "a.txt", "pubtator")
    assert [pubtator.text[s.start : s.end] for s in pubtator.spans] == ["Aspirin", "asthma"]
    [iob] = read_examples(tmp_path / "b.tsv", "iob")
    assert [(iob.text[s.start : s.end], s.label) for s in iob.spans] == [
        ("Aspirin", "Chemical"),
        ("mild asthma", "Disease"),
    ]
    for name, form in (("c.xml", "bioc"), ("d.jsonl", "jsonl")):
        [example] = read_examples(tmp_path / name, form)
        assert example.spans == (LabelledSpan(0, 7, "Chemical"),)


@pytest.mark.parametrize(
    "tags", ["B I O B", "I I O I", "B-X I-X O B-X", "B-X E-X O S-X", "B-X L-X O U-X"]
)
def test_every_way_to_write_iob_gives_the_same_spans(tmp_path: Path, tags: str) -> None:
    rows = zip(("mild", "asthma", "and", "fever"), tags.split(), strict=True)
    (tmp_path / "a.tsv").write_text("\ufeff" + "".join(f"{word} {tag}\n" for word, tag in rows))
    [example] = read_examples(tmp_path / "a.tsv", "iob")
    assert [example.text[s.start : s.end] for s in example.spans] == ["mild asthma", "fever"]


def test_a_gold_file_with_a_wrong_place_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1|t|Aspirin.\n1|a|x\n1\t0\t7\tIbuprofen\tChemical\tD1\n")
    with pytest.raises(GoldError, match=r"a\.txt:3: 'Ibuprofen' is not in the text"):
        list(read_examples(tmp_path / "a.txt", "pubtator"))
    (tmp_path / "b.tsv").write_text("Aspirin B-Chemical\nlonely\n")
    with pytest.raises(GoldError, match=r"b\.tsv:2"):
        list(read_examples(tmp_path / "b.tsv", "iob"))
    with pytest.raises(GoldError, match="no gold format is called 'word'"):
        read_examples(tmp_path / "b.tsv", "word")


BIOC = {
    "id": "1",
    "passages": [
        {"offset": 0, "text": "Aspirin.", "annotations": [
            {"id": "a", "infons": {"type": "Chemical"}, "locations": [{"offset": 0, "length": 7}]},
        ]},
        {"offset": 10, "sentences": [
            {"offset": 10, "text": "No mild asthma.", "annotations": [
                {"id": "b", "text": "mild\nAsthma", "infons": {"type": "Disease"},
                 "locations": [{"offset": 13, "length": 11}]},
                {"id": "c", "text": "No asthma", "infons": {"type": "Disease"},
                 "locations": [{"offset": 10, "length": 2}, {"offset": 18, "length": 6}]},
            ]},
            {"offset": 26, "text": "No fever.", "annotations": [
                {"id": "d", "text": "fever", "infons": {"type": "Disease"},
                 "locations": [{"offset": 28, "length": 5}]},
            ]},
        ]},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    "wrapped",
    [
        {"source": "own", "documents": [BIOC]},
        [{"documents": [BIOC]}],
        {"PubTator3": [BIOC]},
        BIOC,
    ],
    ids=["collection", "collections", "PubTator3", "document"],
)
def test_bioc_json_is_read_in_every_wrapper(tmp_path: Path, wrapped: object) -> None:
    (tmp_path / "a.json").write_text("\ufeff" + json.dumps(wrapped, indent=1), encoding="utf-8")
    [example] = read_examples(tmp_path / "a.json", "bioc-json")
    assert example.text == "Aspirin.  No mild asthma. No fever."
    assert [(example.text[s.start : s.end], s.label) for s in example.spans] == [
        ("Aspirin", "Chemical"),
        ("mild asthma", "Disease"),
        ("fever", "Disease"),  # its offset was wrong by one
    ]


def test_bioc_json_may_have_a_document_a_line(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(BIOC | {"id": str(number)}) for number in range(3))
    (tmp_path / "a.json").write_text(lines)
    assert [one.id for one in read_examples(tmp_path / "a.json", "bioc-json")] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("form", "content", "said"),
    [
        ("bioc-json", '{"documents": [\n{]}', r"a:2: not sound JSON"),
        ("bioc-json", '{"name": "aspirin"}', "holds no BioC document"),
        ("bioc-json", '{"id": "7", "passages": [1]}', "document 7 is not BioC"),
        (
            "bioc-json",
            '{"id": "7", "passages": [], "annotations": [{"id": "b", "infons": {},'
            ' "locations": [{"offset": 0, "length": 1}]}]}',
            "document 7 is not BioC .*annotation b lacks a place or a type",
        ),
        ("bioc", "<collection><document>", "is not sound XML"),
        (
            "bioc",
            "<collection><document><id>1</id><passage><offset>0</offset><text>Aspirin</text>"
            '<annotation id="1"><infon key="type">Chemical</infon><text>fever</text>'
            '<location offset="0" length="7"/></annotation></passage></document></collection>',
            "'fever' is not in the text",
        ),
        ("pubtator", "1|t|Aspirin.\n", "a:1: a PubTator block begins with"),
        ("iob", "Aspirin\tB-Chemical\n5\tSYM\n", "a:2: expected a word and an IOB tag"),
        (
            "jsonl",
            '{"id": 1, "text": "Aspirin", "spans": [[3, 9, "X"]]}',
            "a:1: .*3 to 9 is no place",
        ),
    ],
)
def test_gold_that_is_not_of_its_form_is_refused(
    tmp_path: Path, form: str, content: str, said: str
) -> None:
    (tmp_path / "a").write_text(content)
    with pytest.raises(GoldError, match=said):
        list(read_examples(tmp_path / "a", form))


def test_a_recipe_with_an_unknown_key_names_it(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('encoder = "x"\nlabels = []\ncolour = 1\ncorpus = []\n')
    with pytest.raises(RecipeError, match=r"r\.toml.*colour"):
        TaggerRecipe.read(tmp_path / "r.toml")


def test_what_is_held_out_of_one_corpus_is_in_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PUBTATOR + PUBTATOR.replace("1|", "2|").replace("1\t", "2\t"))
    (tmp_path / "b.txt").write_text(PUBTATOR)
    recipe = TaggerRecipe(
        encoder="x",
        labels=TAGS.labels,
        corpora=(
            Corpus(
                name="one", format="pubtator", files=("a.txt",), labels={"Chemical": "Chemical"}
            ),
            Corpus(
                name="two",
                format="pubtator",
                files=(),
                held_out_files=("b.txt",),
                labels={"Disease": "Disease"},
            ),
        ),
    )
    learnt, held = gold_examples(recipe, tmp_path)
    assert [e.id for e in learnt] == ["2"]
    assert [(e.id, e.convention, e.marked) for e in held] == [("1", "two", {"Disease"})]
    everything, _ = gold_examples(replace(recipe, hold_out=False), tmp_path)
    assert sorted(e.id for e in everything) == ["1", "1", "2"]


def _learning(run: TaggerRun) -> tuple[TaggerRecipe, TrainingSet, list[Example]]:
    corpora = tuple(
        Corpus(name=name, format="jsonl", files=(), labels={label: label})
        for name, label in zip(("one", "two"), TAGS.labels, strict=True)
    )
    recipe = TaggerRecipe(
        encoder="x", labels=TAGS.labels, corpora=corpora, epochs=40, tokens=256,
        optimisation=Optimisation(rate=2e-3, head_rate=2e-3, bf16=False, ema=0.5),
    )  # fmt: skip
    text = "the drug aspirin causes asthma and fever."
    one = Example(
        id="1",
        text=text,
        spans=(LabelledSpan(9, 16, "Chemical"),),
        marked=frozenset({"Chemical"}),
        convention="one",
    )
    two = Example(
        id="2", text=text, spans=(LabelledSpan(24, 30, "Disease"), LabelledSpan(35, 40, "Disease")),
        marked=frozenset({"Disease"}), convention="two",
    )  # fmt: skip
    examples = [one, two] * 4
    return recipe, TrainingSet(recipe, examples, run), [one, two]


def _train(run: TaggerRun, folder: Path, steps: int | None = None) -> None:
    recipe, learning, _ = _learning(run)
    train(
        run.tagger, batches=steps or len(learning), batch_of=learning.batch, loss_of=learning.loss,
        settings=recipe.optimisation, folder=folder, save_every=7,
    )  # fmt: skip


def test_a_tagger_learns_from_corpora_that_mark_one_label_each(
    run: TaggerRun, tmp_path: Path
) -> None:
    _train(run, tmp_path)
    recipe, _, examples = _learning(run)
    report = measure_tagger(run, recipe, examples)
    assert report["one"]["f1"] == report["two"]["f1"] == 1.0  # type: ignore[index]
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert log[-1]["loss"] < log[0]["loss"] / 5


def test_a_run_that_was_stopped_and_resumed_gives_the_same_weights(tmp_path: Path) -> None:
    def fresh() -> TaggerRun:
        return small_run(TAGS.labels, layers=1, dropout=0.1)

    class StopError(Exception):
        pass

    whole, halves = fresh(), fresh()
    _train(whole, tmp_path / "whole")
    recipe, learning, _ = _learning(halves)

    def stopping(step: int) -> object:
        if step == 16:
            raise StopError
        return learning.batch(step)

    with pytest.raises(StopError):
        train(
            halves.tagger, batches=len(learning), batch_of=stopping, loss_of=learning.loss,
            settings=recipe.optimisation, folder=tmp_path / "halves", save_every=7,
        )  # fmt: skip
    resumed = fresh()
    _train(resumed, tmp_path / "halves")
    for (name, one), (_, two) in zip(
        whole.tagger.named_parameters(), resumed.tagger.named_parameters(), strict=True
    ):
        assert torch.equal(one, two), name


@pytest.mark.parametrize("precision", ["int4", "int8", "fp16", "fp32"])
def test_a_checkpoint_tags_like_the_tagger_it_was_made_of(
    run: TaggerRun, tmp_path: Path, precision: str
) -> None:
    _train(run, tmp_path / "run")
    save_tagger(tmp_path / "made", run, ("one", "two"), precision=precision)
    again = load_tagger(tmp_path / "made", convention="two")
    text = "the drug aspirin causes asthma and fever."
    expected = replace(run, convention=1).tag([text])[0]
    assert [(s.start, s.end, s.label) for s in again.tag([text])[0]] == [
        (s.start, s.end, s.label) for s in expected
    ]
    assert len(digest(tmp_path / "made")) == 16


def _damaged(folder: Path, kind: str) -> None:
    if kind == "truncated":
        path = folder / "weights-1.safetensors"
        path.write_bytes(path.read_bytes()[:1000])
    elif kind == "foreign":
        (folder / "config.json").write_text('{"model_type": "bert"}')
    elif kind == "no weights":
        (folder / "weights-1.safetensors").unlink()
    elif kind == "no tokenizer":
        (folder / "tokenizer.json").unlink()
    else:
        (folder / "config.json").unlink()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("truncated", "is damaged"),
        ("foreign", "is no tagger of format 1"),
        ("no weights", "has no weights-1.safetensors"),
        ("no tokenizer", "tokenizer.json cannot be read"),
        ("no config", "is no checkpoint"),
    ],
)
def test_a_damaged_checkpoint_is_refused_with_a_hint(
    run: TaggerRun, tmp_path: Path, kind: str, said: str
) -> None:
    save_tagger(tmp_path / "made", run, ("one", "two"))
    _damaged(tmp_path / "made", kind)
    with pytest.raises(CheckpointError, match=said) as caught:
        load_tagger(tmp_path / "made")
    assert caught.value.hint


def test_an_unknown_convention_is_refused(run: TaggerRun, tmp_path: Path) -> None:
    save_tagger(tmp_path / "made", run, ("one", "two"))
    with pytest.raises(CheckpointError, match="no convention is called 'three'"):
        load_tagger(tmp_path / "made", convention="three")


def test_a_student_comes_to_answer_as_its_teacher(tmp_path: Path) -> None:
    from kgbuild_model.distillation import SoftSet, teach
    from kgbuild_model.texts import read_texts

    teacher, student = small_run(TAGS.labels), small_run(TAGS.labels, layers=1)
    lines = [{"title": "Aspirin", "abstract": f"causes asthma {n}."} for n in range(12)]
    (tmp_path / "texts.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    texts = list(read_texts(tmp_path / "texts.jsonl"))
    assert texts[3] == "Aspirin causes asthma 3."
    teach(teacher, texts, (0, 1), tmp_path / "answers.safetensors")
    soft = SoftSet(student, texts, tmp_path / "answers.safetensors", (0, 1), pieces=510)
    plan = soft.plan(40, 256, seed=0)
    assert (len(soft), soft.left_out) == (12, 0)
    before = soft.loss(soft.batch(range(12))).item()
    train(
        student.tagger,
        batches=len(plan),
        batch_of=lambda step: soft.batch(plan[step]),
        loss_of=soft.loss,
        settings=Optimisation(rate=3e-3, head_rate=3e-3, bf16=False),
        folder=tmp_path / "run",
    )
    after = soft.loss(soft.batch(range(12))).item()
    assert 0 <= after < before / 4


def test_curves_and_card_show_what_was_measured() -> None:
    from kgbuild_model.card import curves_svg

    held = {"biored": {"f1": 0.5}}
    log = [{"step": n, "loss": 1 / (n + 1)} for n in range(9)] + [
        {"step": 9, "loss": 0.1, "measured": held}
    ]
    picture = curves_svg(log)
    assert picture.startswith("<svg")
    assert "F1 biored" in picture
    assert picture.count("<circle") == 1


def test_a_sure_name_is_tagged_everywhere_under_one_label() -> None:
    from kgbuild_model.consistency import consistent
    from kgbuild_model.tagging import ScoredSpan

    text = "Heart failure (HF) and PTX3. HF or PTX3, not PTX35; heart failure."
    spans = [
        ScoredSpan(0, 13, "Disease", 0.95),
        ScoredSpan(23, 27, "Gene", 0.95),
        ScoredSpan(35, 39, "Disease", 0.4),
    ]
    found = consistent(text, spans, sure=0.6)
    assert [(text[s.start : s.end], s.label) for s in found] == [
        ("Heart failure", "Disease"),
        ("HF", "Disease"),
        ("PTX3", "Gene"),
        ("HF", "Disease"),
        ("PTX3", "Gene"),
    ]
    assert [s.start for s in consistent(text, spans, sure=0.99)] == [0, 23, 35]


@given(st.text(alphabet="ab (AB)", max_size=40), st.data())
def test_consistency_keeps_every_span_and_none_overlap(text: str, data: st.DataObject) -> None:
    """Law: what was tagged stays where it is; what is added overlaps nothing."""
    from kgbuild_model.consistency import consistent
    from kgbuild_model.tagging import ScoredSpan

    ends = sorted(set(data.draw(st.lists(st.integers(0, len(text)), max_size=8))))
    spans = [
        ScoredSpan(a, b, data.draw(st.sampled_from(TAGS.labels)), data.draw(st.floats(0, 1)))
        for a, b in itertools.pairwise(ends)
    ][::2]
    found = consistent(text, spans, sure=0.5)
    assert {(s.start, s.end) for s in spans} <= {(s.start, s.end) for s in found}
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_weights_in_four_bits_are_off_by_half_a_step_at_most(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tensors = {"even": torch.randn(5, 64) * torch.tensor([[1e-3], [1], [30], [1e-9], [0]])}
    tensors |= {"odd": torch.randn(3, 5), "vector": torch.randn(7)}
    save_file(stored(tensors, "int4"), tmp_path / "weights-1.safetensors")
    again = unpacked(tmp_path)
    assert again.keys() == tensors.keys()
    step = tensors["even"].unflatten(1, (2, 32)).abs().amax(2, keepdim=True) / 7
    off = (again["even"] - tensors["even"]).unflatten(1, (2, 32)).abs()
    assert (off <= 0.51 * step + 6e-8).all()
    assert torch.allclose(again["odd"], tensors["odd"], atol=0.02)
    assert torch.equal(again["vector"], tensors["vector"])
    assert (tmp_path / "weights-1.safetensors").stat().st_size < 5 * 64 * 4
