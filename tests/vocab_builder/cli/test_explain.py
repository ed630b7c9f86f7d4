from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from concept_core.encoders import Encoder
from concept_core.explanation.clips import Explanation
from concept_core.explanation.windows import Moment, TimeExplanation
from tests.esc50_layout import write_layout
from tests.sounds import buzz
from tests.toy import ToyEncoder
from vocab_builder.cli import main
from vocab_builder.cli.explain_text import clip_text, time_text

WORDS = ["sheep", "cat", "rain", "duck", "piano", "dog", "engine", "quack", "meow", "bleat"]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def test_the_table_of_a_clip() -> None:
    clip = Explanation("a.wav", (("cat", 0.5), ("rain", 0.25), ("ash", 0.001)), 4, 0.876, None, "")
    assert clip_text(clip).splitlines() == [
        "a.wav",
        f"  0.500  {'#' * 30}  cat",
        f"  0.250  {'#' * 15}{' ' * 15}  rain",
        f"  0.001  #{' ' * 29}  ash",
        "  l0 4, cosine 0.876",
    ]


def test_an_empty_and_an_unfinished_row_say_so() -> None:
    empty = Explanation("a.wav", (), 0, 0.0, None, "zero")
    assert "no concept of the vocabulary is in this clip" in clip_text(empty)
    unfinished = Explanation("a.wav", (("cat", 0.5),), 1, 0.5, 1e-3, "not-converged")
    assert clip_text(unfinished).endswith("l0 1, cosine 0.500, not converged")


