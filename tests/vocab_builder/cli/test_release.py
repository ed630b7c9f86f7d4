"""release, deprecate, export, import and list from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.releases.folder import verify_release
from tests.releases_toy import release_of, write
from tests.vocab_builder.cli.test_cli import RECIPE, run
from vocab_builder.formats.exporting import FORMATS


def test_from_recipe_to_release_to_deprecation(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.txt").write_text("rain\nclock\nbell\n", encoding="utf-8")
    recipe = tmp_path / "toy.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    root = tmp_path / "vocabularies"
    _, _, talk = run(capsys, "build", recipe, "--out", "built")
    assert "licence: none that is known is stated for wordlist" in talk
    code, out, talk = run(capsys, "release", "built", "--dry-run", "--json")
    assert (code, json.loads(out)["released"], root.exists()) == (0, False, False)
    code, out, talk = run(capsys, "release", "built", "--json")
    assert (code, json.loads(out)["version"], json.loads(out)["unclear"]) == (
        0,
        "0.1.0",
        ["wordlist"],
    )
    assert "toy@0.1.0: first release" in talk
    code, _, talk = run(capsys, "release", "built")
    assert (code, "nothing changed" in talk) == (3, True)
    recipe.write_text(recipe.read_text().replace("size = 2", "size = 1"), encoding="utf-8")
    run(capsys, "build", recipe, "--out", "again", "--lock", "built/recipe.lock")
    code, _, talk = run(capsys, "release", "again", "--version", "0.2.0")
    assert (code, "the least is 1.0.0" in talk) == (2, True)
    code, _, talk = run(capsys, "release", "again")
    assert code == 0 and "toy@1.0.0: major release since 0.1.0" in talk and "1 removed:" in talk

    monkeypatch.setattr("concept_core.releases.specifiers.package_folder", lambda name: root)
    monkeypatch.setattr("concept_core.files.package_folder", lambda name: root)
    code, _, talk = run(capsys, "deprecate", "toy@0", "use toy@1")
    assert (code, talk) == (0, "toy@0.1.0: use toy@1\n")
    code, out, talk = run(capsys, "list")
    assert "toy@0.1.0 is deprecated: use toy@1" in out and "warning" not in talk
    listed = json.loads(run(capsys, "list", "--json")[1])
    assert [one["deprecated"] for one in listed] == ["use toy@1", None]
    code, out, talk = run(capsys, "show", "toy@^0.1")
    assert talk == "warning: toy@0.1.0 is deprecated: use toy@1\n"
    assert run(capsys, "verify", "toy@~1")[0] == 0
    assert run(capsys, "deprecate", "toy@0", "--undo")[0] == 0
    assert run(capsys, "show", "toy@0.1")[2] == ""
    for wrong in (["deprecate", "toy"], ["deprecate", "toy", "x", "--undo"]):
        assert run(capsys, *wrong)[0] == 2


def test_out_and_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(release_of(["rain", "café"]), tmp_path / "toy")
    code, out, _ = run(capsys, "export", folder, "--to", "jsonl", "-o", tmp_path / "x.jsonl")
    assert (code, out.strip()) == (0, str(tmp_path / "x.jsonl"))
    code, out, talk = run(
        capsys, "import", tmp_path / "x.jsonl", "--out", tmp_path / "in", "--id", "mine",
        "--version", "1.0.0", "--licence", "MIT", "--json",
    )  # fmt: skip
    assert (code, json.loads(out)["id"], json.loads(out)["licence"]) == (0, "mine", "MIT")
    assert "mine@1.0.0, 2 concepts" in talk
    assert verify_release(tmp_path / "in")
    assert run(capsys, "release", tmp_path / "in", "--root", tmp_path / "v")[0] == 0
    code, _, talk = run(capsys, "import", tmp_path / "none.csv", "--out", tmp_path / "2")
    assert (code, "no such file" in talk) == (3, True)


def test_the_permissive_part_and_lost_ids_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mixed = release_of(
        ["café", "cafe"],
        seen={"café": ["open"], "cafe": ["closed"]},
        licences={"open": "MIT", "closed": "CC-BY-SA-4.0"},
    )
    folder = write(mixed, tmp_path / "toy")
    code, _, talk = run(
        capsys, "export", folder, "--to", "txt", "--permissive", "-o", tmp_path / "x.txt"
    )
    assert (code, (tmp_path / "x.txt").read_text(encoding="utf-8")) == (0, "café\n")
    assert "permissive: 1 of 2 concepts" in talk and "keeps labels, not ids" in talk


def test_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "export", "--help")
    assert set(FORMATS) <= set(out.split())
