"""Descriptions for other tools go with a release where it is published, and nobody changes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import IntegrityError
from concept_core.files import package_folder
from concept_core.releases.folder import DESCRIPTION_SUMS, DESCRIPTIONS, verify_release
from tests.minisign_toy import write_keys
from vocab_builder.formats import prov as provenance
from vocab_builder.formats.descriptions import describe
from vocab_builder.publish.publishing import load_package
from vocab_builder.release.files import render_sums
from vocab_builder.release.release import Release

Run = Callable[..., int]
AT = "toy/0.1.0/"


def swap(place: Any, name: str, change: Callable[[str], str]) -> None:
    """Change a description at a place, and give it sums that hold."""
    texts = {one: place.files()[AT + one].decode("utf-8") for one in sorted(DESCRIPTIONS)}
    texts[name] = change(texts[name])
    texts[DESCRIPTION_SUMS] = render_sums(texts)
    place.put({AT + one: text.encode("utf-8") for one, text in texts.items()})


def test_they_come_along(published: Any, release: Path, run: Run, surroundings: Path) -> None:
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", published.text) == 0
    fetched = surroundings / "vocabularies" / "toy" / "0.1.0"
    for name, text in describe(Release.load(release)).items():
        assert (fetched / name).read_text(encoding="utf-8") == text
    assert run("verify", "toy@0.1.0") == 0
    # A copy is published as it was released, with descriptions made anew.
    assert load_package(fetched).files == load_package(release).files


def test_swapped_ones_with_new_sums_do_not_pass(
    published: Any, run: Run, tmp_path: Path, surroundings: Path, capsys: Any
) -> None:
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", published.text) == 0
    swap(published, "skos.jsonld", lambda text: text.replace("rain", "pain"))
    _, public = write_keys(tmp_path)
    capsys.readouterr()
    assert run("verify", f"{published.text}/toy@0.1.0") == 5
    assert "skos.jsonld, DESCRIPTIONS.SHA256SUMS: not what is made" in capsys.readouterr().err
    assert run("verify", f"{published.text}/toy@0.1.0", "--key", public) == 5
    fetched = surroundings / "vocabularies" / "toy" / "0.1.0"
    texts = {name: (fetched / name).read_text(encoding="utf-8") for name in DESCRIPTIONS}
    texts["croissant.json"] = "{}"
    for name, text in {**texts, DESCRIPTION_SUMS: render_sums(texts)}.items():
        (fetched / name).write_text(text, encoding="utf-8")
    assert run("verify", "toy@0.1.0") == 5
    assert "croissant.json" in capsys.readouterr().err
    (fetched / "concepts.csv").write_text("damaged")
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", published.text) == 5
    assert "skos.jsonld" in capsys.readouterr().err


def test_one_that_is_damaged_or_missing_is_named(published: Any, run: Run, capsys: Any) -> None:
    published.change(f"{AT}croissant.json", lambda content: content + b" ")
    assert run("verify", f"{published.text}/toy@0.1.0") == 5
    assert "croissant.json: sha256 is" in capsys.readouterr().err


def test_those_of_another_version_are_said_to_be(
    folder: Any, release: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(provenance, "MAKER", "sonolex 0.0.1")
        assert run("publish", release, "--to", folder.text) == 0
    swap(folder, "skos.jsonld", lambda text: text + "\n")
    capsys.readouterr()
    assert run("verify", f"{folder.text}/toy@0.1.0") == 0
    assert "descriptions were made by sonolex 0.0.1" in capsys.readouterr().err
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", folder.text) == 0
    assert "made by sonolex 0.0.1 and are not vouched for" in capsys.readouterr().err
    assert run("verify", "toy@0.1.0") == 0
    assert run("publish", release, "--to", folder.text) == 0


def test_a_release_that_holds_them_gets_none_beside_it(tmp_path: Path) -> None:
    carried = package_folder("vocabularies") / "demo" / "1.0.0"
    inside = package_folder("vocabularies") / "sonolex-core" / "0.1.1"
    assert DESCRIPTION_SUMS in load_package(carried).files
    assert DESCRIPTION_SUMS not in load_package(inside).files
    copy = Path(shutil.copytree(inside, tmp_path / "0.1.1"))
    (copy / "skos.jsonld").write_text("{}")
    swapped = {name: (copy / name).read_text(encoding="utf-8") for name in DESCRIPTIONS}
    (copy / DESCRIPTION_SUMS).write_text(render_sums(swapped))
    with pytest.raises(IntegrityError, match=r"skos\.jsonld"):
        verify_release(copy)
