"""What mentions are linked to, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kgbuild_linker.candidates import Query, Way, candidates, learnt_key
from kgbuild_linker.composites import parts_of_name
from kgbuild_linker.context import read_context
from kgbuild_linker.corrections import read_corrections
from kgbuild_linker.document_variants import known_variant, variants_of
from kgbuild_linker.linker import Linker, _shown
from kgbuild_linker.long_forms import long_forms, stands_for
from kgbuild_linker.phrases import said_otherwise
from kgbuild_linker.ranking import Ranking, hits_of, load_ranking
from kgbuild_linker.records import Entry, Group, Name, NameKind
from kgbuild_linker.settings import DEFAULT
from kgbuild_linker.terminology import Terminology, group_of
from kgbuild_linker.variants import variant_of
from kgbuild_linker.vectors import BUCKETS, Vectors
from kgbuild_linker.within import within_another
from kgbuild_linker.writing import write

from kgbuild import ComponentUnavailableError, Document, Link, Mention
from kgbuild.testing.builders import make_document


def links(linker: Linker, text: str) -> dict[str, list[str | None]]:
    document, annotations = make_document(text)
    found: dict[str, list[str | None]] = {}
    for link in linker.link(document, annotations.mentions):
        found.setdefault(link.mention.text, []).append(link.concept)
    return found


def test_composite_names_are_taken_apart(linker):
    found = links(linker, "[breast and ovarian cancer](disease:-) runs in families.")
    assert found == {"breast and ovarian cancer": ["mesh:D1", "mesh:D2"]}


@pytest.mark.parametrize(
    ("text", "inherited"),
    [
        ("We saw 12 [breast and ovarian cancer](disease:-) families.", True),
        ("The gene predisposes women to [breast and ovarian cancer](disease:-).", True),
        ("A [breast/ovarian cancer](disease:-) was found.", True),
        ("A [familial breast and ovarian cancer](disease:-) was found.", True),
        ("A family history of [breast or ovarian cancer](disease:-) is common.", False),
        ("It is lost in [sporadic breast and ovarian cancers](disease:-).", False),
        ("We grew lines of [breast and ovarian cancer](disease:-).", False),
    ],
)
def test_the_words_beside_breast_and_ovarian_cancer_tell_whether_it_is_inherited(
    tmp_path: Path, text, inherited
):
    labels = ("breast cancer", "ovarian cancer", "Hereditary Breast and Ovarian Cancer Syndrome")
    entries = [
        Entry(curie=f"mesh:D{number}", label=label, group=Group.DISEASE,
              names=[Name(label, NameKind.LABEL)])
        for number, label in enumerate(labels, 1)
    ]  # fmt: skip
    write(tmp_path / "three.sqlite", entries, [], {"name": "three"})
    linker = Linker(Terminology(tmp_path / "three.sqlite"), load_ranking(DEFAULT / "ranking.json"))
    [concepts] = links(linker, text).values()
    assert concepts == (["mesh:D3"] if inherited else ["mesh:D1", "mesh:D2"])


def test_an_abbreviation_is_linked_through_its_long_form(linker):
    text = "Acute kidney injury (AKI) is common. [AKI](disease:-) kills."
    document, annotations = make_document(text)
    [link] = linker.link(document, annotations.mentions)
    assert link.concept == "mesh:D5"
    assert link.candidates[0].reason.startswith("long form 'Acute kidney injury'")


@pytest.mark.parametrize(("animal", "gene"), [("mice", "ncbigene:2"), ("patients", "ncbigene:1")])
def test_a_gene_is_that_of_the_species_of_the_document(linker, animal, gene):
    found = links(linker, f"In [{animal}](biolink:OrganismTaxon:-) [ABC1](gene:-) rose.")
    assert found["ABC1"] == [gene]


def test_what_a_phrase_tells_is_linked(linker):
    document, annotations = make_document("A [marked rise in intraocular pressure](disease:-).")
    [link] = linker.link(document, annotations.mentions)
    assert link.concept == "mesh:D11"
    assert link.candidates[0].reason.startswith("tells of 'Ocular Hypertension', exact name")


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("decreased kidney function", "Renal Insufficiency"),
        ("reduction of renal function", "Renal Insufficiency"),
        ("renal function", ""),
        ("low serum potassium", "Hypokalemia"),
        ("elevated serum potassium", "Hyperkalemia"),
        ("mellitus", ""),
        ("deficiency of the frataxin gene", "Friedreich Ataxia"),
        ("frataxin-deficient", "Friedreich Ataxia"),
        ("frataxin", ""),
        ("enzyme deficiency", ""),
    ],
)
def test_a_phrase_is_told_by_what_its_words_mean(phrase, name):
    assert said_otherwise(phrase) == name


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("[ABC1](gene:-) resistance rose.", True),
        ("An [ABC1](gene:-) stimulation test", True),
        ("[ABC1](gene:-) rose.", False),
        ("DLD-1/[cisplatin](chemical:-) cells", True),
        ("DLD-1/[cisplatin](chemical:-)-resistant cells", True),
        ("cisplatin/[CDDP](chemical:-) was given", False),
        ("one-[carbon](chemical:-) units", True),
        ("[carbon](chemical:-) units", False),
        ("a [tyrosine](chemical:-) kinase", True),
        ("[tyrosine](chemical:-) rose", False),
        ("[Pertussis](disease:-) toxin-sensitive mechanisms", True),
        ("[pertussis](disease:-) vaccines", False),  # the corpora mark these
    ],
)
def test_a_name_within_another_names_nothing(linker, text, within):
    document, annotations = make_document(text)
    [mention] = annotations.mentions
    group = group_of(mention.category)
    assert within_another(document.text, mention.span, group) is within
    [link] = linker.link(document, annotations.mentions)
    assert (link.reason == "part of the name of something else") is within


@pytest.mark.parametrize(
    ("text", "gene"),
    [
        ("[ABC1](gene:-) rose in RAW264.7 cells.", "ncbigene:2"),
        ("[ABC1](gene:-) rose in NIH 3T3 cells.", "ncbigene:2"),
        ("[ABC1](gene:-) rose in HeLa cells.", "ncbigene:1"),
        (
            "[ABC1](gene:-) of [patients](biolink:OrganismTaxon:-) rose in RAW 264.7 cells.",
            "ncbigene:1",
        ),
    ],
)
def test_cell_lines_say_whose_genes_are_meant_where_no_species_is_named(linker, text, gene):
    assert links(linker, text)["ABC1"] == [gene]


@pytest.mark.parametrize("host", ["nude [mice]", "NOD/SCID [mice]", "a xenograft of [mice]"])
def test_mice_that_human_tumours_grow_in_say_nothing_of_the_species_of_genes(linker, host):
    host = host.replace("]", "](biolink:OrganismTaxon:-)")
    assert links(linker, f"In {host} [ABC1](gene:-) rose.")["ABC1"] == ["ncbigene:1"]


def test_a_gene_known_for_another_species_is_looked_up_by_symbol(linker):
    text = "In [mice](biolink:OrganismTaxon:-) [abacin](gene:-) rose."
    document, annotations = make_document(text)
    by_text = {link.mention.text: link for link in linker.link(document, annotations.mentions)}
    assert by_text["abacin"].concept == "ncbigene:2"
    assert Way.SPECIES.value in by_text["abacin"].candidates[0].reason


def test_a_bare_alias_of_few_letters_is_nil(linker):
    document, annotations = make_document("In patients [AB1](gene:-) rose.")
    [link] = linker.link(document, annotations.mentions)
    assert link.concept is None
    assert link.reason.startswith("hardly any letters: ABC1 is called so")


def test_a_class_of_genes_is_no_gene(linker):
    document, annotations = make_document("In patients a [tyrosine kinase](gene:-) rose.")
    [link] = linker.link(document, annotations.mentions)
    assert link.concept is None
    assert link.reason.startswith("a class of genes: ABC1 is called so")


def family_linker(tmp_path: Path, chosen: int) -> Linker:
    """The complex ABX and a gene whose alias is the same, which so many papers took it for."""
    named = [
        ("fplx:ABX", "ABX", ()), ("ncbigene:71", "QRS1", ("ABX",)), ("ncbigene:72", "QRS", ()),
        ("mesh:D71", "Receptors, QRS", ("QRS receptor",)),
    ]  # fmt: skip
    entries = [
        Entry(
            curie=curie, label=label, taxon=9606 * curie.startswith("ncbi"),
            group=Group.OTHER if curie.startswith("mesh") else Group.GENE,
            names=[Name(label, NameKind.LABEL), *(Name(one, NameKind.SYNONYM) for one in others)],
        )
        for curie, label, others in named
    ]  # fmt: skip
    write(tmp_path / "family.sqlite", entries, [], {"name": "family"})
    learnt = {learnt_key("ABX", Group.GENE): {"ncbigene:71": chosen}} if chosen else {}
    ranking = Ranking({Group.GENE: {"kind SYNONYM": 3.0, "kind LABEL": 2.0}}, learnt, {})
    return Linker(Terminology(tmp_path / "family.sqlite"), ranking, threshold=0.3)


@pytest.mark.parametrize(("chosen", "concept"), [(0, None), (1, None), (2, "ncbigene:71")])
def test_a_family_is_no_gene_unless_annotators_took_it_for_one(tmp_path: Path, chosen, concept):
    document, annotations = make_document("[ABX](gene:-) rose.")
    [link] = family_linker(tmp_path, chosen).link(document, annotations.mentions)
    assert link.concept == concept
    assert concept or link.reason.startswith("a class of genes: QRS1 is called so")


def test_a_gene_by_the_name_of_its_family_is_less_sure(tmp_path: Path):
    linker = family_linker(tmp_path, 2)
    found = {}
    for name in ("QRS1", "ABX"):
        document, annotations = make_document(f"[{name}](gene:-) rose.")
        [link] = linker.link(document, annotations.mentions)
        assert link.concept == "ncbigene:71"
        found[name] = link.candidates[0].score
    assert found["ABX"] < 0.8
    assert found["ABX"] < found["QRS1"]


def test_a_gene_by_the_name_of_its_family_stays_first_beside_one_that_is_near(tmp_path: Path):
    linker = family_linker(tmp_path, 2)
    document, _ = make_document("[ABX](gene:-) rose.")
    said = linker.named("ABX", Group.GENE, read_context(linker.terminology, document, []))[0]
    near = [replace(said[0], score=0.44), replace(said[0], score=0.43)]
    shown = [one.score for one in _shown(near)]
    assert shown == sorted(shown, reverse=True)
    assert sum(shown) <= 1


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("[QRS](gene:-) rose.", "ncbigene:72"),
        ("[QRS](gene:-) receptors rose.", None),
        ("[QRS](gene:-) complexes rose.", "ncbigene:72"),  # that is no name
    ],
)
def test_the_receptor_of_a_gene_is_another(tmp_path: Path, text, concept):
    document, annotations = make_document(text)
    [link] = family_linker(tmp_path, 0).link(document, annotations.mentions)
    assert link.concept == concept


def test_the_score_of_a_gene_is_how_often_such_a_link_is_right(tmp_path: Path):
    """By odds of 1.5; the other candidates and none share what is left."""
    document, annotations = make_document("[QRS](gene:-) rose.")
    linker = family_linker(tmp_path, 2)
    [said] = linker.named("QRS", Group.GENE, read_context(linker.terminology, document, []))
    [link] = linker.link(document, annotations.mentions)
    best, *others = [one.score for one in link.candidates]
    odds = said[0].score / (1 - said[0].score)
    assert best / (1 - best) == pytest.approx(1.5 * odds, rel=0.01)
    assert best + sum(others) <= 1
    assert others == sorted(others, reverse=True)


@pytest.mark.parametrize(("written", "of_family"), [("", False), ("ABX", True), ("QRS", False)])
def test_the_long_form_of_a_familys_name_is_one(tmp_path: Path, written, of_family):
    terminology = family_linker(tmp_path, 0).terminology
    found = candidates(terminology, Query(name="QRS1", group=Group.GENE, written=written))
    assert [(one.hit.curie, one.of_family) for one in found] == [("ncbigene:71", of_family)]


def test_a_short_name_of_a_species_is_no_abbreviation(linker):
    assert links(linker, "A [pig](biolink:OrganismTaxon:-) ate.")["pig"] == ["ncbitaxon:9823"]


@pytest.mark.parametrize(
    ("name", "concept"),
    [
        ("serum abacin", "ncbigene:1"),
        ("beta-XYZ", "ncbigene:5"),
        ("hABC1", "ncbigene:1"),
        ("abacus kinase", None),  # there are three of them
        ("abacus ligase", "ncbigene:6"),
        ("mouse ABC1", "ncbigene:2"),
        ("rat abacin", None),
    ],
)
def test_a_gene_by_less_than_its_name(linker, name, concept):
    found = links(linker, f"In patients [{name}](gene:-) rose.")
    assert found[name] == [concept]


def test_a_family_has_no_gene_of_its_symbol_in_another_species(linker):
    found = links(linker, "In [mice](biolink:OrganismTaxon:-) [the ABC family](gene:-) rose.")
    assert found["the ABC family"] == ["fplx:ABC"]


def test_a_family_of_genes_is_an_answer_where_its_vocabulary_is_asked_for(terminology):
    ranking = load_ranking(DEFAULT / "ranking.json")
    document, annotations = make_document("In patients [the ABC family](gene:-) rose.")

    def link(*exact: str) -> Link:
        linker = Linker(terminology, ranking, threshold=0.22, exact=exact)
        [found] = linker.link(document, annotations.mentions)
        return found

    assert link().concept is None
    best = link("fplx").candidates[0]
    assert (best.concept, best.score, best.reason) == (
        "fplx:ABC", 0.9, "exact name: the ABC family")  # fmt: skip


def test_the_very_name_in_a_vocabulary_that_the_ranking_never_saw_is_linked(terminology):
    linker = Linker(terminology, load_ranking(DEFAULT / "ranking.json"), threshold=0.22)
    found = links(linker, "[Counting weakness](disease:-), [acute renal injury](disease:-).")
    assert found == {"Counting weakness": ["hp:1"], "acute renal injury": ["mesh:D5"]}


def test_an_abbreviation_in_brackets_amid_a_name_says_nothing_more(linker):
    text = "The acute kidney (AK) and [acute kidney (AK) injury](disease:-) are alike."
    document, annotations = make_document(text)
    [link] = linker.link(document, annotations.mentions)
    assert link.candidates[0].concept == "mesh:D5"
    assert "exact name: Acute Kidney Injury" in link.candidates[0].reason


def test_a_bare_alias_that_the_text_spells_out_is_linked(linker):
    spelled = links(linker, "The abacus receptor, [AB1](gene:-), rose in patients.")
    assert spelled["AB1"] == ["ncbigene:1"]


def test_genes_named_at_once_are_those_of_the_species(terminology):
    key = learnt_key("abacin", Group.GENE)
    ranking = Ranking({}, {key: {"ncbigene:1+ncbigene:2": 3}}, {})
    text = "In [mice](biolink:OrganismTaxon:-) [abacin](gene:-) rose."
    document, annotations = make_document(text)
    context = read_context(terminology, document, annotations.mentions)
    named = Linker(terminology, ranking).named("abacin", Group.GENE, context)
    assert len(named) == 1


def test_a_gene_that_the_terminology_lacks_is_known_from_papers(terminology):
    key = learnt_key("Abc9", Group.GENE)
    weights = {Group.GENE: {"way LEARNT": 5.0}}
    lacking = hits_of({"ncbigene:9": ("Abc9", 10116)})
    linker = Linker(terminology, Ranking(weights, {key: {"ncbigene:9": 2}}, {}, lacking))
    document, annotations = make_document("In rats [Abc9](gene:-) rose.")
    [link] = linker.link(document, annotations.mentions)
    assert (link.concept, link.candidates[0].label) == ("ncbigene:9", "Abc9")


def test_what_is_only_near_has_to_be_surer(terminology):
    vectors = {Group.DISEASE: Vectors(np.ones((BUCKETS, 2)), np.ones((1, 2)), ["mesh:D1"])}
    document, annotations = make_document("[lump of the chest](disease:-)")
    [given] = annotations.mentions

    def concept(mention: Mention, bias: float) -> str | None:
        ranking = Ranking({Group.DISEASE: {"bias": bias}}, {}, vectors)
        [link] = Linker(terminology, ranking, threshold=0.2).link(document, [mention])
        return link.concept

    tagged = replace(given, score=0.9)
    assert concept(tagged, -1.0) is None
    assert concept(tagged, 0.0) == "mesh:D1"
    assert concept(given, -2.0) == "mesh:D1"  # a disease that was given is hardly ever none
    assert concept(given, -3.0) is None


def test_an_operation_is_no_disease_that_is_only_near(terminology):
    vectors = {Group.DISEASE: Vectors(np.ones((BUCKETS, 2)), np.ones((1, 2)), ["mesh:D1"])}
    linker = Linker(terminology, Ranking({Group.DISEASE: {"bias": 0.0}}, {}, vectors))
    [link] = linker.link(*_given("[lumpectomies](disease:-) were done."))
    assert link.concept is None
    assert link.reason.startswith("a procedure: Breast Neoplasms is no more than near")


def test_an_unsure_mention_needs_a_surer_concept(terminology):
    ranking = Ranking({Group.DISEASE: {"bias": 0.0}}, {}, {})
    linker = Linker(terminology, ranking, threshold=0.3)
    document, annotations = make_document("[breast cancer](disease:-)")
    [given] = annotations.mentions
    [sure] = linker.link(document, [replace(given, score=0.9)])
    assert sure.candidates[0].score == pytest.approx(0.5)
    [unsure] = linker.link(document, [replace(given, score=0.5)])
    assert unsure.reason == "unsure: Breast Neoplasms has 0.50, and the mention 0.50"


def test_what_annotators_named_at_once_is_linked_at_once(terminology):
    key = learnt_key("gonadal breast growth", Group.DISEASE)
    ranking = Ranking({}, {key: {"mesh:D1+mesh:D2": 3, "mesh:D3": 1}}, {})
    linker = Linker(terminology, ranking)
    found = links(linker, "[Gonadal breast growth](disease:-) was seen.")
    assert found == {"Gonadal breast growth": ["mesh:D1", "mesh:D2"]}


def test_numbered_genes_share_their_stem(linker):
    assert parts_of_name("MMP-1, -2, and -12")[0] == ["MMP-1", "MMP-2", "MMP-12"]
    assert parts_of_name("caspases 3 and 7")[0] == ["caspase 3", "caspase 7"]


@given(st.lists(st.floats(-200, 200), max_size=6))
def test_the_scores_of_a_name_leave_room_for_none(totals):
    ranking = Ranking({Group.DISEASE: {"x": 1.0}}, {}, {})
    scores = ranking.scores(Group.DISEASE, [{"x": total} for total in totals])
    assert all(0 <= score <= 1 for score in scores)
    assert sum(scores) <= 1 + 1e-9
    ordered = sorted(zip(totals, scores, strict=True))
    assert [score for _, score in ordered] == sorted(scores)


def test_a_name_spelled_out_elsewhere_in_the_document_counts(terminology):
    document, annotations = make_document("[breast cancer](disease:-), [MBC](disease:-).")
    context = read_context(terminology, document, annotations.mentions)
    hit = terminology.hit("mesh:D1")
    assert context.names_elsewhere(hit.concept, "MBC")
    assert not context.names_elsewhere(hit.concept, "Breast cancers")


def test_a_short_name_in_brackets_behind_another_stands_for_it(linker):
    found = links(linker, "[Neoplasms](disease:-) ([BRN](disease:-)) rose; [BRN](disease:-) kills.")
    assert found["BRN"] == ["mesh:D3", "mesh:D3"]
    words = links(linker, "[Neoplasms](disease:-) ([Disease](disease:-)) rose.")
    assert words["Disease"] == ["mesh:D4"]
    apart = links(linker, "[Neoplasms](disease:-) ([Cisplatin](chemical:-), [BRN](disease:-)).")
    assert apart["BRN"] == [None]


@pytest.mark.parametrize(("before", "concept"), [("", "mesh:D6"), ("aspirin plus ", None)])
def test_a_bracket_behind_joined_names_stands_for_no_single_one(linker, before, concept):
    found = links(linker, f"{before}[cisplatin](chemical:-) ([MRX](chemical:-)) was given.")
    assert found["MRX"] == [concept]


def test_what_the_document_names_has_its_relatives_among_the_candidates(terminology):
    document, annotations = make_document("[breast cancer](disease:-); [neoplasms](disease:-).")
    context = read_context(terminology, document, annotations.mentions)
    [above] = candidates(terminology, Query(name="neoplasms", group=Group.DISEASE, context=context))
    [below] = candidates(
        terminology, Query(name="breast cancer", group=Group.DISEASE, context=context)
    )
    assert (above.above, above.below) == (True, False)
    assert (below.above, below.below) == (False, True)


def test_part_of_a_hyphenated_name_is_written_out(linker):
    found = links(linker, "Acute kidney injury (AKI) is common. [CT-AKI](disease:-) is less so.")
    assert found["CT-AKI"] == ["mesh:D5"]


def test_an_abbreviation_without_explanation_is_the_only_name_with_its_letters(linker):
    text = "[Cisplatin](chemical:-) or [cisplatin](chemical:-) and [CP](chemical:-)."
    document, annotations = make_document(text)
    *_, short = linker.link(document, annotations.mentions)
    assert short.concept == "mesh:D6"
    assert short.candidates[0].reason.startswith("may stand for 'cisplatin', exact name")
    of_two = links(linker, "[cisplatin](chemical:-), [cerpin](chemical:-), [CP](chemical:-).")
    assert of_two["CP"] == [None]
    other_kind = links(linker, "[cisplatin](chemical:-) and [CP](disease:-).")
    assert other_kind["CP"] == [None]
    of_gene = links(linker, "The [abacus receptor](gene:-) of patients; [AR](gene:-) binds.")
    assert of_gene["AR"] == ["ncbigene:1"]


@pytest.mark.parametrize(
    ("short", "name", "may"),
    [
        ("PB", "phenobarbital", True),
        ("CIP", "cocaine-induced paranoia", True),
        ("PBs", "phenobarbital", True),
        ("Pb", "phenobarbital", False),
        ("B", "barbital", False),
        ("BT", "phenobarbital", False),
        ("MTX", "MTX AND MORE", False),
        ("MTX", "MTX and more", False),
    ],
)
def test_which_names_an_abbreviation_may_stand_for(short, name, may):
    assert stands_for(short, name) is may


def test_a_salt_is_linked_through_its_acid(terminology):
    ranking = Ranking({Group.CHEMICAL: {"bias": 3.0}}, {}, {})
    found = links(Linker(terminology, ranking), "[Disodium metrizoate](chemical:-) was given.")
    assert found == {"Disodium metrizoate": ["mesh:D7"]}


def test_the_letter_of_a_subtype_can_be_left_out(terminology):
    found = candidates(terminology, Query(name="Abacus disease type IIb", group=Group.DISEASE))
    assert [(one.hit.curie, one.way, one.dropped) for one in found] == [
        ("mesh:D8", Way.WITHOUT_HEAD, 1)
    ]


def test_a_name_taken_apart_is_less_sure_than_its_parts(linker):
    whole, parts = (
        [
            link.candidates[0].score
            for text in texts
            for link in linker.link(*_given(f"[{text}](disease:-) came."))
        ]
        for texts in (
            ("breast cancer", "acute kidney injury"),
            ("breast cancer and acute kidney injury",),
        )
    )
    assert parts == pytest.approx([0.9 * score for score in whole], abs=5e-3)


def _given(text: str) -> tuple[Document, tuple[Mention, ...]]:
    document, annotations = make_document(text)
    return document, annotations.mentions


def test_nil_says_why(linker, terminology):
    document, annotations = make_document("[Zorbliximab](chemical:-) and [CDDP](chemical:-).")
    nothing, _ = linker.link(document, annotations.mentions)
    assert not nothing.candidates
    assert nothing.reason == "no such name"
    strict = Linker(terminology, load_ranking(DEFAULT / "ranking.json"), threshold=1.0)
    _, unsure = strict.link(document, annotations.mentions)
    assert unsure.reason.startswith("unsure: Cisplatin has 0.")


def test_corrections_win_in_one_document_or_everywhere(terminology, tmp_path: Path):
    table = tmp_path / "corrections.tsv"
    table.write_text("name\tdocument\tconcept\nCDDP\t\tmesh:D3\nABC1\t\tnone\n", "utf-8")
    corrected = Linker(
        terminology,
        load_ranking(DEFAULT / "ranking.json"),
        corrections=read_corrections(table),
    )
    document, annotations = make_document("[CDDP](chemical:-) and [ABC1](gene:-).")
    first, second = corrected.link(document, annotations.mentions)
    [candidate] = first.candidates
    assert (first.concept, candidate.reason) == ("mesh:D3", "correction: corrections.tsv, line 2")
    assert candidate.label == "Neoplasms"
    assert (second.concept, second.reason) == (None, "correction: corrections.tsv, line 3")


@pytest.mark.parametrize("rows", ["", "a\tb\n", "name\tdocument\tconcept\nx\t\tno such:thing:1\n"])
def test_a_broken_table_is_refused_with_its_line(tmp_path: Path, rows: str):
    table = tmp_path / "corrections.tsv"
    table.write_text(rows, "utf-8")
    with pytest.raises(ComponentUnavailableError, match=r"corrections.tsv, line \d"):
        read_corrections(table)


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path):
    table = tmp_path / "corrections.tsv"
    table.write_bytes(b'\xef\xbb\xbfname\tdocument\tconcept\r\n"the ""ER"""\t\tMESH:D3\r\n\t\t\r\n')
    corrections = read_corrections(table)
    assert corrections.concepts == {
        ('the "ER"', ""): ("mesh:D3", "correction: corrections.tsv, line 2")
    }


