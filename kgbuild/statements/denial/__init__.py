"""Whether words that deny something deny what the two of a pair have to do with each other.

"A did not cause B" does. "C did not change the binding of A to B", "A inhibits C but not B",
"A lowered C, whereas it did not change B" and "no difference in A between B and C" deny something
else. Who does the denied thing, what it is done to, and what stands in between tell them apart,
in another way for each place of the denial: before the two, between them, behind both. What these
words are, and what each check gave, is in decision 15.
"""

from __future__ import annotations

from kgbuild.document import Span
from kgbuild.statements.denial.before import denied_before
from kgbuild.statements.denial.behind import denied_behind
from kgbuild.statements.denial.beside import compares, modifies, side_by_side, tells_how
from kgbuild.statements.denial.between import denied_between
from kgbuild.statements.denial.groups import describes_group
from kgbuild.statements.scope import Scope

__all__ = ["denies"]


def denies(around: Scope, denial: Span) -> bool:
    """Whether what is denied is what the two have to do with each other."""
    if tells_how(around, denial) or compares(around, denial) or modifies(around, denial):
        return False
    if side_by_side(around, denial) or describes_group(around, denial):
        return False
    if denial.start >= around.second.end:
        return denied_behind(around, denial)
    if denial.end <= around.first.start:
        return denied_before(around, denial)
    return denied_between(around, denial)
