"""The bill of materials names the package, what it carries and all that it needs, and no more."""

from __future__ import annotations

import json
from email import message_from_string
from importlib import metadata
from pathlib import Path

import pytest

from concept_core import __version__, load_vocabulary
from tools import sbom


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        assert sbom.main(["--out", str(path)]) == 0
    return path


def test_it_lists_what_the_package_needs_with_versions_and_licences(written: Path) -> None:
    bill = json.loads(written.read_text(encoding="utf-8"))
    assert bill["metadata"]["component"]["purl"] == f"pkg:pypi/sonolex@{__version__}"
    assert bill["metadata"]["timestamp"].startswith("2023-11-14T22:13:20")
    libraries = {one["name"]: one for one in bill["components"] if one["type"] == "library"}
    # Needed, needed by what is needed, and tools of the developers' only.
    assert {"torch", "numpy", "threadpoolctl", "sympy", "llvmlite"} <= libraries.keys()
    assert not {"pytest", "ruff", "cyclonedx-python-lib", "matplotlib"} & libraries.keys()
    assert libraries["numpy"]["version"] == metadata.version("numpy")
    # What comes with torch for CUDA and states no licence.
    assert {name for name, one in libraries.items() if not one.get("licenses")} <= {"cuda-toolkit"}
    assert libraries["click"]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]


def test_a_licence_is_stated_in_whatever_field_a_package_has_it() -> None:
    long = " AND ".join(["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "ISC", "MIT"] * 2)
    stated = {
        "License-Expression: " + long: long,
        "License: Zlib": "Zlib",
        "License: " + "x" * 101 + "\nClassifier: License :: BSD License": "BSD License",
    }
    for text, expected in stated.items():
        (found,) = sbom._licences(message_from_string(text + "\n"))
        assert expected in (getattr(found, name, None) for name in ("value", "id", "name"))


def test_it_lists_the_vocabularies_with_their_hashes(written: Path) -> None:
    bill = json.loads(written.read_text(encoding="utf-8"))
    (core,) = (one for one in bill["components"] if one["bom-ref"].endswith("sonolex-core@0.1.0"))
    assert core["type"] == "data"
    assert core["properties"][0]["value"] == load_vocabulary("sonolex-core@0.1.0").content_hash


def test_every_component_hangs_on_the_package(written: Path) -> None:
    bill = json.loads(written.read_text(encoding="utf-8"))
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    reached, waiting = set(), [bill["metadata"]["component"]["bom-ref"]]
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            waiting += needs[reference]
    assert reached == needs.keys()
    assert len(reached) == len(bill["components"]) + 1


def test_the_same_installation_gives_the_same_bytes(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert sbom.main(["--out", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again").read_bytes() == written.read_bytes()


def test_what_the_schema_refuses_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bill = sbom.make_bill()
    bill.version = -1
    monkeypatch.setattr(sbom, "make_bill", lambda: bill)
    assert sbom.main(["--out", str(tmp_path / "refused")]) == 1
    assert "the schema refuses it" in capsys.readouterr().err
    assert not (tmp_path / "refused").exists()
