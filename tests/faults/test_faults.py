"""Every fault that is expected of the world, what kgbuild does about it, and the proof.

Three tables. ``BAD`` and ``ODD`` are files that go through one ingest together: each of the bad
gets its own words in the table of failures, each of the odd is read right, and nothing else is
lost. ``PROVED`` names the test of each fault that has one elsewhere; that it exists is checked
here. The numbers are those of the list in ``docs/explanation/faults.md``.
"""

from __future__ import annotations

import ast
import bz2
import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from kgbuild.components import Failure
from kgbuild.document import Document
from kgbuild.graph.reading import load

ROOT = Path(__file__).resolve().parents[2]
SECRET = "tripwire-4711"
Content = bytes | Callable[[Path], None]


def nbib(number: int, *lines: str, end: str = "\n") -> bytes:
    """A MEDLINE record; ``990000123`` is nobody's."""
    told = (f"PMID- {990000000 + number}", *(lines or (f"TI  - Paper {number}.",)), "", "")
    return end.join(told).encode()


def record(number: int, *, title: str = "", abstract: str = "", date: str = "") -> str:
    """A record of PubMed's XML."""
    date = date or "<Year>2004</Year>"
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{990000000 + number}</PMID><Article><Journal>"
        f"<JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>"
        f"<ArticleTitle>{title or f'Paper {number}.'}</ArticleTitle><Abstract><AbstractText>"
        f"{abstract}</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
    )


def pubmed(*records: str, before: str = '<?xml version="1.0"?>\n') -> bytes:
    return f"{before}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>".encode()


def jats(body: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>\n{before}<article><front><article-meta>'
        f'<article-id pub-id-type="pmid">990000777</article-id></article-meta></front>'
        f"<body>{body}</body></article>"
    ).encode()


def bioc(number: int, text: str, *locations: tuple[int, int], given: str = "Aspirin") -> bytes:
    """A BioC document of one passage with annotations at these places."""
    annotations = "".join(
        f'<annotation id="{n}"><infon key="type">Chemical</infon>'
        f'<location offset="{offset}" length="{length}"/><text>{given}</text></annotation>'
        for n, (offset, length) in enumerate(locations)
    )
    return (
        '<?xml version="1.0"?><collection><source/><date/><key/><document>'
        f'<id>{990000000 + number}</id><passage><infon key="type">title</infon>'
        f"<offset>0</offset><text>{text}</text>{annotations}</passage></document></collection>"
    ).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def encrypted(content: bytes) -> bytes:
    """The archive with the bit set that says a member is encrypted."""
    return content.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    )


def tarred(*members: tuple[str, bytes | tarfile.TarInfo]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in members:
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tuple[str, tarfile.TarInfo]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return name, info


def pdf(content: bytes) -> bytes:
    """A page that draws this, and says nothing besides."""
    return (
        b"%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>\nendobj\n"
        b"4 0 obj\n<</Length %d>>stream\n%s\nendstream\nendobj\n"
        b"trailer\n<</Size 5/Root 1 0 R>>\n%%%%EOF\n" % (len(content), content)
    )


XXE = '<!DOCTYPE x [<!ENTITY leak SYSTEM "secret.txt">]>\n'
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>\n".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
)
LONG = "word " * 2_200_000
TAG = " ".join(f"a{n}=''" for n in range(9000))
COMPRESSED = gzip.compress(nbib(100) + nbib(101) + nbib(102))


@dataclass(frozen=True)
class Bad:
    """A file that cannot be read, or not all of it: what is said, and what is read all the same."""

    number: int
    name: str
    content: Content
    said: str
    reads: tuple[str, ...] = field(default=())


