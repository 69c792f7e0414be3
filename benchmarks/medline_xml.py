"""MEDLINE XML: the reader that sets broken records aside, beside pubmed_parser and bare lxml.

    python benchmarks/medline_xml.py [--records 10000] [--rounds 3]

The records have real titles and abstracts where ../shared has them, else generated ones, and
the fields of a real baseline file: headings, authors with affiliations, history, references.
Each reader runs in a process of its own, the rounds in turn; the CPU seconds of the best round
count. "Bare lxml" is a hardened iterparse pass that takes the same fields into a dict and fails
with the first broken record; "to documents" makes the reader's documents of them; "parse alone"
takes no field. Last, what every reader says of
identifier, title, abstract and headings is compared, record by record.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import IO, Any, cast
from xml.sax.saxutils import escape

from lxml import etree
from machine import describe  # type: ignore[import-not-found]

from kgbuild import Document
from kgbuild.components import PaperFile
from kgbuild.document import SectionKind
from kgbuild.readers.pubmed_xml import PubmedXmlReader, document_of

ABSTRACTS = Path(__file__).resolve().parents[2] / "shared" / "papers" / "abstracts.jsonl"
WORDS = "the of acute response in patients with receptor inhibition and renal dose cell".split()  # noqa: SIM905
LABELS = ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS")
HARDENED: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}


def texts(count: int) -> Iterator[tuple[str, str]]:
    """Titles and abstracts, real ones repeated as often as needed."""
    if ABSTRACTS.exists():
        rows = [json.loads(line) for line in ABSTRACTS.read_text("utf-8").split("\n") if line]
        yield from islice(cycle((row["title"], row["abstract"]) for row in rows), count)
        return
    chance = random.Random(1)
    for _ in range(count):
        sentences = (" ".join(chance.choices(WORDS, k=20)).capitalize() for _ in range(10))
        yield " ".join(chance.choices(WORDS, k=10)).capitalize() + ".", ". ".join(sentences) + "."


def abstract_xml(abstract: str, chance: random.Random) -> str:
    """One passage, or for a third of the records four labelled ones; some with markup."""
    text = escape(abstract)
    if chance.random() < 0.1:
        text = re.sub(r"\b(in vivo|in vitro|\d+)\b", r"<i>\1</i>", text, count=3)
    if chance.random() > 0.33:
        return f"<AbstractText>{text}</AbstractText>"
    sentences = text.split(". ")
    size = -(-len(sentences) // 4)
    return "".join(
        f'<AbstractText Label="{label}" NlmCategory="{label}">{". ".join(part)}</AbstractText>'
        for label, start in zip(LABELS, range(0, len(sentences), size), strict=False)
        if (part := sentences[start : start + size])
    )


def record_xml(number: int, title: str, abstract: str, chance: random.Random) -> str:
    """A PubmedArticle as a baseline file has it."""
    pmid = 10_000_000 + number
    authors = "".join(
        f'<Author ValidYN="Y"><LastName>Name{n}</LastName><ForeName>Given {n}</ForeName>'
        f"<Initials>G</Initials><AffiliationInfo><Affiliation>Department of Medicine, University "
        f"Hospital {n}, Some City, Some Country.</Affiliation></AffiliationInfo></Author>\n"
        for n in range(chance.randint(1, 9))
    )
    headings = "".join(
        f'<MeshHeading><DescriptorName UI="D{n:06}" MajorTopicYN="N">Heading {n}</DescriptorName>'
        + f'<QualifierName UI="Q{n % 99:06}" MajorTopicYN="Y">effects {n % 99}</QualifierName>'
        * (n % 2)
        + "</MeshHeading>\n"
        for n in chance.sample(range(30_000), 12)
    )
    chemicals = "".join(
        f"<Chemical><RegistryNumber>0</RegistryNumber>"
        f'<NameOfSubstance UI="D{n:06}">Substance {n}</NameOfSubstance></Chemical>\n'
        for n in chance.sample(range(30_000), 3)
    )
    references = "".join(
        f"<Reference><Citation>J Some Med. 2001;{n}(1):1-9</Citation><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{n}</ArticleId></ArticleIdList></Reference>\n'
        for n in chance.sample(range(10**7), chance.randint(0, 20))
    )
    history = "".join(
        f'<PubMedPubDate PubStatus="{status}"><Year>2004</Year><Month>3</Month><Day>7</Day>'
        f"<Hour>9</Hour><Minute>0</Minute></PubMedPubDate>\n"
        for status in ("received", "accepted", "pubmed", "medline", "entrez")
    )
    return f"""<PubmedArticle>
