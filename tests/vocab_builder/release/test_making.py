"""A built folder becomes a release: whole, once, under the version that the rule asks for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.files import sha256_text
from concept_core.releases.folder import verify_release
from concept_core.releases.index import INDEX, read_index
from concept_core.releases.specifiers import load_vocabulary
from tests.releases_toy import release_of, write
from vocab_builder.formats.descriptions import describe
from vocab_builder.release import making as releasing
from vocab_builder.release.lock import Lock
from vocab_builder.release.making import (
    Planned,
    deprecate,
    index_lock,
    make_release,
    plan_release,
    repair_index,
)
from vocab_builder.release.release import Release

RECIPE = """\
# A version = "9.9.9" in a comment, and one in another table.
[vocabulary]
id = "toy"
version = '0.1.0'   # as it was
title = "Toy"
[other]
version = "0.1.0"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vocabularies"


def release(contents: Release, folder: Path, root: Path, version: str | None = None) -> Planned:
    planned = plan_release(write(contents, folder), root, version=version)
    make_release(planned, root)
    return planned


def test_versions_follow_from_what_changed(tmp_path: Path, root: Path) -> None:
    lists = [["rain", "bell"], ["rain", "bell", "dog"], ["bell", "dog"], ["bell", "dog", "wind"]]
    made = [
        release(release_of(labels), tmp_path / str(number), root).specifier
        for number, labels in enumerate(lists)
    ]
    assert made == ["toy@0.1.0", "toy@0.2.0", "toy@1.0.0", "toy@1.1.0"]
    assert load_vocabulary("toy@^0.1", root=root).labels == lists[0]
    assert load_vocabulary("toy", root=root).labels == lists[3]
    for version in ("0.1.0", "0.2.0", "1.0.0", "1.1.0"):
        folder = root / "toy" / version
        assert "changes.json" in verify_release(folder)
        assert load_vocabulary(folder).metadata["version"] == version
    changes = json.loads((root / "toy" / "1.0.0" / "changes.json").read_text())
    assert (changes["previous"], changes["bump"]) == ("0.2.0", "major")
    assert changes["removed"] == [["rain", "rain"]]
    assert "## Since toy@0.2.0 (major)" in (root / "toy" / "1.0.0" / "README.md").read_text()
    assert "toy%400.2.0" in describe(Release.load(root / "toy" / "1.0.0"))["prov.json"]


def test_the_same_again_is_no_release(tmp_path: Path, root: Path) -> None:
    folder = write(release_of(["rain"]), tmp_path / "a")
    make_release(plan_release(folder, root), root)
    for again in (folder, root / "toy" / "0.1.0"):
        with pytest.raises(DataError, match=r"nothing changed since toy@0\.1\.0"):
            plan_release(again, root, version="5.0.0")
    titled = release_of(["rain"])
    titled = titled.with_concepts(titled.vocabulary.concepts, title="New")
    assert release(titled, tmp_path / "b", root).specifier == "toy@0.1.1"


def test_less_than_the_rule_asks_is_refused(tmp_path: Path, root: Path) -> None:
    release(release_of(["rain", "bell"]), tmp_path / "a", root)
    folder = write(release_of(["rain"]), tmp_path / "b")
    for low in ("0.1.0", "0.1.1", "0.9.0"):
        with pytest.raises(UsageError, match=r"too low.*the least is 1\.0\.0"):
            plan_release(folder, root, version=low)
    with pytest.raises(UsageError, match=r"MAJOR\.MINOR\.PATCH"):
        plan_release(folder, root, version="2")
    assert plan_release(folder, root, version="4.2.0").specifier == "toy@4.2.0"
    assert list((root / "toy").iterdir()) == [root / "toy" / "0.1.0"]


def test_an_id_of_any_earlier_release_is_never_used_again(tmp_path: Path, root: Path) -> None:
    release(release_of(["rain", "bell"]), tmp_path / "a", root)
    release(release_of(["bell"]), tmp_path / "b", root)
    with pytest.raises(DataError, match="never used again for another label"):
        plan_release(write(release_of(["bell", "Rain"]), tmp_path / "c"), root)


def test_a_touched_folder_and_contradicting_licences_are_refused(
    tmp_path: Path, root: Path
) -> None:
    folder = write(release_of(["rain"]), tmp_path / "a")
    (folder / "LICENSE").write_text("do what you like")
    with pytest.raises(IntegrityError, match="LICENSE: sha256 is"):
        plan_release(folder, root)
    mixed = release_of(
        ["rain", "bell"],
        seen={"rain": ["open"], "bell": ["closed"]},
        licences={"open": "CC-BY-SA-4.0", "closed": "CC-BY-NC-4.0"},
    )
    with pytest.raises(DataError, match=r"(?s)cannot be released.*1 concepts: bell"):
        plan_release(write(mixed, tmp_path / "b"), root)
    assert not root.exists()


def test_the_permissive_part_is_released_with_no_trace_of_the_rest(
    tmp_path: Path, root: Path
) -> None:
    mixed = release_of(
        ["rain", "bell"],
        seen={"rain": ["open"], "bell": ["closed"]},
        licences={"open": "MIT", "closed": "CC-BY-NC-4.0"},
    )
    mixed = replace(mixed, lock=Lock("0", "old", (), {}, None))
    planned = plan_release(write(mixed, tmp_path / "a"), root, permissive=True)
    make_release(planned, root)
    folder = root / "toy" / "0.1.0"
    assert load_vocabulary(folder).labels == ["rain"]
    for path in folder.iterdir():
        if path.name != "vocabulary.json":  # its table of sources says that one gave nothing
            assert "bell" not in path.read_text(encoding="utf-8"), path.name
    # Not what a build of its recipe gives: its lock says so.
    assert json.loads((folder / "recipe.lock").read_text())["permissive"] is True


