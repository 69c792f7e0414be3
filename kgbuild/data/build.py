"""Rebuild the tables in this folder from the packages that publish them.

    pip install bioregistry biolink-model && python -m kgbuild.data.build

- ``prefixes.json`` from bioregistry (CC0): IRI, pattern, synonyms and Biolink's spelling of
  every prefix that has an IRI.
- ``biolink.json`` from the Biolink Model's YAML (CC0): classes with parents and identifier
  prefixes, predicates with parent, inverse, symmetry, domain and range, qualifiers, and the
  values that these may have.

The packages are needed here only; kgbuild itself reads the tables.
"""

from __future__ import annotations

import json
from importlib import metadata, resources
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

NOT_IN_IRIS = frozenset('<>"{}|\\^`[] ')
"""Characters that may not stand in an IRI (RFC 3987); a bracket only in a host's address."""

BIOLINK_SPELLINGS = {"pubmed": "PMID", "pmc": "PMCID", "doi": "doi"}
"""Spellings that the Biolink Model uses and its prefix map does not give by IRI."""


def prefixes() -> dict[str, Any]:
    """The table of prefixes, keyed by bioregistry's name for each."""
    import bioregistry

    spelling, biolink_iris = _biolink_spellings(), _biolink_iris()
    table: dict[str, Any] = {}
    for resource in bioregistry.resources():
        # Biolink's IRI comes first, so that the RDF meets that of other Biolink graphs.
        iri = biolink_iris.get(spelling.get(resource.prefix, "")) or resource.get_uri_prefix()
        if not iri or set(iri) & NOT_IN_IRIS:
            continue
        row: dict[str, Any] = {"iri": iri}
        if synonyms := sorted(resource.get_synonyms() - {resource.prefix}):
            row["synonyms"] = synonyms
        if pattern := resource.get_pattern():
            row["pattern"] = pattern
        if biolink := spelling.get(resource.prefix):
            row["biolink"] = biolink
        table[resource.prefix] = row
    return dict(sorted(table.items()))


def _biolink_iris() -> dict[str, str]:
    maps = resources.files("biolink_model.prefixmaps")
    with maps.joinpath("biolink-model-prefix-map.json").open() as file:
        rows = json.load(file).items()
    return {
        name: iri if isinstance(iri, str) else iri["@id"]
        for name, iri in rows
        if not name.startswith("@")
    }


def _biolink_spellings() -> dict[str, str]:
    import bioregistry

    names = list(_biolink_iris())
    spelling: dict[str, str] = {}
    for name in sorted(names):
        known = bioregistry.normalize_prefix(name)
        # Of two spellings of one prefix take the one in capitals first: MESH before mesh.
        if known and (known not in spelling or name.isupper()):
            spelling[known] = name
    return spelling | BIOLINK_SPELLINGS


def biolink() -> dict[str, Any]:
    """Classes, predicates and qualifiers of the Biolink Model."""
    import yaml

    with resources.files("biolink_model.schema").joinpath("biolink_model.yaml").open() as file:
        model = yaml.safe_load(file)
    slots, classes = model["slots"], model["classes"]
    return {
        "version": metadata.version("biolink-model"),
        "categories": {
            camel(name): _row(
                parent=camel(body["is_a"]) if body.get("is_a") else None,
                mixins=[camel(mixin) for mixin in body.get("mixins", ())],
                prefixes=body.get("id_prefixes"),
            )
            for name, body in sorted(classes.items())
        },
        "predicates": {
            snake(name): _row(
                parent=snake(body["is_a"]) if body.get("is_a") else None,
                inverse=snake(body["inverse"]) if body.get("inverse") else None,
                symmetric=body.get("symmetric"),
                domain=camel(body["domain"]) if body.get("domain") else None,
                range=camel(body["range"]) if body.get("range") else None,
                deprecated=bool(body.get("deprecated")) or None,
                transitive=body.get("transitive"),
            )
            for name, body in sorted(slots.items())
            if _descends(name, "related to", slots)
        },
        "qualifiers": {
            snake(name): _row(range=camel(body["range"]) if body.get("range") else None)
            for name, body in sorted(slots.items())
            if _descends(name, "qualifier", slots)
        },
        "enums": {
            camel(name): sorted(model["enums"][name]["permissible_values"])
            for name in sorted(_enums(slots) & model["enums"].keys())
        },
        "slots": sorted(snake(name) for name in slots),
    }


def _enums(slots: dict[str, Any]) -> set[str]:
    """The ranges of the qualifiers, and what knowledge levels and agents may be."""
    ranges = {
        body.get("range") for name, body in slots.items() if _descends(name, "qualifier", slots)
    }
    return {*filter(None, ranges), "KnowledgeLevelEnum", "AgentTypeEnum"}


def camel(name: str) -> str:
    """``disease or phenotypic feature`` → ``biolink:DiseaseOrPhenotypicFeature``."""
    return "biolink:" + "".join(word[:1].upper() + word[1:] for word in name.split())


def snake(name: str) -> str:
    """``related to`` → ``biolink:related_to``."""
    return "biolink:" + name.replace(" ", "_")


def _row(**facts: Any) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in (None, [], ())}


def _descends(name: str | None, root: str, slots: dict[str, Any]) -> bool:
    while name:
        if name == root:
            return True
        name = (slots.get(name) or {}).get("is_a")
    return False


def main() -> None:
    """Write both tables beside this module."""
    for name, table in (("prefixes.json", prefixes()), ("biolink.json", biolink())):
        lines = json.dumps(table, ensure_ascii=False, indent=0, sort_keys=True)
        (HERE / name).write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
