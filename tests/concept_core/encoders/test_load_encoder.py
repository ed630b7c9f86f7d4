"""Names of encoders: the known one, the announced ones, and slips."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from concept_core import load_encoder
from concept_core.errors import MissingError, UsageError


def test_an_unknown_name_lists_the_known_and_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'yamnet-minilms'.*did you mean 'yamnet-minilm'\?"):
        load_encoder("yamnet-minilms")
    with pytest.raises(UsageError, match=r"unknown encoder '' \(known: yamnet-minilm\)"):
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
@pytest.mark.parametrize("installed", [False, True])
def test_an_announced_backend_says_what_is_missing(
    specifier: str, line: str, installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec("json") if installed else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    if installed:
        with pytest.raises(UsageError, match=r"no such backend yet; it has yamnet-minilm"):
            load_encoder(specifier)
    else:
        with pytest.raises(MissingError) as caught:
            load_encoder(specifier)
        assert line in str(caught.value)


def test_without_its_files_the_error_names_the_command(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    with pytest.raises(MissingError, match="sonolex fetch yamnet"):
        load_encoder("yamnet-minilm")


def test_the_module_of_encoders_imports_nothing_heavy() -> None:
    code = (
        "import sys, concept_core.encoders, concept_core.embeddings, concept_core.extras\n"
        "import concept_core.encoders.yamnet_minilm\n"
        "heavy = {'torch', 'pandas', 'onnx', 'onnxruntime', 'soundfile', 'soxr', 'tokenizers',\n"
        "         'scipy', 'requests', 'threadpoolctl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
