"""Pages of the carried releases in the toy encoder's space: real sizes, and no model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from concept_core.decomposition.dictionary import Dictionary
from concept_core.explanation.clips import explain_rows
from concept_core.measures.reference import Reference
from tests.browser import DESKTOP, FROM_DISK, Watched, chromium, is_ready
from tests.toy import ToyEncoder
from vocab_builder.release.release import Release
from vocab_builder.reporting import Subject, render_page, report_data
from vocab_builder.reporting.cards import read_scores
from vocab_builder.reporting.explained import clip_data

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><b>x",
    "=cmd()",
    "<img src=x onerror=alert(1)>",
    "rain & <i>hail</i>",
]


def subject(spec: str | Path) -> Subject:
    release = Release.load(spec)
    return Subject(release, Dictionary.build(release.vocabulary, ToyEncoder()))


def card(subject: Subject, value: float) -> dict[str, Any]:
    """What of a scorecard the page reads."""
    figures = {"value": value, "interval": [value - 0.05, value + 0.05]}
    dense = {"dense": 0.9, "dense_interval": [0.85, 0.95]}
    vocabulary = subject.vocabulary
    return {
        "task": "zero-shot", "dataset": "toy", "folds": [1, 2], "n": 20, "classes": ["a", "b"],
        "mode": "l0", "value": 8, "l0_mean": 7.5, "metrics": {"accuracy": {**figures, **dense}},
        "vocabulary": {"id": vocabulary.id, "version": vocabulary.version,
                       "content_hash": vocabulary.content_hash},
        "encoder": {"fingerprint": ToyEncoder.spec.fingerprint},
    }  # fmt: skip


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of a tone, in a file whose name is no markup."""
    path = tmp_path_factory.mktemp("sound") / "rain <b>.wav"
    soundfile.write(path, 0.5 * np.sin(np.arange(16000) * 0.3), 16000)
    return path


@pytest.fixture(scope="session")
def full_data(tmp_path_factory: pytest.TempPathFactory, tone: Path) -> dict[str, Any]:
    """Everything that a page may hold: releases, a hostile list, curves, scores, a clip, charts."""
    import json

    folder = tmp_path_factory.mktemp("report")
    words = folder / "a_list_with_a_long_name.txt"
    words.write_text("\n".join([*HOSTILE, "rain", "train", "dog"]) + "\n", encoding="utf-8")
    subjects = [subject(spec) for spec in ("sonolex-core", "audioset", words)]
    cards = [card(one, 0.7 + place / 20) for place, one in enumerate(subjects)]
    (folder / "cards.json").write_text(json.dumps(cards), encoding="utf-8")
    encoder = ToyEncoder()
    x = encoder.encode_audio([tone])
    over = [explain_rows(x, [str(tone)], one.dictionary, l0=4)[0] for one in subjects]
    texts = ["rain falls", "a dog barks", "an engine is running"]
    bars = [["rain", 0.5, "50%"], ["dog", 0.25, "10%"]]
    rows = [["rain", [0.1, 0.0, 0.5]]]
    charts = [
        {"title": "class <b>", "note": "2 clips", "bars": bars},
        {"title": "long.wav", "note": "3 s", "ends": [1.0, 2.0, 3.0], "rows": rows},
    ]
    return report_data(
        subjects,
        encoder.spec,
        reference=Reference(
            "texts.txt", "captions", 3, encoder.encode_text(texts), tuple(texts), ()
        ),
        scores=read_scores([folder / "cards.json"]),
        clips=[clip_data(tone, over)],
        charts=charts,
    )


def written(data: dict[str, Any], folder: Path) -> Path:
    """The page of these data, in a folder."""
    path = folder / "report.html"
    path.write_text(render_page(data), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def file(full_data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(full_data, tmp_path_factory.mktemp("page"))


@pytest.fixture
def open_page(browser: Any, file: Path) -> Iterator[Any]:
    """Opens the page; in the end nothing was said on the console or asked of a network."""
    watched = Watched(browser)

    def start(
        viewport: dict[str, int] = DESKTOP,
        scheme: str = "light",
        *,
        of: Path = file,
        fragment: str = "",
    ) -> Any:
        address = of.as_uri() + fragment
        return watched.open(address, FROM_DISK, is_ready, viewport=viewport, color_scheme=scheme)

    yield start
    watched.close()


def first_column(page: Any, host: str) -> list[str]:
    return [text.strip() for text in page.locator(f"#{host} tbody th").all_inner_texts()]
