from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core.bench import replay
from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard
from tests.tasks_toy import SPEC, bench, clusters, dictionary, embedded, vocabulary

WORDS = vocabulary("p", "q", "r")


@pytest.fixture(scope="module")
def card() -> Scorecard:
    x, labels, centres = clusters(np.random.default_rng(0), 30, 3, 8)
    data = embedded(x, labels, centres, folds=["1", "2", "3"] * 10)
    return bench(data, seed=3).score(WORDS, dictionary(WORDS, centres), l0=2)


@pytest.fixture
def data(card: Scorecard) -> dict:
    return json.loads(card.to_json())


def test_a_card_asks_for_the_same_again(data: dict) -> None:
    assert replay.request_of(data) == TaskRequest(
        task="zero-shot",
        dataset="toy",
        folds=("1", "2", "3"),
        classes=("a", "b", "c"),
        seed=3,
    )
    assert replay.mode_of(data) == {"l0": 2}
    assert replay.mode_of({**data, "mode": "l1", "value": 0.1}) == {"l1": 0.1}
    assert replay.mode_of({**data, "mode": "l1", "mean_l0": 9.5}) == {"mean_l0": 9.5}
    shots = {**data, "task": "few-shot", "parameters": {"shots": [1, 5], "draws": 10}}
    assert replay.request_of(shots).shots == (1, 5)
    assert replay.request_of(shots).classes == ()
    removal = {**data, "task": "intervention", "parameters": {"without": ["p"]}, "bad": ["x.wav"]}
    assert replay.request_of(removal).without == ("p",)
    assert replay.request_of(removal).skip_bad


def test_equal_numbers_pass(card: Scorecard, data: dict) -> None:
    replay.check_numbers(data, card)
    # What another processor rounds otherwise is no difference.
    data["cosine_mean"] *= 1 + 1e-8
    # Nor is what a later version adds to its cards, or its version.
    del data["leak"]
    data["software"] = "0.0.1"
    replay.check_numbers(data, card)


def test_numbers_that_differ_are_named(card: Scorecard, data: dict) -> None:
    data["metrics"]["accuracy"]["value"] -= 0.125
    data["scores"]["accuracy"]["concepts"] = "0"
    message = r"2 figures of the card are others now; all hashes agree:\n  metrics\.accuracy\.value"
    with pytest.raises(DataError, match=message) as caught:
        replay.check_numbers(data, card)
    assert caught.value.exit_code == 3
    data["software"] = "0.0.1"
    with pytest.raises(DataError, match=r"software differs \(0\.0\.1 / "):
        replay.check_numbers(data, card)
    data["by_class"] = data["by_class"][:-1]
    with pytest.raises(DataError, match="3 figures"):
        replay.check_numbers(data, card)


def test_another_vocabulary(data: dict) -> None:
    assert replay.check_vocabulary(data, WORDS) is WORDS
    longer = vocabulary("p", "q", "r", "s")
    assert replay.check_vocabulary(data, longer).labels == ["p", "q", "r"]
    for other in (vocabulary("q", "p", "r"), vocabulary("p", "q")):
        with pytest.raises(IntegrityError, match="vocabulary content_hash differs") as caught:
            replay.check_vocabulary(data, other)
        assert caught.value.exit_code == 5
        assert WORDS.content_hash in str(caught.value) and other.content_hash in str(caught.value)


def test_another_encoder(data: dict) -> None:
    replay.check_encoder(data, SPEC)
    other = replace(SPEC, checkpoint="1" * 64, centring="mean")
    with pytest.raises(IntegrityError, match="encoder fingerprint.*differ in centring, checkpoint"):
        replay.check_encoder(data, other)
    with pytest.raises(IntegrityError, match="prompt_set differs: paper@0"):
        replay.check_encoder({**data, "prompt_set": "paper@0"}, SPEC)


def test_other_data(data: dict) -> None:
    replay.check_data(data, data["data_hash"])
    with pytest.raises(IntegrityError, match="one is over sounds and the other over names alone"):
        replay.check_data(data, "names:" + data["data_hash"])
    with pytest.raises(IntegrityError, match="data_hash differs.*30 clips of toy 1 were scored"):
        replay.check_data(data, "0" * 64)


def test_files_of_cards(tmp_path: Path, data: dict) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert replay.read_cards(path) == [data]
    path.write_text(json.dumps([data, data]), encoding="utf-8")
    assert replay.read_cards(path) == [data, data]
    for text, message in (
        ("{", "no scorecard"),
        ('{"task": "zero-shot"}', "it lacks dataset, data_folds"),
        ("[1]", "it lacks task"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=message):
            replay.read_cards(path)


def test_what_a_vocabulary_is_loaded_by(data: dict) -> None:
    assert replay.spec_of(data) == "hand@0.1.0"
    data["vocabulary"]["version"] = "unreleased"
    with pytest.raises(UsageError, match="give its file as SPEC"):
        replay.spec_of(data)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("task", {}), ("classes", [[]]), ("data_folds", "1"), ("mode", "l7"), ("value", "2"),
        ("vocabulary", {"id": "a"}), ("encoder", []), ("parameters", {"shots": "1"}),
        ("seed", None), ("data_hash", 3), ("bad", {}), ("mean_l0", [1]), ("software", 1),
    ],
)  # fmt: skip
def test_cards_of_other_types(tmp_path: Path, data: dict, key: str, value: object) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps({**data, key: value}), encoding="utf-8")
    with pytest.raises(DataError, match=f"no scorecard that can be replayed.*{key}"):
        replay.read_cards(path)


def former(data: dict) -> dict:
    """A card as it was before recordings: one random draw, intervals over clips."""
    old = json.loads(json.dumps(data))
    for key in ("resampled_by", "resampled", "recordings"):
        del old[key]
    del old["random"]["draws"]
    del old["metrics"]["accuracy"]["random_sd"]
    old["metrics"]["accuracy"] |= {"random": 0.125, "interval": [0.5, 0.75]}
    old["intervals"]["accuracy"] = [0.5, 0.75]
    return old


def test_cards_of_former_versions_are_replayed(card: Scorecard, data: dict) -> None:
    old = former(data)
    assert replay.is_former(old) and not replay.is_former(data)
    replay.check_numbers(old, card)
    old["metrics"]["accuracy"]["dense"] -= 0.125
    with pytest.raises(DataError, match=r"1 figures of the card.*\n  metrics\.accuracy\.dense"):
        replay.check_numbers(old, card)
    # What a card of today says is compared whole.
    data["metrics"]["accuracy"]["random"] = 0.125
    with pytest.raises(DataError, match=r"metrics\.accuracy\.random"):
        replay.check_numbers(data, card)
