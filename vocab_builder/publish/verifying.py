"""``sonolex verify``: is a release, here or as it is published, what was released?"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from concept_core.releases.folder import verify_release
from concept_core.releases.specifiers import find_release
from vocab_builder.publish.signatures import check_signature
from vocab_builder.publish.store import split_place
from vocab_builder.publish.transfer import download_newest


@dataclass(frozen=True, slots=True)
class Verified:
    """A release whose checksums hold.

    Attributes
    ----------
    where : str
        Its folder, or its place and specifier.
    files : tuple of str
        Those that were compared.
    signed_by : str or None
        Id of the key of its signature; None where nobody asked for one.
    """

    where: str
    files: tuple[str, ...]
    signed_by: str | None


def verify(spec: str, key: Path | None = None) -> Verified:
    """Recompute every checksum of a release.

    Parameters
    ----------
    spec : str
        A specifier or folder of this machine, or ``PLACE/NAME@VERSION`` of a published release.
    key : Path, optional
        minisign's public key, which must have signed it.

    Raises
    ------
    IntegrityError
        A file is not what was released, or the signature is missing or another.
    UsageError, MissingError
        There is no such release or place.
    """
    with tempfile.TemporaryDirectory() as scratch:
        place = None if Path(spec).exists() else split_place(spec)
        if place is None:
            folder = find_release(spec)
            where, files = str(folder), tuple(verify_release(folder))
        else:
            folder = Path(scratch)
            where, files = download_newest(*place, folder)
        return Verified(where, files, None if key is None else check_signature(folder, key, where))
