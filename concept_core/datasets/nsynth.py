"""NSynth: ``nsynth-{train,valid,test}``, each with ``examples.json`` and ``audio/``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import SINGLE_LABEL, DatasetInfo
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.tables import Line, class_index, require_file
from concept_core.datasets.text_files import read_json
from concept_core.errors import DataError

_LAYOUT = (
    "the folder must hold nsynth-train, nsynth-valid and nsynth-test, each with examples.json and"
    " audio/"
)
# In the order of ``instrument_family``.
_CLASSES = (
    *("bass", "brass", "flute", "guitar", "keyboard", "mallet"),
    *("organ", "reed", "string", "synth lead", "vocal"),
)
_BY_NAME = {name.replace(" ", "_"): index for index, name in enumerate(_CLASSES)}

NSYNTH = DatasetInfo(
    name="nsynth",
    revision="2017",
    licence="CC BY 4.0",
    citation=(
        "J. Engel et al.: Neural Audio Synthesis of Musical Notes with WaveNet Autoencoders, ICML"
        " 2017, arXiv:1704.01279"
    ),
    sample_rate=16_000,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=("train", "valid", "test"),
    classes=_CLASSES,
    seen="not known to be in an encoder's training data",
    train_folds=("train",),
    test_folds=("test",),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    """Notes by name; the class is the instrument family."""
    for fold in folds:
        path = folder / f"nsynth-{fold}" / "examples.json"
        notes = read_json(require_file(path, _LAYOUT))
        if not isinstance(notes, dict) or not notes:
            raise DataError(f"{path}: no notes by name; get it anew")
        for name in sorted(notes):
            note = notes[name] if isinstance(notes[name], dict) else {}
            family, number = note.get("instrument_family_str"), note.get("instrument_family")
            line = Line(f"{path}, note {name!r}", {})
            label = class_index(line, str(family), _BY_NAME)
            if number != label:
                raise line.error(
                    f"instrument_family {number!r} is not {family!r}, which is {label}; get the"
                    " list anew"
                )
            place = path.parent / "audio" / f"{name}.wav"
            yield line, Entry(f"nsynth-{fold}/audio/{name}.wav", (place,), fold, (label,))


load_nsynth = loader("nsynth-train, nsynth-valid and nsynth-test", _entries)
