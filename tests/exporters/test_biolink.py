"""KGX and the graph's words against the Biolink Model's own YAML, from its own package.

KGX's validator fetches the model over the network; the package ``biolink-model`` ships it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from kgbuild import vocabulary
from kgbuild.assertion import GIVEN, Assertion, Concept, Evidence, Review, Source, Verdict
from kgbuild.data.build import camel, snake
from kgbuild.data.relation_names import relation_table
from kgbuild.document import Document, Span
from kgbuild.exporters.kgx import (
    CONDITIONS,
    CONTESTED,
    EDGE_COLUMNS,
    NODE_COLUMNS,
    OTHER_QUALIFIERS,
    QUALIFIERS,
    SPECS,
)
from kgbuild.testing.example_graph import example_graph
from kgbuild.testing.memory_graph import MemoryGraph

_OURS = {"id", "category", OTHER_QUALIFIERS, CONDITIONS, CONTESTED}
"""Columns that KGX itself defines, and those that are ours."""

RULES = Path(__file__).parents[2] / "plugins/kgbuild-spacy/kgbuild_spacy/rules.toml"


@cache
def _file(name: str) -> str:
    try:
        distribution = metadata.distribution("biolink-model")
    except metadata.PackageNotFoundError:
        pytest.skip("biolink-model is not installed: make test installs it")
    return Path(str(distribution.locate_file(f"biolink_model/{name}"))).read_text("utf-8")


@pytest.fixture(scope="module")
def model() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(
        _file("schema/biolink_model.yaml"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded


@pytest.fixture(scope="module")
def slots(model: dict[str, Any]) -> Mapping[str, Any]:
    return {snake(name).removeprefix("biolink:"): body for name, body in model["slots"].items()}


@pytest.fixture(scope="module")
def classes(model: dict[str, Any]) -> Mapping[str, Any]:
    return {camel(name): body for name, body in model["classes"].items()}


def _above(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    body = table[name]
    for above in (body.get("is_a"), *body.get("mixins", ())):
        if above:
            yield above
            names = (camel(above), snake(above).removeprefix("biolink:"))
            yield from _above(next(name for name in names if name in table), table)


def _values(model: dict[str, Any], enumeration: str) -> set[str]:
    return set(model["enums"][enumeration]["permissible_values"])


@pytest.fixture(scope="module")
def kgx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kgx") / "graph"
    SPECS[0].create(None).export(_every_kind(), folder)
    return folder


def _every_kind() -> MemoryGraph:
    """The example graph, and a claim with every qualifier that KGX has a column for."""
    graph = example_graph()
    document = Document(id="pubmed:9", text="A decreases B.")
    evidence = Evidence(
        document=document.id, version=document.digest, section="abstract", spans=(Span(0, 14),),
        text=document.text, subject_span=None, object_span=None, source=GIVEN,
    )  # fmt: skip
    qualified = Assertion(
        subject="mesh:D017706",
        predicate="biolink:affects",
        object="ncbigene:672",
        qualifiers=(
            ("biolink:causal_mechanism_qualifier", "inhibition"),
            ("biolink:object_aspect_qualifier", "activity"),
            ("biolink:object_direction_qualifier", "decreased"),
            ("biolink:qualified_predicate", "biolink:causes"),
            ("biolink:subject_aspect_qualifier", "expression"),
            ("biolink:subject_direction_qualifier", "increased"),
        ),
        evidence=(evidence,),
    )
    gene = Concept(id="ncbigene:672", label="BRCA1", category="biolink:Gene")
    return MemoryGraph(
        documents=(*graph.documents(), document),
        concepts=(*graph.concepts(), gene),
        assertions=(*graph.assertions(), qualified),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_table_is_of_the_version_that_is_checked_against(model: dict[str, Any]) -> None:
    table = json.loads((Path(vocabulary.__file__).parent / "data" / "biolink.json").read_text())
    assert table["version"] == model["version"]
    assert set(table["categories"]) == {camel(name) for name in model["classes"]}


def test_every_column_is_a_slot(slots: Mapping[str, Any]) -> None:
    columns = {*NODE_COLUMNS, *EDGE_COLUMNS} - _OURS
    assert columns <= set(slots)
    assert [name for name in columns if slots[name].get("deprecated")] == []


def test_lists_stand_where_the_model_has_many_values(slots: Mapping[str, Any], kgx: Path) -> None:
    SPECS[1].create(None).export(_every_kind(), kgx.with_name("lines"))
    for file in kgx.with_name("lines").iterdir():
        for line in file.read_text("utf-8").splitlines():
            for name, value in json.loads(line).items():
                if name in slots and name not in _OURS:
                    assert isinstance(value, list) == bool(slots[name].get("multivalued")), name


def test_every_qualifier_is_one(slots: Mapping[str, Any], kgx: Path) -> None:
    assert all("qualifier" in _above(name, slots) for name in QUALIFIERS)
    written = [row for row in _rows(kgx / "edges.tsv") if row["subject_aspect_qualifier"]]
    assert len(written) == 1
    assert all(written[0][name] for name in QUALIFIERS)


def test_every_predicate_is_related_to_and_none_is_deprecated(
    slots: Mapping[str, Any], kgx: Path
) -> None:
    for row in _rows(kgx / "edges.tsv"):
        for predicate in filter(None, (row["predicate"], row["qualified_predicate"])):
            slot = predicate.removeprefix("biolink:")
            assert "related to" in _above(slot, slots)
            assert not slots[slot].get("deprecated"), slot


def test_every_category_is_a_named_thing(classes: Mapping[str, Any], kgx: Path) -> None:
    for row in _rows(kgx / "nodes.tsv"):
        above = {row["category"], *(camel(one) for one in _above(row["category"], classes))}
        assert "biolink:NamedThing" in above, row
    for row in _rows(kgx / "edges.tsv"):
        assert row["category"] == "biolink:Association"


def test_levels_and_agents_are_the_models(model: dict[str, Any], kgx: Path) -> None:
    rows = _rows(kgx / "edges.tsv")
    assert {row["knowledge_level"] for row in rows} <= _values(model, "KnowledgeLevelEnum")
    assert {row["agent_type"] for row in rows} <= _values(model, "AgentTypeEnum")
    agents = {row["id"]: row["agent_type"] for row in rows}
    assert set(agents.values()) == {
        "text_mining_agent",
        "manual_validation_of_automated_agent",
        "not_provided",
    }


def test_prefixes_are_spelt_as_the_model_spells_them(model: dict[str, Any], kgx: Path) -> None:
    known = set(model["prefixes"]) | set(
        json.loads(_file("prefixmaps/biolink-model-prefix-map.json"))
    )
    for row in _rows(kgx / "nodes.tsv"):
        assert row["id"].partition(":")[0] in known, row["id"]
    for row in _rows(kgx / "edges.tsv"):
        for curie in (row["subject"], row["object"], *row["publications"].split("|")):
            assert curie.partition(":")[0] in known, curie


@pytest.mark.parametrize(
    ("stored", "spelt"),
    [
        ("mesh:D006323", "MESH:D006323"),
        ("ncbigene:672", "NCBIGene:672"),
        ("ncbitaxon:9606", "NCBITaxon:9606"),
        ("pubmed:1", "PMID:1"),
        ("pmc:PMC1", "PMCID:PMC1"),
        ("chebi:15365", "CHEBI:15365"),
        ("mondo:0005148", "MONDO:0005148"),
        ("omim:104300", "OMIM:104300"),
        ("dbsnp:rs1", "DBSNP:rs1"),
    ],  # the model has no prefix for Cellosaurus
)
def test_the_prefixes_of_the_six_categories(model: dict[str, Any], stored: str, spelt: str) -> None:
    assert vocabulary.biolink_curie(stored) == spelt
    prefix = spelt.partition(":")[0]
    in_map = prefix in json.loads(_file("prefixmaps/biolink-model-prefix-map.json"))
    assert prefix in model["prefixes"] or in_map


def test_all_that_the_parts_can_say_is_in_the_model(
    model: dict[str, Any], slots: Mapping[str, Any]
) -> None:
    """Predicates, qualifiers and their values, of the corpora's relations and the rules."""
    import tomllib

    said = [(row.meaning.predicate, dict(row.meaning.qualifiers)) for row in relation_table()]
    rules = tomllib.loads(RULES.read_text("utf-8"))["rule"]
    said += [(rule["predicate"], rule.get("qualifiers", {})) for rule in rules]
    assert len(said) > 50
    for predicate, qualifiers in said:
        assert "related to" in (*_above(predicate.removeprefix("biolink:"), slots), "related to")
        assert predicate.removeprefix("biolink:") in slots
        for name, value in qualifiers.items():
            slot = slots[name.removeprefix("biolink:")]
            if slot.get("range") in model["enums"]:
                assert value in _values(model, slot["range"]), (name, value)


