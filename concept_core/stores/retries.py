"""What is done about a store that does not answer: it is asked again, a few times."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from concept_core.errors import AbsentFileError
from concept_core.stores.base import BusyError, NoAnswerError

TRIES = 5
PAUSE = 0.5
"""Seconds before the second try; twice as many before each one after it."""

_Value = TypeVar("_Value")


def patiently(address: str, call: Callable[[], _Value]) -> _Value:
    """What a call gives; one that a store did not answer is made again, ``TRIES`` times in all.

    Raises
    ------
    FileNotFoundError, DataError
        As the call does: another try would not help.
    NoAnswerError
        The store answered none of them; the message has the address and the last reason.
    """
    for number in range(TRIES):
        if number:
            time.sleep(PAUSE * 2 ** (number - 1))
        try:
            return call()
        except BusyError as error:
            reason: BusyError = error
    raise NoAnswerError(
        f"{address}: the store did not answer in {TRIES} tries: {reason}; see your network, and"
        " run this again: what is done stays"
    ) from reason


def absent(address: str) -> AbsentFileError:
    """The error for what is not there."""
    return AbsentFileError(f"{address}: there is no such file; correct the name")
