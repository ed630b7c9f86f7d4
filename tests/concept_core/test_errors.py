"""Errors are caught by the habits of Python too, and stay what they are in other processes."""

from __future__ import annotations

import copy
import errno
import pickle
from pathlib import Path

import numpy as np
import pytest

from concept_core import decompose, errors, explain, load_encoder, load_vocabulary
from concept_core.audio.clips import BadClip, BadClipsError
from concept_core.decomposition.streaming import decompose_stream, open_stream
from concept_core.embedding.folder import merge_shards, open_embeddings
from concept_core.encoders.row_files import read_rows
from concept_core.errors import (
    AbsentFileError,
    DataError,
    IntegrityError,
    MissingError,
    MissingFileError,
    MissingPackageError,
    SonolexError,
    UnknownFileError,
    UsageError,
)
from concept_core.explanation.weights import weight_rows, write_weights
from concept_core.extras import require_extra
from concept_core.resources import fetch
from concept_core.stores.base import NoAnswerError
from concept_core.text.files import read_lines
from vocab_builder.sources.base import Place, locate

ADDRESS = "https://me:word@host/x is not there"
CASES = [
    (UsageError, ValueError, 2),
    (DataError, ValueError, 3),
    (MissingError, SonolexError, 4),
    (IntegrityError, SonolexError, 5),
    (UnknownFileError, FileNotFoundError, 2),
    (AbsentFileError, FileNotFoundError, 3),
    (MissingFileError, FileNotFoundError, 4),
    (MissingPackageError, ImportError, 4),
    (NoAnswerError, OSError, 4),
]


@pytest.mark.parametrize(("kind", "habit", "code"), CASES)
def test_each_is_caught_by_habit_and_ends_with_its_exit_code(
    kind: type[SonolexError], habit: type[Exception], code: int
) -> None:
    with pytest.raises(habit) as caught:
        raise kind(ADDRESS)
    assert isinstance(caught.value, kind) and isinstance(caught.value, SonolexError)
    assert caught.value.exit_code == code
    assert str(caught.value) == "https://***@host/x is not there"


@pytest.mark.parametrize("kind", [case[0] for case in CASES])
def test_pickled_copied_and_shown_they_are_the_same(kind: type[SonolexError]) -> None:
    error = kind(ADDRESS)
    error.__dict__["seen"] = 3
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind and str(again) == str(error) and repr(again) == repr(error)
        assert again.args == error.args and again.__dict__ == error.__dict__
    assert repr(error) == f"{kind.__name__}('https://***@host/x is not there')"


def test_an_error_with_arguments_of_its_own_comes_back() -> None:
    broken = BadClip(0, "a.wav", "a.wav: broken")
    absent = BadClip(1, "b.wav", "b.wav: no such audio file", absent=True)
    for bad in ([broken], [absent], [broken, absent]):
        error = BadClipsError(bad, 3)
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and again.bad == error.bad == tuple(bad)
        assert str(again) == str(error)
        assert isinstance(again, FileNotFoundError) == (bad == [absent])


def test_every_public_error_is_in_the_table() -> None:
    ours = {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, SonolexError) and one is not SonolexError
    }
    assert ours == {case[0] for case in CASES} - {NoAnswerError}


def test_files_that_are_not_there_say_so_as_python_does(tmp_path: Path) -> None:
    here = str(tmp_path / "none")
    for call in (
        lambda: load_vocabulary(f"{here}.txt"),
        lambda: explain(f"{here}.wav", "demo", "yamnet-minilm"),
        lambda: read_rows(Path(f"{here}.npy")),
        lambda: list(read_lines(Path(f"{here}.csv"))),
        lambda: load_encoder(f"laion-clap:{here}.pt"),
        lambda: fetch("wordnet", own=f"{here}.zip"),
        lambda: locate(Place("none.txt", folder=tmp_path, where="recipe")),
        lambda: open_stream(here),
        lambda: open_stream("memory://none/here"),
        lambda: open_embeddings(here),
        lambda: open_embeddings("memory://none/here"),
        lambda: merge_shards(here, tmp_path / "all.npz"),
        lambda: weight_rows(here),
        lambda: write_weights(here, tmp_path / "t.csv"),
        lambda: decompose_stream(here, np.eye(3), tmp_path / "out", l0=1),
    ):
        with pytest.raises(FileNotFoundError, match="none") as caught:
            call()
        assert isinstance(caught.value, SonolexError)
        assert caught.value.errno == errno.ENOENT


def test_a_missing_package_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install") as caught:
        require_extra("matplotlib")
    assert caught.value.name == "matplotlib"
    assert pickle.loads(pickle.dumps(caught.value)).name == "matplotlib"


def test_bad_values_are_value_errors() -> None:
    with pytest.raises(ValueError, match="unit rows"):
        decompose(np.ones((1, 4)), 2 * np.eye(4), l0=1)
    with pytest.raises(ValueError, match="both were"):
        decompose(np.ones((1, 4)), np.eye(4), l0=1, l1=0.1)
    with pytest.raises(ValueError, match="sonolex-core"):
        load_vocabulary("sonolex-cor")
