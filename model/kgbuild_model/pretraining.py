"""Learn language from plain text: masked words, the next sentence, the next wordpiece.

``mlm`` hides whole words and asks for them (Devlin et al. 2019, with the whole-word masks that its
authors added later); ``mlm+nsp`` asks besides whether the second half of a text follows the first;
``clm`` asks for each next wordpiece. The first two train an encoder, the last a decoder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from torch import Tensor, nn
from torch.nn import functional

from kgbuild_model.batching import drawn_batches
from kgbuild_model.card import curves_svg, read_log
from kgbuild_model.checkpoint import load_decoder, save_decoder
from kgbuild_model.early_stopping import kept_line
from kgbuild_model.errors import RecipeError
from kgbuild_model.published import load_encoder, load_tokenizer, save_encoder
from kgbuild_model.recipes import read_recipe
from kgbuild_model.texts import read_texts
from kgbuild_model.tokens import tokenise, windows
from kgbuild_model.training import Optimisation, claim, train
from kgbuild_model.transformer import Decoder, Encoder, TransformerConfig

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.tokens import Window, Words

__all__ = ["OBJECTIVES", "PretrainRecipe", "Pretraining", "pretrain"]

OBJECTIVES = ("mlm", "mlm+nsp", "clm")
_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True, kw_only=True)
class PretrainRecipe:
    """All that a pre-training run depends on.

    ``begin`` names the folder to continue from: a published encoder, or for ``clm`` a decoder that
    this wrote; empty begins from nothing, with ``shape`` (fields of TransformerConfig) and the
    tokenizer of the folder ``tokenizer``, or one of ``vocabulary`` wordpieces learnt from the
    texts. ``texts`` are files and folders. ``tokens`` is the size of a batch, ``masked`` the share
    of words that are asked for, ``held_out`` the share of texts that is kept to measure on.
    """

    objective: str
    texts: tuple[str, ...]
    begin: str = ""
    tokenizer: str = ""
    vocabulary: int = 8000
    shape: Mapping[str, Any] = field(default_factory=dict)
    epochs: float = 1.0
    tokens: int = 4096
    pieces: int = 254
    masked: float = 0.15
    held_out: float = 0.02
    optimisation: Optimisation = field(default_factory=Optimisation)

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if self.objective not in OBJECTIVES:
            known = ", ".join(OBJECTIVES)
            raise RecipeError(f"objective is {self.objective!r}", hint=f"one of {known}")
        if not self.begin and not self.shape:
            raise RecipeError(
                "the recipe says neither what to begin from nor a shape",
                hint='begin = "FOLDER", or a table [shape] with layers, width, heads, feed_forward',
            )

    @classmethod
    def read(cls, path: Path) -> PretrainRecipe:
        """Read a recipe (TOML); raises RecipeError with the file and what is wrong."""
        return read_recipe(path, cls)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A batch and what is asked of it.

    ``ids``, ``mask``, ``types`` [batch, pieces]; ``targets`` [batch, pieces], -100 where nothing
    is asked; ``follows`` [batch] 1 where the second half follows the first, -100 where not asked.
    """

    ids: Tensor
    mask: Tensor
    types: Tensor
    targets: Tensor
    follows: Tensor


