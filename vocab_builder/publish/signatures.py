"""Signatures of releases with the keys of minisign, over ``SHA256SUMS``.

The formats are those of https://jedisct1.github.io/minisign/: Ed25519 over BLAKE2b-512, so that
``minisign -V -m SHA256SUMS -x SHA256SUMS.sig -p KEY.pub`` accepts them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

from concept_core.errors import DataError, IntegrityError, SonolexError
from concept_core.extras import check_extra
from concept_core.files import read_bytes, read_text
from concept_core.releases.folder import SIGNATURE, SUMS, read_release

_ALGORITHM, _HASHED, _SCRYPT, _OPEN = b"Ed", b"ED", b"Sc", b"\0\0"
_PUBLIC_SIZE, _SECRET_SIZE, _SIGNATURE_SIZE = 42, 158, 74
_MOST_WORK = 1 << 21
"""Twice the rounds of scrypt, of 1 KiB each, that ``minisign -G`` asks for: about 2 GiB."""
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "


def signer(path: Path, folder: Path, password: Callable[[], str]) -> Callable[[bytes], bytes]:
    """A function from the bytes of ``SHA256SUMS`` to those of its signature.

    Equal bytes get equal signatures: no time is in them.

    Parameters
    ----------
    path : Path
        A secret key, as ``minisign -G`` makes it.
    folder : Path
        The release: its specifier is signed too, as the trusted comment.
    password : callable
        Asked for the key's password, if it has one.

    Raises
    ------
    DataError
        The file is no secret key, or the password is not its own. No message shows any of the key.
    """
    check_extra("cryptography")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    comment = read_release(folder).specifier
    content = _decoded(path, _SECRET_SIZE, "secret")
    algorithm, derivation, checksum_kind = content[:2], content[2:4], content[4:6]
    if algorithm != _ALGORITHM or derivation not in (_SCRYPT, _OPEN) or checksum_kind != b"B2":
        raise DataError(f"{path}: no secret key of minisign that this version knows")
    body = content[54:]
    if derivation == _SCRYPT:
        rounds, parallel = _costs(*struct.unpack("<QQ", content[38:54]))
        if rounds * parallel > _MOST_WORK:
            raise DataError(
                f"{path}: opening this key would take {rounds * parallel:,} rounds of scrypt, more"
                f" than {_MOST_WORK:,}; make a key with `minisign -G`, which needs half as many"
            )
        stream = _stretched(password(), content[6:38], rounds, parallel)
        body = bytes(a ^ b for a, b in zip(body, stream, strict=True))
    key_id, seed, public, checksum = body[:8], body[8:40], body[40:72], body[72:]
    if derivation == _SCRYPT:
        wanted = hashlib.blake2b(algorithm + body[:72], digest_size=32).digest()
        if checksum != wanted:
            raise DataError(f"{path}: the password is not that of this key")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    if key.public_key().public_bytes_raw() != public:
        raise DataError(f"{path}: the secret key is damaged; take a copy of it")

    def sign(sums: bytes) -> bytes:
        signature = key.sign(hashlib.blake2b(sums).digest())
        whole = key.sign(signature + comment.encode())
        lines = [
            f"{_UNTRUSTED}signature of {SUMS} by key {_shown(key_id)}",
            base64.b64encode(_HASHED + key_id + signature).decode(),
            f"{_TRUSTED}{comment}",
            base64.b64encode(whole).decode(),
        ]
        return ("\n".join(lines) + "\n").encode()

    return sign


def check_signature(folder: Path, public: Path, where: str) -> str:
    """Check the signature of a release folder; returns the id of the key.

    Parameters
    ----------
    folder : Path
        With ``SHA256SUMS`` and ``SHA256SUMS.sig``.
    public : Path
        A public key, as ``minisign -G`` makes it.
    where : str
        The folder's name for people.

    Raises
    ------
    IntegrityError
        There is no signature, or it is not of these sums by this key.
    DataError
        The file is no public key.
    """
    check_extra("cryptography")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    content = _decoded(public, _PUBLIC_SIZE, "public")
    key_id = content[2:10]
    key = Ed25519PublicKey.from_public_bytes(content[10:])
    path = folder / SIGNATURE
    if not path.is_file():
        raise IntegrityError(f"{where}: has no {SIGNATURE}, so nobody vouches for it")
    kind, signer_id, signature, comment, whole = _parse(path, f"{where}/{SIGNATURE}")
    if signer_id != key_id:
        raise IntegrityError(
            f"{where}/{SIGNATURE}: is by key {_shown(signer_id)}, {public} is key {_shown(key_id)}"
        )
    sums = read_bytes(folder / SUMS)
    try:
        key.verify(signature, hashlib.blake2b(sums).digest() if kind == _HASHED else sums)
        key.verify(whole, signature + comment)
    except InvalidSignature as error:
        raise IntegrityError(
            f"{where}/{SIGNATURE}: key {_shown(key_id)} did not sign this {SUMS}"
        ) from error
    return _shown(key_id)


def _parse(path: Path, where: str) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """Algorithm, key id, signature, trusted comment and the signature over both."""
    try:
        # One kind of line end and of base64: no changed byte may read the same.
        untrusted, first, trusted, second, rest = read_bytes(path).decode("utf-8").split("\n")
        body, whole = (base64.b64decode(one, validate=True) for one in (first, second))
        if rest or [first, second] != [base64.b64encode(one).decode() for one in (body, whole)]:
            raise ValueError("not as minisign writes it")
    except SonolexError:
        raise
    except (ValueError, binascii.Error) as error:
        raise IntegrityError(f"{where}: no signature of minisign") from error
    if (
        len(body) != _SIGNATURE_SIZE
        or body[:2] not in (_ALGORITHM, _HASHED)
        or len(whole) != _SIGNATURE_SIZE - 10
        or not untrusted.startswith(_UNTRUSTED)
        or not trusted.startswith(_TRUSTED)
    ):
        raise IntegrityError(f"{where}: no signature of minisign")
    return body[:2], body[2:10], body[10:], trusted.removeprefix(_TRUSTED).encode(), whole


def _decoded(path: Path, size: int, kind: str) -> bytes:
    """The bytes of a key file, whose second line has them; no error repeats any of it."""
    try:
        comment, text = read_text(path).splitlines()[:2]
        content = base64.b64decode(text, validate=True)
    except SonolexError:
        raise
    except (OSError, ValueError, binascii.Error):
        content, comment = b"", ""
    if len(content) != size or content[:2] != _ALGORITHM or not comment.startswith(_UNTRUSTED):
        raise DataError(f"{path}: no {kind} key; expected a file as `minisign -G` makes it")
    return content


def _costs(operations: int, memory: int) -> tuple[int, int]:
    """Rounds of scrypt and how many in parallel, as libsodium chooses them.

    Source: ``pickparams`` of libsodium's crypto_pwhash_scryptsalsa208sha256.
    """
    operations = max(operations, 32768)
    few = operations < memory // 32
    most = operations // 32 if few else memory // 1024
    log = next((one for one in range(1, 63) if 1 << one > most // 2), 62)
    parallel = 1 if few else min(operations // 4 >> log, 0x3FFFFFFF) // 8
    return 1 << log, max(parallel, 1)


def _stretched(password: str, salt: bytes, rounds: int, parallel: int) -> bytes:
    """What minisign hides a secret key with."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt, length=104, n=rounds, r=8, p=parallel).derive(password.encode())


def _shown(key_id: bytes) -> str:
    """As minisign prints it: the eight bytes are a number, the lowest first."""
    return key_id[::-1].hex().upper()