def _claim(*sources: Source, reviews: tuple[Review, ...] = ()) -> Assertion:
    evidence = tuple(
        Evidence(
            document="pubmed:1", version="0", section="abstract", spans=(Span(0, 1),), text="a",
            subject_span=None, object_span=None, source=source,
        )
        for source in sources
    )  # fmt: skip
    return Assertion(
        subject="mesh:D1", predicate="biolink:treats", object="mesh:D2", evidence=evidence,
        reviews=reviews,
    )  # fmt: skip


TAGGER = Source(component="tagger", distribution="kgbuild-tagger", version="1")


@pytest.mark.parametrize(
    ("claim", "level", "agent"),
    [
        (_claim(TAGGER), "not_provided", "text_mining_agent"),
        (_claim(GIVEN), "not_provided", "not_provided"),
        (_claim(GIVEN, TAGGER), "not_provided", "text_mining_agent"),
        (
            _claim(GIVEN, reviews=(Review(verdict=Verdict.ACCEPTED, reviewer="ada"),)),
            "knowledge_assertion",
            "manual_validation_of_automated_agent",
        ),
    ],
    ids=["mined", "given", "given and mined", "accepted"],
)
def test_who_says_so_in_every_export(
    claim: Assertion, level: str, agent: str, tmp_path: Path
) -> None:
    from kgbuild.graph.knowledge import knowledge_of

    assert knowledge_of(claim) == (level, agent)
    graph = MemoryGraph(documents=(), concepts=(), assertions=(claim,))
    SPECS[0].create(None).export(graph, tmp_path / "kgx")
    (edge,) = _rows(tmp_path / "kgx" / "edges.tsv")
    assert (edge["knowledge_level"], edge["agent_type"]) == (level, agent)
