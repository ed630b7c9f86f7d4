"""Workflows run what exists here, with no more rights than they need; forms ask what there is."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from concept_core import __version__
from vocab_builder.curation.decisions import ACTIONS
from vocab_builder.sources import SOURCES

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))


def _steps(path: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


def _commands(path: Path) -> list[str]:
    """What the steps run, once for each row of a job's matrix."""
    commands = []
    for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        rows = matrix.get("include") or [
            dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())
        ]
        for command in (step["run"] for step in job["steps"] if "run" in step):
            for row in rows:
                for name, value in row.items():
                    command = command.replace(f"${{{{ matrix.{name} }}}}", value)
                commands.append(command)
    return commands


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_step_runs_exists(path: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for command in _commands(path):
        first, *words = command.split()
        if first == "make":
            assert {word for word in words if "=" not in word} <= targets, command
        elif "/" in first:
            assert os.access(ROOT / first, os.X_OK), command
        subprocess.run(["bash", "-n", "-c", command], check=True)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_rights_are_given_job_by_job_and_there_are_no_secrets(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    trusted = [name for name, job in workflow["jobs"].items() if "id-token" in str(job)]
    assert trusted == (["publish"] if path.name == "release.yml" else [])


@pytest.mark.parametrize(("tag", "code"), [(f"v{__version__}", 0), ("v0.0.0", 1)])
def test_only_the_tag_of_this_version_releases_it(tag: str, code: int) -> None:
    (check,) = (
        step["run"]
        for step in _steps(ROOT / ".github" / "workflows" / "release.yml")
        if "GITHUB_REF_NAME" in step.get("run", "") and "_version.py" in step["run"]
    )
    done = subprocess.run(
        ["bash", "-e", "-c", check], cwd=ROOT, env={**os.environ, "GITHUB_REF_NAME": tag}
    )
    assert done.returncode == code


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_is_one(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form.keys() == {"name", "description", "labels", "body"}
    asked = [one for one in form["body"] if one["type"] != "markdown"]
    assert len({one["id"] for one in asked}) == len(asked) > 2
    for one in asked:
        assert one["type"] in ("input", "textarea", "dropdown") and one["attributes"]["label"]
        assert one["type"] != "dropdown" or one["attributes"]["options"]
    # Every page and command that it sends people to is there.
    text = path.read_text(encoding="utf-8")
    assert all((ROOT / page).is_file() for page in re.findall(r"docs/[\w-]+\.md", text))


def test_the_forms_ask_what_there_is() -> None:
    assert [path.stem for path in FORMS] == ["bug", "source", "vocabulary"]
    vocabulary = yaml.safe_load(FORMS[2].read_text(encoding="utf-8"))["body"]
    (actions,) = (one["attributes"]["options"] for one in vocabulary if one["type"] == "dropdown")
    assert [action.partition(" ")[0] for action in actions] == list(ACTIONS)
    listed = re.search(r"\((audioset, [a-z, ]+)\)", FORMS[1].read_text(encoding="utf-8"))
    assert listed and set(listed[1].split(", ")) == set(SOURCES)
