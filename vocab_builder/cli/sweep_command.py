"""``sonolex sweep``: accuracy and fidelity over a grid of sparsity, vocabulary and size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import encoder_options, order_option

if TYPE_CHECKING:
    from concept_core.bench import Sweep, SweepTask
    from concept_core.tasks.zero_shot import ZeroShot

_FILE = click.Path(dir_okay=False, path_type=Path)


def _list(kind: Callable[[str], Any], such: str) -> Callable[..., tuple[Any, ...]]:
    """A callback for ``5,10,20``, its parts of one kind."""

    def read(context: click.Context, parameter: click.Parameter, value: str) -> tuple[Any, ...]:
        try:
            return tuple(kind(part.strip()) for part in value.split(",")) if value else ()
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
@click.option("--dataset", required=True, help="esc10, esc50 or demo-sounds.")
@click.option("--data", required=True, type=click.Path(path_type=Path), help="Its folder.")
@click.option("--folds", required=True, callback=_list(int, "1,2,3"), help="Official folds.")
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
@click.option(
    "--classes",
    default="own",
    show_default=True,
    help="Names that clips choose among: own, a data set (esc50), or a file with one a line.",
)
@order_option
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="Print the sweep as JSON on stdout.")
@click.option("-o", "out", type=_FILE, callback=_out, help="Write it to FILE.json or FILE.csv too.")
@click.option("--png", type=_FILE, help="Draw the curves, at the width of a column.")
@click.option("--svg", type=_FILE, help="The same as SVG.")
def command(specs: tuple[str, ...], order: str, as_json: bool, **asked: Any) -> None:
    """Score vocabularies zero-shot over a grid of sparsities and sizes, dense beside.

    Clips are embedded once, or read from what is kept of earlier runs; a prefix of a vocabulary
    is its first so many concepts, and a vocabulary has no point at a size that it does not reach.

    \b
    Example:
      sonolex sweep sonolex-core audioset --dataset esc10 --data esc10 --folds 1,2,3 \\
        --classes esc50 --l0 1,2,5,10,20 --sizes 200,500,all --png sweep.png
    """
    from concept_core.files import pretty_json
    from vocab_builder.cli.sweep_text import render

    _check(asked)
    found = _sweep(specs, order, asked)
    text = pretty_json(found.to_dict())
    _write(found, text, asked)
    click.echo(text.rstrip("\n") if as_json else render(found))


def _check(asked: dict[str, Any]) -> None:
    """What is wrong with the call is said before anything slow starts."""
    from concept_core.errors import UsageError
    from concept_core.extras import check_extra
    from concept_core.solvers.registry import check_mode

    if bool(asked["l0"]) == bool(asked["l1"]):
        raise UsageError("give exactly one of --l0 (limits) and --l1 (penalties)")
    for limit in asked["l0"]:
        check_mode(None, limit)
    for penalty in asked["l1"]:
        check_mode(penalty, None)
    if asked["png"] or asked["svg"]:
        check_extra("matplotlib")


def _sweep(specs: Sequence[str], order: str, asked: dict[str, Any]) -> Sweep:
    from tqdm import tqdm

    from concept_core.bench import prefix_sizes, sweep
    from concept_core.decomposition.dictionary import Dictionary
    from concept_core.encoders import load_encoder
    from concept_core.releases.specifiers import load_vocabulary
    from concept_core.tasks.items import class_names
    from concept_core.tasks.request import Request, load
    from concept_core.tasks.zero_shot import ZeroShot
    from vocab_builder.cli.preparing import prepare_task

    request = Request(
        task="zero-shot",
        dataset=asked["dataset"],
        folds=tuple(asked["folds"]),
        classes=class_names(asked["classes"]),
        skip_bad=asked["skip_bad"],
    )
    clips = load(request, asked["data"])
    vocabularies = [load_vocabulary(spec, order=order) for spec in specs]
    for vocabulary in vocabularies:
        if not prefix_sizes(len(vocabulary), asked["sizes"]):
            click.echo(f"{vocabulary.specifier} has {len(vocabulary)} concepts: no point", err=True)
    model = load_encoder(asked["encoder"], device=asked["device"], offline=asked["offline"])
    prepared = prepare_task(request, clips, model)
    assert isinstance(prepared, ZeroShot)
    entries = [(vocabulary, Dictionary.build(vocabulary, model)) for vocabulary in vocabularies]
    with tqdm(desc="sweep", unit="prefix", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return sweep(
            _task(prepared),
            entries,
            l0=asked["l0"],
            l1=asked["l1"],
            sizes=asked["sizes"],
            seed=asked["seed"],
            progress=show,
        )


def _task(prepared: ZeroShot) -> SweepTask:
    from concept_core.bench import SweepTask
    from concept_core.tasks.assemble import head

    return SweepTask(
        x=prepared.rows,
        truth=prepared.data.single_labels,
        classes=prepared.classes,
        class_atoms=prepared.data.class_atoms,
        encoder=prepared.items.encoder.fingerprint,
        about=head(prepared),
    )


def _write(found: Sweep, text: str, asked: dict[str, Any]) -> None:
    """The files that were asked for."""
    from concept_core.files import write_text
    from vocab_builder.cli.sweep_text import as_csv
    from vocab_builder.figures.style import FORMATS, save, style
    from vocab_builder.figures.sweep import draw_sweep

    out: Path | None = asked["out"]
    if out is not None:
        write_text(out, text if out.suffix == ".json" else as_csv(found))
        click.echo(f"wrote {out}", err=True)
    for form in FORMATS:
        if asked[form] is not None:
            with style():
                # Drawn anew: a layout that has been drawn once settles a little differently.
                save(draw_sweep(found), asked[form], form)
            click.echo(f"wrote {asked[form]}", err=True)
