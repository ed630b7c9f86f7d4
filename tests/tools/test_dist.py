"""Archives of the last commit are kept only if two builds of it agree in every byte."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from tools import dist

# A build backend that is quick, and writes what the test wants into its wheel.
BACKEND = """
import io, os, tarfile
from pathlib import Path

def build_sdist(folder, config_settings=None):
    # Not compressed: a gzip header holds the second in which it was written.
    with tarfile.open(Path(folder) / "toy-1.tar.gz", "w") as archive:
        for path in sorted(filter(Path.is_file, Path().iterdir())):
            content = path.read_bytes()
            member = tarfile.TarInfo(f"toy-1/{{path.name}}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return "toy-1.tar.gz"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    (Path(folder) / "toy-1-py3-none-any.whl").write_bytes({content})
    return "toy-1-py3-none-any.whl"
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one commit, made at a known second, as the one that is built."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1\n")
    monkeypatch.setattr(dist, "_ROOT", folder)
    return folder


def commit(folder: Path, content: str) -> None:
    (folder / "backend.py").write_text(BACKEND.format(content=content))
    who = ["-c", "user.name=toy", "-c", "user.email=toy@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "toy"]):
        subprocess.run(
            ["git", *arguments],
            cwd=folder,
            check=True,
            env={"GIT_COMMITTER_DATE": "1700000001 +0100", "PATH": "/usr/bin:/bin"},
        )


def test_the_time_is_the_commit_s_and_the_sums_are_told(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(repository, 'os.environ["SOURCE_DATE_EPOCH"].encode()')
    (repository / "pyproject.toml").write_text("not TOML, and not committed")
    assert dist.main(["--out", str(tmp_path / "out")]) == 0
    wheel = tmp_path / "out" / "toy-1-py3-none-any.whl"
    assert wheel.read_bytes() == b"1700000001"
    assert f"{hashlib.sha256(b'1700000001').hexdigest()}  {wheel.name}\n" in capsys.readouterr().out


def test_builds_that_differ_are_not_kept(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(repository, "os.urandom(16)")
    assert dist.main(["--out", str(tmp_path / "out")]) == 1
    assert "differ: toy-1-py3-none-any.whl" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_file_in_one_list_only_is_a_difference(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    assert dist.compare([tmp_path / "a"], []) == ["a"]
