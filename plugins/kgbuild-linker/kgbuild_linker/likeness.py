"""How alike a name is to the names of a candidate: by the stems of what their words mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kgbuild_linker.keys import stems

__all__ = ["NOT_COMPARED", "SAME", "Likeness", "best_of", "likeness", "said_of_likeness"]


class Likeness(NamedTuple):
    """What a name has in common with the likest name of a candidate.

    ``dice`` is Dice's share of the stems in common; ``covered`` is the largest share of the name's
    own stems that any of the candidate's names has. ``left`` are the stems that only the name has,
    ``added`` those that only the likest name has.
    """

    dice: float = 0.0
    covered: float = 0.0
    left: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()


NOT_COMPARED = Likeness()
SAME = Likeness(dice=1.0, covered=1.0)


def likeness(wanted: frozenset[str], several: Iterable[frozenset[str]]) -> Likeness:
    """Compare the stems of a name with those of each of a candidate's names.

    >>> likeness(stems("menstrual disorders"), [stems("diseases of menstruation")]).dice
    1.0
    >>> sorted(likeness(stems("severe anemia"), [stems("anemia, aplastic")]).added)
    ['aplas']
    """
    best, most, likest = 0.0, 0, frozenset[str]()
    for one in several:
        common = len(wanted & one)
        most = max(most, common)
        dice = 2 * common / (len(wanted) + len(one))
        if dice > best:
            best, likest = dice, one
    return Likeness(best, most / max(1, len(wanted)), wanted - likest, likest - wanted)


def best_of(among: Sequence[Likeness]) -> Likeness:
    """The most that any candidate has in common with a name."""
    return Likeness(max(one.dice for one in among), max(one.covered for one in among))


_TELLING = frozenset().union(
    *map(
        stems,
        """acute chronic severe mild moderate transient recurrent progressive persistent primary
        secondary sporadic familial hereditary inherited congenital idiopathic isolated symptomatic
        fatal early late onset adult juvenile infantile childhood neonatal maternal bilateral
        unilateral left right human malignant benign metastatic advanced localized diffuse
        generalized focal multiple postoperative drug induced related associated type syndrome
        disease disorder symptom deficiency risk episode attack event toxicity injury damage
        dysfunction lesion autosomal recessive dominant linked susceptibility experimental central
        peripheral abnormal cancer tumor 1 2 3 4 5 6""".split(),  # noqa: SIM905
    )
)
"""What it means that one of these is left out or added is learnt, each for itself."""


def said_of_likeness(one: Likeness, best: Likeness, way: str) -> dict[str, float]:
    """What speaks for a candidate by its likeness, beside the ``best`` of all candidates."""
    less = best.dice - one.dice
    said = {f"left out {word}": 1.0 for word in one.left & _TELLING}
    said |= {f"added {word}": 1.0 for word in one.added & _TELLING}
    return said | {
        "left out another": float(len(one.left - _TELLING)),
        "added another": float(len(one.added - _TELLING)),
        "alike": one.dice,
        "alike by all": float(one.dice == 1),
        "covered": one.covered,
        "less alike": less,
        "less covered": best.covered - one.covered,
        f"alike, {way}": one.dice,
        f"less alike, {way}": less,
        f"covered, {way}": one.covered,
    }
