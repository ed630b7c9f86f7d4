from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.encoders import Encoder
from concept_core.explain import Explanation
from vocab_builder.cli import main
from vocab_builder.cli.explain_command import _render

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
    assert _render(clip).splitlines() == [
        "a.wav",
        f"  0.500  {'#' * 30}  cat",
        f"  0.250  {'#' * 15}{' ' * 15}  rain",
        f"  0.001  #{' ' * 29}  ash",
        "  l0 4, cosine 0.876",
    ]


def test_an_empty_and_an_unfinished_row_say_so() -> None:
    empty = Explanation("a.wav", (), 0, 0.0, None, "zero")
    assert "no concept of the vocabulary is in this clip" in _render(empty)
    unfinished = Explanation("a.wav", (("cat", 0.5),), 1, 0.5, 1e-3, "not-converged")
    assert _render(unfinished).endswith("l0 1, cosine 0.500, not converged")


def test_no_escape_code_reaches_the_terminal() -> None:
    bell = "\x1b]0;owned\x07cat\x9b31m\u202e"
    shown = _render(Explanation(f"{bell}.wav", ((bell, 0.5),), 1, 0.5, None, "k-sparse"))
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
