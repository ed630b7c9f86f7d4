"""What `data/sources.toml` may say, and what it does say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from concept_core.errors import DataError, UsageError
from concept_core.resources import find_resource, home, load_catalog
from tests.resources_toy import catalog_of, write_catalog

PART = '[[thing.parts]]\norigin = "http://127.0.0.1/a"\n'
MEMBER = 'members = [{ name = "a" }]\n'


def test_the_catalog_of_this_installation_declares_what_the_house_needs() -> None:
    catalog = load_catalog()
    assert set(catalog) >= {
        "yamnet", "minilm", "demo-sounds", "audioset-ontology", "esc50", "clotho", "audiocaps",
        "ucs", "wordnet", "tagger", "stopwords",
    }  # fmt: skip
    for resource in catalog.values():
        assert resource.citation and resource.description and resource.parts
        for part in resource.parts:
            if resource.kind == "wheel":
                assert part.sha256 and part.size, f"{resource.name}: a wheel is always pinned"
            if "github" in part.origin and resource.kind == "url":
                assert resource.version in part.origin, "a repository is taken at one commit"


def test_the_yamnet_wheel_states_no_licence_and_the_user_is_told() -> None:
    yamnet = load_catalog()["yamnet"]
    assert yamnet.licence is None
    assert "Apache-2.0" in yamnet.note


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PART + MEMBER + "sha265 = 'x'\n", "sha265"),
        (PART.replace("origin", "orign") + MEMBER, "did you mean 'origin'"),
        (PART + "sha256 = 'ABC'\n" + MEMBER, "no sha256"),
        (PART + 'members = [{ name = "../a" }]\n', "leaves the resource's folder"),
        (PART + 'members = [{ name = "/a" }]\n', "leaves the resource's folder"),
        (PART + 'members = [{ name = "a", also = ["b/../../c"] }]\n', "leaves the resource's"),
        (PART + 'members = [{ name = "a" }, { name = "a" }]\n', "two members have one name"),
        (PART, "name their members"),
        (PART + 'package = "corpora/a"\n' + MEMBER, "`package` is for kind nltk"),
        ("parts = 3 3", "cannot read"),
        ("", "'parts' is missing"),
    ],
)
def test_a_bad_catalog_is_an_error_that_names_file_and_table(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises((DataError, UsageError), match=problem) as caught:
        catalog_of(tmp_path, text)
    assert "sources.toml" in str(caught.value)


def test_kind_version_and_pins_are_checked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none of wheel, url, nltk"):
        catalog_of(tmp_path, PART + MEMBER, kind="ftp")
    with pytest.raises(DataError, match="pins no version"):
        catalog_of(tmp_path, PART + MEMBER, kind="wheel")
    path = write_catalog(tmp_path, PART + MEMBER)
    path.write_text(path.read_text("utf-8").replace('"1"', '"../1"'), "utf-8")
    with pytest.raises(DataError, match="cannot name a folder"):
        load_catalog(path)


def test_an_unknown_resource_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'yamnet'"):
        find_resource("yamnt")


def test_home_is_sonolex_home_or_the_systems_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "here"))
    assert home() == tmp_path / "here"
    monkeypatch.setenv("SONOLEX_HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert home().name == "sonolex" and home() != tmp_path / "here"


def test_the_package_is_light_to_import() -> None:
    code = (
        "import sys, concept_core.resources\n"
        "print(sorted(set(sys.modules) & {'nltk', 'numpy', 'requests', 'tqdm', 'filelock'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