<MedlineCitation Status="MEDLINE" IndexingMethod="Manual" Owner="NLM">
<PMID Version="1">{pmid}</PMID>
<DateCompleted><Year>2004</Year><Month>05</Month><Day>01</Day></DateCompleted>
<DateRevised><Year>2019</Year><Month>11</Month><Day>{1 + number % 28:02}</Day></DateRevised>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN>
<JournalIssue CitedMedium="Print"><Volume>350</Volume><Issue>1</Issue>
<PubDate><Year>2004</Year><Month>Mar</Month></PubDate></JournalIssue>
<Title>Journal of some medicine</Title><ISOAbbreviation>J Some Med</ISOAbbreviation></Journal>
<ArticleTitle>{escape(title)}</ArticleTitle><Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/j.{pmid}</ELocationID>
<Abstract>{abstract_xml(abstract, chance)}
<CopyrightInformation>Copyright 2004.</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
<PublicationType UI="D016449">Randomized Controlled Trial</PublicationType></PublicationTypeList>
</Article><MedlineJournalInfo><Country>England</Country><MedlineTA>J Some Med</MedlineTA>
<NlmUniqueID>0000000</NlmUniqueID><ISSNLinking>0000-0000</ISSNLinking></MedlineJournalInfo>
<ChemicalList>{chemicals}</ChemicalList><CitationSubset>IM</CitationSubset>
<MeshHeadingList>{headings}</MeshHeadingList>
<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">some keyword</Keyword></KeywordList>
</MedlineCitation>
<PubmedData><History>{history}</History><PublicationStatus>ppublish</PublicationStatus>
<ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="doi">10.1000/j.{pmid}</ArticleId></ArticleIdList>
<ReferenceList>{references}</ReferenceList></PubmedData>
</PubmedArticle>
"""


def write(folder: Path, count: int) -> int:
    """Write plain.xml and packed.xml.gz; return the bytes of the plain one."""
    chance = random.Random(7)
    with (folder / "plain.xml").open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n')
        for number, (title, abstract) in enumerate(texts(count)):
            file.write(record_xml(number, title, abstract, chance))
        file.write("</PubmedArticleSet>\n")
    plain = (folder / "plain.xml").read_bytes()
    (folder / "packed.xml.gz").write_bytes(gzip.compress(plain, 6))
    return len(plain)


def opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    return path.open("rb")


def kgbuild(path: Path) -> Iterator[Document]:
    file = PaperFile(name=path.name, open=lambda: opened(path))
    return (d for d in PubmedXmlReader().read(file) if isinstance(d, Document))


def records_of_lxml(path: Path) -> Iterator[Any]:
    with opened(path) as stream:
        for _, record in etree.iterparse(stream, tag="PubmedArticle", **HARDENED):
            yield record
            record.clear()
            while record.getprevious() is not None:
                del record.getparent()[0]


def written(element: Any) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def bare_lxml(path: Path) -> Iterator[dict[str, Any]]:
    """The fields that the reader takes, as one would write it with find and findall."""
    for record in records_of_lxml(path):
        citation = record.find("MedlineCitation")
        article = citation.find("Article")
        date = article.find("Journal/JournalIssue/PubDate")
        subjects = []
        for heading in citation.findall("MeshHeadingList/MeshHeading"):
            name = heading.find("DescriptorName")
            subjects.append((name.get("UI"), name.text))
            subjects += [
                (qualifier.get("UI"), f"{name.text}/{qualifier.text}")
                for qualifier in heading.findall("QualifierName")
            ]
        subjects += [
            (substance.get("UI"), substance.text)
            for substance in citation.findall("ChemicalList/Chemical/NameOfSubstance")
        ]
        subjects += [("", written(keyword)) for keyword in citation.findall("KeywordList/Keyword")]
        yield {
            "pmid": citation.findtext("PMID"),
            "title": written(article.find("ArticleTitle")),
            "abstract": [
                (part.get("Label"), written(part))
                for part in article.findall("Abstract/AbstractText")
            ],
            "licence": article.findtext("Abstract/CopyrightInformation"),
            "journal": article.findtext("Journal/Title"),
            "date": [date.findtext(part) for part in ("Year", "Month", "Day", "MedlineDate")],
            "revised": [part.text for part in citation.find("DateRevised")],
            "authors": [
                (author.findtext("LastName"), author.findtext("ForeName"))
                for author in article.findall("AuthorList/Author")
            ],
            "languages": [part.text for part in article.findall("Language")],
            "types": [part.text for part in article.findall("PublicationTypeList/PublicationType")],
            "subjects": subjects,
            "identifiers": {
                part.get("IdType"): part.text
                for part in record.findall("PubmedData/ArticleIdList/ArticleId")
            },
            "doi": [part.text for part in article.findall("ELocationID")],
            "notices": [
                (part.get("RefType"), part.findtext("PMID"))
                for part in citation.findall("CommentsCorrectionsList/CommentsCorrections")
            ],
        }


def bare_lxml_to_documents(path: Path) -> Iterator[Document | None]:
    """The reader's own way from element to document, without its cutting at record ends."""
    return (document_of(record) for record in records_of_lxml(path))


