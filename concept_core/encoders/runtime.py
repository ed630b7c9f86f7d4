"""What backends share: one-thread ONNX sessions, and derived files."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from concept_core.files import atomic_path
from concept_core.resources import home
from concept_core.temporaries import sweep


def open_session(model: bytes, origin: Path) -> Any:
    """An onnxruntime session on the CPU with one thread, so that sums have one order.

    ``origin`` is the file that errors name.
    """
    # Builds from 1.29 on report model names and hashes to their maker unless this is set before
    # the import; a tool with --offline must not.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    # onnxruntime's errors have no common base but Exception.
    except Exception as error:
        raise DataError(
            f"{origin}: not an ONNX model that onnxruntime can run ({error})"
        ) from error


def derived(name: str, build: Callable[[], bytes]) -> bytes:
    """Bytes that follow from fetched files, built once and kept under the resource home.

    ``name`` must change whenever the bytes would. A kept file carries its own sha256: a damaged
    one is built anew, as it is each time where the home cannot be written.
    """
    path = derived_folder() / name
    sweep(path.parent)  # what is kept already is not written, and would never be swept
    kept = _read(path) if path.is_file() else None
    if kept is not None:
        return kept
    blob = build()
    with contextlib.suppress(OSError), atomic_path(path) as temporary:
        temporary.write_bytes(hashlib.sha256(blob).hexdigest().encode() + b"\n" + blob)
    return blob


def derived_folder() -> Path:
    """Where derived files are kept."""
    return home() / "derived"


def is_whole(path: Path) -> bool:
    """Whether a kept file is as it was written."""
    return _read(path) is not None


def _read(path: Path) -> bytes | None:
    digest, _, blob = path.read_bytes().partition(b"\n")
    return blob if hashlib.sha256(blob).hexdigest().encode() == digest else None