BAD = (
    Bad(1, "empty.txt", b"", "is empty"),
    Bad(1, "empty.xml.gz", gzip.compress(b""), "is empty"),
    Bad(2, "pipe.txt", os.mkfifo, "is a pipe, which may never end"),
    Bad(2, "nowhere.txt", lambda p: p.symlink_to("not-there"), "is a symbolic link to nothing"),
    Bad(2, "loop.txt", lambda p: p.symlink_to(p.name), "leads back to itself"),
    Bad(5, "cut.nbib.gz", COMPRESSED[:-12], "was cut short"),
    Bad(5, "cut.nbib.bz2", bz2.compress(nbib(103))[:-6], "was cut short"),
    Bad(6, "sum.nbib.gz", COMPRESSED[:-8] + b"\0\0\0\0" + COMPRESSED[-4:], "checksum"),
    Bad(7, "tail.nbib.gz", gzip.compress(nbib(104) + nbib(140)) + b"garbage",
        "follows the compressed data", ("pubmed:990000104",)),
    Bad(8, "error.nbib.gz", b"<html><body>404 not found</body></html>", "an HTML page"),
    Bad(8, "plain.txt.gz", b"Aspirin treats headache.", "plain text"),
    Bad(9, "bomb.txt.gz", gzip.compress(bytes(16_000_000)), "perhaps a decompression bomb"),
    Bad(10, "bomb.zip", zipped({"a.txt": bytes(16_000_000)}), "perhaps a decompression bomb"),
    Bad(10, "up.zip", zipped({"../up.nbib": nbib(105), "in.nbib": nbib(106)}), "leads out",
        ("pubmed:990000106",)),
    Bad(10, "root.zip", zipped({"/tmp/root.nbib": nbib(107)}), "leads out"),
    Bad(10, "locked.zip", encrypted(zipped({"a.nbib": nbib(108)})), "is encrypted"),
    Bad(10, "deep.zip", zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({})})})}),
        "is an archive nested more than"),
    Bad(10, "cut.zip", zipped({"a.nbib": nbib(109)})[:-30], "zip"),
    Bad(11, "up.tar", tarred(("../up.nbib", nbib(110)), ("in.nbib", nbib(111))), "leads out",
        ("pubmed:990000111",)),
    Bad(11, "link.tar", tarred(special("a.nbib", tarfile.SYMTYPE, "/etc/passwd")), "is a link"),
    Bad(11, "device.tar", tarred(special("a.nbib", tarfile.CHRTYPE)), "is a device"),
    Bad(11, "cut.tar", tarred(("a.nbib", nbib(112)))[:1024], "ends without its end mark",
        ("pubmed:990000112",)),
    Bad(12, "latin.txt", "Café au lait.".encode("latin-1"), "is not utf-8"),
    Bad(12, "odd.txt", "\ufeffAspirin".encode("utf-16")[2:-1], "utf-16"),
    Bad(12, "name.xml", pubmed(record(113), before="<?xml version='1.0' encoding='x-nope'?>"),
        "x-nope"),
    Bad(12, "wrong.xml", pubmed(record(114, abstract="é"), record(115)).replace(
        "é".encode(), b"\xe9"), "Invalid bytes in character encoding", ("pubmed:990000115",)),
    Bad(13, "nul.txt", b"Aspirin\0treats", "NUL"),
    Bad(16, "deep.json", b"[" * 100_000 + b"]" * 100_000, "no reader claims it"),
    Bad(16, "digits.jsonl", b'{"id":"pubmed:990000116","text":"a","n":' + b"9" * 5000 + b"}\n"
        b'{"id":"pubmed:990000117","text":"Read."}\n', "digits", ("pubmed:990000117",)),
    Bad(16, "cut.jsonl", b'{"id":"pubmed:990000118","text":"Read."}\n{"id": "pub',
        "Unterminated string", ("pubmed:990000118",)),
    Bad(13, "half.jsonl", b'{"id":"pubmed:990000204","text":"Half \\ud83d a pair."}\n',
        r"\ud83d is half of a character"),
    Bad(16, "twice.jsonl", b'{"id":"pubmed:1","id":"pubmed:990000207","text":"Two keys."}\n',
        "the key 'id' is given twice"),
    Bad(16, "nan.jsonl", b'{"id":"pubmed:990000208","text":"a","year":NaN}\n', "NaN is not JSON"),
    Bad(18, "laughs.nxml", jats("<p>&a11;</p>", LAUGHS), "entity amplification"),
    Bad(20, "deep.nxml", jats("<sec>" * 100_000 + "</sec>" * 100_000), "not well-formed XML"),
    Bad(20, "node.nxml", jats(f"<p>{LONG}</p>"), "not well-formed XML"),
    Bad(20, "tag.xml", pubmed(f"<PubmedArticle {TAG}></PubmedArticle>", record(119)),
        "neither an identifier nor text", ("pubmed:990000119",)),
    Bad(21, "middle.xml", pubmed(record(120), record(121).replace("</Article>", ""), record(122)),
        "tag mismatch", ("pubmed:990000120", "pubmed:990000122")),
    Bad(21, "cut.xml", pubmed(record(123), record(124))[:-80], "no end tag", ("pubmed:990000123",)),
    Bad(22, "root.xml", b"<?xml version='1.0'?><recipe><egg/></recipe>", "no reader claims it"),
    Bad(22, "nobody.xml", pubmed("<PubmedArticle><MedlineCitation/></PubmedArticle>", record(125)),
        "neither an identifier nor text", ("pubmed:990000125",)),
    Bad(22, "space.xml", pubmed(record(126).replace("<Article>", "<Article><no:such/>")),
        "Namespace prefix no"),
    Bad(26, "out.pubtator", b"990000127|t|Aspirin.\n990000127|a|\n"
        b"990000127\t90\t97\tAspirin\tChemical\tD001241\n", "its offsets 90-97 are not in the text",
        ("pubmed:990000127",)),
    Bad(26, "off.pubtator", b"990000128|t|Aspirin.\n990000128|a|\n"
        b"990000128\t1\t8\tAspirin\tChemical\tD001241\n", "the text at its offsets is not",
        ("pubmed:990000128",)),
    Bad(26, "minus.xml", bioc(129, "Aspirin.", (-3, 7)), "-3-4 are not in the text",
        ("pubmed:990000129",)),
    Bad(26, "past.xml", bioc(130, "Aspirin.", (5, 70)), "5-75 are not in the text",
        ("pubmed:990000130",)),
    Bad(28, "paper.txt", pdf(b""), "no text in the PDF"),
    Bad(28, "picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is a picture"),
    Bad(28, "letter.docx", zipped({"word/document.xml": b"<w/>"}), "no reader claims it"),
    Bad(28, "image.pdf", pdf(b"0 0 9 9 re f"), "no text in the PDF"),
    Bad(28, "cut.pdf", pdf(b"BT ET")[:60], "not a readable PDF"),
    Bad(28, "other.json", b'{"colour": "blue"}', "no reader claims it"),
    Bad(22, "cut.ris", b"TY  - JOUR\nTI  - One.\nER  - \nTY  - JOUR\nTI  - Two, without an end.\n",
        "no ER line"),
)  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """A file that looks wrong, and what is read of it."""

    number: int
    name: str
    content: bytes
    holds: str
    id: str = ""


