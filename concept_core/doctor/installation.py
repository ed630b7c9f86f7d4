"""What is on this machine: Python, packages, resources, device, threads, cache; what is missing."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from concept_core._version import __version__
from concept_core.extras import BESIDE_EXTRAS
from concept_core.parallel import cores
from concept_core.resources import Resource, home, load_catalog, status
from concept_core.resources.cache import damaged_files
from concept_core.values import Value

_DISTRIBUTION = "sonolex"
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([a-z0-9-]+)['\"]")
# For those who work on Sonolex itself.
_OWN_EXTRAS = frozenset({"all", "bench", "dev"})


@dataclass(frozen=True, slots=True)
class Package:
    """A package that Sonolex can use.

    Attributes
    ----------
    name : str
    extra : str
        Which extra it belongs to; empty for what every installation has.
    version : str or None
        None if it is missing.
    install : tuple of str
        Commands that install it.
    """

    name: str
    extra: str
    version: str | None
    install: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A resource: where it lies (None if it does not), and the command that fetches it."""

    name: str
    path: str | None
    fetch: str


@dataclass(frozen=True, slots=True)
class Installation(Value):
    """What is there, and what is wrong.

    Attributes
    ----------
    sonolex, python, system : str
        Versions.
    packages : tuple of Package
        Those that every installation has, then by extra.
    resources : tuple of Fetched
    device : str
        What models and solvers run on by default.
    cores : int
        That this process may use.
    blas : tuple of str
        Libraries of linear algebra with their threads.
    cache : str
        The folder of resources and kept embeddings.
    cache_bytes : int
    findings : tuple of str
        What does not work, and what to do. What is optional and missing is none.
    """

    sonolex: str
    python: str
    system: str
    packages: tuple[Package, ...]
    resources: tuple[Fetched, ...]
    device: str
    cores: int
    blas: tuple[str, ...]
    cache: str
    cache_bytes: int
    findings: tuple[str, ...]


def describe_installation() -> Installation:
    """Look around on this machine. Nothing is loaded but torch, which knows the devices."""
    packages, catalog = _packages(), load_catalog()
    return Installation(
        sonolex=__version__,
        python=sys.version.split()[0],
        system=platform.platform(),
        packages=packages,
        resources=tuple(
            Fetched(name, str(path) if path else None, f"sonolex fetch {name}")
            for name in catalog
            for path in (status(name, catalog).path,)
        ),
        device=_device(),
        cores=cores(),
        blas=_blas(),
        cache=str(home()),
        cache_bytes=_bytes(home()),
        findings=(*_absent(packages), *_damaged(catalog), *_unwritable(home())),
    )


def _packages() -> tuple[Package, ...]:
    """What this distribution's own metadata ask for, and the packages that no extra can hold."""
    try:
        required = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        required = []  # a source tree that was never installed
    found = []
    for line in required:
        named, marker = _REQUIREMENT.match(line), _EXTRA.search(line)
        group = marker[1] if marker else ""
        if named and named[0].lower() != _DISTRIBUTION and group not in _OWN_EXTRAS:
            pip = f'pip install "{_DISTRIBUTION}[{group}]"' if group else f"pip install {named[0]}"
            found.append(Package(named[0], group, _version(named[0]), (pip,)))
    for extra, (name, lines) in BESIDE_EXTRAS.items():
        found.append(Package(name, extra, _version(name), lines))
    return tuple(sorted(found, key=lambda one: (one.extra, one.name)))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _device() -> str:
    import torch

    if not torch.cuda.is_available():
        return "cpu"
    return f"cuda ({torch.cuda.get_device_name()})"


def _blas() -> tuple[str, ...]:
    import numpy as np  # noqa: F401 - it brings its library
    from threadpoolctl import threadpool_info

    return tuple(
        f"{pool['internal_api']} {pool['version']}: {pool['num_threads']} threads"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    )


def _absent(packages: Sequence[Package]) -> list[str]:
    return [
        f"{one.name} is not installed, and every installation needs it: {one.install[0]}"
        for one in packages
        if not one.extra and one.version is None
    ]


def _bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        # Other processes clean up while we count.
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _damaged(catalog: Mapping[str, Resource]) -> list[str]:
    return [
        f"{name}: {', '.join(files)} are not as they were fetched: sonolex fetch {name}"
        for name, resource in catalog.items()
        if (files := damaged_files(resource))
    ]


def _unwritable(folder: Path) -> list[str]:
    """The nearest folder that is there must be one that can be written."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return []
    return [
        f"the cache folder {folder} cannot be written, so nothing is kept: set SONOLEX_HOME to a"
        " folder that can"
    ]
