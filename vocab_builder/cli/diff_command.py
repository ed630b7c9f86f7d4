"""``sonolex diff``: what changed from one vocabulary to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import encoder_options, order_option, reference_option

if TYPE_CHECKING:
    from vocab_builder.release.diff import Change, Difference


@click.command()
@click.argument("before")
@click.argument("after")
@order_option
@reference_option
@encoder_options
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Changes shown per kind.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all changes as JSON on stdout.")
def command(
    before: str,
    after: str,
    order: str,
    reference: Path | None,
    encoder: str,
    device: str,
    offline: bool,
    top: int,
    as_json: bool,
) -> None:
    """Show what changed from the vocabulary BEFORE to AFTER: added, removed, renamed, moved.

    Concepts are compared by id. As moved count the fewest concepts whose moves explain the new
    order. With --reference the changes that affect coverage most come first.

    \b
    Example:
      sonolex diff demo@0.1.0 demo@1.0.0
    """
    from concept_core.releases.specifiers import load_vocabulary
    from vocab_builder.cli.text import show
    from vocab_builder.release.diff import Covered, diff

    one, other = (load_vocabulary(spec, order=order) for spec in (before, after))
    covered = None
    if reference is not None:
        from concept_core.encoders import load_encoder
        from concept_core.measures.reference import read_reference

        model = load_encoder(encoder, device=device, offline=offline)
        covered = Covered.build(read_reference(reference, model).x, one, other, model)
    difference = diff(one, other, covered)
    show(difference, lambda value: _render(value, top), as_json=as_json)


def _render(difference: Difference, top: int) -> str:
    from vocab_builder.cli.text import plain
    from vocab_builder.release.diff import CHANGES

    counts = ", ".join(f"{len(difference.of(change))} {change}" for change in CHANGES)
    before = f"{difference.before} ({difference.size_before})"
    after = f"{difference.after} ({difference.size_after})"
    lines = [
        plain(f"{before} -> {after}"),
        f"{difference.kept} kept, {counts}",
    ]
    if difference.hash_before == difference.hash_after:
        lines.append("the same concepts in the same order")
    if difference.coverage_before is not None and difference.coverage_after is not None:
        more = difference.coverage_after - difference.coverage_before
        totals = f"{difference.coverage_before:.4f} -> {difference.coverage_after:.4f}"
        lines.append(f"coverage {totals} ({more:+.4f})")
    for change in CHANGES:
        if difference.of(change):
            lines += ["", _changes(change, difference.of(change), top)]
    return "\n".join(lines)


def _changes(change: str, changes: tuple[Change, ...], top: int) -> str:
    """One kind of change as a table; those that do most to coverage first, where it is known."""
    from vocab_builder.cli.text import table

    measured = changes[0].coverage is not None
    ordered = sorted(changes, key=lambda one: -abs(one.coverage or 0.0))[:top]
    rows = [
        (
            one.after or one.before or "",
            one.before or "" if change == "renamed" else "",
            str(one.place_before or ""),
            str(one.place_after or ""),
            f"{one.coverage:+.5f}" if one.coverage is not None else "",
        )
        for one in ordered
    ]
    head = (change, "was", "place before", "after", "coverage")
    wanted = [
        place
        for place in range(len(head))
        if (place != 1 or change == "renamed") and (place != 4 or measured)
    ]
    shown = table([head[at] for at in wanted], ([row[at] for at in wanted] for row in rows))
    left = len(changes) - len(rows)
    return shown + (f"\n... and {left} more (--top)" if left else "")
