"""AudioSet's evaluation set: ``eval_segments.csv``, ``class_labels_indices.csv`` and ``audio/``.

AudioSet comes without audio. A clip is ``audio/YTID`` or ``audio/YYTID`` with any audio suffix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from concept_core.datasets.base import MULTI_LABEL, ClipSet, DatasetInfo, check_folds
from concept_core.datasets.listing import Entry, gather
from concept_core.datasets.tables import Line, class_index, plain_name, read_table, require_folder

_SEGMENTS = ("YTID", "start_seconds", "end_seconds", "positive_labels")
_LABELS = ("index", "mid", "display_name")
_LAYOUT = (
    "the folder must hold eval_segments.csv and class_labels_indices.csv of AudioSet, and audio/"
)

AUDIOSET = DatasetInfo(
    name="audioset",
    revision="2017, evaluation set",
    licence="labels CC BY 4.0; audio of YouTube's users",
    citation=(
        "J. F. Gemmeke et al.: Audio Set: An ontology and human-labeled dataset for audio events,"
        " ICASSP 2017, doi:10.1109/ICASSP.2017.7952261"
    ),
    sample_rate=44_100,
    main_metric="map",
    kind=MULTI_LABEL,
    folds=("eval",),
    classes=(),
    seen=(
        "its training part, not this one: YAMNet, LAION-CLAP and the audio tower of Microsoft CLAP"
        " were trained on it"
    ),
    test_folds=("eval",),
)


def load_audioset(info: DatasetInfo, folder: str | Path, folds: Iterable[str | int]) -> ClipSet:
    """The evaluation clips that are there, in the order of ``eval_segments.csv``.

    Raises
    ------
    MissingError, UsageError, DataError
        No such folder; no such fold; a broken table (line and value), or no clips.
    """
    asked = check_folds(info, folds)
    folder = require_folder(folder, info, "eval_segments.csv, class_labels_indices.csv and audio/")
    names: dict[str, str] = {}
    for line in read_table(folder / "class_labels_indices.csv", _LABELS, _LAYOUT):
        if line["index"] != str(len(names)) or line["mid"] in names or not line["display_name"]:
            raise line.error(
                f"index {line['index']!r}, mid {line['mid']!r}; expected index {len(names)}, a mid"
                " of its own and a name"
            )
        names[line["mid"]] = line["display_name"]
    lines = read_table(folder / "eval_segments.csv", _SEGMENTS, _LAYOUT, headed=False, comment="#")
    by_mid = {mid: index for index, mid in enumerate(names)}
    info = replace(info, classes=tuple(names.values()))
    return gather(info, folder, asked, list(_entries(folder / "audio", lines, by_mid)))


def _entries(
    audio: Path, lines: Iterable[Line], by_mid: Mapping[str, int]
) -> Iterator[tuple[Line, Entry]]:
    for line in lines:
        name = plain_name(line, "YTID")
        mids = line["positive_labels"].split(",")
        labels = tuple(sorted({class_index(line, mid.strip(), by_mid) for mid in mids}))
        yield line, Entry(name, (audio / name, audio / f"Y{name}"), "eval", labels)
