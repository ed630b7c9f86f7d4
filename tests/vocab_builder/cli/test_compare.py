from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from concept_core import resources
from concept_core.encoders import Encoder
from concept_core.errors import UsageError
from tests.compare_toy import cards, compared, entries, entry, reference
from tests.tables_back import markdown_tables
from vocab_builder.cli import main
from vocab_builder.cli.compare_text import render
from vocab_builder.cli.text import WIDTH
from vocab_builder.filters.calibration import Calibrated

TOY = ["--encoder", "tests.toy:ToyEncoder", "--near", "0.8"]


@pytest.fixture(autouse=True)
def no_demo_sounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was fetched here: the demo sounds are there for tests that ask for them."""
    if "demo_sounds" not in request.fixturenames:
        absent = resources.Status(resources.find_resource("demo-sounds"), None, own=False)
        monkeypatch.setattr(resources, "status", lambda name: absent)


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    """Two vocabularies; the more important labels come last."""
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("thing\nchurch bells\nrain\ndog\n", encoding="utf-8")
    two.write_text("stuff\nwhistle\nchurch bell\nDog\n", encoding="utf-8")
    return one, two


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Clips in the folders of their classes; the toy encoder hears a clip's name."""
    folder = tmp_path / "sounds"
    for name in ("dog/dog.wav", "dog/hot dog.wav", "rain/rain.wav", "rain/heavy rain.wav",
                 "whistle/whistle.wav"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["compare", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def lines_of(text: str) -> list[str]:
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    return lines


def test_plain_says_what_is_shared_and_what_to_add(
    lists: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *lists, "--order", "ascending", *TOY)
    assert (code, err) == (0, "")
    lines = lines_of(out)
    assert lines[0].startswith("encoder toy (spec ")
    assert any(re.match(r"A  one@unreleased\s+4  .*not stated$", line) for line in lines)
    pair = next(line for line in lines if line.startswith("A, B"))
    assert pair.split()[2:6] == ["1", "3", "3", "1"]
    assert pair.endswith("church bells = church bell")
    assert "only in A (2): rain, thing" in lines
    assert "only in B (2): whistle, stuff" in lines
    assert "coverage " not in out.split("to see more, add --dataset")[0]
    assert "--reference CAPTIONS_OR_FOLDER" in " ".join(lines[-2:])


def test_top_and_order_say_which_concepts_are_compared(
    lists: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, *lists, "--order", "ascending", "--top", 2, "--json", *TOY)
    found = json.loads(out)
    assert [one["size"] for one in found["vocabularies"]] == [2, 2]
    assert [one["alone"] for one in found["vocabularies"]] == [["rain"], ["church bell"]]
    assert found["overlaps"][0]["shared"] == 1
    _, out, _ = run(capsys, *lists, "--top", 2, "--json", *TOY)
    assert json.loads(out)["overlaps"][0]["shared"] == 0


def test_a_data_set_gives_measures_scores_and_clips(
    lists: tuple[Path, Path],
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out_file = tmp_path / "deep" / "compare.json"
    data = ["--dataset", "folder", "--data", sounds, "--folds", "all", "--l0", 2]
    code, out, err = run(capsys, *lists, *data, *TOY, "-o", out_file)
    assert code == 0
    assert f"wrote {out_file}" in err
    lines = lines_of(out)
    assert "measured on folder, folds all: 5 clips, at most 2 concepts each" in lines
    for name in ("coverage", "dead concepts", "grounding", "centred cosine", "explained variance"):
        assert sum(line.startswith(name) for line in lines) == 1, name
    assert "zero-shot, folder, folds all: 5 clips among 3 names" in lines
    assert any(
        line.startswith("paired (mcnemar over 5 clips; p by Holm):   A - B") for line in lines
    )
    told = {line[:8]: line for line in lines if line.startswith(("A, not B", "B, not A"))}
    assert re.search(r"rain\s+0\.\d\d  rain 0\.\d\d", told["A, not B"])
    assert re.search(r"whistle\s+0\.\d\d  whistle 1\.00", told["B, not A"])
    found = json.loads(out_file.read_text(encoding="utf-8"))
    assert [row["name"] for row in found["scores"][0]["rows"]] == ["A", "B"]
    assert found["says"][1]["tellings"][0]["item"] == "whistle.wav"
    assert run(capsys, *lists, *data, *TOY, "--json")[1] == out_file.read_text(encoding="utf-8")


def test_tables_for_a_paper(
    lists: tuple[Path, Path], sounds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--dataset", "folder", "--data", sounds, "--folds", "all", "--l0", 2]
    code, out, _ = run(capsys, *lists, *data, *TOY, "--table", "markdown")
    assert code == 0
    measures, overlaps, scores, pairs = markdown_tables(out)
    assert [row["measure"] for row in measures[:1]] == ["concepts"]
    assert (overlaps[0]["first"], overlaps[0]["shared"]) == ("one@unreleased", "1")
    assert [row["vocabulary"] for row in scores] == [
        *("dense embeddings", "one@unreleased", "two@unreleased"),
    ]
    assert (pairs[0]["first"], pairs[0]["second"]) == ("one@unreleased", "two@unreleased")
    code, out, err = run(capsys, *lists, *TOY, "--table", "csv", "--json")
    assert (code, out) == (2, "")
    assert "--json and --table" in err


def test_captions_are_a_reference(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    captions = tmp_path / "captions.txt"
    captions.write_text("rain falls\na whistle\n", encoding="utf-8")
    code, out, _ = run(capsys, *lists, "--reference", captions, *TOY)
    assert code == 0
    assert "measured on captions.txt: 2 captions, at most 8 concepts each" in lines_of(out)
    assert "zero-shot" not in out and "class named" not in out
    assert re.search(r"A, not B  rain falls +0\.\d\d  rain", out)
    # A data set of clips with captions is told by them, and has no classes to score.
    table = tmp_path / "clips.csv"
    table.write_text("path,caption\nrain.wav,it rains\nwhistle.wav,whistling\n", encoding="utf-8")
    for name in ("rain.wav", "whistle.wav"):
        (tmp_path / name).touch()
    _, out, _ = run(capsys, *lists, "--dataset", "table", "--data", table, *TOY)
    assert re.search(r"A, not B  it rains +0\.\d\d  rain", out)
    assert "zero-shot" not in out


def test_cards_of_files(
    lists: tuple[Path, Path],
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = ["--dataset", "folder", "--data", sounds, "--folds", "all"]
    card = tmp_path / "cards.json"
    score = ["score", *map(str, lists), *map(str, data), "--l0", "8", "--encoder", TOY[1]]
    with pytest.raises(SystemExit):
        main([*score, "-o", str(card)])
    capsys.readouterr()
    code, out, _ = run(capsys, *lists, "--scores", card, *TOY)
    assert code == 0
    assert "zero-shot, folder, folds all: 5 clips among 3 names" in lines_of(out)
    # Beside the same cards made anew they count once.
    both = run(capsys, *lists, *data, "--scores", card, *TOY, "--json")[1]
    assert len(json.loads(both)["scores"][0]["rows"]) == 2
    other = ["--encoder", "tests.own_encoder:OwnEncoder", "--near", "0.8"]
    code, out, err = run(capsys, *lists, "--scores", card, *other)
    assert (code, out) == (3, "")
    assert "name: 'own' / 'toy'; dim: 32 / 64" in err
    code, out, _ = run(capsys, *lists, "--scores", card, "--across-encoders", *other)
    assert code == 0
    assert any(re.match(r"A .*l0 8 +toy [0-9a-f]{12}$", line) for line in lines_of(out))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--top", "0"], 2, "--top"),
        (["--l0", "0"], 2, "--l0"),
        (["--near", "2"], 2, "near is a cosine between 0 and 1; got 2"),
        (["--reference", "x", "--dataset", "esc10"], 2, "give one of --reference and --dataset"),
        (["--data", "x"], 2, "--data and --folds are of a data set; name it with --dataset"),
        (["--reference", "nowhere"], 4, "nowhere: no such file or folder"),
        (["--dataset", "esc11", "--data", "."], 2, "unknown data set 'esc11'"),
        (["--scores", "nowhere"], 3, "nowhere: no scorecard"),
    ],
)
def test_wrong_calls(
    lists: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    found = run(capsys, *lists, *TOY, *arguments)
    assert (found[0], found[1]) == (code, "")
    assert message in found[2]


def test_one_vocabulary_is_no_comparison(
    lists: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, lists[0], *TOY)
    assert code == 2
    assert "1 vocabularies; a comparison is of 2 to 26" in err


def test_labels_cannot_command_the_terminal() -> None:
    evil = "\x1b[31mred\x07\u202e<script>"
    made = [entry("a", **{evil: [1, 0, 0, 0], "rain": [0, 1, 0, 0]}), *entries()[1:]]
    facts = {"items": (evil,) * 4, "descriptions": (evil, "b", "c", "d"), "name": evil}
    found = compared(made, reference=reference(**facts), cards=cards(made, dataset=f"{evil}\n"))
    text = render(found)
    assert "[31mred<script>" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", text)


def test_a_screen_is_wide_enough_for_long_labels_and_many_vocabularies() -> None:
    long = "a very long label " * 12
    made = [entry(f"vocabulary-with-a-long-name-{n}", **{f"{long}{n}": [1, n, 0, n * n]})
            for n in range(6)]  # fmt: skip
    facts = {"items": (long,) * 4, "descriptions": (long, "b", "c", "d")}
    found = compared(made, reference=reference(**facts), cards=cards(made))
    lines = lines_of(render(found))
    assert sum(line.startswith("coverage ") for line in lines) == 2


def test_figures_are_written(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    png, svg = tmp_path / "one.png", tmp_path / "one.svg"
    code, _, err = run(capsys, *lists, *TOY, "--png", png, "--svg", svg)
    assert code == 0
    assert png.read_bytes().startswith(b"\x89PNG") and "<svg" in svg.read_text(encoding="utf-8")
    assert f"wrote {png}" in err


def test_real_vocabularies_are_told_apart_by_sounds_that_a_person_knows(
    encoder: Encoder, demo_sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("the\nof\nvector\nhouse\nprice\nblue\nmeeting\n", encoding="utf-8")
    code, out, _ = run(capsys, "sonolex-core", words)
    assert code == 0
    lines = lines_of(out)
    assert len(lines) <= 50
    assert "measured on demo-sounds, folds 1: 10 clips, at most 8 concepts each" in lines
    told = [line.split() for line in lines if line.startswith("A, not B")]
    assert len(told) == 3
    said = {row[3]: row[5] for row in told}
    # The clip's class, or its voice, is what the vocabulary says first.
    assert said == {"rooster": "rooster", "frog": "frog", "duck": "duck"}
    assert "ten sounds give only a first impression" in out


@pytest.mark.parametrize("found", [1.0, None])
def test_where_no_near_threshold_is_found_nothing_is_near_and_it_says_so(
    found: float | None,
    lists: tuple[Path, Path],
    sounds: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def calibrated(context: object) -> Calibrated:
        if found is None:
            raise UsageError("this space says nothing about likeness")
        return Calibrated(redundant=found, witness=0.9)

    monkeypatch.setattr("vocab_builder.comparison.run.calibrated", calibrated)
    data = ["--dataset", "folder", "--data", sounds, "--l0", 2]
    arguments = [*lists, "--order", "ascending", *data, *TOY[:2]]
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert "no cosine was found above which labels count as the same: --near sets one" in out
    assert "redundancy" not in out
    _, out, _ = run(capsys, *arguments, "--json")
    answer = json.loads(out)
    assert answer["near"] is None
    assert [one["redundancy"] for one in answer["vocabularies"]] == [None, None]
    assert answer["vocabularies"][0]["alone"] == ["rain", "church bells", "thing"]
    assert answer["overlaps"][0]["near"] == []


def test_the_device_reaches_the_solvers(
    lists: tuple[Path, Path],
    sounds: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for data in (["--reference", sounds / "dog"], ["--dataset", "folder", "--data", sounds]):
        code, _, err = run(capsys, *lists, *data, *TOY, "--device", "cuda")
        assert (code, "torch finds no CUDA device" in err) == (4, True)