ODD = (
    Odd(17, "leak.nxml", jats("<p>Kept &leak; shut.</p>", XXE).replace(b"777", b"778"), "shut.",
        "pubmed:990000778"),
    Odd(7, "joined.nbib.gz", gzip.compress(nbib(200)) + gzip.compress(nbib(201)), "Paper 201.",
        "pubmed:990000201"),
    Odd(7, "padded.nbib.gz", gzip.compress(nbib(202)) + bytes(512), "Paper 202."),
    Odd(12, "mark.txt", "\ufeffAspirin with a mark.".encode(), "Aspirin with a mark."),
    Odd(12, "wide.txt", "Aspirin in UTF-16.".encode("utf-16"), "Aspirin in UTF-16."),
    Odd(12, "declared.xml", pubmed(record(203, title="Café."),
        before="<?xml version='1.0' encoding='iso-8859-1'?>").decode().encode("latin-1"), "Café."),
    Odd(13, "controls.jsonl", b'{"id":"pubmed:990000205","text":"A\\u0000B \\ufffe C"}\n', "B",
        "pubmed:990000205"),
    Odd(14, "lines.nbib", nbib(206, "TI  - Windows", "      wrote this.", end="\r\n"),
        "Windows wrote this."),
    Odd(14, "signs.txt", "זה \u200f\u200b\u00a0e\u0301 \U0001f48a".encode(), "e\u0301 \U0001f48a"),
    Odd(15, "line.txt", LONG.encode(), "word word"),
    Odd(17, "leak.xml", pubmed(record(208, abstract="Kept &leak; shut."), before=XXE), "shut."),
    Odd(17, "outside.xml", pubmed(record(209), before=(
        '<!DOCTYPE PubmedArticleSet SYSTEM "http://127.0.0.1:9/x.dtd" '
        '[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>\n')), "Paper 209."),
    Odd(18, "laughs.xml", pubmed(record(210, abstract="Not &a11; funny."), before=LAUGHS),
        "funny."),
    Odd(19, "include.nxml", jats('<p>Here <xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
        'href="secret.txt" parse="text"/> nothing.</p><?php leak?>'), "nothing."),
    Odd(22, "dates.xml", pubmed(record(211, date="<MedlineDate>Spring 2004-2005</MedlineDate>"),
        record(212, date="<Year>0000</Year>"), record(213, date="<Year>9999</Year>")),
        "Paper 213.", "pubmed:990000213"),
    Odd(22, "bare.xml", pubmed(record(214, title=" ", abstract="")), "", "pubmed:990000214"),
    Odd(23, "markup.xml", pubmed(record(215, title="Ca<sup>2+</sup> and <i>BRCA1</i>.")),
        "Ca2+ and BRCA1."),
    Odd(24, "again.nbib", nbib(216, "TI  - First told.") + nbib(216, "TI  - Told again, longer."),
        "Told again, longer.", "pubmed:990000216"),
    Odd(24, "gone.xml", pubmed(record(217), record(218),
        "<DeleteCitation><PMID>990000217</PMID></DeleteCitation>"), "Paper 218."),
    Odd(25, "same.nbib", nbib(219, "TI  - One text.") + nbib(220, "TI  - One text."), "One text.",
        "pubmed:990000220"),
    Odd(26, "over.pubtator", b"990000221|t|Acetylsalicylic acid.\n990000221|a|\n"
        b"990000221\t0\t20\tAcetylsalicylic acid\tChemical\tD001241\n"
        b"990000221\t16\t20\tacid\tChemical\t-\n", "Acetylsalicylic acid.", "pubmed:990000221"),
    Odd(27, "tex.txt", rb"Let $\alpha \in \mathbb{R}$ be \cite{x}. rn1m lI|l O0", r"\cite{x}"),
    Odd(27, "deutsch.nbib", nbib(222, "TI  - [Der Husten.]", "LA  - ger"), "Der Husten"),
    Odd(44, "-o.txt", b"Named with a dash.", "Named with a dash."),
    Odd(44, "two\nlines.txt", b"Named on two lines.", "Named on two lines."),
    Odd(44, "caf\udce9.txt", b"Named in Latin-1.", "Named in Latin-1."),
    Odd(44, f"{'n' * 251}.txt", b"Named at length.", "Named at length."),
)  # fmt: skip


