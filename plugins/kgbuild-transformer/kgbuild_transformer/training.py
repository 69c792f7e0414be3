"""Train a tagger by a recipe, or on one's own gold in one command."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from kgbuild_model.errors import ModelError
from kgbuild_model.examples import read_examples
from kgbuild_model.fine_tuning import Places, fine_tune
from kgbuild_model.pretraining import PretrainRecipe
from kgbuild_model.pretraining import pretrain as pretrain_by
from kgbuild_model.relation_training import RelationRecipe, train_relations
from kgbuild_model.tagger_training import Corpus, TaggerRecipe
from kgbuild_model.training import Optimisation
from kgbuild_model.weights import weights_folder

from kgbuild import ConfigError, InputError, category_of

__all__ = ["pretrain", "train"]

_SUFFIXES = {
    ".pubtator": "pubtator", ".txt": "pubtator", ".xml": "bioc", ".bioc": "bioc",
    ".json": "bioc-json", ".tsv": "iob", ".iob": "iob", ".conll": "iob", ".jsonl": "jsonl",
}  # fmt: skip


def train(sources: Sequence[Path], target: Path, tell: Callable[[str], None]) -> None:
    """Train by a recipe (``.toml``), or on gold files and folders, into the folder ``target``.

    A recipe's corpora are looked for beside it, or in ``KGBUILD_CORPORA``; its encoders in
    ``KGBUILD_ENCODERS``, else beside it, else among the shipped weights. Gold without a recipe
    continues from the shipped fast weights.

    Raises ConfigError where the recipe is wrong, InputError where the gold is.
    """
    with _plainly(target):
        if len(sources) == 1 and _is_of_relations(sources[0]):
            _train_relations(sources[0], target, tell)
            return
        if len(sources) == 1 and sources[0].suffix == ".toml":
            recipe = TaggerRecipe.read(sources[0])
            places = _places(sources[0].parent, recipe)
        else:
            recipe = _own_recipe(sources, tell)
            places = Places(corpora=Path(), encoders=_shipped("fast").parent)
        every = max(50, round(400_000 / recipe.tokens))
        fine_tune(recipe, target, places, measure_every=every, tell=tell)


@contextmanager
def _plainly(target: Path) -> Iterator[None]:
    """Errors of the model, and of the disk that ``target`` is on, become kgbuild's within."""
    try:
        yield
    except ModelError as error:
        raise ConfigError(str(error), hints=[error.hint] if error.hint else []) from error
    except OSError as error:
        raise ConfigError(
            f"{error.filename or target}: {error.strerror or error}",
            hints=[f"{target} must be where you may write, with room for the weights"],
        ) from error


def _is_of_relations(source: Path) -> bool:
    """Whether a recipe is one of relations: it names the tagger that they are read above."""
    return source.suffix == ".toml" and any(
        line.startswith(b"tagger") for line in source.read_bytes().splitlines()
    )


def _train_relations(source: Path, target: Path, tell: Callable[[str], None]) -> None:
    recipe = RelationRecipe.read(source)
    corpora = Path(os.environ.get("KGBUILD_CORPORA", source.parent))
    taggers = source.parent
    if not (taggers / recipe.tagger).is_dir():
        taggers = _shipped(recipe.tagger).parent
    train_relations(recipe, target, corpora=corpora, taggers=taggers, measure_every=500, tell=tell)


def pretrain(sources: Sequence[Path], target: Path, tell: Callable[[str], None]) -> None:
    """Learn from plain text by a recipe (``.toml``), or from files and folders of text.

    A recipe's folders are looked for beside it. Text without a recipe is read by a new encoder of
    six layers that begins from nothing, with wordpieces of its own.

    Raises ConfigError where the recipe is wrong or holds no text.
    """
    with _plainly(target):
        if len(sources) == 1 and sources[0].suffix == ".toml":
            recipe, root = PretrainRecipe.read(sources[0]), sources[0].parent
        else:
            shape = {"layers": 6, "width": 384, "heads": 12, "feed_forward": 1536}
            texts = tuple(str(source) for source in sources)
            recipe, root = PretrainRecipe(objective="mlm", texts=texts, shape=shape), Path()
        every = max(50, round(400_000 / recipe.tokens))
        pretrain_by(recipe, target, root, measure_every=every, tell=tell)


def _places(folder: Path, recipe: TaggerRecipe) -> Places:
    corpora = Path(os.environ.get("KGBUILD_CORPORA", folder))
    encoders = Path(os.environ.get("KGBUILD_ENCODERS", folder))
    if not (encoders / recipe.encoder).is_dir() and weights_folder(recipe.encoder):
        encoders = _shipped(recipe.encoder).parent
    return Places(corpora=corpora, encoders=encoders)


def _shipped(name: str) -> Path:
    folder = weights_folder(name)
    if folder is None:
        raise ConfigError(
            f"the weights {name!r} are not there to begin from",
            hints=["write a recipe that names an encoder: see the README of kgbuild-model"],
        )
    return folder


def _own_recipe(sources: Sequence[Path], tell: Callable[[str], None]) -> TaggerRecipe:
    """A recipe for one's own gold: a tenth of the texts is held out and measured."""
    files = {file: form for source in sources for file, form in _gold_files(source)}
    forms = set(files.values())
    if len(forms) > 1:
        raise InputError(
            "mixes forms of gold",
            file=", ".join(map(str, sources)),
            hints=["give files of one form, or write a recipe with a corpus for each"],
        )
    texts = [one for file, form in files.items() for one in read_examples(file, form)]
    if not any(text.spans for text in texts):
        raise InputError(
            "holds no gold",
            file=", ".join(map(str, sources)),
            hints=[f"gold marks names, in files with the suffix {', '.join(_SUFFIXES)}"],
        )
    labels = _labels(Counter(span.label for text in texts for span in text.spans), tell)
    names = tuple(str(file) for file in files)
    corpus = Corpus(
        name="own", format=forms.pop(), files=(), held_out_files=names,
        held_out_most=max(1, len(texts) // 10), labels=labels, terms="your own",
    )  # fmt: skip
    return TaggerRecipe(
        encoder="fast",
        labels=tuple(sorted(set(labels.values()))),
        corpora=(corpus,),
        epochs=max(3.0, min(30.0, 3000 / len(texts))),
        tokens=1536,
        optimisation=Optimisation(rate=1e-4, head_rate=1e-3, patience=3),
    )


def _gold_files(source: Path) -> Iterator[tuple[Path, str]]:
    """The files of gold and their forms, by their suffixes; a file that is named must have one."""
    if source.suffix == ".toml":
        raise InputError("a recipe stands alone", file=str(source), hints=["it names its gold"])
    if source.is_file() and source.suffix.lower() not in _SUFFIXES:
        raise InputError(
            "holds no gold that is told by its suffix",
            file=str(source),
            hints=[f"gold has one of {', '.join(_SUFFIXES)}"],
        )
    for path in [source] if source.is_file() else sorted(source.rglob("*")):
        form = _SUFFIXES.get(path.suffix.lower())
        if form and path.is_file():
            yield path, form


def _labels(counts: Mapping[str, int], tell: Callable[[str], None]) -> dict[str, str]:
    """The Biolink class of each label; what is no known type is a NamedThing, said aloud."""
    labels = {}
    for label, count in sorted(counts.items()):
        labels[label] = category_of(label) or "biolink:NamedThing"
        tell(f"{count:,} spans labelled {label}: {labels[label]}")
    return labels
