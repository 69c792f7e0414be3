"""What a page says of a pair: sentences that name both, rivals, and what is learnt from them."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from kgbuild_model.calibration import calibration_error_by_chance
from kgbuild_model.relation_measuring import Answered, Fit
from kgbuild_model.relation_weighing import Weigher, features_of, standing_of
from kgbuild_model.relations import Pairs

LABELS = 2
NAMES = ["first", "second", "shared", "any shared", "like first", "like second", "concepts"]
NAMES += ["lesser rival", "greater rival", "rival of the kind"]


def page(mentions: list[tuple[int, int]], labels: list[int]) -> Pairs:
    """A page of ``mentions``, (concept, sentence), of one wordpiece each; all pairs are asked."""
    mentions = sorted(mentions)
    pairs = [(a, b) for a in range(len(labels)) for b in range(a + 1, len(labels))]
    first, second = torch.tensor(pairs).T
    places = torch.arange(len(mentions))
    return Pairs(
        spans=torch.stack([places, places], dim=1),
        concept=torch.tensor([concept for concept, _ in mentions]),
        sentence=torch.tensor([sentence for _, sentence in mentions]),
        label=torch.tensor(labels),
        first=first,
        second=second,
        distance=torch.zeros(len(pairs), dtype=torch.long),
    )


def said(*related: float) -> torch.Tensor:
    """The chances of none and of one type, for each pair."""
    return torch.tensor([[1 - one, one] for one in related])


def counts(pairs: Pairs, chances: torch.Tensor) -> list[dict[str, float]]:
    rows = torch.arange(len(pairs.first))
    standing = standing_of(pairs, rows, chances, LABELS)
    return [dict(zip(NAMES, row[-len(NAMES) :].tolist(), strict=True)) for row in standing]


def test_sentences_that_name_both_ends_are_counted() -> None:
    pairs = page([(0, 0), (0, 2), (0, 5), (1, 0), (1, 2), (1, 3)], [0, 1])
    [one] = counts(pairs, said(0.5))
    assert one["shared"] == pytest.approx(math.log(3))
    assert one["any shared"] == pytest.approx(math.log(2))
    [none] = counts(page([(0, 0), (1, 1)], [0, 1]), said(0.5))
    assert none["shared"] == none["any shared"] == 0


def test_a_rival_shares_an_end_and_is_of_the_same_kind() -> None:
    # a drug, two diseases; what is said between the diseases is no rival of drug and disease
    pairs = page([(0, 0), (1, 0), (2, 0)], [0, 1, 1])
    one, two, between = counts(pairs, said(0.9, 0.2, 0.99))
    assert one["greater rival"] == pytest.approx(math.log(0.2 / 0.8), abs=1e-4)
    assert two["greater rival"] == pytest.approx(math.log(0.9 / 0.1), abs=1e-4)
    assert one["rival of the kind"] == one["greater rival"]
    assert between["greater rival"] == between["rival of the kind"] == one["lesser rival"] < -11


@given(st.integers(0, 10_000))
def test_the_order_of_pairs_and_of_their_ends_means_nothing(seed: int) -> None:
    random = Random(seed)
    labels = [random.randrange(LABELS) for _ in range(random.randint(2, 6))]
    mentions = [(c, random.randrange(4)) for c in range(len(labels)) for _ in range(1 + c % 3)]
    pairs = page(mentions, labels)
    chances = said(*(random.random() for _ in pairs.first))
    rows = torch.arange(len(pairs.first))
    standing = standing_of(pairs, rows, chances, LABELS)
    assert standing.shape == (len(rows), features_of(LABELS))
    mixed = torch.tensor(random.sample(rows.tolist(), len(rows)))
    assert torch.equal(standing_of(pairs, mixed, chances[mixed], LABELS), standing[mixed])
    turned = replace(pairs, first=pairs.second, second=pairs.first)
    again = standing_of(turned, rows, chances, LABELS)
    alike = pairs.label[pairs.first] == pairs.label[pairs.second]
    assert torch.equal(again[~alike], standing[~alike])
    named = torch.bincount(pairs.concept)
    same = alike & (named[pairs.first] != named[pairs.second])
    assert torch.equal(again[same], standing[same])


def test_a_weigher_learns_from_documents_what_the_model_did_not() -> None:
    # the model says a half of every pair; gold has those that a sentence names both of
    random = Random(0)
    found = []
    for _ in range(60):
        together = random.random() < 0.5
        pairs = page([(0, 0), (1, 0 if together else 1)], [0, 1])
        chances = said(0.5)
        found.append((chances, standing_of(pairs, torch.tensor([0]), chances, LABELS), together))
    chances, standing = (torch.cat([one[part] for one in found]) for part in (0, 1))
    gold = torch.tensor([int(one[2]) for one in found])
    weighed = Weigher.fitted(chances, chances, standing, gold).weighed(chances, chances, standing)
    assert torch.allclose(weighed.sum(1), torch.ones(60))
    assert (weighed.argmax(1) == gold).all()


def test_a_weigher_heeds_the_reader_that_is_right() -> None:
    # the model guesses; the words are right nine times of ten
    random = Random(0)
    gold = torch.tensor([random.randrange(2) for _ in range(200)])
    guessed = torch.cat([said(random.random()) for _ in gold])
    right = [0.8 if (kind == 1) == (random.random() < 0.9) else 0.2 for kind in gold.tolist()]
    heard = torch.cat([said(one) for one in right])
    pairs = page([(0, 0), (1, 0)], [0, 1])
    standing = torch.cat([standing_of(pairs, torch.tensor([0]), said(0.5), LABELS) for _ in gold])
    weigher = Weigher.fitted(guessed, heard, standing, gold)
    weighed = weigher.weighed(guessed, heard, standing)
    assert (weighed.argmax(1) == heard.argmax(1)).float().mean() > 0.95
    assert (weighed.argmax(1) == gold).float().mean() > 0.85


def test_a_weigher_that_has_learnt_nothing_changes_nothing() -> None:
    pairs = page([(0, 0), (1, 0), (2, 1)], [0, 1, 1])
    chances = said(0.9, 0.2, 0.7)
    standing = standing_of(pairs, torch.arange(3), chances, LABELS)
    kinds = LABELS * LABELS
    idle = Weigher(torch.ones(kinds), torch.zeros(kinds), torch.zeros(features_of(LABELS), 2))
    assert torch.allclose(idle.weighed(chances, said(0.1, 0.5, 0.6), standing), chances)


def test_a_calibration_is_of_documents_that_the_weigher_has_not_learnt_from() -> None:
    # nothing tells what is related: whoever has learnt these by heart is too sure of them
    random = Random(0)
    pairs = page([(0, 0), (1, 0), (2, 1)], [0, 1, 1])
    documents = []
    for _ in range(30):
        chances, heard = (said(*(random.random() for _ in range(3))) for _ in range(2))
        standing = standing_of(pairs, torch.arange(3), chances, LABELS)
        gold = torch.tensor([random.randrange(2) for _ in range(3)])
        documents.append(Answered(chances, heard, standing, gold, int(gold.sum())))
    worth = Fit.on(documents, worded=True).calibration
    assert worth.of(0.8) < 0.65
    assert 0 < Fit.on(documents[:1], worded=True).threshold < 1  # one document, no other


@pytest.mark.parametrize("misled", [False, True])
def test_where_the_encoder_alone_finds_more_there_is_no_weigher(misled: bool) -> None:
    # the model is right, if unsure; the words are sure, and wrong in the last text if misled
    pairs = page([(0, 0), (1, 0), (2, 1)], [0, 1, 1])
    standing = standing_of(pairs, torch.arange(3), said(0.5, 0.5, 0.5), LABELS)
    documents = []
    for number in range(5):
        gold = [number % 3 == place for place in range(3)]
        wrong = misled and number == 4
        chances = said(*(0.6 if related else 0.4 for related in gold))
        heard = said(*(0.99 if related != wrong else 0.01 for related in gold))
        documents.append(Answered(chances, heard, standing, torch.tensor(gold).long(), 1))
    assert (Fit.on(documents, worded=True).weigher is None) is misled


def test_few_scores_show_an_error_by_chance_alone() -> None:
    few, many = ([n / count for n in range(count)] for count in (50, 5000))
    assert calibration_error_by_chance([]) == 0
    assert calibration_error_by_chance([0.0, 1.0]) == 0
    assert 0 < calibration_error_by_chance(many) < 0.02 < 0.05 < calibration_error_by_chance(few)
