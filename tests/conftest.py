"""The few fixtures that every room shares."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

# How fast a machine draws examples is no property of the code: a busy one is slow.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

TERMS = """\
id\tname\tsynonyms\tcategory
mesh:D001241\taspirin\tacetylsalicylic acid\tbiolink:ChemicalEntity
mesh:D006261\theadache\theadaches\tbiolink:DiseaseOrPhenotypicFeature
mesh:D007052\tibuprofen\t\tbiolink:ChemicalEntity
mesh:D009325\tnausea\t\tbiolink:DiseaseOrPhenotypicFeature
mesh:D017706\tlisinopril\t\tbiolink:ChemicalEntity
mesh:D003371\tcough\t\tbiolink:DiseaseOrPhenotypicFeature
"""
CONFIGURATION = """\
[pipeline]
extractors = ["lexicon", "spacy-rules"]
linkers = ["lexicon"]
terminologies = ["lexicon"]
[run]
workers = 0
[components.lexicon]
files = ["terms.tsv"]
"""


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A folder with a word list, a configuration that needs no model, and no paper yet."""
    pytest.importorskip("kgbuild_lexicon")
    pytest.importorskip("kgbuild_spacy")
    (tmp_path / "papers").mkdir()
    (tmp_path / "terms.tsv").write_text(TERMS, encoding="utf-8")
    (tmp_path / "kgbuild.toml").write_text(CONFIGURATION, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real papers and corpora beside the repository; skips where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "papers").is_dir():
        pytest.skip("../shared is not here")
    return folder