EXPECTED = {
    1: "an empty file says that it is empty",
    2: "a pipe, a socket, a device, a link to nothing or in a ring is named and never waited for",
    3: "an unreadable file or folder is named",
    4: "a file that vanishes or grows while it is read is read once more, or named",
    5: "a compressed file that was cut is named",
    6: "a wrong checksum is named",
    7: "what follows compressed data is named; joined and padded files are read",
    8: "what is not what its suffix says is looked at, and named",
    9: "a gzip bomb is stopped while it unpacks",
    10: "a zip bomb, a nested, locked or cut archive, and paths that lead out are refused",
    11: "links, devices and paths that lead out of a tar are refused; nothing is extracted",
    12: "an encoding is that of mark or declaration; wrong bytes are named with their place",
    13: "NULs, control characters and half characters are replaced one for one, or refused",
    14: "line ends, signs without width, right-to-left and astral text move no offset",
    15: "a line of ten megabytes is read",
    16: "nesting, digits, doubled keys and cuts in JSON cost the one record",
    17: "no entity opens a file or an address",
    18: "an entity bomb costs nothing",
    19: "XInclude and processing instructions are left alone",
    20: "depth, length and attributes beyond reason are refused",
    21: "a malformed record among many is set aside alone",
    22: "a wrong root, a record without identifier, an odd date have their defaults or words",
    23: "markup leaves its text",
    24: "of one PMID twice the last counts; deletions and retractions are heeded",
    25: "one text under two identifiers is two documents and one witness",
    26: "a wrong offset costs that annotation, is kept as a failure, and is never moved",
    27: "other languages, LaTeX and noise are text",
    28: "a file of another kind is known by its content, and refused where it holds no text",
    29: "an identifier never breaks out of its IRI",
    30: "XML is well-formed whatever a label holds",
    31: "rings, withdrawn identifiers and a hundred thousand synonyms end",
    32: "ten thousand equivalent identifiers are one concept in time; contradictions merge nothing",
    33: "a score is a number from 0 to 1",
    34: "a hub is streamed",
    35: "hostile labels stay text",
    36: "kill -9 at any named point loses and doubles nothing",
    37: "what was acknowledged is on the disk; a view is made anew",
    38: "a full disk is said, and nothing is lost",
    39: "a damaged store is found, and what to do is said",
    40: "a second writer is refused by name",
    41: "a reader sees one graph while another process writes",
    42: "an interruption keeps what is whole and says how to go on",
    43: "locale, time zone, hash seed, order and workers do not change a byte",
    44: "any file name is read, and shown on one line",
    45: "a worker that dies costs the one document",
    46: "a newer graph is refused, an older brought up to date, a failed migration undone",
    47: "workers are spawned, and give what one process gives",
    48: "a plugin that raises, exits, prints or changes the process is named",
    49: "a plugin that hangs is ended",
    50: "what a plugin returns is checked",
    51: "a plugin that cannot be loaded is named, and the others load",
    52: "a plugin that says another thing each time fails the suite",
    53: "damaged or pickled weights are refused",
    55: "no query, list or context opens a file or an address",
    56: "a query changes nothing",
    57: "a query without end is ended; nesting and length are refused",
    59: "results are valid by strict parsers",
    60: "rules that cannot be applied are refused with their line; rings hold nothing up",
}
"""What is expected of each fault, by its number in the list that reliability was planned with."""

