from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest

from concept_core.doctor import installation
from concept_core.doctor.installation import describe_installation
from concept_core.extras import BESIDE_EXTRAS
from concept_core.resources import fetch, load_catalog
from tests.resources_toy import catalog_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_what_is_here_and_what_gets_the_rest(home: Path) -> None:
    found = describe_installation()
    assert found.findings == ()
    versions = {package.name: package.version for package in found.packages if not package.extra}
    assert versions["numpy"] == importlib.metadata.version("numpy")
    assert {resource.name for resource in found.resources} == set(load_catalog())
    yamnet = next(resource for resource in found.resources if resource.name == "yamnet")
    assert (yamnet.path, yamnet.fetch) == (None, "sonolex fetch yamnet")
    assert (found.cache, found.cache_bytes) == (str(home), 0)
    assert found.device == "cpu" or found.device.startswith("cuda (")
    assert found.cores >= 1 and found.blas
    assert json.loads(json.dumps(found.to_dict()))["cores"] == found.cores


def test_extras_have_their_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        importlib.metadata,
        "requires",
        lambda name: ["numpy>=2", 'no-such-package>=1; extra == "clap"', 'pytest; extra == "dev"'],
    )
    found = {package.name: package for package in describe_installation().packages}
    assert set(found) == {"numpy", "no-such-package", BESIDE_EXTRAS["laion"][0]}
    absent = found["no-such-package"]
    assert (absent.extra, absent.version) == ("clap", None)
    assert absent.install == ('pip install "sonolex[clap]"',)
    assert found["laion-clap"].install[-1] == "pip install --no-deps laion-clap==1.1.7"


def test_what_every_installation_needs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: ["no-such-package>=1"])
    (finding,) = describe_installation().findings
    assert "no-such-package is not installed" in finding
    assert finding.endswith("pip install no-such-package")


def test_a_source_tree_that_was_never_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> list[str]:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", absent)
    assert [package.name for package in describe_installation().packages] == ["laion-clap"]


def test_a_damaged_resource_is_a_finding(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = '[[thing.parts]]\norigin = "http://127.0.0.1:9/x"\nmembers = [{ name = "thing.txt" }]\n'
    catalog = catalog_of(tmp_path, parts)
    monkeypatch.setattr(installation, "load_catalog", lambda: catalog)
    (tmp_path / "thing.txt").write_text("whole", encoding="utf-8")
    folder = fetch("thing", own=tmp_path / "thing.txt", catalog=catalog)
    whole = describe_installation()
    assert whole.findings == () and whole.resources[0].path == str(folder)
    assert whole.cache_bytes == sum(p.stat().st_size for p in home.rglob("*") if p.is_file()) > 0
    (folder / "thing.txt").write_text("damaged", encoding="utf-8")
    (finding,) = describe_installation().findings
    assert finding == "thing: thing.txt are not as they were fetched: sonolex fetch thing"


def test_a_cache_that_cannot_be_written_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "file"))
    (finding,) = describe_installation().findings
    assert "cannot be written" in finding and "SONOLEX_HOME" in finding
