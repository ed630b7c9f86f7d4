"""An option that a message advises is there, on the command whose message it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from vocab_builder.cli import cli

ROOT = Path(__file__).resolve().parents[3]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
COMMAND = re.compile(r"sonolex ([a-z][a-z-]*)")
# Lines for other programs and of commands: no words to a user about the command that runs.
FOREIGN = {
    "vocab_builder/publish/git.py", "concept_core/resources/network.py",
    "vocab_builder/reproduction/real_clap.py",
}  # fmt: skip
# Options of pip, of the hub's own command, and of none of ours.
OTHERS = {"--no-deps", "--repo-type", "--local-dir", "--revision"}
_EMBED = "concept_core/encoders/from_files.py"
_EXPLAIN = "concept_core/explanation/request.py"
_SCORES = "vocab_builder/comparison/scores.py"
_WITH_ENGINE = "build decompose embed explain mine score sweep"
# Which commands reach a message that names an option and no command. A new message joins.
REACHED = {
    ("concept_core/audio/clips.py", "--skip-bad"): "explain score sweep embed compare report",
    ("concept_core/bench/replay.py", "--encoder"): "score",
    ("concept_core/embedding/tables.py", "--column"): "embed",
    ("concept_core/engine/local.py", "--workers"): _WITH_ENGINE,
    ("concept_core/engine/ray_engine.py", "--workers"): _WITH_ENGINE,
    (_EMBED, "--captions"): "centre",
    (_EMBED, "--clips"): "centre",
    (_EMBED, "--labels"): "centre",
    (_EMBED, "--prompts"): "embed",
    (_EMBED, "--texts"): "embed",
    **{(_EXPLAIN, f"--{one}"): "explain" for one in (
        "dataset", "data", "folds", "class", "against", "over-time", "reference",
    )},
    ("concept_core/explanation/direction_files.py", "--encoder"): "name",
    ("concept_core/encoders/checkpoint.py", "--encoder"): "build explain reproduce score",
    ("concept_core/encoders/specifier.py", "--encoder"): "build reproduce",
    ("concept_core/releases/label_files.py", "--column"): "import",
    ("concept_core/releases/label_files.py", "--id"): "import",
    ("concept_core/releases/label_files.py", "--out"): "import",
    ("concept_core/resources/fetching.py", "--from"): "fetch",
    ("concept_core/resources/fetching.py", "--offline"): "fetch",
    ("concept_core/tasks/embed.py", "--classes"): "score sweep texts",
    ("concept_core/tasks/intervention.py", "--without"): "score",
    ("concept_core/explanation/direction_files.py", "--key"): "name",
    ("concept_core/tasks/request.py", "--task"): "score sweep",
    ("concept_core/tasks/request.py", "--without"): "score",
    ("vocab_builder/building/build.py", "--out"): "build",
    ("vocab_builder/building/drafting.py", "--by"): "curate",
    ("vocab_builder/building/drafting.py", "--clips"): "curate",
    ("vocab_builder/building/single_stages.py", "--reference"): "filter select",
    **{(_SCORES, f"--{one}"): "compare" for one in (
        "across-encoders", "encoder", "order", "top",
    )},
    ("vocab_builder/curation/page/server.py", "--port"): "curate",
    ("vocab_builder/formats/exporting.py", "--encoder"): "export",
    ("vocab_builder/formats/exporting.py", "--order"): "export",
    ("vocab_builder/formats/importing.py", "--id"): "import",
    ("vocab_builder/formats/importing.py", "--licence"): "import",
    ("vocab_builder/formats/text.py", "--column"): "import",
    ("vocab_builder/licences/terms.py", "--permissive"): "release",
    ("vocab_builder/publish/fetching.py", "--from"): "fetch",
    ("vocab_builder/publish/publishing.py", "--asset"): "publish",
    ("vocab_builder/publish/verifying.py", "--key"): "verify",
    ("vocab_builder/release/check.py", "--encoder"): "check",
    ("vocab_builder/release/files.py", "--out"): "build export import",
    ("vocab_builder/release/lock.py", "--lock"): "build",
    ("vocab_builder/reproduction/lacks.py", "--data"): "reproduce",
    ("vocab_builder/reproduction/lacks.py", "--out"): "reproduce",
    **{("vocab_builder/texts/wanted.py", f"--{one}"): "texts" for one in (
        "data", "dataset", "folds", "reference",
    )},
}  # fmt: skip


def commands() -> dict[str, click.Command]:
    with click.Context(cli) as context:
        names = cli.list_commands(context)
        return {name: command for name in names if (command := cli.get_command(context, name))}


def options_of(command: click.Command) -> set[str]:
    found = {one for option in command.params for one in (*option.opts, *option.secondary_opts)}
    if isinstance(command, click.Group):
        found |= {one for inner in command.commands.values() for one in options_of(inner)}
    return found | {"--help"}


OPTIONS = {name: options_of(command) for name, command in commands().items()}


def messages(path: Path) -> Iterator[tuple[str, int]]:
    """Texts of a module that are no docstrings, with the parts of one joined as one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if id(node) in quiet or id(node) in inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
        elif isinstance(node, ast.JoinedStr):
            parts = (one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
            yield "".join(map(str, parts)), node.lineno


def advised() -> list[tuple[str, int, str, str]]:
    """Module, line, message and option of all messages that name one."""
    return [
        (name, line, text, option)
        for path in sorted(
            [*ROOT.glob("concept_core/**/*.py"), *ROOT.glob("vocab_builder/**/*.py")]
        )
        if (name := path.relative_to(ROOT).as_posix()) not in FOREIGN
        for text, line in messages(path)
        for option in OPTION.findall(text)
    ]


ADVISED = advised()


def test_every_message_that_names_no_command_is_in_the_table() -> None:
    assert len(ADVISED) > 100
    found = {
        (module, option)
        for module, _, text, option in ADVISED
        if "/cli/" not in module and not COMMAND.search(text) and option not in OTHERS
    }
    assert found == set(REACHED)


@pytest.mark.parametrize("name", sorted({name for name, *_ in ADVISED}))
def test_every_option_of_a_message_is_one_of_a_command(name: str) -> None:
    everywhere = set().union(*OPTIONS.values()) | OTHERS
    for module, line, text, option in ADVISED:
        if module == name:
            assert option in everywhere, f"{module}:{line}: {text}"


@pytest.mark.parametrize("name", sorted({name for name, *_ in ADVISED}))
def test_an_option_of_a_named_command_is_on_it(name: str) -> None:
    for module, line, text, option in ADVISED:
        behind = text[: text.index(option)]
        named = [one for one in COMMAND.findall(behind) if one in OPTIONS]
        if module == name and named:
            known = set().union(*(OPTIONS[one] for one in named))
            assert option in known, f"{module}:{line}: {text}"


@pytest.mark.parametrize("command", sorted(OPTIONS))
def test_messages_of_a_verb_name_its_own_options(command: str) -> None:
    path = f"vocab_builder/cli/{command.replace('-', '_')}_command.py"
    for module, line, text, option in ADVISED:
        if module == path and not COMMAND.search(text):
            assert option in OPTIONS[command], f"{module}:{line}: {text}"


@pytest.mark.parametrize(("module", "option"), sorted(REACHED))
def test_what_a_message_advises_is_on_all_commands_that_reach_it(module: str, option: str) -> None:
    assert any((name, given) == (module, option) for name, _, _, given in ADVISED)
    for command in REACHED[module, option].split():
        assert option in OPTIONS[command], f"{command} has no {option}, which {module} advises"