NOT_HERE = {
    54: "CUDA: no machine with one has been at hand",
    58: "a server's sockets and headers: there is no server yet",
}

_PAPERS, _XML = "readers/test_paper_files.py", "readers/test_pubmed_xml.py"
_ROAD, _PLUGINS = "cli/test_road.py", "bad_plugins/test_running_bad_plugins.py"
_RUNS = "bad_plugins/test_runs_with_bad_plugins.py"
_LOADING = "bad_plugins/test_loading_bad_plugins.py"
_LAWS = "laws/test_update_equals_rebuild.py"
_LISTS = "plugins/lexicon/test_hostile_lists.py"
_ENDS, _PROCESS = "faults/test_interruptions.py", "faults/test_process_faults.py"

PROVED = (
    (2, _PAPERS, "test_a_socket_is_not_read"),
    (2, _PAPERS, "test_a_device_is_not_read"),
    (2, _PAPERS, "test_a_file_that_became_a_pipe_never_blocks"),
    (2, _PAPERS, "test_a_link_to_a_folder_above_does_not_loop"),
    (3, _PAPERS, "test_unreadable_files_and_folders_fail_alone"),
    (4, _PAPERS, "test_a_file_that_vanishes_between_listing_and_its_turn_is_named"),
    (4, _PAPERS, "test_a_file_that_grows_counts_as_changed_until_found_again"),
    (4, _ENDS, "test_a_file_that_vanishes_while_others_are_read_costs_only_itself"),
    (10, _PAPERS, "test_overlapping_members_are_refused"),
    (10, _PAPERS, "test_too_many_members_are_stopped"),
    (10, _PAPERS, "test_a_zip_directory_of_a_million_members_is_not_parsed"),
    (11, _PAPERS, "test_paths_that_lead_out_are_refused_and_nothing_is_written"),
    (11, _PAPERS, "test_an_extended_header_of_a_tar_is_not_read_beyond_reason"),
    (12, _XML, "test_a_declaration_that_cannot_be_true_is_not_believed"),
    (13, "readers/test_bioc.py", "test_lone_surrogates_and_nuls_in_json_are_replaced_one_for_one"),
    (14, "readers/test_text.py", "test_right_to_left_astral_and_combining_characters_count_as_code_points"),
    (15, "segmenters/test_rules.py", "test_hostile_texts_take_no_more_than_linear_time"),
    (16, "readers/test_bioc.py", "test_json_documents_of_any_shape_are_each_read_or_set_aside"),
    (17, _XML, "test_no_entity_opens_a_file_or_an_address"),
    (17, "readers/test_jats.py", "test_external_entities_are_never_opened"),
    (17, _LISTS, "test_external_entities_are_not_read"),
    (18, _XML, "test_an_entity_bomb_stays_as_it_is_written"),
    (20, _XML, "test_a_monstrous_record_is_set_aside_alone"),
    (20, "readers/test_html.py", "test_what_would_cost_too_much_is_a_limit"),
    (21, _XML, "test_law_what_is_written_is_read_and_a_broken_record_is_lost_alone"),
    (24, _XML, "test_a_later_version_of_a_pmid_has_the_later_revision"),
    (24, "reasoning/test_belief.py", "test_retracted_documents_count_for_nothing_and_doubted_ones_for_less"),
    (25, "reasoning/test_belief.py", "test_a_copy_never_raises_belief"),
    (26, "readers/test_pubtator.py", "test_a_wrong_offset_costs_that_annotation_and_is_never_moved"),
    (26, "readers/test_bioc.py", "test_a_wrong_location_costs_that_annotation"),
    (28, "readers/test_pdf.py", "test_a_pdf_that_needs_a_password_is_refused"),
    (28, "readers/test_pdf.py", "test_damaged_files_never_crash_the_process"),
    (29, "exporters/test_rdf.py", "test_identifiers_with_forbidden_characters_are_percent_encoded"),
    (29, "exporters/test_rdf.py", "test_a_licence_that_would_break_out_of_its_iri_stays_a_string"),
    (30, "exporters/test_rdf.py", "test_rdf_xml_is_well_formed_whatever_the_text_holds"),
    (30, _PROCESS, "test_hostile_labels_stay_text_in_tables_and_xml"),
    (31, _LISTS, "test_a_cycle_of_is_a_is_cut_and_reported"),
    (31, _LISTS, "test_a_hundred_thousand_synonyms_of_one_concept_are_taken"),
    (32, _LISTS, "test_a_contradictory_mapping_merges_nothing_and_is_reported"),
    (32, _PROCESS, "test_a_clique_of_ten_thousand_equivalent_names_is_merged_in_time"),
    (33, "host/test_promises.py", "test_a_score_is_a_number_from_0_to_1"),
    (33, "reasoning/test_belief.py", "test_a_score_that_is_no_probability_is_refused"),
    (34, "exporters/test_rdf.py", "test_a_hub_is_streamed_in_flat_memory"),
    (35, "exporters/test_rdf.py", "test_hostile_labels_come_back_as_they_were"),
    (35, _PROCESS, "test_hostile_labels_stay_text_in_tables_and_xml"),
    (36, _ROAD, "test_a_killed_ingest_resumes_to_the_same_bytes"),
    (36, _ENDS, "test_kills_at_random_moments_lose_nothing"),
    (36, _PROCESS, "test_an_export_that_is_killed_leaves_the_old_file"),
    (37, _PROCESS, "test_what_is_acknowledged_is_on_the_disk"),
    (37, _PROCESS, "test_a_lost_view_is_made_anew"),
    (38, _ENDS, "test_a_full_disk_is_said_clearly_and_loses_nothing"),
    (38, _ENDS, "test_a_full_disk_leaves_no_half_export"),
    (39, _PROCESS, "test_a_flipped_bit_is_found_by_the_doctor_who_says_what_to_do"),
    (39, _PROCESS, "test_a_file_that_is_no_database_is_named"),
    (40, _ENDS, "test_two_ingests_at_once_leave_one_whole_graph"),
    (40, _ROAD, "test_a_second_writer_is_refused_by_name"),
    (41, _PROCESS, "test_a_reader_sees_one_graph_while_another_process_writes"),
    (42, _ENDS, "test_an_interruption_says_how_to_go_on_and_loses_nothing"),
    (43, _PROCESS, "test_locale_time_zone_and_hash_seed_do_not_change_a_byte"),
    (43, _LAWS, "test_the_order_of_files_and_the_size_of_batches_do_not_matter"),
    (44, _PAPERS, "test_odd_file_names_are_read_and_shown_on_one_line"),
    (45, _RUNS, "test_a_plugin_that_ends_or_holds_up_its_process_costs_the_one_document"),
    (46, "cli/test_readmit.py", "test_a_graph_of_a_newer_kgbuild_is_refused_for_reading_and_writing"),
    (46, "cli/test_readmit.py", "test_what_a_graph_of_the_first_schema_keeps_out_can_be_let_in"),
    (46, _PROCESS, "test_a_migration_that_fails_leaves_the_older_graph_whole"),
    (47, _LAWS, "test_the_number_of_workers_does_not_matter"),
    (48, _RUNS, "test_one_bad_document_fails_alone_and_is_kept_among_the_failures"),
    (48, _RUNS, "test_a_plugin_that_ends_or_holds_up_its_process_costs_the_one_document"),
    (48, _RUNS, "test_what_a_plugin_prints_does_not_mix_with_results"),
    (48, "testing/test_contracts.py", "test_a_component_that_prints_fails"),
    (49, _RUNS, "test_a_plugin_that_ends_or_holds_up_its_process_costs_the_one_document"),
    (50, _PLUGINS, "test_a_document_with_one_wrong_mention_fails_as_a_whole"),
    (50, _PLUGINS, "test_too_few_or_too_many_results_fail"),
    (51, _LOADING, "test_a_plugin_that_fails_to_import_is_broken_and_the_others_load"),
    (51, _LOADING, "test_one_entry_point_name_in_two_distributions_stops_the_run"),
    (52, "testing/test_contracts.py", "test_an_extractor_that_breaks_a_law_fails_it"),
    (53, "model/test_tagger.py", "test_a_damaged_checkpoint_is_refused_with_a_hint"),
    (53, "plugins/transformer/test_components.py", "test_pickled_weights_are_not_read"),
    (55, _ROAD, "test_a_query_that_reaches_out_or_changes_is_refused"),
    (55, _PROCESS, "test_a_hostile_query_reads_nothing_and_is_answered_or_refused"),
    (55, _LISTS, "test_a_remote_json_ld_context_is_not_fetched_and_the_hint_says_so"),
    (56, _ROAD, "test_a_query_that_reaches_out_or_changes_is_refused"),
    (57, _ROAD, "test_a_runaway_query_is_ended_at_its_deadline"),
    (57, _PROCESS, "test_a_pattern_that_backtracks_is_ended_or_answered_in_time"),
    (59, _PROCESS, "test_results_with_control_characters_are_valid"),
    (60, "reasoning/test_derivation.py", "test_rules_that_cannot_be_applied_are_named_with_file_and_line"),
    (60, "reasoning/test_derivation.py", "test_a_cycle_does_not_hold_itself_up"),
)  # fmt: skip