def test_lines_that_contradict_each_other_are_refused(tmp_path: Path):
    table = tmp_path / "corrections.tsv"
    table.write_text("name\tdocument\tconcept\nER\t\tmesh:D3\nER\tpubmed:1\tmesh:D4\n", "utf-8")
    assert len(read_corrections(table).concepts) == 2
    with table.open("a", encoding="utf-8") as lines:
        lines.write("ER\t\tnone\n")
    with pytest.raises(ComponentUnavailableError, match="line 4: 'ER' is mesh:D3 in line 2"):
        read_corrections(table)


def test_an_unknown_prefix_in_a_table_gets_the_nearest(tmp_path: Path):
    table = tmp_path / "corrections.tsv"
    table.write_text("name\tdocument\tconcept\nER\t\tncbigeen:2099\n", "utf-8")
    with pytest.raises(ComponentUnavailableError) as raised:
        read_corrections(table)
    assert any("ncbigene" in hint for hint in raised.value.hints)


def test_every_part_of_a_composite_is_a_name():
    for name in ("a, b and c d", "aspirin/caffeine", "and", "x or", "/", "breast and/or lung"):
        assert all(part.strip() for way in parts_of_name(name) for part in way)
    assert parts_of_name("abacus disease, type 2") == []


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("multiple sclerosis (MS)", {"MS": "multiple sclerosis"}),
        ("the NMDA (N-methyl-D-aspartate) receptor", {"NMDA": "N-methyl-D-aspartate"}),
        ("we saw this (see Table 2) and (P < 0.05)", {}),
        ("(()) (A) ((B", {}),
        (
            "attenuated adenomatous polyposis coli (AAPC)",
            {"AAPC": "attenuated adenomatous polyposis coli"},
        ),
        ("by tuberculostatics, acute liver failure (ATT-ALF)", {"ALF": "acute liver failure"}),
        ("interleukin 6 (IL-6)", {"IL-6": "interleukin 6"}),
        ("combined oral contraceptives (COCs)", {"COCs": "combined oral contraceptives"}),
    ],
)
def test_long_forms_are_found_where_a_text_gives_them(text, forms):
    assert long_forms(text) == forms


