"""The help of every command on the page of the command line: a hook of MkDocs (mkdocs.yml).

mkdocs-click does so too, but runs the lines of examples together and prints click's own marks as
defaults.
"""

from __future__ import annotations

from collections.abc import Iterator

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from vocab_builder.cli import cli

_PLACE = "<!-- the help of every command -->"
_WIDTH = 100


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the help of all commands in its place on the page that has one."""
    if _PLACE not in markdown:
        return markdown
    return markdown.replace(_PLACE, "\n\n".join(sections("sonolex", cli)))


def sections(name: str, command: click.Command, depth: int = 2) -> Iterator[str]:
    """A heading and what ``--help`` prints, of a command and of those below it."""
    context = click.Context(
        command, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    yield f"{'#' * depth} {name}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from sections(f"{name} {below}", found, depth + 1)
