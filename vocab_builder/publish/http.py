"""A static file server that has a folder of releases: read, never written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from concept_core._version import __version__
from concept_core.errors import IntegrityError, MissingError
from concept_core.releases.index import INDEX, read_index
from concept_core.resources.network import CONNECT_SECONDS, READ_SECONDS, one_line
from concept_core.temporaries import temporary_folder
from vocab_builder.publish.store import LARGEST_SUMS, Address, bounded, too_large

_BLOCK = 1 << 16
# For one file, whatever trickles: the largest comes in it at half a megabyte a second.
_SECONDS = 600
_Value = TypeVar("_Value")


class HttpStore:
    """Releases below an address.

    Parameters
    ----------
    text : str
        The address of the folder that has ``<id>/<version>/``.
    """

    def __init__(self, text: str) -> None:
        self.address = text.rstrip("/")

    @property
    def name(self) -> str:
        """The address."""
        return self.address

    def versions(self, vocabulary: str) -> list[str]:
        """Those that its ``index.toml`` lists: such a server has no other list."""
        content = self._get(INDEX, LARGEST_SUMS)
        if content is None:
            raise MissingError(
                f"{self.address}: has no {INDEX}, so which versions are there is not known; ask for"
                f" an exact one, such as {vocabulary}@1.0.0"
            )
        with temporary_folder(None, "release") as scratch:
            (scratch / INDEX).write_bytes(content)
            return [version for name, version in read_index(scratch) if name == vocabulary]

    def names(self, release: Address) -> None:
        """Not known."""
        return

    def read(self, release: Address, name: str, limit: int) -> bytes | None:
        """One file; None for what the server does not have."""
        return self._get(f"{release.folder}/{name}", limit)

    def _get(self, path: str, limit: int) -> bytes | None:
        where = f"{self.address}/{path}"
        return _within(_SECONDS, lambda: self._ask(where, limit), where)

    def _ask(self, where: str, limit: int) -> bytes | None:
        import requests

        # Of packed content, a few bytes could stand for many.
        headers = {"User-Agent": f"sonolex/{__version__}", "Accept-Encoding": "identity"}
        timeout = (CONNECT_SECONDS, READ_SECONDS)
        try:
            with requests.get(where, stream=True, timeout=timeout, headers=headers) as answer:
                if answer.status_code in (404, 410):
                    return None
                answer.raise_for_status()
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise IntegrityError(f"{where}: came packed, which was not asked for")
                announced = answer.headers.get("Content-Length")
                if announced and int(announced) > limit:
                    raise too_large(limit, where)
                content = bounded(answer.iter_content(_BLOCK), limit, where)
        except (requests.RequestException, ValueError) as error:
            raise MissingError(f"{where}: could not be had: {one_line(error)}") from error
        if announced and len(content) != int(announced):
            raise IntegrityError(f"{where}: {len(content)} of {announced} bytes came")
        return content


def _within(seconds: float, call: Callable[[], _Value], where: str) -> _Value:
    """What a call gives, if it ends in time.

    A server that sends a byte now and then never lets a read time out, and its header cannot be
    counted: the whole is waited for in a thread that is left behind.

    Raises
    ------
    MissingError
        It does not; otherwise what the call raises.
    """
    given: list[_Value] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(call())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise MissingError(f"{where}: had not come after {seconds} s; try another place")
    return given[0]
