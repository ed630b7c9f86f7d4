"""The command line: parse, call, print. One file a command, loaded when it is called."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

import click
from click.shell_completion import CompletionItem

from concept_core import __version__
from concept_core.errors import (
    AssumptionWarning,
    CentringWarning,
    DataError,
    DeprecatedReleaseWarning,
    LeftOutWarning,
    SonolexError,
    SoundHeaderWarning,
    hide_secrets,
)
from concept_core.temporaries import full_disk
from vocab_builder.cli.streams import prepare_streams

# name -> (module under vocab_builder.cli, one line for --help): the list costs no import.
_COMMANDS = {
    "fetch": "download what encoders, sources and data sets need, and vocabularies",
    "doctor": "show what works on this machine, or check an encoder",
    "mine": "print the candidates from sources, with their evidence",
    "filter": "run candidates from standard input through filters",
    "select": "order candidates from standard input, and print the first N",
    "build": "run a recipe and write the vocabulary to a folder",
    "curate": "decide about words on a page or in a spreadsheet; list past decisions",
    "list": "list the vocabularies that come with sonolex or were fetched",
    "show": "show a vocabulary and its concepts",
    "why": "show why a word is in a vocabulary, or why not",
    "check": "find problems in the labels of a vocabulary",
    "diff": "show what changed between two vocabularies",
    "report": "write one HTML page that compares vocabularies",
    "release": "turn a built folder into a version that never changes",
    "deprecate": "mark releases as deprecated, and say what to use instead",
    "export": "write a vocabulary in another format",
    "import": "read a vocabulary in another format, and write it as a folder",
    "publish": "copy a release to where others can reach it",
    "verify": "recompute every checksum of a release, or of shards, wherever they are",
    "centre": "estimate an encoder's centring on your own sounds and texts",
    "texts": "list all texts that a job will need, to embed them elsewhere",
    "embed": "embed clips and texts, into one file or into shards",
    "merge": "merge shards of embeddings into one file",
    "decompose": "turn files of embeddings into shards of sparse weights",
    "explain": "show the concepts in a clip, with their prominence",
    "name": "find words for the directions of a learned dictionary",
    "score": "score a vocabulary on a task, beside the dense embeddings",
    "compare": "compare vocabularies side by side, on one screen",
    "sweep": "score a task and fidelity over sparsities, vocabularies and sizes",
    "reproduce": "compute the paper's tables on your own data and weights",
    "real-clap": "score and explain published CLAP embeddings, without a model",
    "cache": "list, verify and clean up the cache",
    "completion": "print what makes bash, zsh or fish complete commands and options",
}
_EXIT_CODES = """\b
Exit codes:
  0    success
  1    findings (check, doctor)
  2    usage: an unknown name, or an option out of range
  3    data that are bad, incomplete or not comparable
  4    something is missing on this machine; the message has the command that gets it
  5    integrity: a checksum does not hold
  130  interrupted (Ctrl-C); 143 ended by SIGTERM
