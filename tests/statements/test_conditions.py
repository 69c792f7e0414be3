"""Under which conditions a sentence says a thing: given where it is clear, else left out."""

from __future__ import annotations

import pytest

from kgbuild import Span
from kgbuild.statements import conditions, lowered


def told(sentence: str) -> dict[str, str]:
    """The conditions; the chemical whose dose is asked for stands in square brackets."""
    start, end = sentence.find("["), sentence.find("]") - 1
    text = lowered(sentence.replace("[", "").replace("]", ""))
    return dict(conditions(text, Span(start, end) if start >= 0 else None))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("[Cocaine] (20 mg/kg) caused seizures in mice.", {"dose": "20 mg/kg", "species": "10090"}),
        ("[Cocaine] at 5-10 mg/kg/day caused seizures.", {"dose": "5-10 mg/kg/day"}),
        ("Cells given 10 µM [genistein] died.", {"dose": "10 µM"}),
        ("A dose of 500 mg of [aspirin] daily stopped the pain.", {"dose": "500 mg"}),
        ("[Lithium] at a dose of 900 mg/day caused tremor.", {"dose": "900 mg/day"}),
        ("[Cisplatin] 75 mg/m2 caused deafness.", {"dose": "75 mg/m2"}),
        ("[Morphine], 10 mg, relieved pain.", {"dose": "10 mg"}),
        ("[Ouabain] at a final concentration of 1 mM blocked the pump.", {"dose": "1 mM"}),
        # several doses, or an amount that is no dose
        ("[Cocaine] (5, 10 or 20 mg/kg) caused seizures.", {}),
        ("[Cocaine] (10 mg/kg or 20 mg/kg) caused seizures.", {}),
        ("[Gefitinib] (IC50 6 nM) inhibits the kinase.", {}),
        ("[Gefitinib] inhibits the kinase with an IC50 of 6 nM.", {}),
        ("[Statins] lowered mortality by 30%.", {}),
        ("[Glucose] of more than 126 mg/dl defines diabetes.", {}),
        # species
        ("The drug caused asthma in guinea pigs.", {"species": "10141"}),
        ("The drug caused asthma in pigs.", {"species": "9823"}),
        ("The drug caused deafness in a dog.", {"species": "9615"}),
        ("Larvae of zebrafish were treated with the drug.", {"species": "7955"}),
        ("The mutant of E. coli lost the enzyme.", {"species": "562"}),
        ("The receptor of human platelets was blocked.", {"species": "9606"}),
        ("It was given to rats and patients.", {}),
        ("A rabbit polyclonal antibody bound the protein.", {}),
        ("An anti-mouse serum bound the protein.", {}),
        ("Bovine serum albumin bound the dye.", {}),
        ("Recombinant human insulin lowered glucose in rats.", {"species": "10116"}),
        ("The rat-like phenotype was lost.", {}),
        # who, beside the species
        ("It caused jaundice in newborns.", {"species": "9606", "population": "newborns"}),
        ("It caused jaundice in preterm infants.", {"species": "9606", "population": "newborns"}),
        ("It caused nausea in pregnant women.",
         {"species": "9606", "population": "pregnant women"}),
        ("It caused flushing in postmenopausal women.",
         {"species": "9606", "population": "postmenopausal women"}),
        ("It caused tremor in a 54-year-old man.", {"species": "9606", "population": "men"}),
        ("It caused tremor in men and women.", {"species": "9606"}),
        ("The allele is a risk in Japanese patients.",
         {"species": "9606", "population": "Japanese"}),
        ("The allele is a risk in Caucasians.", {"population": "European"}),
        ("Japanese encephalitis was not seen.", {}),
        ("It was found in healthy male volunteers.",
         {"species": "9606", "population": "healthy volunteers"}),
        # where and how
        ("The drug blocks the channel in vitro.", {"setting": "in vitro"}),
        ("The drug blocks the channel in vitro and in vivo.", {}),
        ("The drug was degraded by microsomes.", {"setting": "in vitro"}),
        ("Oral administration of the drug caused nausea.", {"route": "oral"}),
        ("Oral cancer was treated with the drug.", {}),
        ("It was given i.v. and stopped the arrhythmia.", {"route": "intravenous"}),
        ("It was given intravenously or by mouth.", {}),
        ("Intrathecal injection relieved pain.", {"route": "intrathecal"}),
        ("Intravitreal haemorrhage was rarer in intravenous drug users.", {}),
        ("Subcutaneous fat was lost.", {}),
        # when
        ("The drug was given for 12 weeks.", {"time": "12 weeks"}),
        ("Cells died within two hours.", {"time": "two hours"}),
        ("It fell after 24 h.", {"time": "24 h"}),
        ("It was given for 2 weeks and fell after 24 h.", {}),
        ("It is known for 12-year-old girls.", {"species": "9606", "population": "women"}),
        ("Nothing is said here of how it was done.", {}),
        # what stands beside an amount, an age or a denial
        ("[Rifampicin] (10 µM, 48 h) induced it.", {"dose": "10 µM"}),
        ("[Rifampicin] (10 µM, 20 µM) induced it.", {}),
        ("[Paracetamol], given at 15 mg/kg, stopped the fever.", {"dose": "15 mg/kg"}),
        ("[Sildenafil] 20 mg three times daily helped.", {"dose": "20 mg three times daily"}),
        ("[Vitamin D] (4000 IU/day) helped.", {"dose": "4000 IU/day"}),
        ("It helped men aged over 65 years.", {"species": "9606", "population": "men"}),
        ("It helped patients over 65 years.", {"species": "9606"}),
        ("It helped over 2 years.", {"time": "2 years"}),
        ("It fell in rats but not in mice.", {"species": "10116"}),
        ("It is a risk in Han Chinese but not in Europeans.", {"population": "Chinese"}),
        ("It is a risk in those of Ashkenazi Jewish descent.", {"population": "Ashkenazi Jewish"}),
        ("It is found in Drosophila.", {"species": "7227"}),
        ("[Quinpirole] (1-10 microM) increased it.", {"dose": "1-10 microM"}),
        ("The administration of 7.5 and 15 mg of [meloxicam] lowered it.", {}),
        ("[Clopidogrel] 64% inhibited it less than another did.", {}),
        ("[Lidocaine] 2% gel relieved pain.", {"dose": "2%"}),
        ("A 0.5% [timolol] solution lowered the pressure.", {"dose": "0.5%"}),
        ("It was measured at 4-week intervals.", {}),
        ("It is used for the topical therapy of acne and as inhalation therapy of asthma.", {}),
        ("It was lowered in MCF-7 cells.", {"setting": "in vitro"}),
        ("It was lowered in two cell lines.", {"setting": "in vitro"}),
        ("CD4 cells of the patients were fewer.", {"species": "9606"}),
        ("Tumours of A549 cells grew less in nude mice.", {"species": "10090"}),
    ],
)  # fmt: skip
def test_conditions_are_those_that_the_sentence_names(
    sentence: str, expected: dict[str, str]
) -> None:
    found = told(sentence)
    if "species" in expected:
        expected = expected | {"species": f"ncbitaxon:{expected['species']}"}
    assert found == expected


def test_two_groups_of_people_may_be_told_of_one_sentence() -> None:
    found = conditions("the allele is a risk in japanese women.")
    assert [value for name, value in found if name == "population"] == ["Japanese", "women"]
