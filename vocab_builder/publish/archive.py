"""A release as one archive, the asset of a forge's release page: written beside, and read."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from pathlib import Path

from concept_core.errors import DataError
from concept_core.files import atomic_path
from concept_core.releases.folder import SUMS, read_release
from vocab_builder.formats.archives import unpack_archive
from vocab_builder.publish.directory import read_plain
from vocab_builder.publish.publishing import Package
from vocab_builder.publish.store import MOST_BYTES, Address


class ArchiveStore:
    """The one release in an archive.

    Parameters
    ----------
    text : str
        Path of the archive.
    """

    def __init__(self, text: str) -> None:
        self.path = Path(text)
        self._release: Address | None = None
        self._files: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def versions(self, vocabulary: str) -> list[str]:
        """Its one version, if it is of this id."""
        release = self._load()
        return [release.version] if release.id == vocabulary and SUMS in self._files else []

    def names(self, release: Address) -> list[str]:
        """The names of its files."""
        return list(self._files) if release == self._load() else []

    def read(self, release: Address, name: str, limit: int) -> bytes | None:
        """A file; what the archive unpacks to is bounded, and so is each file of it."""
        return self._files.get(name) if release == self._load() else None

    def _load(self) -> Address:
        if self._release is not None:
            return self._release
        with tempfile.TemporaryDirectory() as scratch:
            folder = unpack_archive(self.path, Path(scratch))
            try:
                vocabulary = read_release(folder)
            except DataError as error:
                raise DataError(
                    f"{self.path}: holds no release that can be read: {error}"
                ) from error
            names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
            self._files = {name: read_plain(folder, name, MOST_BYTES) or b"" for name in names}
        self._release = Address(vocabulary.id, vocabulary.version)
        return self._release


def write_asset(package: Package, folder: Path) -> Path:
    """Write ``NAME-VERSION.tar.gz``, equal bytes for equal content: no time, no owner."""
    release = package.release
    path = folder / f"{release.id}-{release.version}.tar.gz"
    files = {**package.files, SUMS: package.sums}
    with (
        atomic_path(path) as temporary,
        open(temporary, "wb") as out,
        gzip.GzipFile("", "wb", 9, out, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(f"{release.id}-{release.version}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path
