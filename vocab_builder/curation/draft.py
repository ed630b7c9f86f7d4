"""A vocabulary before it is released: what a build made of every candidate, to be decided on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vocab_builder.curation.decisions import Decisions
from vocab_builder.curation.queue import State
from vocab_builder.stages.candidates import Candidate, Outcome
from vocab_builder.stages.context import Context


def _none() -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a build made of every candidate.

    Attributes
    ----------
    ordered : tuple of Candidate
        What the filters kept, in the order of the vocabulary.
    outcome : Outcome
        The first of these, and all drops, those for which there was no room among them.
    size : int or None
        How many concepts are asked for; None takes all that are ordered.
    by_mass : bool
        Whether the order is that of frequency.
    decisions : Decisions
        That the build followed.
    files : tuple of Path
        Where they stand; new ones go into the last.
    context : Context
        Embeds labels and the reference; its encoder may be None.
    redundant : float or None
        From which cosine on two labels say one thing; None where there is no encoder.
    captions : callable
        Gives the captions of the person's own sources.
    clips : tuple of Path
        Sounds in which concepts can be heard.
    before : mapping of str to str
        As of ``queue.State``.
    since : str
        As of ``queue.State``.
    """

    ordered: tuple[Candidate, ...]
    outcome: Outcome
    size: int | None
    by_mass: bool
    decisions: Decisions
    files: tuple[Path, ...]
    context: Context
    redundant: float | None = None
    captions: Callable[[], Iterable[str]] = _none
    clips: tuple[Path, ...] = ()
    before: dict[str, str] = field(default_factory=dict)
    since: str = ""

    @property
    def state(self) -> State:
        """What the queue is made of."""
        return State(self.outcome.kept, self.outcome.dropped, self.before, self.since)