# --- the files: one ingest of all of them ----------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What one ingest of all the files left behind."""

    folder: Path
    exit_code: int
    stderr: str
    failures: dict[str, list[Failure]]
    documents: dict[str, Document]


def kgbuild(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kgbuild", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def _write(path: Path, content: Content) -> None:
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)


def _kept(folder: Path) -> tuple[dict[str, list[Failure]], dict[str, Document]]:
    failures: dict[str, list[Failure]] = {}
    with load(folder / "kg") as graph:
        for failure in graph.failures():
            failures.setdefault(failure.file, []).append(failure)
        return failures, {document.id: document for document in graph.documents()}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder = tmp_path_factory.mktemp("faults")
    papers = folder / "papers"
    papers.mkdir()
    (papers / "secret.txt").write_text(f"Aspirin. {SECRET}")
    (folder / "secret.txt").write_text(SECRET)
    (folder / "kgbuild.toml").write_text(
        "[pipeline]\ntrust_annotations = true\n[run]\nworkers = 0\n"
    )
    for file in (*BAD, *ODD):
        _write(papers / file.name, file.content)
    (papers / "secret.txt").unlink()
    run = kgbuild(folder, "ingest", "papers")
    yield Outcome(folder, run.returncode, run.stderr, *_kept(folder))
    shutil.rmtree(folder)


