"""Rows that came from elsewhere: every verb of evaluation works without one sound file."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders.prompts import PROMPT_SETS
from concept_core.tasks.items import PROMPT_SET
from tests.esc50_layout import write_layout
from tests.layouts import make_clotho, make_table, make_urbansound8k
from tests.toy import ToyEncoder
from vocab_builder.cli import main

CLASSES = ("dog", "rain", "helicopter")
CLIPS = [
    (f"{name} {take}{fold}.wav", fold, name)
    for fold in (1, 2, 3)
    for name in CLASSES
    for take in "abcd"
]
LABELS = ["barking dog", "dog", "rain fall", "rotor", "helicopters", "storm", "wind", "sea"]


def write_rows(path: Path, clips: Sequence[str], texts: Sequence[str]) -> Path:
    """What another program would write: rows of clips by their ids, and of texts."""
    toy = ToyEncoder()
    np.savez(
        path,
        audio=toy.encode_text([Path(clip).stem for clip in clips]),
        audio_ids=np.array(clips),
        text=toy.encode_text(texts),
        text_ids=np.array(texts),
    )
    return path


def prompts(classes: Sequence[str]) -> list[str]:
    return [form.format(label=name) for form in PROMPT_SETS[PROMPT_SET] for name in classes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``esc/meta/esc50.csv`` alone, rows of its clips and of all texts, and a vocabulary."""
    write_layout(tmp_path / "esc", CLIPS, there=())
    (tmp_path / "esc" / "audio").rmdir()
    (tmp_path / "words.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    (tmp_path / "other.txt").write_text("dog\nsea\nwind\n", encoding="utf-8")
    texts = [*LABELS, *CLASSES[1:], *prompts(CLASSES)]
    write_rows(tmp_path / "rows.npz", [name for name, _, _ in CLIPS], texts)
    write_rows(tmp_path / "few.npz", [name for name, _, _ in CLIPS if name != "dog a3.wav"], texts)
    names = tmp_path / "names.txt"
    names.write_text("\n".join(CLASSES) + "\n", encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def data(folder: Path, rows: str = "rows.npz") -> list[object]:
    given = ["--dataset", "esc50", "--data", folder / "esc", "--folds", "3"]
    return [*given, "--encoder", f"precomputed:{folder / rows}"]


def classes(folder: Path) -> list[object]:
    return ["--classes", folder / "names.txt"]


def test_score_and_its_replay(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = folder / "card.json"
    asked = ["score", folder / "words.txt", *data(folder), *classes(folder), "--l0", 2]
    code, out, err = run(capsys, *asked, "-o", card, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert (found["n"], found["missing"], found["bad"], found["folds"]) == (12, 0, [], [3])
    assert re.fullmatch("names:[0-9a-f]{64}", found["data_hash"])
    again = ["--data", folder / "esc", "--encoder", f"precomputed:{folder / 'rows.npz'}"]
    code, _, err = run(capsys, "score", folder / "words.txt", "--replay", card, *again)
    assert code == 0 and "reproduced: words@unreleased" in err
    # Sounds that are there are not read, and the card is the same.
    (folder / "esc" / "audio").mkdir()
    (folder / "esc" / "audio" / "dog a3.wav").write_bytes(b"no sound")
    assert run(capsys, *asked, "--json")[1] == out


def test_what_has_no_row_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["score", folder / "words.txt", *data(folder, "few.npz"), *classes(folder), "--l0", 2]
    code, out, err = run(capsys, *asked)
    assert (code, out) == (3, "")
    assert "1 of 12 clips cannot be embedded (--skip-bad leaves them out):" in err
    assert "dog a3.wav" in err
    code, out, err = run(capsys, *asked, "--skip-bad", "--json")
    assert code == 0 and "left out: " in err and "dog a3.wav" in err
    card = json.loads(out)
    assert (card["n"], card["bad"]) == (11, ["dog a3.wav"])


def test_many_clips_without_a_row_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(folder / "one.npz", ["dog a3.wav"], [*LABELS, *prompts(CLASSES)])
    asked = ["score", folder / "words.txt", *data(folder, "one.npz"), *classes(folder), "--l0", 2]
    asked += ["--folds", "1,2,3"]
    code, _, err = run(capsys, *asked)
    assert code == 3 and "35 of 36 clips cannot be embedded" in err
    assert "  and 15 more" in err and len(err.splitlines()) < 25
    code, _, err = run(capsys, *asked, "--skip-bad")
    assert code == 0, err
    assert "left out: 15 more, 35 clips in all" in err and len(err.splitlines()) < 25


def test_sweep(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [folder / "words.txt", *data(folder), *classes(folder), "--l0", "1,2"]
    code, out, err = run(capsys, "sweep", *asked)
    assert code == 0, err
    assert out.startswith("zero-shot, esc50, folds 3: 12 clips among 3 names")


def test_compare(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Compared among the class names of the set itself: all fifty have their prompts.
    from concept_core.datasets import known_classes

    texts = [*LABELS, *prompts(known_classes("esc50"))]
    write_rows(folder / "rows.npz", [name for name, _, _ in CLIPS], texts)
    asked = [folder / "words.txt", folder / "other.txt", *data(folder), "--near", 0.8]
    code, out, err = run(capsys, "compare", *asked, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["reference"] == {"name": "esc50, folds 3", "kind": "clips", "found": 12, "n": 12}


def test_explain_classes_and_a_contrast(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["explain", "--vocabulary", folder / "words.txt", *data(folder), "--json"]
    code, out, err = run(capsys, *asked)
    assert code == 0, err
    assert json.loads(out)["groups"][0]["n"] == 12
    code, out, err = run(capsys, *asked, "--class", "dog", "--class", "rain")
    assert code == 0, err
    assert [(one["name"], one["n"]) for one in json.loads(out)["groups"]] == [
        ("dog", 4),
        ("rain", 4),
    ]
    code, out, err = run(capsys, *asked, "--class", "dog", "--against", "rain")
    assert code == 0, err
    (contrast,) = json.loads(out)["contrasts"]
    assert (contrast["n_one"], contrast["n_other"]) == (4, 4)
    asked[asked.index(f"precomputed:{folder / 'rows.npz'}")] = f"precomputed:{folder / 'few.npz'}"
    assert "dog a3.wav" in run(capsys, *asked)[2]
    code, out, err = run(capsys, *asked, "--skip-bad")
    assert code == 0 and "dog a3.wav" in err and json.loads(out)["groups"][0]["n"] == 11


def test_explain_with_a_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A clip that is a row alone has concepts, and nothing to hear."""
    page = folder / "page.html"
    asked = ["--encoder", f"precomputed:{folder / 'rows.npz'}", "--html", page]
    code, _, err = run(
        capsys, "explain", "dog a1.wav", "--vocabulary", folder / "words.txt", *asked
    )
    assert code == 0, err
    assert '"audio":""' in page.read_text("utf-8").replace(" ", "")


def test_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from concept_core.datasets import known_classes

    texts = [*LABELS, *prompts(known_classes("esc50"))]
    write_rows(folder / "rows.npz", [name for name, _, _ in CLIPS], texts)
    page = folder / "page.html"
    asked = ["report", folder / "words.txt", *data(folder), "-o", page]
    code, _, err = run(capsys, *asked, "--explain", "rain a1.wav")
    assert code == 0, err
    text = page.read_text("utf-8")
    assert "esc50, folds 3" in text and '<section id="curves"' in text and "rain a1.wav" in text
    code, _, err = run(capsys, *asked, "--reference", folder / "words.txt")
    assert code == 2 and "give one of --reference and --dataset" in err
    assert run(capsys, "report", folder / "words.txt", "--data", folder, "-o", page)[0] == 2
    # A clip that the rows do not have is an error, and so is one that must be heard.
    assert run(capsys, *asked, "--explain", "gone.wav")[0] == 3


def test_other_sets_and_a_table_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids are names with or without a suffix, or whole paths; captions need no sound either."""
    urban, clotho = make_urbansound8k(tmp_path / "urban"), make_clotho(tmp_path / "clotho")
    table = make_table(
        tmp_path / "mine", "path,label", ["near/dog a.wav,dog", "far/rain b.wav,rain"]
    )
    for path in [*tmp_path.rglob("*.wav")]:
        path.unlink()
    with open(urban / "metadata" / "UrbanSound8K.csv", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    with open(clotho / "clotho_captions_evaluation.csv", encoding="utf-8", newline="") as handle:
        told = list(csv.DictReader(handle))
    texts = sorted({row["class"].replace("_", " ") for row in rows} | {"dog", "rain"})
    captions = {row[f"caption_{number}"].strip() for row in told for number in range(1, 6)}
    ids = {row["slice_file_name"].removesuffix(".wav") for row in rows if row["fold"] == "1"}
    ids |= {str(urban / "audio" / "fold2" / row["slice_file_name"]) for row in rows
            if row["fold"] == "2"}  # fmt: skip
    ids |= {row["file_name"] for row in told} | {"dog a", "rain b.wav"}
    wanted = [*texts, *prompts(texts), *sorted(captions)]
    write_rows(tmp_path / "rows.npz", sorted(ids), list(dict.fromkeys(wanted)))
    (tmp_path / "words.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    asked = ["score", tmp_path / "words.txt", "--encoder", f"precomputed:{tmp_path / 'rows.npz'}"]
    asked += ["--l0", 2, "--json"]
    for name, place, more, n in (
        ("urbansound8k", urban, ["--folds", "1,2"], 20),
        ("table", table, [], 2),
        ("clotho", clotho, ["--task", "retrieval", "--folds", "evaluation"], len(told)),
    ):
        code, out, err = run(capsys, *asked, "--dataset", name, "--data", place, *more)
        assert code == 0, err
        assert (json.loads(out)["n"], json.loads(out)["missing"]) == (n, 0)


def test_an_encoder_that_listens_still_needs_the_sounds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["score", folder / "words.txt", "--dataset", "esc50", "--data", folder / "esc"]
    code, _, err = run(capsys, *asked, "--folds", "3", "--l0", 2)
    assert code == 3 and "none of the 12 clips of esc50 in folds 3 is there" in err


def test_real_rows_with_the_table_alone(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real LAION-CLAP rows of ESC-50: dense zero-shot over all three folds, and with fold 3."""
    real = shared / "data" / "clap_real"
    if not real.is_dir():
        pytest.skip(f"no real rows at {real}")
    sounds, texts = np.load(real / "esc50_folds_1-3.npz"), np.load(real / "texts.npz")
    names = [name.replace("_", " ") for name in sounds["category"].tolist()]
    triples = zip(sounds["filename"].tolist(), sounds["fold"].tolist(), names, strict=True)
    write_layout(tmp_path / "esc", triples, there=())
    (tmp_path / "esc" / "audio").rmdir()
    spoken = [
        *texts["esc50_prompts"].tolist(),
        *(s.replace("_", " ") for s in texts["fsd50k_names"]),
    ]
    np.savez(
        tmp_path / "rows.npz",
        audio=sounds["audio"],
        audio_ids=sounds["filename"],
        text=np.concatenate([texts["esc50"], texts["fsd50k"]]),
        text_ids=np.array(spoken),
    )
    words = tmp_path / "fsd50k.txt"
    words.write_text("\n".join(spoken[50:]) + "\n", encoding="utf-8")
    given = ["--dataset", "esc50", "--data", tmp_path / "esc", "--folds", "3"]
    given += ["--encoder", f"precomputed:{tmp_path / 'rows.npz'}", "--l0", 10, "--json"]
    code, out, err = run(capsys, "score", words, *given)
    assert code == 0, err
    card = json.loads(out)
    assert (card["n"], card["missing"], card["bad"]) == (400, 0, [])
    assert card["dense_accuracy"] > 0.85
