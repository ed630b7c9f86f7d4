"""The release workflow runs here as it stands, but for what takes long; what is wrong is found."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from concept_core import __version__
from concept_core.errors import DataError
from tools.dist import build
from tools.rehearse import ROOT, TAG, WORKFLOW, Stage, rehearse, set_up

LONG = (
    "Test",
    "Build twice, and keep the archives if all bytes agree",
    "Quick start in an empty environment",
    "Bill of materials",
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a checkout has after the steps that take long."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "concept_core").mkdir()
    shutil.copy(ROOT / "concept_core" / "_version.py", folder / "concept_core")
    build(ROOT, folder / "dist", epoch="1700000000")
    (folder / "build").mkdir()
    (folder / "build" / "sbom.cdx.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return set_up(tmp_path)


@pytest.fixture
def workflow() -> Any:
    return copy.deepcopy(yaml.safe_load(WORKFLOW.read_text(encoding="utf-8")))


def test_a_release_goes_from_the_tag_to_its_page(
    workflow: Any, stage: Stage, checkout: Path
) -> None:
    lines = list(rehearse(workflow, stage, checkout, LONG))
    assert [line.partition(":")[0] for line in lines] == sorted(
        (line.partition(":")[0] for line in lines), key=["build", "publish", "assets"].index
    )
    assert sum(line.endswith("left out") for line in lines) == len(LONG)
    assert lines[-1].startswith("assets: The release page")
    (call,) = stage.log.read_text(encoding="utf-8").splitlines()
    assert call.startswith(f"release create {TAG} --verify-tag")
    wheel = f"sonolex-{__version__}-py3-none-any.whl"
    carried = {"SHA256SUMS", "sbom.cdx.json", f"sonolex-{__version__}.tar.gz", wheel}
    assert set(call.partition(" -- ")[2].split()) == carried


def test_what_is_wrong_is_found(workflow: Any, stage: Stage, checkout: Path) -> None:
    def refused(match: str, root: Path = checkout) -> None:
        shutil.rmtree(stage.artifacts)
        stage.artifacts.mkdir()
        with pytest.raises(DataError, match=match):
            list(rehearse(workflow, stage, root, LONG))

    bare = checkout.parent / "bare"
    shutil.copytree(checkout, bare)
    next(bare.glob("dist/*.tar.gz")).unlink()
    refused("no wheel and sdist", bare)
    shutil.rmtree(bare / "dist")
    refused("dist: no files", bare)
    steps = workflow["jobs"]["publish"]["steps"]
    steps.insert(0, {"uses": "someone/else@v1"})
    refused("someone/else: what it does is not known here")
    steps[0] = {"uses": "actions/checkout"}
    refused("no version is named")
    workflow["jobs"]["assets"]["needs"] = "nothing"
    del steps[0]
    refused("never runs: .'assets'.")
