"""``sonolex score``: what vocabularies keep of a task, beside the dense embeddings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import encoder_options, order_option

if TYPE_CHECKING:
    from concept_core.encoders import Encoder
    from concept_core.tasks.request import Request
    from concept_core.tasks.scorecard import Scorecard
    from concept_core.vocabulary import Vocabulary

# What a replay needs of this machine, and how its answer is shown.
_BESIDE_REPLAY = frozenset(
    {"specs", "order", "encoder", "device", "offline", "data", "replay", "misses", "as_json", "out"}
)
_TASKS = ("zero-shot", "retrieval", "linear-probe", "few-shot", "finetuned", "intervention")


def _parts(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """``1,2,3`` as a list; nothing as an empty one."""
    return tuple(part.strip() for part in value.split(",")) if value else ()


def _numbers(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, ...]:
    parts = _parts(context, parameter, value)
    if not all(part.isdecimal() and int(part) for part in parts):
        raise click.BadParameter(f"{value!r} is not a list of numbers such as 1,5,10")
    return tuple(map(int, parts))


@click.command()
@click.argument("specs", nargs=-1, metavar="SPEC...")
@click.option("--dataset", help="A data set, such as esc10; or captions, for a table of captions.")
@click.option("--data", type=click.Path(path_type=Path), help="Its folder, or the table.")
@click.option("--folds", default="", callback=_parts, help="Official folds, such as 1,2,3.")
@click.option("--task", type=click.Choice(_TASKS), default="zero-shot", show_default=True)
@encoder_options
@click.option("--l0", type=int, help="At most this many concepts a clip; or --l1, or --mean-l0.")
@click.option("--l1", type=float, help="Penalty of the lasso.")
@click.option("--mean-l0", type=float, help="The penalty, a vocabulary each, that gives this mean.")
@click.option(
    "--classes",
    default="own",
    show_default=True,
    help="Names that clips choose among: own, a data set (esc50), or a file with one a line.",
)
@click.option("--shots", default="", callback=_numbers, help="few-shot: clips a class, 1,5,10.")
@click.option("--without", multiple=True, metavar="CONCEPT", help="intervention: remove it.")
@order_option
@click.option("--top", type=click.IntRange(min=1), help="Only so many concepts of each SPEC.")
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option("--misses", is_flag=True, help="Name every clip that is not recognised.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--replay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A card: score the same again, and say what differs.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the scorecards as JSON on stdout.")
@click.option(
    "-o",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the JSON to a file too.",
)
def command(
    specs: tuple[str, ...],
    order: str,
    top: int | None,
    encoder: str,
    device: str,
    offline: bool,
    data: Path | None,
    replay: Path | None,
    misses: bool,
    as_json: bool,
    out: Path | None,
    **asked: Any,
) -> None:
    """Score each vocabulary SPEC (id, id@version, a folder, or a text file) on a task.

    One SPEC gives one JSON scorecard, several give a list of them. With --replay, the card says
    what to score, and the exit code is 5 if a hash differs and 3 if a number does.
    """
    from concept_core.encoders import load_encoder
    from concept_core.files import pretty_json, write_text
    from vocab_builder.cli.score_text import render, render_misses

    def load_model() -> Encoder:
        return load_encoder(encoder, device=device, offline=offline)

    if replay is None:
        cards = _score(_request(asked, device), _mode(asked), specs, order, top, data, load_model)
    else:
        _refuse_beside_replay()
        cards = _replay(replay, specs, order, data, load_model)
    dicts = [card.to_dict() for card in cards]
    text = pretty_json(dicts[0] if len(dicts) == 1 else dicts)
    if out is not None:
        write_text(out, text)
        click.echo(f"wrote {out}", err=True)
    click.echo(text.rstrip("\n") if as_json else render(cards))
    if misses and not as_json:
        click.echo("\n".join(map(render_misses, cards)))


def _refuse_beside_replay() -> None:
    """The card says what to score; what is asked for beside it would go unheard."""
    context = click.get_current_context()
    given = [
        option.opts[0]
        for option in context.command.params
        if option.name not in _BESIDE_REPLAY
        and context.get_parameter_source(str(option.name)) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"--replay takes {', '.join(given)} from the card; leave them out")


def _request(asked: dict[str, Any], device: str) -> Request:
    from concept_core.tasks.items import class_names
    from concept_core.tasks.request import Request

    if asked["dataset"] is None:
        raise click.UsageError("Missing option '--dataset'.")
    return Request(
        task=asked["task"],
        dataset=asked["dataset"],
        folds=asked["folds"],
        classes=class_names(asked["classes"]),
        shots=asked["shots"],
        without=asked["without"],
        skip_bad=asked["skip_bad"],
        seed=asked["seed"],
        device=device,
    )


def _mode(asked: dict[str, Any]) -> dict[str, Any]:
    """One of l0, l1 and mean_l0."""
    from concept_core.errors import UsageError
    from concept_core.solvers.registry import check_mode

    l0, l1, mean_l0 = asked["l0"], asked["l1"], asked["mean_l0"]
    if mean_l0 is None:
        check_mode(l1, l0)
        return {"l1": l1, "l0": l0}
    if l0 is not None or l1 is not None:
        raise UsageError("give one of --l0, --l1 and --mean-l0; --mean-l0 finds the penalty")
    return {"mean_l0": mean_l0}


def _vocabulary(spec: str, order: str, top: int | None) -> Vocabulary:
    from concept_core.releases.specifiers import load_vocabulary

    vocabulary = load_vocabulary(spec, order=order)
    return replace(vocabulary, concepts=vocabulary.concepts[:top])


def _score(
    request: Request,
    mode: dict[str, Any],
    specs: tuple[str, ...],
    order: str,
    top: int | None,
    data: Path | None,
    load_model: Callable[[], Encoder],
) -> list[Scorecard]:
    """A card for each SPEC; what is wrong with the call or the data is said first."""
    from concept_core.decomposition.dictionary import Dictionary
    from concept_core.tasks.intervention import places_of
    from concept_core.tasks.request import load
    from concept_core.tasks.scoring import Scorer
    from vocab_builder.cli.preparing import prepare_task

    if not specs:
        raise click.UsageError("Missing argument 'SPEC...'.")
    loaded = load(request, data)
    vocabularies = [_vocabulary(spec, order, top) for spec in specs]
    for vocabulary in vocabularies:
        places_of(request.without, vocabulary.labels)
    model = load_model()
    scorer = Scorer(prepare_task(request, loaded, model), seed=request.seed)
    return [
        scorer.score(vocabulary, Dictionary.build(vocabulary, model), **mode)
        for vocabulary in vocabularies
    ]


def _replay(
    path: Path,
    specs: tuple[str, ...],
    order: str,
    data: Path | None,
    load_model: Callable[[], Encoder],
) -> list[Scorecard]:
    """The cards of a file once more, each checked against what it was."""
    from concept_core import __version__
    from concept_core.decomposition.dictionary import Dictionary
    from concept_core.tasks import replay
    from concept_core.tasks.request import load
    from concept_core.tasks.scoring import Scorer
    from vocab_builder.cli.preparing import prepare_task

    old = replay.read_cards(path)
    if specs and len(specs) != len(old):
        raise click.UsageError(f"{path} holds {len(old)} cards; give as many SPECs, or none.")
    cards = []
    for place, card in enumerate(old):
        if card["software"] != __version__:
            versions = f"made by sonolex {card['software']}, this is {__version__}"
            click.echo(f"note: card {place + 1} was {versions}", err=True)
        spec = specs[place] if specs else replay.spec_of(card)
        vocabulary = replay.check_vocabulary(card, _vocabulary(spec, order, None))
        model = load_model()
        replay.check_encoder(card, model.spec)
        request = replay.request_of(card)
        task = prepare_task(request, load(request, data), model)
        replay.check_data(card, task.items.data_hash)
        scorer = Scorer(task, seed=request.seed)
        dictionary = Dictionary.build(vocabulary, model)
        again = scorer.score(vocabulary, dictionary, **replay.mode_of(card))
        replay.check_numbers(card, again)
        click.echo(f"reproduced: {again.specifier}, {again.task} on {again.dataset}", err=True)
        cards.append(again)
    return cards
