"""Which modules a value passes on its way through a command: ``python -m benchmarks.walk``.

A module is passed when one of its functions is called with the value, or with a list that begins
with one. A return is a call into a module that was left before. Methods of the value itself, and
the conversion of values to JSON, are no places on the way.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ENCODER = "tests.toy:ToyEncoder"
RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
[[source]]
kind = "wordlist"
name = "mine"
path = "words.txt"
licence = "CC0-1.0"
[[filter]]
kind = "form"
[[filter]]
kind = "redundancy"
threshold = 0.9
[selection]
kind = "frequency"
size = 3
"""
# The models of values, and what turns values into JSON and back.
_NOT_PLACES = ("vocabulary", "stages.candidates", "decomposition.dictionary", "values")
_PACKAGES = ("concept_core", "vocab_builder")


@dataclass(frozen=True, slots=True)
class Way:
    """The modules that were passed, in order, a module again where it was left in between."""

    command: str
    value: str
    stops: tuple[str, ...]

    @property
    def modules(self) -> int:
        """How many different modules."""
        return len(set(self.stops))

    @property
    def returns(self) -> int:
        """How many stops are at a module that was left before."""
        return len(self.stops) - self.modules


def follow(command: str, run: Callable[[], object], names: Sequence[str]) -> Way:
    """Run, and note the modules that are given a value of one of the named classes."""
    stops: list[str] = []

    def holds(value: Any, depth: int = 2) -> bool:
        if type(value).__name__ in names:
            return True
        listed = depth and isinstance(value, (list, tuple)) and value
        return bool(listed and holds(value[0], depth - 1))

    def note(frame: Any, event: str, argument: object) -> None:
        code = frame.f_code
        if event != "call" or code.co_name.startswith("<"):
            return
        path = Path(code.co_filename)
        if not path.is_relative_to(ROOT) or path.relative_to(ROOT).parts[0] not in _PACKAGES:
            return
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if module.partition(".")[2] in _NOT_PLACES:
            return
        given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if any(holds(frame.f_locals.get(name)) for name in given) and stops[-1:] != [module]:
            stops.append(module)

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return Way(command, names[0], tuple(stops))


def ways(folder: Path) -> list[Way]:
    """The ways of build, score and explain on a few words and sounds."""
    import numpy as np
    import soundfile

    from vocab_builder.cli import main

    (folder / "words.txt").write_text("rain\nclock\nclocks\nthunder\nbell\n")
    (folder / "toy.toml").write_text(RECIPE)
    for name in ("rain", "bell"):
        (folder / "clips" / name).mkdir(parents=True)
        for number in range(2):
            samples = 0.1 * np.random.default_rng(number).standard_normal(16000)
            soundfile.write(folder / "clips" / name / f"{name} {number}.wav", samples, 16000)

    def call(*arguments: object) -> Callable[[], object]:
        def run() -> None:
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as stopped:
                if stopped.code:
                    raise

        return run

    words, clips, on = folder / "words.txt", folder / "clips", ("--encoder", ENCODER)
    build = call("build", folder / "toy.toml", "--out", folder / "out", *on)
    data = ("--dataset", "folder", "--data", clips, "--folds", "all", "--l0", 2)
    score = call("score", words, *data, *on)
    explain = call("explain", clips / "rain" / "rain 0.wav", "--vocabulary", words, *on)
    return [
        follow("build", build, ["Candidate"]),
        follow("score", score, ["Dictionary", "Vocabulary"]),
        follow("explain", explain, ["Dictionary", "Vocabulary", "Explanation"]),
    ]


def report() -> None:
    """Print the ways."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SONOLEX_HOME"] = folder
        for way in ways(Path(folder)):
            passed = f"a {way.value} passes {way.modules} modules, {way.returns} returns"
            print(f"{way.command}: {passed}")
            print("  " + " > ".join(stop.partition(".")[2] for stop in way.stops))


if __name__ == "__main__":
    report()
