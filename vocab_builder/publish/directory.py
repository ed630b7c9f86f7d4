"""A folder of releases, here or on a mounted share, laid out as ``vocabularies/`` is.

A release is put together in a hidden folder, named by its content, and appears by one rename: of
two publishers one wins, and whoever was killed goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from concept_core.errors import IntegrityError, MissingFileError
from concept_core.files import follow_umask, named_path
from concept_core.releases.folder import SUMS
from concept_core.releases.index import INDEX, read_index, write_index
from concept_core.releases.specifiers import list_releases
from vocab_builder.publish.store import Address, bounded, sha256
from vocab_builder.release.making import LOCK_FILE, entry_of, index_lock

_BLOCK = 1 << 20
# Windows has no such flag; there, links need rights that few have.
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class DirectoryStore:
    """Releases in a folder.

    Parameters
    ----------
    text : str
        Its path.
    """

    def __init__(self, text: str) -> None:
        self.root = named_path(text)

    @property
    def name(self) -> str:
        """The path."""
        return str(self.root)

    def versions(self, vocabulary: str) -> list[str]:
        """Those that have their ``SHA256SUMS``."""
        self._look()
        versions = list_releases(self.root).get(vocabulary, [])
        return [one for one in versions if (self.root / vocabulary / one / SUMS).is_file()]

    def names(self, release: Address) -> list[str]:
        """Every file and link of the folder."""
        folder = self.root / release.folder
        return [
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_symlink() or not path.is_dir()
        ]

    def read(self, release: Address, name: str, limit: int) -> bytes | None:
        """A plain file; a link anywhere below the root is refused."""
        self._look()
        return read_plain(self.root, f"{release.folder}/{name}", limit)

    @contextlib.contextmanager
    def upload(self, release: Address, key: str) -> Iterator[DirectoryUpload]:
        """Write into a hidden folder beside the release's own."""
        with contextlib.ExitStack() as lock:
            upload = DirectoryUpload(self.root, release, key, lock)
            try:
                yield upload
            finally:
                upload.tidy()

    def settle(self, release: Address) -> None:
        """List the release in the index, if that does not list it yet.

        Then remove what unfinished tries left of it, whoever's.
        """
        folder = self.root / release.folder
        lefts = [*_stages(folder), folder.with_name(LOCK_FILE)]
        if any(left.exists() for left in lefts):
            with index_lock(folder.parent):
                for left in _stages(folder):
                    shutil.rmtree(left, ignore_errors=True)
        listed = (release.id, release.version) in read_index(self.root)
        if listed and not (self.root / LOCK_FILE).exists():
            return
        with index_lock(self.root):
            index = read_index(self.root)
            if (release.id, release.version) not in index:
                write_index(self.root, [*index.values(), entry_of(self.root / release.folder)])

    def _look(self) -> None:
        # A share that is not mounted must not read as one that has no releases.
        if not self.root.is_dir():
            raise MissingFileError(f"{self.root}: there is no such folder; mount or make it")


class DirectoryUpload:
    """A release that is being put together.

    The first file makes the folder, and keeps others who publish this id waiting from then on.
    """

    def __init__(self, root: Path, release: Address, key: str, lock: contextlib.ExitStack) -> None:
        self.root = root
        self.lock = lock
        self.locked = False
        self.release = release
        self.final = root / release.folder
        self.stage = self.final.with_name(f".{release.version}.{key[:16]}")

    def place(self, name: str) -> str:
        """The file's path."""
        return str(self.final / name)

    def find(self, name: str) -> bytes | None:
        """The file in the hidden folder."""
        path = self.stage / name
        return path.read_bytes() if path.is_file() else None

    def write(self, name: str, content: bytes) -> None:
        """Write the file, over what a killed run left of it."""
        if not self.locked:
            self.lock.enter_context(index_lock(self.final.parent))
            self.locked = True
        path = self.stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINKS, 0o666)
        with open(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())

    def finalise(self, sums: bytes) -> bool:
        """Rename the folder into place."""
        if self.final.exists():
            return False
        listed = read_index(self.root).get((self.release.id, self.release.version))
        if listed is not None and listed.sums_sha256 != sha256(sums):
            raise IntegrityError(
                f"{self.root / INDEX}: lists {self.release.specifier} with another {SUMS}"
                f" (sha256 {listed.sums_sha256}, of yours {sha256(sums)}); a published version is"
                " never replaced, here or not: release yours under a new version"
            )
        self.write(SUMS, sums)
        follow_umask(self.stage, 0o777)
        try:
            self.stage.rename(self.final)
        except OSError:
            if not self.final.exists():
                raise
            return False
        return True

    def tidy(self) -> None:
        """Once the version is there, whoever's: remove what unfinished tries left of it."""
        if self.locked and self.final.exists():
            for left in _stages(self.final):
                shutil.rmtree(left, ignore_errors=True)


def _stages(final: Path) -> list[Path]:
    """The hidden folders that tries to publish a release put it together in."""
    return list(final.parent.glob(f".{final.name}.*"))


def read_plain(root: Path, name: str, limit: int) -> bytes | None:
    """A plain file below ``root``, whose every part below it is a plain file or folder.

    Raises
    ------
    IntegrityError
        A link or device, or more than ``limit`` bytes.
    """
    path = root
    for part in name.split("/"):
        path = path / part
        try:
            mode = path.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise IntegrityError(f"{path}: a link or device; a release holds plain files")
    if not path.is_file():
        return None
    with open(path, "rb") as handle:
        return bounded(iter(lambda: handle.read(_BLOCK), b""), limit, str(path))
