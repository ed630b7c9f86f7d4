"""Many clips become shards: complete, resumed, the same bytes, and the bad ones named."""

from __future__ import annotations

import csv
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core import stores
from concept_core.embedding import (
    EmbedAsk,
    embed_shards,
    merge_shards,
    open_embeddings,
    plan_shards,
)
from concept_core.embedding.resuming import check_same_run
from concept_core.embedding.rows import open_shards
from concept_core.encoders.row_files import read_rows
from concept_core.errors import DataError, IntegrityError, LeftOutWarning, UsageError
from tests.embed_toy import NAME, Serial, ToyEncoder, all_files, tar_of, tone, write_tones

pytest.importorskip("pyarrow")
ROOT = Path(__file__).resolve().parents[3]


def _ask(given: Path | str, out: Path | str, **more: object) -> EmbedAsk:
    return EmbedAsk((str(given),), str(out), encoder=NAME, shard_rows=4, **more)  # type: ignore[arg-type]


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    write_tones(tmp_path / "in", 10)
    return tmp_path / "in"


def test_a_run_is_complete_and_says_what_it_is(clips: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    out = tmp_path / "out"
    summary = embed_shards(
        _ask(clips, out), Serial(), lambda done, total, seconds: seen.append((done, total))
    )
    assert (summary.rows, summary.clips, summary.shards) == (10, 10, 3)
    assert (summary.resumed, summary.failures, summary.missing) == (0, 0, ())
    assert seen == [(4, 10), (8, 10), (10, 10)]
    assert sorted(all_files(out)) == [
        "failures.csv", "manifest.json", *(f"notes/embeddings-0000{n}.json" for n in range(3)),
        *(f"shards/embeddings-0000{n}.parquet" for n in range(3)),
    ]  # fmt: skip
    found = open_embeddings(out)
    assert found.spec == ToyEncoder.spec
    assert [entry["first"] for entry in found.result["shards"]] == [0, 4, 8]
    assert found.result["seconds"] == pytest.approx(0.5)
    assert len(found.verify()) == 3
    rows = list(found.shards())
    assert [name for one in rows for name in one.ids] == [f"{n:04d}.wav" for n in range(10)]
    x = np.concatenate([one.x for one in rows])
    np.testing.assert_array_equal(x, ToyEncoder().encode_audio(sorted(clips.iterdir())))


def test_pandas_and_arrow_and_datasets_open_the_shards_in_one_line(
    clips: Path, tmp_path: Path
) -> None:
    import pandas as pd
    from pyarrow import parquet

    embed_shards(_ask(clips, tmp_path / "out"), Serial())
    frame = pd.read_parquet(tmp_path / "out" / "shards")
    assert list(frame.columns) == ["kind", "id", "embedding"] and len(frame) == 10
    assert frame["embedding"][3].dtype == np.float32
    table = parquet.read_table(tmp_path / "out" / "shards")
    assert str(table.schema.field("embedding").type) == "fixed_size_list<element: float>[8]"
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    shards, kept = str(tmp_path / "out" / "shards"), str(tmp_path / "kept")
    found = datasets.load_dataset(shards, split="train", cache_dir=kept)
    assert found["id"][:2] == ["0000.wav", "0001.wav"]


@pytest.mark.parametrize("format", ["parquet", "npz"])
def test_the_same_command_again_makes_only_what_is_missing_or_damaged(
    clips: Path, tmp_path: Path, format: str
) -> None:
    out = tmp_path / "out"
    ask = _ask(clips, out, format=format)
    embed_shards(ask, Serial())
    before = all_files(out)
    assert embed_shards(ask, Serial()).resumed == 3
    assert all_files(out) == before
    for damage in (
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"),
    ):
        damage(out / "shards" / f"embeddings-00001.{format}")
        with pytest.raises(IntegrityError, match=r"embeddings-00001.*missing, or not what"):
            open_embeddings(out).verify()
        assert embed_shards(ask, Serial()).resumed == 2
        assert all_files(out) == before


def test_a_note_that_is_no_note_is_made_anew(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    embed_shards(_ask(clips, out), Serial())
    before = all_files(out)
    for content in (b"", b"{}", before["notes/embeddings-00001.json"]):
        (out / "notes" / "embeddings-00000.json").write_bytes(content)
        assert embed_shards(_ask(clips, out), Serial()).resumed == 2
        assert all_files(out) == before


def test_bad_clips_are_named_and_stop_nothing(clips: Path, tmp_path: Path) -> None:
    (clips / "0003.wav").write_bytes(b"")
    (clips / "0005.wav").write_bytes(b"no sound at all")
    (clips / "0008.wav").write_bytes(tone(8)[:60])
    (clips / "0009.wav").unlink()
    (clips / "list.txt").write_text("".join(f"{n:04d}.wav\n" for n in range(10)), encoding="utf-8")
    out = tmp_path / "out"
    summary = embed_shards(_ask(clips / "list.txt", out), Serial())
    # A shard of which no clip is good is there as well.
    assert (summary.rows, summary.failures, summary.shards) == (6, 4, 3)
    table = list(csv.DictReader((out / "failures.csv").open(encoding="utf-8")))
    assert [row["clip"] for row in table] == ["0003.wav", "0005.wav", "0008.wav", "0009.wav"]
    assert "is empty (0 bytes)" in table[0]["reason"] and table[0]["tries"] == "1"
    assert table[3]["reason"] == f"{clips}/0009.wav: no such audio file"
    found = open_embeddings(out)
    assert [entry["rows"] for entry in found.result["shards"]] == [3, 3, 0]
    assert len(found.files()) == 2 and len(found.verify()) == 3
    before = all_files(out)
    assert embed_shards(_ask(clips / "list.txt", out), Serial()).resumed == 3
    assert all_files(out) == before
    # Clips that were mended are tried again where the note of their shard is gone (docs/scale.md).
    write_tones(clips, 10)
    (out / "notes" / "embeddings-00000.json").unlink()
    again = embed_shards(_ask(clips / "list.txt", out), Serial())
    assert (again.resumed, again.failures) == (2, 3)


def test_names_that_are_formulas_or_no_text_are_written_as_text(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    write_tones(folder, 1)
    for name in (b"=cmd().wav", b"a\nb.wav", b"\xff.wav"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"bad")
    assert embed_shards(_ask(folder, out), Serial()).failures == 3
    with (out / "failures.csv").open(encoding="utf-8", newline="") as handle:
        table = list(csv.DictReader(handle))
    assert [row["clip"] for row in table] == ["'=cmd().wav", "a\nb.wav", "\\xff.wav"]
    assert table[2]["reason"].startswith(f"{folder}/\\xff.wav: ")


def test_a_clip_that_the_system_refuses_takes_no_other_with_it(tmp_path: Path) -> None:
    write_tones(tmp_path, 2)
    (tmp_path / "list.txt").write_text(f"0000.wav\n{'x' * 300}.wav\n0001.wav\n", "utf-8")
    summary = embed_shards(_ask(tmp_path / "list.txt", tmp_path / "out"), Serial())
    assert (summary.rows, summary.failures, summary.missing) == (2, 1, ())
    assert "cannot be read (File name too long)" in (tmp_path / "out/failures.csv").read_text()


def test_another_column_of_the_same_table_is_another_run(clips: Path, tmp_path: Path) -> None:
    table = clips / "t.csv"
    table.write_text("id,near,far\na,0000.wav,0001.wav\n", encoding="utf-8")
    embed_shards(_ask(table, tmp_path / "out", column="near"), Serial())
    with pytest.raises(DataError, match="holds another run: its inputs: "):
        embed_shards(_ask(table, tmp_path / "out", column="far"), Serial())


def test_a_shard_that_is_lost_is_told_and_made_by_the_next_run(clips: Path, tmp_path: Path) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    summary = embed_shards(_ask(clips, out), Serial(lose=lambda place: place == 1))
    assert "its worker died at s3://***@host/x" in (out / "failures.csv").read_text("utf-8")
    assert summary.missing == ("embeddings-00001.parquet",)
    assert (summary.rows, summary.clips, summary.failures) == (6, 10, 4)
    table = list(csv.DictReader((out / "failures.csv").open(encoding="utf-8")))
    assert [(row["clip"], row["tries"]) for row in table] == [
        (f"{n:04d}.wav", "3") for n in range(4, 8)
    ]
    with pytest.raises(IntegrityError, match="embeddings-00001.parquet could not be made"):
        open_embeddings(out).verify()
    assert embed_shards(_ask(clips, out), Serial()).resumed == 2
    embed_shards(_ask(clips, whole), Serial())
    assert all_files(out) == all_files(whole)


def test_a_tar_that_is_lost_counts_as_one_clip(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tar_of({"a.wav": tone(1)}))
    ask = _ask(tmp_path / "x.tar", tmp_path / "out")
    summary = embed_shards(ask, Serial(lose=lambda place: True))
    assert (summary.rows, summary.clips, summary.failures) == (0, 1, 1)


def test_an_output_of_another_run_is_refused(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    embed_shards(_ask(clips, out), Serial())
    write_tones(clips, 1, start=10)
    expected = (
        r"holds another run: its inputs: \S+: clips is 10, now it is 11; give an empty folder"
    )
    with pytest.raises(DataError, match=expected):
        embed_shards(_ask(clips, out), Serial())
    with pytest.raises(DataError, match="is not empty and holds no manifest.json"):
        embed_shards(_ask(clips, clips), Serial())
    for ask in (_ask(clips, out, format="csv"), replace(_ask(clips, out), shard_rows=0),
                replace(_ask(clips, out), shard_rows=100_001)):  # fmt: skip
        with pytest.raises(UsageError):
            embed_shards(ask, Serial())


def test_what_differs_is_said_alone() -> None:
    one = {"name": "a.csv", "clips": 3}
    for now, expected in (
        ({"inputs": [one, one]}, "its number of inputs is 1, now it is 2;"),
        ({"inputs": [{**one, "clips": 4}]}, "its inputs: a.csv: clips is 3, now it is 4;"),
        ({"inputs": [{**one, "name": "b.csv"}]}, 'name is "a.csv", now it is "b.csv";'),
        ({"inputs": [{"clips": 3}]}, 'its inputs: 1: name is "a.csv", now it is null;'),
        ({"inputs": "x"}, 'now it is "x";'),
    ):
        with pytest.raises(DataError, match=re.escape(expected)):
            check_same_run("out", now, {"inputs": [one]})


def test_tars_are_shards_and_keep_their_order(tmp_path: Path) -> None:
    sums = []
    for number in range(3):
        members = {f"{number}{n}.{one}": tone(10 * number + n) if one == "wav" else b"{}"
                   for n in range(5) for one in ("json", "wav")}  # fmt: skip
        members |= {f"{number}9.wav": b"bad"} if number == 1 else {}
        (tmp_path / f"part-{number:03d}.tar").write_bytes(tar_of(members))
        sums.append(len(members))
    out = tmp_path / "out"
    summary = embed_shards(_ask(f"{tmp_path}/part-{{000..002}}.tar", out), Serial())
    assert (summary.rows, summary.clips, summary.shards, summary.failures) == (15, 16, 3, 1)
    rows = [name for one in open_embeddings(out).shards() for name in one.ids]
    assert rows == [f"{number}{n}" for number in range(3) for n in range(5)]
    (failed,) = csv.DictReader((out / "failures.csv").open(encoding="utf-8"))
    assert failed["clip"] == "19" and "part-001.tar: 19.wav: cannot be read" in failed["reason"]
    assert not (out / "notes" / "clips.parquet").exists()


def test_a_tar_of_the_same_name_and_size_is_another_run(tmp_path: Path) -> None:
    for number in range(2):
        path = tmp_path / f"{number}" / "part.tar"
        path.parent.mkdir()
        path.write_bytes(tar_of({"a.wav": tone(number)}))
    first, second = (tmp_path / f"{number}" / "part.tar" for number in range(2))
    assert first.stat().st_size == second.stat().st_size
    embed_shards(_ask(first, tmp_path / "out"), Serial())
    with pytest.raises(DataError, match="holds another run: its inputs: "):
        embed_shards(_ask(second, tmp_path / "out"), Serial())


@pytest.mark.parametrize("place", ["bucket", "memory"])
def test_a_store_holds_the_same_bytes_as_a_folder(
    clips: Path, tmp_path: Path, place: str, request: pytest.FixtureRequest
) -> None:
    root = request.getfixturevalue("bucket") if place == "bucket" else f"memory://{tmp_path.name}"
    for path in sorted(clips.iterdir()):
        stores.write(f"{root}/in/{path.name}", path.read_bytes())
    lines = "".join(f"{path.name},{root}/in/{path.name}\n" for path in sorted(clips.iterdir()))
    table = tmp_path / "clips.csv"
    table.write_text(f"id,path\n{lines}none,{root}/in/none.wav\n", encoding="utf-8")
    there, here = f"{root}/out", tmp_path / "out"
    for out in (there, here):
        summary = embed_shards(_ask(table, out), Serial())
        assert (summary.rows, summary.failures) == (10, 1)
    copied = {
        one.address.removeprefix(f"{there}/"): stores.read(one.address)
        for one in stores.list_files(there)
    }
    assert copied == all_files(here)
    assert b"there is no such file" in copied["failures.csv"]
    stores.delete(f"{there}/shards/embeddings-00001.parquet")
    assert embed_shards(_ask(table, there), Serial()).resumed == 2
    assert len(open_embeddings(there).verify()) == 3
    # Rows of a folder by address are those of the folder here.
    by_folder = embed_shards(_ask(f"{root}/in", tmp_path / "again"), Serial())
    assert by_folder.rows == 10
    np.testing.assert_array_equal(
        np.concatenate([one.x for one in open_embeddings(tmp_path / "again").shards()]),
        np.concatenate([one.x for one in open_embeddings(there).shards()]),
    )


def test_a_store_that_does_not_answer_ends_the_job_not_the_clips(
    clips: Path, tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concept_core.stores.retries.PAUSE", 0.001)
    table = tmp_path / "t.txt"
    table.write_text(f"{bucket}/in/a.wav\n", encoding="utf-8")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(stores.NoAnswerError, match="in/a.wav: the store did not answer") as caught:
        embed_shards(_ask(table, tmp_path / "out"), Serial())
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, stores.NoAnswerError) and str(again) == str(caught.value)


def test_of_two_runs_into_one_folder_the_second_waits(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_SLOW", "0.1")
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(embed_shards, _ask(clips, tmp_path / "out"), Serial()) for _ in "ab"]
        assert sorted(one.result().resumed for one in both) == [0, 3]
    assert len(open_embeddings(tmp_path / "out").verify()) == 3


def test_a_plan_writes_nothing(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tar_of({"a.wav": tone(1)}))
    ask = replace(_ask(clips, tmp_path / "out"), inputs=(str(clips), str(tmp_path / "x.tar")))
    plan = plan_shards(ask, 3)
    assert (plan.shards, plan.clips, plan.tars, plan.workers) == (4, 10, 1, 3)
    assert (
        plan.input_bytes
        == sum(path.stat().st_size for path in clips.iterdir())
        + (tmp_path / "x.tar").stat().st_size
    )
    assert plan.output_bytes == 10 * 8 * 4 and plan.worker_mb < 1000
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", [".npz", ".parquet"])
def test_shards_become_one_file(clips: Path, tmp_path: Path, suffix: str) -> None:
    (clips / "0001.wav").write_bytes(b"")
    embed_shards(_ask(clips, tmp_path / "out"), Serial())
    target = tmp_path / f"all{suffix}"
    assert merge_shards(tmp_path / "out", target) == 9
    rows = read_rows(target)["audio"]
    parts = list(open_embeddings(tmp_path / "out").shards())
    assert list(rows.ids) == [name for one in parts for name in one.ids]
    np.testing.assert_array_equal(rows.x, np.concatenate([one.x for one in parts]))


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update(kind="other"),
        lambda found: found["result"]["shards"][0].update(file="../../x"),
        lambda found: found["result"]["shards"][0].update(rows="many"),
        lambda found: found["result"]["shards"][0].update(rows=-4),
        lambda found: found["result"]["shards"][1].update(first=0),
        lambda found: found["result"]["shards"].reverse(),
        lambda found: found["result"]["shards"].append(found["result"]["shards"][2]),
        lambda found: found["result"].update(rows=99),
        lambda found: found["plan"].pop("encoder"),
        lambda found: found.update(result=None),
    ],
)
def test_a_manifest_that_lies_is_refused(clips: Path, tmp_path: Path, change: object) -> None:
    embed_shards(_ask(clips, tmp_path / "out"), Serial())
    path = tmp_path / "out" / "manifest.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    change(found)  # type: ignore[operator]
    path.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(DataError):
        open_embeddings(tmp_path / "out")


@pytest.mark.parametrize("content", ['{"audio": "a.wav"}\n{"audio": "b.wav"}\n', "[]", '{"a": 1}'])
def test_a_manifest_of_others_is_left_alone(clips: Path, content: str) -> None:
    (clips / "manifest.json").write_text(content, encoding="utf-8")
    # A folder of sounds may have one, which other programs wrote.
    with pytest.raises(DataError, match="give another folder or address") as caught:
        embed_shards(_ask(clips, clips), Serial())
    assert "remove" not in str(caught.value)


def test_what_could_not_be_made_is_told_where_rows_are_merged(clips: Path, tmp_path: Path) -> None:
    embed_shards(_ask(clips, tmp_path / "out"), Serial(lose=lambda place: place == 1))
    with pytest.warns(LeftOutWarning, match="embeddings-00001.parquet could not be made"):
        assert merge_shards(tmp_path / "out", tmp_path / "all.npz") == 6
    with pytest.warns(LeftOutWarning, match="embeddings-00001.parquet could not be made"):
        assert open_shards(tmp_path / "out").shape == (6, 8)


def test_killed_at_any_moment_the_next_run_ends_with_the_same_bytes(
    clips: Path, tmp_path: Path
) -> None:
    embed_shards(_ask(clips, tmp_path / "whole"), Serial())
    code = (
        "from tests.embed_toy import *\nfrom concept_core.embedding import *\n"
        f"embed_shards(EmbedAsk(({str(clips)!r},), {str(tmp_path / 'out')!r}, encoder=NAME,"
        " shard_rows=4), Serial())"
    )
    for shards in (1, 2):
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "TOY_SLOW": "0.5", "PYTHONPATH": str(ROOT)},
        )
        while not (tmp_path / "out" / "shards" / f"embeddings-0000{shards - 1}.parquet").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert json.loads((tmp_path / "out" / "manifest.json").read_text())["result"] is None
    # The last shard may have been killed between itself and its note.
    assert embed_shards(_ask(clips, tmp_path / "out"), Serial()).resumed in (1, 2)
    assert all_files(tmp_path / "out") == all_files(tmp_path / "whole")
