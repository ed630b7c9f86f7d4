"""Docstrings say what signatures say: a block of parameters names all of them, and no others."""

from __future__ import annotations

import builtins
import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from docstring_parser import Docstring, DocstringStyle, parse

import concept_core
import vocab_builder
from concept_core import errors


def modules() -> Iterator[ModuleType]:
    for package in (concept_core, vocab_builder):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def public() -> Iterator[tuple[str, Any]]:
    """Functions, classes and their methods that are made in a module and named for all."""
    for module in modules():
        for name, one in vars(module).items():
            if name.startswith("_") or getattr(one, "__module__", "") != module.__name__:
                continue
            if inspect.isfunction(one):
                yield f"{module.__name__}.{name}", one
            elif inspect.isclass(one):
                yield f"{module.__name__}.{name}", one
                for inner, method in vars(one).items():
                    plain = inspect.unwrap(getattr(method, "__func__", method))
                    if not inner.startswith("_") and inspect.isfunction(plain):
                        yield f"{module.__name__}.{name}.{inner}", plain


PUBLIC = dict(public())


def described(name: str) -> Docstring:
    return parse(inspect.getdoc(PUBLIC[name]) or "", DocstringStyle.NUMPYDOC)


def names(doc: Docstring, block: str) -> list[str]:
    """The names of a block; one line may have several."""
    listed = [one.arg_name for one in doc.params if one.args[0] == block]
    return [name.strip().lstrip("*") for one in listed for name in one.split(",")]


def parameters(one: Any) -> list[str]:
    return [name for name in inspect.signature(one).parameters if name not in ("self", "cls")]


def own_fields(kind: Any) -> list[str]:
    """The public fields that a dataclass adds to those of its bases."""
    own = vars(kind).get("__annotations__", {})
    return [
        one.name
        for one in dataclasses.fields(kind)
        if one.name in own and not one.name.startswith("_")
    ]


# Read before any test runs: Ray adds a parameter to the classes that it is given.
SIGNATURES = {
    name: parameters(one) for name, one in PUBLIC.items() if names(described(name), "param")
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_block_of_parameters_has_all_of_the_signature_and_no_others(name: str) -> None:
    # In any order: what is said of several stands once.
    assert sorted(names(described(name), "param")) == sorted(SIGNATURES[name])


DATACLASSES = [
    name
    for name, one in PUBLIC.items()
    if dataclasses.is_dataclass(one) and names(described(name), "attribute")
]


@pytest.mark.parametrize("name", DATACLASSES)
def test_a_block_of_attributes_has_all_fields_and_nothing_that_is_not_there(name: str) -> None:
    one, said = PUBLIC[name], names(described(name), "attribute")
    assert len(said) == len(set(said))
    assert set(own_fields(one)) <= set(said) | set(names(described(name), "param"))
    fields = {field.name for field in dataclasses.fields(one)}
    assert [name for name in said if name not in fields and not hasattr(one, name)] == []


ERRORS = {
    *(name for name, one in vars(builtins).items() if isinstance(one, type)),
    *(name for name, one in vars(errors).items() if isinstance(one, type)),
    *(name.rpartition(".")[2] for name, one in PUBLIC.items() if inspect.isclass(one)),
}


@pytest.mark.parametrize("name", [name for name in PUBLIC if described(name).raises])
def test_errors_that_are_said_to_be_raised_exist(name: str) -> None:
    said = ",".join(one.type_name or "" for one in described(name).raises)
    for error in re.split(r",\s*", said):
        root, _, rest = error.rpartition(".")
        assert rest in (vars(importlib.import_module(root)) if root else ERRORS), error


def test_what_is_found_is_what_there_is() -> None:
    assert len(PUBLIC) > 1500 and len(DATACLASSES) > 150
    assert {"concept_core.vocabulary.Concept", "vocab_builder.release.diff.diff"} <= PUBLIC.keys()


def test_a_block_that_is_wrong_is_seen() -> None:
    doc = parse(inspect.getdoc(one_is_wrong) or "", DocstringStyle.NUMPYDOC)
    assert names(doc, "param") == ["x", "z", "rest"]
    assert parameters(one_is_wrong) == ["x", "y", "rest"]


def one_is_wrong(x: int, y: int, *rest: int) -> int:
    """A sum.

    Parameters
    ----------
    x, z : int
    *rest : int
        More.
    """
    return x + y + sum(rest)
