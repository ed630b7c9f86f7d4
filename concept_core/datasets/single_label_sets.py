"""Published sets whose clips have one class: what the files of each list.

Every reader takes the set, its folder and the asked folds, and gives the clips in the order of the
list. All raise DataError for a broken list (line and value).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from concept_core.datasets.base import DatasetInfo
from concept_core.datasets.listing import Entry, Listed, audio_files
from concept_core.datasets.published import PUBLISHED
from concept_core.datasets.tables import Line, class_index, plain_name, read_table, require_file
from concept_core.errors import DataError, UsageError
from concept_core.text.files import read_json

_TUT_DEVELOPMENT = "TUT-acoustic-scenes-2017-development"
_TUT_EVALUATION = "TUT-acoustic-scenes-2017-evaluation"
_VOCALSOUND_LISTS = {"train": "tr.json", "val": "val.json", "test": "te.json"}
# The release at 44.1 kHz was also called so; the better rate first.
_VOCALSOUND_AUDIO = ("audio_44k", "data_44k", "audio_16k")
_ESC50_NAME = re.compile(r"[1-5]-([0-9]+)-[A-Z]-[0-9]+\.")
# The archive of the Kaggle copy calls the folder so.
_GENRES = ("genres", "genres_original")


def esc50(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """ESC-50 and its subset ESC-10: ``meta/esc50.csv`` and ``audio/``, folds 1-5."""
    whole, subset = PUBLISHED["esc50"], PUBLISHED["esc10"].classes
    by_code = whole.by_code()
    columns = ("filename", "fold", "target", "category", "esc10")
    for line in read_table(folder / "meta" / "esc50.csv", columns, info.layout):
        name, category = plain_name(line, "filename"), line["category"]
        if line["fold"] not in whole.folds:
            raise line.error(f"fold {line['fold']!r}; ESC-50 has folds 1-5")
        target = class_index(line, category, by_code)
        if line["target"] != str(target):
            raise line.error(
                f"target {line['target']!r} is not category {category!r}, which is {target};"
                " the table was changed, get it anew"
            )
        label, marked = whole.classes[target], line["esc10"]
        if marked != str(label in subset):
            raise line.error(
                f"esc10 is {marked!r} for category {category!r}; expected {label in subset}"
            )
        places, known = (folder / "audio" / name,), label in info.classes
        # The rest of the table is in no fold of ESC-10; a line of it that is repeated is an error.
        fold = line["fold"] if known else ""
        classes = (info.classes.index(label),) if known else ()
        recording = line.values.get(info.recording) or esc50_recording(name)
        yield line, Entry(name, places, fold, classes, recording=recording)


def esc50_recording(name: str) -> str:
    """The recording that ESC-50's name of a clip tells, ``FOLD-RECORDING-TAKE-TARGET``; else none.

    Tables that other programs wrote of its clips need not have the column ``src_file``.
    """
    found = _ESC50_NAME.match(name)
    return found.group(1) if found else ""


def urbansound8k(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """UrbanSound8K: ``metadata/UrbanSound8K.csv`` and ``audio/fold1`` to ``fold10``."""
    by_code = info.by_code()
    columns = ("slice_file_name", "fold", "classID", "class")
    for line in read_table(folder / "metadata" / "UrbanSound8K.csv", columns, info.layout):
        name, fold, category = plain_name(line, "slice_file_name"), line["fold"], line["class"]
        if fold not in info.folds:
            raise line.error(f"fold {fold!r}; UrbanSound8K has folds 1-10")
        label = class_index(line, category, by_code)
        if line["classID"] != str(label):
            raise line.error(
                f"classID {line['classID']!r} is not class {category!r}, which is {label}; the"
                " table was changed, get it anew"
            )
        places = (folder / "audio" / f"fold{fold}" / name,)
        recording = line.values.get(info.recording, "")
        yield line, Entry(name, places, fold, (label,), recording=recording)


def vocalsound(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """VocalSound: ``datafiles/{tr,val,te}.json`` and ``audio_44k/`` or ``audio_16k/``.

    Of the paths in the lists, the authors' own, only the last part counts.
    """
    by_code = info.by_code()
    for fold in folds:
        path = require_file(folder / "datafiles" / _VOCALSOUND_LISTS[fold], info.layout)
        for line in _vocalsound_lines(path):
            name = line["wav"].replace("\\", "/").rsplit("/", 1)[-1]
            if not name:
                raise line.error(f"wav {line['wav']!r} names no file; get the list anew")
            places = tuple(folder / audio / name for audio in _VOCALSOUND_AUDIO)
            yield line, Entry(name, places, fold, (class_index(line, line["labels"], by_code),))


def _vocalsound_lines(path: Path) -> list[Line]:
    value = read_json(path)
    rows = value.get("data") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not rows:
        raise DataError(f"{path}: no list 'data' with clips in it; get it anew")
    lines = []
    for number, row in enumerate(rows, start=1):
        where = f"{path}, entry {number}"
        row = row if isinstance(row, dict) else {}
        values = {key: row.get(key) for key in ("wav", "labels")}
        for key, found in values.items():
            if not isinstance(found, str):
                raise DataError(f"{where}: {key} is {found!r}, not a text; get the list anew")
        lines.append(Line(where, {key: str(found) for key, found in values.items()}))
    return lines


def tut2017(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """TUT Acoustic Scenes 2017: the folders of the development and of the evaluation set.

    A development clip's fold is the one that tests on it: ``evaluation_setup/foldN_evaluate.txt``.
    """
    by_code = info.by_code()
    for fold in folds:
        developed = fold in info.train_folds
        part = folder / (_TUT_DEVELOPMENT if developed else _TUT_EVALUATION)
        name = f"fold{fold}_evaluate.txt" if developed else "evaluate.txt"
        path, columns = part / "evaluation_setup" / name, ("file", "scene")
        for line in read_table(path, columns, info.layout, delimiter="\t", headed=False):
            clip = line["file"]
            if not clip.startswith("audio/") or Path(clip).name != clip.removeprefix("audio/"):
                raise line.error(f"file {clip!r} is not a file in audio/; get the list anew")
            label = class_index(line, line["scene"], by_code)
            # Both sets number their files alike: the name alone would not tell them apart.
            yield line, Entry(f"{part.name}/{clip}", (part / clip,), fold, (label,))


def gtzan(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """GTZAN: ``genres/`` with a folder a genre, and the fault-filtered lists of the splits.

    The official splits are the lists without GTZAN's repeated, distorted and mislabelled excerpts,
    ``train_filtered.txt``, ``valid_filtered.txt`` and ``test_filtered.txt``. GTZAN itself has no
    split: the fold ``all`` is every excerpt of the folder, faults included.

    Raises
    ------
    UsageError
        Another fold beside ``all``.
    """
    if "all" in folds and len(folds) > 1:
        raise UsageError(f"folds {', '.join(folds)}: 'all' holds the others; ask for it alone")
    if folds == ("all",):
        return _gtzan_whole(info, folder)
    return _gtzan_splits(info, folder, folds)


def _gtzan_splits(info: DatasetInfo, folder: Path, folds: Iterable[str]) -> Listed:
    by_code = info.by_code()
    for fold in folds:
        path = folder / f"{fold}_filtered.txt"
        for line in read_table(path, ("file",), info.layout, headed=False):
            genre, _, name = line["file"].partition("/")
            if not name or Path(name).name != name:
                raise line.error(
                    f"{line['file']!r} is not GENRE/FILE, such as blues/blues.00000.wav"
                )
            places = tuple(folder / genres / genre / name for genres in _GENRES)
            yield line, Entry(line["file"], places, fold, (class_index(line, genre, by_code),))


def _gtzan_whole(info: DatasetInfo, folder: Path) -> Listed:
    for genres in _GENRES:
        for genre, label in info.by_code().items():
            for path in audio_files(folder / genres / genre):
                name = f"{genre}/{path.name}"
                yield Line(str(path), {}), Entry(name, (path,), "all", (label,))


def nsynth(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """NSynth: ``nsynth-{train,valid,test}``, each with ``examples.json`` and ``audio/``.

    Notes by name; the class is the instrument family.
    """
    by_code = info.by_code()
    for fold in folds:
        path = folder / f"nsynth-{fold}" / "examples.json"
        notes = read_json(require_file(path, info.layout))
        if not isinstance(notes, dict) or not notes:
            raise DataError(f"{path}: no notes by name; get it anew")
        for name in sorted(notes):
            note = notes[name] if isinstance(notes[name], dict) else {}
            family, number = note.get("instrument_family_str"), note.get("instrument_family")
            line = Line(f"{path}, note {name!r}", {})
            label = class_index(line, str(family), by_code)
            if number != label:
                raise line.error(
                    f"instrument_family {number!r} is not {family!r}, which is {label}; get the"
                    " list anew"
                )
            place = path.parent / "audio" / f"{name}.wav"
            yield line, Entry(f"nsynth-{fold}/audio/{name}.wav", (place,), fold, (label,))


def demo_sounds(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """The ten animal sounds of the resource ``demo-sounds``: a first look, no benchmark.

    One file a class, named after it: ``dog.mp3`` is a dog. All are in fold 1.
    """
    paths = [folder / f"{name}.mp3" for name in info.classes]
    if not any(path.is_file() for path in paths):
        raise DataError(
            f"{folder}: none of the ten sounds is there, such as {paths[0].name}; run"
            " 'sonolex fetch demo-sounds' and give the folder that it prints"
        )
    for label, path in enumerate(paths):
        yield Line(str(path), {}), Entry(path.name, (path,), "1", (label,))
