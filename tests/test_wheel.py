"""Wheel and sdist hold what they should, and twice the same; the wheel works elsewhere."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from concept_core.errors import MissingError
from concept_core.releases.specifiers import load_vocabulary
from concept_core.resources import home, resource_path
from tools.dist import build, compare

ROOT = Path(__file__).resolve().parent.parent
EPOCH = "1700000000"
Run = Callable[..., str]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sdist and wheel of this checkout; the wheel comes out of the sdist."""
    return build(ROOT, tmp_path_factory.mktemp("dist"), epoch=EPOCH)


@pytest.fixture(scope="module")
def wheel(archives: list[Path]) -> Path:
    return archives[0]


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


def test_the_same_sources_give_the_same_bytes(
    archives: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Straight from the checkout this time: what the sdist holds builds the same wheel.
    again = build(ROOT, tmp_path_factory.mktemp("again"), "--sdist", "--wheel", epoch=EPOCH)
    assert [path.suffix for path in archives] == [".whl", ".gz"]
    assert compare(archives, again) == []


def test_pipx_and_uvx_find_the_command_by_the_name_of_the_package(
    wheel: Path, installed: Run
) -> None:
    # `pipx run NAME` and `uvx NAME` run the command that is called as the package is.
    with zipfile.ZipFile(wheel) as archive:
        (place,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
        points = configparser.ConfigParser()
        points.read_string(archive.read(place).decode("utf-8"))
    name = wheel.name.split("-")[0]
    module, _, function = points["console_scripts"][name].partition(":")
    told = installed(
        f"import sys; sys.argv = ['{name}', '--version'];"
        f" from {module} import {function}; sys.exit({function}())"
    )
    assert told.startswith(name)


def _sources(*places: str) -> set[str]:
    """Files of these places in the checkout, but for those that git ignores."""
    options = ["--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        ["git", "ls-files", *options, "--", *places],
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout.splitlines()  # fmt: skip
    return {name for name in listed if (ROOT / name).is_file()}


def test_the_wheel_holds_the_packages_and_their_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = {name for name in names if ".dist-info/" in name}
    assert {name.partition(".dist-info/")[2] for name in about} == {
        "METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE",
    }  # fmt: skip
    carried = {f"concept_core/{name}" for name in _sources("data", "vocabularies")}
    assert names - about == carried | _sources("concept_core", "vocab_builder")
    for needed in (
        "concept_core/py.typed",
        "vocab_builder/py.typed",
        "concept_core/data/sources.toml",
        "concept_core/data/stop/function.txt",
        "concept_core/vocabularies/demo/1.0.0/concepts.csv",
    ):
        assert needed in names, needed


def test_the_sdist_holds_what_builds_the_wheel_and_nothing_else(archives: list[Path]) -> None:
    with tarfile.open(archives[1]) as archive:
        members = archive.getmembers()
    (top,) = {member.name.split("/")[0] for member in members}
    assert archives[1].name == f"{top}.tar.gz"
    names = {member.name.removeprefix(f"{top}/") for member in members if member.isfile()}
    # The backend adds the last two: its own rules, and the metadata.
    assert names == _sources("concept_core", "vocab_builder", "data", "vocabularies") | {
        "README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "pyproject.toml",
        ".gitignore", "PKG-INFO",
    }  # fmt: skip


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


def test_a_vocabulary_loads_without_anything_heavy(installed: Run) -> None:
    out = installed(
        "import json, sys\n"
        "from concept_core import load_vocabulary\n"
        "size = len(load_vocabulary('sonolex-core'))\n"
        "print(json.dumps([size, sorted({'torch', 'numpy', 'onnxruntime'} & set(sys.modules))]))"
    )
    assert json.loads(out) == [len(load_vocabulary("sonolex-core")), []]


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
