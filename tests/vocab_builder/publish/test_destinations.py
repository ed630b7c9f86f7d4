"""What every destination does alike: publish, verify, fetch; and what each refuses."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, IntegrityError, MissingError, SonolexError
from concept_core.releases.folder import SUMS
from concept_core.releases.specifiers import load_vocabulary
from tests import hub_toy
from tests.releases_toy import release_of, write_small
from tests.vocab_builder.publish.conftest import files_of
from vocab_builder.publish.publishing import load_package, publish_package
from vocab_builder.publish.store import Address, open_destination, open_store

SECRETS = ("toy/secret/", hub_toy.TOKEN)
Run = Callable[..., int]


def silent(_line: str) -> None:
    pass


def test_a_dry_run_says_what_goes_where_and_writes_nothing(
    place: Any, release: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("publish", release, "--to", place.text, "--dry-run", "--json") == 0
    out, err = capsys.readouterr()
    plan = json.loads(out)
    assert plan["specifier"] == "toy@0.1.0" and plan["outcome"] == "dry run"
    assert {step["action"] for step in plan["files"]} == {"write", "last"}
    files = files_of(release)
    for step in plan["files"]:
        assert step["place"].startswith(place.text) and step["place"] in err
        name = step["place"].rpartition("/")[2]
        assert step["size"] == len(files[f"toy/0.1.0/{name}"])
    assert plan["files"][-1]["place"].endswith(f"toy/0.1.0/{SUMS}")
    assert plan["destination"] == place.text and len(plan["files"]) == len(files)
    assert place.files() == {}


def test_published_verified_and_fetched(
    published: Any, release: Path, run: Run, surroundings: Path, capsys: Any
) -> None:
    assert published.files() == files_of(release)
    assert run("verify", f"{published.text}/toy@0.1.0", "--json") == 0
    assert run("verify", f"{published.text}/toy@^0.1") == 0
    capsys.readouterr()
    assert run("fetch", "vocabulary:toy@^0", "--from", published.text) == 0
    assert capsys.readouterr().out.strip() == str(surroundings / "vocabularies/toy/0.1.0")
    assert load_vocabulary("toy@0.1.0").labels == ["rain", "tin roof", "café"]
    assert load_vocabulary("toy@^0").version == load_vocabulary("toy").version == "0.1.0"
    assert run("verify", "toy@0.1.0") == 0
    # What is here and whole is not asked for again.
    assert run("fetch", "vocabulary:toy@0.1.0", "--offline", "--json") == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["kind"] == "vocabulary"


def test_once_more_changes_nothing(
    published: Any, release: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before = published.files()
    assert run("publish", release, "--to", published.text, "--json") == 0
    out, err = capsys.readouterr()
    assert "already published" in err and "identical" in err
    assert json.loads(out)["outcome"] == "already published"
    assert published.files() == before


def test_a_published_version_is_never_replaced(
    published: Any, other: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before = published.files()
    assert run("publish", other, "--to", published.text) == 5
    err = capsys.readouterr().err
    assert "never replaced" in err and "concepts.csv: sha256 there is" in err
    assert published.files() == before


def test_versions_and_ranges(place: Any, tmp_path: Path, run: Run, capsys: Any) -> None:
    for version in ("0.10.0", "0.9.0", "1.0.0"):
        built = write_small(release_of(["rain", version], version), tmp_path / "v" / version)
        assert run("publish", built, "--to", place.text) == 0
    store = open_store(place.text)
    assert sorted(store.versions("toy")) == ["0.10.0", "0.9.0", "1.0.0"]
    assert store.versions("to") == []
    assert run("fetch", "vocabulary:toy@>=0.9,<1", "--from", place.text) == 0
    assert load_vocabulary("toy").version == "0.10.0"
    assert run("fetch", "vocabulary:toy@^2", "--from", place.text) == 4
    assert "versions there: 0.9.0, 0.10.0, 1.0.0" in capsys.readouterr().err
    assert run("fetch", "vocabulary:nothing", "--from", place.text) == 4


def flip(content: bytes) -> bytes:
    return content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]


def test_one_flipped_byte_is_refused_and_named(
    published: Any, run: Run, surroundings: Path, capsys: Any
) -> None:
    name = "scores.csv"  # which no reader of vocabularies looks at
    published.change(f"toy/0.1.0/{name}", flip)
    assert run("verify", f"{published.text}/toy@0.1.0") == 5
    assert f"{name}: sha256 is" in capsys.readouterr().err
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", published.text) == 5
    assert f"{name}: sha256 is" in capsys.readouterr().err
    assert not list(surroundings.rglob("*.csv")) and not list(surroundings.rglob(".new-*"))


def test_a_file_too_many_is_refused(published: Any, run: Run, capsys: Any) -> None:
    published.put({"toy/0.1.0/virus.sh": b"echo"})
    assert run("verify", f"{published.text}/toy@0.1.0") == 5
    assert "'virus.sh': is not listed" in capsys.readouterr().err


def test_a_sum_that_leads_outside_is_refused(published: Any, run: Run, tmp_path: Path) -> None:
    line = b"0" * 64 + b"  ../../../escaped.txt\n"
    published.change(f"toy/0.1.0/{SUMS}", lambda sums: sums + line)
    before = set(tmp_path.rglob("*"))
    assert run("verify", f"{published.text}/toy@0.1.0") == 5
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", published.text) == 5
    assert not [path for path in set(tmp_path.rglob("*")) - before if path.is_file()]


def test_another_release_under_this_name_is_refused(
    published: Any, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = write_small(release_of(["rain"], "0.1.0", "yot"), tmp_path / "renamed")
    published.put({f"toy/0.1.0/{path.name}": path.read_bytes() for path in renamed.iterdir()})
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", published.text) == 5
    assert "holds yot@0.1.0" in capsys.readouterr().err


def test_more_than_any_file_of_a_release_has_is_refused(
    published: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = open_store(published.text)
    with pytest.raises(IntegrityError, match="more than 100 bytes"):
        store.read(Address("toy", "0.1.0"), "concepts.csv", 100)
    monkeypatch.setattr("vocab_builder.publish.verifying.MOST_FILES", 3)
    from vocab_builder.publish.verifying import download

    with pytest.raises(IntegrityError, match="no release has over 3"):
        download(store, Address("toy", "0.1.0"), tmp_path / "nowhere")


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize(
    ("place", "moment"),
    # In a folder, the second waits from the first file on.
    [
        ("folder", "write"),
        *((one, m) for one in ("git", "hub", "s3") for m in ("write", "finalise")),
    ],
    indirect=["place"],
)
def test_of_two_publishers_one_wins(
    place: Any, moment: str, release: Path, other: Path, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second does all its work before the first's first file, or before its marker."""
    first, second = load_package(release), load_package(release if same else other)
    destination = open_destination(place.text)
    with destination.upload(first.release, first.key) as upload:
        kind = type(upload)
    usual = getattr(kind, moment)
    entered: list[object] = []

    def step(upload: Any, *arguments: Any) -> Any:
        if not entered:
            entered.append(True)
            said: list[str] = []
            try:
                publish_package(second, open_destination(place.text), said.append)
            except SonolexError as error:
                entered.append(error)
            else:
                entered.append("published" in said[-1])
        return usual(upload, *arguments)

    monkeypatch.setattr(kind, moment, step)
    said: list[str] = []
    try:
        publish_package(first, destination, said.append)
        first_won: object = True
    except SonolexError as error:
        first_won = error
    second_won = entered[1]
    if same:
        assert first_won is True and second_won is True
        winner = first
    else:
        assert (first_won is True) != (second_won is True)
        winner, lost = (first, second_won) if first_won is True else (second, first_won)
        assert isinstance(lost, DataError | IntegrityError) and "other content" in str(lost)
        assert "sha256 there is" in str(lost)
    assert place.files() == {
        f"toy/0.1.0/{name}": content
        for name, content in {**winner.files, SUMS: winner.sums}.items()
    }
    publish_package(winner, open_destination(place.text), silent)


def test_no_secret_is_told(
    place: Any, release: Path, run: Run, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither when all goes well, nor in the whole chain of an error."""
    run("publish", release, "--to", place.text)
    run("verify", f"{place.text}/toy@0.1.0")
    said = "".join(capsys.readouterr())
    for variable in ("HF_ENDPOINT", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9/nobody")
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _seconds: None)
    where = place.text if ":" in place.text[:4] else f"{place.text}/nowhere"
    broken = f"{where}.nowhere" if where.startswith("git") else where
    with pytest.raises(MissingError) as caught:
        open_store(broken).read(Address("toy", "0.1.0"), SUMS, 1000)
    said += "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in SECRETS if secret in said]
    assert caught.value.exit_code == 4
