"""Whether a text found a relation itself or tells what was known, as BioRED marks it.

Luo et al. (2022, doi 10.1093/bib/bbac282) call a relation novel where it is a finding of the paper
and not its background. Where a text speaks of the two tells much of that: known things stand at
its beginning. The rest is in what is said: a drug's treatment of a disease is often known.

A logistic regression over both. Its weights stand in ``novelty.tsv``, each with the features that
have it; ``benchmarks/novelty.py`` learns them, and says how often they are right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kgbuild.data.relation_names import Meaning, biored_name
from kgbuild.statements.weights import read_weights

__all__ = ["novelty", "novelty_features"]

_PARTS = 5
"""A text is cut into so many parts of as many sentences."""

_TOGETHER, _NAMED = 3, 5  # more is counted as so many


def novelty(
    meaning: Meaning,
    kinds: tuple[str, str],
    first: Sequence[int],
    second: Sequence[int],
    sentences: int,
) -> str:
    """BioRED's ``Novel`` or ``No`` for a relation between two concepts of a text.

    ``kinds`` are the broad categories of the two; ``first`` and ``second`` the numbers of the
    sentences that name each, ascending and from 0, of ``sentences``.

    >>> kinds = "biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"
    >>> novelty(Meaning(predicate="biolink:treats"), kinds, [0, 4, 9], [0, 9], 10)
    'Novel'
    >>> novelty(Meaning(predicate="biolink:treats"), kinds, [1], [1], 10)
    'No'
    """
    weights = read_weights("novelty.tsv")
    found = novelty_features(meaning, kinds, first, second, sentences)
    return "Novel" if sum(weights.get(feature, 0) for feature in found) > 0 else "No"


def novelty_features(
    meaning: Meaning,
    kinds: tuple[str, str],
    first: Sequence[int],
    second: Sequence[int],
    sentences: int,
) -> set[str]:
    """What is weighed: what is said, how often and where the text names the two."""
    name = biored_name(meaning.predicate, meaning.qualifiers, meaning.conditions)
    ends = " ".join(sorted(kind.removeprefix("biolink:") for kind in kinds))
    together = sorted({*first} & {*second})
    speaking = together or sorted((first[0], second[0]))
    return {
        "all",
        f"relation {name}",
        f"kinds {ends}",
        f"{name} {ends}",
        f"together {min(len(together), _TOGETHER)}",
        f"first together {_part(speaking[0], sentences)}",
        f"last together {_part(speaking[-1], sentences)}",
        *_named(first, sentences),
        *_named(second, sentences),
    }


def _named(numbers: Sequence[int], sentences: int) -> Iterator[str]:
    yield f"named {min(len(numbers), _NAMED)}"
    yield f"in title {numbers[0] == 0}"
    yield f"first named {_part(numbers[0], sentences)}"
    yield f"last named {_part(numbers[-1], sentences)}"


def _part(number: int, sentences: int) -> int:
    return _PARTS * number // sentences