def test_a_stamped_recipe_is_the_recipe_of_that_version(tmp_path: Path, root: Path) -> None:
    contents = replace(release_of(["rain"]), recipe=RECIPE, lock=Lock("0", "old", (), {}, None))
    planned = plan_release(write(contents, tmp_path / "a"), root, version="3.0.0")
    make_release(planned, root)
    folder = root / "toy" / "3.0.0"
    recipe = (folder / "recipe.toml").read_text()
    assert recipe == RECIPE.replace("version = '0.1.0'", 'version = "3.0.0"')
    assert tomllib.loads(recipe)["other"]["version"] == "0.1.0"
    lock = json.loads((folder / "recipe.lock").read_text())
    assert lock["recipe_sha256"] == sha256_text(recipe)
    assert lock["outputs"]["recipe.toml"] == sha256_text(recipe)
    inline = replace(contents, recipe='vocabulary = { id = "toy", version = "0.1.0" }\n')
    with pytest.raises(DataError, match="found no line that gives the vocabulary's version"):
        plan_release(write(inline, tmp_path / "b"), tmp_path / "other", version="3.0.0")


def test_old_folders_get_what_a_release_has_today(tmp_path: Path, root: Path) -> None:
    repository = Path(__file__).parents[3] / "vocabularies"
    shutil.copytree(repository / "demo" / "0.1.0", root / "demo" / "0.1.0")
    planned = plan_release(repository / "demo" / "0.1.0", root)
    assert planned.specifier == "demo@0.1.1"
    assert planned.changes.files == ("+CITATION.cff", "+LICENSE", "+changes.json")
    make_release(planned, root)
    old, new = (Release.load(root / "demo" / version) for version in ("0.1.0", "0.1.1"))
    assert new.vocabulary.concepts == old.vocabulary.concepts
    # It was built before there were scores; nobody makes them up.
    assert new.scores is None and not (root / "demo" / "0.1.1" / "scores.csv").exists()


def test_the_index_lists_what_there_is(tmp_path: Path, root: Path) -> None:
    release(release_of(["rain"]), tmp_path / "a", root)
    release(release_of(["bell"], name="other"), tmp_path / "b", root)
    index = read_index(root)
    assert set(index) == {("toy", "0.1.0"), ("other", "0.1.0")}
    assert index["toy", "0.1.0"].licence == "CC0-1.0"
    assert deprecate("toy@0", "use other", root) == ["toy@0.1.0"]
    assert read_index(root)["toy", "0.1.0"].deprecated == "use other"
    assert deprecate("toy", "", root) == ["toy@0.1.0"]
    assert read_index(root) == index
    with pytest.raises(
        UsageError, match=r"no release 'toy@2' \(known: other@0\.1\.0, toy@0\.1\.0\)"
    ):
        deprecate("toy@2", "x", root)


def test_a_release_that_was_not_listed_is_listed_by_the_next(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(releasing, "write_index", stop)
        release(release_of(["rain"]), tmp_path / "a", root)
    assert verify_release(root / "toy" / "0.1.0")
    assert not (root / INDEX).exists()
    repair_index(root)
    assert set(read_index(root)) == {("toy", "0.1.0")}


def test_a_stop_half_way_leaves_nothing(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = plan_release(write(release_of(["rain"]), tmp_path / "a"), root)

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("vocab_builder.release.files.move_in", stop)
        make_release(planned, root)
    assert [path.name for path in root.rglob("*")] == ["toy"]
    make_release(planned, root)
    assert verify_release(root / "toy" / "0.1.0")


def test_of_two_that_plan_the_same_the_second_is_refused(tmp_path: Path, root: Path) -> None:
    one = plan_release(write(release_of(["rain"]), tmp_path / "a"), root)
    two = plan_release(write(release_of(["bell"]), tmp_path / "b"), root)
    make_release(one, root)
    with pytest.raises(DataError, match=r"meanwhile the newest release became toy@0\.1\.0"):
        make_release(two, root)
    assert load_vocabulary("toy", root=root).labels == ["rain"]


def test_two_plans_give_the_same_bytes(tmp_path: Path) -> None:
    folders = []
    for name in ("one", "two"):
        root = tmp_path / name
        release(release_of(["rain"]), tmp_path / f"{name}-a", root)
        release(release_of(["rain", "bell"]), tmp_path / f"{name}-b", root)
        folders.append(root)
    for path in folders[0].rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (folders[1] / path.relative_to(folders[0])).read_bytes()


_ADD_ONE = """
import sys
from pathlib import Path
from vocab_builder.release.making import index_lock

root = Path(sys.argv[1])
for _ in range(50):
    with index_lock(root):
        number = int((root / "number").read_text())
        (root / "number").write_text(str(number + 1))
"""


def test_of_those_who_change_the_releases_one_works_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    command = [sys.executable, "-c", _ADD_ONE, str(tmp_path)]
    workers = [subprocess.Popen(command) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "150"
    assert [path.name for path in tmp_path.iterdir()] == ["number"]


def test_a_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), index_lock(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with index_lock(tmp_path):
        pass
