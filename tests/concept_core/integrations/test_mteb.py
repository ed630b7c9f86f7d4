"""MtebEncoder has what MTEB 2 calls: batches in, unit rows out, cosines, an identity."""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from concept_core import decompose
from concept_core.audio import Clip, Sound
from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, MissingError, UsageError
from concept_core.integrations.mteb import MtebEncoder
from concept_core.vocabulary import Vocabulary
from tests.toy import ToyEncoder

# What the protocol passes beside the batches, as mteb.models.EncoderProtocol documents it.
TASK: dict[str, Any] = {
    "task_metadata": object(),
    "hf_split": "test",
    "hf_subset": "default",
    "prompt_type": None,
    "batch_size": 2,
    "show_progress_bar": False,
}


class Listener(ToyEncoder):
    """Keeps the clips that it was given, and hears in each what its first sample says."""

    def __init__(self) -> None:
        self.heard: list[Clip] = []

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        assert all(isinstance(clip, Clip) for clip in clips)
        self.heard += [clip for clip in clips if isinstance(clip, Clip)]
        return self.encode_text(["dog" if one.samples[0] > 0 else "café" for one in self.heard])


def sound(*samples: Any) -> dict[str, Any]:
    return {"array": np.array(samples, np.float32), "sampling_rate": 16_000}


def loader(rows: list[dict[str, Any]]) -> DataLoader[Any]:
    def collate(batch: list[dict[str, Any]]) -> dict[str, list[Any]]:
        return {key: [row[key] for row in batch] for key in batch[0]}

    return DataLoader(rows, batch_size=2, collate_fn=collate)  # type: ignore[arg-type]


def test_texts_come_back_in_order(vocabulary: Vocabulary) -> None:
    texts = ["a dog", "rain", "a bell"]
    rows = loader([{"text": text} for text in texts])
    expected = ToyEncoder().encode_text(texts)
    # With a vocabulary too: it explains sounds.
    for model in (MtebEncoder(ToyEncoder()), MtebEncoder(ToyEncoder(), vocabulary)):
        np.testing.assert_array_equal(model.encode(rows, **TASK), expected)


def test_sounds_are_clips_mono_and_named_by_their_place() -> None:
    encoder = Listener()
    stereo = sound([0.5, 0.25], [0.25, 0.25])
    batches = loader([{"audio": one} for one in (sound(0.5, 0.5), stereo)])
    x = MtebEncoder(encoder).encode(batches, **TASK)
    np.testing.assert_allclose(x, ToyEncoder().encode_text(["dog", "dog"]))
    assert [clip.name for clip in encoder.heard] == ["sound 0", "sound 1"]
    np.testing.assert_allclose(encoder.heard[1].samples, [0.375, 0.25])
    assert encoder.heard[1].sample_rate == 16_000


@pytest.mark.parametrize("mode", [{"l0": 2}, {"l1": 0.2}], ids=str)
def test_with_a_vocabulary_sounds_are_sums_of_concepts(
    mode: dict[str, Any], vocabulary: Vocabulary
) -> None:
    batches = [{"audio": [sound(0.5), sound(-0.5)]}]
    x = MtebEncoder(Listener(), vocabulary, **mode).encode(batches, **TASK)
    atoms = ToyEncoder().encode_text(vocabulary.labels)
    result = decompose(ToyEncoder().encode_text(["dog", "café"]), atoms, **mode).reconstruct()
    np.testing.assert_allclose(x, result / np.linalg.norm(result, axis=1, keepdims=True), atol=1e-6)


@pytest.mark.parametrize("make", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_cosines_of_all_and_of_pairs(make: Any) -> None:
    a, b = make([[3.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), make([[1.0, 0.0], [1.0, 0.0], [2.0, 2.0]])
    model = MtebEncoder(ToyEncoder())
    root = 0.5**0.5
    torch.testing.assert_close(
        model.similarity(a, b),
        torch.tensor([[1, 1, root], [0, 0, root], [root, root, 1]], dtype=torch.float32),
    )
    torch.testing.assert_close(model.similarity_pairwise(a, b), torch.tensor([1.0, 0.0, 1.0]))
    assert model.similarity(a[0], b[0]).shape == (1, 1)


def test_what_it_cannot_embed_is_refused(vocabulary: Vocabulary) -> None:
    model = MtebEncoder(ToyEncoder())
    for batches in (
        [{"image": [1]}],
        [{"text": ["a"], "audio": [sound(1.0)]}],
        [{"text": ["a"]}, {"audio": [sound(1.0)]}],
    ):
        with pytest.raises(DataError, match="one of them in a call"):
            model.encode(batches, **TASK)
    with pytest.raises(UsageError, match="give a vocabulary too"):
        MtebEncoder(ToyEncoder(), l0=3)
    assert model.encode([], **TASK).shape == (0, 64)


def test_its_identity_changes_with_all_that_counts(
    vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ModelMeta:
        @staticmethod
        def create_empty(overwrites: dict[str, Any]) -> dict[str, Any]:
            return overwrites

    module = types.ModuleType("mteb.models.model_meta")
    module.__dict__.update(ModelMeta=ModelMeta, ScoringFunction=types.SimpleNamespace(COSINE="c"))
    root = types.ModuleType("mteb")
    root.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    for name, fake in (("mteb", root), ("mteb.models", root), (module.__name__, module)):
        monkeypatch.setitem(sys.modules, name, fake)
    models = [
        MtebEncoder(ToyEncoder()),
        MtebEncoder(ToyEncoder(), vocabulary, l0=8),
        MtebEncoder(ToyEncoder(), vocabulary, l0=9),
        MtebEncoder(ToyEncoder(), vocabulary, l1=0.1),
    ]
    assert len({model.mteb_model_meta["revision"] for model in models}) == len(models)
    assert models[1].mteb_model_meta["name"] == "sonolex/toy-toy-1-0-0"
    assert MtebEncoder(ToyEncoder(), vocabulary).mteb_model_meta == models[1].mteb_model_meta


def test_without_mteb_the_identity_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingError, match="pip install mteb"):
        _ = MtebEncoder(ToyEncoder()).mteb_model_meta
