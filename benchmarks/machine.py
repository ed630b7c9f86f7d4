"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from concept_core.parallel import cores

_PACKAGES = (
    "sonolex", "numpy", "numba", "torch", "scikit-learn", "spams-bin", "celer", "skglm",
)  # fmt: skip

_FORCED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def describe() -> dict[str, Any]:
    """CPU, cores, load, versions, and the BLAS kernels in use, ready for JSON."""
    from threadpoolctl import threadpool_info

    return {
        "cpu": _cpu_name(),
        "cores": cores(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "blas": [
            {key: pool.get(key) for key in ("internal_api", "version", "architecture")}
            for pool in threadpool_info()
            if pool["user_api"] == "blas"
        ],
        "forced": {name: os.environ[name] for name in _FORCED if name in os.environ},
    }


def sentences(machine: dict[str, Any]) -> list[str]:
    """The description for a person, with a warning where a kernel was forced."""
    kernels = [
        f"{pool['internal_api']} {pool['version']}, kernel {pool['architecture'] or 'not told'}"
        for pool in machine["blas"]
    ]
    load = ", ".join(map(str, machine["load"]))
    lines = [
        f"{machine['cpu']}; {machine['cores']} cores; load average {load}",
        f"BLAS: {'; '.join(dict.fromkeys(kernels))}",
        f"Python {machine['python']}; "
        + ", ".join(f"{name} {found}" for name, found in machine["packages"].items()),
    ]
    if machine["forced"]:
        forced = ", ".join(f"{name}={value}" for name, value in machine["forced"].items())
        lines.append(
            f"WARNING: {forced} is set: the product may not run with the best kernel of this"
            " processor; unset it (make bench does)"
        )
    return lines


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
