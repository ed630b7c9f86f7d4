"""The command line: parse, call, print. One file a command, loaded when it is called."""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any, NoReturn, TextIO

import click

from concept_core import __version__
from concept_core.errors import (
    AssumptionWarning,
    CentringWarning,
    DataError,
    DeprecatedReleaseWarning,
    SonolexError,
    SoundHeaderWarning,
)

# name -> (module under vocab_builder.cli, one line for --help): the list costs no import.
_COMMANDS = {
    "fetch": "get what encoders, sources and data sets need, and vocabularies",
    "doctor": "what is installed, and whether an encoder works",
    "mine": "candidates of sources, with their evidence",
    "filter": "candidates through filters, piped",
    "select": "the first so many candidates of a selection's order, piped",
    "build": "run a recipe: candidates in, a vocabulary folder out",
    "curate": "decide about words: on a page, in a spreadsheet; what was decided",
    "list": "the vocabularies that are carried or were fetched",
    "show": "what a vocabulary is, and its concepts",
    "why": "why a word is in a vocabulary, or why not",
    "check": "coded findings about a vocabulary",
    "diff": "what changed between two vocabularies",
    "report": "one page with everything that decides between vocabularies",
    "release": "a built folder becomes a version that never changes",
    "deprecate": "say of releases what to use instead",
    "export": "a vocabulary in another format",
    "import": "a vocabulary from another format, as a folder",
    "publish": "a release to where others can reach it",
    "verify": "recompute every checksum of a release, here or where it is published",
    "centre": "an encoder's centring, estimated on sounds and texts of your own",
    "texts": "all texts that a job will need, to embed them elsewhere",
    "embed": "clips and texts in, files of embeddings out",
    "decompose": "files of embeddings in, shards of sparse weights out",
    "explain": "the concepts in a clip, with their prominence",
    "score": "task scores of a vocabulary beside the dense embeddings",
    "compare": "vocabularies side by side, on one screen",
    "sweep": "accuracy and fidelity over sparsities, vocabularies and sizes",
    "reproduce": "the paper's tables, on your own data and weights",
    "real-clap": "published embeddings by CLAP, scored and explained without a model",
    "cache": "what is kept to be fast: list, verify, clean up",
}


_FOR_USERS = (
    AssumptionWarning,
    CentringWarning,
    DeprecatedReleaseWarning,
    SoundHeaderWarning,
)


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a user's work, not of the alphabet."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import ``vocab_builder.cli.<name>_command`` and take its ``command``."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"vocab_builder.cli.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The one-line helps from the table above, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sonolex")
def cli() -> None:
    """Make, judge and publish vocabularies that explain sound."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors a user can mend are one message and an exit code."""
    try:
        with warnings.catch_warnings():
            _plain_warnings()
            return cli.main(args=arguments, prog_name="sonolex", standalone_mode=True)
    except SonolexError as error:
        _fail(str(error), error.exit_code)
    except CentringWarning as error:  # with --strict
        _fail(str(error), DataError.exit_code)
    except OSError as error:
        # A folder that cannot be written, a full disk: nobody's bug, and the file is what counts.
        place = "" if error.filename is None else f"{error.filename}: "
        hint = "see that the path is right and that you may read and write there"
        _fail(f"{place}{error.strerror or error}; {hint}", DataError.exit_code)


def _plain_warnings() -> None:
    """What is said of a release or of rows is for the user: one line, and no place in our code."""
    usual, told = warnings.showwarning, set[str]()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        from vocab_builder.cli.text import plain

        if issubclass(category, _FOR_USERS):
            if str(message) not in told:
                click.echo(plain(f"warning: {message}"), err=True)
            told.add(str(message))
        else:
            usual(message, category, filename, lineno, file, line)

    for category in _FOR_USERS:
        warnings.simplefilter("always", category)
    warnings.showwarning = show


def _fail(message: str, code: int) -> NoReturn:
    from vocab_builder.cli.text import plain

    # Line by line: commands that a message names stand on lines of their own.
    click.echo("\n".join(map(plain, f"error: {message}".split("\n"))), err=True)
    sys.exit(code)
