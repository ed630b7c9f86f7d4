"""What an address of a store is: a scheme of ours, ``://``, and a bucket with a key."""

from __future__ import annotations

from pathlib import Path

from concept_core.errors import UsageError, hide_secrets
from concept_core.files import named_path
from concept_core.spelling import check_names

S3 = "s3"
SCHEMES = (S3, "gs", "memory")
"""Of stores; ``memory`` is of this process alone, for trying things out."""
_LONGEST = 4095


def scheme_of(address: str | Path) -> str:
    """The scheme of a store's address; empty for a path.

    Raises
    ------
    UsageError
        An address of another scheme, without a bucket, or with a password or a token.
    """
    text = str(address)
    scheme, mark, rest = text.partition("://")
    if not mark or "/" in scheme or isinstance(address, Path):
        return ""
    check_names("scheme", [scheme], SCHEMES, text)
    if not rest.strip("/") and scheme != "memory":
        raise UsageError(f"{text}: no bucket; write {scheme}://BUCKET/NAME")
    # Asked of millions of clips: most have nothing of the kind.
    if ("@" in text or "=" in text) and hide_secrets(text) != text:
        raise UsageError(
            f"{text}: leave the password, key or token out of the address; a store takes them from"
            " where its own tools do (docs/scale.md)"
        )
    if len(text) > _LONGEST or "\0" in text:
        raise UsageError(f"{text[:80]!r}: no object can have such a name; correct the address")
    return scheme


def is_address(text: str | Path) -> bool:
    """Whether this is an address of a store, and no path; raises as `scheme_of`."""
    return bool(scheme_of(text))


def join(folder: str | Path, *names: str) -> str:
    """The address of what is in a folder or below an address.

    >>> join("s3://bucket/a/", "b", "c.npz"), join("a", "b")
    ('s3://bucket/a/b/c.npz', 'a/b')
    """
    if is_address(folder):
        head, _, tail = str(folder).partition("://")
        return "/".join([f"{head}://{tail.rstrip('/')}", *names])
    return str(Path(folder).joinpath(*names))


def base_name(address: str | Path) -> str:
    """The last part of a path or an address."""
    return str(address).rstrip("/").rpartition("/")[2]


def as_path(address: str | Path) -> Path:
    """The path that an address without a scheme is; raises UsageError where none can be so."""
    return named_path(address)
