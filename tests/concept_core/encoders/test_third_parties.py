"""Encoders of others: made with their options, without centring, kept only if they say so."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from concept_core import load_encoder
from concept_core.encoders import ENTRY_POINTS, registry
from concept_core.encoders.cache import CachedEncoder
from concept_core.errors import UsageError
from tests.toy import ToyEncoder


def test_a_class_of_a_module_is_taken_as_it_is() -> None:
    assert isinstance(load_encoder("tests.toy:ToyEncoder"), ToyEncoder)


def test_an_option_is_not_swallowed() -> None:
    with pytest.raises(UsageError, match=r"unknown option of tests\.toy 'centring'"):
        load_encoder("tests.toy:ToyEncoder?centring=mean")


def test_an_entry_point_takes_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "tests.toy:ToyEncoder", ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert isinstance(load_encoder("mine"), ToyEncoder)
    with pytest.raises(UsageError, match="mine takes no argument; write 'mine'"):
        load_encoder("mine:model.pt")


def test_making_one_may_fail() -> None:
    with pytest.raises(UsageError, match=r"making one failed \(TypeError: candidate\(\) missing"):
        load_encoder("tests.toy:candidate")


class Tunable(ToyEncoder):
    """Takes an option and a device, and says when its rows change."""

    def __init__(self, layers: str = "1", device: str = "none") -> None:
        super().__init__()
        self.layers, self.device = layers, device
        self.cache_identity = f"tunable, layers {layers}"
        self.asked = 0

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        return super().encode_text(texts)


NAME = f"{__name__}:Tunable"


def test_options_and_the_device_are_passed_on() -> None:
    encoder = load_encoder(f"{NAME}?layers=4", device="cpu", cache=False)
    assert isinstance(encoder, Tunable)
    assert (encoder.layers, encoder.device) == ("4", "cpu")
    with pytest.raises(UsageError, match=r"unknown option of .* 'layer'; did you mean 'layers'"):
        load_encoder(f"{NAME}?layer=4")


def test_what_it_makes_is_kept_under_the_identity_that_it_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    asked = []
    for name in (f"{NAME}?layers=1", f"{NAME}?layers=1", f"{NAME}?layers=2"):
        encoder = load_encoder(name)
        assert isinstance(encoder, CachedEncoder)
        encoder.encode_text(["rain", "bell"])
        asked.append(encoder._encoder.asked)  # type: ignore[attr-defined]
    assert asked == [2, 0, 2]
    assert not isinstance(load_encoder("tests.toy:ToyEncoder"), CachedEncoder)
