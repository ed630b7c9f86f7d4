"""Explanations for the terminal: bars, and tables that labels cannot break."""

from __future__ import annotations

from collections.abc import Sequence

from concept_core.explanation.clips import Explanation
from concept_core.explanation.groups import ConceptDifference, Contrast, GroupExplanation
from concept_core.explanation.request import Item, Outcome
from concept_core.explanation.windows import TimeExplanation
from vocab_builder.cli.text import plain, ranged, table

_BAR = 30
_SHADES = " .:-=+*#%@"
_WIDEST = 100


def outcome_text(outcome: Outcome) -> str:
    """All explanations, one below the other."""
    texts = [_item_text(item, outcome.request.shown) for item in outcome.items]
    for place, whole in enumerate(outcome.whole):
        texts[place] += "\n" + without_text(outcome.request.without, whole)
    return "\n\n".join(texts)


def _item_text(item: Item, top: int) -> str:
    if isinstance(item, Explanation):
        return clip_text(item)
    if isinstance(item, GroupExplanation):
        return group_text(item)
    return contrast_text(item) if isinstance(item, Contrast) else time_text(item, top)


def _bar(value: float, most: float) -> str:
    return f"{'#' * max(1, round(_BAR * value / most)):<{_BAR}}"


def clip_text(explanation: Explanation) -> str:
    """A clip's table: prominence, a bar against the most prominent, the label."""
    lines = [plain(explanation.clip)]
    most = max((prominence for _, prominence in explanation.concepts), default=1.0)
    for label, prominence in explanation.concepts:
        lines.append(f"  {prominence:.3f}  {_bar(prominence, most)}  {plain(label)}")
    if not explanation.concepts:
        lines.append("  no concept of the vocabulary is in this clip")
    note = ", not converged" if explanation.status == "not-converged" else ""
    lines.append(f"  l0 {explanation.l0}, cosine {explanation.cosine:.3f}{note}")
    if explanation.depth is not None and explanation.depth.note:
        lines.append(f"  {explanation.depth.note}")
    return "\n".join(lines)


def without_text(names: Sequence[str], whole: Explanation) -> str:
    """What the clip was with the concepts that were left out."""
    weights = dict(whole.concepts)
    had = ", ".join(f"{name} {weights.get(name, 0.0):.3f}" for name in names)
    return plain(f"  with the concepts that were left out: cosine {whole.cosine:.3f}, {had}")


def group_text(group: GroupExplanation) -> str:
    """A group's table: mean prominence, its interval, that of all clips; share, bar, label."""
    head = f"{group.n} clips, mean prominence [95 %], that of all clips, share of clips"
    lines = [plain(f"{group.name}: {head}")]
    most = max((one.prominence for one in group.concepts), default=1.0)
    for one in group.concepts:
        bar = _bar(one.prominence, most)
        figures = f"{ranged(one.prominence, one.interval)}  {one.overall:.3f}  {one.share:>4.0%}"
        lines.append(f"  {figures}  {bar}  {plain(one.label)}")
    if not group.concepts:
        lines.append("  no concept of the vocabulary is in these clips")
    lines.append(f"  mean l0 {group.l0:.1f}, mean cosine {group.cosine:.3f}")
    return "\n".join(lines)


def contrast_text(found: Contrast) -> str:
    """Both sides of a contrast, one below the other."""
    return "\n\n".join(
        [
            _side(f"what {found.one} has and {found.other} has not", found.more, found),
            _side(f"what {found.other} has and {found.one} has not", found.less, found),
        ]
    )


def _side(title: str, concepts: Sequence[ConceptDifference], found: Contrast) -> str:
    rows = [
        (
            each.label,
            ranged(each.difference, each.interval, "+"),
            f"{each.chance:.3f}",
            f"{each.one.prominence:.3f}",
            f"{each.one.share:.0%}",
            f"{each.other.prominence:.3f}",
            f"{each.other.share:.0%}",
        )
        for each in concepts
    ]
    head = ("concept", "difference", "by chance", found.one, "clips", found.other, "clips")
    return f"{plain(title)}\n{table(head, rows)}" if rows else f"{plain(title)}\n  nothing"


def time_text(found: TimeExplanation, top: int) -> str:
    """A row a concept, a sign a window: the darker, the more prominent; silence is blank."""
    count = len(found.moments)
    step = -(-count // _WIDEST)
    rows = found.concepts(top)
    most = max((value for _, values in rows for value in values), default=1.0)
    width = max((len(plain(label)) for label, _ in rows), default=0)
    window = found.moments[0].end - found.moments[0].start
    lines = [plain(f"{found.clip}: {found.seconds:.1f} s, {count} windows of {window:.2f} s")]
    for label, values in rows:
        # Where a line would be too long, a sign is the most prominent of several windows.
        signs = (max(values[at : at + step]) for at in range(0, count, step))
        shades = "".join(_SHADES[round(value / most * (len(_SHADES) - 1))] for value in signs)
        lines.append(f"  {plain(label):<{width}}  |{shades}|")
    if not rows:
        lines.append("  no concept of the vocabulary is in this file")
    each = f", a sign is {step} windows" if step > 1 else ""
    lines.append(f"  {_SHADES[1]} to {_SHADES[-1]}: prominence up to {most:.3f}{each}")
    return "\n".join(lines)
