"""The errors that a user can do something about, one class an exit code.

Every message says what was wrong, with which value, where, and what to do next.
"""

from __future__ import annotations


class SonolexError(Exception):
    """Base of all errors that the command line prints without a traceback."""

    exit_code = 3


class UsageError(SonolexError):
    """The call itself is wrong: an unknown name, an option out of range (exit 2)."""

    exit_code = 2


class DataError(SonolexError):
    """Bad or incomparable data: a broken file, a wrong shape, two encoder specs (exit 3)."""

    exit_code = 3


class MissingError(SonolexError):
    """Something is not on this machine; the message names the command that gets it (exit 4)."""

    exit_code = 4


class IntegrityError(SonolexError):
    """A checksum does not hold (exit 5)."""

    exit_code = 5


class CentringWarning(UserWarning):
    """Rows or atoms whose mean is far from zero where it should be taken off."""


class SoundHeaderWarning(UserWarning):
    """A sound's header states another length than there is; the sound was read to its end."""


class DeprecatedReleaseWarning(UserWarning):
    """A release that its makers no longer recommend was asked for by name."""


class AssumptionWarning(UserWarning):
    """What a file does not say was taken from something else; the message says from what."""
