"""Mirrors in order, what is pinned, what is here, and servers that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import IntegrityError, MissingError
from concept_core.releases.folder import SUMS
from concept_core.releases.index import INDEX, read_index
from concept_core.releases.specifiers import find_release, load_vocabulary
from tests.releases_toy import release_of, write_small
from tests.resources_toy import Site, serve
from vocab_builder.publish.store import Address, open_store

Run = Callable[..., int]
TOY = Address("toy", "0.1.0")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as found:
        yield found


def put(site: Site, release: Path) -> None:
    site.files |= {f"/at/toy/0.1.0/{p.name}": p.read_bytes() for p in release.iterdir()}


def test_from_a_static_server(
    site: Site, release: Path, folder: Any, run: Run, surroundings: Path, capsys: Any
) -> None:
    put(site, release)
    where = f"{site.url}/at/"
    assert run("verify", f"{where}toy@0.1.0") == 0
    # Without an index such a server cannot tell its versions.
    assert run("fetch", "vocabulary:toy@^0.1", "--from", where) == 4
    assert "ask for an exact one" in capsys.readouterr().err
    run("publish", release, "--to", folder.text)
    site.files[f"/at/{INDEX}"] = (Path(folder.text) / INDEX).read_bytes()
    assert run("fetch", "vocabulary:toy@^0.1", "--from", where) == 0
    assert load_vocabulary("toy@^0.1").labels == ["rain", "tin roof", "café"]
    assert run("publish", release, "--to", where) == 2
    assert "not published to" in capsys.readouterr().err


def test_a_server_that_cuts_short_or_is_too_large(site: Site, release: Path) -> None:
    put(site, release)
    store = open_store(f"{site.url}/at")
    with pytest.raises(IntegrityError, match="more than 10 bytes"):
        store.read(TOY, "concepts.csv", 10)
    assert store.read(TOY, "nothing.csv", 10) is None
    site.cut_short = True
    with pytest.raises((IntegrityError, MissingError)):
        store.read(TOY, "concepts.csv", 1 << 20)


def test_the_first_mirror_that_has_it_whole_wins(
    site: Site, release: Path, folder: Any, run: Run, monkeypatch: Any, capsys: Any
) -> None:
    put(site, release)
    site.files["/at/toy/0.1.0/concepts.csv"] += b"more,more,noun,1,\n"
    run("publish", release, "--to", folder.text)
    mirrors = ["/no/such/share", f"{site.url}/at", folder.text]
    monkeypatch.setenv("SONOLEX_MIRRORS", ", ".join(mirrors[:2]))
    capsys.readouterr()
    assert run("fetch", "vocabulary:toy@0.1.0") == 5
    err = capsys.readouterr().err
    assert "/no/such/share: there is no such folder" in err and "concepts.csv: sha256 is" in err
    monkeypatch.setenv("SONOLEX_MIRRORS", ", ".join(mirrors))
    assert run("fetch", "vocabulary:toy@0.1.0") == 0
    err = capsys.readouterr().err
    assert err.index(mirrors[0]) < err.index(mirrors[1]) < err.index(f"from {mirrors[2]}")


def test_the_users_own_list_of_mirrors(
    release: Path, folder: Any, run: Run, surroundings: Path, capsys: Any
) -> None:
    assert run("fetch", "vocabulary:toy@0.1.0") == 2
    assert "SONOLEX_MIRRORS" in capsys.readouterr().err
    run("publish", release, "--to", folder.text)
    surroundings.mkdir(exist_ok=True)
    (surroundings / "mirrors.toml").write_text(f'mirrors = ["{folder.text}"]\n')
    assert run("fetch", "vocabulary:toy") == 0
    for text, said in (
        ("mirrors = 3", "must be a list"),
        ("mirrors", "not valid"),
        ("x = 1", "'x'"),
    ):
        (surroundings / "mirrors.toml").write_text(text)
        assert run("fetch", "vocabulary:toy") in (2, 3)
        assert said in capsys.readouterr().err


def test_what_was_fetched_before_is_pinned(
    release: Path,
    other: Path,
    folder: Any,
    run: Run,
    surroundings: Path,
    tmp_path: Path,
    capsys: Any,
) -> None:
    run("publish", release, "--to", folder.text)
    run("fetch", "vocabulary:toy@0.1.0", "--from", folder.text)
    root = surroundings / "vocabularies"
    assert list(read_index(root)) == [("toy", "0.1.0")]
    # The copy here is damaged, and the place was replaced as a whole.
    (root / "toy/0.1.0/concepts.csv").write_text("damaged")
    for path in other.iterdir():
        (Path(folder.text) / "toy/0.1.0" / path.name).write_bytes(path.read_bytes())
    capsys.readouterr()
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", folder.text) == 5
    err = capsys.readouterr().err
    assert "fetched anew" in err and "was replaced" in err and "an earlier fetch knows" in err
    assert (root / "toy/0.1.0/concepts.csv").read_text() == "damaged"
    whole = tmp_path / "whole"
    whole.mkdir()
    run("publish", release, "--to", whole)
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", whole) == 0
    assert load_vocabulary("toy@0.1.0").labels == ["rain", "tin roof", "café"]


def test_what_this_installation_knows_is_pinned(
    folder: Any, tmp_path: Path, run: Run, capsys: Any
) -> None:
    fake = write_small(release_of(["rain"], "1.0.0", "demo"), tmp_path / "fake")
    assert run("publish", fake, "--to", folder.text) == 5
    assert "is not the demo@1.0.0 that this installation knows" in capsys.readouterr().err
    folder.put({f"demo/1.0.0/{path.name}": path.read_bytes() for path in fake.iterdir()})
    assert run("verify", f"{folder.text}/demo@1.0.0") == 5
    assert "this installation knows" in capsys.readouterr().err


def test_carried_and_fetched_releases_are_found_together(
    folder: Any, tmp_path: Path, run: Run, surroundings: Path, capsys: Any
) -> None:
    carried = find_release("demo@1.0.0")
    newer = write_small(release_of(["rain"], "99.0.0", "demo"), tmp_path / "newer")
    run("publish", newer, "--to", folder.text)
    assert run("fetch", "vocabulary:demo@^99", "--from", folder.text) == 0
    assert load_vocabulary("demo").version == "99.0.0"
    assert find_release("demo@1.0.0") == carried
    assert find_release("demo@^99").is_relative_to(surroundings)
    capsys.readouterr()
    assert run("list") == 0
    assert "demo@99.0.0" in capsys.readouterr().out
    assert run("fetch", "vocabulary:demo@^50", "--offline") == 4
    assert "sonolex fetch vocabulary:demo@^50" in capsys.readouterr().err
    assert run("fetch", "vocabulary:demo@x") == 2
    assert run("fetch", "vocabulary:../demo@1.0.0", "--from", folder.text) == 2


def test_an_interrupted_fetch_leaves_nothing_to_find(
    release: Path, folder: Any, run: Run, surroundings: Path, monkeypatch: Any
) -> None:
    from vocab_builder.publish.directory import DirectoryStore

    run("publish", release, "--to", folder.text)
    usual = DirectoryStore.read

    def read(self: Any, release: Address, name: str, limit: int) -> bytes | None:
        if name == "scores.csv":
            raise KeyboardInterrupt
        return usual(self, release, name, limit)

    with monkeypatch.context() as patch:
        patch.setattr(DirectoryStore, "read", read)
        run("fetch", "vocabulary:toy@0.1.0", "--from", folder.text)
    assert not list((surroundings / "vocabularies").rglob("*.csv"))
    assert run("fetch", "vocabulary:toy@0.1.0", "--from", folder.text) == 0
    assert SUMS in {path.name for path in find_release("toy@0.1.0").iterdir()}
