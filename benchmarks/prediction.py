"""Link prediction: kgbuild's path rules beside embeddings (PyKEEN), on a made-up world.

    pip install pykeen      # in an environment of its own: no part of kgbuild needs it
    python benchmarks/prediction.py [--before 2015] [--models TransE DistMult RotatE]

The world's truth is known (:mod:`kgbuild.testing.world`). What papers said before a year is
learnt from; what later ones say of treatments is asked for. All learn from the same links, answer
the same questions among the same candidates, and are ranked by the same filtered rank. CPU
seconds are those of learning and of answering.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from machine import describe  # type: ignore[import-not-found]

from kgbuild.prediction.evaluation import filtered_rank, split
from kgbuild.prediction.learning import learn
from kgbuild.prediction.links import Link, Links
from kgbuild.prediction.scoring import popularity, scores
from kgbuild.testing.library import Library
from kgbuild.testing.world import World, papers_of

KIND = "ChemicalEntity treats DiseaseOrPhenotypicFeature"
Scores = Callable[[int, bool, Sequence[int]], Mapping[int, float]]
"""From the concept asked about, whether its subject is asked for, and the candidates."""


def ranks(
    known: Links, hidden: Links, kind: int, asked: Sequence[Link], score: Scores
) -> list[float]:
    found = []
    for backwards in (False, True):
        category = known.kinds[kind].subject if backwards else known.kinds[kind].object
        step = known.back(2 * kind) if backwards else 2 * kind
        for link in asked:
            here, answer = (link.object, link.subject) if backwards else link[1:3]
            true = {here, *known.onward(here, step), *hidden.onward(here, step)}
            among = [o for o in known.of_category(category) if o not in true or o == answer]
            found.append(filtered_rank(score(here, backwards, among), answer, among))
    return found


def embedded(known: Links, kind: int, model: str, epochs: int) -> Scores:
    """Learn an embedding of all links."""
    import numpy
    import torch
    from pykeen.models import model_resolver  # type: ignore[import-not-found]
    from pykeen.training import SLCWATrainingLoop  # type: ignore[import-not-found]
    from pykeen.triples import TriplesFactory  # type: ignore[import-not-found]

    torch.set_num_threads(1)
    triples = [(str(one.subject), str(one.kind), str(one.object)) for one in known.links]
    triples += [(o, r, s) for s, r, o in triples if known.kinds[int(r)].symmetric]
    factory = TriplesFactory.from_labeled_triples(numpy.array(triples))
    made = model_resolver.make(model, triples_factory=factory, embedding_dim=64, random_seed=0)
    loop = SLCWATrainingLoop(
        model=made,
        triples_factory=factory,
        optimizer=torch.optim.Adam(made.parameters(), lr=0.01),
    )
    loop.train(triples_factory=factory, num_epochs=epochs, batch_size=256, use_tqdm=False)
    number, relation = factory.entity_to_id, factory.relation_to_id[str(kind)]

    def score(here: int, backwards: bool, among: Sequence[int]) -> Mapping[int, float]:
        ends = [(one, here) if backwards else (here, one) for one in among]
        rows = [(number[str(s)], relation, number[str(o)]) for s, o in ends]
        told = made.predict_hrt(torch.tensor(rows)).flatten().tolist()
        least = min(told)  # what has no score counts as 0
        return {one: value - least + 1 for one, value in zip(among, told, strict=True)}

    return score


def by_rules(known: Links, kind: int) -> Scores:
    learnt = learn(known, kind, seed=0)
    assert learnt is not None
    return lambda here, backwards, _: scores(known, learnt.rules, here, backwards=backwards)


def by_degree(known: Links, kind: int) -> Scores:
    return lambda _here, backwards, _among: popularity(known, kind, backwards=backwards)


def tell(title: str, known: Links, hidden: Links, kind: int, make: Callable[[], Scores]) -> None:
    asked = list(hidden.of_kind(kind))
    started = time.process_time()
    score = make()
    learnt = time.process_time()
    found = ranks(known, hidden, kind, asked, score)
    answered = time.process_time()
    mrr = sum(1 / rank for rank in found) / len(found)
    hits = sum(rank <= 10 for rank in found) / len(found)
    print(f"{title:14} MRR {mrr:.3f}  hits@10 {hits:.3f}  {learnt - started:7.2f} s to learn"
          f"  {answered - learnt:6.2f} s to answer")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", default="2015")
    parser.add_argument("--models", nargs="*", default=["TransE", "DistMult", "RotatE"])
    parser.add_argument("--epochs", type=int, default=100)
    arguments = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "kg")
        for year, papers in papers_of(World()):
            library.add(papers, date=year)
        with library.open() as graph:
            known, hidden = split(graph, before=arguments.before, seed=0)
    kind = [str(one) for one in known.kinds].index(KIND)
    print(f"{len(known.links):,} links known; {len(list(hidden.of_kind(kind)))} of {KIND} hidden")
    tell("path rules", known, hidden, kind, lambda: by_rules(known, kind))
    tell("degree alone", known, hidden, kind, lambda: by_degree(known, kind))
    for model in arguments.models:

        def make(model: str = model) -> Any:
            return embedded(known, kind, model, arguments.epochs)

        tell(model, known, hidden, kind, make)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
