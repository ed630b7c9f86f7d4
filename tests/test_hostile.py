"""Data that try to run code, to write outside, to fill memory or disk, or to hang: refused."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from concept_core import load_encoder
from concept_core.bench.replay import read_cards, replay
from concept_core.encoders.specifier import Stated
from concept_core.errors import DataError, IntegrityError, UsageError, hide_secrets
from concept_core.files import check_file, read_text, sha256_file
from concept_core.releases.folder import SUMS, verify_release
from concept_core.releases.index import read_index
from concept_core.resources.unpacking import extract_archive
from concept_core.rows.source import open_sources
from tests import checkpoints
from tests.releases_toy import release_of, write
from tests.sources_toy import mine
from vocab_builder.building.build import build
from vocab_builder.building.recipe import Recipe
from vocab_builder.cli import main
from vocab_builder.release.files import render_sums
from vocab_builder.release.making import deprecate
from vocab_builder.reproduction.run import reproduce
from vocab_builder.sources.base import Place
from vocab_builder.sources.release import ReleasedConcepts

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "{encoder}"
[[source]]
kind = "wordlist"
path = "words.txt"
[selection]
kind = "frequency"
"""
STUDY = """
[encoder]
name = "{encoder}"
[study]
title = "T"
vocabulary = "demo"
paper_lambda = 0.05
[[dataset]]
name = "esc50"
folder = "esc50"
page = "x"
[[zero-shot]]
dataset = "esc50"
folds = ["1"]
metrics = ["accuracy"]
"""


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main([*map(str, arguments)])
    return int(caught.value.code or 0)


