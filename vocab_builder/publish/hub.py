"""A data set repository of the Hugging Face Hub: a release is one commit.

Endpoint and token come from where huggingface_hub takes them (``HF_ENDPOINT``, ``HF_TOKEN``, the
token file of ``hf auth login``).
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import re
from collections.abc import Iterator
from typing import Any

from concept_core.errors import DataError, MissingError, SonolexError, UsageError
from concept_core.extras import require_extra
from concept_core.releases.folder import SUMS
from concept_core.releases.versions import is_version
from concept_core.temporaries import temporary_folder
from vocab_builder.publish.directory import read_plain
from vocab_builder.publish.store import Address, CommitUpload, too_large

_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_KIND = "dataset"
_BRANCH = "main"
_NO_FOLDER = ("EntryNotFoundError", "RemoteEntryNotFoundError")
# Others may commit other releases to the repository meanwhile; each costs one more try.
_TRIES = 5


class HubStore:
    """Releases in a repository.

    Parameters
    ----------
    text : str
        ``hf:owner/name``.
    """

    def __init__(self, text: str) -> None:
        self.repository = text.removeprefix("hf:").strip("/")
        if not _REPOSITORY.fullmatch(self.repository):
            raise UsageError(f"{text}: expected hf:OWNER/NAME, a data set repository")
        require_extra("huggingface_hub")

    @property
    def name(self) -> str:
        """``hf:owner/name``."""
        return f"hf:{self.repository}"

    def versions(self, vocabulary: str) -> list[str]:
        """Those whose ``SHA256SUMS`` is there."""
        parts = [path.split("/") for path in self._sizes(vocabulary)]
        return [one[1] for one in parts if one[2:] == [SUMS] and is_version(one[1])]

    def names(self, release: Address) -> list[str]:
        """The files of the release's folder."""
        return [path.removeprefix(f"{release.folder}/") for path in self._sizes(release.folder)]

    def read(self, release: Address, name: str, limit: int) -> bytes | None:
        """One file of the newest commit."""
        path = f"{release.folder}/{name}"
        size = self._sizes(release.folder).get(path)
        if size is None:
            return None
        if size > limit:
            raise too_large(limit, f"{self.name}/{path}")
        with temporary_folder(None, "release") as scratch:
            with self._errors(path):
                self.api.hf_hub_download(
                    self.repository, path, repo_type=_KIND, revision=_BRANCH, local_dir=scratch
                )
            return read_plain(scratch, path, limit)

    @contextlib.contextmanager
    def upload(self, release: Address, key: str) -> Iterator[HubUpload]:
        """Gather a commit; what an earlier try stored of large files, the hub knows by sha256."""
        yield HubUpload(self, release)

    def settle(self, release: Address) -> None:
        """Nothing: the place lists what it has."""

    def head(self) -> str:
        """The newest commit of the branch."""
        with self._errors():
            return str(self.api.repo_info(self.repository, repo_type=_KIND, revision=_BRANCH).sha)

    def commit(self, release: Address, files: dict[str, bytes], parent: str) -> bool:
        """Commit a release upon ``parent``; False if that is not the newest any more."""
        from huggingface_hub import CommitOperationAdd

        additions = [
            CommitOperationAdd(f"{release.folder}/{name}", content)
            for name, content in sorted(files.items())
        ]
        with self._errors():
            if self.api.file_exists(self.repository, ".gitignore", repo_type=_KIND):
                # The hub leaves out of a commit, without a word, what that file names.
                raise DataError(
                    f"{self.name}: has a .gitignore, which may keep files of a release out; take it"
                    " out of the repository and run this again"
                )
            try:
                self.api.create_commit(
                    self.repository,
                    additions,
                    commit_message=f"Vocabulary {release.specifier}",
                    repo_type=_KIND,
                    revision=_BRANCH,
                    parent_commit=parent,
                )
            except Exception as error:
                if _status(error) == 412:
                    return False
                raise
        self.forget()
        return True

    def _sizes(self, folder: str) -> dict[str, int]:
        """Size by path of all files below a folder; none where there is no such folder."""
        if folder not in self._listed:
            with self._errors(folder):
                try:
                    entries = self.api.list_repo_tree(
                        self.repository, folder, recursive=True, repo_type=_KIND, revision=_BRANCH
                    )
                    sizes = {one.path: one.size for one in entries if hasattr(one, "size")}
                except Exception as error:
                    if type(error).__name__ not in _NO_FOLDER:
                        raise
                    sizes = {}
            if not sizes:
                return {}
            self._listed[folder] = sizes
        return self._listed[folder]

    def forget(self) -> None:
        """Ask the hub anew what it has."""
        self._listed.clear()

    @functools.cached_property
    def _listed(self) -> dict[str, dict[str, int]]:
        return {}

    @functools.cached_property
    def api(self) -> Any:
        """The hub's own client."""
        huggingface_hub = require_extra("huggingface_hub")
        importlib.import_module("huggingface_hub.utils").disable_progress_bars()
        # Its default was read when it was first imported.
        endpoint = os.environ.get("HF_ENDPOINT") or None
        return huggingface_hub.HfApi(endpoint=endpoint, library_name="sonolex")

    @contextlib.contextmanager
    def _errors(self, path: str = "") -> Iterator[None]:
        """One line for whatever the client raises: also its HTTP library's own errors, which have
        another base in every second version."""
        where = f"{self.name}/{path}".rstrip("/")
        try:
            yield
        except (SonolexError, AttributeError, TypeError, NameError):
            raise  # said already, or a mistake of ours
        except Exception as error:
            first = " ".join(str(error).split("\n")[0].split())
            message = f"{where}: {type(error).__name__}: {first}"
            if type(error).__name__ == "RepositoryNotFoundError":
                raise MissingError(
                    f"{where}: there is no such repository, or you may not see it; make it with"
                    f" `hf repo create {self.repository} --repo-type dataset`, and log in with"
                    " `hf auth login`"
                ) from error
            if _status(error) in (400, 401, 403):
                raise DataError(f"{message}; log in with `hf auth login`") from error
            raise MissingError(f"{message}; see HF_ENDPOINT and your network") from error


class HubUpload(CommitUpload):
    """The files of one commit, and where it goes."""

    def __init__(self, store: HubStore, release: Address) -> None:
        super().__init__()
        self.store = store
        self.release = release

    def place(self, name: str) -> str:
        """The file's address."""
        return f"{self.store.name}/{self.release.folder}/{name}"

    def finalise(self, sums: bytes) -> bool:
        """Commit all files upon a commit that has no such release."""
        for _ in range(_TRIES):
            parent = self.store.head()
            self.store.forget()
            if self.store.names(self.release):
                return False
            if self.store.commit(self.release, {**self.files, SUMS: sums}, parent):
                return True
        raise DataError(
            f"{self.store.name}: others committed {_TRIES} times meanwhile; run this again"
        )


def _status(error: Exception) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)
