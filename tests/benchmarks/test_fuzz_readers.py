"""Every reader of data from outside is fuzzed, or it is said why not."""

from __future__ import annotations

import ast
import pkgutil
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fuzz.mutations import mutate
from benchmarks.fuzz.reader import Reader
from benchmarks.fuzz.readers import NO_BORDERS, readers
from benchmarks.fuzz.worker import Input, input_of, run_inputs, try_input

ROOT = Path(__file__).resolve().parents[2]
NAMES = re.compile(r"(read|load|open|parse|take|import|extract|unpack|from)(_\w+)?")
FROM_OUTSIDE = re.compile(r"\b(Path|bytes|IO)\b|^str$")
SEED = 20


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> list[Reader]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONOLEX_HOME", str(tmp_path_factory.mktemp("home")))
        return readers(tmp_path_factory.mktemp("corpus"))


def functions(module: Path) -> Iterator[str]:
    """Public functions and methods that are named as readers and take a path, bytes or a text."""
    dotted = ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        prefix = f"{dotted}.{owner.name}." if isinstance(owner, ast.ClassDef) else f"{dotted}."
        for node in owner.body:
            if isinstance(node, ast.FunctionDef) and NAMES.fullmatch(node.name):
                given = [one for one in node.args.args if one.arg not in ("self", "cls")]
                types = [ast.unparse(one.annotation) for one in given if one.annotation]
                if any(FROM_OUTSIDE.search(one) for one in types):
                    yield prefix + node.name


def test_every_reader_is_registered_or_has_a_reason(known: list[Reader]) -> None:
    found = {
        name
        for package in ("concept_core", "vocab_builder")
        for module in sorted((ROOT / package).rglob("*.py"))
        for name in functions(module)
    }
    covered = {name for one in known for name in one.covers}
    missing = sorted(found - covered - set(NO_BORDERS))
    assert missing == [], "register these in benchmarks/fuzz, or say in NO_BORDERS why not"
    assert sorted(set(NO_BORDERS) - found) == [], "there are no such functions"
    assert not covered & set(NO_BORDERS)
    assert all(callable(pkgutil.resolve_name(name)) for name in sorted(covered))


def test_whole_inputs_are_read(known: list[Reader], tmp_path: Path) -> None:
    for one in known:
        for seed in one.seeds:
            outcome = try_input(Input(one, dict(seed.files), seed.targets[0]), tmp_path)
            # The first one loads what it needs, which may take long.
            assert outcome.where in ("", "time"), (one.name, seed.targets, outcome.trace)


def test_the_same_seed_gives_the_same_inputs(known: list[Reader]) -> None:
    for number in range(2 * len(known)):
        one, other = input_of(known, 5, number), input_of(known, 5, number)
        assert one.files == other.files and one.target == other.target
    assert input_of(known, 5, 3).files != input_of(known, 6, 3).files


def test_mutations_stay_small() -> None:
    rng = random.Random(1)
    for name in ("a.json", "a.jsonl", "a.toml", "a.bin"):
        content = b'{"a": [1, "x"]}' if name != "a.toml" else b'a = [1, "x"]\n'
        made = [mutate(content, name, [b"other"], rng) for _ in range(300)]
        assert max(map(len, made)) <= 1 << 20
        assert len(set(made)) > 200


def test_a_few_inputs_of_every_reader(known: list[Reader]) -> None:
    """The short form of ``make fuzz``."""
    numbers = range(6 * len(known))
    outcomes = list(run_inputs(known, SEED, numbers, 1))
    assert sorted(one.number for one in outcomes) == list(numbers)
    found = [(one.number, one.reader, one.finding, one.trace) for one in outcomes if one.finding]
    assert found == [], f"python -m benchmarks.fuzz --seed {SEED} --only NUMBER"


def test_what_is_foreign_is_found(tmp_path: Path) -> None:
    def broken(folder: Path, name: str) -> None:
        raise KeyError(name)

    def dies(folder: Path, name: str) -> None:
        import os

        os._exit(3)

    from benchmarks.fuzz.corpus import of_file

    ways = [Reader("broken", (), (of_file("a", "x"),), broken)]
    ways += [Reader("dies", (), (of_file("a", "x"),), dies)]
    found = sorted(run_inputs(ways, 1, range(4), 1), key=lambda one: one.number)
    assert [one.number for one in found] == [0, 1, 2, 3]
    assert found[0].finding is not None and found[0].finding.startswith("KeyError")
    assert found[1].finding == "the process died (3)"
