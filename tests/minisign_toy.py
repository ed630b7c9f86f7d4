"""Keys in the formats of minisign, made by the tests."""

from __future__ import annotations

import base64
import hashlib
import struct
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KEY_ID = bytes(range(8))


def write_keys(
    folder: Path, name: str = "key", password: str | None = None, seed: int = 7
) -> tuple[Path, Path]:
    """A secret and a public key; with a password, hidden by the cheapest scrypt there is."""
    secret_bytes = bytes([seed]) * 32
    public = Ed25519PrivateKey.from_private_bytes(secret_bytes).public_key().public_bytes_raw()
    body = KEY_ID + secret_bytes + public
    body += hashlib.blake2b(b"Ed" + body, digest_size=32).digest()
    salt, operations, memory = b"s" * 32, 32768, 1 << 24
    if password is not None:
        # What libsodium chooses for these limits: N = 32768 / 32, r = 8, p = 1.
        stream = Scrypt(salt, length=104, n=1 << 10, r=8, p=1).derive(password.encode())
        body = bytes(a ^ b for a, b in zip(body, stream, strict=True))
    derivation = b"\0\0" if password is None else b"Sc"
    head = b"Ed" + derivation + b"B2" + salt + struct.pack("<QQ", operations, memory)
    secret_path, public_path = folder / f"{name}.sec", folder / f"{name}.pub"
    for path, content in ((secret_path, head + body), (public_path, b"Ed" + KEY_ID + public)):
        line = base64.b64encode(content).decode()
        path.write_text(f"untrusted comment: a key of the tests\n{line}\n", encoding="utf-8")
    return secret_path, public_path
