"""Adding a vocabulary of 400,000 concepts to one's own terminology: time, memory, size.

    python benchmarks/terminology.py [--concepts 400000] [--formats obo owl json rrf]

The files are made up: each concept has a label of three words, two synonyms, a parent, one concept
in five a cross-reference to a MeSH record. CPU seconds and the most memory of a process of its own
that does what ``kgbuild terminology add`` does: reads the file, merges it with the default, and
writes all names and keys.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from machine import describe  # type: ignore[import-not-found]

WORDS = [a + b + c for a in ("ka", "lo", "mi", "tu", "ve") for b in ("ran", "sol", "tim", "pex")
         for c in ("ol", "ine", "osis", "ate", "um")]  # fmt: skip


def names(number: int) -> tuple[str, str, str]:
    """A label and two synonyms, no two concepts with the same."""
    first, rest = number % len(WORDS), number // len(WORDS)
    second, third = rest % len(WORDS), rest // len(WORDS)
    stem = f"{WORDS[first]} {WORDS[second]} type {third}"
    return stem, f"{WORDS[second]} of {WORDS[first]} {third}", f"{stem}-alpha"


def obo(concepts: int) -> Iterator[str]:
    yield "format-version: 1.2\ndata-version: 1\nontology: made-up\n\n"
    for n in range(concepts):
        label, *synonyms = names(n)
        yield f"[Term]\nid: CHEBI:{n + 1}\nname: {label}\n"
        yield "".join(f'synonym: "{one}" EXACT []\n' for one in synonyms)
        if n % 5 == 0:
            yield f"xref: MESH:D{900_000 + n:06}\n"
        yield f"is_a: CHEBI:{n // 7 + 1}\n\n" if n else "\n"


def owl(concepts: int) -> Iterator[str]:
    yield (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" '
        'xmlns:owl="http://www.w3.org/2002/07/owl#" '
        'xmlns:o="http://www.geneontology.org/formats/oboInOwl#">\n'
    )
    base = "http://purl.obolibrary.org/obo/CHEBI_"
    for n in range(concepts):
        label, *synonyms = names(n)
        yield f'<owl:Class rdf:about="{base}{n + 1}"><rdfs:label>{label}</rdfs:label>'
        yield f'<rdfs:subClassOf rdf:resource="{base}{n // 7 + 1}"/>'
        yield "".join(f"<o:hasExactSynonym>{one}</o:hasExactSynonym>" for one in synonyms)
        yield "</owl:Class>\n"
    yield "</rdf:RDF>\n"


def graph(concepts: int) -> Iterator[str]:
    base = "http://purl.obolibrary.org/obo/CHEBI_"
    yield '{"graphs": [{"nodes": [\n'
    for n in range(concepts):
        label, *synonyms = names(n)
        said = [{"pred": "hasExactSynonym", "val": one} for one in synonyms]
        node = {"id": f"{base}{n + 1}", "lbl": label, "type": "CLASS", "meta": {"synonyms": said}}
        yield ("," if n else "") + json.dumps(node)
    yield '], "edges": [\n'
    for n in range(1, concepts):
        edge = {"sub": f"{base}{n + 1}", "pred": "is_a", "obj": f"{base}{n // 7 + 1}"}
        yield ("," if n > 1 else "") + json.dumps(edge)
    yield "]}]}\n"


def rrf(concepts: int) -> Iterator[str]:
    for n in range(concepts):
        for place, name in enumerate(names(n)):
            rank = "P|L|PF" if not place else "S|L|PF"
            yield f"C{n:07}|ENG|{rank}|S|Y|A||||MTH|PN|NOCODE|{name}|0|N||\n"


FORMATS: dict[str, tuple[str, Callable[[int], Iterator[str]]]] = {
    "obo": ("made-up.obo", obo),
    "owl": ("made-up.owl", owl),
    "json": ("made-up.json", graph),
    "rrf": ("MRCONSO.RRF", rrf),
}


def measure(file: Path, own: Path) -> None:
    """Add one file and print the figures; run in a process of its own."""
    from kgbuild_linker.adding import add
    from kgbuild_linker.settings import TerminologySettings

    from kgbuild import NewVocabulary

    marks: list[tuple[str, float]] = []
    start, cpu = time.perf_counter(), time.process_time()
    wanted = NewVocabulary(files=(file,), category="biolink:ChemicalEntity")
    settings = TerminologySettings(terminology=own)
    report = add(settings, wanted, lambda line: marks.append((line, time.process_time() - cpu)))
    stages = {line: seconds for line, seconds in marks if "records" not in line}
    print(json.dumps({
        "concepts": report.concepts, "names": report.names,
        "read_cpu": stages["merging with the default"],
        "cpu": time.process_time() - cpu, "wall": time.perf_counter() - start,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file_mb": own.stat().st_size / 1e6,
    }))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concepts", type=int, default=400_000)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(*given.measure)
        return
    print(f"{given.concepts:,} concepts. {describe()}\n")
    print("| format | MB | CPU s to read | CPU s in all | wall s | memory MB | terminology MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for number, form in zip(count(), given.formats, strict=False):
        with tempfile.TemporaryDirectory() as folder:
            name, make = FORMATS[form]
            file, own = Path(folder, name), Path(folder, f"own{number}.sqlite")
            with file.open("w", encoding="utf-8") as out:
                out.writelines(make(given.concepts))
            command = [sys.executable, __file__, "--measure", str(file), str(own)]
            said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            size = file.stat().st_size / 1e6
            print(f"| {form} | {size:.0f} | {said['read_cpu']:.0f} | {said['cpu']:.0f} |"
                  f" {said['wall']:.0f} | {said['memory_mb']:.0f} | {said['file_mb']:.0f} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
