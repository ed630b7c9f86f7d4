"""Encoders of others: called as they are, without arguments, options, cache or centring."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from concept_core import load_encoder
from concept_core.encoders import ENTRY_POINTS, registry
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
