"""What is on the disk in place of the text file that was wanted: known by its first line."""

from __future__ import annotations

from pathlib import Path

from concept_core.errors import DataError

_PAGES = ("<!doctype", "<html", "<?xml", "<head", "<body")
# As the reader of lines has bytes that are no UTF-8.
_MARKS = ("\udcff\udcfe", "\udcfe\udcff")
_PACKED = {"PK\x03\x04": "a zip archive or a workbook (xlsx)", "\x1f\udc8b": "a gzip archive"}
_POINTER = "version https://git-lfs.github.com/spec/"


def check_first_line(line: str, path: Path) -> None:
    """See that a file is the text that its first line should begin.

    Raises
    ------
    DataError
        UTF-16, an archive or a workbook, a web page, or a pointer of Git LFS; the message says
        what to do.
    """
    if line.startswith(_MARKS):
        raise DataError(f"{path}:1: UTF-16 text; save the file as UTF-8")
    for mark, name in _PACKED.items():
        if line.startswith(mark):
            raise DataError(f"{path}: {name}, no text; unpack it, or save it as UTF-8 text")
    if line.startswith(_POINTER):
        raise DataError(
            f"{path}: a pointer of Git LFS, not the file that it stands for; run 'git lfs pull'"
            " where it was cloned"
        )
    if line.lstrip().lower().startswith(_PAGES):
        raise DataError(
            f"{path}: a web page, not the file itself; download the file that the page links to"
        )
