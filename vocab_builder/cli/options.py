"""Options that several commands share."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from concept_core.errors import CentringWarning

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT_ENCODER = "yamnet-minilm"

order_option = click.option(
    "--order",
    type=click.Choice(["descending", "ascending"]),
    default="descending",
    show_default=True,
    help="For text files: the most important label is first (descending) or last (ascending).",
)
"""For every command that takes a SPEC which may be a text file."""

device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Device for models and for the solver working_set_torch; auto is cuda if there is one.",
)
"""For every command that runs models, or solvers, that know more than one device."""

offline_option = click.option(
    "--offline", is_flag=True, help="Download nothing, even if the encoder is named by a hub id."
)
"""For every command that may load an encoder."""


def _checked_engine(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from concept_core.engine import check_engine

    check_engine(value)
    return value


def engine_options(command: Command) -> Command:
    """``--engine`` and ``--workers``, for commands that do many jobs of one kind.

    They are named as the arguments of ``open_engine`` are, but the first, which is ``engine``.
    """
    engine = click.option(
        "--engine",
        default="local",
        show_default=True,
        callback=_checked_engine,
        help="Where the work runs: local, ray (started on this machine), or ray:ADDRESS.",
    )
    workers = click.option(
        "--workers",
        type=click.IntRange(min=1),
        help="Number of processes.  [default: local 1, with threads; ray 1 per core]",
    )
    return engine(workers(command))


def encoder_options(command: Command) -> Command:
    """``--encoder``, ``--device`` and ``--offline``, for commands that embed.

    They are named as the arguments of ``load_encoder`` are, but the first, which is ``encoder``.
    """
    named = click.option(
        "--encoder",
        default=DEFAULT_ENCODER,
        show_default=True,
        help="Encoder: NAME, NAME:ARGUMENT or NAME:ARGUMENT?option=value (docs/encoders.md).",
    )
    return named(device_option(offline_option(command)))


class OutputFile(click.Path):
    """A file to write, whose name ends as its format does; else nothing is done.

    Parameters
    ----------
    *endings : str
        Such as ``.png``; letters may be large.
    """

    name = "file"

    def __init__(self, *endings: str) -> None:
        super().__init__(dir_okay=False, path_type=Path)
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; fails on another ending."""
        path = Path(str(super().convert(value, param, ctx)))
        if not path.name.lower().endswith(self.endings):
            wanted = " or ".join(self.endings)
            self.fail(f"{str(value)!r} does not end in {wanted}, as the format does", param, ctx)
        return path


def parts(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """A callback for ``1,2,3``: its parts as text; nothing gives none."""
    return tuple(part.strip() for part in value.split(",")) if value else ()


def dataset_options(about: str, *, required: bool = False) -> Callable[[Command], Command]:
    """``--dataset``, ``--data``, ``--folds`` and ``--skip-bad``, for commands that take clips.

    They are named as the fields of ``TaskRequest``; ``about`` says which data sets serve.
    """
    options = (
        click.option("--dataset", required=required, help=about),
        click.option(
            "--data",
            type=click.Path(path_type=Path),
            help="Folder of the data set, or the table; precomputed rows need no sounds in it."
            "  [default: where sonolex fetch puts it]",
        ),
        click.option(
            "--folds",
            default="",
            callback=parts,
            help="Official folds, such as 1,2,3.  [default: the official test folds, or all]",
        ),
        click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded."),
    )
    return _all_of(options)


def _strict(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        warnings.simplefilter("error", CentringWarning)


strict_option = click.option(
    "--strict",
    is_flag=True,
    expose_value=False,
    callback=_strict,
    help="Stop, instead of warning, if rows are not centred, or by the mean of other data.",
)
"""For every command that decomposes embeddings."""

classes_option = click.option(
    "--classes",
    default="own",
    show_default=True,
    help="Class names to choose from: own, a data set (esc50), or a file with one name per line.",
)
"""For every command that scores."""


def _numbers(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, ...]:
    texts = parts(context, parameter, value)
    from concept_core.documents import whole_number

    numbers = [whole_number(text) or 0 for text in texts]
    if not all(numbers):
        raise click.BadParameter(f"{value!r} is not a list of numbers such as 1,5,10")
    return tuple(numbers)


shots_option = click.option(
    "--shots",
    default="",
    callback=_numbers,
    help="For few-shot: numbers of clips per class to learn from, such as 1,5,10.",
)
"""For every command that scores the task few-shot."""

learned_option = click.option(
    "--learned",
    multiple=True,
    type=click.Choice(("dictionary-learning", "top-k-autoencoder")),
    help="Also score a dictionary of the same size, learned from clips that are not scored.",
)
"""For `score` and `sweep`."""

vocabulary_option = click.option(
    "--vocabulary", "spec", required=True, help="Vocabulary: id, id@version, folder, or text file."
)
"""For every command that takes embeddings apart over one vocabulary."""

reference_option = click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="Measure on these captions (csv, tsv, jsonl, txt), or on this folder of clips.",
)
"""For every command that measures coverage."""

seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Random seed of the bootstrap.",
)
"""For every command that gives intervals."""


table_option = click.option(
    "--table",
    "form",
    type=click.Choice(["latex", "markdown", "csv"]),
    help="Print the results as tables for a paper, in this format, instead of text.",
)
"""For every command whose figures papers have; `check_printed` sees that --json is not beside."""


