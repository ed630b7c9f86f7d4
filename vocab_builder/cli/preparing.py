"""Tasks made ready for commands: progress and what was left out go to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from concept_core.datasets import ClipSet
    from concept_core.datasets.caption_files import CaptionFile
    from concept_core.encoders import Encoder
    from concept_core.tasks.request import Request
    from concept_core.tasks.task import Task


def prepare_task(request: Request, loaded: ClipSet | CaptionFile, model: Encoder) -> Task:
    """Clips and texts as embeddings; progress and what was left out go to stderr."""
    from tqdm import tqdm

    from concept_core.datasets import ClipSet
    from concept_core.tasks.request import prepare
    from vocab_builder.cli.text import plain

    clips = loaded.paths if isinstance(loaded, ClipSet) else loaded.clips
    if isinstance(loaded, ClipSet) and loaded.missing:
        click.echo(f"{len(loaded.missing)} clips of these folds are listed but not there", err=True)
    with tqdm(total=len(clips), desc=request.dataset, unit="clip", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.update(done - bar.n)

        task = prepare(request, loaded, model, progress=show)
    for _, message in task.items.bad:
        click.echo(f"left out: {plain(message)}", err=True)
    return task
