"""What compiled code answers does not depend on what else a process has compiled or loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

ALONE = """
import numpy as np
from concept_core.solvers.factor import solve_backward
solve_backward(np.eye(3), 3, np.ones(3), np.empty(3))
"""

SOLVE = """
from hashlib import sha256
from concept_core.solvers.working_set import WorkingSet
from tests.problems import gap_problem
rows, atoms = gap_problem(1, 500, 150, 24)
print(sha256(WorkingSet(0.1).prepare(atoms).solve(rows).weights.data).hexdigest())
"""


def printed(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def test_a_kernel_loaded_before_by_itself_changes_no_bit() -> None:
    assert printed(ALONE + SOLVE) == printed(SOLVE)
