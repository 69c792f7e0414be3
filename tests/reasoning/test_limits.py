"""Limits on time and size hold from the first line of an ontology to the last confidence."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from kgbuild.cli import main
from kgbuild.errors import LimitError
from kgbuild.reasoning import closure
from kgbuild.reasoning import ontology as ontology_module
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import layer_path
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.ontology import read_ontology
from kgbuild.reasoning.owl_rules import theory_for
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.testing.library import Said


def written(folder: Path, text: str, name: str = "long.ttl") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def classes(count: int) -> str:
    return "".join(
        f"<http://x/C{n}> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://x/C{n + 1}> .\n"
        for n in range(count)
    )


def out_of_time(spared: float = 0.0) -> Limits:
    """Limits of one second, of which so much is left."""
    return Limits(seconds=1.0, started=time.monotonic() - 1.0 + spared)


def test_no_more_of_an_ontology_is_read_than_there_is_time_for(tmp_path):
    path = written(tmp_path, classes(3))
    with pytest.raises(
        LimitError, match=r"long\.ttl, line \d: stopped while reading it, at triple 1"
    ):
        read_ontology([path], out_of_time())


def test_no_more_of_an_ontology_is_made_rules_than_there_is_time_for(tmp_path, library):
    library.add({"pubmed:1": [Said("C1", "treats", "D1")]})
    ontology = read_ontology([written(tmp_path, classes(3))])
    with library.open() as graph, pytest.raises(LimitError, match="1 seconds have passed"):
        theory_for(graph, ontology, out_of_time())


def test_another_reasoner_is_ended_when_the_time_is_up():
    with pytest.raises(LimitError, match="stopped while another reasoner was at work"):
        closure.ended(time.sleep, (60,), out_of_time(spared=0.2))


def test_what_goes_wrong_in_the_other_process_is_told():
    with pytest.raises(ZeroDivisionError):
        closure.ended(divmod, (1, 0), Limits())
    with pytest.raises(LimitError, match="its process ended"):
        closure.ended(os._exit, (1,), Limits())


def test_too_many_triples_are_refused_with_the_line(tmp_path, monkeypatch):
    monkeypatch.setattr(ontology_module, "MAX_TRIPLES", 2)
    path = written(tmp_path, classes(3))
    with pytest.raises(LimitError, match=r"long\.ttl, line \d: more than 2 triples; none of them"):
        read_ontology([path])


def test_the_verb_says_what_it_was_at_when_the_time_was_up(library, tmp_path, capsys):
    library.add({"pubmed:1": [Said("C1", "treats", "D1")]})
    path = written(tmp_path, classes(3_000))
    arguments = ["reason", "--ontology", str(path), "--max-seconds", "1e-6"]
    code = main([*arguments, "--kg", str(library.folder)])
    assert code == 2
    error = capsys.readouterr().err
    assert re.search(r"long\.ttl, line \d: stopped while reading it, at triple 1", error)
    assert "hint: --max-seconds allows more" in error
    assert not layer_path(library.folder).exists()


def test_no_rule_is_applied_when_the_time_is_up(library):
    library.add({"pubmed:1": [Said("C1", "treats", "D1")]})
    with library.open() as graph, pytest.raises(LimitError, match="nothing of it was kept"):
        reason(graph, shipped_rules(), limits=out_of_time())
    assert not layer_path(library.folder).exists()


def test_the_time_is_looked_at_while_conclusions_are_weighed():
    limits = out_of_time(spared=0.05)
    with pytest.raises(LimitError, match=r"stopped while weighing \(\d[\d,]* done\)"):
        for _ in limits.within(iter(int, 1), "weighing"):
            pass