def pubmed_parser(path: Path) -> Iterator[dict[str, Any]]:
    import pubmed_parser as peer

    return cast("Iterator[dict[str, Any]]", peer.parse_medline_xml(str(path), year_info_only=False))


RUNS: dict[str, tuple[Callable[[Path], Iterator[Any]], str]] = {
    "kgbuild, plain": (kgbuild, "plain.xml"),
    "kgbuild, gzip": (kgbuild, "packed.xml.gz"),
    "bare lxml, plain": (bare_lxml, "plain.xml"),
    "bare lxml, gzip": (bare_lxml, "packed.xml.gz"),
    "bare lxml to documents, plain": (bare_lxml_to_documents, "plain.xml"),
    "parse alone, plain": (records_of_lxml, "plain.xml"),
    "pubmed_parser, gzip": (pubmed_parser, "packed.xml.gz"),
}


def letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def told(found: Any) -> tuple[str, str, str, int]:
    """PMID, title, abstract (letters alone, since each joins its own way), count of headings."""
    if isinstance(found, Document):
        parts = [s.span.of(found.text) for s in found.sections if s.kind is SectionKind.ABSTRACT]
        headings = sum(
            curie.startswith("mesh:D") and label.startswith("Heading")
            for curie, label in found.subjects
        )
        pmid = found.id.removeprefix("pubmed:")
        return pmid, found.title, letters("".join(parts)), headings
    if "mesh_terms" in found:
        headings = len([term for term in found["mesh_terms"].split(";") if term])
        return found["pmid"], found["title"], letters(found["abstract"]), headings
    abstract = letters("".join((label or "") + text for label, text in found["abstract"]))
    headings = sum(
        ui.startswith("D") and name.startswith("Heading") for ui, name in found["subjects"]
    )
    return found["pmid"], found["title"], abstract, headings


def peak_megabytes() -> float:
    """The peak of this process alone: getrusage counts that of its parent before exec too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = re.search(r"VmHWM:\s+(\d+)", status.read_text())
    return int(peak[1]) / 1024 if peak else 0.0


def run(name: str, folder: Path) -> None:
    """One reader over one file, in this process: print CPU seconds, records, peak memory."""
    read, file = RUNS[name]
    began = time.process_time()
    count = sum(1 for _ in read(folder / file))
    seconds = time.process_time() - began
    print(json.dumps([seconds, count, peak_megabytes()]))


def compared(name: str, folder: Path) -> list[str]:
    read, file = RUNS[name]
    return [hashlib.sha256(repr(told(r)).encode()).hexdigest() for r in read(folder / file)]


def measure(folder: Path, rounds: int) -> dict[str, tuple[float, int, float]]:
    best: dict[str, tuple[float, int, float]] = {}
    for _ in range(rounds):
        for name in RUNS:
            command = [sys.executable, __file__, "--run", name, "--folder", str(folder)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seconds, count, peak = json.loads(output)
            best[name] = min(best.get(name, (seconds, count, peak)), (seconds, count, peak))
    return best


def report(folder: Path, size: int, rounds: int) -> None:
    best = measure(folder, rounds)
    records = best["kgbuild, plain"][1]
    print(
        f"{describe()}\n{records} records, {size / records:,.0f} bytes each, {size / 1e6:.0f} MB\n"
    )
    peer = best["pubmed_parser, gzip"][0]
    print("| reader | records/s | MB/s | to pubmed_parser | to bare lxml | peak RSS |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, (seconds, count, peak) in best.items():
        bare = best["bare lxml, gzip" if name.endswith("gzip") else "bare lxml, plain"][0]
        print(
            f"| {name} | {count / seconds:,.0f} | {size / seconds / 1e6:.0f} "
            f"| {peer / seconds:.2f} | {bare / seconds:.2f} | {peak:.0f} MB |"
        )
    own = compared("kgbuild, gzip", folder)
    for name in ("bare lxml, gzip", "pubmed_parser, gzip"):
        same = sum(a == b for a, b in zip(own, compared(name, folder), strict=True))
        print(f"\n{same} of {len(own)} records agree with {name.partition(',')[0]}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--records", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--run", choices=list(RUNS), help=argparse.SUPPRESS)
    arguments.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.run:
        run(given.run, given.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        report(Path(folder), write(Path(folder), given.records), given.rounds)


if __name__ == "__main__":
    main()
