"""An S3-compatible store: one object a file, each written only where there is none.

Endpoint and credentials come from where AWS's own tools take them (``AWS_ENDPOINT_URL``, the
environment, ``~/.aws``, the machine's role); without any, public buckets can be read.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import time
from collections.abc import Iterator
from typing import Any

from concept_core.errors import DataError, MissingError, UsageError
from concept_core.extras import require_extra
from concept_core.releases.folder import SUMS
from concept_core.releases.versions import is_version
from concept_core.resources.network import CONNECT_SECONDS, READ_SECONDS
from vocab_builder.publish.store import LARGEST_FILE, Address, bounded, taken, too_large

_ABSENT = ("404", "NoSuchKey", "NotFound")
_THERE = ("412", "PreconditionFailed")
# Two wrote at once and neither counts yet: ask again.
_UNDECIDED = ("409", "ConditionalRequestConflict")
# Of stores that know no conditional writes.
_UNKNOWN = ("501", "NotImplemented", "XNotImplemented")
_BLOCK = 1 << 20
_TRIES = 5
_PAUSE = 0.2
"""Seconds before the second try; twice as many before each one after it."""


class S3Store:
    """Releases in a bucket.

    Parameters
    ----------
    text : str
        ``s3://bucket`` or ``s3://bucket/prefix``.
    """

    def __init__(self, text: str) -> None:
        bucket, _, prefix = text.removeprefix("s3://").strip("/").partition("/")
        if not text.startswith("s3://") or not bucket:
            raise UsageError(f"{text}: expected s3://BUCKET or s3://BUCKET/PREFIX")
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        require_extra("boto3")

    @property
    def name(self) -> str:
        """``s3://bucket/prefix``."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def versions(self, vocabulary: str) -> list[str]:
        """Those whose ``SHA256SUMS`` is there."""
        start = f"{self.prefix}{vocabulary}/"
        parts = [key.removeprefix(start).split("/") for key in self._keys(start)]
        return [one[0] for one in parts if one[1:] == [SUMS] and is_version(one[0])]

    def names(self, release: Address) -> list[str]:
        """The keys below the release's own, without that."""
        start = self.key(release, "")
        return [key.removeprefix(start) for key in self._keys(start)]

    def read(self, release: Address, name: str, limit: int) -> bytes | None:
        """One object."""
        where = self.place(release, name)
        with self._errors(where):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=self.key(release, name))
            except self.client.exceptions.ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise
            if answer["ContentLength"] > limit:
                raise too_large(limit, where)
            return bounded(answer["Body"].iter_chunks(_BLOCK), limit, where)

    @contextlib.contextmanager
    def upload(self, release: Address, key: str) -> Iterator[S3Upload]:
        """Write the objects of a release; ``key`` is not needed: each object is compared."""
        yield S3Upload(self, release)

    def settle(self, release: Address) -> None:
        """Nothing: the place lists what it has."""

    def place(self, release: Address, name: str) -> str:
        """The address of an object."""
        return f"s3://{self.bucket}/{self.key(release, name)}"

    def key(self, release: Address, name: str) -> str:
        """The key of an object."""
        return f"{self.prefix}{release.folder}/{name}"

    def put(self, release: Address, name: str, content: bytes) -> bool:
        """Write an object where there is none; False where there is one."""
        where = self.place(release, name)
        wanted = {"Bucket": self.bucket, "Key": self.key(release, name), "Body": content}
        with self._errors(where):
            for attempt in range(_TRIES):
                try:
                    self.client.put_object(**wanted, IfNoneMatch="*")
                except self.client.exceptions.ClientError as error:
                    if _code(error) in _THERE:
                        return False
                    if _code(error) in _UNKNOWN:
                        break
                    if _code(error) not in _UNDECIDED:
                        raise
                    time.sleep(_PAUSE * 2**attempt)
                else:
                    return True
            else:
                raise DataError(
                    f"{where}: others write this object at the same time, and in {_TRIES} tries"
                    " the store took none; run this again"
                )
            # A store without conditional writes leaves a moment between looking and writing; every
            # object is read back, so that whoever was overwritten in it says so.
            if self.read(release, name, LARGEST_FILE) is not None:
                return False
            self.client.put_object(**wanted)
        return True

    def _keys(self, start: str) -> list[str]:
        with self._errors(self.name):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=start
            )
            return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    @functools.cached_property
    def client(self) -> Any:
        """AWS's own client, or one without credentials where there are none."""
        config = importlib.import_module("botocore.config")
        session = require_extra("boto3").session.Session()
        anonymous = importlib.import_module("botocore").UNSIGNED
        unsigned = {} if session.get_credentials() else {"signature_version": anonymous}
        with self._errors(self.name):
            return session.client(
                "s3",
                config=config.Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    retries={"mode": "standard", "max_attempts": 3},
                    **unsigned,
                ),
            )

    @contextlib.contextmanager
    def _errors(self, where: str) -> Iterator[None]:
        kinds = importlib.import_module("botocore.exceptions")
        try:
            yield
        except kinds.ClientError as error:
            said = error.response.get("Error", {})
            message = f"{where}: the store refused: {_code(error)} {said.get('Message', '')}"
            raise (MissingError if _code(error) in _ABSENT else DataError)(
                f"{message}; see that the bucket is there and your credentials may use it"
            ) from error
        except kinds.BotoCoreError as error:
            raise MissingError(
                f"{where}: the store did not answer: {error}; see AWS_ENDPOINT_URL, your network"
                " and your credentials (docs/publishing.md)"
            ) from error


class S3Upload:
    """The objects of one release, written in the order that every publisher follows.

    Of two with different content, the first to write the first object that differs goes on; the
    other finds it and stops, before it wrote anything after.
    """

    def __init__(self, store: S3Store, release: Address) -> None:
        self.store = store
        self.release = release
        # One list spares a question for each object that is not there.
        self.there = set(store.names(release))

    def place(self, name: str) -> str:
        """The address of the object."""
        return self.store.place(self.release, name)

    def find(self, name: str) -> bytes | None:
        """The object as the store has it."""
        if name not in self.there:
            return None
        return self.store.read(self.release, name, LARGEST_FILE)

    def write(self, name: str, content: bytes) -> None:
        """Write the object if there is none; one with the same bytes is as good."""
        self.there.add(name)
        if self.store.put(self.release, name, content):
            return
        theirs = self.find(name) or b""
        if theirs != content:
            raise taken(self.place(name), theirs, content)

    def finalise(self, sums: bytes) -> bool:
        """Write ``SHA256SUMS`` if there is none."""
        return self.store.put(self.release, SUMS, sums)


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
