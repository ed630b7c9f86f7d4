"""Tiny checkpoints of every backend, made once, and no network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.checkpoints import tiny_clap, tiny_laion, tiny_msclap


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would reach beyond this machine fails, and says so."""
    connect = socket.socket.connect

    def inside(here: socket.socket, address: Any) -> None:
        if here.family != socket.AF_UNIX and address[0] != "127.0.0.1":
            raise AssertionError(f"a test reached for {address}")
        connect(here, address)

    monkeypatch.setattr(socket.socket, "connect", inside)


@pytest.fixture(scope="session")
def clap_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')
    return tiny_clap(tmp_path_factory.mktemp("clap"))


@pytest.fixture(scope="session")
def laion_tokens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roberta")


@pytest.fixture(scope="session")
def laion_file(tmp_path_factory: pytest.TempPathFactory, laion_tokens: Path) -> Path:
    # Looked for and not imported: importing it reads the hub.
    pytest.importorskip("transformers", reason='needs pip install "sonolex[laion]"')
    import importlib.util

    if importlib.util.find_spec("laion_clap") is None:
        pytest.skip("laion_clap is not installed (pip install --no-deps laion-clap==1.1.7)")
    return tiny_laion(tmp_path_factory.mktemp("laion") / "tiny.pt", laion_tokens)


@pytest.fixture(scope="session")
def gpt2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gpt2")


@pytest.fixture(scope="session")
def msclap_file(tmp_path_factory: pytest.TempPathFactory, gpt2_folder: Path) -> Path:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')
    return tiny_msclap(tmp_path_factory.mktemp("msclap") / "tiny.pth", gpt2_folder)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Sounds of several lengths, rates and numbers of channels, as files."""
    folder = tmp_path_factory.mktemp("sounds")
    draw = np.random.default_rng(5)

    def write(name: str, rate: int, seconds: float, channels: int) -> Path:
        times = np.arange(int(rate * seconds)) / rate
        pitch = draw.uniform(200, 2_000, channels)
        wave = 0.3 * np.sin(2 * np.pi * times[:, None] * pitch) * (1 + np.sin(3 * times))[:, None]
        noise = 0.02 * draw.standard_normal((len(times), channels))
        soundfile.write(folder / name, (wave + noise) / 2, rate)
        return folder / name

    yield {
        "short": write("short.wav", 16_000, 0.7, 1),
        "second": write("second.flac", 44_100, 1.0, 2),
        "long": write("long.wav", 22_050, 12.3, 1),
        "stereo": write("stereo.wav", 32_000, 37.0, 2),
    }
