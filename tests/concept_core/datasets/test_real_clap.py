"""Real CLAP's published arrays, read from what was fetched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from concept_core.datasets import load_dataset
from concept_core.datasets.real_clap import esc50_table, read_clips, read_labels, require_real_clap
from concept_core.errors import DataError, MissingError
from concept_core.resources import fetch, status
from tests.real_clap_layout import CLIPS, LABELS, NAMES, made_up, of_shared, served, write
from tests.resources_toy import serve


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_from_a_server_to_rows() -> None:
    with serve() as site:
        catalog = served(made_up(), site)
        for name in (CLIPS, LABELS):
            fetch(name, catalog=catalog)
        assert len(site.asked) == 6
    require_real_clap()
    clips, labels = read_clips(), read_labels()
    assert clips.audio.shape == (300, 48) and clips.audio.dtype == np.float32
    assert clips.names[0] == "1-0-A-0.wav" and clips.folds[-1] == "3"
    assert clips.prompts[2] == "This is a sound of brushing teeth."
    assert clips.prompt_rows.shape == (50, 48) and len(clips.prompts) == 50
    assert labels.rows.shape == (55, 48) and labels.rows.dtype == np.float32
    assert labels.prompts[51] == "This is a sound of drawer_open_or_close"
    assert labels.labels[51] == "drawer open or close"


def test_from_a_folder_of_ones_own(tmp_path: Path) -> None:
    folder = write(made_up(), tmp_path / "own")
    fetch(CLIPS, own=folder / CLIPS)
    # As it lies in the repository, too.
    deep = tmp_path / "checkout/class_clap_npy/630k-audioset-best/thisisasoundof"
    deep.mkdir(parents=True)
    name = "class_clap_text_embedding_fsd50k.npy"
    (deep / name).write_bytes((folder / LABELS / name).read_bytes())
    (tmp_path / "checkout/fsd50k_all_class.txt").write_text("\n".join(NAMES) + "\nx\n" * 5)
    fetch(LABELS, own=tmp_path / "checkout")
    assert status(CLIPS).own and status(LABELS).own
    assert len(read_labels().labels) == 55


def test_what_is_missing_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=f"sonolex fetch {CLIPS} {LABELS}"):
        require_real_clap()
    fetch(CLIPS, own=write(made_up(), tmp_path / "own") / CLIPS)
    with pytest.raises(MissingError, match=f"sonolex fetch {LABELS}\n"):
        require_real_clap()


def test_the_table_is_that_of_esc50(tmp_path: Path) -> None:
    fetch(CLIPS, own=write(made_up(), tmp_path / "own") / CLIPS)
    table = esc50_table(read_clips())
    lines = table.splitlines()
    assert lines[0] == "filename,fold,target,category,esc10"
    assert f"1-{NAMES.index('coughing')}-A-0.wav,1,24,coughing,False" in lines
    assert f"3-{NAMES.index('dog')}-B-0.wav,3,0,dog,True" in lines
    # The reader of ESC-50 takes it, and it checks class numbers and ESC-10.
    (tmp_path / "esc" / "meta").mkdir(parents=True)
    (tmp_path / "esc" / "audio").mkdir()
    (tmp_path / "esc" / "meta" / "esc50.csv").write_text(table, encoding="utf-8")
    for name in read_clips().names:
        (tmp_path / "esc" / "audio" / name).touch()
    assert len(load_dataset("esc50", tmp_path / "esc")) == 300
    assert len(load_dataset("esc10", tmp_path / "esc")) == 60


@pytest.mark.parametrize(
    ("resource", "member", "data", "message"),
    [
        (CLIPS, "audio_embeddings.npy", b"no array", "audio_embeddings.npy"),
        (CLIPS, "class_names.txt", b"dog\ncat", "50 rows.* 2 names"),
        (CLIPS, "metadata.csv", None, "300 rows.* 299 lines"),
        (LABELS, "fsd50k_all_class.txt", b"dog\ncat", "55 rows.* 2 names"),
    ],
)
def test_files_that_do_not_fit(
    tmp_path: Path, resource: str, member: str, data: bytes | None, message: str
) -> None:
    files = made_up()
    last = files[CLIPS]["metadata.csv"].rstrip(b"\n").rpartition(b"\n")[0]
    files[resource][member] = last + b"\n" if data is None else data
    fetch(resource, own=write(files, tmp_path / "own") / resource)
    with pytest.raises(DataError, match=message) as caught:
        (read_clips if resource == CLIPS else read_labels)()
    assert f"sonolex fetch {resource}" in str(caught.value)


def test_a_class_in_two_prompts(tmp_path: Path) -> None:
    files = made_up()
    old = files[CLIPS]["metadata.csv"]
    files[CLIPS]["metadata.csv"] = old.replace(b"sound of dog.", b"sound of a dog.", 1)
    fetch(CLIPS, own=write(files, tmp_path / "own") / CLIPS)
    with pytest.raises(DataError, match="dog"):
        read_clips()


def test_real_rows_in_the_published_layout(shared: Path, tmp_path: Path) -> None:
    """All but sounds and their table come out to the byte, as they are pinned."""
    folder = write(of_shared(shared), tmp_path / "own")
    said: list[str] = []
    for name in (CLIPS, LABELS):
        fetch(name, own=folder / name, say=said.append)
    pinned = [line.split(":")[0].strip() for line in said if "is as pinned" in line]
    assert pinned == [
        "class_text_embeddings.npy", "class_names.txt", "class_clap_text_embedding_fsd50k.npy",
        "fsd50k_all_class.txt",
    ]  # fmt: skip
    clips, labels = read_clips(), read_labels()
    with np.load(shared / "data" / "clap_real" / "texts.npz") as texts:
        assert list(clips.prompts) == texts["esc50_prompts"].tolist()
        assert list(labels.prompts) == texts["fsd50k_prompts"].tolist()
        np.testing.assert_array_equal(clips.prompt_rows, texts["esc50"])
        np.testing.assert_array_equal(labels.rows, texts["fsd50k"])
    with np.load(shared / "data" / "clap_real" / "esc50_folds_1-3.npz") as real:
        np.testing.assert_array_equal(clips.audio, real["audio"])
    table = (shared / "data" / "esc50_meta" / "esc50.csv").read_text(encoding="utf-8")
    # In the order of ESC-50's own table, without its columns on where a clip was cut from.
    own = [line.split(",")[:5] for line in table.splitlines()]
    assert [line.split(",") for line in esc50_table(clips).splitlines()] == [
        row for row in own if row[1] not in ("4", "5")
    ]
