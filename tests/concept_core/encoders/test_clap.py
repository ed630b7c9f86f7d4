"""A transformers CLAP model from its folder: what it needs, and what is caught."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from concept_core import load_encoder
from concept_core.audio import Clip
from concept_core.doctor.encoder import CHECKS, check_encoder
from concept_core.encoders import Encoder
from concept_core.encoders.torch_run import check_tokenizer
from concept_core.errors import DataError
from tests.checkpoints import saved_by_4, saved_by_5, tiny_clap

TEXTS = ["rain", "a dog barking"]
RATE = 16_000


def loaded(folder: Path) -> Encoder:
    return load_encoder(f"clap:{folder}?centring=none", device="cpu", cache=False)


@pytest.fixture
def folder(clap_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(clap_folder, tmp_path / "model"))


def noise(seconds: float) -> Clip:
    wave = np.random.default_rng(0).standard_normal(int(seconds * RATE))
    return Clip((0.1 * wave).astype(np.float32), RATE)


@pytest.mark.parametrize("pattern", ["config.json", "*.safetensors"])
def test_a_file_too_few_is_named(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()
    with pytest.raises(DataError) as caught:
        loaded(folder)
    assert f"no {pattern}" in str(caught.value)


SAVED = {"transformers 4": saved_by_4, "transformers 5": saved_by_5}


def test_both_layouts_are_well_and_give_the_same_rows(clap_folder: Path, tmp_path: Path) -> None:
    found = {}
    for name, save in SAVED.items():
        folder = save(clap_folder, tmp_path / name)
        files = {path.name for path in folder.iterdir()}
        assert ("preprocessor_config.json" in files) == (name == "transformers 4")
        assert ("processor_config.json" in files) == (name == "transformers 5")
        report = check_encoder(f"clap:{folder}", device="cpu")
        assert {check.code: check.status for check in report.checks if check.code != "D11"} == {
            code: "ok" for code in CHECKS if code != "D11"
        }, report.checks
        encoder = loaded(folder)
        assert (encoder.spec.sample_rate, encoder.spec.windowing) == (RATE, "repeat-pad-1s-mean@1")
        found[name] = encoder.encode_text(TEXTS), encoder.encode_audio([noise(0.5), noise(3.4)])
    for old, new in zip(*found.values(), strict=True):
        assert old.tobytes() == new.tobytes()


def test_the_settings_of_transformers_5_count_before_older_ones(
    clap_folder: Path, tmp_path: Path
) -> None:
    """A folder of transformers 4 that was saved again holds both files."""
    folder = saved_by_5(clap_folder, tmp_path / "model")
    new = loaded(folder).spec
    old = json.loads((clap_folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(json.dumps(old | {"sampling_rate": 8_000}))
    assert loaded(folder).spec == new
    # What transformers 4 wrote for processors with settings of their own has no such table.
    (folder / "processor_config.json").write_text('{"processor_class": "ClapProcessor"}')
    assert loaded(folder).spec.sample_rate == 8_000


def test_settings_are_part_of_the_identity(clap_folder: Path, tmp_path: Path) -> None:
    for name, save in SAVED.items():
        folder = save(clap_folder, tmp_path / name)
        before = loaded(folder).spec
        (file,) = folder.glob("*processor_config.json")
        file.write_text(file.read_text().replace("7000", "6000"))
        assert loaded(folder).spec.checkpoint != before.checkpoint, name


@pytest.mark.parametrize(
    ("content", "lacks"),
    [
        (None, "no processor_config.json"),
        ('{"processor_class": "ClapProcessor"}', "without a table 'feature_extractor'"),
    ],
)
def test_without_settings_it_says_which_files_have_them(
    folder: Path, content: str | None, lacks: str
) -> None:
    (folder / "preprocessor_config.json").unlink()
    if content is not None:
        (folder / "processor_config.json").write_text(content)
    with pytest.raises(DataError) as caught:
        loaded(folder)
    said = str(caught.value)
    assert said.startswith(f"{folder}: neither preprocessor_config.json") and lacks in said
    assert "sample rate" in said and "save_pretrained" in said


@pytest.mark.parametrize("save", SAVED.values(), ids=SAVED)
def test_the_hub_s_cache_may_hold_either_layout(
    save: Callable[[Path, Path], Path],
    clap_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub = pytest.importorskip("huggingface_hub", reason='needs pip install "sonolex[hub]"')
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    home, commit = tmp_path / "models--someone--tiny", "0" * 40
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(commit)
    folder = save(clap_folder, home / "snapshots" / commit)
    encoder = load_encoder("clap:someone/tiny", device="cpu", cache=False, offline=True)
    assert encoder.spec.checkpoint == loaded(folder).spec.checkpoint


def test_the_hub_is_asked_for_either_layout(
    clap_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is downloaded: the patterns that go to the hub's own filter."""
    hub = pytest.importorskip("huggingface_hub", reason='needs pip install "sonolex[hub]"')
    asked: dict[str, Any] = {}

    def download(**given: Any) -> str:
        asked.update(given)
        return str(clap_folder)

    monkeypatch.setattr(hub, "snapshot_download", download)
    load_encoder("clap:someone/tiny", device="cpu", cache=False)
    for save in (saved_by_4, saved_by_5):
        folder = save(clap_folder, tmp_path / save.__name__)
        files = {path.name for path in folder.iterdir()} - {"special_tokens_map.json"}
        kept = hub.utils.filter_repo_objects(files, allow_patterns=asked["allow_patterns"])
        assert set(kept) == files


