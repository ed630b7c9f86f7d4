"""Optional packages: the lines that install them, and that the extra ``laion`` is complete."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest

from concept_core.errors import MissingError
from concept_core.extras import check_extra, require_extra

ROOT = Path(__file__).resolve().parents[2]
# Needed at import and not declared anywhere: a build of it must match torch's, so the backend
# will bring stand-ins where it is missing.
UNDECLARED = {"torchvision"}
# transformers itself requires it.
WITH_TRANSFORMERS = {"packaging"}
HIDDEN = "concept_core_test_absent"


@pytest.fixture
def nothing_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """No optional package can be found, whatever is installed here."""
    find = importlib.util.find_spec
    optional = {"transformers", "laion_clap", "whisper", "huggingface_hub", "matplotlib"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name in optional else find(name)
    )


@pytest.mark.usefixtures("nothing_optional")
def test_without_laion_clap_the_error_prints_the_two_lines() -> None:
    with pytest.raises(MissingError) as caught:
        require_extra("laion_clap")
    assert str(caught.value).splitlines()[1:] == [
        '  pip install "sonolex[laion]"',
        "  pip install --no-deps laion-clap==1.1.7",
    ]
    assert caught.value.exit_code == 4


@pytest.mark.usefixtures("nothing_optional")
@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("transformers", "clap"),
        ("whisper", "whisper"),
        ("huggingface_hub", "hub"),
        ("matplotlib", "report"),
    ],
)
def test_each_extra_has_its_line_and_is_declared(module: str, extra: str) -> None:
    with pytest.raises(MissingError, match=re.escape(f'pip install "sonolex[{extra}]"')):
        check_extra(module)
    assert extra in declared_extras()


def test_what_is_installed_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "whisper", raising=False)
    (tmp_path / "whisper.py").write_text("NAME = 'stand-in'\n")
    assert require_extra("whisper").NAME == "stand-in"


def test_an_installed_package_that_lacks_one_of_its_own_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "whisper", raising=False)
    (tmp_path / "whisper.py").write_text(f"import {HIDDEN}\n")
    with pytest.raises(MissingError, match=f"needs {HIDDEN}"):
        require_extra("whisper")


def declared_extras() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {**project["optional-dependencies"], "": project["dependencies"]}


def distributions(requirements: list[str]) -> set[str]:
    """Normal names of the distributions in a list of requirements."""
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in requirements)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def reached_imports(package: Path) -> set[str]:
    """Third-party top-level modules that ``import PACKAGE`` imports without condition.

    Only statements at the top level of a file count: one inside ``try``, ``if`` or a function
    can fail or be skipped. The package's own folder is on its path, as laion_clap puts it there.
    """
    todo, seen, found = [package / "__init__.py"], set(), set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            for base, name in imported(statement, path, package):
                files = module_files(base, name)
                todo += files
                if not files and base == package:
                    found.add(name.split(".")[0])
    return found - set(sys.stdlib_module_names) - {package.name}


def imported(statement: ast.stmt, path: Path, package: Path) -> list[tuple[Path, str]]:
    """(folder to start from, dotted name) of what a statement imports."""
    if isinstance(statement, ast.Import):
        return [(package, alias.name) for alias in statement.names]
    if not isinstance(statement, ast.ImportFrom):
        return []
    base = path.parents[statement.level - 1] if statement.level else package
    prefix = f"{statement.module}." if statement.module else ""
    inner = [(base, f"{prefix}{alias.name}") for alias in statement.names]
    # A name that is no module of its own belongs to the module before it.
    return [pair if module_files(*pair) else (base, statement.module or "") for pair in inner]


def module_files(base: Path, name: str) -> list[Path]:
    """The files that importing a dotted name runs, if it lies under a folder; else none."""
    files, folder = [], base
    for part in filter(None, name.split(".")):
        if (folder / part / "__init__.py").is_file():
            files.append(folder / part / "__init__.py")
        elif (folder / f"{part}.py").is_file():
            files.append(folder / f"{part}.py")
        elif not (folder / part).is_dir():
            return []
        folder = folder / part
    return files


def test_the_walk_over_imports_sees_what_cannot_be_avoided(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    (package / "inner").mkdir(parents=True)
    (package / "plain").mkdir()
    (package / "__init__.py").write_text("import os, direct\nfrom .hook import run\n")
    (package / "hook.py").write_text(
        "from inner import thing\nfrom .plain.data import x\ndef run():\n    import lazy\n"
    )
    (package / "inner" / "__init__.py").write_text("from . import deep\n")
    (package / "inner" / "deep.py").write_text(
        "import deep_need.part as d\ntry:\n    import maybe\nexcept ImportError:\n    pass\n"
    )
    (package / "plain" / "data.py").write_text("from plain_need import a\n")
    (package / "plain" / "unreached.py").write_text("import never\n")
    assert reached_imports(package) == {"direct", "deep_need", "plain_need"}


def test_the_laion_extra_is_what_laion_clap_imports() -> None:
    spec = importlib.util.find_spec("laion_clap")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("laion_clap is not installed (pip install --no-deps laion-clap==1.1.7)")
    modules = reached_imports(Path(next(iter(spec.submodule_search_locations)))) - UNDECLARED
    assert {"torch", "librosa", "h5py"} <= modules
    absent = sorted(name for name in modules if importlib.util.find_spec(name) is None)
    assert not absent, f"laion_clap imports what is not installed: {', '.join(absent)}"

    extras = declared_extras()
    declared = distributions(extras[""] + extras["laion"])
    carriers = importlib.metadata.packages_distributions()
    needed = {name: distributions(carriers[name]) for name in modules - WITH_TRANSFORMERS}
    undeclared = sorted(name for name, carrier in needed.items() if not carrier & declared)
    assert not undeclared, f"the extra laion lacks: {', '.join(undeclared)}"
    surplus = distributions(extras["laion"]) - set().union(*needed.values())
    assert not surplus, f"the extra laion lists what laion_clap does not import: {surplus}"
