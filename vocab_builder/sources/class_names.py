"""What the class names of labelled data sets name: rules, then a table."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from concept_core.files import package_table
from vocab_builder.sources.base import Named

# A comma outside brackets.
_COMMAS = re.compile(r",(?![^()]*\))")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_ALTERNATIVES = re.compile(r"\s+or\s+|,\s*")
_AND = re.compile(r",\s*and\s+")
# "Ambulance (siren)" is an ambulance siren, where "whimper (dog)" is a dog whimper.
_FOLLOWS = ("ing", "siren")
_THINGS = frozenset({"clothing"})
# "playing accordion" is heard as an accordion, "people sneezing" as sneezing.
_SAID_ANYWAY = ("playing ", "people ")


def class_things(name: str) -> tuple[Named, ...]:
    """The things that a class name names.

    Names joined by commas or FSD50K's ``_and_`` are one thing with several names: "Gunshot,
    gunfire". So are what stands in brackets and what is said anyway: "Coin (dropping)" is a coin,
    also called "coin dropping", and "playing banjo" a banjo. ``data/class_names.toml`` has what
    these rules get wrong.
    """
    key = class_key(name)
    if key in _table():
        return _table()[key]
    names = [text for part in split_at_commas(key) for text in bracket_names(part)]
    first, *others = names
    for words in _SAID_ANYWAY:
        if first.startswith(words):
            return (Named(first.removeprefix(words), (first, *others)),)
    return (Named(first, tuple(others)),)


def class_key(name: str) -> str:
    """A class name in small letters, with spaces and commas."""
    return _AND.sub(", ", name.replace("_and_", ", ").replace("_", " ").lower()).strip()


def split_at_commas(name: str) -> list[str]:
    """The parts of a class name; commas in brackets do not part."""
    return [part.strip() for part in _COMMAS.split(name)]


def without_brackets(name: str) -> str:
    """A name without what stands in brackets."""
    return _BRACKETS.sub("", name)


def bracket_names(name: str) -> list[str]:
    """A name without its brackets, then the names that it makes with the single words in them.

    "Sink (filling or washing)" is "Sink", "Sink filling", "Sink washing"; "Whimper (dog)" is
    "Whimper", "dog Whimper"; of longer remarks ("Fill (with liquid)") there are none.
    """
    base = without_brackets(name)
    names = [base]
    for remark in _BRACKETS.findall(name):
        for word in _ALTERNATIVES.split(remark):
            if " " in word:
                continue
            if word.endswith(_FOLLOWS) and word not in _THINGS:
                names.append(f"{base} {word}")
            elif " " not in base:
                names.append(f"{word} {base}")
    return names


@functools.cache
def _table() -> Mapping[str, tuple[Named, ...]]:
    names = package_table("class_names.toml")["names"]
    return {
        name: tuple(Named(label, tuple(others)) for label, *others in things)
        for name, things in names.items()
    }
