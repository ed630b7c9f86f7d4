"""The paper's study on generated data sets and a random MS-CLAP; and what it says without any."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import UsageError
from tests import layouts
from tests.checkpoints import tiny_msclap
from tests.tables_back import csv_tables, latex_tables, markdown_tables, numbers, pdflatex
from tests.vocab_builder.tables.test_scores import rounded
from vocab_builder.cli import main
from vocab_builder.reproduction.run import reproduce
from vocab_builder.reproduction.study import read_study

RECIPES = Path(__file__).parents[3] / "recipes"
PAPER = RECIPES / "reproduce-paper.toml"
TAGS = ("field-recording", "dog", "rain", "bark", "engine", "voice", "bell", "train", "city")
CARDS = {
    *("zero-shot-urbansound8k", "zero-shot-dcase2017-task4", "zero-shot-esc50"),
    *("zero-shot-audioset", "zero-shot-vocalsound", "zero-shot-tut2017", "retrieval-clotho"),
    *("finetuned-urbansound8k", "finetuned-esc50", "finetuned-vocalsound", "finetuned-tut2017"),
}


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["reproduce", *map(str, arguments)])
    return int(caught.value.code or 0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All seven layouts, and the weights, as the recipe wants them."""
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')
    root = tmp_path_factory.mktemp("all data")
    layouts.make_urbansound8k(root / "urbansound8k")
    layouts.make_dcase2017_task4(root / "dcase2017-task4", parts=("evaluation",))
    layouts.make_esc50(root / "esc50", names=("dog", "rain", "siren"))
    layouts.make_audioset(root / "audioset")
    layouts.make_vocalsound(root / "vocalsound", clips=1)
    layouts.make_tut2017(root / "tut2017", folds=(1,))
    layouts.make_clotho(root / "clotho")
    (root / "msclap").mkdir()
    # Of this seed, sounds lie on the side of texts: decompositions are not empty.
    tiny_msclap(root / "msclap" / "CLAP_weights_2023.pth", root / "gpt2", seed=1)
    return root


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's study, on the folds that the fixtures have, and two epochs of training."""
    folder = tmp_path_factory.mktemp("recipes")
    for part in ("dev", "eval"):
        clips = {str(n): {"tags": list(TAGS[: 9 - n])} for n in range(8)}
        layouts.write_json(folder / f"{part}_clips_info_FSD50K.json", clips)
    text = (RECIPES / "paper-baseline.toml").read_text(encoding="utf-8")
    text = re.sub(r'resource = "fsd50k-metadata"\nmember = ', "path = ", text)
    layouts.write_lines(folder / "paper-baseline.toml", [text.replace("2000", "8")])
    text = PAPER.read_text(encoding="utf-8").replace("skip_bad", "epochs = 2\nskip_bad")
    text = re.sub(r'"1", "2", .*"(5|10)"', '"1", "2"', text)
    text = text.replace('"1", "2", "3", "4", "evaluation"', '"1", "evaluation"')
    return layouts.write_lines(folder / "study.toml", [text])


