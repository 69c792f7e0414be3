"""A fingerprint follows from all tables that ship with what reads them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kgbuild

CHANGED = """
import json, sys
from importlib import resources
from kgbuild.components import tables_fingerprint
from kgbuild.host import Host

host = Host.load()
def sources():
    tables_fingerprint.cache_clear()
    return {name: host.source("extractor", name).fingerprint for name in sys.argv[1:]}

found, before = {}, sources()
folder = resources.files("kgbuild.statements")
for table in [*folder.iterdir(), folder / "new.tsv"]:
    if table.name.endswith((".toml", ".tsv")):
        with table.open("a") as file:
            file.write("\\n# other\\n")
        after = sources()
        found[table.name] = sorted(name for name in after if after[name] != before[name])
        before = after
print(json.dumps(found))
"""


def test_any_table_about_statements_that_changes_or_comes_changes_who_reads_them(
    tmp_path: Path,
) -> None:
    """In a copy of the package, so that the tables are those that ship."""
    pytest.importorskip("kgbuild_spacy")
    pytest.importorskip("kgbuild_transformer")
    shutil.copytree(Path(kgbuild.__file__).parent, tmp_path / "kgbuild")
    readers = ["spacy-rules", "transformer-relations"]
    run = subprocess.run(
        [sys.executable, "-c", CHANGED, *readers],
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    tables = {"cues.toml", "weights.tsv", "denial.tsv", "novelty.tsv", "conditions.toml", "new.tsv"}
    assert tables <= found.keys()
    assert set(map(tuple, found.values())) == {tuple(readers)}


def test_to_tell_a_fingerprint_imports_nothing():
    told = (
        "import sys, kgbuild; kgbuild.tables_fingerprint('kgbuild.statements');"
        "print('kgbuild.statements' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
