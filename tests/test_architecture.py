"""The floors of the house hold: who may import whom, and what must stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {
    "torch", "pandas", "onnx", "onnxruntime", "sklearn", "scipy", "nltk", "soundfile", "soxr",
    "tokenizers", "requests", "numba", "transformers", "laion_clap", "whisper", "matplotlib",
    "jinja2",
    "boto3", "botocore", "huggingface_hub", "cryptography",
}  # fmt: skip
# Modules that only those import who have the package already: the compiled ones all import the
# first, which solvers import inside functions; the others subclass what belongs to the package.
ALLOWED = {
    "concept_core/solvers/kernels.py": {"numba"},
    "concept_core/integrations/sklearn.py": {"sklearn"},
    "concept_core/integrations/torch.py": {"torch"},
}
MODULES = sorted([*ROOT.glob("concept_core/**/*.py"), *ROOT.glob("vocab_builder/**/*.py")])


def _imports(nodes: list[ast.stmt]) -> set[str]:
    """Top-level package names imported by statements that run on import."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.Try):
            found |= _imports([*node.body, *node.orelse])
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.dump(node.test):
            found |= _imports(node.body)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_heavy_imports_stay_inside_functions(path: Path) -> None:
    allowed = ALLOWED.get(path.relative_to(ROOT).as_posix(), set())
    assert not _imports(ast.parse(path.read_text(encoding="utf-8")).body) & HEAVY - allowed


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("concept_core/**/*.py")), ids=lambda path: path.name
)
def test_core_never_imports_the_builder(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not [name for name in names if name.startswith("vocab_builder")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_are_short_and_documented(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)), "a module says what it is for"


@pytest.mark.parametrize(
    "statement",
    [
        "import concept_core",
        "from vocab_builder.cli import main; main(['--help'])",
        "from concept_core import load_vocabulary; load_vocabulary('sonolex-core')",
    ],
)
def test_light_start(statement: str) -> None:
    code = (
        f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set(sys.modules) & {HEAVY | {'numpy'}!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_path_of_a_machine_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split("\n")
    homes = ["/" + "work/", "/" + "root/", "/" + "tmp/bash_jobs"]
    for name in filter(None, listed):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        assert not [home for home in homes if home.encode() in content], name
