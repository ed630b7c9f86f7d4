"""AudioCaps: ``train.csv``, ``val.csv``, ``test.csv``, one line a caption, and ``audio/``.

AudioCaps comes without audio. A clip is ``audio/YOUTUBE_ID``, or the same behind a ``Y``, or
``audio/YOUTUBE_ID_START``, with any audio suffix.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import CAPTIONS, DatasetInfo
from concept_core.datasets.caption_files import read_rows
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.tables import Line, plain_name, require_file

_LAYOUT = "the folder must hold train.csv, val.csv and test.csv of AudioCaps, and audio/"

AUDIOCAPS = DatasetInfo(
    name="audiocaps",
    revision="1.0",
    licence="captions MIT; audio of YouTube's users",
    citation=(
        "C. D. Kim, B. Kim, H. Lee, G. Kim: AudioCaps: Generating Captions for Audios in The Wild,"
        " NAACL 2019, doi:10.18653/v1/N19-1011"
    ),
    sample_rate=44_100,
    main_metric="r@1",
    kind=CAPTIONS,
    folds=("train", "val", "test"),
    classes=(),
    seen="both CLAPs were trained on its training part; its clips are AudioSet's",
    train_folds=("train",),
    test_folds=("test",),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    """Each clip with the captions of all its lines."""
    audio = folder / "audio"
    for fold in folds:
        first: dict[str, Line] = {}
        captions: dict[str, list[str]] = {}
        by_id: dict[str, Line] = {}
        path = require_file(folder / f"{fold}.csv", _LAYOUT)
        for row in read_rows(path, ["caption"], ["youtube_id", "start_time"], ["audiocap_id"]):
            line, (caption,) = row.line, row.captions
            clip, number = plain_name(line, "youtube_id"), line["audiocap_id"]
            if number in by_id:
                raise line.error(
                    f"audiocap_id {number!r} is listed twice, first in {by_id[number].where};"
                    " remove one"
                )
            by_id[number] = line
            if not caption.strip():
                raise line.error(f"the caption of {clip!r} is empty; get the table anew")
            if line["start_time"] != first.setdefault(clip, line)["start_time"]:
                raise line.error(
                    f"{clip!r} starts at {line['start_time']} s, and at"
                    f" {first[clip]['start_time']} s in {first[clip].where}; AudioCaps has one clip"
                    " a video"
                )
            captions.setdefault(clip, []).append(caption.strip())
        for clip, line in first.items():
            names = (clip, f"Y{clip}", f"{clip}_{line['start_time']}")
            places = tuple(audio / name for name in names)
            yield line, Entry(clip, places, fold, captions=tuple(captions[clip]))


load_audiocaps = loader("train.csv, val.csv, test.csv and audio/", _entries)
