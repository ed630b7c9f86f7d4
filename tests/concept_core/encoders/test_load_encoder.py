"""Names of encoders: ours, those of other packages, slips; and what is not on this machine."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from concept_core import load_encoder
from concept_core.encoders import ENTRY_POINTS, registry
from concept_core.errors import DataError, MissingError, UsageError
from tests.toy import ToyEncoder


def test_an_unknown_name_lists_the_known_and_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'yamnet-minilms'.*did you mean 'yamnet-minilm'\?"):
        load_encoder("yamnet-minilms")
    with pytest.raises(UsageError, match=r"unknown encoder '' \(known: clap, laion-clap, msclap"):
        load_encoder("")


@pytest.mark.parametrize(
    ("specifier", "message"),
    [
        ("yamnet-minilm:", "takes no argument"),
        ("yamnet-minilm:model.pt", "takes no argument"),
        ("yamnet-minilm?centring=none", "takes no options"),
        ("clap", "clap needs a folder or a hub id, such as clap:laion/clap-htsat-unfused"),
        ("laion-clap", "laion-clap needs a checkpoint, such as FILE.pt"),
        ("msclap", "msclap needs a checkpoint, such as CLAP_weights_2023.pth"),
        ("precomputed", "precomputed needs a file or folder of embeddings"),
        ("clap:m?prompts=paper", "unknown prompt set 'paper'"),
        ("clap:m?precision=int8", "unknown precision 'int8'"),
        ("clap:m?centering=none", "unknown option of clap 'centering'; did you mean 'centring'?"),
        ("precomputed:x.npz?centring=none", "precomputed takes no options"),
    ],
)
def test_wrong_calls_are_told_before_anything_is_looked_for(specifier: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_encoder(specifier)
    assert message in str(caught.value)


def test_an_unknown_device(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown device 'gpu'"):
        load_encoder(f"clap:{tmp_path}", device="gpu")


@pytest.mark.parametrize(
    ("specifier", "line"),
    [
        ("clap:some/model", 'pip install "sonolex[clap]"'),
        ("laion-clap:model.pt", "pip install --no-deps laion-clap==1.1.7"),
        ("msclap:model.pth", 'pip install "sonolex[clap]"'),
    ],
)
def test_without_its_package_the_error_has_the_pip_line(
    specifier: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    absent = {"transformers", "laion_clap"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name in absent else find(name)
    )
    with pytest.raises(MissingError) as caught:
        load_encoder(specifier)
    assert line in str(caught.value)


def test_without_its_files_the_error_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    with pytest.raises(MissingError, match="sonolex fetch yamnet"):
        load_encoder("yamnet-minilm", offline=True)


def test_a_class_of_a_module() -> None:
    encoder = load_encoder("tests.toy:ToyEncoder")
    assert isinstance(encoder, ToyEncoder), "and nothing around it: its spec is its own business"


@pytest.mark.parametrize(
    ("specifier", "message"),
    [
        ("no.such.module:Encoder", "cannot be loaded (No module named"),
        ("tests.toy:NoEncoder", "cannot be loaded (module 'tests.toy' has no attribute"),
        ("tests.toy:candidate", "making one failed (TypeError"),
        ("builtins:dict", "dict has no spec, encode_audio and encode_text"),
        ("tests.toy:ToyEncoder?centring=mean", "takes no options"),
    ],
)
def test_a_class_that_is_none(specifier: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_encoder(specifier)
    assert message in str(caught.value)


def test_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "tests.toy:ToyEncoder", ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert isinstance(load_encoder("mine"), ToyEncoder)
    with pytest.raises(UsageError, match="mine takes no argument"):
        load_encoder("mine:model.pt")
    with pytest.raises(UsageError, match=r"did you mean 'mine'\? \(known: clap.*, mine,"):
        load_encoder("mines")


def test_a_checkpoint_that_is_not_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no config\.json"):
        load_encoder(f"clap:{tmp_path}")


def test_the_module_of_encoders_imports_nothing_heavy() -> None:
    code = (
        "import sys, concept_core.encoders, concept_core.embeddings, concept_core.extras\n"
        "import concept_core.encoders.yamnet_minilm, concept_core.encoders.reference\n"
        "import concept_core.doctor, concept_core.installation\n"
        "heavy = {'torch', 'pandas', 'onnx', 'onnxruntime', 'soundfile', 'soxr', 'tokenizers',\n"
        "         'scipy', 'requests', 'threadpoolctl', 'transformers', 'safetensors'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
