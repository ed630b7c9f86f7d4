"""Options that several benchmarks have."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def shared_option(parser: argparse.ArgumentParser) -> None:
    """``--shared``: the folder that has ``data``."""
    shared = Path(os.environ.get("SONOLEX_SHARED", "../shared"))
    parser.add_argument("--shared", type=Path, default=shared)


def page_option(parser: argparse.ArgumentParser) -> None:
    """``--write PAGE``, for what `benchmarks.pages.rewritten` puts its tables onto."""
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables onto this page")


def json_option(parser: argparse.ArgumentParser) -> None:
    """``--json FILE``."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
