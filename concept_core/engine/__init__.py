"""Where many jobs of one kind are done: this machine, or a Ray cluster."""

from __future__ import annotations

from concept_core.engine.base import Done, Engine, Lost, Worker
from concept_core.engine.registry import beside, check_engine, open_engine

__all__ = ["Done", "Engine", "Lost", "Worker", "beside", "check_engine", "open_engine"]
