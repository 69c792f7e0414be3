"""Encoders of other families through transformers, randomly initialised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from kgbuild_model.checkpoint import load_tagger, save_tagger
from kgbuild_model.errors import CheckpointError
from kgbuild_model.published import load_encoder
from kgbuild_model.tagger import Tagger
from kgbuild_model.tagging import TaggerRun
from kgbuild_model.tags import TagSet
from kgbuild_model.testing import small_tokenizer

transformers = pytest.importorskip("transformers")

SHAPE = {
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 600,
    "pad_token_id": 0,
}
FAMILIES: dict[str, dict[str, Any]] = {
    "Roberta": {},
    "DebertaV2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "ModernBert": {"bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2, "sep_token_id": 3},
}


def published(family: str, folder: Path) -> Any:
    """A folder as it would be published, with random weights; gives the model."""
    tokenizer = small_tokenizer()
    torch.manual_seed(0)
    shape = SHAPE | {"vocab_size": tokenizer.get_vocab_size()} | FAMILIES[family]
    config = getattr(transformers, f"{family}Config")(**shape)
    model = getattr(transformers, f"{family}Model")(config).eval()
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_an_encoder_of_another_family_gives_what_transformers_gives(
    family: str, tmp_path: Path
) -> None:
    theirs = published(family, tmp_path)
    ours, _ = load_encoder(tmp_path)
    ids = torch.randint(5, 30, (2, 20))
    mask = torch.arange(20) < torch.tensor([[20], [13]])
    with torch.no_grad():
        expected = theirs(
            input_ids=torch.where(mask, ids, 0), attention_mask=mask.long()
        ).last_hidden_state
        found = ours(torch.where(mask, ids, 0), mask)
    torch.testing.assert_close(found[mask], expected[mask], rtol=0, atol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_tagger_over_another_family_is_kept_and_read_again(family: str, tmp_path: Path) -> None:
    published(family, tmp_path / "base")
    encoder, tokenizer = load_encoder(tmp_path / "base")
    tags = TagSet(("Chemical",))
    tagger = Tagger(encoder, tags=len(tags), conventions=1).eval()
    run = TaggerRun(tagger=tagger, tokenizer=tokenizer, tags=tags)
    texts = ["Aspirin causes asthma, (often).", "", "x" * 900]
    save_tagger(tmp_path / "kept", run, ("own",), precision="fp32")
    again = load_tagger(tmp_path / "kept")
    assert again.tag(texts) == run.tag(texts)


def test_a_folder_that_transformers_cannot_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}', encoding="utf-8")
    with pytest.raises(CheckpointError, match="cannot read"):
        load_encoder(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "no-such-family"}', encoding="utf-8")
    with pytest.raises(CheckpointError):
        load_encoder(tmp_path)