def check_printed(form: str | None, *, as_json: bool) -> None:
    """See that one thing is printed on stdout, before anything slow starts.

    Raises
    ------
    click.UsageError
        Both are asked for.
    """
    if as_json and form is not None:
        raise click.UsageError("--json and --table both say what is printed on stdout; give one")


def figure_options(
    drawn: str, axes: Sequence[str], log_axes: Sequence[str] = ()
) -> Callable[[Command], Command]:
    """``--pdf``, ``--png``, ``--svg`` and what shapes them, for commands that draw.

    The command is given ``figures``, the files by form, and ``look``, for `style.draw`. Whatever
    is wrong with them, or missing, is said before it runs.

    Parameters
    ----------
    drawn : str
        What is drawn.
    axes, log_axes : sequence of str
        Names of the axes whose range may be fixed; of the latter it starts above 0.
    """
    options = (
        click.option("--pdf", type=OutputFile(".pdf"), help=f"Draw {drawn}, with embedded fonts."),
        click.option("--png", type=OutputFile(".png"), help="The same with 300 dots per inch."),
        click.option("--svg", type=OutputFile(".svg"), help="The same as SVG."),
        *_look_options(axes, log_axes),
    )

    def add(command: Command) -> Command:
        @functools.wraps(command)
        def drawing(
            *, pdf: Path | None, png: Path | None, svg: Path | None, width: float | None,
            style: str, ranges: dict[str, tuple[float, float]], **others: Any,
        ) -> Any:  # fmt: skip
            from vocab_builder.figures.style import Look, figure_files

            files = figure_files(pdf=pdf, png=png, svg=svg)
            if not files and (width is not None or style != "paper" or ranges):
                raise click.UsageError(
                    "--width, --style and --range shape a figure; give its file with --pdf, --png"
                    " or --svg"
                )
            return command(figures=files, look=Look(width, style, ranges), **others)

        return cast(Command, _all_of(options)(drawing))

    return add


def _look_options(axes: Sequence[str], log_axes: Sequence[str]) -> tuple[Callable[[Any], Any], ...]:
    """``--width``, ``--style`` and ``--range``."""
    named = ", ".join((*axes, *log_axes))
    return (
        click.option(
            "--width", callback=_width,
            help="Width: column (3.4 inches), page (7), or inches.  [default: column]",
        ),
        click.option(
            "--style", type=click.Choice(["paper", "serif", "slides"]), default="paper",
            show_default=True, help="Style; slides has letters and lines twice as large.",
        ),
        click.option(
            "--range", "ranges", multiple=True, metavar="AXIS=LOW,HIGH",
            callback=_ranges((*axes, *log_axes), log_axes),
            help=f"Fix the range of an axis, to compare several figures: {named}.",
        ),
    )  # fmt: skip


def _width(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Inches of a width by name or number; `Look` says which there may be."""
    from vocab_builder.figures.style import COLUMN, PAGE

    if value is None:
        return None
    named = {"column": COLUMN, "page": PAGE}
    try:
        return named[value] if value in named else float(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is neither column, page nor a number of inches"
        ) from error


def _ranges(
    names: Sequence[str], log_axes: Sequence[str]
) -> Callable[..., dict[str, tuple[float, float]]]:
    """A callback for ``value=0,1``, given again and again."""

    def read(
        context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
    ) -> dict[str, tuple[float, float]]:
        found = {}
        for value in values:
            name, _, ends = value.partition("=")
            if name not in names:
                raise click.BadParameter(
                    f"{value!r}: the axes of this figure are {', '.join(names)}"
                )
            low, high = _ends(value, ends)
            if name in log_axes and low <= 0:
                raise click.BadParameter(f"{value!r}: a logarithmic axis starts above 0")
            if name in found:
                raise click.BadParameter(f"{value!r}: {name} has a range already; give it one")
            found[name] = (low, high)
        return found

    return read


def _ends(value: str, ends: str) -> tuple[float, float]:
    try:
        low, high = map(float, ends.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no range such as value=0,1") from error
    return low, high


def given_beside(names: Collection[str]) -> list[str]:
    """What stands on the command line of the running command beside these parameters.

    Options and arguments as the user knows them, for commands where one option rules others out.
    """
    context = click.get_current_context()
    return [
        option.opts[0] if isinstance(option, click.Option) else option.make_metavar(context)
        for option in context.command.params
        if option.name not in names
        and context.get_parameter_source(str(option.name)) is click.core.ParameterSource.COMMANDLINE
    ]


def _all_of(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """One decorator for several options, shown in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def write_json(data: Any, out: Path | None = None, *, shown: bool) -> None:
    """Data as readable JSON: to a file where one is asked for, to stdout where it is shown."""
    from concept_core.files import pretty_json, write_text

    text = pretty_json(data)
    if out is not None:
        write_text(out, text)
        click.echo(f"wrote {out}", err=True)
    if shown:
        click.echo(text, nl=False)


def write_csv(rows: Sequence[Mapping[str, Any]], out: Path) -> None:
    """Rows of the same columns as a csv file, in which no cell is a formula."""
    from concept_core.files import write_text
    from concept_core.releases.csv_cells import rows_text

    write_text(out, rows_text(rows))
    click.echo(f"wrote {out}", err=True)


root_option = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("vocabularies"),
    show_default=True,
    help="Folder of releases, with its index.toml.",
)
"""For every command that writes a folder of releases."""

permissive_option = click.option(
    "--permissive",
    is_flag=True,
    help="Keep only concepts that a permissive source has, with no trace of the other sources.",
)
"""For every command that passes a vocabulary on."""
