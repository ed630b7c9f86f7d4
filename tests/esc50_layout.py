"""A folder laid out as ESC-50 is, with clips that a test names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from concept_core.datasets import dataset_info

HEADER = "filename,fold,target,category,esc10,src_file,take"


def line(filename: str, fold: int, name: str) -> str:
    """A line of ``meta/esc50.csv`` for a clip of the class ``name``."""
    target = dataset_info("esc50").classes.index(name)
    in_esc10 = name in dataset_info("esc10").classes
    # Each clip is of a recording of its own.
    recording = filename.replace(",", "")
    return f"{filename},{fold},{target},{name.replace(' ', '_')},{in_esc10},{recording},A"


def write_layout(
    folder: Path, clips: Iterable[tuple[str, int, str]], *, there: Iterable[str] | None = None
) -> Path:
    """``meta/esc50.csv`` with clips (filename, fold, class name), and an audio file for each.

    ``there`` names the files to make, if they are not the ones of the table. The files hold
    their own name: they are distinct, and no sound.
    """
    clips = list(clips)
    (folder / "meta").mkdir(parents=True)
    (folder / "audio").mkdir()
    text = "\n".join([HEADER, *(line(*clip) for clip in clips)]) + "\n"
    (folder / "meta" / "esc50.csv").write_text(text, encoding="utf-8")
    for name in [clip[0] for clip in clips] if there is None else there:
        (folder / "audio" / name).write_text(name, encoding="utf-8")
    return folder
