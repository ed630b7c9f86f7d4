"""The page of the toy session in a process of its own, and a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[4]


class Running:
    """A server of the toy session, its address, and its process."""

    def __init__(self, folder: Path, size: int) -> None:
        module = "tests.vocab_builder.curation.page.toy"
        command = [sys.executable, "-m", module, str(folder), str(size)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=environment,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address, self.process.communicate()[1]

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    """Starts servers, and stops them in the end."""
    started: list[Running] = []

    def start(folder: Path, size: int = 5_000) -> Running:
        started.append(Running(folder, size))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("starlette", reason="starlette is not installed (the extra curate)")
    with chromium() as launched:
        yield launched
