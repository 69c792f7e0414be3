"""What was left out is kept when annotations are put together, whatever else they hold."""

from __future__ import annotations

from kgbuild import Annotations


def test_a_sum_keeps_what_either_side_left_out() -> None:
    unread, unasked = (Annotations(left_out=((reason, 1),)) for reason in ("unread", "unasked"))
    assert (unread + unasked).left_out == (("unread", 1), ("unasked", 1))
    assert (unread + Annotations()).left_out == (Annotations() + unread).left_out
