"""Progress bars and lines of talk: they go to standard error."""

from __future__ import annotations

from collections.abc import Callable

import click

from concept_core.errors import hide_secrets


def say(line: str) -> None:
    """A line of talk."""
    from vocab_builder.cli.text import plain

    click.echo(plain(hide_secrets(line)), err=True)


def progress_bar(name: str, unit: str = "clip") -> Callable[[int, int], None]:
    """A bar, shown on a terminal alone, that is called with the number done and of all."""
    from tqdm import tqdm

    bar = tqdm(desc=name, unit=unit, disable=None)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show
