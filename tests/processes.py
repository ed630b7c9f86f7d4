"""What tests do to the processes that they start."""

from __future__ import annotations

import signal


def heed_signals() -> None:
    """Heed what a shell tells processes in its background to ignore; for ``preexec_fn``."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
