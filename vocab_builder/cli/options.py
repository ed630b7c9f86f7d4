"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

order_option = click.option(
    "--order",
    type=click.Choice(["descending", "ascending"]),
    default="descending",
    show_default=True,
    help="For text files: which end holds the most important label.",
)
"""For every command that takes a SPEC which may be a text file."""

device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where models and solvers run; auto is cuda where there is one.",
)
"""For every command that runs models, or solvers, that know more than one device."""

offline_option = click.option(
    "--offline", is_flag=True, help="Download nothing, even where a hub id is named."
)
"""For every command that may load an encoder."""


def encoder_options(command: Command) -> Command:
    """``--encoder``, ``--device`` and ``--offline``, for commands that embed.

    They are named as the arguments of ``load_encoder`` are, but the first, which is ``encoder``.
    """
    named = click.option(
        "--encoder",
        default="yamnet-minilm",
        show_default=True,
        help="NAME, NAME:ARGUMENT or NAME:ARGUMENT?option=value (docs/encoders.md).",
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


def write_json(data: Any, out: Path | None, *, shown: bool) -> None:
    """Data as readable JSON: to a file where one is asked for, to stdout where it is shown."""
    from concept_core.files import pretty_json, write_text

    text = pretty_json(data)
    if out is not None:
        write_text(out, text)
        click.echo(f"wrote {out}", err=True)
    if shown:
        click.echo(text, nl=False)


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
    help="Leave out concepts that no source gives without restrictions, and all traces of those.",
)
"""For every command that passes a vocabulary on."""
