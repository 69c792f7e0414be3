"""Laws of ``kgbuild annotate``: neither workers nor batches change a byte, nor the order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kgbuild.testing.plugin import Project

PAPERS = "".join(
    f"{990000000 + n}|t|Aspirin and headache {n}.\n{990000000 + n}|a|Nothing more.\n"
    f"{990000000 + n}\t{n % 5 // 4}\t7\tAspirin\tChemical\tD001241\n"
    f"{990000000 + n}\t12\t20\theadache\tDisease\tD006261\n"
    f"{990000000 + n}\tCID\tD001241\tD006261\n\n"
    for n in range(23)
)
"""Every fifth document has a wrong offset."""


@pytest.mark.parametrize("format_", ["pubtator", "jsonl"])
@pytest.mark.parametrize(
    ("workers", "batch"), [(0, 2), (1, 1), (3, 2)], ids=["here", "one by one", "three workers"]
)
def test_workers_and_batches_do_not_change_what_is_annotated(
    kgbuild_project: Callable[[Mapping[str, str]], Project], format_: str, workers: int, batch: int
) -> None:
    """Batches are more than may wait, so that reading is held up in between."""
    project = kgbuild_project({"papers/a.pubtator": PAPERS, "papers/b.txt": "Aspirin."})

    def annotated(*options: str) -> tuple[bytes, str]:
        target = project.folder / "out"
        arguments = ("papers", "--trust-annotations", "--no-plugins", "--format", format_)
        said = project.run("annotate", *arguments, "-o", str(target), *options).stderr
        return Path(target).read_bytes(), said

    expected, said = annotated("--workers", "0")
    assert "24 documents, 4 failures" in said
    found, again = annotated("--workers", str(workers), "--set", f"run.batch_size={batch}")
    assert found == expected
    assert again == said
