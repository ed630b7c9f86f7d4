from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.sounds import buzz
from tests.toy import ToyEncoder
from tests.vocab_builder.reporting.conftest import card, subject
from vocab_builder.cli import main


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy encoder in place of the real one."""
    monkeypatch.setattr(
        "vocab_builder.reporting.run.load_encoder", lambda name, **how: ToyEncoder()
    )


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return int(caught.value.code or 0), capsys.readouterr().err


def test_a_page_with_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip, texts, cards = tmp_path / "rain.wav", tmp_path / "texts.txt", tmp_path / "card.json"
    soundfile.write(clip, buzz(np.full(8000, 0.1)), 16000)
    texts.write_text("rain falls\na dog barks\n", encoding="utf-8")
    cards.write_text(json.dumps(card(subject("demo@1.0.0"), 0.8)), encoding="utf-8")
    page, figures = tmp_path / "page.html", tmp_path / "figures"
    code, err = run(
        capsys, "report", "demo@1.0.0", "demo@0.1.0", "-o", page, "--explain", clip,
        "--reference", texts, "--scores", cards, "--figures", figures, "--top", 300,
    )  # fmt: skip
    assert code == 0
    assert f"wrote {page} (" in err
    html = page.read_text(encoding="utf-8")
    for section in ("clips", "scores", "curves", "concepts", "map", "drops", "differences"):
        assert f'<section id="{section}"' in html
    names = {"map", "coverage", "fidelity", "scores-1"}
    assert {path.name for path in figures.iterdir()} == {
        f"{n}.{f}" for n in names for f in ("pdf", "png", "svg")
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["no-such"], 2, "unknown vocabulary or file 'no-such'"),
        (["demo", "demo@1.0.0"], 2, "demo@1.0.0: the same vocabulary as demo; give each once"),
        (["demo", "--scores", "none.json"], 3, "none.json: no such file"),
        (["demo", "--reference", "none.csv"], 4, "none.csv: no such file or folder"),
        (["demo", "--l0", "0"], 2, "l0 is a whole number"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    page = tmp_path / "page.html"
    found, err = run(capsys, "report", *arguments, "-o", page)
    assert (found, page.exists()) == (code, False)
    assert message in err
