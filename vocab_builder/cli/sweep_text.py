"""What ``sonolex sweep`` prints and writes."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from vocab_builder.cli.text import table

if TYPE_CHECKING:
    from concept_core.bench import Sweep


def as_csv(found: Sweep) -> str:
    """A row a point, with what stands beside all of them in every row."""
    points = found.to_dict()["points"]
    beside = {name: getattr(found, name) for name in ("n", "dense_accuracy", "mean_only_accuracy")}
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, [*points[0], *beside], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**point, **beside} for point in points)
    return lines.getvalue()


def render(found: Sweep) -> str:
    """Tables of the points and of the areas, and what stands beside them."""
    about = found.about
    head = (
        "vocabulary",
        "K",
        "mode",
        "l0",
        "accuracy",
        "retention",
        "centred",
        "variance",
        "names",
    )
    rows = [
        (
            point.vocabulary,
            str(point.size),
            f"{point.mode} {point.value:g}",
            f"{point.l0_mean:.1f}",
            f"{point.accuracy:.3f} [{point.low:.3f}, {point.high:.3f}]",
            _number(point.retention),
            _number(point.centred_cosine),
            _number(point.explained_variance),
            str(point.class_names),
        )
        for point in found.points
    ]
    parts = [
        f"{about['task']}, {about['dataset']}, folds {', '.join(map(str, about['folds']))}:"
        f" {found.n} clips among {len(about['classes'])} names\n"
        f"dense {found.dense_accuracy:.3f} [{found.dense_low:.3f}, {found.dense_high:.3f}],"
        f" mean only {found.mean_only_accuracy:.3f}; mean-only cosine {found.mean_only_cosine:.3f}",
        table(head, rows),
    ]
    if found.areas:
        first = found.areas[0]
        under = [
            (
                one.vocabulary,
                str(one.size),
                f"{one.accuracy:.3f}",
                _number(one.centred_cosine),
                _number(one.explained_variance),
            )
            for one in found.areas
        ]
        parts.append(
            f"areas under the curves, l0 {first.low:g} to {first.high:g}\n"
            + table(("vocabulary", "K", "accuracy", "centred", "variance"), under)
        )
    return "\n\n".join(parts)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
