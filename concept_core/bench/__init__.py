"""A grid of sparsity, vocabulary and size: what each point keeps of a task and of embeddings.

Source: arXiv 2504.14076, the figures of accuracy against the penalty and against the size.
"""

from __future__ import annotations

from concept_core.bench.sweep import prefix_sizes, sweep
from concept_core.bench.sweep_model import Sweep, SweepArea, SweepPoint, SweepTask

__all__ = ["Sweep", "SweepArea", "SweepPoint", "SweepTask", "prefix_sizes", "sweep"]
