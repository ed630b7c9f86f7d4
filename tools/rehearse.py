"""Rehearse the release workflow on this machine: ``python -m tools.rehearse --skip Test``.

What the steps of ``.github/workflows/release.yml`` run is run as it stands there, jobs in the order
of their needs, for the tag of the present version. The actions that only a runner has are stood in
for: artifacts are carried between jobs in a folder, what would be attested or published is looked
at as its receiver would, and ``gh`` notes what it was asked for. Nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import yaml
from packaging.metadata import Metadata

from concept_core import __version__
from concept_core.errors import DataError

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
TAG = f"v{__version__}"
_GH = '#!/bin/sh\nprintf "%s\\n" "$*" >> "{log}"\n'


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a rehearsal keeps what runners share.

    Attributes
    ----------
    artifacts : Path
        A folder an artifact.
    bin : Path
        Programs that stand in for those of a runner.
    log : Path
        What ``gh`` was asked for, a call a line.
    """

    artifacts: Path
    bin: Path
    log: Path


def main(arguments: list[str] | None = None) -> int:
    """Rehearse all jobs; 1 where a step fails."""
    parser = argparse.ArgumentParser(prog="tools.rehearse", description=__doc__)
    parser.add_argument("--skip", action="append", default=[], help="The name of a step.")
    options = parser.parse_args(arguments)
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            for line in rehearse(workflow, set_up(Path(folder)), ROOT, options.skip):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
        except (DataError, subprocess.CalledProcessError) as error:
            sys.stderr.write(f"error: {error}\n")
            return 1
    return 0


def set_up(folder: Path) -> Stage:
    """The folders of a rehearsal, and a ``gh`` that only takes notes."""
    stage = Stage(folder / "artifacts", folder / "bin", folder / "gh.log")
    stage.artifacts.mkdir()
    stage.bin.mkdir()
    (stage.bin / "gh").write_text(_GH.format(log=stage.log), encoding="utf-8")
    (stage.bin / "gh").chmod(0o755)
    return stage


def rehearse(
    workflow: Mapping[str, Any], stage: Stage, root: Path, skip: Collection[str] = ()
) -> Iterator[str]:
    """A line on each step, once it went well.

    Parameters
    ----------
    workflow : mapping
        As YAML has it.
    stage : Stage
    root : Path
        The checkout, for jobs that take one; others begin in an empty folder.
    skip : collection of str
        Names of steps that are left out.

    Raises
    ------
    DataError
        An action that is not known here, or something that its receiver would refuse.
    subprocess.CalledProcessError
        What a step runs failed.
    """
    for name, job in _in_order(workflow["jobs"]):
        taken = any(step.get("uses", "").startswith("actions/checkout@") for step in job["steps"])
        with tempfile.TemporaryDirectory() as empty:
            place = root if taken else Path(empty)
            for step in job["steps"]:
                title = step.get("name") or step.get("uses") or step["run"]
                if title in skip:
                    yield f"{name}: {title}: left out"
                    continue
                _do(step, stage, place)
                yield f"{name}: {title}: fine"


def _in_order(jobs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    done: list[str] = []
    while ready := [
        name
        for name, job in jobs.items()
        if name not in done and {*([job["needs"]] if "needs" in job else [])} <= {*done}
    ]:
        for name in ready:
            yield name, jobs[name]
            done.append(name)
    _see(len(done) == len(jobs), f"jobs that need what never runs: {sorted({*jobs} - {*done})}")


def _see(fine: object, otherwise: str) -> None:
    if not fine:
        raise DataError(otherwise)


def _do(step: Mapping[str, Any], stage: Stage, place: Path) -> None:
    if "run" in step:
        own = {key: _without_expressions(value) for key, value in step.get("env", {}).items()}
        path = f"{stage.bin}{os.pathsep}{os.environ['PATH']}"
        surroundings = {**os.environ, **own, "PATH": path, "GITHUB_REF_NAME": TAG}
        subprocess.run(["bash", "-e", "-c", step["run"]], check=True, cwd=place, env=surroundings)
        return
    action, _, version = step["uses"].partition("@")
    _see(version, f"{action}: no version is named")
    _see(action in _ACTIONS, f"{action}: what it does is not known here; add it to tools.rehearse")
    _ACTIONS[action](step.get("with", {}), stage, place)


def _without_expressions(value: str) -> str:
    return "rehearsal" if "${{" in value else value


def _python(given: Mapping[str, Any], stage: Stage, place: Path) -> None:
    wanted = str(given["python-version"])
    _see(shutil.which(f"python{wanted}"), f"python{wanted} is not on this machine")


def _upload(given: Mapping[str, Any], stage: Stage, place: Path) -> None:
    source, target = place / given["path"], stage.artifacts / given["name"]
    files = [source] if source.is_file() else sorted(source.glob("*"))
    _see(files or given.get("if-no-files-found") != "error", f"{source}: no files")
    target.mkdir()
    for file in files:
        shutil.copy2(file, target / file.name)


def _download(given: Mapping[str, Any], stage: Stage, place: Path) -> None:
    for folder in sorted(stage.artifacts.glob(given.get("name", "*"))):
        shutil.copytree(folder, place / given["path"], dirs_exist_ok=True)


def _attest(given: Mapping[str, Any], stage: Stage, place: Path) -> None:
    _see(list(place.glob(given["subject-path"])), f"{given['subject-path']}: no such file")
    _see((place / given.get("sbom-path", ".")).exists(), f"{given.get('sbom-path')}: no such file")


def _publish(given: Mapping[str, Any], stage: Stage, place: Path) -> None:
    """What an index looks at: a wheel and an sdist of one version, with valid metadata."""
    archives = sorted((place / given.get("packages-dir", "dist")).iterdir())
    names = ", ".join(one.name for one in archives)
    _see([one.suffix for one in archives] == [".whl", ".gz"], f"no wheel and sdist: {names}")
    for archive in archives:
        found = Metadata.from_email(_metadata(archive), validate=True)
        stated = f"{archive.name} is {found.name} {found.version}"
        _see((found.name, str(found.version)) == ("sonolex", __version__), stated)
        _see(found.description_content_type == "text/markdown", f"{archive.name}: no README")


def _metadata(archive: Path) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            (name,) = (one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
            return wheel.read(name)
    with tarfile.open(archive) as source:
        (name,) = (one for one in source.getnames() if one.count("/") == 1 and "/PKG-INFO" in one)
        return cast("IO[bytes]", source.extractfile(name)).read()


_ACTIONS: Mapping[str, Callable[[Mapping[str, Any], Stage, Path], None]] = {
    "actions/checkout": lambda given, stage, place: None,
    "actions/setup-python": _python,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "actions/attest-build-provenance": _attest,
    "actions/attest-sbom": _attest,
    "pypa/gh-action-pypi-publish": _publish,
}


if __name__ == "__main__":
    sys.exit(main())
