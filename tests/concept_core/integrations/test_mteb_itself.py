"""MTEB itself runs a task with the encoder, with and without a vocabulary, and keeps results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concept_core.audio import load_clip
from concept_core.encoders import Encoder
from concept_core.integrations.mteb import MtebEncoder

ANIMALS = ("dog", "rooster", "frog", "cow", "pig")


def animals(sounds: Path) -> Any:
    """MTEB's own task of ESC-50, on five sounds and the names of their animals."""
    from datasets import Dataset, DatasetDict
    from mteb.tasks.zeroshot_classification import ESC50ZeroshotClassification

    class Animals(ESC50ZeroshotClassification):
        def load_data(self, *arguments: Any, **options: Any) -> None:
            clips = [load_clip(sounds / f"{name}.mp3", 16_000) for name in ANIMALS]
            audio = [{"array": one.samples, "sampling_rate": one.sample_rate} for one in clips]
            rows = Dataset.from_dict({"audio": audio, "target": list(range(len(ANIMALS)))})
            self.dataset, self.data_loaded = DatasetDict(train=rows), True

        def get_candidate_labels(self) -> list[str]:
            return [f"This is a sound of {name}" for name in ANIMALS]

    return Animals()


def test_a_task(
    encoder: Encoder, demo_sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import mteb
    from mteb.models import EncoderProtocol

    cache = mteb.ResultCache(tmp_path)
    alone, explained = MtebEncoder(encoder), MtebEncoder(encoder, "demo", l0=8)
    for model in (alone, explained):
        assert isinstance(model, EncoderProtocol)
        found = mteb.evaluate(
            model, tasks=[animals(demo_sounds)], cache=cache, show_progress_bar=False
        )
        (scores,) = found[0].scores["train"]
        assert scores["accuracy"] >= 0.6
        meta = model.mteb_model_meta
        assert (found.model_name, found.model_revision) == (meta.name, meta.revision)
    # Under a name and revision each: the one is never taken for the other.
    kept = {path.parent for path in tmp_path.rglob("ESC50_Zeroshot.json")}
    assert len(kept) == 2
