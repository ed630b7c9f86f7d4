"""Places by text, and what is special to a kind: links, archives, folders, old stores."""

from __future__ import annotations

import io
import tarfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import IntegrityError, SonolexError, UsageError
from concept_core.releases.folder import parse_sums
from concept_core.releases.index import read_index
from vocab_builder.publish.publishing import load_package, publish_package
from vocab_builder.publish.store import Address, open_destination, open_store, split_place

Run = Callable[..., int]
TOY = Address("toy", "0.1.0")


@pytest.mark.parametrize(
    "text",
    [
        "https://me:hidden-word@host/path", "https://hidden-word@host/path", "s3://a:hidden-word@b",
        "git:https://me:hidden-word@host/r.git", "https://host/path?token=hidden-word",
    ],
)  # fmt: skip
def test_credentials_in_an_address_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="may carry no user, password") as caught:
        open_store(text)
    assert "hidden-word" not in "".join(traceback.format_exception(caught.value, limit=0))
    assert "hidden-word" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "ftp://host/x", "s3://", "hf:name", "hf:a/b/c", "git:", "git:-x"]
)
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(UsageError, match="expected"):
        open_store(text)


def test_places_by_text(tmp_path: Path) -> None:
    kinds = {
        "s3://bucket/a/b": "s3://bucket/a/b",
        "hf:owner/name": "hf:owner/name",
        "git:git@host:owner/name.git": "git:git@host:owner/name.git",
        "git:ssh://git@host/name.git": "git:ssh://git@host/name.git",
        "https://host/path/": "https://host/path",
        f"file:{tmp_path}": str(tmp_path),
        str(tmp_path): str(tmp_path),
    }
    assert {text: open_store(text).name for text in kinds} == kinds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://b/p/toy@0.1.0", ("s3://b/p", "toy@0.1.0")),
        ("hf:o/n/toy@^1", ("hf:o/n", "toy@^1")),
        ("git:git@host:o/n.git/toy@1", ("git:git@host:o/n.git", "toy@1")),
        ("/toy@1.0.0", ("/", "toy@1.0.0")),
        ("toy@1.0.0", None), ("folder/toy", None), ("folder/toy@", None), ("a/Toy@1", None),
    ],
)  # fmt: skip
def test_place_and_specifier(text: str, expected: tuple[str, str] | None) -> None:
    assert split_place(text) == expected


@given(st.text(alphabet="a./\\: \0-", min_size=1, max_size=12))
def test_no_listed_name_leads_outside(name: str) -> None:
    try:
        (found,) = parse_sums(f"{'0' * 64}  {name}\n".encode(), "sums")
    except IntegrityError:
        return
    root = Path("/root-of-it")
    assert root in (root / found).resolve().parents


def test_links_of_a_share_are_refused(
    folder: Any, release: Path, run: Run, tmp_path: Path, capsys: Any
) -> None:
    run("publish", release, "--to", folder.text)
    published = Path(folder.text) / "toy" / "0.1.0"
    (published / "concepts.csv").rename(tmp_path / "elsewhere.csv")
    (published / "concepts.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert run("verify", f"{folder.text}/toy@0.1.0") == 5
    assert "concepts.csv: a link or device" in capsys.readouterr().err
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", folder.text) == 5
    (Path(folder.text) / "toy").rename(tmp_path / "moved")
    (Path(folder.text) / "toy").symlink_to(tmp_path / "moved")
    assert run("verify", f"{folder.text}/toy@0.1.0") == 5


def test_many_publishers_at_once_into_one_folder(folder: Any, release: Path, other: Path) -> None:
    packages = [load_package(release), load_package(other)] * 4
    outcomes: list[str] = []

    def work(index: int) -> None:
        try:
            done = publish_package(
                packages[index], open_destination(folder.text), lambda _line: None
            )
        except SonolexError as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append(done.outcome)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(packages))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("published") == 1
    assert outcomes.count("already published") == 3
    assert outcomes.count("IntegrityError") == 4
    assert len(read_index(Path(folder.text))) == 1
    assert [path.name for path in (Path(folder.text) / "toy").iterdir()] == ["0.1.0"]
    assert len(outcomes) == len(packages)


def test_a_folder_that_was_renamed_but_not_listed_is_listed(
    folder: Any, release: Path, run: Run
) -> None:
    run("publish", release, "--to", folder.text)
    (Path(folder.text) / "index.toml").unlink()
    assert run("publish", release, "--to", folder.text, "--dry-run") == 0
    assert read_index(Path(folder.text)) == {}
    assert run("publish", release, "--to", folder.text) == 0
    assert list(read_index(Path(folder.text))) == [("toy", "0.1.0")]


def test_a_version_that_went_from_a_folder_is_not_replaced(
    folder: Any, release: Path, other: Path, run: Run, tmp_path: Path, capsys: Any
) -> None:
    run("publish", release, "--to", folder.text)
    (Path(folder.text) / "toy").rename(tmp_path / "gone")
    assert run("publish", other, "--to", folder.text) == 5
    assert "never replaced, here or not" in capsys.readouterr().err
    assert run("publish", release, "--to", folder.text) == 0


