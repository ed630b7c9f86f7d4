"""Names of learned directions: what has one, what has none, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.random_directions import random_atoms
from concept_core.errors import DataError, UsageError
from concept_core.explanation.direction_files import clips_of_rows, read_directions
from concept_core.explanation.directions import false_shares, name_directions
from concept_core.measures.reference import CLIPS, Reference
from tests.tasks_toy import dictionary, unit, vocabulary
from tests.toy import ToyEncoder

DIM = 60
LABELS = ("rain", "=cmd()", "dog", "null", "bell", "wind")


def words() -> Dictionary:
    return dictionary(vocabulary(*LABELS), np.eye(DIM)[: len(LABELS)])


def clips(n: int = 240, heard: int = 4) -> Reference:
    """Clips of one of the first concepts each, with noise."""
    rng = np.random.default_rng(0)
    kinds = np.arange(n) % heard
    x = unit(np.eye(DIM)[kinds] + 0.08 * rng.standard_normal((n, DIM)))
    return Reference("toy", CLIPS, n, x, tuple(f"{place}.wav" for place in range(n)), ("",) * n)


def test_directions_at_concepts_get_their_names_and_others_none() -> None:
    atoms = np.vstack([np.eye(DIM)[:4], random_atoms(8, DIM, 1)])
    found = name_directions(atoms, words(), clips(), l0=2, top=3)
    assert found.names[:4] == list(LABELS[:4])
    assert found.names[4:] == [None] * 8
    assert (found.directions, found.named, found.clips, found.l0) == (12, 4, 240, 2)
    first = found.items[0]
    assert first.concepts[0] == ("rain", pytest.approx(1.0))
    assert (first.rank, first.clip_concepts[0], len(first.clips)) == (1, "rain", 3)
    assert all(int(name.removesuffix(".wav")) % 4 == 0 for name in first.clips)
    assert first.auc > 0.95
    assert first.q <= 0.05 >= first.clips_q
    assert all(one.why_none for one in found.items[4:])


def test_a_name_that_its_clips_do_not_bear_out_is_none() -> None:
    # Clips of the fifth and sixth concept there are none: nothing fires for them but noise.
    atoms = np.eye(DIM)[:6]
    alone = name_directions(atoms, words())
    beside = name_directions(np.vstack([atoms, np.eye(DIM)[20:40]]), words(), clips(), l0=1)
    assert alone.items[4].rank is None
    assert beside.names[4:6] == [None, None]
    assert beside.items[4].why_none in (
        "no clip fires it", "the concept is not heard in its clips"
    )  # fmt: skip


def test_without_clips_names_stand_on_the_cosine() -> None:
    found = name_directions(np.vstack([np.eye(DIM)[:2], random_atoms(30, DIM, 2)]), words())
    assert found.names[:2] == ["rain", "=cmd()"]
    assert found.chance["sums_of"] == "the directions"
    assert (found.clips, found.items[0].fires, found.items[0].clips) == (None, None, ())
    # One of a hundred random ones may be near by chance; the rate is what is kept.
    assert sum(name is not None for name in found.names[2:]) <= 2


def test_random_directions_are_seldom_named() -> None:
    named = [
        name_directions(random_atoms(40, DIM, seed), words(), clips(), l0=3).named
        for seed in range(5)
    ]
    assert sum(named) <= 4


def test_equal_calls_equal_names_and_a_table() -> None:
    atoms = np.eye(DIM)[:3]
    one, two = (name_directions(atoms, words(), clips(), seed=1) for _ in range(2))
    assert one.to_dict() == two.to_dict()
    row = one.to_rows()[1]
    assert row["concepts"].startswith("=cmd() 1.000")
    assert len(one.to_frame()) == 3


def test_rates_of_false_names() -> None:
    np.testing.assert_allclose(false_shares(np.array([0.01, 0.5, 0.02])), [0.03, 0.5, 0.03])
    assert false_shares(np.array([])).tolist() == []
    assert false_shares(np.array([1.0, 1.0])).tolist() == [1.0, 1.0]


def test_files_of_directions(tmp_path: Path) -> None:
    path = tmp_path / "decoder.npy"
    np.save(path, 1e-30 * random_atoms(9, 16, 0).astype(np.float64))
    found = read_directions(path, 16)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(found, random_atoms(9, 16, 0), atol=1e-6)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones((16, 9)), r"16 x 9.*transposed: save the array's \.T"),
        (np.ones((3, 5)), "has 16 numbers; give the directions of this encoder's space"),
        (np.ones((0, 16)), "0 directions"),
        (np.vstack([np.ones((2, 16)), np.zeros((1, 16))]), "row 2 is all zeros"),
        (np.where(np.eye(16) > 0, np.nan, 1.0), "row 0"),
        (np.ones(16), "two dimensions"),
        (np.array([["a"]]), "decoder.npy"),
    ],
)
def test_files_that_hold_no_dictionary(tmp_path: Path, array: np.ndarray, message: str) -> None:
    path = tmp_path / "decoder.npy"
    np.save(path, array)
    with pytest.raises(DataError, match=message):
        read_directions(path, 16)


def test_a_decoder_among_other_arrays_is_asked_for_by_key(tmp_path: Path) -> None:
    path = tmp_path / "autoencoder.npz"
    rows = random_atoms(9, 16, 0)
    np.savez(path, W_enc=rows.T, W_dec=rows, b_dec=np.zeros(16))
    with pytest.raises(DataError, match=r"2 arrays that could be.*16 x 9.*such as --key W_dec$"):
        read_directions(path, 16)
    np.testing.assert_allclose(read_directions(path, 16, "W_dec"), rows, atol=1e-6)
    with pytest.raises(DataError, match="no array 'b'; it has"):
        read_directions(path, 16, "b")
    np.savez(path, bias=np.zeros(16))
    with pytest.raises(DataError, match="two dimensions"):
        read_directions(path, 16)


def test_a_broken_file_and_objects(tmp_path: Path) -> None:
    path = tmp_path / "decoder.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00\xff\xff nothing")
    with pytest.raises(DataError, match=r"decoder\.npy"):
        read_directions(path, 16)
    np.save(path, np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(DataError, match=r"decoder\.npy"):
        read_directions(path, 16)


def test_directions_of_another_space_and_bounds() -> None:
    with pytest.raises(DataError, match="3 dimensions, and concepts of 60"):
        name_directions(np.eye(3), words())
    with pytest.raises(UsageError, match="top 0"):
        name_directions(np.eye(DIM), words(), top=0)


def test_clips_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "audio.npy"
    rows = 3 * random_atoms(30, 64, 0)
    np.save(path, rows)
    found, encoder = clips_of_rows(path, ToyEncoder())
    assert (found.items[3], len(found.x), encoder.spec.name) == ("row 3", 30, "toy")
    np.testing.assert_allclose(found.x, random_atoms(30, 64, 0), atol=1e-6)
    np.save(path, rows[:0])
    with pytest.raises(DataError, match="no rows"):
        clips_of_rows(path, ToyEncoder())
