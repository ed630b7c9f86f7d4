"""``sonolex sweep``: accuracy and fidelity over a grid of sparsity, vocabulary and size."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import (
    classes_option,
    dataset_options,
    encoder_options,
    engine_options,
    figure_options,
    order_option,
    parts,
    seed_option,
    strict_option,
    write_json,
)
from vocab_builder.cli.text import number, ranged, table

if TYPE_CHECKING:
    from concept_core.bench.sweep import Sweep

_FILE = click.Path(dir_okay=False, path_type=Path)


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
@dataset_options("A data set of one class a clip, such as esc10.", required=True)
@click.option("--l0", default="", callback=_list(int, "1,5,20"), help="Limits; or give --l1.")
@click.option("--l1", default="", callback=_list(float, "0.05,0.1"), help="Penalties.")
@click.option(
    "--sizes",
    default="all",
    show_default=True,
    callback=_list(_size, "500,1000,all"),
    help="The first so many concepts of each vocabulary.",
)
@encoder_options
@strict_option
@classes_option
@order_option
@seed_option
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print the sweep as JSON on stdout.")
@click.option("-o", "out", type=_FILE, callback=_out, help="Write it to FILE.json or FILE.csv too.")
@figure_options("the curves")
def command(
    specs: tuple[str, ...],
    as_json: bool,
    out: Path | None,
    png: Path | None,
    svg: Path | None,
    **asked: Any,
) -> None:
    """Score vocabularies zero-shot over a grid of sparsities and sizes, dense beside.

    Clips are embedded once, or read from what is kept of earlier runs; a prefix of a vocabulary
    is its first so many concepts, and a vocabulary has no point at a size that it does not reach.

    \b
    Example:
      sonolex sweep sonolex-core audioset --dataset esc10 --data esc10 --folds 1,2,3 \\
        --classes esc50 --l0 1,2,5,10,20 --sizes 200,500,all --png sweep.png
    """
    from vocab_builder.figures.style import draw, figure_files
    from vocab_builder.figures.sweep import draw_sweep

    figures = figure_files(png=png, svg=svg)
    found = _sweep(specs, asked)
    as_csv = out is not None and out.suffix == ".csv"
    write_json(found.to_dict(), None if as_csv else out, shown=as_json)
    if as_csv and out is not None:
        _write_csv(found, out)
    for path in draw(lambda: draw_sweep(found), figures):
        click.echo(f"wrote {path}", err=True)
    if not as_json:
        click.echo(render(found))


def _sweep(specs: tuple[str, ...], asked: dict[str, Any]) -> Sweep:
    from concept_core.bench.bench import Bench
    from concept_core.bench.sweep import check_grid, prefix_sizes
    from concept_core.engine import beside, open_engine
    from concept_core.releases.specifiers import load_vocabularies
    from concept_core.tasks.items import class_names
    from concept_core.tasks.request import TaskRequest
    from vocab_builder.cli.progress import progress_bar, say

    check_grid(asked["l0"], asked["l1"])
    fields = {name: asked[name] for name in ("dataset", "folds", "skip_bad", "seed", "device")}
    request = TaskRequest("zero-shot", **fields, classes=class_names(asked["classes"]))
    with open_engine(asked["engine"], asked["workers"]) as engine:
        bench = Bench(
            request, asked["encoder"], asked["data"], offline=asked["offline"],
            engine=beside(engine), progress=progress_bar(request.dataset), say=say,
        )  # fmt: skip
        vocabularies = load_vocabularies(specs, order=asked["order"])
        for vocabulary in vocabularies:
            if not prefix_sizes(len(vocabulary), asked["sizes"]):
                say(f"{vocabulary.specifier} has {len(vocabulary)} concepts: no point")
        grid = {name: asked[name] for name in ("l0", "l1", "sizes")}
        return bench.sweep(vocabularies, **grid, progress=progress_bar("sweep", "prefix"))


def _write_csv(found: Sweep, path: Path) -> None:
    """A row a point, with the dense and mean-only accuracy in every row."""
    from concept_core.files import write_text

    points = found.to_dict()["points"]
    facts = {name: getattr(found, name) for name in ("n", "dense_accuracy", "mean_only_accuracy")}
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, [*points[0], *facts], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**point, **facts} for point in points)
    write_text(path, lines.getvalue())
    click.echo(f"wrote {path}", err=True)


def render(found: Sweep) -> str:
    """Tables of the points and of the areas, and what they are compared with."""
    about = found.about
    head = ("vocabulary", "K", "mode", "l0", "accuracy", "retention", "centred", "variance",
            "names")  # fmt: skip
    names = dict(zip((one.content_hash for one in found.points), found.names, strict=True))
    rows = [
        (
            names[point.content_hash],
            str(point.size),
            f"{point.mode} {point.value:g}",
            f"{point.l0_mean:.1f}",
            ranged(point.accuracy, (point.low, point.high)),
            number(point.retention),
            number(point.centred_cosine),
            number(point.explained_variance),
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
        parts.append(_areas(found, names))
    return "\n\n".join(parts)


def _areas(found: Sweep, names: Mapping[str, str]) -> str:
    first = found.areas[0]
    rows = [
        (
            names[one.content_hash],
            str(one.size),
            f"{one.accuracy:.3f}",
            number(one.centred_cosine),
            number(one.explained_variance),
        )
        for one in found.areas
    ]
    shown = table(("vocabulary", "K", "accuracy", "centred", "variance"), rows)
    return f"areas under the curves, l0 {first.low:g} to {first.high:g}\n{shown}"
