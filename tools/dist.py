"""Build wheel and sdist of the last commit, twice: ``python -m tools.dist --out dist``.

Both builds start from the commit as git has it, in folders of their own, with the commit's time as
``SOURCE_DATE_EPOCH``; the wheel of the first comes out of its sdist, that of the second out of the
folder. They are kept only if all bytes agree. Prints what ``sha256sum --check`` reads.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from concept_core.files import atomic_path, sha256_file

_ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, compare, keep; 1 where the builds differ."""
    parser = argparse.ArgumentParser(prog="tools.dist", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("dist"))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        first = _build(Path(folder) / "first")
        second = _build(Path(folder) / "second", "--sdist", "--wheel")
        if different := compare(first, second):
            sys.stderr.write(f"two builds of one commit differ: {', '.join(different)}\n")
            return 1
        for path in first:
            with atomic_path(options.out / path.name) as kept:
                kept.write_bytes(path.read_bytes())
            sys.stdout.write(f"{sha256_file(path)}  {path.name}\n")
    return 0


def build(source: Path, out: Path, *arguments: str, epoch: str) -> list[Path]:
    """Sdist and wheel of a source folder by its own backend, as installed; sorted by name."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), *arguments]
    subprocess.run(
        [*command, str(source)],
        check=True,
        stdout=2,  # What the backend says is talk; it says there why it failed, too.
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
    )
    return sorted(out.iterdir())


def compare(first: Sequence[Path], second: Sequence[Path]) -> list[str]:
    """Names of the files that are not in both lists with the same bytes."""
    one, other = ({path.name: path.read_bytes() for path in paths} for paths in (first, second))
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _build(folder: Path, *arguments: str) -> list[Path]:
    """The archives of the last commit, from a copy of it in a folder."""
    with tarfile.open(fileobj=BytesIO(_git("archive", "HEAD"))) as archive:
        archive.extractall(folder / "source", filter="data")
    epoch = _git("log", "-1", "--format=%ct").decode().strip()
    return build(folder / "source", folder / "out", *arguments, epoch=epoch)


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=_ROOT, check=True, capture_output=True).stdout


if __name__ == "__main__":
    sys.exit(main())
