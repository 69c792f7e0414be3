"""Names as vectors: learnt from synonyms, near what means the same, kept in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from kgbuild_linker.candidates import Query, Way, candidates
from kgbuild_linker.records import Group
from kgbuild_linker.vector_training import Example, Learner, save
from kgbuild_linker.vectors import BUCKETS, Vectors, load_vectors
from threadpoolctl import threadpool_limits

from kgbuild import ComponentUnavailableError

if TYPE_CHECKING:
    from kgbuild_linker.terminology import Terminology

NAMES = {
    "mesh:D1": ("breast neoplasms", "breast cancer", "mammary cancer", "tumour of the breast"),
    "mesh:D2": ("ovarian neoplasms", "ovarian cancer", "cancer of the ovary"),
    "mesh:D5": ("acute kidney injury", "acute renal injury", "acute renal failure"),
}


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    pytest.importorskip("torch")
    learner = Learner(sorted(NAMES))
    examples = [Example(name, curie, 1.0) for curie, names in NAMES.items() for name in names]
    learner.learn(examples * 10, epochs=20, rate=0.1)
    return learner.vectors()


@pytest.mark.parametrize(
    ("name", "curie"),
    [
        ("mammary neoplasms", "mesh:D1"),
        ("failure of the kidney", "mesh:D5"),
        ("ovarien cancr", "mesh:D2"),
    ],
)
def test_a_name_is_near_what_it_means_though_it_was_never_seen(vectors, name, curie):
    near = vectors.near(name)
    assert near.nearest[0] == curie
    assert near.cosine(curie) == pytest.approx(near.best)
    assert near.cosine("mesh:D99") is None


def test_a_file_of_vectors_gives_the_same_order(vectors, tmp_path: Path):
    save({Group.DISEASE: vectors}, tmp_path / "few.npz")
    read = load_vectors(tmp_path / "few.npz")[Group.DISEASE]
    for names in NAMES.values():
        for name in names:
            assert read.near(name).nearest == vectors.near(name).nearest
            assert read.near(name).best == pytest.approx(vectors.near(name).best, abs=0.02)


def test_cosines_do_not_depend_on_how_many_cores_a_machine_has():
    draw = np.random.default_rng(0)
    curies = [f"mesh:D{number}" for number in range(20_000)]
    pieces, concepts = (draw.standard_normal((n, 96), dtype=np.float32) for n in (BUCKETS, 20_000))
    with threadpool_limits(3, user_api="blas"):
        of_three = Vectors(pieces, concepts, curies).near("renal failure")
    with threadpool_limits(1, user_api="blas"):
        of_one = Vectors(pieces, concepts, curies).near("renal failure")
    assert [of_three.cosine(curie) for curie in curies] == [
        of_one.cosine(curie) for curie in curies
    ]


def test_a_broken_file_is_refused(tmp_path: Path):
    (tmp_path / "broken.npz").write_bytes(b"no vectors")
    with pytest.raises(ComponentUnavailableError, match=r"broken\.npz: are not vectors"):
        load_vectors(tmp_path / "broken.npz")


def test_a_near_concept_is_a_candidate_and_says_so(vectors, terminology: Terminology):
    name = "mamary malignancis"
    query = Query(name=name, group=Group.DISEASE, near=vectors.near(name))
    ways = {one.hit.curie: one.way for one in candidates(terminology, query)}
    assert ways["mesh:D1"] is Way.NEAR
