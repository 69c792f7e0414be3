"""A lexicon from a few lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kgbuild_lexicon.loading import load
from kgbuild_lexicon.settings import LexiconSettings

if TYPE_CHECKING:
    from kgbuild_lexicon.lexicon import Lexicon


@pytest.fixture
def lexicon_of(tmp_path: Path) -> Callable[..., Lexicon]:
    """``lexicon_of("mesh:D1 name|synonym|synonym", …, case="exact")`` loads those terms."""

    def make(*terms: str, **options: Any) -> Lexicon:
        rows = [term.partition(" ") for term in terms]
        lines = ["id\tname\tsynonyms"]
        lines += [f"{curie}\t{'	'.join(names.partition('|')[::2])}" for curie, _, names in rows]
        words = tmp_path / "words.tsv"
        words.write_text("\n".join(lines), "utf-8")
        whole = {k: options.pop(k) for k in ("min_length", "plurals", "prefer") if k in options}
        return load(
            LexiconSettings.model_validate({"files": [{"path": words, **options}], **whole})
        )

    return make


@pytest.fixture
def lexicon_from(tmp_path: Path) -> Callable[..., Lexicon]:
    """``lexicon_from("x.obo", text, …)`` loads word lists with those names and contents."""

    def make(*files: str | bytes, **options: Any) -> Lexicon:
        paths = []
        for name, content in zip(files[::2], files[1::2], strict=True):
            assert isinstance(name, str)
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append({"path": path, **options})
        return load(LexiconSettings.model_validate({"files": paths}))

    return make
