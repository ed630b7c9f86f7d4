"""The errors that a user can do something about, one class an exit code.

Every message says what was wrong, with which value, where, and what to do next.
"""

from __future__ import annotations

import errno
import re
from typing import Any, cast

_HIDDEN = "***"
# What a path is made of has lost one of two slashes.
_ADDRESS = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]+:/[^\s"'<>`]+""")
# A user with a password, which may hold what belongs into no address; on the web a user alone is a
# token. After a port, "@" begins a version: https://host:80/place/demo@1.0.0.
_USER = re.compile(
    r"(?i)^((?:https?|s3|ftps?)://?)[^/?#]*@|^([a-z0-9+.-]+://?)[^/:@?#\[]*:(?!\d{1,5}/)[^?#]*@"
)
_QUERY = re.compile(
    r"(?i)([?&;#][\w.-]*(?:key|token|secret|signature|passw|pwd|credential|auth|sig)[\w-]*=)[^&;#]+"
)


def hide_secrets(text: str) -> str:
    """A text with no password, key or token in the addresses that stand in it.

    >>> hide_secrets("https://me:word@host/x?X-Amz-Signature=0a1b&part=2 is not there")
    'https://***@host/x?X-Amz-Signature=***&part=2 is not there'
    """

    def hidden(match: re.Match[str]) -> str:
        bare = _USER.sub(lambda user: f"{user[1] or user[2]}{_HIDDEN}@", match[0])
        return _QUERY.sub(rf"\1{_HIDDEN}", bare)

    return _ADDRESS.sub(hidden, text) if ":/" in text else text


def refuse_secrets(text: str, where: str) -> None:
    """See that a text that will be published has no password, key or token in an address.

    Raises
    ------
    UsageError
        It has; the message names the line, and repeats none of it.
    """
    if hide_secrets(text) == text:
        return
    number = next(n for n, line in enumerate(text.split("\n"), 1) if hide_secrets(line) != line)
    raise UsageError(
        f"{where}:{number}: an address with a user, password, key or token; what stands here is"
        " published with the vocabulary. Take it out, and change it if others have seen it"
    )


class SonolexError(Exception):
    """Base of all errors that the command line prints without a traceback.

    Its message never repeats what an address has of passwords, keys and tokens: messages get
    logged. `UsageError` and `DataError` are also a ``ValueError``, those of files that are not
    there a ``FileNotFoundError``, and that of a package an ``ImportError``, so that who catches
    these need not know ours. For other cases of `MissingError`, and for `IntegrityError`, Python
    has no error.
    """

    exit_code = 3

    def __init__(self, message: object = "", *more: object) -> None:
        super().__init__(hide_secrets(str(message)), *more)

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickle would call a class that makes its message of other arguments with the message.
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(
    kind: type[SonolexError], arguments: tuple[Any, ...], state: dict[str, Any]
) -> SonolexError:
    """An error as it was in another process."""
    # The base whose fields it has makes it: of two, Python would ask the first.
    error = cast("type[SonolexError]", kind.__base__).__new__(kind, *arguments)
    # An OSError takes its arguments when it is initialised, not when it is made.
    super(SonolexError, error).__init__(*arguments)
    for name, value in state.items():
        setattr(error, name, value)
    return error


class UsageError(SonolexError, ValueError):
    """The call itself is wrong: an unknown name, an option out of range (exit 2)."""

    exit_code = 2


class DataError(SonolexError, ValueError):
    """Bad or incomparable data: a broken file, a wrong shape, two encoder specs (exit 3)."""

    exit_code = 3


class MissingError(SonolexError):
    """Something is not on this machine; the message names the command that gets it (exit 4)."""

    exit_code = 4


class IntegrityError(SonolexError):
    """A checksum does not hold (exit 5)."""

    exit_code = 5


class UnknownFileError(UsageError, FileNotFoundError):
    """A name that is neither of something known nor of a file (exit 2)."""

    errno = errno.ENOENT


class AbsentFileError(DataError, FileNotFoundError):
    """A file or folder that the caller names, or that data name, does not exist (exit 3)."""

    errno = errno.ENOENT


class MissingFileError(MissingError, FileNotFoundError):
    """A file that can be fetched or brought is not on this machine (exit 4)."""

    errno = errno.ENOENT


class MissingPackageError(MissingError, ImportError):
    """An optional package is not installed, or cannot be imported (exit 4).

    Parameters
    ----------
    message : object
    *more : object
    name : str, optional
        The module.
    """

    def __init__(self, message: object = "", *more: object, name: str | None = None) -> None:
        super().__init__(message, *more)
        self.name = name

    def __reduce__(self) -> tuple[Any, ...]:
        # Where ImportError keeps it, it is no part of __dict__.
        return _made_again, (type(self), self.args, {**self.__dict__, "name": self.name})


class CentringWarning(UserWarning):
    """Rows or atoms whose mean is far from zero where it should be taken off."""


class SoundHeaderWarning(UserWarning):
    """A sound's header states another length than there is; the sound was read to its end."""


class DeprecatedReleaseWarning(UserWarning):
    """A release that its makers no longer recommend was asked for by name."""


class LeftOutWarning(UserWarning):
    """Files or clips that are left out of what was asked for; the message names the first."""


class AssumptionWarning(UserWarning):
    """What a file does not say was taken from something else; the message says from what."""
