"""A release as one archive, such as the asset of a forge's release page: read, not published to."""

from __future__ import annotations

from pathlib import Path

from concept_core.errors import DataError
from concept_core.releases.folder import SUMS, read_release
from concept_core.temporaries import temporary_folder
from vocab_builder.formats.archives import MOST_BYTES, unpack_archive
from vocab_builder.publish.directory import read_plain
from vocab_builder.publish.store import Address


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
        with temporary_folder(None, "release") as scratch:
            folder = unpack_archive(self.path, scratch)
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
