"""Nothing is downloaded unasked; what cannot be had is said at once, with what gets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# A hub that refuses: nothing listens on this port, and nothing leaves this machine.
CLOSED = "http://127.0.0.1:9"
DEADLINE = 60
"""Seconds in which a process must end; the retries of the hub's own client last longer."""


def load(specifier: str, home: Path, offline: bool, **environment: str) -> str:
    """The message of a fresh process, whose caches are empty, that loads an encoder."""
    code = (
        "import sys\n"
        "from concept_core import load_encoder\n"
        "from concept_core.errors import MissingError\n"
        "import socket\n"
        "def deny(self, address):\n"
        "    if address[0] != '127.0.0.1': raise AssertionError(f'reached for {address}')\n"
        "    raise ConnectionRefusedError(111, 'Connection refused')\n"
        "socket.socket.connect = deny\n"
        "try:\n"
        f"    load_encoder({specifier!r}, offline={offline})\n"
        "except MissingError as error:\n"
        "    print(error)\n"
    )
    caches = {name: str(home) for name in ("SONOLEX_HOME", "HF_HOME", "HF_HUB_CACHE")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env={**kept, **caches, "HF_ENDPOINT": CLOSED, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("offline", [False, True])
def test_the_embedded_encoder_is_fetched_by_its_command_alone(
    offline: bool, tmp_path: Path
) -> None:
    said = load("yamnet-minilm", tmp_path, offline)
    assert "yamnet is not on this machine" in said
    assert "Get it with: sonolex fetch yamnet" in said


def test_a_hub_that_cannot_be_reached(tmp_path: Path) -> None:
    said = load("clap:laion/clap-htsat-unfused", tmp_path, offline=False)
    assert f"{CLOSED} cannot be reached" in said
    assert "hf download laion/clap-htsat-unfused --local-dir FOLDER" in said
    assert "clap:FOLDER" in said


@pytest.mark.parametrize("environment", [{}, {"HF_HUB_OFFLINE": "1"}])
def test_offline_the_hub_is_not_asked(tmp_path: Path, environment: dict[str, str]) -> None:
    said = load("clap:laion/larger@main", tmp_path, offline=not environment, **environment)
    assert "laion/larger@main is not in the hub's local cache, and offline" in said
    assert "hf download laion/larger --revision main" in said
