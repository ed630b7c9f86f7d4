"""A sweep as tables of a paper: a row a point, dense and the mean alone beside; and the areas."""

from __future__ import annotations

from collections.abc import Mapping

from concept_core.bench.sweep import Sweep, SweepPoint
from concept_core.tasks.paired import holm_of_tested
from vocab_builder.tables.notes import reading, sentence
from vocab_builder.tables.paper import Cell, Number, PaperTable, label_of, number_or_dash
from vocab_builder.tables.scores import (
    LESS_DENSE,
    TESTS,
    about_baselines,
    brackets,
    where,
)

_REST = (
    "Cosine: of centred embeddings with their reconstructions; variance: the share explained;"
    " names: how many of the names to choose among are concepts."
)


def sweep_tables(found: Sweep) -> tuple[PaperTable, ...]:
    """The points and, where curves have any l0 in common, the areas under them."""
    names = found.calls
    points = _points(found, names)
    return (points, _areas(found, names)) if found.areas else (points,)


def _points(found: Sweep, names: Mapping[tuple[str, str], str]) -> PaperTable:
    tests = holm_of_tested([point.p for point in found.points])
    first = found.points[0]
    random = any(point.main.random is not None for point in found.points)
    baselines = (*(["random"] if random else []), *found.methods)
    rest: tuple[Cell, ...] = (None,) * (5 + len(baselines))
    rows: list[tuple[Cell, ...]] = [
        ("dense embeddings", None, None, None,
         Number(found.dense, interval=found.dense_interval), *rest),
        ("mean only", None, None, None, Number(found.mean_only), *rest),
    ]  # fmt: skip
    rows += [
        _row(point, names, p, _beside(found, point, random=random))
        for point, p in zip(found.points, tests, strict=True)
    ]
    about = found.about
    return PaperTable(
        label=label_of("sweep", about["task"], about["dataset"], found.metric),
        caption=f"{about['task'].capitalize()} {found.metric} over sparsities and sizes on"
        f" {where(about)} with {about['encoder']['name']}.",
        columns=(
            "vocabulary", "concepts", first.mode, "mean l0", found.metric, "less dense",
            "retention", *baselines, "cosine", "variance", "names",
        ),
        rows=tuple(rows),
        notes=(
            *map(sentence, reading(about)),
            brackets(about["resampled"], about["resampled_by"]),
            LESS_DENSE,
            _bold(found),
            *([about_baselines((*baselines, "mean only"))] if baselines else []),
            _REST,
        ),
    )  # fmt: skip


def _row(
    point: SweepPoint,
    names: Mapping[tuple[str, str], str],
    p: float | None,
    beside: tuple[Cell, ...],
) -> tuple[Cell, ...]:
    main = point.main
    return (
        names[point.vocabulary, point.content_hash],
        point.size,
        int(point.value) if point.mode == "l0" else Number(point.value, 4),
        Number(point.l0_mean, 1),
        Number(main.value, interval=main.interval),
        Number(main.value - main.dense, signed=True, interval=main.difference_interval, p=p),
        number_or_dash(main.retention),
        *beside,
        number_or_dash(point.centred_cosine),
        number_or_dash(point.explained_variance),
        point.class_names,
    )


def _beside(found: Sweep, point: SweepPoint, *, random: bool) -> tuple[Cell, ...]:
    """What random and learned directions keep."""
    main = point.main
    drawn = [number_or_dash(main.random, main.random_sd)] if random else []
    return *drawn, *(number_or_dash(found.learned(point, one)) for one in found.methods)


def _bold(found: Sweep) -> str:
    tests = dict.fromkeys(point.test for point in found.points if point.test is not None)
    if not tests:
        return f"{found.metric} is no mean over clips: no paired test, nothing is bold."
    number = len(found.points)
    return (
        f"Bold differences to dense: told from 0 by {', '.join(TESTS[one] for one in tests)},"
        f" p < .05 by Holm over {number} point{'' if number == 1 else 's'}."
    )


def _areas(found: Sweep, names: Mapping[tuple[str, str], str]) -> PaperTable:
    first, about = found.areas[0], found.about
    return PaperTable(
        label=label_of("sweep", about["task"], about["dataset"], "areas"),
        caption=f"Areas under the curves from l0 {first.low:g} to {first.high:g},"
        f" {about['task']} on {where(about)} with {about['encoder']['name']}.",
        columns=("vocabulary", "concepts", found.metric, "cosine", "variance"),
        rows=tuple(
            (names[one.vocabulary, one.content_hash], one.size, Number(one.value),
             number_or_dash(one.centred_cosine), number_or_dash(one.explained_variance))
            for one in found.areas
        ),
    )  # fmt: skip
