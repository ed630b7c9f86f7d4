"""Standard input and output as programs find them: closed, or of an encoding that lacks a label."""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import sys
from typing import TextIO, cast

_ESCAPES = "sonolex-escapes"


def prepare_streams() -> None:
    """See that whatever is printed can be.

    A character that the encoding lacks becomes the escape that JSON has for it, so that what is
    printed as JSON stays JSON. What is printed to a closed output is an error; talk to a closed
    one is lost. A closed descriptor is taken, or the next file that is opened would have its
    number, and with it what libraries in C print.
    """
    codecs.register_error(_ESCAPES, _escaped)
    for number in range(3):
        with contextlib.suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    if sys.stdout is None:
        sys.stdout = cast(TextIO, _Closed())
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (to the end)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ESCAPES)


class _Closed(io.TextIOBase):
    """An output that nobody has opened."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Nothing can be written."""
        raise OSError(errno.EBADF, "standard output is closed, so that nothing can be printed")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(json.dumps(one)[1:-1] for one in text), error.end
