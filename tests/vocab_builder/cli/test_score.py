from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders import Encoder
from tests.esc50_layout import write_layout
from tests.tables_back import csv_tables
from vocab_builder.cli import main

CLIPS = [("1-a.wav", 1, "dog"), ("1-b.wav", 1, "rain"), ("2-a.wav", 2, "helicopter")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three clips of noise under three tones: sounds, but of nothing."""
    import soundfile

    folder = write_layout(tmp_path / "esc", CLIPS)
    rng = np.random.default_rng(0)
    time = np.arange(16_000) / 16_000
    for pitch, path in zip((220, 440, 880), sorted((folder / "audio").iterdir()), strict=True):
        samples = 0.3 * np.sin(2 * np.pi * pitch * time) + 0.05 * rng.standard_normal(16_000)
        soundfile.write(path, samples, 16_000)
    return folder


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    """Two vocabularies."""
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("bark\nstorm\nrotor\nDog\n", encoding="utf-8")
    two.write_text("whistle\nhum\nbeep\n", encoding="utf-8")
    return one, two


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def call(folder: Path, *specs: Path, folds: str = "1,2") -> list[object]:
    return ["score", *specs, "--dataset", "esc10", "--data", folder, "--folds", folds]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "exactly one of l1 (a penalty) and l0 (a limit); neither was given"),
        (["--l0", "2", "--l1", "0.1"], 2, "both were given"),
        (["--l0", "2", "--folds", "one"], 2, "fold one: the folds of esc10 are 1, 2, 3, 4, 5"),
        (["--l0", "2", "--folds", "7"], 2, "fold 7: the folds of esc10 are 1, 2, 3, 4, 5"),
        (["--l0", "2", "--folds", "5"], 3, "lists no clips of esc10 in folds 5"),
        (["--l0", "2", "--dataset", "esc11"], 2, "unknown data set 'esc11'"),
        (["--l0", "2", "--data", "nowhere"], 4, "nowhere: no such folder"),
        (["--l0", "2", "--classes", "all"], 2, "classes 'all': neither 'own'"),
        (["--l0", "2", "--task", "juggling"], 2, "--task"),
        (["--l0", "2", "--encoder", "none"], 2, "unknown encoder 'none'"),
        (["--l0", "2", "--seed", "-1"], 2, "--seed"),
        (["--l0", "2", "--mean-l0", "3"], 2, "give exactly one of l0, l1 and mean_l0"),
        (["--l0", "2", "--task", "few-shot", "--shots", "1,x"], 2, "'1,x' is not a list"),
        (["--l0", "2", "--task", "few-shot", "--shots", "0"], 2, "'0' is not a list of numbers"),
        (["--l0", "2", "--task", "intervention"], 2, "name at least one, with --without"),
        (["--l0", "2", "--without", "dog"], 2, "without is of the task intervention"),
        (
            ["--l0", "2", "--task", "retrieval", "--dataset", "captions", "--folds", ""],
            4,
            "give a table of captions",
        ),
        (
            ["--l0", "2", "--task", "retrieval", "--dataset", "captions"],
            2,
            "a file of captions has no folds; leave folds out",
        ),
        (
            ["--l0", "2", "--task", "intervention", "--without", "x"],
            2,
            "no concept 'x' among the 4",
        ),
    ],
)
def test_wrong_calls_are_told_before_anything_is_embedded(
    folder: Path,
    lists: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    found = run(capsys, *call(folder, lists[0]), *arguments)
    assert (found[0], found[1]) == (code, "")
    assert message in found[2]


def test_one_spec_gives_one_card(
    encoder: Encoder,
    folder: Path,
    lists: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out_file = tmp_path / "cards" / "one.json"
    arguments = [*call(folder, lists[0]), "--l0", 2, "--seed", 5, "--json", "-o", out_file]
    code, out, err = run(capsys, *arguments)
    assert code == 0
    data = json.loads(out)
    assert out_file.read_text(encoding="utf-8") == out
    assert f"wrote {out_file}" in err
    assert (data["dataset"], data["folds"], data["n"]) == ("esc10", [1, 2], 3)
    assert (data["mode"], data["value"], data["intervals"]["seed"]) == ("l0", 2, 5)
    assert set(data["details"]["prompts"]["sets"]) == {"bare@1", "paper@1", "ensemble@1"}
    assert data["encoder"]["fingerprint"] == encoder.spec.fingerprint
    assert data["class_names_in_vocabulary"] == ["dog"]
    assert data["retention"] is None or data["retention"] >= 0

    again = tmp_path / "again.json"
    assert run(capsys, *arguments[:-1], again)[1] == out
    assert again.read_bytes() == out_file.read_bytes()


def test_several_specs_give_a_list_and_a_table(
    encoder: Encoder, folder: Path, lists: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, *call(folder, *lists), "--l1", 0.05, "--json")
    assert code == 0
    assert [card["vocabulary"]["id"] for card in json.loads(out)] == ["one", "two"]
    code, out, _ = run(capsys, *call(folder, *lists), "--l0", 1, "--classes", "esc50")
    assert code == 0
    title, _, head, one, two = out.splitlines()[:5]
    assert title == "zero-shot, esc10, folds 1, 2: 3 clips among 50 names; 3 recordings"
    assert head.split()[:5] == ["vocabulary", "K", "mode", "l0", "accuracy"]
    assert one.split()[:4] == ["one@unreleased", "4", "l0", "1"]
    assert two.split()[:4] == ["two@unreleased", "3", "l0", "1"]
    assert "macro-f1" in out and "one@unreleased: over 3 prompt sets mean" in out
    pair = out.splitlines()[-1].split()
    assert pair[:3] == ["one@unreleased", "two@unreleased", "accuracy"]
    assert pair[-4:] == ["mcnemar", "3", "recordings", "equal"]


def test_tables_for_a_paper_in_place_of_the_text(
    encoder: Encoder, folder: Path, lists: tuple[Path, Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out_file = tmp_path / "cards.json"
    asked = [*call(folder, *lists), "--l0", 1, "-o", out_file, "--misses"]
    code, out, _ = run(capsys, *asked, "--table", "csv")
    assert code == 0
    cards = json.loads(out_file.read_text(encoding="utf-8"))
    main, *_, misses = csv_tables(out)
    assert [row["vocabulary"] for row in main[1:]] == ["one@unreleased", "two@unreleased"]
    assert [float(row["accuracy"]) for row in main[1:]] == [card["accuracy"] for card in cards]
    assert len(misses) == sum(len(card["misses"]) for card in cards)
    code, out, _ = run(capsys, *asked, "--table", "latex")
    assert code == 0 and out.count("\\toprule") == 4
    assert "with yamnet-minilm, at most 1 concept a clip" in out
    code, out, err = run(capsys, *asked, "--table", "latex", "--json")
    assert (code, out) == (2, "")
    assert "--json and --table both say what is printed on stdout; give one" in err
    # A replay prints tables too.
    again = ["score", *lists, "--replay", out_file, "--data", folder, "--table", "markdown"]
    code, out, _ = run(capsys, *again)
    assert code == 0 and out.startswith("Zero-shot accuracy on esc10 (folds 1, 2; 3 clips")


def test_the_text_has_value_less_dense_with_its_interval(
    encoder: Encoder, folder: Path, lists: tuple[Path, Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out_file = tmp_path / "card.json"
    _, out, _ = run(capsys, *call(folder, lists[0]), "--l0", 2, "-o", out_file)
    found = json.loads(out_file.read_text(encoding="utf-8"))["metrics"]["accuracy"]
    low, high = found["difference_interval"]
    assert "  less dense  " in out.splitlines()[2]
    assert f"  {found['value'] - found['dense']:+.3f} [{low:+.3f}, {high:+.3f}]  " in out


def test_a_bad_clip_is_named_and_nothing_is_written(
    encoder: Encoder,
    folder: Path,
    lists: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "audio" / "1-b.wav").write_bytes(b"RIFF")
    out_file = tmp_path / "card.json"
    arguments = [*call(folder, lists[0]), "--l0", 2, "-o", out_file]
    code, out, err = run(capsys, *arguments)
    assert (code, out, out_file.exists()) == (3, "", False)
    assert "1-b.wav" in err and "--skip-bad" in err
    code, _, err = run(capsys, *arguments, "--skip-bad")
    assert code == 0
    assert "left out" in err
    assert json.loads(out_file.read_text(encoding="utf-8"))["bad"] == ["1-b.wav"]


def test_misses_are_named(
    folder: Path, lists: tuple[Path, Path], encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, *call(folder, lists[0]), "--l0", 2, "--misses")
    assert code == 0
    _, json_out, _ = run(capsys, *call(folder, lists[0], folds="1,2"), "--l0", 2, "--json")
    missed = [miss["clip"] for miss in json.loads(json_out)["misses"]]
    assert missed, "three noises under tones are no dog, rain and helicopter"
    assert f"one@unreleased: {len(missed)} misses of 3" in out
    for clip in missed:
        assert clip in out


def test_unequal_sparsity_is_flagged(
    folder: Path, lists: tuple[Path, Path], encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, *call(folder, *lists), "--l1", 0.01)
    assert code == 0
    assert out.splitlines()[-1].endswith("NOT EQUAL")


def test_only_so_many_concepts(
    folder: Path, lists: tuple[Path, Path], encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, *call(folder, lists[0]), "--l0", 1, "--top", 2, "--json")
    assert code == 0
    card = json.loads(out)
    assert (card["vocabulary"]["size"], card["class_names_in_vocabulary"]) == (2, [])


def test_a_task_that_is_trained(
    folder: Path, lists: tuple[Path, Path], encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(
        capsys, *call(folder, lists[0], folds="1"), "--l0", 1, "--task", "finetuned"
    )
    assert (code, out) == (2, "")
    assert "one fold (1) has nothing to train on beside it" in err
    code, out, _ = run(capsys, *call(folder, lists[0]), "--l0", 1, "--task", "finetuned")
    assert code == 0
    assert out.startswith("finetuned, esc10, folds 1, 2: 3 clips among 10 names")
    assert "training saw 3 of the 10 names: among the others the figure flatters" in out
    assert "one@unreleased, concepts: zero-shot" in out


def test_concepts_are_removed(
    folder: Path, lists: tuple[Path, Path], encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*call(folder, lists[0]), "--l0", 2, "--task", "intervention", "--without"]
    code, out, err = run(capsys, *arguments, "Bark", "--without", "storm")
    assert code == 0, err
    assert "one@unreleased: " in out and "as many other concepts" in out
    code, _, err = run(capsys, *arguments, "barks")
    assert (code, "near it are 'bark'" in err) == (2, True)


def test_faithfulness_has_a_line_a_figure_and_is_replayed(
    folder: Path,
    lists: tuple[Path, Path],
    tmp_path: Path,
    encoder: Encoder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = tmp_path / "card.json"
    arguments = [*call(folder, lists[0]), "--l0", 3, "--task", "faithfulness", "-o", card]
    code, out, err = run(capsys, *arguments)
    assert code == 0, err
    for line in (
        "deletion of the explanation, area: accuracy",
        "sufficiency at 1",
        "rank correlation of prominence with effect: class",
        "stability: prompts paper@1",
        "stability: time shift",
    ):
        assert line in out
    found = json.loads(card.read_text(encoding="utf-8"))
    assert found["details"]["stability"]["time shift"]["clips"] == 3
    code, _, err = run(capsys, "score", lists[0], "--replay", card, "--data", folder)
    assert (code, "reproduced" in err) == (0, True), err


CAPTIONS = "file_name,caption_1,caption_2\na,a dog barks,dogs are barking\nb,rain falls,it rains\n"


def test_captions_by_captions(
    folder: Path,
    lists: tuple[Path, Path],
    tmp_path: Path,
    encoder: Encoder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = tmp_path / "captions.csv"
    table.write_text(CAPTIONS, encoding="utf-8")
    arguments = ["score", lists[0], "--dataset", "captions", "--data", table, "--l0", 2]
    code, out, err = run(capsys, *arguments, "--task", "retrieval", "--misses")
    assert code == 0, err
    assert out.startswith("retrieval, captions: 2 clips\n")
    assert "one@unreleased: misses are not listed" in out and "no misses" not in out
    assert "captions find captions; nothing was heard" in out
    assert "c2c-back-map@10" in out


def test_replay(
    folder: Path,
    lists: tuple[Path, Path],
    tmp_path: Path,
    encoder: Encoder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = tmp_path / "card.json"
    assert run(capsys, *call(folder, lists[0]), "--l0", 2, "--classes", "esc50", "-o", card)[0] == 0
    again = ["score", lists[0], "--replay", card, "--data", folder]
    code, out, err = run(capsys, *again, "--json")
    assert (code, out) == (0, card.read_text(encoding="utf-8"))
    assert "reproduced: one@unreleased, zero-shot on esc10" in err

    code, _, err = run(capsys, "score", "--replay", card, "--data", folder)
    assert (code, "give its file as SPEC" in err) == (2, True)
    code, _, err = run(capsys, "score", lists[1], "--replay", card, "--data", folder)
    assert (code, "vocabulary content_hash differs" in err) == (5, True)
    code, _, err = run(capsys, "score", *lists, "--replay", card, "--data", folder)
    assert (code, "holds 1 cards; give as many SPECs" in err) == (2, True)
    # What the card says is not asked for a second time, and never in another way.
    code, out, err = run(capsys, *again, "--l0", 3, "--task", "few-shot")
    assert (code, out) == (2, "")
    assert "--replay takes --task, --l0 from the card; leave them out" in err

    data = json.loads(card.read_text(encoding="utf-8"))
    wrong = {**data, "accuracy": data["accuracy"] + 1, "software": "0.0.1"}
    card.write_text(json.dumps(wrong), encoding="utf-8")
    code, out, err = run(capsys, *again)
    assert (code, out) == (3, "")
    assert "card 1 was made by sonolex 0.0.1" in err
    assert "software differs" in err and "accuracy: " in err

    (folder / "audio" / "1-a.wav").write_bytes((folder / "audio" / "1-b.wav").read_bytes())
    code, out, err = run(capsys, *again)
    assert (code, out) == (5, "")
    assert "data_hash differs" in err


def test_specs_and_data_set_are_needed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, *call(folder), "--l0", 2)
    assert (code, "Missing argument 'SPEC...'" in err) == (2, True)
    code, _, err = run(capsys, "score", "demo", "--l0", 2)
    assert (code, "Missing option '--dataset'" in err) == (2, True)


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_workers_give_the_same_card(
    engine: str, folder: Path, lists: tuple[Path, Path], tmp_path: Path, encoder: Encoder,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    if engine == "ray":
        request.getfixturevalue("ray_cluster")
    cards = []
    for number, arguments in enumerate(([], ["--engine", engine, "--workers", 2])):
        home = tmp_path / f"home-{number}"
        home.mkdir()
        (home / "resources").symlink_to(Path(os.environ["SONOLEX_HOME"]) / "resources")
        with monkeypatch.context() as patch:
            patch.setenv("SONOLEX_HOME", str(home))
            code, out, _ = run(capsys, *call(folder, lists[0]), "--l0", 2, "--json", *arguments)
        assert code == 0
        cards.append(out)
        assert list(home.glob("**/*.sqlite*")), "what was embedded is kept"
    assert cards[0] == cards[1]