"""


# As shells count: 128 and the number of the signal.
_INTERRUPTED = 128 + signal.SIGINT

_FOR_USERS = (
    AssumptionWarning,
    CentringWarning,
    DeprecatedReleaseWarning,
    LeftOutWarning,
    SoundHeaderWarning,
)


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is used."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C, also at a prompt, ends it with one line and 130.

        What its options refuse is told without passwords in addresses; a file whose name begins
        with a dash is no option of it.
        """
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            found = _about_dashes(error, ctx.meta["arguments"])
            # Declared final, and read when it is shown; a new error would lose what it is about.
            found.message = hide_secrets(found.message)  # type: ignore[misc]
            raise found from (None if found is error else error)
        except EOFError as error:  # click would call it an interruption
            raise DataError(f"a file ends too early ({error}); take a fresh copy") from error
        except (KeyboardInterrupt, click.Abort):
            click.echo("interrupted", err=True)
            ctx.exit(_INTERRUPTED)

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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; what was written is kept for messages."""
        ctx.meta["arguments"] = tuple(args)
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and helps from the table above, without importing the commands."""
        commands = [
            CompletionItem(name, help=about)
            for name, about in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The one-line helps from the table above, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _about_dashes(error: click.UsageError, arguments: tuple[str, ...]) -> click.UsageError:
    """The error, with what to do where it comes of a file name that was taken for options."""
    written = arguments[: arguments.index("--")] if "--" in arguments else arguments
    options = [one for one in written if one.startswith("-") and one.strip("-")]
    files = [one for one in options if os.path.lexists(one)]
    if isinstance(error, click.NoSuchOption):
        looks_so = (one for one in options if one.startswith(error.option_name) and "." in one)
        files = files or list(looks_so)
    if not files:
        return error
    advice = (
        f"A file name that begins with a dash is taken for options: write ./{files[0]}, or put --"
        " before the names of files."
    )
    return click.UsageError(f"{error.format_message()} {advice}", error.ctx)


def _print_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from concept_core.resources import home
    from vocab_builder.cli.options import DEFAULT_ENCODER

    click.echo(
        f"sonolex, version {__version__}\n"
        f"encoder      {DEFAULT_ENCODER} (where --encoder names no other)\n"
        f"cache folder {home()} (SONOLEX_HOME overrides it)"
    )
    context.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version, the default encoder and the cache folder, and exit.",
)
def cli() -> None:
    """Build, evaluate and publish vocabularies that explain sound."""


class _Ended(BaseException):
    """A signal that ends this process, once what is half-written has been removed."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors a user can mend are one message and an exit code."""
    prepare_streams()
    try:
        with _ends_in_order(), warnings.catch_warnings():
            _plain_warnings()
            return cli.main(args=arguments, prog_name="sonolex", standalone_mode=True)
    except SonolexError as error:
        _fail(str(error), error.exit_code)
    except CentringWarning as error:  # with --strict
        _fail(str(error), DataError.exit_code)
    except _Ended as error:
        number = int(error.args[0])
        click.echo(f"ended by {signal.Signals(number).name}", err=True)
        sys.exit(128 + number)
    except OSError as error:
        # A folder that cannot be written, a full disk: nobody's bug, and the file is what counts.
        place = "" if error.filename is None else f"{error.filename}: "
        _fail(f"{place}{_reason(error)}", DataError.exit_code)


@contextlib.contextmanager
def _ends_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGHUP be errors on the way out, as Ctrl-C is, so that nothing is left."""

    def end(number: int, frame: object) -> NoReturn:
        raise _Ended(number)

    # Who runs us with nohup wants no SIGHUP; only the main thread is told of signals.
    main_thread = threading.current_thread() is threading.main_thread()
    usual = [
        number
        for number in (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
        if number and main_thread and signal.getsignal(number) is signal.SIG_DFL
    ]
    for number in usual:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in usual:
            signal.signal(number, signal.SIG_DFL)


def _reason(error: OSError) -> str:
    """What the system refused, and what to do."""
    if full := full_disk(error):
        return (
            f"{full} ({error.strerror}); nothing is left half-written and what was there is as it"
            " was: make room, or write elsewhere, and run this again"
        )
    return (
        f"{error.strerror or error}; see that the path is right and that you may read and write"
        " there"
    )


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
                click.echo(plain(hide_secrets(f"warning: {message}")), err=True)
            told.add(str(message))
        else:
            usual(message, category, filename, lineno, file, line)

    for category in _FOR_USERS:
        warnings.simplefilter("always", category)
    warnings.showwarning = show


def _fail(message: str, code: int) -> NoReturn:
    from vocab_builder.cli.text import plain

    # Line by line: commands that a message names stand on lines of their own.
    click.echo("\n".join(map(plain, hide_secrets(f"error: {message}").split("\n"))), err=True)
    sys.exit(code)
