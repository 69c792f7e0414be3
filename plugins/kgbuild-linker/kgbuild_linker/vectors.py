"""Names as vectors: what is near in meaning, though no key finds it.

The vector of a name is the sum of the vectors of its pieces (words and their four-letter runs),
as in fastText (Bojanowski et al. 2017, doi 10.1162/tacl_a_00051); a concept has a vector of its
own. Both were learnt from names of the same concept (``vector_training.py``).
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kgbuild import ComponentUnavailableError
from kgbuild_linker.keys import LITTLE, tokens
from kgbuild_linker.records import Group

if TYPE_CHECKING:
    import numpy as np
    from threadpoolctl import ThreadpoolController

__all__ = ["BUCKETS", "Near", "Vectors", "load_vectors", "pieces", "tells"]

BUCKETS = 1 << 15
"""How many vectors pieces have; two pieces may share one."""

_RUN = 4
_NEAREST = 5


def pieces(name: str) -> list[int]:
    """The pieces of a name, each as the number of its vector; at least one.

    >>> pieces("renal failure") == pieces("failure of the renal")
    False
    >>> sorted(pieces("renal failure")) == sorted(pieces("failure of the renal"))
    True
    """
    words = [word for word in tokens(name) if word not in LITTLE] or tokens(name)
    return [piece for word in words for piece in _pieces_of(word)] or [_number("")]


@lru_cache(maxsize=65_536)
def _pieces_of(word: str) -> tuple[int, ...]:
    found = [f"={word}"]
    if len(word) >= _RUN:
        marked = f"<{word}>"
        found += [marked[place : place + _RUN] for place in range(len(marked) - _RUN + 1)]
    return tuple(map(_number, found))


def _number(piece: str) -> int:
    return zlib.crc32(piece.encode()) % BUCKETS


def tells(name: str) -> bool:
    """Whether a gene's name is more than a symbol.

    >>> tells("tumor necrosis factor"), tells("podocin"), tells("TNF-a"), tells("BRCA1")
    (True, True, False, False)
    """
    return " " in name or (len(name) > 5 and name.isalpha() and name[1:].islower())


class Near:
    """How near concepts are to a name: cosines, of all that have a vector."""

    def __init__(self, places: dict[str, int], cosines: np.ndarray, nearest: list[str]) -> None:
        self._places = places
        self._cosines = cosines
        self.nearest = nearest
        self.best = float(cosines[places[nearest[0]]]) if nearest else -1.0

    def cosine(self, curie: str) -> float | None:
        """The cosine of a concept, None where it has no vector."""
        place = self._places.get(curie)
        return None if place is None else float(self._cosines[place])


class Vectors:
    """Vectors of pieces (one a row) and of concepts (one a row, of length 1, by CURIE)."""

    def __init__(self, pieces: np.ndarray, concepts: np.ndarray, curies: list[str]) -> None:
        self.pieces = pieces
        self.concepts = concepts
        self.curies = curies
        self._places = {curie: place for place, curie in enumerate(curies)}
        self._prepared: dict[str, Near] = {}

    @cached_property
    def _across(self) -> np.ndarray:
        """The concepts one a column: so a product takes a third of the time."""
        import numpy as np

        return np.ascontiguousarray(self.concepts.T)

    def prepare(self, names: Collection[str]) -> None:
        """Find what is near the names of a document at once, and forget the document before.

        A product with many names reads the concepts once. Nothing is kept from one document to
        the next, as the last bits of a cosine depend on what it was reckoned beside.
        """
        self._prepared = dict(zip(names, self._near(names), strict=True))

    def near(self, name: str) -> Near:
        """The concepts near a name."""
        if name not in self._prepared:
            [self._prepared[name]] = self._near([name])
        return self._prepared[name]

    def _near(self, names: Collection[str]) -> list[Near]:
        import numpy as np

        if not names:
            return []
        sums = np.stack([self.pieces[pieces(name)].sum(axis=0) for name in names])
        with _blas().limit(limits=1, user_api="blas"):
            cosines = _of_length_1(sums) @ self._across
        return [Near(self._places, row, self._nearest(row)) for row in cosines]

    def _nearest(self, cosines: np.ndarray) -> list[str]:
        """The nearest concepts in order; a few maxima cost less than a partition."""
        import numpy as np

        rest, nearest = cosines.copy(), []
        for _ in range(min(_NEAREST, len(rest))):
            place = int(rest.argmax())
            rest[place] = -np.inf
            nearest.append(self.curies[place])
        return nearest


@cache
def _blas() -> ThreadpoolController:
    """The library under numpy, to have a product made by one thread.

    Two take three times the CPU and longer by the clock, for they spin where they wait; and the
    last bits of a cosine would depend on how many cores a machine has.
    """
    import numpy as np  # noqa: F401  # only what is loaded is found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def load_vectors(path: Path) -> dict[Group, Vectors]:
    """Read what ``vector_training.save`` wrote. Raises ComponentUnavailableError."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as table:
            return {
                group: Vectors(
                    table[f"{group.name} pieces"].astype(np.float32),
                    _of_length_1(table[f"{group.name} concepts"].astype(np.float32)),
                    bytes(table[f"{group.name} curies"]).decode().split("\n"),
                )
                for group in Group
                if f"{group.name} pieces" in table
            }
    except (OSError, ValueError, KeyError) as error:
        raise ComponentUnavailableError(
            f"{path}: are not vectors: {error}", plugin="linker"
        ) from error


def _of_length_1(vectors: np.ndarray) -> np.ndarray:
    import numpy as np

    lengths: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(lengths, 1e-9)
    return vectors
