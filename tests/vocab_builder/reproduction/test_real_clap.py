"""`sonolex real-clap`: files from published arrays, and results without a model or a sound."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from concept_core import load_vocabulary
from concept_core.errors import MissingError, UsageError
from concept_core.resources import fetch
from tests.real_clap_layout import CLIPS, LABELS, Files, made_up, of_shared, write
from vocab_builder.cli import main
from vocab_builder.reproduction.real_clap import real_clap, write_real_clap


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def bring(files: Files, folder: Path) -> None:
    """Both resources, as ``sonolex fetch NAME --from FOLDER`` brings them."""
    write(files, folder)
    for name in (CLIPS, LABELS):
        fetch(name, own=folder / name)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([*map(str, arguments)])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def test_rows_labels_and_table(tmp_path: Path) -> None:
    bring(made_up(), tmp_path / "own")
    rows, words, table = write_real_clap(tmp_path / "new" / "clap")
    with np.load(rows, allow_pickle=False) as arrays:
        assert set(arrays) == {"audio", "audio_ids", "text", "text_ids"}
        assert arrays["audio"].shape == (300, 48) and arrays["audio"].dtype == np.float32
        assert arrays["audio_ids"][0] == "1-0-A-0.wav"
        ids = arrays["text_ids"].tolist()
        assert arrays["text"].shape == (len(ids), 48) and len(ids) == 50 + 55
    # The prompts as they were encoded: with a full stop, and without.
    assert {"This is a sound of dog.", "This is a sound of crying baby."} <= set(ids[:50])
    assert {"This is a sound of dog", "This is a sound of crying_baby"} <= set(ids[50:])
    assert words.name == "fsd50k.txt" and table == tmp_path / "new" / "clap" / "meta" / "esc50.csv"
    labels = load_vocabulary(words).labels
    assert labels[-4:] == ["drawer open or close", "bathtub (filling or washing)", "hi-hat", "purr"]
    assert write_real_clap(tmp_path / "new" / "clap")[0].read_bytes() == rows.read_bytes()


def test_without_the_resources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MissingError):
        write_real_clap(tmp_path / "clap")
    code, out, err = run(capsys, "real-clap", "-o", tmp_path / "clap")
    assert code == 4 and not out
    assert f"sonolex fetch {CLIPS} {LABELS}" in err
    assert not (tmp_path / "clap").exists()


def test_a_fold_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fold 6"):
        real_clap(tmp_path / "clap", folds=("6",))


def test_everything_without_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    bring(made_up(), tmp_path / "own")
    folder = tmp_path / "my clap"
    code, out, err = run(capsys, "real-clap", "-o", folder)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0] == (
        "LAION-CLAP on ESC-50, folds 3: 100 clips among 50 names, over 55 class names of FSD50K"
    )
    assert [line.split()[0] for line in lines[2:6]] == ["5", "10", "20", "40"]
    assert any(line.startswith("dog ") for line in lines)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} == {
        "rows.npz", "fsd50k.txt", "meta/esc50.csv", "score.json", "sweep.json", "explained.json",
        "sweep.png", "explained.png",
    }  # fmt: skip
    # Centred: ten concepts keep what the dense vectors know, as labels name the classes.
    card = json.loads((folder / "score.json").read_text(encoding="utf-8"))
    assert card["folds"] == [3] and card["value"] == 10 and card["retention"] > 0.9
    # Each command that is printed does its part, with the same result.
    score, sweep, explain = (line.strip() for line in lines[-3:])
    for line, name in ((score, "score"), (sweep, "sweep"), (explain, "explained")):
        first, *arguments = shlex.split(line)
        code, out, err = run(capsys, *arguments, "--json")
        assert (first, code) == ("sonolex", 0), err
        assert json.loads(out) == json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def test_all_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring(made_up(), tmp_path / "own")
    code, out, err = run(capsys, "real-clap", "-o", tmp_path / "clap", "--folds", "1,2", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert set(found) == {"folder", "score", "sweep", "explained", "commands"}
    assert found["score"]["folds"] == [1, 2]
    assert [one["name"] for one in found["explained"]["groups"]] == [
        "dog", "rain", "church bells", "vacuum cleaner",
    ]  # fmt: skip


def test_real_clap_keeps_what_it_knows(shared: Path, tmp_path: Path) -> None:
    bring(of_shared(shared), tmp_path / "own")
    found = real_clap(tmp_path / "clap")
    assert found.card.n == 400 and found.card.vocabulary["size"] == 192
    kept = {int(point.value): point.main.retention or 0.0 for point in found.sweep.points}
    assert kept[10] >= 0.94 and kept[20] >= 0.97 and kept[40] >= 0.985
    assert found.card.main.retention == pytest.approx(kept[10])
