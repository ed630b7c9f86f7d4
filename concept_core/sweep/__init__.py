"""A grid of sparsity, vocabulary and size: what each point keeps of a task and of embeddings.

Source: arXiv 2504.14076, the figures of accuracy against the penalty and against the size.
"""

from __future__ import annotations

from concept_core.sweep.model import Sweep, SweepArea, SweepPoint, SweepTask
from concept_core.sweep.run import prefix_sizes, sweep

__all__ = ["Sweep", "SweepArea", "SweepPoint", "SweepTask", "prefix_sizes", "sweep"]