def test_a_store_without_conditional_writes(
    s3: Any, s3_client: Any, release: Path, other: Path, run: Run, monkeypatch: Any
) -> None:
    from moto.s3.responses import S3Response

    usual = S3Response.put_object

    def put_object(self: Any) -> Any:
        if self.headers.get("If-None-Match"):
            error = "<Error><Code>NotImplemented</Code><Message>no such header</Message></Error>"
            return 501, {}, error
        return usual(self)

    monkeypatch.setattr(S3Response, "put_object", put_object)
    assert run("publish", release, "--to", s3.text) == 0
    assert run("verify", f"{s3.text}/toy@0.1.0") == 0
    assert run("publish", other, "--to", s3.text) == 5


def test_a_store_that_never_decides_between_two_writers(
    s3: Any, release: Path, run: Run, monkeypatch: Any, capsys: Any
) -> None:
    from moto.s3.responses import S3Response

    asked: list[str] = []

    def put_object(self: Any) -> Any:
        asked.append(self.headers["If-None-Match"])
        error = "<Error><Code>ConditionalRequestConflict</Code><Message>busy</Message></Error>"
        return 409, {}, error

    monkeypatch.setattr(S3Response, "put_object", put_object)
    monkeypatch.setattr("vocab_builder.publish.s3._PAUSE", 0.0)
    assert run("publish", release, "--to", s3.text) == 3
    assert "run this again" in capsys.readouterr().err
    assert 1 < len(asked) < 10 and not s3.files()


def test_a_bucket_that_is_not_there(s3: Any, release: Path, run: Run, capsys: Any) -> None:
    assert run("publish", release, "--to", "s3://nowhere") == 3
    assert "NoSuchBucket" in capsys.readouterr().err


def test_a_repository_that_is_not_there(
    hub: Any, git: Any, release: Path, run: Run, capsys: Any, monkeypatch: Any
) -> None:
    assert run("publish", release, "--to", "hf:nobody/nothing") == 4
    assert "hf repo create nobody/nothing" in capsys.readouterr().err
    assert run("publish", release, "--to", f"{git.text}.nowhere") == 4
    monkeypatch.setenv("HF_TOKEN", "hf_" + "wrongsecret" * 3)
    assert run("publish", release, "--to", hub.text) == 3
    err = capsys.readouterr().err
    assert "hf auth login" in err and "wrongsecret" not in err


def test_a_repository_that_leaves_files_out(
    hub: Any, hub_server: Any, release: Path, run: Run, capsys: Any
) -> None:
    hub_server.commit({".gitignore": b"*.csv"})
    assert run("publish", release, "--to", hub.text) == 3
    assert "has a .gitignore" in capsys.readouterr().err
    assert list(hub.files()) == [".gitignore"]


def test_an_asset_is_the_same_bytes_each_time_and_can_be_fetched(
    git: Any, release: Path, run: Run, tmp_path: Path, capsys: Any
) -> None:
    for folder in ("a", "b"):
        to = tmp_path / folder
        assert run("publish", release, "--to", git.text, "--asset", to) == 0
    one, two = (tmp_path / folder / "toy-0.1.0.tar.gz" for folder in ("a", "b"))
    assert one.read_bytes() == two.read_bytes()
    assert run("verify", f"{one}/toy@^0") == 0
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", one) == 0
    assert run("publish", release, "--to", one) == 2
    assert run("publish", release, "--to", tmp_path, "--asset", tmp_path) == 2
    assert "--asset goes with" in capsys.readouterr().err
    assert not open_store(str(one)).versions("other")


@pytest.mark.parametrize("kind", ["outside", "link", "bomb", "empty"])
def test_hostile_archives_are_refused(
    kind: str, release: Path, run: Run, tmp_path: Path, surroundings: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("vocab_builder.formats.archives.MOST_BYTES", 1 << 20)
    path = tmp_path / "toy-0.1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        if kind != "empty":
            archive.add(release, "toy-0.1.0")
        member = tarfile.TarInfo("../escaped.txt" if kind == "outside" else "toy-0.1.0/more")
        if kind == "link":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        member.size = (2 << 20) if kind == "bomb" else 0
        archive.addfile(member, io.BytesIO(b"\0" * member.size))
    before = {found for found in tmp_path.rglob("*") if found.is_file()}
    code = run("fetch", "vocabulary:toy@0.1.0", "--from", path)
    assert code == (4 if kind == "empty" else 5)
    assert {found for found in tmp_path.rglob("*") if found.is_file()} == before


def test_a_git_tag_with_a_link_is_refused(git: Any, release: Path, run: Run, capsys: Any) -> None:
    import subprocess

    run("publish", release, "--to", git.text)
    repository = git.text.removeprefix("git:")
    tag = "refs/tags/vocabulary/toy-0.1.0"
    link = f"from {tag}^0\nM 120000 inline toy/0.1.0/concepts.csv\ndata 11\n/etc/passwd\n"
    stream = f"commit {tag}\ncommitter A <a@b> 0 +0000\ndata 2\nx\n{link}".encode()
    command = ["git", "-C", repository, "fast-import", "--quiet", "--force"]
    subprocess.run(command, input=stream, check=True)
    assert run("verify", f"{git.text}/toy@0.1.0") == 5
    assert "not a plain file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["http://[::1", "https://user:secret@[::1/x", "http://host:secret/x", "s3://h:99999999/p"],
)
def test_malformed_addresses_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(text)
    assert "secret" not in str(caught.value)