@pytest.fixture(scope="module")
def done(data: Path, recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "reproduction"
    assert run(recipe, "--data", data, "--out", out, "--device", "cpu") == 0
    return out


def test_the_papers_three_tables(done: Path) -> None:
    cards = {path.stem: json.loads(path.read_text("utf-8")) for path in done.glob("cards/*.json")}
    assert cards.keys() == CARDS
    text = (done / "tables.md").read_text(encoding="utf-8")
    tables = markdown_tables(text)
    captions = [line.split(" (")[0] for line in text.splitlines() if "which is l1 0.025" in line]
    assert captions == ["Zero-shot", "Retrieval", "Fine-tuned projection"]
    named = [[f"{row['data set']} {row['metric']}" for row in table] for table in tables]
    assert named[0] == [
        *("urbansound8k accuracy", "dcase2017-task4 macro-f1", "esc50 accuracy", "audioset map"),
        *("vocalsound accuracy", "tut2017 accuracy"),
    ]
    assert named[1] == [
        f"clotho {way}-{one}" for way in ("a2t", "t2a") for one in ("r@1", "map@10")
    ]
    assert [name.split()[0] for name in named[2]] == [
        *("urbansound8k", "esc50", "vocalsound", "tut2017"),
    ]
    card = cards["zero-shot-esc50"]
    assert_shown(tables[0][2], card["metrics"]["accuracy"])
    assert tables[0][2]["clips"] == str(card["n"])
    assert {card["value"] for card in cards.values()} == {0.025}, "lambda .05 of the paper"
    assert min(card["l0_mean"] for card in cards.values()) > 0
    assert cards["finetuned-tut2017"]["parameters"]["epochs"] == 2
    assert max(cards["finetuned-esc50"]["details"]["epochs"].values()) <= 2


def assert_shown(row: dict[str, str], found: dict[str, Any]) -> None:
    """A row of a table has the figures of a card, to the digit."""
    difference = found["value"] - found["dense"]
    for name, values in {
        "dense": (found["dense"], *found["dense_interval"]),
        "concepts": (found["value"], *found["interval"]),
        "difference": (difference, *found["difference_interval"]),
    }.items():
        assert [Decimal(one) for one in numbers(row[name])] == [*map(rounded, values)], name


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not on this machine")
def test_pdflatex_sets_the_tables(data: Path, recipe: Path, done: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(done, tmp_path / "again"))
    asked = ("--data", data, "--out", out, "--device", "cpu", "--table", "latex")
    assert run(recipe, *asked) == 0
    log = pdflatex((out / "tables.tex").read_text(encoding="utf-8"), tmp_path)
    assert "Undefined" not in log


@pytest.mark.parametrize("form", ["latex", "csv"])
def test_the_tables_in_another_form(
    form: str, data: Path, recipe: Path, done: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out = Path(shutil.copytree(done, tmp_path / "again"))
    asked = (recipe, "--data", data, "--out", out, "--device", "cpu", "--table", form)
    capsys.readouterr()
    assert run(*asked) == 0
    printed, told = capsys.readouterr()
    path = out / {"latex": "tables.tex", "csv": "tables.csv"}[form]
    assert path.read_text(encoding="utf-8") == printed and f"wrote {path}" in told
    cards = [json.loads(one.read_text("utf-8")) for one in done.glob("cards/zero-shot-*.json")]
    if form == "csv":
        rows = csv_tables(printed)[0]
        values = {card["metrics"][card["main_metric"]]["value"] for card in cards}
        assert {float(row["concepts"]) for row in rows} <= {
            one["value"] for card in cards for one in card["metrics"].values()
        }
        assert values & {float(row["concepts"]) for row in rows}
        return
    (esc50,) = [card for card in cards if card["dataset"] == "esc50"]
    assert_shown(latex_tables(printed)[0][2], esc50["metrics"]["accuracy"])


def test_only_what_is_not_done_is_computed(
    data: Path, recipe: Path, done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = Path(shutil.copytree(done, tmp_path / "again"))
    path = out / "cards" / "zero-shot-esc50.json"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: len(whole) // 2], encoding="utf-8")
    other: dict[str, Any] = json.loads((out / "cards" / "retrieval-clotho.json").read_text("utf-8"))
    changed = {**other, "data_hash": "0" * 64}
    layouts.write_json(out / "cards" / "retrieval-clotho.json", changed)
    capsys.readouterr()
    assert run(recipe, "--data", data, "--out", out, "--device", "cpu", "--json") == 0
    printed, told = capsys.readouterr()
    assert re.findall(r"(\S+): scoring", told) == ["zero-shot-esc50", "retrieval-clotho"]
    assert told.count("done before") == len(CARDS) - 2
    assert path.read_text(encoding="utf-8") == whole
    assert (out / "tables.md").read_bytes() == (done / "tables.md").read_bytes()
    assert len(json.loads(printed)) == len(CARDS)
    found = reproduce(recipe, data, out, device="cpu")
    assert repr(found).endswith("11 cards)") and found.tables == out / "tables.md"
    frame = found.to_frame()
    assert set(frame["task"]) == {"zero-shot", "retrieval", "finetuned"}
    assert frame.loc[frame["dataset"] == "clotho", "metric"].str.startswith("a2t-r@1").any()


def test_all_that_is_missing_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run(PAPER, "--data", tmp_path / "none", "--out", tmp_path / "out") == 4
    told = capsys.readouterr().err
    assert "11 things are missing" in told
    for name in (
        *("CLAP_weights_2023.pth", "gpt2", 'pip install "sonolex[clap]"'),
        *("sonolex fetch fsd50k-metadata", "sonolex fetch esc50", "Licence: CC BY 4.0"),
        *("urbansound8k", "dcase2017-task4", "audioset", "vocalsound", "tut2017", "clotho"),
    ):
        assert name in told
    assert not (tmp_path / "out").exists()


def test_a_broken_table_is_named_beside_what_is_missing(
    data: Path, recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(shutil.copytree(data, tmp_path / "data"))
    table = root / "esc50" / "meta" / "esc50.csv"
    table.write_text(table.read_text("utf-8").replace("dog", "hound"), encoding="utf-8")
    assert run(recipe, "--data", root, "--out", tmp_path / "out") == 3
    assert "hound" in capsys.readouterr().err
    shutil.rmtree(root / "clotho")
    assert run(recipe, "--data", root, "--out", tmp_path / "out") == 4
    told = capsys.readouterr().err
    assert "hound" in told
    assert "clotho: no such folder" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("paper_lambda", "paper_lamda", "paper_lambda"),
        ("paper_lambda = 0.05", "paper_lambda = 0", "above 0"),
        ("skip_bad = true", "epochs = 0", "epochs must be from 1"),
        ('metrics = ["map"]', 'metrics = ["mapp"]', "'map'"),
        ('folds = ["eval"]', 'folds = ["evil"]', "fold evil"),
        ('[[retrieval]]\ndataset = "clotho"', '[[retrieval]]\ndataset = "esc50"', "classes"),
        ('[[retrieval]]\ndataset = "clotho"', '[[retrieval]]\ndataset = "clothe"', "clotho"),
        ("[[retrieval]]", "[[retrieve]]", "retrieval"),
        ('[[finetuned]]\ndataset = "esc50"', '[[finetuned]]\ndataset = "vocalsound"', "fold"),
        ("[encoder]", "[[encoder]]", "table"),
    ],
)
def test_a_wrong_study_is_refused(old: str, new: str, says: str, tmp_path: Path) -> None:
    text = PAPER.read_text(encoding="utf-8")
    assert old in text
    path = layouts.write_lines(tmp_path / "study.toml", [text.replace(old, new)])
    with pytest.raises(UsageError, match=re.escape(says)):
        read_study(path)


def test_options_of_a_path_with_odd_characters_stay_whole() -> None:
    from concept_core.encoders.specifier import parse_specifier

    name = read_study(PAPER).encoder.specifier(Path("my data & more"))
    asked = parse_specifier(name)
    assert asked.argument == "my data & more/msclap/CLAP_weights_2023.pth"
    assert asked.options["tokenizer"] == "my data & more/gpt2"
    assert asked.options["centring"] == "none"
