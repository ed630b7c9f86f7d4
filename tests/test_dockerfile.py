"""The Dockerfile, part by part: no image is built here."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {"FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "CMD"}


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def of(kind: str) -> list[str]:
    return [rest for word, rest in instructions() if word == kind]


def copied() -> list[str]:
    return [source for rest in of("COPY") for source in rest.split()[:-1]]


def test_every_instruction_is_one_that_there_is() -> None:
    words = [word for word, _ in instructions()]
    assert set(words) == KNOWN
    assert words[0] == "FROM" and words[-1] == "CMD"
    # A name in a RUN is one that stood before it.
    named = {"PATH"}
    for word, rest in instructions():
        if word == "ARG":
            named.add(rest.split("=")[0])
        if word == "RUN":
            assert set(re.findall(r"\$\{?(\w+)", rest)) <= named, rest


@pytest.mark.parametrize("command", of("RUN"))
def test_what_is_run_is_shell(command: str) -> None:
    subprocess.run(["sh", "-n", "-c", command], check=True)


def test_what_is_copied_is_in_the_repository_and_not_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert copied()
    for source in copied():
        assert any(one == source or one.startswith(f"{source}/") for one in tracked), source
        held = rules[0] != "*"
        for rule in rules:
            if fnmatch(source, rule.removeprefix("!")):
                held = rule.startswith("!")
        assert held, f"{source} is ignored by .dockerignore"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == set(copied())


def test_the_package_and_the_demo_find_what_they_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        "pyproject.toml", "constraints.txt", project["project"]["readme"],
        *project["project"]["license-files"], *wheel["packages"], *wheel["force-include"],
    }  # fmt: skip
    recipe = tomllib.loads((ROOT / "recipes" / "demo.toml").read_text(encoding="utf-8"))
    paths = [ROOT / "recipes" / one["path"] for one in recipe["source"] if "path" in one]
    inside = {path.resolve().relative_to(ROOT).parts[0] for path in paths}
    assert needed | inside | {"recipes"} == set(copied())


def test_it_does_what_make_demo_does() -> None:
    (command,) = of("CMD")
    words = json.loads(command)
    assert " ".join(words) in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert (ROOT / words[-1]).is_file()
    # Not as root, on a Python that the package allows, with the constraints that were tried.
    assert of("USER") != [] and "root" not in of("USER")
    image, _, tag = of("FROM")[0].partition(":")
    assert (image, tag) == ("python", "3.11-slim")
    for run in of("RUN"):
        if "pip install" in run:
            assert "-c constraints.txt" in run