class MaskedModel(nn.Module):
    """An encoder with the heads of its lessons; the words' scores come from its own embedding."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        width = encoder.config.width
        self.encoder = encoder
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=encoder.config.eps)
        self.bias = nn.Parameter(torch.zeros(encoder.config.vocabulary))
        self.following = nn.Linear(width, 2)

    def forward(self, asked: Asked) -> tuple[Tensor, Tensor]:
        """Scores of the asked words [asked, vocabulary], and of what follows [batch, 2]."""
        types = asked.types if self.encoder.config.token_types else None
        hidden = self.encoder(asked.ids, asked.mask, types=types)
        chosen = hidden[asked.targets >= 0]  # the large matrix is used for these alone
        chosen = self.norm(functional.gelu(self.dense(chosen)))
        words = functional.linear(chosen, self.encoder.embedding.words.weight, self.bias)
        return words, self.following(hidden[:, 0])


class CausalModel(nn.Module):
    """A decoder that has no other text to look at."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, asked: Asked) -> tuple[Tensor, Tensor]:
        """Scores of the asked wordpieces [asked, vocabulary]; nothing on what follows."""
        scores = self.decoder(asked.ids)[asked.targets >= 0]
        return scores, scores.new_zeros(len(asked.ids), 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One text as it is read: wordpieces, the word of each (-1 for marks), token types."""

    ids: NDArray[np.int64]
    words: NDArray[np.int64]
    types: NDArray[np.int64]
    follows: int = -100


class Pretraining:
    """A model, its tokenizer and its lessons: what :func:`pretrain` runs, with the folder ``work``.

    Raises RecipeError where the texts are empty or a folder does not fit the objective.
    """

    def __init__(self, recipe: PretrainRecipe, root: Path, work: Path) -> None:
        self.recipe = recipe
        texts = [text for name in recipe.texts for text in read_texts(root / name) if text.strip()]
        if not texts:
            raise RecipeError("the recipe's folders hold no text", hint="files .txt, .md or .jsonl")
        torch.manual_seed(recipe.optimisation.seed)
        self.model, self.tokenizer = _begun(recipe, root, texts, work)
        self.marks = (self.tokenizer.encode("").ids[0], self.tokenizer.encode("").ids[-1])
        self.mask_id = _mask_of(self.tokenizer) if recipe.objective != "clm" else 0
        order = list(range(len(texts)))
        Random(recipe.optimisation.seed).shuffle(order)
        kept = max(1, round(recipe.held_out * len(texts))) if len(texts) > 1 else 0
        held = set(order[:kept])
        words = tokenise(self.tokenizer, texts)
        cut = [(w, windows(w, recipe.pieces, 0)) for w in words]
        self.learning = [(w, x) for n, (w, xs) in enumerate(cut) if n not in held for x in xs]
        self.held = [(w, x) for n, (w, xs) in enumerate(cut) if n in held for x in xs]
        sizes = [self._size(*row) for row in self.learning]
        random = Random(recipe.optimisation.seed)
        self.plan = drawn_batches(sizes, [1.0] * len(sizes), recipe.epochs, recipe.tokens, random)

    def batch(self, step: int) -> Asked:
        """What is asked at a step; drawn from torch's random numbers."""
        return self._asked([self.learning[place] for place in self.plan[step]])

    def loss(self, asked: Asked) -> Tensor:
        """The cross-entropy of the asked words, and of what follows where it is asked."""
        words, following = self.model(asked)
        wanted = asked.targets[asked.targets >= 0]
        loss = functional.cross_entropy(words.float(), wanted)
        if bool((asked.follows >= 0).any()):
            loss = loss + functional.cross_entropy(following.float(), asked.follows)
        return loss

    @torch.no_grad()
    def measure(self) -> dict[str, float]:
        """Loss and accuracy on the held-out texts, always with the same questions."""
        right = asked_for = 0
        total = 0.0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            for place in range(0, len(self.held), 16):
                asked = self._asked(self.held[place : place + 16])
                words, _ = self.model(asked)
                wanted = asked.targets[asked.targets >= 0]
                total += float(functional.cross_entropy(words.float(), wanted, reduction="sum"))
                right += int((words.argmax(-1) == wanted).sum())
                asked_for += len(wanted)
        asked_for = max(asked_for, 1)
        return {"loss": round(total / asked_for, 4), "accuracy": round(right / asked_for, 4)}

    def _size(self, words: Words, window: Window) -> int:
        bounds = np.append(words.first, len(words.ids))
        return int(bounds[window.end] - bounds[window.start]) + 3

    def _asked(self, chosen: Sequence[tuple[Words, Window]]) -> Asked:
        if self.recipe.objective == "mlm+nsp":
            rows = [self._pair(words, window) for words, window in chosen]
        else:
            rows = [self._row(words, window) for words, window in chosen]
        ids = _padded([row.ids for row in rows], self.model_padding)
        words = _padded([row.words for row in rows], -1)
        mask = _padded([np.ones(len(row.ids), dtype=np.int64) for row in rows], 0).bool()
        types = _padded([row.types for row in rows], 0)
        follows = torch.tensor([row.follows for row in rows])
        if self.recipe.objective == "clm":
            targets = torch.where(mask[:, 1:], ids[:, 1:], -100)
            return Asked(ids[:, :-1], mask[:, :-1], types[:, :-1], targets, follows)
        hidden, targets = masked(ids, words, self.recipe.masked, self.mask_id)
        return Asked(hidden, mask, types, targets, follows)

    @property
    def model_padding(self) -> int:
        """The wordpiece that fills a row up."""
        holder = self.model.decoder if isinstance(self.model, CausalModel) else self.model.encoder
        return holder.config.padding_id

    def _row(self, words: Words, window: Window) -> _Row:
        pieces, numbers = _pieces(words, window.start, window.end, self.recipe.pieces)
        begin, end = self.marks
        ids = np.concatenate(([begin], pieces, [end]))
        return _Row(ids, np.concatenate(([-1], numbers, [-1])), np.zeros(len(ids), dtype=np.int64))

    def _pair(self, words: Words, window: Window) -> _Row:
        """The halves of a window, or its first half with the second of another."""
        half = self.recipe.pieces // 2
        middle = (window.start + window.end + 1) // 2
        first, first_words = _pieces(words, window.start, middle, half)
        follows = int(torch.rand(()) < 0.5)
        other, cut = words, window
        if not follows:
            other, cut = self.learning[int(torch.randint(len(self.learning), ()))]
            middle = (cut.start + cut.end + 1) // 2
        second, second_words = _pieces(other, middle, cut.end, half)
        begin, end = self.marks
        ids = np.concatenate(([begin], first, [end], second, [end]))
        before = first_words.max(initial=-1) + 1  # no number is left out
        numbers = np.concatenate(([-1], first_words, [-1], second_words + before, [-1]))
        types = np.repeat([0, 1], (len(first) + 2, len(second) + 1))
        return _Row(ids, numbers, types, follows)


def masked(ids: Tensor, words: Tensor, share: float, mask_id: int) -> tuple[Tensor, Tensor]:
    """Hide a ``share`` of the words: eight in ten as the mask, one as another word, one as it is.

    ``ids``, ``words`` [batch, pieces]: wordpieces, and the number of each one's word, -1 for marks
    and padding. All wordpieces of a word share its fate. Gives what is read and what is asked
    (-100 where nothing is), both [batch, pieces]; at least one word a row is asked for if it has
    any.
    """
    most = int(words.max()) + 1 if words.numel() else 0
    if most <= 0:
        return ids, torch.full_like(ids, -100)
    places = words.clamp(min=0)
    luck = torch.rand(len(ids), most)
    counts = words.amax(dim=1).clamp(min=0) + 1
    sure = (torch.rand(len(ids)) * counts).long()  # one word that is asked for in any case
    luck[torch.arange(len(ids)), sure] = 0.0
    chosen = (luck < share).gather(1, places) & (words >= 0)
    fate = torch.rand(len(ids), most).gather(1, places)
    others = torch.randint(0, int(ids.max()) + 1, ids.shape)
    hidden = torch.where(chosen & (fate < 0.8), mask_id, ids)
    hidden = torch.where(chosen & (fate >= 0.8) & (fate < 0.9), others, hidden)
    return hidden, torch.where(chosen, ids, -100)


def _pieces(
    words: Words, start: int, end: int, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The wordpieces of some words, at most ``most``, and the number of each one's word."""
    bounds = np.append(words.first, len(words.ids))
    a, b = int(bounds[start]), int(bounds[end])
    numbers = np.repeat(np.arange(end - start), np.diff(bounds[start : end + 1]))
    return words.ids[a:b][:most], numbers[:most]


def _padded(rows: Sequence[NDArray[np.int64]], filling: int) -> Tensor:
    whole = np.full((len(rows), max(map(len, rows))), filling)
    for place, row in enumerate(rows):
        whole[place, : len(row)] = row
    return torch.from_numpy(whole)


def _mask_of(tokenizer: Tokenizer) -> int:
    for mark in ("[MASK]", "<mask>"):
        place = tokenizer.token_to_id(mark)
        if place is not None:
            return int(place)
    raise RecipeError("the tokenizer has no [MASK]", hint='objective = "clm" needs none')


def _begun(
    recipe: PretrainRecipe, root: Path, texts: Sequence[str], work: Path
) -> tuple[MaskedModel | CausalModel, Tokenizer]:
    """The model to train: continued, or from nothing."""
    causal = recipe.objective == "clm"
    if recipe.begin and causal:
        decoder, tokenizer = load_decoder(root / recipe.begin)
        return CausalModel(decoder), tokenizer
    if recipe.begin:
        encoder, tokenizer = load_encoder(root / recipe.begin)
        if not isinstance(encoder, Encoder):
            raise RecipeError(
                f"{recipe.begin}: encoders of other families are not pre-trained here",
                hint="begin from a BERT, MiniLM or MPNet folder",
            )
        return MaskedModel(encoder), tokenizer
    if recipe.tokenizer:
        tokenizer = load_tokenizer(root / recipe.tokenizer)
    else:
        kept = work / "tokenizer.json"
        if not kept.exists():  # a run that goes on goes on with the wordpieces that it began with
            work.mkdir(parents=True, exist_ok=True)
            learn_tokenizer(texts, recipe.vocabulary).save(str(kept))
        tokenizer = load_tokenizer(work)
    try:
        types = {} if causal else {"token_types": 2}
        config = TransformerConfig(
            **{"vocabulary": tokenizer.get_vocab_size(), **types, **recipe.shape}
        )
    except (TypeError, ValueError) as error:
        raise RecipeError(f"[shape]: {error}") from error
    if causal:
        return CausalModel(_small_start(Decoder(config, reads_memory=False))), tokenizer
    return MaskedModel(_small_start(Encoder(config))), tokenizer


def _small_start(module: Any) -> Any:
    """Weights as Devlin et al. begin: normal, 0.02; the embedding scores words as well."""
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Embedding):
            nn.init.normal_(part.weight, std=0.02)
    return module


def learn_tokenizer(texts: Sequence[str], vocabulary: int) -> Tokenizer:
    """WordPieces learnt from texts, without letter case: the same ones from the same texts.

    The library numbers the letters within words in the order of a hash table, and breaks ties by
    these numbers. So it is given these letters first, in their own order.
    """
    learning = _word_pieces({})
    clean, cut = learning.normalizer.normalize_str, learning.pre_tokenizer.pre_tokenize_str
    within = {letter for text in texts for word, _ in cut(clean(text)) for letter in word[1:]}
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary,
        special_tokens=[*_MARKS, *(f"##{letter}" for letter in sorted(within))],
        show_progress=False,
    )
    learning.train_from_iterator(texts, trainer)
    tokenizer = _word_pieces(learning.get_vocab())
    tokenizer.add_special_tokens(list(_MARKS))
    places = {mark: place for place, mark in enumerate(_MARKS)}  # they come first
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", places["[SEP]"]), ("[CLS]", places["[CLS]"])
    )
    return tokenizer


