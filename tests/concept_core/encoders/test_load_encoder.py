"""Names of encoders: the known ones, those of others, and slips."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from concept_core import load_encoder
from concept_core.encoders import ENTRY_POINTS, registry
from concept_core.errors import MissingError, UsageError


def test_an_unknown_name_lists_the_known_and_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'yamnet-minilms'.*did you mean 'yamnet-minilm'\?"):
        load_encoder("yamnet-minilms")
    with pytest.raises(UsageError, match=r"unknown encoder '' \(known: clap, laion-clap, "):
        load_encoder("")


@pytest.mark.parametrize("specifier", ["yamnet-minilm:", "yamnet-minilm:model.pt"])
def test_an_argument_too_many_is_an_error(specifier: str) -> None:
    with pytest.raises(UsageError, match="takes no argument"):
        load_encoder(specifier)


@pytest.mark.parametrize(
    ("specifier", "line"),
    [
        ("clap:some/model", 'pip install "sonolex[clap]"'),
        ("laion-clap:model.pt", "pip install --no-deps laion-clap==1.1.7"),
        ("msclap:model.pth", 'pip install "sonolex[clap]"'),
    ],
)
def test_without_its_package_a_backend_says_what_installs_it(
    specifier: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: None)
    with pytest.raises(MissingError) as caught:
        load_encoder(specifier, device="cpu")
    assert line in str(caught.value)


@pytest.mark.parametrize("name", ["clap", "laion-clap", "msclap", "precomputed"])
def test_an_argument_too_few_is_an_error(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} needs a"):
        load_encoder(name)


@pytest.mark.parametrize(
    ("specifier", "said"),
    [
        ("clap:m?center=none", r"option of clap 'center'.*did you mean 'centring'"),
        ("clap:m?tokenizer=x", "option of clap 'tokenizer'"),
        ("msclap:m?sha=trust", r"option of msclap 'sha'.*known: .*sha256"),
        ("precomputed:m?window=3", "option of precomputed 'window'"),
        ("yamnet-minilm?centring=mean", "option of yamnet-minilm 'centring'"),
        ("clap:m?prompts=ours", "prompt set 'ours'"),
        ("clap:m?precision=half", "precision 'half'"),
    ],
)
def test_options_that_are_none(specifier: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_encoder(specifier, device="cpu")


def test_a_device_that_is_none_or_is_not_here(clap_folder: Path) -> None:
    with pytest.raises(UsageError, match="device 'gpu'"):
        load_encoder(f"clap:{clap_folder}", device="gpu")
    with pytest.raises(UsageError, match="float16 needs a CUDA device"):
        load_encoder(
            f"clap:{clap_folder}?precision=float16&centring=none", device="cpu", cache=False
        ).encode_text(["rain"])


def test_a_centring_that_is_none(clap_folder: Path) -> None:
    with pytest.raises(UsageError, match="centring 'median'"):
        load_encoder(f"clap:{clap_folder}?centring=median", device="cpu")


def test_clap_models_are_centred_unless_told(clap_folder: Path) -> None:
    one = load_encoder(f"clap:{clap_folder}", device="cpu")
    other = load_encoder(f"clap:{clap_folder}?centring=none", device="cpu")
    assert one.spec.centring.startswith("mean@2 probes@1 ")
    assert other.spec.centring == "none"


@pytest.mark.parametrize(
    ("specifier", "said"),
    [
        ("tests.own_encoder:Absent", r"cannot be loaded \(.*no attribute 'Absent'"),
        ("tests.absent:Encoder", r"cannot be loaded \(No module named 'tests.absent'"),
        ("tests.own_encoder:DIM", "making one failed"),
        ("builtins:dict", "dict has no spec, encode_audio and encode_text"),
    ],
)
def test_third_parties_that_are_no_encoders(specifier: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_encoder(specifier)


def test_an_entry_point_is_an_encoder_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("own", "tests.own_encoder:OwnEncoder", ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert load_encoder("own").spec.name == "own"
    with pytest.raises(UsageError, match=r"unknown encoder 'owl'.*did you mean 'own'"):
        load_encoder("owl")


def test_without_its_files_the_error_names_the_command(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    with pytest.raises(MissingError, match="sonolex fetch yamnet"):
        load_encoder("yamnet-minilm")


def test_the_module_of_encoders_imports_nothing_heavy() -> None:
    code = (
        "import sys, concept_core.encoders, concept_core.encoders.embeddings, concept_core.extras\n"
        "import concept_core.encoders.yamnet_minilm, concept_core.encoders.windowed\n"
        "from concept_core.encoders import clap, laion, msclap, precomputed\n"
        "heavy = {'torch', 'pandas', 'onnx', 'onnxruntime', 'soundfile', 'soxr', 'tokenizers',\n"
        "         'scipy', 'requests', 'threadpoolctl', 'transformers', 'laion_clap'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
