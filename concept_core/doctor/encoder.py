"""Coded checks of an encoder, each against one way in which encoders go wrong.

``docs/encoders.md`` has a table of what each check proves. The encoder is asked without its cache:
what was kept earlier would say nothing about the model. Rows that came from outside have no model
to ask: checks of their own look at the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.doctor import checks
from concept_core.doctor.checks import CheckInputs, Verdict
from concept_core.doctor.row_checks import ROW_CHECKS, RowInputs
from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.encoders.centred import CentredEncoder
from concept_core.encoders.precomputed import Precomputed
from concept_core.encoders.registry import load_encoder
from concept_core.encoders.specifier import parse_specifier
from concept_core.encoders.windowed import WindowedEncoder
from concept_core.encoders.yamnet_minilm import YamnetMinilm
from concept_core.errors import DataError, MissingError
from concept_core.values import to_data

CHECKS: dict[str, tuple[str, Callable[[CheckInputs], Verdict]]] = {
    "D01": ("loads", checks.check_loads),
    "D02": ("shape", checks.check_shape),
    "D03": ("unit rows", checks.check_unit),
    "D04": ("repeats", checks.check_repeat),
    "D05": ("texts differ", checks.check_texts),
    "D06": ("sounds differ", checks.check_sounds),
    "D07": ("batch", checks.check_batch),
    "D08": ("refusals", checks.check_refusals),
    "D09": ("long clips", checks.check_long),
    "D10": ("sample rate", checks.check_rate),
    "D11": ("known pairs", checks.check_rank),
    "D12": ("modality gap", checks.check_gap),
}
"""Code -> what is looked at, and the function that does."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of one check.

    Attributes
    ----------
    code, name : str
        Of ``CHECKS`` or ``ROW_CHECKS``.
    status : str
        ``ok``, ``warning`` (read it), ``failed`` (do not use the encoder), ``skipped``.
    message : str
        What was found, with its figures, and what to do.
    """

    code: str
    name: str
    status: str
    message: str


@dataclass(frozen=True, slots=True)
class EncoderReport:
    """What the checks of an encoder gave.

    Attributes
    ----------
    encoder : str
        As it was named.
    spec : EncoderSpec or None
        None if it could not be loaded.
    device : str
        Where its model runs; ``its own`` for those of third parties.
    checks : tuple of CheckResult
        By code.
    """

    encoder: str
    spec: EncoderSpec | None
    device: str
    checks: tuple[CheckResult, ...]

    @property
    def failed(self) -> int:
        """How many checks failed."""
        return sum(check.status == "failed" for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        spec = None if self.spec is None else self.spec.to_dict()
        return {**to_data(self), "spec": spec, "failed": self.failed}


def check_encoder(specifier: str, *, device: str = "auto", offline: bool = False) -> EncoderReport:
    """Load an encoder and run all checks.

    Raises
    ------
    UsageError
        There is no such encoder.
    MissingError
        Something that it needs is not on this machine.
    """
    asked = parse_specifier(specifier)
    rows = asked.name == "precomputed"
    try:
        encoder = load_encoder(specifier, device=device, cache=False, offline=offline)
    except DataError as error:
        first = CheckResult("D01", CHECKS["D01"][0], "failed", str(error))
        skipped = _skipped(ROW_CHECKS if rows else CHECKS)
        return EncoderReport(specifier, None, "none", (first, *skipped))
    results = run_row_checks(Path(asked.argument), encoder) if rows else run_checks(encoder)
    return EncoderReport(specifier, encoder.spec, _device(encoder), tuple(results))


def run_checks(encoder: Encoder) -> list[CheckResult]:
    """All checks of an encoder with a model, by code; after one that cannot be loaded, no other.

    Raises
    ------
    MissingError
        Something that it needs is not on this machine.
    """
    inputs = CheckInputs(encoder)
    results: list[CheckResult] = []
    for code, (name, check) in CHECKS.items():
        try:
            # Rows that are not finite are one check's finding, not a warning of each.
            with np.errstate(all="ignore"):
                status, message = check(inputs)
        except MissingError:
            raise
        # An encoder of a third party may raise anything; that is what we are here to tell.
        except Exception as error:
            status, message = "failed", f"raised {type(error).__name__}: {error}"
        results.append(CheckResult(code, name, status, message))
        if code == "D01" and status == "failed":
            return results + _skipped(CHECKS)
    return results


def run_row_checks(path: Path, encoder: Encoder) -> list[CheckResult]:
    """All checks of rows that ``precomputed`` has read from a file or folder, by code.

    Raises
    ------
    UsageError
        Another kind of file.
    DataError
        It cannot be read as embeddings.
    """
    inputs = RowInputs.read(path, encoder)
    name = CHECKS["D01"][0]
    if not inputs.given:
        return [CheckResult("D01", name, "failed", f"{path}: no rows"), *_skipped(ROW_CHECKS)]
    read = "every row is finite and not zero, every id is unique"
    results = [CheckResult("D01", name, "ok", read)]
    for code, (name, check) in ROW_CHECKS.items():
        status, message = check(inputs)
        results.append(CheckResult(code, name, status, message))
    return results


def _skipped(checks: Mapping[str, tuple[str, Callable[..., Verdict]]]) -> list[CheckResult]:
    """What is not tried with an encoder that does not load."""
    why = "the encoder does not load"
    return [
        CheckResult(code, name, "skipped", why)
        for code, (name, _) in checks.items()
        if code != "D01"
    ]


def _device(encoder: Encoder) -> str:
    if isinstance(encoder, CentredEncoder):
        encoder = encoder.uncentred
    if isinstance(encoder, WindowedEncoder):
        return encoder.device
    return "cpu" if isinstance(encoder, (YamnetMinilm, Precomputed)) else "its own"
