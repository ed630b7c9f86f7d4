"""A release folder as one zip file, the same bytes every time."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from concept_core.files import atomic_path

# The first moment that a zip file can name: two archives of one release are equal.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


def write_archive(files: Mapping[str, bytes], top: str, out: Path) -> None:
    """Files by name, under one folder ``top``."""
    with (
        atomic_path(out) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{top}/{name}", _EPOCH)
            member.external_attr = _PLAIN_FILE
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, files[name])