def test_without_its_tokenizer_it_is_not_loaded(folder: Path) -> None:
    for name in ("tokenizer.json", "vocab.json"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(DataError, match=r"no tokenizer\.json, and not both of"):
        loaded(folder)


def test_a_blank_tokenizer_is_caught(folder: Path) -> None:
    """What transformers 5 makes of missing files, and says nothing: five tokens."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE

    marks = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    blank = Tokenizer(BPE(vocab={mark: place for place, mark in enumerate(marks)}, merges=[]))
    blank.save(str(folder / "tokenizer.json"))
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(DataError, match=r"a tokenizer of \d+ tokens for a model of \d+"):
        loaded(folder).encode_text(TEXTS)


@pytest.mark.parametrize(
    ("size", "ids"), [(5, [[0, 3, 2], [0, 3, 2]]), (100, [[0, 2], [0, 2]]), (130, [[1], [2]])]
)
def test_what_the_guard_refuses(size: int, ids: list[list[int]]) -> None:
    class Tokens:
        def __len__(self) -> int:
            return size

        def __call__(self, texts: list[str]) -> dict[str, list[list[int]]]:
            return {"input_ids": ids}

    with pytest.raises(DataError, match=f"here: a tokenizer of {size} tokens for a model of 100"):
        check_tokenizer(Tokens(), 100, "here")


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_configuration_that_is_none(folder: Path, content: str) -> None:
    (folder / "preprocessor_config.json").write_text(content)
    with pytest.raises(DataError, match="JSON|configuration of a CLAP model"):
        loaded(folder)


def test_weights_of_something_else_say_so(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(DataError, match="cannot be loaded as a CLAP model"):
        loaded(folder).encode_text(TEXTS)


def test_the_identity_is_that_of_the_files(folder: Path) -> None:
    before = loaded(folder).spec
    (folder / "README.md").write_text("about it")
    assert loaded(folder).spec == before
    weights = next(folder.glob("*.safetensors"))
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    assert loaded(folder).spec != before


def test_a_fused_model_draws_nothing(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')
    encoder = loaded(tiny_clap(tmp_path, fused=True))
    clips = [noise(0.5), noise(3.4)]
    first = encoder.encode_audio(clips)
    assert first.tobytes() == encoder.encode_audio(clips).tobytes()
    assert abs(first[1] - encoder.encode_audio(clips[1:])[0]).max() < 1e-5
