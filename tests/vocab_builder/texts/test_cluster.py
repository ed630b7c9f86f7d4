"""The whole way of a user whose model is elsewhere: texts, rows by a script of their own, jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders.precomputed import Precomputed
from concept_core.errors import DataError
from tests.esc50_layout import HEADER, line
from tests.vocab_builder.cli.test_cli import run
from vocab_builder.texts import TextsRequest, texts_of

LABELS = ["dog_bark", "rain", "engine", "sea waves", "crying_baby", "clock", "vacuum cleaner"]
CLASSES = ["dog", "rain", "crying baby", "sea waves", "vacuum cleaner", "clock tick"]
CLIPS = [(f"{fold}-{n}-A-{n % 6}.wav", fold, CLASSES[n % 6]) for fold in (1, 2) for n in range(30)]
WORDINGS = ["paper@1", "The sound of {label}"]


def embed_elsewhere(texts: Path, clips: list[str], out: Path) -> None:
    """What runs on the cluster: it knows a model, and nothing of Sonolex."""
    lines = texts.read_text(encoding="utf-8").splitlines()

    def model(name: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(24) + 0.5

    np.savez(
        out,
        audio=np.array([model(clip) for clip in clips], np.float32),
        filename=np.array(clips),
        text=np.array([model(line) for line in lines], np.float32),
        captions=np.array(lines),
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    (tmp_path / "words.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    (tmp_path / "more.txt").write_text("bell\nrain\nwind\nfrog\n", encoding="utf-8")
    (tmp_path / "esc" / "meta").mkdir(parents=True)
    table = "\n".join([HEADER, *(line(*clip) for clip in CLIPS)]) + "\n"
    (tmp_path / "esc" / "meta" / "esc50.csv").write_text(table, encoding="utf-8")
    captions = "\n".join(f"caption {n}, a dog barks" for n in range(30)) + "\n"
    (tmp_path / "captions.txt").write_text(captions, encoding="utf-8")
    pairs = "".join(f"{n}.wav,a dog barks {n} times,{n} barks of a dog\n" for n in range(3))
    table = f"file_name,caption_1,caption_2\n{pairs}"
    (tmp_path / "pairs.csv").write_text(table, encoding="utf-8")
    return tmp_path


def jobs(place: Path) -> list[tuple[str, list[object], list[object]]]:
    """A job, what `texts` is told of it, and how it is called then."""
    words, more, esc = place / "words.txt", place / "more.txt", place / "esc"
    data = ["--dataset", "esc50", "--data", esc, "--folds", "1"]
    captions = place / "captions.txt"
    pairs = ["--dataset", "captions", "--data", place / "pairs.csv"]
    return [
        ("score", [words, "--dataset", "esc50"], [words, *data, "--l0", 3]),
        ("score", [words, *data], [words, *data, "--l1", 0.1]),
        ("score", [words, "--dataset", "esc50", "--task", "intervention"],
         [words, *data, "--l0", 3, "--task", "intervention", "--without", "rain"]),
        ("sweep", [words, more, "--dataset", "esc50"],
         [words, more, *data, "--l0", "1,3", "--sizes", "3,all", "--random", 1]),
        ("sweep", [words, *pairs, "--task", "retrieval"],
         [words, *pairs, "--task", "retrieval", "--l0", "1,3", "--random", 1]),
        ("compare", [words, more, "--dataset", "esc50"], [words, more, *data, "--l0", 3]),
        ("compare", [words, more, "--reference", captions, "--near"],
         [words, more, "--reference", captions, "--near", 0.9, "--l0", 3]),
        ("report", [words, more, "--reference", captions],
         [words, more, "--reference", captions, "-o", place / "page.html"]),
        ("explain", [words],
         ["--vocabulary", words, "--dataset", "esc50", "--data", esc, "--folds", "1",
          "--without", "rain"]),
    ]  # fmt: skip


@pytest.fixture
def missed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What rows were asked for that are not there, also where a job goes on without."""
    found: list[str] = []
    encode = Precomputed.encode_text

    def noting(self: Precomputed, texts: Sequence[str]) -> np.ndarray:
        try:
            return encode(self, texts)
        except DataError as error:
            found.append(str(error))
            raise

    monkeypatch.setattr(Precomputed, "encode_text", noting)
    return found


