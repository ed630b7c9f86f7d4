"""How an encoder is named: ``NAME``, ``NAME:ARGUMENT``, ``NAME:ARGUMENT?option=value&...``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote

from concept_core.errors import UsageError
from concept_core.files import named_path
from concept_core.spelling import unknown_name

_OPTIONS = re.compile(r"[a-z0-9]+=[^&]*(&[a-z0-9]+=[^&]*)*")


@dataclass(frozen=True, slots=True)
class Specifier:
    """The parts of an encoder's name.

    Attributes
    ----------
    text : str
        As it was given.
    name : str
    argument : str
        After the colon: a file, a folder, a hub id, a class; empty if there is none.
    options : mapping of str to str
    """

    text: str
    name: str
    argument: str = ""
    options: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def refuse(self, stated: Stated, why: str) -> UsageError:
        """The error for what a file may not ask for: why, and what a person types instead."""
        typed = f"{stated.command} --encoder {shlex.quote(self.text)}"
        return UsageError(
            f"{stated.where} names the encoder {self.text!r}, {why}; a file cannot allow that, only"
            f" you can. If you trust it, name it yourself:\n  {typed}"
        )

    def check(self, options: Collection[str], *, argument: str = "") -> None:
        """See that the options are known, and that there is an argument exactly if one is meant.

        Parameters
        ----------
        options : collection of str
            Names that the backend takes.
        argument : str
            What its argument is, for the message; empty if it takes none.

        Raises
        ------
        UsageError
            They are not.
        """
        for option in self.options:
            if option not in options:
                raise unknown_name(f"option of {self.name}", option, sorted(options))
        if argument and not self.argument:
            raise UsageError(f"encoder {self.text!r}: {self.name} needs {argument}")
        if not argument and ":" in self.text.partition("?")[0]:
            raise UsageError(
                f"encoder {self.text!r}: {self.name} takes no argument; write {self.name!r}"
            )


@dataclass(frozen=True, slots=True)
class Stated:
    """The file that names an encoder, where no person does: it can grant no trust.

    Attributes
    ----------
    where : str
        The file and its table, for messages.
    command : str
        What a person types, up to ``--encoder``, to name an encoder instead.
    """

    where: str
    command: str


def parse_specifier(text: str) -> Specifier:
    """Take an encoder's name apart. What follows a ? is options only if it looks like them.

    >>> parse_specifier("clap:my/model?centring=none").options["centring"]
    'none'

    Raises
    ------
    UsageError
        An option is given twice; or what may be a path is none.
    """
    head, mark, tail = text.rpartition("?")
    options: dict[str, str] = {}
    if mark and _OPTIONS.fullmatch(tail):
        for pair in tail.split("&"):
            key, _, value = pair.partition("=")
            if key in options:
                raise UsageError(f"encoder {text!r}: the option {key!r} is given twice")
            options[key] = unquote(value)
    else:
        head = text
    name, _, argument = head.partition(":")
    for part in (argument, *options.values()):
        named_path(part)
    return Specifier(text, name, argument, MappingProxyType(options))
