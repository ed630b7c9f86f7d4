"""Checkpoint files: opened without running what they hold, unless their sum was given."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from concept_core.encoders.checkpoint import checkpoint_digest, read_state
from concept_core.errors import DataError, IntegrityError, MissingError, UsageError
from concept_core.files import sha256_file

GET = "hf download some/model FILE"
WEIGHTS = {"a.weight": torch.ones(2), "b": torch.zeros(1)}


class Touch:
    """A pickle of it makes a file when it is opened."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.target,)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    file = tmp_path / "hostile.pt"
    torch.save({"state_dict": WEIGHTS, "extra": Touch(tmp_path / "ran")}, file)
    return file


def test_what_a_checkpoint_holds_is_not_run(hostile: Path) -> None:
    digest = checkpoint_digest(hostile, None, GET)
    with pytest.raises(DataError) as caught:
        read_state(hostile, "state_dict", digest, trusted=False)
    assert f"?sha256={digest}" in str(caught.value)
    assert "?sha256=trust" in str(caught.value)
    assert not (hostile.parent / "ran").exists()


@pytest.mark.parametrize("trust", ["sum", "SUM", "trust"])
def test_with_its_sum_or_trust_it_is_opened(hostile: Path, trust: str) -> None:
    digest = sha256_file(hostile)
    asked = {"sum": digest, "SUM": digest.upper()}.get(trust, trust)
    assert checkpoint_digest(hostile, asked, GET) == digest
    state = read_state(hostile, "state_dict", digest, trusted=True)
    assert set(state) == set(WEIGHTS)
    assert (hostile.parent / "ran").exists()


def test_another_sum_is_an_error_of_integrity(hostile: Path) -> None:
    with pytest.raises(IntegrityError, match=sha256_file(hostile)):
        checkpoint_digest(hostile, "0" * 64, GET)
    with pytest.raises(UsageError, match="64 hexadecimal digits, or 'trust'"):
        checkpoint_digest(hostile, "yes", GET)


def test_a_missing_file_names_the_command_that_gets_one(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=GET):
        checkpoint_digest(tmp_path / "none.pt", None, GET)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("key", ["state_dict", None])
def test_weights_and_numbers_of_numpy_need_no_trust(
    tmp_path: Path, key: str | None, prefix: str, legacy: bool
) -> None:
    state = {prefix + name: value for name, value in WEIGHTS.items()}
    numbers = {"loss": np.float64(0.5), "step": np.int64(3)}
    held = {key: state, **numbers} if key else state
    torch.save(held, tmp_path / "m.pt", _use_new_zipfile_serialization=not legacy)
    found = read_state(tmp_path / "m.pt", "state_dict", "", trusted=False)
    assert {name: value.tolist() for name, value in found.items()} == {
        name: value.tolist() for name, value in WEIGHTS.items()
    }


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"version https://git-lfs"])
def test_what_is_no_checkpoint_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.pt").write_bytes(content)
    with pytest.raises(DataError, match=r"m\.pt: cannot be read as a torch checkpoint"):
        read_state(tmp_path / "m.pt", "state_dict", "", trusted=False)


def test_a_broken_archive_says_so(hostile: Path) -> None:
    whole = hostile.read_bytes()
    hostile.write_bytes(whole[: len(whole) - 100])
    with pytest.raises(DataError, match="cannot be read"):
        read_state(hostile, "state_dict", "", trusted=True)
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(DataError, match="cannot be read"):
        read_state(hostile, "state_dict", "", trusted=True)


@pytest.mark.parametrize("held", [{}, {"state_dict": {}}, {"a": 3}, [torch.ones(2)]])
def test_a_checkpoint_without_weights_says_so(tmp_path: Path, held: object) -> None:
    torch.save(held, tmp_path / "m.pt")
    with pytest.raises(DataError, match="no weights by name"):
        read_state(tmp_path / "m.pt", "state_dict", "", trusted=False)
