"""Of candidates that say one thing, the most frequent speaks for all, with all their evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vocab_builder.stages.candidates import Candidate, Drop, FilterResult

# From a candidate's index, and the indices by label of those that stay so far, to the drop; its
# twin is one of these labels.
Judge = Callable[[int, Mapping[str, int]], Drop | None]


def by_count(candidates: Sequence[Candidate]) -> list[int]:
    """Indices by falling count; of equals the shorter label, then the alphabet."""

    def order(index: int) -> tuple[float, int, str]:
        candidate = candidates[index]
        return -candidate.mass, len(candidate.label), candidate.label

    return sorted(range(len(candidates)), key=order)


def let_speak(candidates: Sequence[Candidate], judge: Judge) -> FilterResult:
    """Ask from the most frequent on whether one that stays speaks for a candidate already.

    The one that stays takes count, evidence and links. Nobody speaks through another: where b is
    a twin of a, and c of b only, c stays.
    """
    stay: dict[str, int] = {}
    merged: dict[int, Candidate] = {}
    dropped: list[Drop] = []
    for index in by_count(candidates):
        drop = judge(index, stay)
        if drop is None or drop.twin is None:
            stay[candidates[index].label] = index
            merged[index] = candidates[index]
        else:
            speaker = stay[drop.twin]
            merged[speaker] = merged[speaker].absorb(candidates[index])
            dropped.append(drop)
    kept = sorted(merged.values(), key=lambda candidate: (-candidate.mass, candidate.label))
    return FilterResult(tuple(kept), tuple(dropped))
