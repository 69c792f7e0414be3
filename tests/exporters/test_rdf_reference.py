"""The example in the docs is what is exported."""

from __future__ import annotations

import re
from pathlib import Path

import rdflib

from kgbuild.exporters import nanopublications, rdf
from kgbuild.testing.example_graph import example_graph

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rdf.md"


def test_every_triple_of_the_example_in_the_reference_is_exported(export, tmp_path):
    (example,) = re.findall(r"```turtle\n(.*?)```", REFERENCE.read_text("utf-8"), re.DOTALL)
    shown = set(rdflib.Graph().parse(data=example, format="turtle"))
    path = export("turtle", example_graph(), tmp_path)
    assert shown
    assert shown <= set(rdflib.Graph().parse(path, format="turtle"))


def test_the_reference_names_every_format_suffix_and_setting():
    text = REFERENCE.read_text("utf-8")
    for spec in (*rdf.SPECS, *nanopublications.SPECS):
        assert f"| `{spec.name}` | {', '.join(f'`{s}`' for s in spec.suffixes)} |" in text
    for name, field in rdf.rdf_settings().model_fields.items():
        assert f"| `{name}` | " in text
        assert str(field.default) in text
