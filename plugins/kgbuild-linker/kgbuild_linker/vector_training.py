"""Learn the vectors of names: names of one concept together, near ones apart.

As SapBERT does (Liu et al. 2021, doi 10.18653/v1/2021.naacl-main.334), with sums of pieces in
place of a transformer: minutes of one core to learn, microseconds to use. First the terminology's
own names are learnt, then the names that annotators gave, with some of the former beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kgbuild_linker.records import Group
from kgbuild_linker.vectors import BUCKETS, Vectors, pieces

if TYPE_CHECKING:
    import numpy as np
    import torch

__all__ = ["Example", "Learner", "save"]

_DIMENSIONS = 64
_BATCH = 512
_OTHERS = 768
_NEIGHBOURS = 8
_NEIGHBOURS_DRAWN = 3
_SCALE = 16.0
_DROPPED = 0.15


class Example(NamedTuple):
    """A name of a concept, and how much it counts."""

    name: str
    concept: str
    weight: float


class Learner:
    """Vectors while they are learnt; the same seed gives the same vectors on the same machine."""

    def __init__(self, curies: Sequence[str], seed: int = 0) -> None:
        import torch

        self.curies = list(curies)
        self._places = {curie: place for place, curie in enumerate(self.curies)}
        draw = torch.Generator().manual_seed(seed)
        self._pieces = (torch.randn(BUCKETS, _DIMENSIONS, generator=draw) * 0.1).requires_grad_()
        self._concepts = (
            torch.randn(len(self.curies), _DIMENSIONS, generator=draw) * 0.1
        ).requires_grad_()

    def copy(self) -> Learner:
        """A learner that starts where this one stands."""
        other = Learner(self.curies)
        other._pieces = self._pieces.detach().clone().requires_grad_()
        other._concepts = self._concepts.detach().clone().requires_grad_()
        return other

    def vectors(self) -> Vectors:
        """What was learnt so far."""
        concepts = _normal(self._concepts.detach())
        return Vectors(self._pieces.detach().numpy().copy(), concepts.numpy(), self.curies)

    def learn(self, examples: Sequence[Example], epochs: int, rate: float, seed: int = 0) -> None:
        """Softmax over the concepts of the batch, near ones of these, and others at random.

        The near ones come in with the second epoch, when there is something to be near by.
        """
        import numpy as np
        import torch

        draw = np.random.default_rng(seed)
        known = [one for one in examples if one.concept in self._places]
        packed = _Packed([one.name for one in known])
        labels = np.array([self._places[one.concept] for one in known])
        weights = torch.tensor([one.weight for one in known])
        optimiser = torch.optim.Adagrad([self._pieces, self._concepts], lr=rate)
        batches = max(1, len(known) // _BATCH)
        for epoch in range(epochs):
            near = self._neighbours() if epoch else None
            order = draw.permutation(len(known))
            for number in range(batches):
                done = (epoch * batches + number) / (epochs * batches)
                optimiser.param_groups[0]["lr"] = rate * max(0.02, 1 - done)
                chosen = order[number * _BATCH : (number + 1) * _BATCH]
                among = [labels[chosen], draw.integers(0, len(self.curies), _OTHERS)]
                if near is not None:
                    columns = draw.integers(0, near.shape[1], _NEIGHBOURS_DRAWN)
                    among.append(near[labels[chosen]][:, columns].ravel())
                rivals, targets = np.unique(np.concatenate(among), return_inverse=True)
                cosines = self._named(packed, chosen, draw) @ self._described(rivals).T
                losses = torch.nn.functional.cross_entropy(
                    _SCALE * cosines, torch.from_numpy(targets[: len(chosen)]), reduction="none"
                )
                optimiser.zero_grad()
                (losses * weights[torch.from_numpy(chosen)]).mean().backward()  # type: ignore[no-untyped-call]
                with torch.sparse.check_sparse_tensor_invariants(enable=False):  # type: ignore[no-untyped-call]
                    optimiser.step()

    def _named(
        self, packed: _Packed, chosen: np.ndarray, draw: np.random.Generator
    ) -> torch.Tensor:
        """The vectors of names, some of their pieces dropped."""
        import numpy as np
        import torch

        flat, starts = packed.take(chosen)
        kept = torch.from_numpy((draw.random(len(flat)) > _DROPPED).astype(np.float32))
        return _normal(
            torch.nn.functional.embedding_bag(
                torch.from_numpy(flat), self._pieces, torch.from_numpy(starts), mode="sum",
                sparse=True, per_sample_weights=kept,
            )
        )  # fmt: skip

    def _described(self, concepts: np.ndarray) -> torch.Tensor:
        import torch

        chosen = torch.from_numpy(concepts)
        return _normal(torch.nn.functional.embedding(chosen, self._concepts, sparse=True))

    def _neighbours(self) -> np.ndarray:
        """The nearest other concepts of each."""
        import torch

        concepts = _normal(self._concepts.detach())
        most = min(_NEIGHBOURS + 1, len(concepts))
        parts = [
            torch.topk(part @ concepts.T, most).indices for part in torch.split(concepts, 2048)
        ]
        found: np.ndarray = torch.cat(parts).numpy()
        return found[:, 1:] if most > 1 else found


def _normal(vectors: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.nn.functional.normalize(vectors, dim=1)


class _Packed:
    """The pieces of many names, one after the other."""

    def __init__(self, names: Sequence[str]) -> None:
        import numpy as np

        found = [pieces(name) for name in names]
        self._lengths = np.array([len(one) for one in found])
        self._starts = np.concatenate([[0], np.cumsum(self._lengths)[:-1]])
        self._flat = np.array([piece for one in found for piece in one])

    def take(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pieces of some names, and where each name begins among them."""
        import numpy as np

        lengths = self._lengths[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = np.repeat(self._starts[chosen] - starts, lengths) + np.arange(lengths.sum())
        return self._flat[places], starts


def save(several: Mapping[Group, Vectors], target: Path) -> None:
    """Write the vectors of each kind of concept in bytes; a cosine changes by about 0.01."""
    import numpy as np

    arrays = {}
    for group, vectors in several.items():
        arrays[f"{group.name} pieces"] = _bytes(vectors.pieces, np.abs(vectors.pieces).max())
        longest = np.abs(vectors.concepts).max(axis=1, keepdims=True)
        arrays[f"{group.name} concepts"] = _bytes(vectors.concepts, longest)
        curies = "\n".join(vectors.curies).encode()
        arrays[f"{group.name} curies"] = np.frombuffer(curies, dtype=np.uint8)
    np.savez_compressed(target, allow_pickle=False, **arrays)


def _bytes(vectors: np.ndarray, most: np.ndarray) -> np.ndarray:
    import numpy as np

    whole: np.ndarray = np.round(vectors / np.maximum(most, 1e-9) * 127).astype(np.int8)
    return whole
