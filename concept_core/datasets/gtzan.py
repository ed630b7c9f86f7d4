"""GTZAN: ``genres/`` with a folder a genre, and the fault-filtered lists of the splits.

The official splits are the lists without GTZAN's repeated, distorted and mislabelled excerpts,
``train_filtered.txt``, ``valid_filtered.txt`` and ``test_filtered.txt``. GTZAN itself has no
split: the fold ``all`` is every excerpt of the folder, faults included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from concept_core.datasets.base import SINGLE_LABEL, DatasetInfo
from concept_core.datasets.listing import Entry, audio_files, loader
from concept_core.datasets.tables import Line, class_index, read_table
from concept_core.errors import UsageError

_LISTS = ("train", "valid", "test")
# The archive of the Kaggle copy calls the folder so.
_GENRES = ("genres", "genres_original")
_LAYOUT = (
    "the folder must hold genres/ and the fault-filtered lists train_filtered.txt,"
    " valid_filtered.txt and test_filtered.txt; without the lists ask for the fold all"
)
_CLASSES = {
    **{name: name for name in ("blues", "classical", "country", "disco")},
    "hiphop": "hip hop",
    **{name: name for name in ("jazz", "metal", "pop", "reggae", "rock")},
}
_BY_NAME = {name: index for index, name in enumerate(_CLASSES)}

GTZAN = DatasetInfo(
    name="gtzan",
    revision="fault-filtered, 2015",
    licence="not stated",
    citation=(
        "G. Tzanetakis, P. Cook: Musical genre classification of audio signals, IEEE TSAP 10, 2002,"
        " doi:10.1109/TSA.2002.800560; splits: C. Kereliuk, B. L. Sturm, J. Larsen: Deep Learning"
        " and Music Adversaries, IEEE TMM 17, 2015, doi:10.1109/TMM.2015.2478068"
    ),
    sample_rate=22_050,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=(*_LISTS, "all"),
    classes=tuple(_CLASSES.values()),
    seen="not known to be in an encoder's training data",
    train_folds=("train",),
    test_folds=("test",),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    if "all" in folds and len(folds) > 1:
        raise UsageError(f"folds {', '.join(folds)}: 'all' holds the others; ask for it alone")
    return _every(folder) if folds == ("all",) else _listed(folder, folds)


def _listed(folder: Path, folds: Iterable[str]) -> Iterator[tuple[Line, Entry]]:
    for fold in folds:
        path = folder / f"{fold}_filtered.txt"
        for line in read_table(path, ("file",), _LAYOUT, headed=False):
            genre, _, name = line["file"].partition("/")
            if not name or Path(name).name != name:
                raise line.error(
                    f"{line['file']!r} is not GENRE/FILE, such as blues/blues.00000.wav"
                )
            places = tuple(folder / genres / genre / name for genres in _GENRES)
            label = class_index(line, genre, _BY_NAME)
            yield line, Entry(line["file"], places, fold, (label,))


def _every(folder: Path) -> Iterator[tuple[Line, Entry]]:
    for genres in _GENRES:
        for genre, label in _BY_NAME.items():
            for path in audio_files(folder / genres / genre):
                name = f"{genre}/{path.name}"
                yield Line(str(path), {}), Entry(name, (path,), "all", (label,))


load_gtzan = loader("genres/ and the lists of the splits", _entries)
