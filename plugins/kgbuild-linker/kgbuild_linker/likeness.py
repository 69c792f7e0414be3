"""How alike a name is to the names of a candidate: by the stems of what their words mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kgbuild_linker.keys import stems

__all__ = ["NOT_COMPARED", "SAME", "Likeness", "likeness", "said_of_likeness"]


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


def likeness(name: str, several: Iterable[frozenset[str]]) -> Likeness:
    """Compare a name with the stems of each of a candidate's names.

    >>> likeness("menstrual disorders", [stems("menstruation disturbances")]).dice
    1.0
    >>> sorted(likeness("severe anemia", [stems("anemia, aplastic")]).added)
    ['aplas']
    """
    wanted = stems(name)
    best, most, likest = 0.0, 0, frozenset[str]()
    for one in several:
        common = len(wanted & one)
        most = max(most, common)
        dice = 2 * common / (len(wanted) + len(one))
        if dice > best:
            best, likest = dice, one
    return Likeness(best, most / max(1, len(wanted)), wanted - likest, likest - wanted)


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


def said_of_likeness(one: Likeness, among: Iterable[Likeness], way: str) -> dict[str, float]:
    """What speaks for a candidate by its likeness, beside that of the others."""
    several = list(among)
    less = max(other.dice for other in several) - one.dice
    said = {f"left out {word}": 1.0 for word in one.left & _TELLING}
    said |= {f"added {word}": 1.0 for word in one.added & _TELLING}
    return said | {
        "left out another": float(len(one.left - _TELLING)),
        "added another": float(len(one.added - _TELLING)),
        "alike": one.dice,
        "alike by all": float(one.dice == 1),
        "covered": one.covered,
        "less alike": less,
        "less covered": max(other.covered for other in several) - one.covered,
        f"alike, {way}": one.dice,
        f"less alike, {way}": less,
        f"covered, {way}": one.covered,
    }
