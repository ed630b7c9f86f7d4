"""A git repository: a release is one commit of its own, tagged ``vocabulary/NAME-VERSION``.

The commit holds nothing but the release and names nobody and no time, so that equal content has
one hash whoever publishes it. Credentials are git's own affair (ssh keys, credential helpers).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from concept_core.errors import IntegrityError, MissingError, UsageError
from concept_core.releases.folder import SUMS
from concept_core.releases.versions import is_version
from concept_core.temporaries import temporary_folder
from vocab_builder.formats.archives import MOST_BYTES
from vocab_builder.publish.store import Address, CommitUpload, too_large

_TAG = "refs/tags/vocabulary/"
_SECONDS = 600
_NOBODY = "Sonolex <sonolex@localhost> 0 +0000"


class GitStore:
    """Releases in a repository.

    Parameters
    ----------
    text : str
        ``git:`` and a path or address that git knows.
    """

    def __init__(self, text: str) -> None:
        self.remote = text.removeprefix("git:")
        if not self.remote or self.remote.startswith("-"):
            raise UsageError(f"{text}: expected git: and the path or address of a repository")
        self._fetched: dict[str, dict[str, bytes]] = {}

    @property
    def name(self) -> str:
        """``git:`` and the path or address."""
        return f"git:{self.remote}"

    def versions(self, vocabulary: str) -> list[str]:
        """Those that have a tag."""
        start = f"{_TAG}{vocabulary}-"
        listed = self._git("ls-remote", "--refs", "--", self.remote, f"{start}*").decode()
        names = [line.split("\t")[1].removeprefix(start) for line in listed.splitlines()]
        return [name for name in names if is_version(name)]

    def names(self, release: Address) -> list[str]:
        """The files of the tagged commit."""
        return list(self._files(release))

    def read(self, release: Address, name: str, limit: int) -> bytes | None:
        """A file of the tagged commit."""
        content = self._files(release).get(name)
        if content is not None and len(content) > limit:
            raise too_large(limit, f"{self.name}: {release.folder}/{name}")
        return content

    @contextlib.contextmanager
    def upload(self, release: Address, key: str) -> Iterator[GitUpload]:
        """Gather a commit; the push is one step, so there is nothing to go on with."""
        yield GitUpload(self, release)

    def settle(self, release: Address) -> None:
        """Nothing: the place lists what it has."""

    def push(self, release: Address, files: dict[str, bytes]) -> bool:
        """Commit and push the tag; False if the tag is there already with another commit."""
        with _repository() as folder:
            self._git("fast-import", "--quiet", within=folder, given=_commit(release, files))
            tag = tag_of(release)
            try:
                # No force: git refuses to move a tag, and of two pushes one comes first.
                self._git("push", "--quiet", "--", self.remote, f"{tag}:{tag}", within=folder)
            except MissingError:
                if release.version in self.versions(release.id):
                    return False
                raise
        self._fetched.clear()
        return True

    def _files(self, release: Address) -> dict[str, bytes]:
        """The files of a release by name, fetched once; none where there is no tag."""
        if release.specifier in self._fetched:
            return self._fetched[release.specifier]
        if release.version not in self.versions(release.id):
            return {}
        with _repository() as folder:
            tag = tag_of(release)
            wanted = ("--depth=1", "--no-tags", "--", self.remote, f"{tag}:{tag}")
            self._git("fetch", "--quiet", *wanted, within=folder, bounded=True)
            listed = self._git("ls-tree", "-r", "-l", "-z", tag, within=folder)
            files = {}
            left = MOST_BYTES
            for entry in filter(None, listed.decode("utf-8", "replace").split("\0")):
                about, _, path = entry.partition("\t")
                mode, _, blob, size = about.split()
                where = f"{self.name}: {path}"
                name = path.removeprefix(f"{release.folder}/")
                if mode not in ("100644", "100755") or name == path:
                    raise IntegrityError(f"{where}: not a plain file of {release.folder}/")
                left -= int(size)
                if left < 0:
                    raise too_large(MOST_BYTES, where)
                files[name] = self._git("cat-file", "blob", blob, within=folder)
        self._fetched[release.specifier] = files
        return files

    def _git(
        self, *arguments: str, within: Path | None = None, given: bytes = b"", bounded: bool = False
    ) -> bytes:
        command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "fetch.fsckObjects=true"]
        command += ["-c", "gc.auto=0", "-c", "maintenance.auto=false", *arguments]
        if bounded:
            # What a repository sends is as large as it likes; no file may grow beyond this.
            blocks = str(MOST_BYTES // 512)
            command = ["sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh", *command]
        # A question on the terminal would hang a run that nobody watches.
        surroundings = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        surroundings.pop("GIT_DIR", None)
        try:
            done = subprocess.run(
                command, cwd=within, input=given, capture_output=True, timeout=_SECONDS,
                env=surroundings,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise MissingError(f"{self.name}: git is not on this machine; install it") from error
        except subprocess.TimeoutExpired as error:
            raise MissingError(f"{self.name}: git took over {_SECONDS} s") from error
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            said = "; ".join(lines[:3]) or "no reason given"
            raise MissingError(
                f"{self.name}: git {arguments[0]} failed: {said}; see that the"
                " repository is there and that git may use it"
            )
        return done.stdout


class GitUpload(CommitUpload):
    """The files of one commit, and where it goes."""

    def __init__(self, store: GitStore, release: Address) -> None:
        super().__init__()
        self.store = store
        self.release = release

    def place(self, name: str) -> str:
        """The tag and the path in it."""
        tag = tag_of(self.release).removeprefix("refs/tags/")
        return f"{self.store.name} tag {tag}: {self.release.folder}/{name}"

    def finalise(self, sums: bytes) -> bool:
        """Commit, tag and push."""
        return self.store.push(self.release, {**self.files, SUMS: sums})


def tag_of(release: Address) -> str:
    """The tag of a release: ``refs/tags/vocabulary/NAME-VERSION``."""
    return f"{_TAG}{release.id}-{release.version}"


def _commit(release: Address, files: dict[str, bytes]) -> bytes:
    """What ``git fast-import`` reads: one commit without parents under the release's tag."""
    message = f"Vocabulary {release.specifier}\n".encode()
    parts = [
        f"commit {tag_of(release)}\ncommitter {_NOBODY}\ndata {len(message)}\n".encode() + message
    ]
    for name, content in sorted(files.items()):
        head = f"M 100644 inline {release.folder}/{name}\ndata {len(content)}\n".encode()
        parts += [head, content, b"\n"]
    return b"".join(parts)


@contextlib.contextmanager
def _repository() -> Iterator[Path]:
    """An empty bare repository that is gone afterwards."""
    with temporary_folder(None, "git") as folder:
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--template=", str(folder)],
            check=True,
            capture_output=True,
        )
        yield folder
