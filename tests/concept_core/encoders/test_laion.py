"""LAION-CLAP: the traps of its package, and sizes that its weights alone decide."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import tests
from concept_core import load_encoder
from concept_core.audio import Clip
from concept_core.encoders import Encoder, laion
from concept_core.encoders.htsat import read_sizes
from concept_core.errors import DataError, IntegrityError
from concept_core.files import sha256_file
from tests.checkpoints import htsat_weights, roberta_tokens, tiny_laion

RATE = 48_000
TEXTS = ["rain", "a dog barking"]


def loaded(file: Path, tokens: Path, options: str = "") -> Encoder:
    return load_encoder(
        f"laion-clap:{file}?tokenizer={tokens}&centring=none{options}", device="cpu", cache=False
    )


def noise(seconds: float, seed: int = 0) -> Clip:
    wave = np.random.default_rng(seed).standard_normal(int(seconds * RATE))
    return Clip((0.1 * wave).astype(np.float32), RATE)


def test_nothing_of_the_package_stays_behind(laion_file: Path, laion_tokens: Path) -> None:
    path = list(sys.path)
    encoder = loaded(laion_file, laion_tokens)
    assert encoder.encode_text(TEXTS).shape == (2, 512)
    assert sys.path == path
    alien = {"laion_clap", "clap_module", "torchvision", "training"}
    assert not alien & {name.split(".")[0] for name in sys.modules}
    # Its wheel has a package of this name too.
    assert sys.modules["tests"] is tests
    assert Path(str(tests.__file__)) == Path(__file__).parents[2] / "__init__.py"


def test_a_blank_tokenizer_is_caught(laion_file: Path, tmp_path: Path) -> None:
    # What transformers makes of missing files: five tokens, and every text the same.
    names = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    blank = {name: place for place, name in enumerate(names)}
    (tmp_path / "vocab.json").write_text(json.dumps(blank))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    with pytest.raises(DataError, match=r"a tokenizer of 5 tokens for a model of \d+"):
        loaded(laion_file, tmp_path).encode_text(TEXTS)


def test_another_models_tokenizer_is_another_encoder(
    laion_file: Path, laion_tokens: Path, tmp_path: Path
) -> None:
    roberta_tokens(tmp_path)
    same = loaded(laion_file, tmp_path)
    assert same.spec == loaded(laion_file, laion_tokens).spec
    with (tmp_path / "merges.txt").open("a") as merges:
        merges.write("q q\n")
    assert loaded(laion_file, tmp_path).spec != same.spec


def test_a_wrong_sum_is_found_before_anything_is_opened(
    laion_file: Path, laion_tokens: Path
) -> None:
    with pytest.raises(IntegrityError, match=sha256_file(laion_file)):
        loaded(laion_file, laion_tokens, f"&sha256={'0' * 64}")
    known = loaded(laion_file, laion_tokens, f"&sha256={sha256_file(laion_file)}")
    assert known.spec == loaded(laion_file, laion_tokens).spec


def test_its_own_code_gives_the_same_rows(laion_file: Path, laion_tokens: Path) -> None:
    """Its model, called as its package calls it: whole windows, texts padded to 77 tokens."""
    from transformers import RobertaTokenizerFast

    from concept_core.encoders.checkpoint import read_state

    model = laion.build(read_state(laion_file, "state_dict", "", trusted=False)).eval()
    clip = noise(10)
    tokens = RobertaTokenizerFast.from_pretrained(laion_tokens)(
        TEXTS, padding="max_length", truncation=True, max_length=77, return_tensors="pt"
    )
    whole = torch.from_numpy((clip.samples * 32767).astype(np.int16).astype(np.float32) / 32767)
    with torch.no_grad():
        x = model.get_audio_embedding([{"waveform": whole, "longer": torch.tensor([False])}])
        t = model.get_text_embedding(dict(tokens))
    encoder = loaded(laion_file, laion_tokens)
    assert abs(encoder.encode_audio([clip]) - x.numpy()).max() < 1e-5
    assert abs(encoder.encode_text(TEXTS) - t.numpy()).max() < 1e-5


@pytest.mark.usefixtures("laion_file")
def test_checkpoints_without_position_ids_and_prefix_load(tmp_path: Path) -> None:
    file = tiny_laion(tmp_path / "m.pt", tmp_path / "tokens")
    before = loaded(file, tmp_path / "tokens").encode_text(TEXTS)
    state = torch.load(file, weights_only=False)["state_dict"]
    plain = {name.removeprefix("module."): value for name, value in state.items()}
    del plain["text_branch.embeddings.position_ids"]
    torch.save({"state_dict": plain}, file)
    assert (loaded(file, tmp_path / "tokens").encode_text(TEXTS) == before).all()


@pytest.mark.usefixtures("laion_file")
@pytest.mark.parametrize("kind", ["wide", "fused"])
def test_the_weights_decide_the_sizes(tmp_path: Path, kind: str) -> None:
    package = laion._package()
    audio = htsat_weights(rate=RATE, mel_range=(50, 14_000), width=16)
    if kind == "fused":
        config = package.CLAPAudioCfp("HTSAT", "", RATE, window_size=512, hop_size=480)
        model = laion._htsat(package, read_sizes(audio, ""), config, True, "aff_2d")
        audio = model.state_dict()
    # As the published names do, it says nothing of what is inside.
    file = tiny_laion(tmp_path / "htsat-tiny-unfused.pt", tmp_path / "tokens", audio=audio)
    encoder = loaded(file, tmp_path / "tokens")
    x = encoder.encode_audio([noise(3), noise(21, seed=1)])
    assert np.linalg.norm(x, axis=1) == pytest.approx(1, abs=1e-5)
    assert x.tobytes() == encoder.encode_audio([noise(3), noise(21, seed=1)]).tobytes()


def test_weights_of_something_else_say_so(tmp_path: Path, laion_tokens: Path) -> None:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[laion]"')
    torch.save({"state_dict": {"visual.weight": torch.ones(1)}}, tmp_path / "m.pt")
    roberta_tokens(tmp_path)
    with pytest.raises(DataError, match=r"m\.pt: not the weights of a LAION-CLAP model"):
        loaded(tmp_path / "m.pt", tmp_path).encode_text(TEXTS)
