"""``sonolex score``: what vocabularies keep of a task, beside the dense embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import order_option

if TYPE_CHECKING:
    from concept_core.datasets import ClipSet
    from concept_core.encoders import Encoder
    from concept_core.tasks.scorecard import Scorecard
    from concept_core.tasks.zero_shot import ZeroShot


def _folds(context: click.Context, parameter: click.Parameter, value: str) -> list[str]:
    """``1,2,3`` as a list."""
    return [part.strip() for part in value.split(",")]


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--dataset", required=True, help="esc10, esc50 or demo-sounds.")
@click.option("--data", required=True, type=click.Path(path_type=Path), help="Its folder.")
@click.option("--folds", required=True, callback=_folds, help="Official folds, such as 1,2,3.")
@click.option("--task", type=click.Choice(["zero-shot"]), default="zero-shot", show_default=True)
@click.option("--encoder", default="yamnet-minilm", show_default=True)
@click.option("--l0", type=int, help="At most this many concepts a clip; give this or --l1.")
@click.option("--l1", type=float, help="Penalty of the lasso.")
@click.option(
    "--classes",
    default="own",
    show_default=True,
    help="Names that clips choose among: own, a data set (esc50), or a file with one a line.",
)
@order_option
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option("--misses", is_flag=True, help="Name every clip that is not recognised.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="Print the scorecards as JSON on stdout.")
@click.option(
    "-o",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the JSON to a file too.",
)
def command(
    specs: tuple[str, ...],
    dataset: str,
    data: Path,
    folds: list[str],
    task: str,
    encoder: str,
    l0: int | None,
    l1: float | None,
    classes: str,
    order: str,
    skip_bad: bool,
    misses: bool,
    seed: int,
    as_json: bool,
    out: Path | None,
) -> None:
    """Score each vocabulary SPEC (id, id@version, a folder, or a text file) on a task.

    One SPEC gives one JSON scorecard, several give a list of them.
    """
    from concept_core.datasets import load_dataset
    from concept_core.decomposition import Dictionary
    from concept_core.encoders import load_encoder
    from concept_core.files import pretty_json, write_text
    from concept_core.releases import load_vocabulary
    from concept_core.solvers.registry import check_mode
    from concept_core.tasks.zero_shot import class_names, score

    # What is wrong with the call or the data is said before anything slow starts.
    check_mode(l1, l0)
    clips = load_dataset(dataset, data, folds)
    names = class_names(classes, clips.info)
    vocabularies = [load_vocabulary(spec, order=order) for spec in specs]
    model = load_encoder(encoder)
    prepared = _embed(clips, model, names, skip_bad=skip_bad)
    cards = []
    for vocabulary in vocabularies:
        dictionary = Dictionary.build(vocabulary, model)
        cards.append(score(prepared, vocabulary, dictionary, l1=l1, l0=l0, seed=seed))
    dicts = [card.to_dict() for card in cards]
    text = pretty_json(dicts[0] if len(dicts) == 1 else dicts)
    if out is not None:
        write_text(out, text)
        click.echo(f"wrote {out}", err=True)
    click.echo(text.rstrip("\n") if as_json else _render(cards))
    if misses and not as_json:
        click.echo("\n".join(_render_misses(card) for card in cards))


def _embed(clips: ClipSet, model: Encoder, names: tuple[str, ...], *, skip_bad: bool) -> ZeroShot:
    """Clips and class prompts as embeddings; progress and what was left out go to stderr."""
    from tqdm import tqdm

    from concept_core.tasks.zero_shot import prepare
    from vocab_builder.cli.text import plain

    if clips.missing:
        click.echo(f"{len(clips.missing)} clips of these folds are listed but not there", err=True)
    with tqdm(total=len(clips), desc=clips.info.name, unit="clip", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.update(done - bar.n)

        prepared = prepare(clips, model, names, skip_bad=skip_bad, progress=show)
    for _, message in prepared.bad:
        click.echo(f"left out: {plain(message)}", err=True)
    return prepared


def _render(cards: list[Scorecard]) -> str:
    """A table of the cards, and what they have in common."""
    from vocab_builder.cli.text import table

    first = cards[0]
    rows = [
        (
            f"{card.vocabulary['id']}@{card.vocabulary['version']}",
            str(card.vocabulary["size"]),
            f"{card.mode} {card.value:g}",
            f"{card.l0_mean:.1f}",
            f"{card.accuracy:.3f} [{card.intervals.accuracy[0]:.3f}, "
            f"{card.intervals.accuracy[1]:.3f}]",
            f"{card.dense_accuracy:.3f}",
            "-" if card.retention is None else f"{card.retention:.3f}",
            str(len(card.class_names_in_vocabulary)),
        )
        for card in cards
    ]
    head = ("vocabulary", "K", "mode", "l0", "accuracy", "dense", "retention", "names in it")
    return (
        f"{first.task}, {first.dataset}, folds {', '.join(map(str, first.folds))}: {first.n} clips"
        f" among {len(first.classes)} names\n\n{table(head, rows)}"
    )


def _render_misses(card: Scorecard) -> str:
    """The clips that a vocabulary's reconstructions do not recognise, and what they say."""
    from vocab_builder.cli.text import table

    name = f"{card.vocabulary['id']}@{card.vocabulary['version']}"
    if not card.misses:
        return f"\n{name}: no misses"
    rows = [
        (miss.clip, miss.truth, miss.predicted or "no concept", miss.dense or "-")
        for miss in card.misses
    ]
    head = ("clip", "is", "concepts say", "dense says")
    return f"\n{name}: {len(rows)} misses of {card.n}\n\n{table(head, rows)}"
