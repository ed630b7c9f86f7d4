"""The built wheel, installed elsewhere, carries all that it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from concept_core.errors import MissingError
from concept_core.resources import home, resource_path

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built by the backend that pyproject.toml names."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), "."],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = out.glob("sonolex-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs Python with the wheel's files, far from the checkout."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(*arguments: str) -> str:
        # -S: no .pth file, hence no editable checkout; packages come by PYTHONPATH instead.
        paths = [str(site), sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]]
        done = subprocess.run(
            [sys.executable, "-S", "-c", *arguments],
            cwd=elsewhere,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(paths),
                "SONOLEX_HOME": str(home()),
            },
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_it_holds_the_packages_and_their_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "concept_core", "vocab_builder", "sonolex",
    }  # fmt: skip
    for needed in (
        "concept_core/py.typed",
        "vocab_builder/py.typed",
        "concept_core/data/sources.toml",
        "concept_core/data/stop/function.txt",
        "concept_core/vocabularies/demo/1.0.0/concepts.csv",
    ):
        assert needed in names, needed


def test_a_carried_vocabulary_loads_from_the_wheel(installed: Run) -> None:
    out = installed(
        "import concept_core, json\n"
        "v = concept_core.load_vocabulary('demo')\n"
        "print(json.dumps([concept_core.__file__, v.specifier, len(v)]))"
    )
    place, specifier, size = json.loads(out)
    assert ROOT not in Path(place).parents
    assert specifier == "demo@1.0.0"
    assert size > 100


def test_the_installed_command_verifies_and_explains(installed: Run) -> None:
    cli = "import sys; from vocab_builder.cli import main; main(sys.argv[1:])"
    assert json.loads(installed(cli, "verify", "demo", "--json"))["verified"]
    try:
        sound = resource_path("demo-sounds", "dog.mp3")
        resource_path("yamnet"), resource_path("minilm")
    except MissingError:
        pytest.skip("no encoder files here (run: sonolex fetch yamnet minilm demo-sounds)")
    out = json.loads(installed(cli, "explain", str(sound), "--vocabulary", "demo", "--json"))
    assert out["clips"][0]["concepts"][0]["label"] == "dog"
