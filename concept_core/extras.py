"""Optional packages: found, or an error with the very lines that install them."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from concept_core.errors import MissingPackageError

# laion-clap's own pins forbid numpy 2; the extra has what the package truly imports.
BESIDE_EXTRAS = {
    "laion": (
        "laion-clap",
        ('pip install "sonolex[laion]"', "pip install --no-deps laion-clap==1.1.7"),
    )
}
"""Extra -> a distribution that it cannot bring, and the commands that install it, in order."""

# Module -> the commands that install it, in order.
_INSTALL = {
    "transformers": ('pip install "sonolex[clap]"',),
    "laion_clap": BESIDE_EXTRAS["laion"][1],
    "whisper": ('pip install "sonolex[whisper]"',),
    "huggingface_hub": ('pip install "sonolex[hub]"',),
    # No extra: MTEB is what calls us.
    "mteb": ("pip install mteb",),
    "jinja2": ('pip install "sonolex[report]"',),
    "boto3": ('pip install "sonolex[scale]"',),
    "fsspec": ('pip install "sonolex[scale]"',),
    # No extra: it brings some thirty packages, and was never tried here.
    "gcsfs": ("pip install gcsfs",),
    "cryptography": ('pip install "sonolex[publish]"',),
    "starlette": ('pip install "sonolex[curate]"',),
    "uvicorn": ('pip install "sonolex[curate]"',),
    "matplotlib": ('pip install "sonolex[report]"',),
    "h5py": ('pip install "sonolex[hdf5]"',),
    "openpyxl": ('pip install "sonolex[xlsx]"',),
    "pyarrow": ('pip install "sonolex[parquet]"',),
    "pyarrow.parquet": ('pip install "sonolex[parquet]"',),
    "ray": ('pip install "sonolex[ray]"',),
}


def check_extra(module: str) -> None:
    """Raise MissingPackageError, with the pip lines, if an optional module is not installed.

    Nothing is imported: importing some of these takes seconds, or a network.
    """
    # Of a module inside a package, its package: looking further would import that.
    if importlib.util.find_spec(module.partition(".")[0]) is None:
        raise _missing(module, f"the optional package {module} is not installed")


def require_extra(module: str) -> ModuleType:
    """Import an optional module.

    Raises
    ------
    MissingPackageError
        It, or something that it imports, is not installed; the message has the pip lines.
    """
    check_extra(module)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise _missing(module, f"the optional package {module} needs {error.name}") from error


def _missing(module: str, what: str) -> MissingPackageError:
    lines = "\n".join(f"  {line}" for line in _INSTALL[module])
    return MissingPackageError(f"{what}; to install it, run:\n{lines}", name=module)