@pytest.mark.parametrize(
    ("text", "curie"),
    [
        ("V600E", "hgvs:p.V600E"),
        ("p.Arg337His", "hgvs:p.R337H"),
        ("IVS4+1G>A", "hgvs:c.IVS4+1G>A"),
        ("-141Cins", None),
        ("a deletion", None),
        ("Lys23fs", "hgvs:p.K23fs"),
        ("p.Gln298X", "hgvs:p.Q298X"),
        ("-643C>T", "hgvs:c.-643C>T"),
        ("+387T>A", "hgvs:c.387T>A"),
        ("IVS4 + 1G-->A", "hgvs:c.IVS4+1G>A"),
        ("118-119insA", "hgvs:c.118_119insA"),
        ("657del5", "hgvs:c.657_661del"),
        ("cytosine to guanine transversion at nucleotide 1451", "hgvs:c.1451C>G"),
        ("valine (Val) to alanine (Ala) at amino acid 16", "hgvs:p.V16A"),
        ("A53T", "hgvs:p.A53T"),
        ("A1166C", "hgvs:c.1166A>C"),
        ("192Q/R", "hgvs:p.Q192R"),
        ("rs351855G", "dbsnp:rs351855"),
    ],
)
def test_variants_by_rule(text, curie):
    found = variant_of(text)
    assert (found[0] if found else None) == curie