def recipe(folder: Path, encoder: str) -> Path:
    (folder / "words.txt").write_text("rain\nbell\n", encoding="utf-8")
    path = folder / "recipe of others.toml"
    path.write_text(RECIPE.format(encoder=encoder), encoding="utf-8")
    return path


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module that leaves a file when it is imported, where imports look for modules."""
    mark = tmp_path / "ran"
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n"
    code += "from tests.own_encoder import OwnEncoder as Own\n"
    (tmp_path / "of_others.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield mark
    sys.modules.pop("of_others", None)


def test_a_recipe_cannot_name_code(
    module: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = recipe(tmp_path, "of_others:Own"), tmp_path / "out"
    assert run("build", path, "--out", out) == 2
    said = capsys.readouterr().err
    assert f"sonolex build '{path}' --out {out} --encoder of_others:Own" in said
    assert not module.exists()
    assert not out.exists()
    # The line that the message has is allowed.
    assert run("build", path, "--out", out, "--encoder", "of_others:Own") == 0
    assert module.exists()


def test_nor_can_the_recipe_of_a_draft(module: Path, tmp_path: Path) -> None:
    path = recipe(tmp_path, "of_others:Own")
    text = path.read_text(encoding="utf-8") + '[curation]\ndecisions = ["decisions.csv"]\n'
    path.write_text(text, encoding="utf-8")
    assert run("curate", path, "--by", "me", "--queue", tmp_path / "q.csv") == 2
    assert not module.exists()


def test_a_study_cannot_name_code(module: Path, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(encoder="of_others:Own"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"sonolex reproduce .* --encoder of_others:Own"):
        reproduce(path, tmp_path, tmp_path / "out")
    assert not module.exists()


@pytest.mark.parametrize("trust", ["trust", "its own"])
def test_a_recipe_cannot_vouch_for_a_checkpoint(
    trust: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')

    class Touch:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    file, tokens = tmp_path / "m.pth", tmp_path / "gpt2"
    checkpoints.tiny_msclap(file, tokens)
    held = torch.load(file, weights_only=False)
    torch.save({**held, "extra": Touch()}, file)
    sha256 = trust if trust == "trust" else sha256_file(file)
    name = f"msclap:{file}?tokenizer={tokens}&sha256={sha256}"
    stated = Stated("recipe.toml: [vocabulary]", "sonolex build recipe.toml --out FOLDER")
    with pytest.raises((UsageError, DataError), match="--encoder"):
        load_encoder(name, device="cpu", cache=False, stated=stated).encode_text(["rain"])
    assert not (tmp_path / "ran").exists()
    # A person's word counts.
    load_encoder(name, device="cpu", cache=False).encode_text(["rain"])
    assert (tmp_path / "ran").exists()


IDS = ("../../x", "/x", "a/b", "a\\b", ".", "con", "a\x1b[2J", "", "a" * 300, "Demo", "a\n")


@pytest.fixture
def released(tmp_path: Path) -> Path:
    return write(release_of(["rain", "bell"]), tmp_path / "deep" / "down" / "0.1.0")


def restated(folder: Path, **metadata: object) -> Path:
    """A release that says other things of itself, with sums that hold."""
    path = folder / "vocabulary.json"
    stated = {**json.loads(path.read_text(encoding="utf-8")), **metadata}
    path.write_text(json.dumps(stated), encoding="utf-8")
    texts = {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir()}
    del texts[SUMS]
    (folder / SUMS).write_text(render_sums(texts), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", IDS)
def test_ids_that_lead_elsewhere(name: str, released: Path, tmp_path: Path) -> None:
    restated(released, id=name)
    before = sorted(tmp_path.rglob("*"))
    assert run("verify", released) == 3
    assert run("release", released, "--root", tmp_path / "deep" / "root") == 3
    assert run("publish", released, "--to", str(tmp_path / "deep" / "place")) == 3
    assert run("import", released, "--out", tmp_path / "deep" / "copy") == 3
    assert sorted(path for path in tmp_path.rglob("*") if path.name != ".index.lock") == before


@pytest.mark.parametrize("version", ["../1.0.0", "1.0", "9" * 5000 + ".0.0", "1.0.0\n"])
def test_versions_that_are_none(version: str, released: Path) -> None:
    assert run("verify", restated(released, version=version)) == 3


@pytest.mark.parametrize("name", ["../../x", "con"])
def test_an_index_with_such_an_id(name: str, tmp_path: Path) -> None:
    fields = 'version = "1.0.0"\ncontent_hash = "x"\nsums_sha256 = "x"\nconcepts = 1\nlicence = "x"'
    (tmp_path / "index.toml").write_text(f'[[release]]\nid = "{name}"\n{fields}\n')
    with pytest.raises(DataError, match="can name no release"):
        read_index(tmp_path)


def test_a_lock_leads_nowhere_else(released: Path) -> None:
    place = Place("toy@^0", where="recipe.toml: [[source]] 1")
    with pytest.raises(DataError, match="can name no release"):
        ReleasedConcepts().locate(place, str(released))


SECRETS = (
    "https://me:hunter2@host/x",
    "https://hunter2@host/demo@1.0.0",
    "git:ssh://me:hunter2@host/x",
    "https://me:wo/hunter2@host/x",
    "s3://b/k?X-Amz-Signature=hunter2&X=1",
    "ftp://me:hunter2@host",
)


@pytest.mark.parametrize("address", SECRETS)
@pytest.mark.parametrize(
    "command",
    [
        ("show",), ("verify",), ("fetch", "vocabulary:absent@1.0.0", "--from"),
        ("explain", "--vocabulary", "demo", "--encoder"), ("mine",), ("build", "--out", "x"),
        ("score", "demo", "--dataset"), ("score", "--replay"), ("import", "--out", "x"),
        ("publish", "demo", "--to"),
    ],
)  # fmt: skip
def test_passwords_are_not_repeated(
    command: tuple[str, ...], address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command, address) != 0
    said = capsys.readouterr()
    assert "hunter2" not in said.out + said.err


@pytest.mark.parametrize("address", ["ssh://git@host/x", "https://host:80/x/demo@1.0.0", "a@b"])
def test_other_addresses_are_told(address: str) -> None:
    assert hide_secrets(address) == address


def test_passwords_are_not_published(tmp_path: Path) -> None:
    path = recipe(tmp_path, "yamnet-minilm")
    path.write_text(path.read_text().replace("A few words", "See https://me:hunter2@host/x"))
    with pytest.raises(UsageError, match=r"toml:6: an address") as caught:
        build(path, tmp_path / "out")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(UsageError, match="the message:1: an address"):
        deprecate("toy", "use https://me:hunter2@host/x", tmp_path)
    release = release_of(["rain"])
    release.metadata["description"] = "https://host/x?token=hunter2"
    with pytest.raises(UsageError, match=r"README\.md:\d+: an address|vocabulary.json:\d+: an"):
        release.write(tmp_path / "release")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe that nobody writes to: who waits for it waits for ever."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("ending", ["", ".txt", ".toml", ".json", ".csv", ".npy", ".wav", ".zip"])
@pytest.mark.parametrize(
    "command",
    [
        ("build", "--out", "x"), ("show",), ("verify",), ("import", "--out", "x"),
        ("build", "RECIPE", "--out", "x", "--lock"), ("score", "--replay"), ("reproduce",),
        ("compare", "demo", "demo", "--reference"), ("decompose", "--vocabulary", "demo"),
        ("explain", "--vocabulary", "demo"), ("mine", "captions:"), ("mine", "wordlist:"),
        ("mine", "ucs:"), ("explain", "x.wav", "--encoder", "precomputed:", "--vocabulary", "demo"),
        ("verify", "demo", "--key"), ("texts", "demo", "--for", "score", "-o"),
    ],
)  # fmt: skip
def test_pipes_are_not_waited_for(
    command: tuple[str, ...], ending: str, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pipe.parent)
    path = pipe.rename(pipe.with_suffix(ending))
    toml = str(recipe(pipe.parent, "yamnet-minilm"))
    arguments = [toml if one == "RECIPE" else one for one in command]
    glued = [one + str(path) if one.endswith(":") else one for one in arguments]
    assert run(*glued, *([] if glued != arguments else [path])) != 0


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty"])
def test_devices_are_not_read(device: str) -> None:
    for read in (read_text, sha256_file, check_file, read_cards):
        with pytest.raises((DataError, OSError)):
            read(Path(device))


def test_a_pipe_in_a_release(released: Path) -> None:
    (released / "scores.csv").unlink()
    os.mkfifo(released / "scores.csv")
    with pytest.raises(IntegrityError, match=r"scores\.csv: is a pipe or device"):
        verify_release(released)


def test_files_that_state_10_gb(tmp_path: Path) -> None:
    path = tmp_path / "holes.toml"
    with open(path, "wb") as handle:
        handle.truncate(10 << 30)
    with pytest.raises(DataError, match="larger than 256 MiB"):
        Recipe.read(path)
    with pytest.raises(DataError, match="larger than 256 MiB"):
        read_cards(path)


def test_a_lock_and_a_card_of_no_end(pipe: Path, tmp_path: Path) -> None:
    path = recipe(tmp_path, "yamnet-minilm")
    with pytest.raises(DataError, match="a pipe; only files are read"):
        build(path, tmp_path / "out", lock=pipe)
    with pytest.raises(DataError, match="a pipe; only files are read"):
        replay(pipe, "yamnet-minilm")


def npz(path: Path, shape: str, content: bytes = b"", dtype: str = "<f4") -> Path:
    header = f"{{'descr': '{dtype}', 'fortran_order': True, 'shape': {shape}, }}".ljust(117) + "\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("audio.npy", b"\x93NUMPY\x01\x00v\x00" + header.encode() + content)
    return path


@pytest.mark.parametrize("shape", ["(10**12, 512)", "(1000000000000, 512)", "(1, 1000000000)"])
def test_arrays_that_state_terabytes(shape: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read as embeddings"):
        open_sources(npz(tmp_path / "x.npz", shape))


def test_a_row_that_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    header = np.lib.format.header_data_from_array_1_0(np.zeros((1, 1), np.float32))
    with open(path, "wb") as handle:
        np.lib.format.write_array_header_1_0(handle, {**header, "shape": (1, 10 << 30)})
        handle.truncate(41 << 30)
    with pytest.raises(DataError, match="each row of more than 16 MiB"):
        open_sources(path)


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    class Touch:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    held = np.array([[Touch()]], dtype=object)
    np.save(tmp_path / "x.npy", held, allow_pickle=True)
    np.savez(tmp_path / "x.npz", audio=held)
    for name in ("x.npy", "x.npz"):
        with pytest.raises(DataError):
            [one.all_rows() for one in open_sources(tmp_path / name)]
    assert not (tmp_path / "ran").exists()


def test_rows_that_lie_elsewhere(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason='needs pip install "sonolex[hdf5]"')
    with h5py.File(tmp_path / "x.h5", "w") as file:
        away = [("/dev/zero", 0, h5py.h5f.UNLIMITED)]
        file.create_dataset("audio", shape=(9, 8), dtype="<f4", external=away)
    with pytest.raises(DataError, match="said to lie in other files"):
        open_sources(tmp_path / "x.h5")


def test_a_workbook_that_unpacks_to_gigabytes(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl", reason='needs pip install "sonolex[xlsx]"')
    with (
        zipfile.ZipFile(tmp_path / "ucs.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(70):
            member.write(bytes(1 << 20))
    with pytest.raises(DataError, match="unpacks to more than 64 MiB"):
        mine("ucs", "ucs", tmp_path / "ucs.xlsx")


@pytest.mark.parametrize(
    "name", ["a\x1b[2J", "a" * 300, "a\u202etxt.exe", "a/../../x", "/x", "c:x"]
)
def test_names_in_archives(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(IntegrityError, match="unsafe path"):
        extract_archive(tmp_path / "x.zip", tmp_path / "into")
    assert not (tmp_path / "into").exists()


def card(path: Path, **stated: object) -> Path:
    keys = "dataset data_folds data_hash classes mode value mean_l0 prompt_set parameters bad seed"
    vocabulary = {"id": "demo", "version": "1.0.0", "size": 10, "content_hash": "x"}
    whole = {
        **dict.fromkeys(keys.split(), ""),
        "task": "zero-shot",
        "software": "0",
        "classes": ["x"],
        "data_folds": [],
        "dataset": "esc50",
        "dataset_revision": "x",
        "parameters": {},
        "seed": 0,
        "mode": "l0",
        "value": 2.0,
        "mean_l0": None,
        "bad": [],
        "n": 1,
        "vocabulary": vocabulary,
        "encoder": {"fingerprint": "x"},
        **stated,
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def test_a_card_cannot_name_code(module: Path, tmp_path: Path) -> None:
    encoder = {"name": "of_others:Own", "fingerprint": "x"}
    assert run("score", "--replay", card(tmp_path / "card.json", encoder=encoder)) != 0
    assert not module.exists()


def test_a_card_leads_nowhere_else(released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(released)
    away = {"id": "..", "version": "0.1.0", "size": 2, "content_hash": "x"}
    with pytest.raises(DataError, match="can name no release"):
        replay(card(released.parent / "card.json", vocabulary=away), "yamnet-minilm")
