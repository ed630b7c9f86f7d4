"""``embed --out``, ``merge``, ``verify`` and ``decompose`` of shards, on the command line."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from concept_core import stores
from tests.embed_toy import NAME, Serial, all_files, tar_of, tone, write_tones
from tests.vocab_builder.cli.test_cli import run
from vocab_builder.cli.progress import sound_bar

pytest.importorskip("pyarrow")
TOY = ["--encoder", NAME, "--shard-rows", "4"]


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    write_tones(tmp_path / "in", 10)
    return tmp_path / "in"


def test_two_processes_of_which_one_dies_make_the_same_bytes(
    clips: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOY_DEATHS", str(tmp_path / "deaths"))
    code, said, err = run(capsys, "embed", clips, "--out", tmp_path / "one", *TOY)
    assert (code, said) == (0, f"{tmp_path}/one: 10 rows of 10 clips (0.00 hours) in 3 shards\n")
    # Of two workers with three shards one comes to a second, and dies of it.
    deadly = ["--encoder", NAME.replace("Toy", "Deadly"), "--shard-rows", "4"]
    code, said, err = run(
        capsys, "embed", clips, "--out", tmp_path / "two", *deadly, "--workers", "2"
    )
    assert code == 0, err
    assert (tmp_path / "deaths").read_text(encoding="utf-8").startswith("dead")
    code, said, err = run(
        capsys, "embed", clips, "--out", tmp_path / "three", *TOY, "--workers", "2"
    )
    assert code == 0, err
    assert all_files(tmp_path / "one") == all_files(tmp_path / "three")
    assert all_files(tmp_path / "one") == all_files(tmp_path / "two")


def test_a_clip_that_ends_its_worker_is_found_and_named(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean, out = tmp_path / "clean", tmp_path / "out"
    (clips / "0005-poison.wav").write_bytes(tone(99))
    poisoned = ["--encoder", NAME.replace("Toy", "Poisoned"), "--shard-rows", "40"]
    code, said, err = run(capsys, "embed", clips, "--out", out, *poisoned, "--workers", "2")
    assert code == 3 and "1 of 11 clips have no row" in err
    assert said == f"{out}: 10 rows of 11 clips (0.00 hours) in 1 shards\n"
    failures = (out / "failures.csv").read_text(encoding="utf-8")
    assert "\n0005-poison.wav,0005-poison.wav: its worker ended twice while it was" in failures
    assert not list((out / "notes").glob("*.trying.json"))
    (clips / "0005-poison.wav").unlink()
    run(capsys, "embed", clips, "--out", clean, *TOY[:2])
    name = "shards/embeddings-00000.parquet"
    assert all_files(out)[name] == all_files(clean)[name]


def test_ray_makes_the_same_bytes(
    ray_cluster: None, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "0003.wav").write_bytes(b"bad")
    (tmp_path / "x.tar").write_bytes(tar_of({"a.wav": tone(1), "b.wav": tone(2)}))
    given = ["embed", clips, tmp_path / "x.tar", *TOY]
    assert run(capsys, *given, "--out", tmp_path / "one")[0] == 3
    code, _, err = run(
        capsys, *given, "--out", tmp_path / "ray", "--engine", "ray", "--workers", "2"
    )
    assert code == 3, err
    assert all_files(tmp_path / "one") == all_files(tmp_path / "ray")
    (tmp_path / "ray" / "shards" / "embeddings-00001.parquet").unlink()
    _, said, err = run(capsys, *given, "--out", tmp_path / "ray", "--engine", "ray")
    assert "3 of them from an earlier run" in said, err
    assert all_files(tmp_path / "one") == all_files(tmp_path / "ray")


def test_a_bad_clip_is_exit_3_and_named(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "0002.wav").write_bytes(b"")
    out = tmp_path / "out"
    for resumed in ("", ", 3 of them from an earlier run"):
        code, said, err = run(capsys, "embed", clips, "--out", out, *TOY)
        assert code == 3
        assert said == f"{out}: 9 rows of 10 clips (0.00 hours) in 3 shards{resumed}\n"
        assert err.count("\n") == 1
        assert "1 of 10 clips have no row; failures.csv there names them" in err
    code, said, _ = run(capsys, "embed", clips, "--out", out, *TOY, "--json")
    assert code == 3 and json.loads(said)["failures"] == 1


def test_what_could_not_be_made_is_said_beside_what_has_no_row(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def losing(name: str, workers: int | None) -> Iterator[Serial]:
        yield Serial(lose=lambda place: place == 1)

    monkeypatch.setattr("concept_core.engine.open_engine", losing)
    code, _, err = run(capsys, "embed", clips, "--out", tmp_path / "out", *TOY)
    assert code == 3
    assert "4 of 10 clips have no row" in err
    assert "1 shard could not be made: the same command tries it again" in err


def test_a_bar_of_clips_whose_number_is_not_known_ends_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    with sound_bar("embed") as show:
        show(5, 0, 7200.0)
        show(9, 0, 7200.0)
    assert "9clip" in terminal.getvalue() and "2.0 h of sound" in terminal.getvalue()
    assert terminal.getvalue().endswith("\n")


def test_a_plan_first(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.tar").write_bytes(tar_of({"a.wav": tone(1)}))
    out = tmp_path / "out"
    code, said, err = run(
        capsys, "embed", clips, tmp_path / "x.tar", "--out", out, *TOY, "--dry-run",
        "--workers", "2",
    )  # fmt: skip
    assert code == 0 and not out.exists(), err
    assert f"would write 4 shards into {out}\nclips: 10 and those of 1 tars" in said
    assert "rows: 8 dimensions" in said and "2 workers, each about" in said


def test_shards_are_verified_and_merged(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run(capsys, "embed", clips, "--out", out, *TOY)
    code, said, err = run(capsys, "verify", out, "--json")
    assert code == 0 and err == f"{out}: 3 files verified\n"
    assert json.loads(said)["verified"][0] == "embeddings-00000.parquet"
    code, said, err = run(capsys, "merge", out, "-o", tmp_path / "all.npz")
    assert (code, err) == (0, f"{tmp_path}/all.npz: 10 rows\n")
    run(capsys, "embed", *sorted(clips.iterdir()), "-o", tmp_path / "file.npz", *TOY[:2])
    code, _, err = run(capsys, "verify", out, "--key", tmp_path / "all.npz")
    assert code == 2 and "shards are not signed" in err
    (out / "shards" / "embeddings-00002.parquet").unlink()
    for command in (("verify", out), ("merge", out, "-o", tmp_path / "x.npz")):
        code, _, err = run(capsys, *command)
        assert code == 5 and "embeddings-00002.parquet: missing, or not what the run wrote" in err


@pytest.mark.parametrize("place", ["folder", "store"])
def test_shards_are_decomposed_as_the_file_is(
    clips: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    place: str,
    request: pytest.FixtureRequest,
) -> None:
    (tmp_path / "words.txt").write_text("a\nbb\n", encoding="utf-8")
    root = request.getfixturevalue("bucket") if place == "store" else str(tmp_path)
    out = f"{root}/rows"
    code, _, err = run(capsys, "embed", clips, "--out", out, *TOY, "--workers", "2")
    assert code == 0, err
    run(capsys, "merge", out, "-o", tmp_path / "all.parquet")
    tables = []
    for name, rows in (("shards", out), ("file", tmp_path / "all.parquet")):
        code, _, err = run(
            capsys, "decompose", rows, "--vocabulary", tmp_path / "words.txt", "--l0", "1",
            "--out", f"{root}/{name}", *TOY[:2], "--workers", "2",
        )  # fmt: skip
        assert code == 0, err
        table = tmp_path / "t.csv"
        code, _, err = run(
            capsys, "explain", "--weights", f"{root}/{name}", "--top", "1", "-o", table
        )
        assert code == 0, err
        tables.append(table.read_text(encoding="utf-8"))
    assert tables[0] == tables[1] and tables[0].count("\n") == 11
    one, other = (stores.read(f"{root}/{name}/shard-00000.npz") for name in ("shards", "file"))
    assert one == other
    code, said, err = run(
        capsys, "decompose", out, "--vocabulary", tmp_path / "words.txt", "--l0", "1",
        "--out", f"{root}/shards", *TOY[:2],
    )  # fmt: skip
    assert code == 0 and "10 rows in 1 shards, 1 of them from an earlier run" in said, err
    code, _, err = run(capsys, "verify", f"{root}/shards")
    assert code == 0, err
    stores.write(f"{root}/shards/shard-00000.npz", b"")
    assert run(capsys, "verify", f"{root}/shards")[0] == 5
    # Rows that were changed since they were written are no rows.
    stores.write(f"{out}/shards/embeddings-00001.parquet", b"")
    code, _, err = run(
        capsys, "decompose", out, "--vocabulary", tmp_path / "words.txt", "--l0", "1",
        "--out", f"{root}/more", *TOY[:2],
    )  # fmt: skip
    assert code == 5 and "embeddings-00001.parquet: missing, or not what" in err


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "name what to write: -o FILE, or --out"),
        (["-o", "x.npz", "--out", "y"], "name what to write: -o FILE, or --out"),
        (["-o", "x.npz", "--workers", "2"], "--workers does not go with -o"),
        (["-o", "x.npz", "--dry-run"], "--dry-run does not go with -o"),
        (["--out", "y", "--skip-bad"], "--skip-bad does not go with --out"),
        (["--out", "http://x/y"], "http://x/y: unknown scheme 'http'"),
        (["--out", "y", "--engine", "dask"], "unknown engine 'dask'"),
    ],
)
def test_wrong_calls(
    options: list[str],
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "embed", "a.wav", *options, *TOY[:2])
    assert code == 2 and why in err
    assert list(tmp_path.iterdir()) == []


def test_the_bundled_encoder_gives_the_same_rows_by_all_ways(
    encoder: object, demo_sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sounds = sorted(demo_sounds.rglob("*.mp3"))[:4]
    assert run(capsys, "embed", *sounds, "-o", tmp_path / "file.parquet")[0] == 0
    code, _, err = run(capsys, "embed", *sounds, "--out", tmp_path / "out", "--shard-rows", "4")
    assert code == 0, err
    (tmp_path / "x.tar").write_bytes(tar_of({path.name: path.read_bytes() for path in sounds}))
    assert run(capsys, "embed", tmp_path / "x.tar", "--out", tmp_path / "tar")[0] == 0
    import pandas as pd

    frames = [
        pd.read_parquet(tmp_path / one) for one in ("file.parquet", "out/shards", "tar/shards")
    ]
    for frame in frames[1:]:
        assert all(
            (a == b).all() for a, b in zip(frame["embedding"], frames[0]["embedding"], strict=True)
        )
    shard = (tmp_path / "out" / "shards" / "embeddings-00000.parquet").read_bytes()
    assert shard == (tmp_path / "file.parquet").read_bytes()