def test_no_escape_code_reaches_the_terminal() -> None:
    bell = "\x1b]0;owned\x07cat\x9b31m\u202e"
    shown = clip_text(Explanation(f"{bell}.wav", ((bell, 0.5),), 1, 0.5, None, "k-sparse"))
    assert not set(shown) & set("\x1b\x07\x9b\u202e")
    assert "cat" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--l0", "0"], 2, "l0 is a whole number of concepts a row, 1 or more; got 0"),
        (["--l1", "-1"], 2, "l1 is a penalty above 0"),
        (["--l0", "8", "--l1", "0.1"], 2, "exactly one of l1 (a penalty) and l0 (a limit)"),
        (["--encoder", "yamnet"], 2, "did you mean 'yamnet-minilm'"),
        (["--top", "0"], 2, "--top"),
        (["--order", "random"], 2, "--order"),
    ],
)
def test_wrong_calls_are_told_before_anything_is_read(
    words: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    found = run(capsys, "explain", "no.wav", "--vocabulary", words, *arguments)
    assert (found[0], found[1]) == (code, "")
    assert message in found[2]


def test_an_unknown_vocabulary(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "explain", "no.wav", "--vocabulary", "no-such-vocabulary")
    assert code == 2
    assert "'no-such-vocabulary'" in err


def test_real_sounds(
    encoder: Encoder, demo_sounds: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = [demo_sounds / "sheep.mp3", demo_sounds / "duck.mp3"]
    code, out, _ = run(capsys, "explain", *clips, "--vocabulary", words, "--l0", 3)
    assert code == 0
    sheep, duck = out.rstrip("\n").split("\n\n")
    assert sheep.splitlines()[0].endswith("sheep.mp3")
    assert sheep.splitlines()[1].split()[-1] in ("sheep", "bleat")
    assert duck.splitlines()[1].split()[-1] in ("duck", "quack")
    assert duck.splitlines()[-1].startswith("  l0 3, cosine 0.")


def test_json_and_a_bad_clip(
    encoder: Encoder,
    demo_sounds: Path,
    words: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound")
    call = ["explain", bad, demo_sounds / "sheep.mp3", "--vocabulary", words, "--json"]
    code, out, err = run(capsys, *call)
    assert (code, out) == (3, "")
    assert "bad.wav" in err and "--skip-bad" in err
    assert len(err.splitlines()) == 2

    code, out, err = run(capsys, *call, "--skip-bad", "--top", 1, "--l1", 0.05)
    assert code == 0 and err.startswith(f"left out: {bad}: cannot be read")
    data = json.loads(out)
    assert (data["mode"], data["value"]) == ("l1", 0.05)
    assert [one["clip"] for one in data["bad"]] == [str(bad)]
    (clip,) = data["clips"]
    assert len(clip["concepts"]) == 1 and clip["l0"] >= 1 and clip["gap"] <= 1e-6
    assert data["encoder"] == encoder.spec.to_dict()


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy encoder, which hears the name of a file, in place of the real one."""
    monkeypatch.setattr(
        "concept_core.explanation.request.load_encoder", lambda name, **how: ToyEncoder()
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give clips to explain, or a data set"),
        (["a.wav", "--dataset", "esc10"], "give clips to explain, or a data set"),
        (["a.wav", "--class", "rain"], "belong to --dataset"),
        (["--dataset", "esc10"], "say where it lies, with --data"),
        (
            ["--dataset", "esc10", "--data", "x", "--folds", "1", "--against", "dog"],
            "needs --class",
        ),
        (["--dataset", "esc10", "--data", "x", "--folds", "1", "--over-time"], "explains files"),
        (
            ["--dataset", "esc10", "--data", "x", "--folds", "one"],
            "fold one: the folds of esc10",
        ),
        (["a.wav", "--without", "rian"], "no concept 'rian'; did you mean 'rain'"),
        (["a.wav", "--over-time", "--window", "0"], "seconds must be a number above 0"),
    ],
)
def test_what_does_not_go_together(
    toy: None, words: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, "explain", "--vocabulary", words, *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_without_a_concept(toy: None, words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["explain", "rain.wav", "--vocabulary", words]
    _, out, _ = run(capsys, *call)
    assert out.splitlines()[1].split() == ["1.000", "#" * 30, "rain"]
    code, out, _ = run(capsys, *call, "--without", "rain")
    assert code == 0
    assert (
        out.splitlines()[-1] == "  with the concepts that were left out: cosine 1.000, rain 1.000"
    )
    assert "  rain" not in "\n".join(out.splitlines()[1:-2])
    _, out, _ = run(capsys, *call, "--without", "rain", "--json")
    data = json.loads(out)
    assert data["without"] == ["rain"]
    assert data["whole"][0]["concepts"][0]["label"] == "rain"
    assert data["clips"][0]["cosine"] < 1


@pytest.fixture
def esc10(tmp_path: Path) -> list[object]:
    """Two folds with a clip of each of two classes, as arguments."""
    clips = [(f"{name} {fold}.wav", fold, name) for fold in (1, 2) for name in ("dog", "rain")]
    folder = write_layout(tmp_path / "esc", clips)
    return ["--dataset", "esc10", "--data", folder, "--folds", "1,2"]


def test_a_data_set_a_class_and_a_contrast(
    toy: None, words: Path, esc10: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["explain", "--vocabulary", words, *esc10]
    code, out, _ = run(capsys, *call)
    assert code == 0
    assert out.startswith("esc10: ")
    assert "mean prominence [95 %], that of all clips, share of clips" in out
    _, out, _ = run(capsys, *call, "--class", "dog", "--class", "rain", "--json")
    assert [group["name"] for group in json.loads(out)["groups"]] == ["dog", "rain"]
    page, figure = tmp_path / "page.html", tmp_path / "figure.svg"
    code, out, err = run(
        capsys, *call, "--class", "dog", "--against", "rain", "--html", page, "--svg", figure
    )
    assert code == 0
    assert out.startswith("what dog has and rain has not")
    assert "What rain has and dog has not" in page.read_text(encoding="utf-8")
    assert figure.read_text(encoding="utf-8").startswith("<?xml")
    assert err.count("wrote") == 2
    # Without folds, those that score takes: all, where the set has no official split.
    _, out, _ = run(capsys, *call[:-2], "--json")
    assert json.loads(out)["folds"] == "1,2"
    code, _, err = run(capsys, *call, "--class", "dogs")
    assert (code, "did you mean 'dog'" in err) == (2, True)
    code, _, err = run(capsys, *call, "--class", "helicopter")
    assert (code, "helicopter: no clips to explain" in err) == (3, True)


def test_a_clip_beside_a_reference(
    toy: None, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, page = tmp_path / "others", tmp_path / "page.html"
    folder.mkdir()
    for place in range(20):
        soundfile.write(
            folder / f"{WORDS[place % 10]}.{place}.wav", buzz(np.full(8000, 0.1)), 16000
        )
    clip = tmp_path / "xylophone.wav"
    soundfile.write(clip, buzz(np.full(8000, 0.1)), 16000)
    call = ["explain", clip, "--vocabulary", words, "--l0", 1, "--reference", folder]
    code, out, err = run(capsys, *call, "--html", page)
    assert code == 0, err
    note = "less well explained than 100 % of 20 reference clips"
    assert f"  {note}" in out
    assert note in page.read_text(encoding="utf-8")
    _, out, _ = run(capsys, *call, "--json")
    assert json.loads(out)["clips"][0]["depth"]["clips"] == 20
    (folder / "sheep.0.wav").unlink()
    code, _, err = run(capsys, *call)
    assert (code, "19 clips; a reference is a folder of 20 clips or more" in err) == (2, True)
    code, _, err = run(capsys, *call, "--over-time")
    assert (code, "--reference is what clips are set beside" in err) == (2, True)


def test_over_time(
    toy: None, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "rain.wav"
    soundfile.write(clip, buzz(np.repeat([0.1, 0.0, 0.3], 16000)), 16000)
    page, figure = tmp_path / "page.html", tmp_path / "figure.png"
    call = ["explain", clip, "--vocabulary", words, "--over-time", "--top", "2"]
    code, out, _ = run(capsys, *call, "--html", page, "--png", figure)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"{clip}: 3.0 s, 3 windows of 1.00 s"
    shades = lines[1].split("|")[1]
    assert (len(lines), len(shades), shades[1]) == (4, 3, " ")
    assert "strip-time" in page.read_text(encoding="utf-8")
    assert figure.read_bytes().startswith(b"\x89PNG")
    _, out, _ = run(capsys, *call, "--json")
    assert [one["silent"] for one in json.loads(out)["files"][0]["windows"]] == [False, True, False]


def test_over_time_leaves_bad_clips_out_and_shows_the_top(
    toy: None, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "rain.wav"
    soundfile.write(clip, buzz(np.full(32000, 0.1)), 16000)
    call = ["explain", clip, tmp_path / "none.wav", "--vocabulary", words, "--over-time", "--json"]
    code, out, err = run(capsys, *call)
    assert (code, out) == (3, "") and "none.wav: no such audio file" in err
    code, out, err = run(capsys, *call, "--skip-bad", "--top", "1")
    assert code == 0 and "left out: " in err
    data = json.loads(out)
    assert [len(one["concepts"]) for one in data["files"][0]["windows"]] == [1, 1]
    assert data["bad"][0]["clip"].endswith("none.wav")


@pytest.mark.parametrize(
    "arguments",
    [["x.wav"], ["x.wav", "--over-time"], ["--dataset", "demo-sounds", "--data", "x"]],
)
def test_the_device_reaches_the_solver(
    toy: None, words: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from concept_core.decomposition import dictionary

    asked: list[str] = []
    usual = dictionary.pick_solver

    def pick(**how: Any) -> Any:
        asked.append(how["device"])
        return usual(**how)

    monkeypatch.setattr(dictionary, "pick_solver", pick)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    soundfile.write("x.wav", buzz(np.full(16000, 0.1)), 16000)
    if "--dataset" in arguments:
        arguments = ["--dataset", "folder", "--data", "x", "--folds", "all"]
        (tmp_path / "x" / "dog").mkdir()
        soundfile.write("x/dog/a.wav", buzz(np.full(16000, 0.1)), 16000)
    code, _, err = run(
        capsys, "explain", *arguments, "--vocabulary", words, "--device", "cpu", "--l0", 1
    )
    assert code == 0, err
    assert asked and set(asked) == {"cpu"}


@pytest.mark.parametrize("option", ["--png", "--svg", "--html"])
def test_a_file_name_must_fit_its_format(
    toy: None, words: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "explain", "x.wav", "--vocabulary", words, option, "x.pdf")
    assert code == 2 and f"'x.pdf' does not end in .{option[2:]}" in err


def test_a_clip_on_a_page(
    toy: None, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "rain.wav"
    soundfile.write(clip, buzz(np.full(8000, 0.1)), 16000)
    page, figure = tmp_path / "page.html", tmp_path / "figure.png"
    code, _, _ = run(
        capsys, "explain", clip, "--vocabulary", words, "--html", page, "--png", figure
    )
    assert code == 0
    assert "data:audio/mpeg;base64," in page.read_text(encoding="utf-8")
    assert figure.is_file()


def test_a_long_file_fits_the_terminal() -> None:
    explained = Explanation("a", (("\x1b[31mrain", 0.5),), 1, 0.9, None, "k-sparse")
    moments = tuple(Moment(at, at + 1, explained if at == 350 else None) for at in range(400))
    lines = time_text(TimeExplanation("a.wav", 400.0, moments), 3).splitlines()
    assert lines[1] == f"  [31mrain  |{' ' * 87}@{' ' * 12}|"
    assert lines[2].endswith("a sign is 4 windows")


def test_shards_become_a_table(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toy = ["--encoder", "tests.toy:ToyEncoder"]
    clips = ["sheep.wav", "a dog.wav"]
    x = ToyEncoder().encode_text(["sheep", "a dog"])
    np.savez(tmp_path / "x.npz", audio=3 * x, filename=clips)
    shards = tmp_path / "shards"
    code, _, err = run(capsys, "decompose", tmp_path / "x.npz", "--vocabulary", words, "--l0", 2,
                       "--out", shards, *toy)  # fmt: skip
    assert code == 0, err
    code, out, _ = run(capsys, "explain", "--weights", shards, "--top", 1)
    head, *rows = out.splitlines()
    assert (code, head) == (0, "clip,concept,prominence")
    assert [row.rpartition(",")[0] for row in rows] == ["sheep.wav,sheep", "a dog.wav,dog"]
    code, out, _ = run(capsys, "explain", "--weights", shards, "--top", 1, "--json")
    assert [one["concept"] for one in json.loads(out)] == ["sheep", "dog"]
    code, out, _ = run(capsys, "explain", "--weights", shards, "-o", tmp_path / "t.csv")
    assert code == 0 and out.startswith(f"{tmp_path / 't.csv'}: ") and "2 clips" in out
    for wrong, said in (
        (["--weights", shards, "--l0", 2], "not --l0"),
        (["--weights", shards, "a.wav"], "not [CLIP]..."),
        (["a.wav", "--vocabulary", words, "--workers", 2], "--workers is for the shards"),
        (["a.wav"], "Missing option '--vocabulary'"),
        (["a.wav", "--vocabulary", words, "-o", "t.csv"], "-o writes the table of --weights"),
    ):
        code, _, err = run(capsys, "explain", *wrong)
        assert code == 2 and said in err
