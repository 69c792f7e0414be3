"""A tiny tagger for tests: random weights, a few words, no file."""

from __future__ import annotations

import string

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from kgbuild_model.tagger import Tagger
from kgbuild_model.tagging import TaggerRun
from kgbuild_model.tags import TagSet
from kgbuild_model.transformer import Encoder, TransformerConfig

__all__ = ["small_run", "small_tokenizer"]

_LETTERS = string.ascii_lowercase + string.digits + "()-.,;:'"
_WORDS = ("aspirin", "asthma", "causes")
_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def small_tokenizer() -> Tokenizer:
    """A WordPiece tokenizer that knows single letters and three words."""
    pieces = (*_MARKS, *_LETTERS, *(f"##{letter}" for letter in _LETTERS), *_WORDS)
    vocabulary = {piece: place for place, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def small_run(
    labels: tuple[str, ...], *, conventions: int = 2, layers: int = 2, dropout: float = 0.0
) -> TaggerRun:
    """An untrained tagger, the same each time, with all layers filled at random."""
    tokenizer = small_tokenizer()
    config = TransformerConfig(
        layers=layers, width=32, heads=4, feed_forward=64, vocabulary=tokenizer.get_vocab_size()
    )
    tags = TagSet(labels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tagger = Tagger(Encoder(config), tags=len(tags), conventions=conventions, dropout=dropout)
    return TaggerRun(tagger=tagger.eval(), tokenizer=tokenizer, tags=tags)
