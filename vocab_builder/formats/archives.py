"""Archives of a release folder: packed to equal bytes, unpacked whole or not at all."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from concept_core.files import atomic_path
from concept_core.resources.unpacking import extract_archive

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")
# A release has two dozen files and a few megabytes.
MOST_FILES = 1000
MOST_BYTES = 512 << 20
# The first moment that a zip file can name: two archives of one release are equal.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


def write_zip(files: Mapping[str, bytes], top: str, out: Path) -> None:
    """A zip file of files by name, all under one folder ``top``."""
    with (
        atomic_path(out) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{top}/{name}", _EPOCH)
            member.external_attr = _PLAIN_FILE
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, files[name])


def write_tar(files: Mapping[str, bytes], top: str, out: Path) -> None:
    """A gzipped tar file of files by name, all under one folder ``top``; no time, no owner."""
    with (
        atomic_path(out) as temporary,
        open(temporary, "wb") as opened,
        gzip.GzipFile("", "wb", 9, opened, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in sorted(files):
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))


def unpack_archive(path: Path, into: Path) -> Path:
    """Unpack plain files into an empty folder; returns the folder that they lie in.

    Where all lie under one folder of the archive, that is it.

    Raises
    ------
    IntegrityError, DataError
        As `extract_archive`; or it holds more than any release does.
    """
    extract_archive(path, into, most_files=MOST_FILES, most_bytes=MOST_BYTES)
    tops = list(into.iterdir())
    return tops[0] if len(tops) == 1 and tops[0].is_dir() else into
