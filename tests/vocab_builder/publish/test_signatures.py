"""Signatures: minisign's formats, what vouches and what does not, and no secret in any error."""

from __future__ import annotations

import base64
import struct
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, IntegrityError
from concept_core.releases.folder import SIGNATURE, SUMS, verify_release
from tests.minisign_toy import write_keys
from vocab_builder.publish.signatures import check_signature, signer

Run = Callable[..., int]


def no_password() -> str:
    raise AssertionError("a key without a password was asked for one")


def sign(release: Path, key: Path, password: Callable[[], str] = no_password) -> bytes:
    return signer(key, release, password)((release / SUMS).read_bytes())


def test_published_with_a_signature_and_fetched(
    place: Any, release: Path, tmp_path: Path, run: Run, capsys: Any, surroundings: Path
) -> None:
    secret, public = write_keys(tmp_path)
    assert run("publish", release, "--to", place.text, "--sign", secret) == 0
    assert run("publish", release, "--to", place.text, "--sign", secret) == 0  # the same bytes
    assert run("publish", release, "--to", place.text) == 0
    capsys.readouterr()
    assert run("verify", f"{place.text}/toy@0.1.0", "--key", public) == 0
    assert "signed by key 0706050403020100" in capsys.readouterr().err
    signature = place.files()[f"toy/0.1.0/{SIGNATURE}"].decode()
    assert "\ntrusted comment: toy@0.1.0\n" in signature
    assert SIGNATURE not in place.files()[f"toy/0.1.0/{SUMS}"].decode()
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", place.text) == 0
    assert run("verify", "toy@0.1.0", "--key", public) == 0
    other, stranger = write_keys(tmp_path, "other", seed=8)
    assert run("verify", "toy@0.1.0", "--key", stranger) == 5
    assert "did not sign this" in capsys.readouterr().err
    assert run("publish", release, "--to", place.text, "--sign", other) == 3
    assert "with another signature" in capsys.readouterr().err


def test_a_release_without_a_signature(
    folder: Any, release: Path, tmp_path: Path, run: Run, capsys: Any
) -> None:
    secret, public = write_keys(tmp_path)
    assert run("publish", release, "--to", folder.text) == 0
    assert run("verify", f"{folder.text}/toy@0.1.0", "--key", public) == 5
    assert "nobody vouches" in capsys.readouterr().err
    assert run("publish", release, "--to", folder.text, "--sign", secret) == 3
    assert "published without a signature" in capsys.readouterr().err


def test_a_key_with_a_password(release: Path, tmp_path: Path) -> None:
    hidden, public = write_keys(tmp_path, "hidden", password="pass phrase")
    plain, _ = write_keys(tmp_path, "plain")
    signature = sign(release, hidden, lambda: "pass phrase")
    assert signature == sign(release, plain)
    wrong = "-".join(["guess", "of", "a", "phrase"])  # a traceback shows the lines of this file
    with pytest.raises(DataError, match="password is not that of this key") as caught:
        sign(release, hidden, lambda: wrong)
    told = "".join(traceback.format_exception(caught.value))
    assert wrong not in told
    assert hidden.read_text().splitlines()[1][-40:] not in told
    assert public.exists()


@pytest.mark.parametrize("costs", [(2**63, 2**30), (2**50, 2**45), (2**40, 2**20)])
def test_a_key_that_asks_for_endless_work(
    release: Path, tmp_path: Path, costs: tuple[int, int]
) -> None:
    hidden, _ = write_keys(tmp_path, "hidden", password="pass phrase")
    comment, text = hidden.read_text().splitlines()
    content = bytearray(base64.b64decode(text))
    content[38:54] = struct.pack("<QQ", *costs)
    hidden.write_text(f"{comment}\n{base64.b64encode(bytes(content)).decode()}\n")
    with pytest.raises(DataError, match="rounds of scrypt, more than 2,097,152"):
        sign(release, hidden, no_password)  # the password is not asked for either


def test_every_changed_byte_of_a_signature_or_the_sums_is_found(
    release: Path, tmp_path: Path
) -> None:
    secret, public = write_keys(tmp_path)
    good = sign(release, secret)
    (release / SIGNATURE).write_bytes(good)
    assert verify_release(release)
    assert check_signature(release, public, "here") == "0706050403020100"
    # The first line is for people; minisign calls it untrusted.
    for place in range(good.index(b"\n") + 1, len(good) - 1):
        changed = bytearray(good)
        changed[place] ^= 1
        (release / SIGNATURE).write_bytes(changed)
        with pytest.raises(IntegrityError, match="here"):
            check_signature(release, public, "here")
    (release / SIGNATURE).write_bytes(good)
    sums = (release / SUMS).read_bytes()
    (release / SUMS).write_bytes(sums.replace(b"0", b"1", 1))
    with pytest.raises(IntegrityError, match="did not sign"):
        check_signature(release, public, "here")


@pytest.mark.parametrize(
    "text", ["", "untrusted comment: x\n", "untrusted comment: x\nRWQ=\n", "\n!"]
)
def test_what_is_no_key(release: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.key"
    path.write_text(text, encoding="utf-8")
    (release / SIGNATURE).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"mine\.key: no secret key"):
        signer(path, release, no_password)
    with pytest.raises(DataError, match=r"mine\.key: no public key"):
        check_signature(release, path, "here")
    _, public = write_keys(tmp_path)
    with pytest.raises(IntegrityError, match="no signature of minisign"):
        check_signature(release, public, "here")
