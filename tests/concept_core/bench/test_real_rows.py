"""Real LAION-CLAP rows of ESC-50 over 192 labels of FSD50K, by the defaults and by wrong means."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from concept_core import Dictionary, decompose, load_encoder
from concept_core.bench.bench import Bench
from concept_core.datasets import DATASETS
from concept_core.encoders.base import unit
from concept_core.encoders.centred import CentredEncoder
from concept_core.encoders.centring import estimate, write_centring
from concept_core.errors import CentringWarning
from concept_core.integrations.sklearn import ConceptTransformer

FOLD = 3


@pytest.fixture(scope="module")
def folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows as they were published, the labels, and ESC-50's table: no sound, no model."""
    found = tmp_path_factory.mktemp("real")
    data = shared / "data" / "clap_real"
    with np.load(data / "esc50_folds_1-3.npz") as a, np.load(data / "texts.npz") as t:
        np.savez(
            found / "rows.npz",
            audio=a["audio"],
            audio_ids=a["filename"],
            text=np.concatenate([t["esc50"], t["fsd50k"]]),
            text_ids=np.concatenate([t["esc50_prompts"], t["fsd50k_prompts"]]),
        )
        (found / "ESC-50").symlink_to(found)
        (found / "fsd50k.txt").write_text("\n".join(t["fsd50k_names"]) + "\n", encoding="utf-8")
        _write_table(found / "meta", zip(a["filename"], a["fold"], a["category"], strict=True))
    return found


def _write_table(meta: Path, clips: Iterator[tuple[str, int, str]]) -> None:
    codes, small = DATASETS["esc50"].by_code(), DATASETS["esc10"].classes
    meta.mkdir()
    with open(meta / "esc50.csv", "w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(["filename", "fold", "target", "category", "esc10"])
        for name, fold, category in clips:
            listed = category.replace("_", " ") in small
            table.writerow([name, fold, codes[category], category, listed])


@pytest.fixture(scope="module")
def bench(folder: Path) -> Bench:
    return Bench.of_dataset("esc50", f"precomputed:{folder / 'rows.npz'}", folder, folds=[FOLD])


@pytest.mark.parametrize(("l0", "least"), [(10, 0.94), (20, 0.97), (40, 0.985)])
def test_the_defaults_keep_what_the_rows_know(
    bench: Bench, folder: Path, l0: int, least: float
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", CentringWarning)
        card = bench.score(folder / "fsd50k.txt", l0=l0)
    assert card.metrics["accuracy"].dense > 0.9
    assert card.to_dict()["retention"] >= least
    assert card.encoder["centring"].startswith("mean@2; sounds esc50:1,2 ")


def test_the_lines_of_the_page_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "encoders.md").read_text("utf-8")
    (code,) = [one for one in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "Bench" in one]
    monkeypatch.chdir(folder)
    exec(code, {})
    accuracy, retention = map(float, capsys.readouterr().out.split())
    assert accuracy > 0.85 and retention >= 0.94


def test_arrays_in_memory_give_the_same(bench: Bench, folder: Path, shared: Path) -> None:
    with np.load(shared / "data" / "clap_real" / "esc50_folds_1-3.npz") as rows:
        arrays = Bench.of_arrays(
            rows["audio"], rows["category"], DATASETS["esc50"].classes,
            f"precomputed:{folder / 'rows.npz'}", folds=rows["fold"], judged=[FOLD],
        )  # fmt: skip
    card = arrays.score(folder / "fsd50k.txt", l0=20)
    assert card.to_dict()["retention"] >= 0.97 and card.n == 400


def _warned(folder: Path, centring: str) -> str:
    """What decomposing fold 3 with a centring warns of, in one text."""
    encoder = load_encoder(f"precomputed:{folder / 'rows.npz'}?centring={centring}")
    bench = Bench.of_dataset("esc50", encoder, folder, folds=[FOLD])
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", CentringWarning)
        bench.score(folder / "fsd50k.txt", l0=5)
    told = [str(one.message) for one in found if one.category is CentringWarning]
    return "\n".join(dict.fromkeys(told))


def _means(folder: Path, name: str, sounds: np.ndarray, texts: np.ndarray) -> str:
    """A file of means as ``sonolex centre`` writes it."""
    encoder = load_encoder(f"precomputed:{folder / 'rows.npz'}")
    assert isinstance(encoder, CentredEncoder)
    path = folder / f"{name}.safetensors"
    spec = encoder.uncentred.spec
    write_centring(estimate("mean", spec, sounds, texts, name, "0" * 64), path)
    return str(path)


def test_no_centring_is_warned_of(folder: Path) -> None:
    said = _warned(folder, "none")
    assert "of the mean atom is left" in said and "of the mean sound is left" in said


def test_means_of_other_texts_and_of_another_checkpoint_are_warned_of(
    folder: Path, shared: Path
) -> None:
    rows = load_encoder(f"precomputed:{folder / 'rows.npz'}?centring=none")
    sounds = rows.encode_audio([name for name in _names(folder) if not name.startswith("3-")])
    with np.load(shared / "data" / "clap_real" / "texts.npz") as texts:
        # Not a caption of theirs was published: a full stop and other names do what captions do.
        others = _means(folder, "class-prompts", sounds, unit(texts["esc50"]))
        labels = texts["fsd50k"]
    with np.load(shared / "data" / "clap_real" / "audioset_strong_htsat_unfused.npz") as other:
        checkpoint = _means(folder, "another", sounds, unit(other["text"]))
    right = _means(folder, "right", sounds, unit(labels))
    for wrong in (others, checkpoint):
        said = _warned(folder, wrong)
        assert "of the mean atom is left" in said and "mean sound" not in said
    assert _warned(folder, right) == ""


def _names(folder: Path) -> list[str]:
    with np.load(folder / "rows.npz") as rows:
        names: list[str] = rows["audio_ids"].tolist()
    return names


def test_raw_rows_against_centred_atoms_are_warned_of(folder: Path) -> None:
    encoder = load_encoder(f"precomputed:{folder / 'rows.npz'}")
    atoms = Dictionary.build(folder / "fsd50k.txt", encoder)
    with np.load(folder / "rows.npz") as rows:
        raw = rows["audio"][:200]
    with pytest.warns(CentringWarning, match="0.4. of the mean sound is left"):
        decompose(raw, atoms, l0=5)


def test_a_transformer_centres_raw_rows(folder: Path) -> None:
    with np.load(folder / "rows.npz") as rows:
        raw = 7 * rows["audio"][:300]
    name = f"precomputed:{folder / 'rows.npz'}"
    with warnings.catch_warnings():
        warnings.simplefilter("error", CentringWarning)
        made = ConceptTransformer(folder / "fsd50k.txt", encoder=name, l0=10).fit(raw)
    assert np.allclose(made.mean_, unit(raw).mean(axis=0), atol=1e-6)
    plain = ConceptTransformer(folder / "fsd50k.txt", encoder=name, l0=10, centring="none")
    with pytest.warns(CentringWarning):
        plain.fit(raw)
    assert not np.allclose(made.transform(raw), plain.transform(raw))
