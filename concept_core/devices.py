"""Where models and solvers run."""

from __future__ import annotations

from concept_core.errors import MissingError
from concept_core.spelling import check_names

DEVICES = ("auto", "cpu", "cuda")


def check_device(device: str) -> None:
    """See that a device is one of ``DEVICES``; torch is not asked.

    Raises
    ------
    UsageError
        It is none.
    """
    check_names("device", [device], DEVICES)


def pick_device(device: str) -> str:
    """``cpu`` or ``cuda``; ``auto`` is ``cuda`` where torch finds one.

    Raises
    ------
    UsageError
        An unknown device.
    MissingError
        ``cuda`` on a machine without one.
    """
    check_device(device)
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise MissingError(
            "device 'cuda': torch finds no CUDA device on this machine; use device 'auto' or"
            " 'cpu', or install a torch build with CUDA"
        )
    return "cpu"
