from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concept_core import load_vocabulary
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import UsageError
from tests.toy import ToyEncoder
from vocab_builder import Release, report


def test_vocabularies_releases_and_specifiers_give_the_same_page_of_concepts(
    tmp_path: Path,
) -> None:
    pages = []
    for number, given in enumerate(("demo@1.0.0", Release.load("demo@1.0.0"))):
        page = report(given, tmp_path / f"{number}.html", encoder=ToyEncoder(), top=50)
        pages.append(page.read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    plain = report([load_vocabulary("demo@1.0.0")], tmp_path / "v.html", encoder=ToyEncoder())
    assert "demo@1.0.0" in plain.read_text(encoding="utf-8")


def test_none_or_one_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no vocabulary to report"):
        report([], tmp_path / "page.html", encoder=ToyEncoder())
    with pytest.raises(UsageError, match=r"demo@1\.0\.0: the same vocabulary as demo"):
        report(
            ["demo", load_vocabulary("demo@1.0.0")], tmp_path / "page.html", encoder=ToyEncoder()
        )
    assert not list(tmp_path.iterdir())


def test_the_device_reaches_the_solvers_of_curves_and_clips(
    tmp_path: Path, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = []
    pick = Dictionary.pick

    def noted(self: Dictionary, *, device: str, **how: Any) -> Any:
        devices.append((device, how["l0"]))
        return pick(self, device="cpu", **how)

    monkeypatch.setattr(Dictionary, "pick", noted)
    texts = tmp_path / "texts.txt"
    texts.write_text("rain falls\na dog barks\n", encoding="utf-8")
    report(
        "demo", tmp_path / "page.html", encoder=ToyEncoder(), device="cuda", reference=texts,
        clips=[tone], l0=5, top=100,
    )  # fmt: skip
    assert {("cuda", l0) for l0 in (1, 2, 4, 8, 16, 5)} == set(devices)
