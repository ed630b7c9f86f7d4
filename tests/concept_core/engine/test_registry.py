"""Engines by name: what is wrong is said, with what to write."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from concept_core.engine import check_engine, open_engine
from concept_core.errors import MissingError, UsageError


@pytest.mark.parametrize(
    ("name", "workers", "message"),
    [
        ("rya", None, "did you mean 'ray'"),
        ("local:1234", None, "ray:1234"),
        ("ray:", None, "ray:HOST:PORT"),
        ("ray:ray://head:10001", None, "ray:ray://head:10001: no address of a cluster"),
        ("local", 0, "workers must be from 1, found 0"),
    ],
)
def test_what_is_no_engine(name: str, workers: int | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_engine(name, workers)


@pytest.mark.parametrize("name", ["ray://me:hush@host:1", "ray:me:hush@host:1", "local:a:hush@b"])
def test_what_may_be_a_secret_is_not_repeated(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_engine(name)
    assert "hush" not in str(caught.value)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingError, match=r'pip install "sonolex\[ray\]"'):
        check_engine("ray")


def test_ray_is_not_imported_unless_asked_for() -> None:
    with open_engine("local") as engine:
        assert engine.workers == 1
    assert "ray" not in sys.modules or "concept_core.engine.ray_engine" in sys.modules
