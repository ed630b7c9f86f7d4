"""Where the package can be installed from wheels alone: ``python -m tools.wheels``.

For each system and each version of Python, uv resolves what `sonolex` needs (without extras) as
pip would there, and takes wheels alone: nothing is downloaded or installed. Prints a table; exit 1
where a system that is promised has no answer.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uv

VERSIONS = ("3.11", "3.12", "3.13")
PROMISED = {
    "x86_64-manylinux_2_28": "Linux, x86-64",
    "aarch64-manylinux_2_28": "Linux, arm64",
    "aarch64-apple-darwin": "macOS, arm64",
}
OTHERS = {"x86_64-apple-darwin": "macOS, x86-64", "x86_64-pc-windows-msvc": "Windows, x86-64"}
_TOLD = ("torch", "numpy", "numba", "onnxruntime")
_PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What would be installed.

    Attributes
    ----------
    platform, python : str
        As uv names the platform; "3.12".
    pins : dict of str to str
        Version of each package; empty where there is no answer.
    reason : str
        Of uv, where there is none.
    """

    platform: str
    python: str
    pins: dict[str, str]
    reason: str

    def row(self) -> str:
        """One row of the table."""
        name = (PROMISED | OTHERS)[self.platform]
        told = ", ".join(f"{one} {self.pins[one]}" for one in _TOLD if one in self.pins)
        return f"| {name} | {self.python} | {len(self.pins) or '-'} | {told or self.reason} |"


def resolve(platform: str, python: str, project: Path) -> Resolved:
    """Ask uv what a package needs on one platform.

    Parameters
    ----------
    platform : str
        As of ``uv pip compile --python-platform``.
    python : str
        "3.12".
    project : Path
        A ``pyproject.toml`` or a file of requirements.
    """
    command = [uv.find_uv_bin(), "pip", "compile", str(project), "--only-binary", ":all:"]
    command += ["--python-platform", platform, "--python-version", python]
    command += ["--quiet", "--no-header", "--no-annotate", "--color", "never"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return Resolved(platform, python, dict(_PIN.findall(done.stdout)), "")
    return Resolved(platform, python, {}, _reason(done.stderr))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="tools.wheels", description=__doc__)
    parser.add_argument(
        "--project", type=Path, default=Path(__file__).parents[1] / "pyproject.toml"
    )
    project = parser.parse_args(arguments).project
    sys.stdout.write("| system | Python | packages | newest versions |\n|---|---|---|---|\n")
    missing = False
    for platform in (*PROMISED, *OTHERS):
        for python in VERSIONS:
            found = resolve(platform, python, project)
            sys.stdout.write(f"{found.row()}\n")
            sys.stdout.flush()
            missing |= platform in PROMISED and not found.pins
    return int(missing)


def _reason(stderr: str) -> str:
    """Uv's first cause on one line, or all that it said."""
    text = " ".join(stderr.split())
    _, mark, cause = text.partition("cause: ")
    return (cause if mark else text).partition(", we can conclude")[0].removeprefix("Because ")


if __name__ == "__main__":
    sys.exit(main())
