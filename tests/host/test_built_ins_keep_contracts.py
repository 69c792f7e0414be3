"""Every built-in keeps the laws of its kind: the contract suites, as a stranger would run them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from kgbuild.components import ExporterSpec, ReaderSpec, RulesSpec, SegmenterSpec
from kgbuild.host import Host
from kgbuild.testing.contracts import (
    ExporterContract,
    ReaderContract,
    RulesContract,
    SegmenterContract,
)
from kgbuild.testing.library import Said

HOST = Host.load(only_builtins=True)
FILES = Path(__file__).parents[1] / "readers" / "files"

PUBTATOR = """\
1|t|Aspirin and pain.
1|a|Aspirin eases pain.
1\t0\t7\tAspirin\tChemical\tMESH:D001241
1\t31\t35\tpain\tDisease\tMESH:D010146

"""
BIOC_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<collection><source>s</source><date>d</date><key>k</key><document><id>1</id>
<passage><infon key="type">title</infon><offset>0</offset><text>Aspirin and pain.</text>
<annotation id="1"><infon key="type">Chemical</infon><infon key="identifier">MESH:D001241</infon>
<location offset="0" length="7"/><text>Aspirin</text></annotation></passage>
</document></collection>
"""
BIOC_JSON = json.dumps(
    {
        "source": "s", "date": "d", "key": "k", "infons": {},
        "documents": [{
            "id": "1", "infons": {}, "relations": [],
            "passages": [{
                "offset": 0, "infons": {"type": "title"}, "text": "Aspirin and pain.",
                "sentences": [], "relations": [], "annotations": [{
                    "id": "1", "infons": {"type": "Chemical", "identifier": "MESH:D001241"},
                    "text": "Aspirin", "locations": [{"offset": 0, "length": 7}],
                }],
            }],
        }],
    }
)  # fmt: skip
JATS = """\
<?xml version="1.0"?>
<article><front><article-meta><article-id pub-id-type="pmid">1</article-id>
<title-group><article-title>Aspirin</article-title></title-group>
<abstract><p>Aspirin eases pain.</p></abstract></article-meta></front>
<body><sec><title>Results</title><p>It did.</p></sec></body></article>
"""
HTML = """\
<!DOCTYPE html><html><head><title>Aspirin</title><meta name="citation_pmid" content="1">
</head><body><h1>Aspirin</h1><p>Aspirin eases pain.</p></body></html>
"""
CONTENT: dict[str, dict[str, bytes]] = {
    "bioc-json": {"a.json": BIOC_JSON.encode()},
    "bioc-xml": {"a.xml": BIOC_XML.encode()},
    "html": {"a.html": HTML.encode()},
    "jats": {"a.nxml": JATS.encode()},
    "markdown": {"a.md": b"---\npmid: 1\n---\n# Aspirin\n\nAspirin *eases* pain.\n"},
    "medline": {"a.nbib": (FILES / "medline.nbib").read_bytes()},
    "pubmed-xml": {"a.xml": (FILES / "pubmed.xml").read_bytes()},
    "pubtator": {"a.pubtator": PUBTATOR.encode()},
    "ris": {"a.ris": (FILES / "pubmed.ris").read_bytes()},
    "text": {"a.txt": "Aspirin eases pain.\n\nÅngström β.\n".encode()},
}


@pytest.mark.parametrize("name", sorted(CONTENT))
class TestReaders(ReaderContract):
    """The laws of readers, for each built-in reader."""

    @pytest.fixture(autouse=True)
    def _reader(self, name: str) -> None:
        type(self).spec = cast("ReaderSpec", HOST.spec("reader", name))
        type(self).files = CONTENT[name]


class TestRules(SegmenterContract):
    """The laws of segmenters, for the default one."""

    spec = cast("SegmenterSpec", HOST.spec("segmenter", "rules"))


class TestBiomedicine(RulesContract):
    """The laws of rules, for the shipped ones; their examples: tests/reasoning."""

    spec = cast("RulesSpec", HOST.spec("rules", "biomedicine"))
    examples = (
        ([Said("G1", "associated_with", "D1")],
         ("biolink:gene_associated_with_condition", "mesh:G1", "mesh:D1")),
    )  # fmt: skip
    counterexamples = (
        ([Said("C1", "associated_with", "D1")],
         ("biolink:gene_associated_with_condition", "mesh:C1", "mesh:D1")),
    )  # fmt: skip


@pytest.mark.parametrize("name", list(HOST.specs("exporter")))
class TestExporters(ExporterContract):
    """The laws of exporters, for each built-in exporter."""

    @pytest.fixture(autouse=True)
    def _exporter(self, name: str) -> None:
        type(self).spec = cast("ExporterSpec", HOST.spec("exporter", name))
