from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.sparse import csr_array

from concept_core.decomposition.dictionary import Dictionary
from concept_core.measures.classes import ClipClasses
from concept_core.measures.reference import Reference, read_reference
from tests.toy import ToyEncoder
from vocab_builder.reporting import sounds
from vocab_builder.reporting.sounds import STRONGEST, behind_concepts, strongest

ATOMS = np.eye(4, dtype=np.float32)[:3]
X = np.array([[1, 0, 0, 0], [0.8, 0.6, 0, 0], [0.6, 0.8, 0, 0]], np.float32)


def reference(kind: str = "clips", classes: ClipClasses | None = None) -> Reference:
    items = ("a.wav", "b.wav", "c.wav")
    return Reference("toy", kind, 3, X, items, ("dog", "", "a sentence"), classes)


def test_the_strongest_clips_of_each_concept() -> None:
    weights = np.zeros((5, 3))
    weights[:, 0] = [0.1, 0.4, 0.2, 0.4, 0.3]
    weights[2, 1] = 0.5
    assert strongest(csr_array(weights)) == [[(1, 0.4), (3, 0.4), (4, 0.3)], [(2, 0.5)], []]
    assert strongest(csr_array((0, 2))) == [[], []]


def test_clips_behind_concepts_by_hand() -> None:
    found = behind_concepts([Dictionary.of_atoms(ATOMS)], reference())
    assert found is not None
    # The strongest of every concept come first, and are those that can be heard.
    assert found["strongest"] == [[[[0, 1.0], [2, 0.8], [1, 0.6]], [[1, 0.8], [2, 0.6]], []]]
    # Nothing says that these are class names: they may be captions.
    assert found["clips"] == [["a.wav", "", ""], ["c.wav", "", ""], ["b.wav", "", ""]]


def test_class_names_are_shown_and_captions_are_not() -> None:
    classes = ClipClasses(np.array([0, 1, 1]), ("dog", "cat"), {})
    found = behind_concepts([Dictionary.of_atoms(ATOMS)], reference(classes=classes))
    assert found is not None and found["clips"][0][:2] == ["a.wav", "dog"]
    assert behind_concepts([Dictionary.of_atoms(ATOMS)], reference("captions")) is None
    assert behind_concepts([Dictionary.of_atoms(ATOMS)], None) is None


def test_the_clips_of_a_folder_can_be_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        wave = 0.5 * np.sin(np.arange(16000) * (0.1 + 0.2 * number))
        soundfile.write(tmp_path / f"{number}.wav", wave, 16000)
    encoder = ToyEncoder()
    found = read_reference(tmp_path, encoder)
    dictionary = Dictionary.of_atoms(found.x)
    told = behind_concepts([dictionary], found)
    assert told is not None
    assert all(audio.startswith("data:audio/mpeg;base64,") for _, _, audio in told["clips"])
    assert all(1 <= len(pairs) <= STRONGEST for pairs in told["strongest"][0])
    monkeypatch.setattr(sounds, "PLAYED", 1)
    (tmp_path / "0.wav").write_bytes(b"no sound")
    told = behind_concepts([dictionary], found)
    assert told is not None
    heard = {name: bool(audio) for name, _, audio in told["clips"]}
    assert heard == {"0.wav": False, "1.wav": True, "2.wav": False}
