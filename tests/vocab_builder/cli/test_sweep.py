from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from concept_core.bench.bench import Bench
from concept_core.errors import MissingError
from concept_core.tasks.request import TaskRequest
from tests.esc50_layout import write_layout
from tests.tables_back import csv_tables
from tests.toy import ToyEncoder
from vocab_builder.cli import main
from vocab_builder.figures.sweep import draw_sweep

CLIPS = [
    ("dog a.wav", 1, "dog"),
    ("dog b.wav", 1, "dog"),
    ("rain on rain.wav", 1, "rain"),
    ("the rain.wav", 2, "rain"),
    ("helicopter x.wav", 2, "helicopter"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Clips that the toy encoder hears as their names, and two vocabularies."""
    monkeypatch.setattr("concept_core.bench.bench.load_encoder", lambda name, **how: ToyEncoder())
    (tmp_path / "one.txt").write_text("dog\nraining\nhelicopters\nx-ray\n", encoding="utf-8")
    (tmp_path / "two.txt").write_text("$rain$\ntrain\n", encoding="utf-8")
    return write_layout(tmp_path / "esc", CLIPS).parent


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["sweep", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def call(folder: Path) -> list[object]:
    specs = [folder / "one.txt", folder / "two.txt"]
    return [*specs, "--dataset", "esc10", "--data", folder / "esc", "--folds", "1,2"]


def test_a_table_with_dense_beside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *call(folder), "--l0", "1,3", "--sizes", "3,all")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "zero-shot, esc10, folds 1, 2: 5 clips among 10 names; 5 recordings"
    dense = "accuracy: dense 0.600 [0.000, 1.000], mean only 0.200; mean-only cosine 0."
    assert lines[1].startswith(dense)
    head = ["vocabulary", "K", "mode", "l0", "accuracy", "less dense", "retention", "random"]
    assert re.split("  +", lines[3])[:8] == head
    points = [line.split()[:4] for line in lines[4:10]]
    assert points == [
        *[["one@unreleased", size, "l0", limit] for size in "34" for limit in "13"],
        *[["two@unreleased", "2", "l0", limit] for limit in "13"],
    ]
    assert "areas under the curves, l0 1 to 3" in out


def test_json_and_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid = ["--l1", "0.2,0.05", "--sizes", "2", "--seed", 4]
    files = ["--png", folder / "a" / "s.png", "--svg", folder / "s.svg"]
    out_file = folder / "sweep.json"
    code, out, err = run(capsys, *call(folder), *grid, *files, "-o", out_file, "--json")
    assert code == 0
    assert out_file.read_text(encoding="utf-8") == out
    data = json.loads(out)
    assert [(point["size"], point["value"]) for point in data["points"]] == [
        (2, 0.05),
        (2, 0.2),
    ] * 2
    assert data["about"]["dataset"] == "esc10" and data["about"]["bootstrap"]["seed"] == 4
    assert data["about"]["encoder"]["fingerprint"] == ToyEncoder.spec.fingerprint
    assert (folder / "a" / "s.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (folder / "s.svg").read_text(encoding="utf-8")
    assert [line for line in err.splitlines() if line.startswith("wrote")] == [
        f"wrote {path}" for path in (out_file, files[1], files[3])
    ]
    first = (folder / "s.svg").read_bytes()
    assert run(capsys, *call(folder), *grid, *files[2:])[0] == 0
    assert (folder / "s.svg").read_bytes() == first, "equal sweeps, equal figures"


def test_tables_for_a_paper(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out_file = folder / "sweep.json"
    asked = [*call(folder), "--l0", "1,3", "--random", 2]
    code, out, _ = run(capsys, *asked, "--table", "csv", "-o", out_file)
    assert code == 0
    points, areas = csv_tables(out)
    found = json.loads(out_file.read_text(encoding="utf-8"))
    assert [(row["vocabulary"], float(row["accuracy"])) for row in points[2:]] == [
        (one["vocabulary"], one["main"]["value"]) for one in found["points"]
    ]
    assert [float(row["accuracy"]) for row in areas] == [one["value"] for one in found["areas"]]
    code, out, err = run(capsys, *asked, "--table", "latex", "--json")
    assert (code, out, "--json and --table" in err) == (2, "", True)


def test_a_figure_as_it_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf = folder / "s.pdf"
    asked = [*call(folder), "--l0", "1,3", "--random", 0]
    look = ["--width", "page", "--style", "serif", "--range", "value=0,1", "--range", "l0=1,10"]
    code, _, err = run(capsys, *asked, "--pdf", pdf, *look)
    assert code == 0 and f"wrote {pdf}" in err
    text = pdf.read_bytes()
    assert b"/MediaBox [ 0 0 504 " in text and b"STIXGeneral" in text
    assert run(capsys, *asked, "--pdf", pdf, *look)[0] == 0
    assert pdf.read_bytes() == text, "equal sweeps, equal figures"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--range", "height=0,1"], "the axes of this figure are value, variance, l0, size"),
        (["--range", "value=1"], "'value=1' is no range such as value=0,1"),
        (["--range", "value=0,nan"], "value from 0 to nan cannot be drawn; give two numbers"),
        (["--range", "value=-1e308,1e308"], "cannot be drawn; give two numbers, of 1e+09 at most"),
        (["--range", "value=1,1"], "value from 1 to 1 is no range"),
        (
            ["--range", "value=0,1", "--range", "value=0,2"],
            "'value=0,2': value has a range already; give it one",
        ),
        (["--range", "value=1,0"], "value from 1 to 0 is no range; give the lower end first"),
        (["--range", "l0=0,9"], "'l0=0,9': a logarithmic axis starts above 0"),
        (["--width", "wide"], "'wide' is neither column, page nor a number of inches"),
        (["--width", "99"], "a figure is 1 to 40 inches wide; got 99"),
        (["--style", "comic"], "'comic' is not one of 'paper', 'serif', 'slides'"),
        (["--pdf", "s.svg"], "'s.svg' does not end in .pdf"),
    ],
)
def test_a_look_that_is_none(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(
        "concept_core.bench.bench.load_encoder", lambda name, **how: pytest.fail("slow")
    )
    figure = [] if "--pdf" in arguments else ["--pdf", folder / "s.pdf"]
    code, out, err = run(capsys, *call(folder), "--l0", "1", *figure, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    code, _, err = run(capsys, *call(folder), "--l0", "1", "--width", "page")
    assert code == 2 and "--width, --style and --range shape a figure; give its file" in err


def test_csv(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out_file = folder / "sweep.csv"
    assert run(capsys, *call(folder), "--l0", "1,2", "-o", out_file)[0] == 0
    with open(out_file, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["vocabulary"], row["concepts"], row["setting"]) for row in rows] == [
        *[("one@unreleased", "4", value) for value in ("1.0", "2.0")],
        *[("two@unreleased", "2", value) for value in ("1.0", "2.0")],
    ]
    assert {row["dense"] for row in rows} == {"0.6"}
    assert {row["metric"] for row in rows} == {"accuracy"}
    assert {row["n"] for row in rows} == {"5"}


def test_a_vocabulary_that_is_too_small_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *call(folder), "--l0", "1", "--sizes", "4")
    assert code == 0
    assert "two@unreleased has 2 concepts: no point" in err
    assert "two@unreleased" not in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "give exactly one grid: l0 (limits) or l1 (penalties)"),
        (["--l0", "1", "--l1", "0.1"], 2, "give exactly one grid: l0"),
        (["--l0", "1,two"], 2, "'1,two' is not a list such as 1,5,20"),
        (["--l0", "0"], 2, "l0 is a whole number of concepts a row, 1 or more; got 0"),
        (["--l1", "0.1,-1"], 2, "l1 is a penalty above 0, such as 0.1; got -1.0"),
        (["--l0", "1", "--sizes", "most"], 2, "'most' is not a list such as 500,1000,all"),
        (["--l0", "1", "--sizes", "5"], 2, "size 5: the largest vocabulary has 4 concepts"),
        (["--l0", "1", "--sizes", "0"], 2, "size 0: the largest vocabulary has 4 concepts"),
        (["--l0", "1", "-o", "sweep.txt"], 2, "sweep.txt: the table is written as .json or .csv"),
        (["--l0", "1", "--folds", "7"], 2, "fold 7"),
        (["--l0", "1", "--task", "intervention"], 2, "intervention cannot be swept: it removes"),
        (["--l0", "1", "--task", "faithfulness"], 2, "faithfulness cannot be swept: its main"),
        (["--l0", "1", "--task", "few-shots"], 2, "few-shot"),
        (["--l0", "1", "--task", "retrieval"], 2, "its clips have classes, no captions"),
        (["--l0", "1", "--shots", "2"], 2, "shots is of the task few-shot"),
        (["--l0", "1", "--random", "-1"], 2, "-1 is not in the range x>=0"),
        (["--l0", "1", "--data", "nowhere"], 4, "nowhere: no such folder"),
    ],
)
def test_wrong_calls(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    found = run(capsys, *call(folder), *arguments)
    assert (found[0], found[1]) == (code, "")
    assert message in found[2]


def test_without_matplotlib_the_pip_line_comes_before_anything_slow(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(module: str) -> None:
        raise MissingError(f"the optional package {module} is not installed; pip install")

    monkeypatch.setattr("concept_core.extras.check_extra", gone)
    monkeypatch.setattr(
        "concept_core.bench.bench.load_encoder", lambda name, **how: pytest.fail("slow")
    )
    out_file = folder / "sweep.json"
    files = ["--png", folder / "s.png", "-o", out_file]
    code, _, err = run(capsys, *call(folder), "--l0", 1, *files)
    assert code == 4 and "matplotlib" in err
    assert not out_file.exists()


def test_folds_are_named_as_score_names_them_or_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [*call(folder)[:6], "--l0", "1", "--json"]
    assert run(capsys, *given)[1] == run(capsys, *given, "--folds", "1, 2")[1]
    table = folder / "mine.csv"
    lines = ["path,label,split"]
    lines += [f"esc/audio/{name},{label},test" for name, _, label in CLIPS[:3]]
    lines += [f"esc/audio/{name},{label},train" for name, _, label in CLIPS[3:]]
    table.write_text("\n".join(lines), encoding="utf-8")
    asked = [folder / "one.txt", "--dataset", "table", "--data", table, "--l0", "1"]
    code, out, err = run(capsys, *asked)
    assert code == 0, err
    assert out.startswith("zero-shot, table, folds test: 3 clips among 3 names")
    assert run(capsys, *asked, "--folds", "train")[1].startswith("zero-shot, table, folds train")


def test_two_vocabularies_of_one_name_are_told_apart(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other").mkdir()
    twin = folder / "other" / "one.txt"
    twin.write_text("dog\nrain\n", encoding="utf-8")
    files = ["--svg", folder / "s.svg", "--json"]
    code, out, _ = run(capsys, *call(folder)[:1], twin, *call(folder)[2:], "--l0", "1,2", *files)
    assert code == 0
    found = json.loads(out)
    hashes = {one["content_hash"] for one in found["areas"]}
    assert len(hashes) == 2 and hashes == {one["content_hash"] for one in found["points"]}
    names = {f"one@unreleased ({one[:8]})" for one in hashes}
    _, out, _ = run(capsys, *call(folder)[:1], twin, *call(folder)[2:], "--l0", "1,2")
    for name in names:
        assert sum(line.startswith(f"{name} ") for line in out.splitlines()) == 3
    drawn = draw_sweep(Bench(*bench_of(folder)).sweep([folder / "one.txt", twin], l0=(1, 2)))
    labels = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert {label.split(",")[0] for label in labels[:2]} == names


def bench_of(folder: Path) -> tuple[TaskRequest, ToyEncoder, Path]:
    return TaskRequest("zero-shot", "esc10", ("1", "2")), ToyEncoder(), folder / "esc"


def captions(folder: Path) -> Path:
    table = folder / "captions.csv"
    lines = ["file_name,caption_1,caption_2"]
    lines += [f"{n}.wav,a {what} here,the {what} there" for n, what in enumerate(("dog", "rain"))]
    table.write_text("\n".join(lines), encoding="utf-8")
    return table


def test_captions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [folder / "one.txt", "--dataset", "captions", "--data", captions(folder)]
    asked += ["--task", "retrieval", "--l0", "1,2", "--random", 0]
    code, out, err = run(capsys, *asked)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0] == "retrieval, captions: 2 clips" and lines[1].startswith("c2c-r@1: dense ")
    assert "captions find captions; nothing was heard" in lines[-1]
    assert [re.split("  +", line)[7] for line in lines[4:6]] == ["-", "-"], "nothing was drawn"


def own_table(folder: Path, several: bool = False) -> Path:
    table = folder / "own.csv"
    marks = ["", ";rain"] if several else ["", ""]
    lines = [f"path,{'labels' if several else 'label'},split"]
    for n, (name, _, label) in enumerate([*CLIPS, *CLIPS]):
        (folder / "esc" / "audio" / f"{n} {name}").write_bytes(
            (folder / "esc" / "audio" / name).read_bytes()
        )
        lines.append(f"esc/audio/{n} {name},{label}{marks[n % 2]},{'ab'[n // 5]}")
    table.write_text("\n".join(lines), encoding="utf-8")
    return table


@pytest.mark.parametrize("task", ["zero-shot", "linear-probe", "few-shot"])
def test_a_point_of_an_own_table_is_what_score_prints(
    folder: Path, capsys: pytest.CaptureFixture[str], task: str
) -> None:
    where = ["--dataset", "table", "--data", own_table(folder), "--task", task]
    where += ["--shots", "1"] if task == "few-shot" else []
    code, out, err = run(capsys, folder / "one.txt", *where, "--l0", "2", "--json")
    assert code == 0, err
    found = json.loads(out)
    with pytest.raises(SystemExit):
        main(["score", *map(str, [folder / "one.txt", *where, "--l0", "2", "--json"])])
    card = json.loads(capsys.readouterr().out)
    assert found["points"][0]["main"] == card["metrics"][found["metric"]]
    assert found["points"][0]["random"] == card["random"]
    assert found["about"]["folds"] == card["folds"] == ["a", "b"]


def test_several_classes_a_clip(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--dataset", "table", "--data", own_table(folder, several=True), "--folds", "b"]
    code, out, err = run(capsys, folder / "one.txt", *where, "--l0", "1,2", "--random", 1)
    assert code == 0, err
    assert out.startswith("zero-shot, table, folds b: 5 clips among 3 names\nmap: dense ")
    assert re.split("  +", out.splitlines()[3])[4] == "map"


def test_names_are_no_formulas(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = folder / "=cmd().txt"
    evil.write_text("dog\nrain\n", encoding="utf-8")
    out_file = folder / "sweep.csv"
    asked = [evil, *call(folder)[2:], "--l0", "1", "--random", 0, "-o", out_file]
    assert run(capsys, *asked)[0] == 0
    with open(out_file, encoding="utf-8", newline="") as handle:
        (row,) = csv.DictReader(handle)
    assert row["vocabulary"][0] not in "=+-@" and (row["random"], row["n"]) == ("", "5")
