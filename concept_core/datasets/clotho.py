"""Clotho: ``clotho_captions_{development,validation,evaluation}.csv`` and a folder for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import CAPTIONS, DatasetInfo
from concept_core.datasets.caption_files import read_rows
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.tables import Line, plain_name, require_file

_CAPTIONS = tuple(f"caption_{number}" for number in range(1, 6))
_LAYOUT = (
    "the folder must hold clotho_captions_development.csv, ..._validation.csv and"
    " ..._evaluation.csv, and the audio folders development/, validation/ and evaluation/"
)

CLOTHO = DatasetInfo(
    name="clotho",
    revision="2.1",
    licence="Tampere University, non-commercial with attribution; each clip as Freesound states",
    citation=(
        "K. Drossos, S. Lipping, T. Virtanen: Clotho: an Audio Captioning Dataset, ICASSP 2020,"
        " doi:10.1109/ICASSP40776.2020.9052990"
    ),
    sample_rate=44_100,
    main_metric="r@1",
    kind=CAPTIONS,
    folds=("development", "validation", "evaluation"),
    classes=(),
    seen=(
        "both CLAPs were trained on it; the 29,646 pairs that Microsoft CLAP (2022) states are as"
        " many as all three splits have, evaluation among them"
    ),
    train_folds=("development",),
    test_folds=("evaluation",),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    """Each clip with its five captions."""
    for fold in folds:
        path = require_file(folder / f"clotho_captions_{fold}.csv", _LAYOUT)
        # The archives hold a folder of the split's name; some tools unpack it into their own.
        audio = (folder / fold, folder / f"clotho_audio_{fold}" / fold)
        for row in read_rows(path, _CAPTIONS, ["file_name"]):
            name = plain_name(row.line, "file_name")
            captions = tuple(map(str.strip, row.captions))
            for column, caption in zip(_CAPTIONS, captions, strict=True):
                if not caption:
                    raise row.line.error(f"{column} of {name!r} is empty; get the table anew")
            # Two names begin with a space, which unpacking may lose.
            places = [part / form for part in audio for form in (name, name.strip())]
            yield row.line, Entry(name, tuple(places), fold, captions=captions)


load_clotho = loader("clotho_captions_*.csv and the audio folders", _entries)