VARIANT = "biolink:SequenceVariant:-"


@pytest.mark.parametrize(
    ("text", "name", "curie"),
    [
        (f"[R72Q]({VARIANT}) ([rs12]({VARIANT})) and [Arg72Gln]({VARIANT})", "Arg72Gln", "rs12"),
        (f"We saw ([R72Q]({VARIANT}), [rs12]({VARIANT})).", "R72Q", "rs12"),
        (f"[rs12]({VARIANT}), [R72Q]({VARIANT})", "R72Q", "p.R72Q"),
        (f"[-51C>T]({VARIANT}) and the [-51CC]({VARIANT}) type", "-51CC", "c.-51C>T"),
        (f"[-51C>T]({VARIANT}), [51A>G]({VARIANT}), [51CC]({VARIANT})", "51CC", None),
    ],
)
def test_a_document_says_what_a_variant_is(linker, text, name, curie):
    [found] = links(linker, text)[name]
    assert (found.partition(":")[2] if found else None) == curie


def test_a_change_that_many_papers_name_needs_its_gene(terminology):
    document, annotations = make_document(f"[V600E]({VARIANT})")
    mentions = annotations.mentions
    assert known_variant("BRAF", "hgvs:p.V600E") == "dbsnp:rs113488022"
    with_gene = variants_of(document, mentions, lambda change: known_variant("braf", change))
    without = variants_of(document, mentions, lambda change: known_variant("ABC1", change))
    assert with_gene["V600E"].curie == "dbsnp:rs113488022"
    assert without["V600E"].curie == "hgvs:p.V600E"


@given(st.text(max_size=40))
def test_any_text_is_a_variant_or_none(text):
    found = variant_of(text)
    assert found is None or found.curie.startswith(("hgvs:", "dbsnp:rs"))
