"""The architecture holds: who may import whom, as the page says, and what must stay light."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {
    "torch", "pandas", "onnx", "onnxruntime", "sklearn", "scipy", "nltk", "soundfile", "soxr",
    "tokenizers", "requests", "numba", "transformers", "laion_clap", "whisper", "matplotlib",
    "jinja2",
    "boto3", "botocore", "huggingface_hub", "cryptography", "fsspec", "ray",
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


# A folder and those below it are one; so are the modules on the top level of concept_core.
TOP = "concept_core"


def _folder(module: str) -> str:
    """The folder that a module's arrows count for: ``concept_core/encoders``, or ``TOP``."""
    parts = module.split(".")
    path = ROOT.joinpath(*parts[:2])
    return "/".join(parts[:2]) if len(parts) > 1 and path.is_dir() else parts[0]


def _arrows(path: Path, text: str) -> set[tuple[str, str]]:
    """Folder -> folder of every import of a module, those inside functions among them."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    here = _folder(module)
    ours = (name for name in names if name.split(".")[0] in ("concept_core", "vocab_builder"))
    return {(here, there) for there in map(_folder, ours) if there != here}


def _allowed() -> dict[str, set[str]]:
    """The table of docs/architecture.md: a folder and what it may import."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    part = text.split("## Arrows", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| `")]
    found = {row[0].strip().strip("`"): set(re.findall(r"`([^`]+)`", row[1])) for row in rows}
    # The modules on the top level are everybody's; the page says so above its table.
    return {TOP: set(), **{folder: names | {TOP} for folder, names in found.items()}}


# What hands names on, and does nothing else.
FACES = {ROOT / "concept_core" / "__init__.py", ROOT / "vocab_builder" / "__init__.py"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_follow_the_table(path: Path) -> None:
    if path in FACES:
        return
    allowed = _allowed()
    for here, there in sorted(_arrows(path, path.read_text(encoding="utf-8"))):
        assert here in allowed, f"docs/architecture.md has no row for {here}"
        assert there in allowed[here], f"{here} may not import {there} (docs/architecture.md)"


def test_an_arrow_that_the_table_lacks_is_seen() -> None:
    path = ROOT / "concept_core" / "solvers" / "base.py"
    forbidden = "def f():\n    from vocab_builder.release import card\n"
    ((here, there),) = _arrows(path, forbidden)
    assert there == "vocab_builder/release"
    assert there not in _allowed()[here]


def test_the_table_has_no_circle_and_no_row_too_many() -> None:
    allowed = _allowed()
    graphlib.TopologicalSorter(allowed).prepare()  # raises CycleError
    folders = {_folder(".".join(p.relative_to(ROOT).with_suffix("").parts)) for p in MODULES}
    assert set(allowed) == folders - {"vocab_builder"}
    used = set().union(
        *(_arrows(p, p.read_text(encoding="utf-8")) for p in MODULES if p not in FACES)
    )
    unused = [(here, there) for here, ones in allowed.items() for there in ones]
    assert sorted(set(unused) - used) == [], "arrows that nothing uses: take them out of the table"


def test_top_levels() -> None:
    assert [p.name for p in ROOT.glob("vocab_builder/*.py")] == ["__init__.py"]
    top = [p for p in ROOT.glob("concept_core/*.py") if p.name != "__init__.py"]
    assert len(top) <= 10


def test_no_module_knows_private_names_of_another() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                private = [a.name for a in node.names if re.match(r"_[a-z]", a.name)]
                assert not private or node.module == "concept_core", (path, private)


@pytest.mark.parametrize("package", ["concept_core", "vocab_builder"])
def test_a_class_name_stands_once(package: str) -> None:
    where: defaultdict[str, list[str]] = defaultdict(list)
    for path in ROOT.glob(f"{package}/**/*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


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


@pytest.mark.parametrize("path", sorted(ROOT.glob("vocab_builder/cli/*_command.py")), ids=str)
def test_a_verb_parses_calls_and_prints(path: Path) -> None:
    commands = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any("command" in ast.unparse(one) for one in node.decorator_list)
    ]
    assert commands
    for command in commands:
        body = command.body[1:]  # after the docstring, which is the help
        lines = body[-1].end_lineno - body[0].lineno + 1  # type: ignore[operator]
        assert lines <= 25, f"{path.name}: {command.name} has {lines} lines; compute in the wing"


def test_functions_are_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": lines
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and (
            lines := node.end_lineno
            - node.body[0].lineno
            - (ast.get_docstring(node) or "").count("\n")
        )
        > 45  # type: ignore[operator]
    }
    assert long == {}
