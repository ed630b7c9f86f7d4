"""Every task gives the card that is kept (`tests.golden_cards` renews them)."""

from __future__ import annotations

import copy
from pathlib import Path

import click
import pytest

from concept_core.encoders import Encoder
from tests.golden_cards import FOLDER, REAL, TOY, differences, golden, kept, real_card
from vocab_builder.cli.score_command import command

RENEW = "if this is meant: python -m tests.golden_cards, and say why in the commit"


@pytest.mark.parametrize("name", TOY)
def test_made_up_clips(name: str) -> None:
    found = list(differences(golden(name), kept(TOY[name]())))
    assert not found, RENEW


@pytest.mark.parametrize("name", REAL)
def test_real_sounds(name: str, encoder: Encoder, demo_sounds: Path) -> None:
    found = list(differences(golden(name), kept(real_card(name, encoder, demo_sounds))))
    assert not found, RENEW


def test_no_card_is_kept_that_nothing_makes() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*TOY, *REAL}


def test_every_task_has_a_card() -> None:
    (task,) = (one for one in command.params if one.name == "task")
    assert isinstance(task.type, click.Choice)
    assert {golden(name)["task"] for name in TOY} == set(task.type.choices)


def test_any_change_is_named() -> None:
    card = golden("zero-shot")
    assert not list(differences(card, copy.deepcopy(card)))
    other = copy.deepcopy(card)
    other["metrics"]["accuracy"]["value"] += 1e-4
    other["by_class"][0]["n"] += 1
    other["more"] = other.pop("leak")
    assert [line.split(":")[0] for line in differences(card, other)] == [
        "by_class[0].n",
        "leak",
        "metrics.accuracy.value",
        "more",
    ]
    # What another processor rounds otherwise is no change.
    rounded = copy.deepcopy(card)
    rounded["cosine_mean"] *= 1 + 1e-8
    assert not list(differences(card, rounded))