@pytest.mark.parametrize("number", range(9))
@pytest.mark.parametrize("wording", WORDINGS)
def test_a_job_misses_nothing(
    wording: str,
    number: int,
    place: Path,
    missed: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    job, of_texts, call = jobs(place)[number]
    texts, rows = place / "texts.txt", place / "rows.npz"
    code, said, err = run(
        capsys, "texts", *of_texts, "--for", job, "--prompts", wording, "-o", texts
    )
    assert code == 0, err
    lines = texts.read_text(encoding="utf-8").splitlines()
    assert said == f"{texts}: {len(lines):,} texts for {job}, labels in {wording}\n"
    assert len(set(lines)) == len(lines)
    embed_elsewhere(texts, [clip for clip, _, _ in CLIPS], rows)
    encoder = f"precomputed:{rows}?prompts={wording}"
    code, _, err = run(capsys, job, *call, "--encoder", encoder)
    assert code == 0, err
    assert missed == []


def test_one_text_less_is_missed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, of_texts, call = jobs(place)[0]
    texts = place / "texts.txt"
    run(capsys, "texts", *of_texts, "--for", "score", "-o", texts)
    lines = [one for one in texts.read_text("utf-8").splitlines() if "engine" not in one]
    texts.write_text("\n".join(lines) + "\n", encoding="utf-8")
    embed_elsewhere(texts, [clip for clip, _, _ in CLIPS], place / "rows.npz")
    encoder = f"precomputed:{place / 'rows.npz'}"
    code, _, err = run(capsys, "score", *call, "--encoder", encoder)
    assert code == 3 and "engine" in err and "sonolex texts" in err


def test_what_score_needs_is_labels_and_class_names_in_all_sets(place: Path) -> None:
    found = texts_of(TextsRequest("score", (str(place / "words.txt"),), dataset="esc10"))
    assert "This is a sound of crying baby." in found and "I can hear rain." in found
    assert "This is a sound of dog bark." in found
    assert "I can hear dog bark." not in found, "labels stand in the asked prompts alone"


def test_the_list_does_not_change_and_is_the_same_with_and_without_data(place: Path) -> None:
    words = (str(place / "words.txt"),)
    bare = texts_of(TextsRequest("score", words, dataset="esc50"))
    full = texts_of(TextsRequest("score", words, dataset="esc50", data=place / "esc"))
    assert bare == full == texts_of(TextsRequest("score", words, dataset="esc50"))
    several = TextsRequest("score", words, prompts=tuple(WORDINGS), dataset="esc50")
    assert set(bare) < set(texts_of(several))


def test_pairs_of_the_calibration_are_listed_unless_it_is_given(place: Path) -> None:
    words = (str(place / "words.txt"), str(place / "more.txt"))
    captions = place / "captions.txt"
    given = texts_of(TextsRequest("compare", words, reference=captions, near=True))
    found = texts_of(TextsRequest("compare", words, reference=captions))
    assert len(found) > len(given) + 300
    assert "caption 7, a dog barks" in given


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--for", "score", "--dataset", "esc50"], "name the vocabularies that score takes"),
        (["words.txt", "--for", "score"], "score needs --dataset"),
        (["words.txt", "--for", "build", "--recipe", "x.toml"], "build takes no vocabularies"),
        (["--for", "build"], "build needs --recipe"),
        (["words.txt", "--for", "explain", "--dataset", "esc50"], "--dataset decides nothing"),
        (["words.txt", "--for", "explain", "--prompts", "paper"], "unknown prompt set"),
        (["words.txt", "--for", "score", "--dataset", "clotho"], "clips have captions"),
    ],
)
def test_wrong_calls(
    arguments: list[str], said: str, place: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(place)
    code, _, err = run(capsys, "texts", *arguments, "-o", "texts.txt")
    assert code == 2 and said in err
    assert not (place / "texts.txt").exists()


def test_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = place / "texts.txt"
    code, out, _ = run(capsys, "texts", place / "words.txt", "--for", "explain", "-o", texts,
                       "--json")  # fmt: skip
    assert code == 0
    assert json.loads(out) == {
        "file": str(texts), "job": "explain", "prompts": ["paper@1"], "texts": len(LABELS),
    }  # fmt: skip
