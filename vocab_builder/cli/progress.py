"""Progress bars and lines of talk: they go to standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

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


@contextlib.contextmanager
def sound_bar(name: str) -> Iterator[Callable[[int, int, float], None]]:
    """A bar of clips, beside which stands how many hours of sound they are.

    It is called with the number done, the number of all (0 where that is not known) and seconds.
    """
    from tqdm import tqdm

    with tqdm(desc=name, unit="clip", disable=None) as bar:

        def show(done: int, total: int, seconds: float) -> None:
            bar.total = total or None
            bar.set_postfix_str(f"{seconds / 3600:,.1f} h of sound", refresh=False)
            bar.update(done - bar.n)

        yield show
