"""Published sets of captions: what the files of each list.

Every reader takes the set, its folder and the asked folds, and gives the clips in the order of the
list. All raise DataError for a broken list (line and value).
"""

from __future__ import annotations

from pathlib import Path

from concept_core.datasets.base import DatasetInfo
from concept_core.datasets.caption_files import read_rows
from concept_core.datasets.listing import Entry, Listed
from concept_core.datasets.tables import Line, plain_name, require_file


def clotho(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """Clotho: ``clotho_captions_{development,validation,evaluation}.csv``, a folder for each.

    Each clip has five captions.
    """
    columns = [f"caption_{number}" for number in range(1, 6)]
    for fold in folds:
        path = require_file(folder / f"clotho_captions_{fold}.csv", info.layout)
        # The archives hold a folder of the split's name; some tools unpack it into their own.
        audio = (folder / fold, folder / f"clotho_audio_{fold}" / fold)
        for row in read_rows(path, columns, ["file_name"]):
            name = plain_name(row.line, "file_name")
            captions = tuple(map(str.strip, row.captions))
            for column, caption in zip(columns, captions, strict=True):
                if not caption:
                    raise row.line.error(f"{column} of {name!r} is empty; get the table anew")
            # Two names begin with a space, which unpacking may lose.
            places = [part / form for part in audio for form in (name, name.strip())]
            recording = row.line[info.recording]
            yield row.line, Entry(name, tuple(places), fold, (), captions, recording)


def audiocaps(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """AudioCaps: ``train.csv``, ``val.csv``, ``test.csv``, one line a caption, and ``audio/``.

    AudioCaps comes without audio. A clip is ``audio/YOUTUBE_ID``, or the same behind a ``Y``, or
    ``audio/YOUTUBE_ID_START``, with any audio suffix. It has the captions of all its lines.
    """
    audio = folder / "audio"
    for fold in folds:
        first: dict[str, Line] = {}
        captions: dict[str, list[str]] = {}
        by_id: dict[str, Line] = {}
        path = require_file(folder / f"{fold}.csv", info.layout)
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
            own = tuple(captions[clip])
            yield line, Entry(clip, places, fold, (), own, recording=line[info.recording])