def _word_pieces(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def _as_json(recipe: PretrainRecipe) -> str:
    return json.dumps(asdict(replace(recipe, shape=dict(recipe.shape))), indent=1)


def _digest(recipe: PretrainRecipe, root: Path) -> str:
    """The first twelve hex digits of the sha256 of a recipe's texts."""
    whole = sha256()
    for text in (text for name in recipe.texts for text in read_texts(root / name)):
        whole.update(text.encode(errors="surrogatepass"))
    return whole.hexdigest()[:12]


def pretrain(
    recipe: PretrainRecipe,
    folder: Path,
    root: Path,
    *,
    measure_every: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Train by a recipe and write the folder of an encoder or a decoder; a stopped run goes on.

    ``root`` is where the recipe's names are looked for. The folder of an encoder is one that
    ``transformers`` reads too, and that a tagger's recipe may name. Raises RecipeError, GoldError,
    CheckpointError.
    """
    if folder.exists():
        raise RecipeError(f"{folder} is there already", hint="name another folder, or remove it")
    work = folder.with_name(folder.name + ".run")
    claim(work, {"recipe": json.loads(_as_json(recipe)), "texts": _digest(recipe, root)})
    lesson = Pretraining(recipe, root, work)
    tell(f"{len(lesson.learning)} windows to learn from, {len(lesson.held)} held out")
    train(
        lesson.model,
        batches=len(lesson.plan),
        batch_of=lesson.batch,
        loss_of=lesson.loss,
        settings=recipe.optimisation,
        folder=work,
        measure_every=measure_every,
        measure=(lambda _: lesson.measure()) if lesson.held else None,
        tell=tell,
    )
    log = read_log(work / "log.jsonl")
    kept = kept_line(log, recipe.optimisation.patience)
    facts = {"steps": len(log), "held_out": kept.get("measured", {})}
    papers = {
        "metrics.json": json.dumps(facts, indent=1) + "\n",
        "recipe.json": _as_json(recipe),
        "curves.svg": curves_svg(log),
    }
    if isinstance(lesson.model, CausalModel):
        save_decoder(folder, lesson.model.decoder, lesson.tokenizer, papers)
    else:
        save_encoder(folder, lesson.model.encoder, lesson.tokenizer, papers)
