"""``sonolex sweep``: the main metric of a task and fidelity, over sparsities and sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import (
    check_printed,
    classes_option,
    dataset_options,
    encoder_options,
    engine_options,
    figure_options,
    learned_option,
    order_option,
    parts,
    seed_option,
    shots_option,
    strict_option,
    table_option,
    write_csv,
    write_json,
)
from vocab_builder.cli.task_text import about_learned, spread, title
from vocab_builder.cli.text import number, ranged, show_tables, table

if TYPE_CHECKING:
    from concept_core.bench.sweep import Sweep, SweepPoint
    from concept_core.tasks.request import TaskRequest
    from vocab_builder.figures.style import Look

_FILE = click.Path(dir_okay=False, path_type=Path)
_TASKS = ("zero-shot", "retrieval", "linear-probe", "few-shot", "finetuned")


def _list(kind: Callable[[str], Any], such: str) -> Callable[..., tuple[Any, ...]]:
    """A callback for ``5,10,20``, its parts of one kind."""

    def read(context: click.Context, parameter: click.Parameter, value: str) -> tuple[Any, ...]:
        try:
            return tuple(map(kind, parts(context, parameter, value)))
        except ValueError as error:
            raise click.BadParameter(f"{value!r} is not a list such as {such}") from error

    return read


def _size(text: str) -> int | None:
    return None if text == "all" else int(text)


def _out(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix not in (".json", ".csv"):
        raise click.BadParameter(f"{value}: the table is written as .json or .csv")
    return value


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@dataset_options("Data set, such as esc10; or captions, for a table of captions.", required=True)
@click.option(
    "--task",
    default="zero-shot",
    show_default=True,
    metavar="TASK",
    help=f"Task: {', '.join(_TASKS)}.",
)
@click.option(
    "--l0",
    default="",
    callback=_list(int, "1,5,20"),
    help="Limits on concepts per clip: 1,5,20; or give --l1.",
)
@click.option(
    "--l1", default="", callback=_list(float, "0.05,0.1"), help="Penalties of the lasso: 0.05,0.1."
)
@click.option(
    "--sizes",
    default="all",
    show_default=True,
    callback=_list(_size, "500,1000,all"),
    help="Use the first N concepts of each vocabulary, for each N in a list: 200,500,all.",
)
@click.option(
    "--random",
    "draws",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Number of random dictionaries drawn for each size; 0 for none.",
)
@learned_option
@encoder_options
@strict_option
@classes_option
@shots_option
@order_option
@seed_option
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print the sweep as JSON on stdout.")
@table_option
@click.option(
    "-o", "out", type=_FILE, callback=_out, help="Also write the sweep to FILE.json or FILE.csv."
)
@figure_options("the curves", ("value", "variance"), ("l0", "size"))
def command(
    specs: tuple[str, ...],
    as_json: bool,
    form: str | None,
    out: Path | None,
    figures: dict[str, Path],
    look: Look,
    **asked: Any,
) -> None:
    """Score vocabularies on a task over a grid of sparsities and sizes, with baselines.

    Clips are embedded once, or read from the cache. A vocabulary with fewer concepts than a size
    in --sizes has no point there. Each point is the main metric of the scorecard that sonolex score
    makes of it.

    \b
    Examples:
      sonolex sweep sonolex-core audioset --dataset esc10 --data esc10 --folds 1,2,3 \\
        --classes esc50 --l0 1,2,5,10,20 --sizes 200,500,all --png sweep.png
      sonolex sweep sonolex-core --dataset captions --data captions.csv --task retrieval --l0 2,8
    """
    from vocab_builder.figures.style import draw
    from vocab_builder.figures.sweep import draw_sweep

    check_printed(form, as_json=as_json)
    found = _sweep(specs, asked)
    as_csv = out is not None and out.suffix == ".csv"
    write_json(found.to_dict(), None if as_csv else out, shown=as_json)
    if as_csv and out is not None:
        write_csv(found.rows(), out)
    for path in draw(lambda: draw_sweep(found, look), figures, look):
        click.echo(f"wrote {path}", err=True)
    if form is not None:
        from vocab_builder.tables.sweep import sweep_tables

        show_tables(sweep_tables(found), form)
    elif not as_json:
        click.echo(render(found))


def _sweep(specs: tuple[str, ...], asked: dict[str, Any]) -> Sweep:
    from concept_core.bench.bench import Bench
    from concept_core.bench.grid import check_grid, prefix_sizes
    from concept_core.engine import beside, open_engine
    from concept_core.releases.specifiers import load_vocabularies
    from vocab_builder.cli.progress import progress_bar, say

    check_grid(asked["l0"], asked["l1"])
    request = _request(asked)
    with open_engine(asked["engine"], asked["workers"]) as engine:
        bench = Bench(
            request, asked["encoder"], asked["data"], offline=asked["offline"],
            engine=beside(engine), progress=progress_bar(request.dataset), say=say,
        )  # fmt: skip
        vocabularies = load_vocabularies(specs, order=asked["order"])
        for vocabulary in vocabularies:
            if not prefix_sizes(len(vocabulary), asked["sizes"]):
                say(f"{vocabulary.specifier} has {len(vocabulary)} concepts: no point")
        grid = {name: asked[name] for name in ("l0", "l1", "sizes", "draws")}
        return bench.sweep(vocabularies, **grid, progress=progress_bar("sweep", "point"))


def _request(asked: dict[str, Any]) -> TaskRequest:
    from concept_core.bench.grid import check_swept
    from concept_core.tasks.items import class_names
    from concept_core.tasks.request import TaskRequest

    check_swept(asked["task"])
    names = ("task", "dataset", "folds", "shots", "skip_bad", "seed", "device", "learned")
    fields = {name: asked[name] for name in names}
    return TaskRequest(**fields, classes=class_names(asked["classes"]))


def render(found: Sweep) -> str:
    """Tables of the points and of the areas, and what they are compared with."""
    from vocab_builder.tables.notes import reading

    dense = ranged(found.dense, found.dense_interval)
    names = found.calls
    parts = [
        f"{title(found.about)}\n{found.metric}: dense {dense}, mean only {found.mean_only:.3f};"
        f" mean-only cosine {found.mean_only_cosine:.3f}",
        _points(found, names),
    ]
    if found.areas:
        parts.append(_areas(found, names))
    notes = [*reading(found.about), *_learned_notes(found, names)]
    if notes:
        parts.append("\n".join(notes))
    return "\n\n".join(parts)


def _points(found: Sweep, names: Mapping[tuple[str, str], str]) -> str:
    head = ("vocabulary", "K", "mode", "l0", found.metric, "less dense", "retention", "random",
            *found.methods, "centred", "variance", "names")  # fmt: skip
    rows = [
        (
            names[point.vocabulary, point.content_hash],
            str(point.size),
            f"{point.mode} {point.value:g}",
            f"{point.l0_mean:.1f}",
            ranged(point.main.value, point.main.interval),
            ranged(point.main.value - point.main.dense, point.main.difference_interval, "+"),
            number(point.main.retention),
            spread(point.main.random, point.main.random_sd),
            *(number(found.learned(point, method)) for method in found.methods),
            number(point.centred_cosine),
            number(point.explained_variance),
            str(point.class_names),
        )
        for point in found.points
    ]
    return table(head, rows)


def _learned_notes(found: Sweep, names: Mapping[tuple[str, str], str]) -> list[str]:
    """What was learned for each size at the first of its sparsities, which learn from the same."""
    first: dict[tuple[str, str, int], SweepPoint] = {}
    for point in found.points:
        first.setdefault((point.vocabulary, point.content_hash, point.size), point)
    return [
        line
        for (vocabulary, content_hash, size), point in first.items()
        for line in about_learned(
            f"{names[vocabulary, content_hash]}, {size} concepts, {point.mode} {point.value:g}",
            point.baselines,
            point.cosine,
        )
    ]


def _areas(found: Sweep, names: Mapping[tuple[str, str], str]) -> str:
    first = found.areas[0]
    rows = [
        (
            names[one.vocabulary, one.content_hash],
            str(one.size),
            f"{one.value:.3f}",
            number(one.centred_cosine),
            number(one.explained_variance),
        )
        for one in found.areas
    ]
    shown = table(("vocabulary", "K", found.metric, "centred", "variance"), rows)
    return f"areas under the curves, l0 {first.low:g} to {first.high:g}\n{shown}"
