"""Which texts of gold corpora are learnt from, and which are held out to measure on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol, TypeVar

__all__ = ["learnt_and_held_out"]


class _Corpus(Protocol):
    """What a recipe says of a corpus: of ``held_out_files`` at most so many texts (all for 0)."""

    @property
    def name(self) -> str: ...
    @property
    def files(self) -> tuple[str, ...]: ...
    @property
    def held_out_files(self) -> tuple[str, ...]: ...
    @property
    def held_out_most(self) -> int: ...


class _Example(Protocol):
    """A text with the identifier that it has in every corpus."""

    @property
    def id(self) -> str: ...


Corpus = TypeVar("Corpus", bound=_Corpus)
Example = TypeVar("Example", bound=_Example)


def learnt_and_held_out(
    corpora: Sequence[Corpus],
    read: Callable[[Corpus, Sequence[str]], list[Example]],
    *,
    hold_out: bool,
) -> tuple[list[Example], list[Example]]:
    """The texts to learn from and those held out; one held out of a corpus is in no other.

    ``read`` gives the texts of some of a corpus' files. Where not ``hold_out``, the texts
    that would be held out are learnt too.
    """
    learnt: list[Example] = []
    held: list[Example] = []
    for corpus in corpora:
        learnt += read(corpus, corpus.files)
        kept = read(corpus, corpus.held_out_files)
        if corpus.held_out_most:
            Random(corpus.name).shuffle(kept)
            learnt += kept[corpus.held_out_most :]
            kept = kept[: corpus.held_out_most]
        held += kept
    if not hold_out:
        return learnt + held, held
    names = {example.id for example in held}
    return [example for example in learnt if example.id not in names], held