def test_the_run_goes_on_and_says_that_some_failed(outcome: Outcome) -> None:
    assert outcome.exit_code == 1
    assert "Traceback" not in outcome.stderr
    assert "hint: kgbuild failures lists all of them" in outcome.stderr


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_file_gets_its_own_words_and_keeps_what_is_whole(outcome: Outcome, bad: Bad) -> None:
    failures = outcome.failures[f"papers/{bad.name}"]
    assert [failure.message for failure in failures if bad.said in failure.message], failures
    assert set(bad.reads) <= set(outcome.documents)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name.strip("n")[:20])
def test_an_odd_file_is_read_right(outcome: Outcome, odd: Odd) -> None:
    holding = [one for one in outcome.documents.values() if odd.holds in one.text]
    assert holding
    if odd.id:
        assert odd.id in outcome.documents


def test_nothing_that_is_not_named_failed(outcome: Outcome) -> None:
    assert set(outcome.failures) == {f"papers/{bad.name}" for bad in BAD}


def test_no_file_outside_was_read_or_written(outcome: Outcome) -> None:
    assert not [one.id for one in outcome.documents.values() if SECRET in one.text]
    for file in (outcome.folder / "kg").rglob("graph.sqlite*"):
        assert SECRET.encode() not in file.read_bytes()
    assert sorted(path.name for path in outcome.folder.iterdir()) == [
        "kg", "kgbuild.toml", "papers", "secret.txt",
    ]  # fmt: skip


