"""Which encoders need the sounds of clips, and which know clips by their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from concept_core import load_encoder
from concept_core.encoders.centred import centred
from concept_core.encoders.needs import needs_sound
from tests.toy import ToyEncoder


def test_by_name_nothing_is_loaded() -> None:
    assert needs_sound("yamnet-minilm")
    assert needs_sound("clap:no/such?centring=none")
    assert needs_sound("tests.toy:ToyEncoder")
    assert not needs_sound("precomputed:no/such.npz")
    assert not needs_sound("precomputed:no/such.npz?centring=none")


def test_an_encoder_says_so_itself_centred_or_not(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", text=np.eye(2), text_ids=np.array(["a", "b"]))
    rows = load_encoder(f"precomputed:{tmp_path / 'x.npz'}?centring=none")
    assert not needs_sound(rows)
    for encoder, needs in ((rows, False), (ToyEncoder(), True)):
        assert needs_sound(centred(encoder, "mean")) is needs
    assert needs_sound(ToyEncoder())
