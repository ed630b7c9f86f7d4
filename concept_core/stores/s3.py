"""S3 and what speaks like it, through AWS's own client, as ``sonolex publish`` does.

Not through s3fs: its aiobotocore allows one release of botocore, another than boto3's, and both
are wanted here. Endpoint and credentials come from where AWS's own tools take them
(``AWS_ENDPOINT_URL``, the environment, ``~/.aws``, the machine's role); without any, public
buckets can be read.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import re
from collections.abc import Iterator
from typing import Any

from concept_core.errors import DataError
from concept_core.extras import require_extra
from concept_core.resources.network import CONNECT_SECONDS, READ_SECONDS
from concept_core.stores.base import BusyError, StoredFile

_ABSENT = ("404", "NoSuchKey", "NotFound")
_BEHIND_HOST = re.compile(r"""(https?://[^/"'\s]+)[^"'\s]*""")
_BEYOND = ("416", "InvalidRange")
# Said by a store that has too much to do, beside all of 500 and more.
_BUSY = ("429", "SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "ThrottlingException")


class S3Objects:
    """See `FilePlace`."""

    def size(self, address: str) -> int:
        """Bytes of an object."""
        with _errors(address):
            return int(_client().head_object(**_named(address))["ContentLength"])

    def read(self, address: str, start: int, length: int) -> bytes:
        """A part of an object; each is asked for by itself, so that each can be asked for again."""
        part = f"bytes={start}-{start + length - 1}"
        try:
            with _errors(address):
                answer = _client().get_object(**_named(address), Range=part)
                content: bytes = answer["Body"].read()
        except EOFError:
            # Its end is before the part, which of an object without a byte is so of any.
            return b""
        if len(content) != int(answer["ContentLength"]):
            raise BusyError(f"{len(content)} of {answer['ContentLength']} bytes came")
        return content

    def write(self, address: str, content: bytes) -> None:
        """Write an object by one PUT."""
        with _errors(address):
            _client().put_object(**_named(address), Body=content)

    def files(self, address: str) -> Iterator[StoredFile]:
        """All objects whose keys are below that of the address."""
        bucket, start = _parts(address)
        start = f"{start.rstrip('/')}/" if start else ""
        with _errors(address):
            pages = _client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
            for page in pages:
                for entry in page.get("Contents", []):
                    # Consoles write an empty object for a folder.
                    if not entry["Key"].endswith("/"):
                        yield StoredFile(f"s3://{bucket}/{entry['Key']}", int(entry["Size"]))

    def delete(self, address: str) -> None:
        """Remove an object."""
        with _errors(address):
            _client().delete_object(**_named(address))


def _parts(address: str) -> tuple[str, str]:
    bucket, _, key = address.partition("://")[2].partition("/")
    return bucket, key


def _named(address: str) -> dict[str, str]:
    bucket, key = _parts(address)
    if not key:
        raise DataError(f"{address}: names a bucket, not an object in it")
    return {"Bucket": bucket, "Key": key}


def _client() -> Any:
    """AWS's own client; another in each process, since a connection is not to be shared."""
    return _client_of(os.getpid(), os.environ.get("AWS_ENDPOINT_URL"))


@functools.cache
def _client_of(process: int, endpoint: str | None) -> Any:
    """A client by the settings of this machine.

    Raises
    ------
    DataError
        They are wrong: another try would find the same.
    """
    kinds = importlib.import_module("botocore.exceptions")
    try:
        return _built()
    except kinds.BotoCoreError as error:
        raise DataError(
            f"the settings of AWS on this machine: {error}; correct the environment or ~/.aws"
        ) from error
    except ValueError as error:
        # It repeats the address, which may have a password in it.
        raise DataError(
            "AWS_ENDPOINT_URL is no address; write https://HOST, or take it out of the environment"
        ) from error


def _built() -> Any:
    config = importlib.import_module("botocore.config")
    session = require_extra("boto3").session.Session()
    anonymous = importlib.import_module("botocore").UNSIGNED
    unsigned = {} if session.get_credentials() else {"signature_version": anonymous}
    settings = config.Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        # All places are asked again by one rule: ours.
        retries={"mode": "standard", "total_max_attempts": 1},
        **unsigned,
    )
    return session.client("s3", config=settings)


@contextlib.contextmanager
def _errors(address: str) -> Iterator[None]:
    require_extra("boto3")
    kinds = importlib.import_module("botocore.exceptions")
    web = importlib.import_module("urllib3.exceptions")
    try:
        yield
    except kinds.ClientError as error:
        said = error.response.get("Error", {})
        code = str(said.get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _ABSENT:
            raise FileNotFoundError(address) from error
        if code in _BEYOND:
            raise EOFError(address) from error
        message = f"{code} {said.get('Message', '')}"
        if code in _BUSY or int(status) >= 500:
            raise BusyError(message) from error
        raise DataError(
            f"{address}: the store refused: {message}; see that the bucket is there and your"
            " credentials may use it"
        ) from error
    except kinds.ParamValidationError as error:
        raise DataError(f"{address}: S3 has no such names; correct the address") from error
    except kinds.NoCredentialsError as error:
        raise DataError(f"{address}: {error}; see your credentials") from error
    except (kinds.BotoCoreError, web.HTTPError, ConnectionError, TimeoutError) as error:
        # With the endpoint, and without the name, which may be one with a signature in it.
        raise BusyError(_BEHIND_HOST.sub(r"\1", str(error))) from error
