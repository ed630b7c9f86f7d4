"""``sonolex report``: one page with everything that decides between vocabularies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vocab_builder.cli.options import (
    dataset_options,
    encoder_options,
    order_option,
    reference_option,
    strict_option,
)


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="HTML file to write.",
)
@order_option
@click.option(
    "--top", type=click.IntRange(min=1), help="Use only the first N concepts of each vocabulary."
)
@encoder_options
@strict_option
@click.option(
    "--scores",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Scorecard file (sonolex score -o); can be repeated.",
)
@click.option(
    "--explain",
    "clips",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Clip to play and explain on the page; can be repeated.",
)
@click.option("--l0", type=int, help="At most this many concepts per clip.  [default: 8]")
@click.option("--l1", type=float, help="Penalty of the lasso, instead of --l0.")
@reference_option
@dataset_options("Data set to measure coverage and fidelity on, such as esc10.")
@click.option(
    "--figures",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write every chart as PDF, PNG and SVG, one column wide, into this folder.",
)
def command(specs: tuple[str, ...], out: Path, figures: Path | None, **options: Any) -> None:
    """Write one self-contained HTML page about each vocabulary SPEC, side by side.

    \b
    Example:
      sonolex report sonolex-core audioset -o report.html --explain dog.wav
    """
    from vocab_builder.cli.measured_on import dataset_bench
    from vocab_builder.reporting import report

    bench = dataset_bench(options)
    if bench is not None:
        options["reference"] = bench
    page = report(specs, out, figures=figures, **options)
    if figures is not None:
        click.echo(f"wrote the charts into {figures}", err=True)
    click.echo(f"wrote {page} ({page.stat().st_size / 1e6:.1f} MB)", err=True)
