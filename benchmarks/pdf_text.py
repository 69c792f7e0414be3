"""PDF: kgbuild's reader beside what four libraries give by themselves.

    python benchmarks/pdf_text.py [FOLDER of PDFs] [--files N] [--rounds N]

Order is measured on pages that ``tests/readers/test_pdf.py`` draws, whose text is known: the
share of neighbouring word pairs of the true text that are neighbours in the text read. Time is
measured on the PDFs of the folder (default: ../shared/papers/pdf), CPU time, the best of three
rounds. The largest has 242 pages, two minutes of CPU for all: ``--files`` takes the smallest alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import logging
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfminer.high_level
import pdfplumber
import pypdf
import pypdfium2
from machine import describe  # type: ignore[import-not-found]

from kgbuild.components import PaperFile
from kgbuild.document import Document
from kgbuild.readers.pdf import PdfReader

ROOT = Path(__file__).resolve().parents[1]


def by_kgbuild(raw: bytes) -> str:
    (document,) = PdfReader().read(PaperFile(name="a.pdf", open=lambda: io.BytesIO(raw)))
    assert isinstance(document, Document)
    return document.text


def by_pdfium(raw: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(raw))


def by_pypdf(raw: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages)


def by_pdfminer(raw: bytes) -> str:
    return pdfminer.high_level.extract_text(io.BytesIO(raw))


def by_pdfplumber(raw: bytes) -> str:
    with pdfplumber.open(io.BytesIO(raw)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


READERS: dict[str, Callable[[bytes], str]] = {
    "kgbuild": by_kgbuild,
    "pypdfium2": by_pdfium,
    "pypdf": by_pypdf,
    "pdfminer.six": by_pdfminer,
    "pdfplumber": by_pdfplumber,
}


def drawn() -> dict[str, tuple[bytes, str]]:
    """Pages by the name of what is hard in them, each with its true text."""
    spec = importlib.util.spec_from_file_location("pages", ROOT / "tests/readers/test_pdf.py")
    assert spec is not None
    assert spec.loader is not None
    test: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(test)
    prose, other = test.PROSE, test.OTHER_PROSE
    half = len(prose) // 2
    head = [test.show("Effects of aspirin in many people", 120, 750, 18)]
    sides = test.column(prose[:half]), test.column(prose[half:], x=320)
    truth = "Effects of aspirin in many people " + " ".join(prose)
    pages = {
        f"two columns, drawn {name}": (test.pdf([head + order(*sides)]), truth)
        for name, order in (
            ("by column", test.by_column),
            ("by row", test.by_row),
            ("shuffled", test.shuffled),
        )
    }
    broken = ["with severe inflam-", "mation, and COX-2-", "induced pain of the sto-", "mach"]
    text = "with severe inflammation, and COX-2-induced pain of the stomach"
    pages["broken words"] = test.pdf([test.column(broken)]), text
    third = sorted(other)
    running = [test.with_heads(n, lines) for n, lines in enumerate((prose, other, third), 1)]
    text = " ".join([*prose, *other, *third])
    pages["running heads, three pages"] = test.pdf(running), text
    return pages


def order(read: str, truth: str) -> float:
    wanted = Counter(pairwise(truth.split()))
    return (wanted & Counter(pairwise(read.split()))).total() / wanted.total()


def seconds(reader: Callable[[bytes], str], raw: bytes, rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        reader(raw)
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    papers = ROOT.parent / "shared" / "papers" / "pdf"
    parser.add_argument("folder", nargs="?", type=Path, default=papers, help="of PDFs")
    parser.add_argument("--files", type=int, help="so many of the smallest PDFs alone")
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts (3)")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    print(describe())
    print("\nneighbouring words right, per cent\n")
    print(f"{'':28}", *(f"{name:>13}" for name in READERS))
    for name, (raw, truth) in drawn().items():
        shares = (order(reader(raw), truth) for reader in READERS.values())
        print(f"{name:28}", *(f"{100 * share:13.1f}" for share in shares))
    print("\nmilliseconds of CPU for a page\n")
    smallest = sorted(given.folder.glob("*.pdf"), key=lambda path: path.stat().st_size)
    for path in sorted(smallest[: given.files]):
        raw = path.read_bytes()
        pages = len(pypdfium2.PdfDocument(raw))
        times = (1000 * seconds(reader, raw, given.rounds) / pages for reader in READERS.values())
        print(f"{path.stem[:20]:20}{pages:4} p. ", *(f"{each:13.1f}" for each in times))


if __name__ == "__main__":
    main()