def test_what_was_deleted_is_not_in_the_graph(outcome: Outcome) -> None:
    assert "pubmed:990000217" not in outcome.documents
    assert "pubmed:990000218" in outcome.documents


def test_every_sentence_of_a_document_is_where_it_says(outcome: Outcome) -> None:
    for document in outcome.documents.values():
        for section in document.sections:
            assert section.span.of(document.text)


def test_without_the_bad_files_nothing_fails_and_nothing_else_is_lost(outcome: Outcome) -> None:
    for bad in BAD:
        (outcome.folder / "papers" / bad.name).unlink()
    run = kgbuild(outcome.folder, "ingest", "papers", "--prune")
    assert run.returncode == 0, run.stderr
    failures, documents = _kept(outcome.folder)
    assert failures == {}
    assert {odd.id for odd in ODD if odd.id} <= set(documents)
    assert not {one for bad in BAD for one in bad.reads} & set(documents)


# --- the list --------------------------------------------------------------------------------


def test_every_fault_of_the_list_is_proved_or_said_to_be_absent() -> None:
    proved = {number for number, *_ in PROVED} | {file.number for file in (*BAD, *ODD)}
    assert proved == set(EXPECTED)
    assert set(EXPECTED) | set(NOT_HERE) == set(range(1, 61))
    assert len(BAD) + len(ODD) + len(set(PROVED)) >= 60


@cache
def _tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("number", "path", "name"), PROVED, ids=lambda one: str(one)[:60])
def test_a_test_that_is_named_is_there(number: int, path: str, name: str) -> None:
    assert name in _tests(path), f"{EXPECTED[number]}: {path} has no {name}"
