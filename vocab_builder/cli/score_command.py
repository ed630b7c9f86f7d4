"""``sonolex score``: what vocabularies keep of a task, beside the dense embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import (
    check_printed,
    classes_option,
    dataset_options,
    encoder_options,
    engine_options,
    given_beside,
    learned_option,
    order_option,
    seed_option,
    shots_option,
    strict_option,
    table_option,
    write_json,
)
from vocab_builder.cli.task_text import about_learned, spread, title
from vocab_builder.cli.text import number, ranged, show_tables, table

if TYPE_CHECKING:
    from concept_core.tasks.request import TaskRequest
    from concept_core.tasks.scorecard import Scorecard, Scorecards

# What a replay needs of this machine, and how its answer is shown.
_WITH_REPLAY = frozenset(
    {
        "specs",
        "order",
        "encoder",
        "device",
        "offline",
        "data",
        "replay",
        "misses",
        "as_json",
        "form",
        "out",
        "engine",
        "workers",
    }
)
_TASKS = (
    *("zero-shot", "retrieval", "linear-probe", "few-shot", "finetuned", "intervention"),
    "faithfulness",
)


@click.command()
@click.argument("specs", nargs=-1, metavar="SPEC...")
@dataset_options("Data set, such as esc10; or captions, for a table of captions.")
@click.option(
    "--task",
    type=click.Choice(_TASKS),
    default="zero-shot",
    show_default=True,
    help="Task to score.",
)
@encoder_options
@strict_option
@click.option(
    "--l0", type=int, help="At most this many concepts per clip; or give --l1 or --mean-l0."
)
@click.option("--l1", type=float, help="Penalty of the lasso.")
@click.option(
    "--mean-l0", type=float, help="Choose l1 for each vocabulary so that the mean l0 is this."
)
@classes_option
@shots_option
@click.option(
    "--without",
    multiple=True,
    metavar="CONCEPT",
    help="For intervention: a concept to remove; can be repeated.",
)
@learned_option
@order_option
@click.option(
    "--top", type=click.IntRange(min=1), help="Use only the first N concepts of each vocabulary."
)
@click.option("--misses", is_flag=True, help="List every clip that is not recognised.")
@seed_option
@click.option(
    "--replay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Score again what this scorecard file says, and print what differs.",
)
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print the scorecards as JSON on stdout.")
@table_option
@click.option(
    "-o",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the JSON to a file.",
)
def command(
    specs: tuple[str, ...],
    replay: Path | None,
    misses: bool,
    as_json: bool,
    form: str | None,
    out: Path | None,
    **asked: Any,
) -> None:
    """Score each vocabulary SPEC (id, id@version, a folder, or a text file) on a task.

    One SPEC gives one JSON scorecard, several give a list of them. With --replay, the card says
    what to score, and the exit code is 5 if a hash differs and 3 if a number does.
    """
    check_printed(form, as_json=as_json)
    cards = _score(specs, asked) if replay is None else _replay(replay, specs, asked)
    data: Any = [card.to_dict() for card in cards]
    write_json(data[0] if len(data) == 1 else data, out, shown=as_json)
    if form is not None:
        from vocab_builder.tables.scores import score_tables

        show_tables(score_tables([card.to_dict() for card in cards], misses=misses), form)
    elif not as_json:
        click.echo(render(cards))
        if misses:
            click.echo("\n".join(map(_misses, cards, cards.names)))


def _score(specs: tuple[str, ...], asked: dict[str, Any]) -> Scorecards:
    """A card for each SPEC; what is wrong with the call or the data is said first."""
    from concept_core.bench.bench import Bench
    from concept_core.engine import beside, open_engine
    from concept_core.releases.specifiers import load_vocabularies
    from vocab_builder.cli.progress import progress_bar, say

    request = _request(asked)
    if not specs:
        raise click.UsageError("Missing argument 'SPEC...'.")
    with open_engine(asked["engine"], asked["workers"]) as engine:
        bench = Bench(
            request, asked["encoder"], asked["data"], offline=asked["offline"],
            engine=beside(engine), progress=progress_bar(request.dataset), say=say,
        )  # fmt: skip
        vocabularies = load_vocabularies(specs, order=asked["order"], top=asked["top"])
        sparsity = {name: asked[name] for name in ("l1", "l0", "mean_l0")}
        return bench.score_all(vocabularies, **sparsity)


def _request(asked: dict[str, Any]) -> TaskRequest:
    from concept_core.tasks.items import class_names
    from concept_core.tasks.request import TaskRequest

    if asked["dataset"] is None:
        raise click.UsageError("Missing option '--dataset'.")
    names = ("task", "dataset", "folds", "shots", "without", "skip_bad", "seed", "device",
             "learned")  # fmt: skip
    fields = {name: asked[name] for name in names}
    return TaskRequest(**fields, classes=class_names(asked["classes"]))


def _replay(path: Path, specs: tuple[str, ...], asked: dict[str, Any]) -> Scorecards:
    """The cards of a file once more; what is asked for with them would go unheard."""
    from concept_core.bench.replay import replay
    from concept_core.engine import beside, open_engine
    from vocab_builder.cli.progress import progress_bar, say

    given = given_beside(_WITH_REPLAY)
    if given:
        raise click.UsageError(f"--replay takes {', '.join(given)} from the card; leave them out")
    options = {name: asked[name] for name in ("encoder", "data", "order", "device", "offline")}
    with open_engine(asked["engine"], asked["workers"]) as engine:
        return replay(
            path, vocabularies=specs, engine=beside(engine), progress=progress_bar(path.name),
            say=say, **options,
        )  # fmt: skip


def render(cards: Scorecards) -> str:
    """What the cards have in common, their main metric, the others, and the paired tests."""
    from vocab_builder.cli.faithfulness_text import faithfulness_text
    from vocab_builder.tables.notes import reading

    about = cards[0].to_dict()
    parts = [title(about), _main(cards)]
    if len(cards[0].metrics) > 1:
        parts.append(_others(cards))
    notes = reading(about)
    for card, name in zip(cards, cards.names, strict=True):
        notes += _notes(card, name)
    if notes:
        parts.append("\n".join(notes))
    parts += [
        f"{name}\n{faithfulness_text(card.details)}"
        for card, name in zip(cards, cards.names, strict=True)
        if "rank_correlation" in card.details
    ]
    if len(cards) > 1:
        parts.append(_pairs(cards))
    return "\n\n".join(parts)


def _main(cards: Scorecards) -> str:
    metric = cards[0].main_metric
    from concept_core.tasks.scorecard import learned_methods, learned_value

    learned = learned_methods(cards)
    head = ("vocabulary", "K", "mode", "l0", metric, "dense", "less dense", "retention", "random",
            *learned, "mean only", "names in it")  # fmt: skip
    rows = [
        (
            name,
            str(card.vocabulary["size"]),
            f"{card.mode} {card.value:.4g}",
            f"{card.l0_mean:.1f}",
            ranged(card.main.value, card.main.interval),
            f"{card.main.dense:.3f}",
            ranged(card.main.value - card.main.dense, card.main.difference_interval, "+"),
            number(card.main.retention),
            spread(card.main.random, card.main.random_sd),
            *(number(learned_value(card, method, metric)) for method in learned),
            f"{card.main.mean_only:.3f}",
            str(len(card.class_names_in_vocabulary)),
        )
        for card, name in zip(cards, cards.names, strict=True)
    ]
    return table(head, rows)


def _others(cards: Scorecards) -> str:
    from concept_core.tasks.scorecard import learned_methods, learned_value

    learned = learned_methods(cards)
    head = ("metric", "vocabulary", "value", "dense", "random", *learned, "mean only")
    rows = [
        (
            metric,
            name,
            ranged(card.metrics[metric].value, card.metrics[metric].interval),
            ranged(card.metrics[metric].dense, card.metrics[metric].dense_interval),
            spread(card.metrics[metric].random, card.metrics[metric].random_sd),
            *(number(learned_value(card, method, metric)) for method in learned),
            f"{card.metrics[metric].mean_only:.3f}",
        )
        for metric in cards[0].metrics
        if metric != cards[0].main_metric
        for card, name in zip(cards, cards.names, strict=True)
    ]
    return table(head, rows)


def _notes(card: Scorecard, name: str) -> list[str]:
    """A line for each thing that only this task's card has."""
    lines = []
    details = card.details
    # The spread of one is nothing to tell.
    if "prompts" in details and (number := len(details["prompts"]["sets"])) > 1:
        mean, spread = details["prompts"]["mean"], details["prompts"]["spread"]
        lines.append(
            f"{name}: over {number} prompt sets mean {mean['value']:.3f}, spread"
            f" {spread['value']:.3f} (dense {mean['dense']:.3f}, {spread['dense']:.3f})"
        )
    if "draws_sd" in details:
        lines += [
            f"{name}, {what}: over {len(details['draws'][what])} draws a standard deviation of"
            f" {spread:.3f}"
            for what, spread in details["draws_sd"].items()
        ]
    for system, notes in (("concepts", details), ("dense", details.get("dense", {}))):
        lines += [
            f"{name}, {system}, fold {fold}: {failed['fitted']} classifiers did not converge"
            for fold, failed in notes.get("not_converged", {}).items()
            if failed["fitted"]
        ]
    if "zero_shot" in details:
        for system, one in details["zero_shot"].items():
            lines.append(
                f"{name}, {system}: zero-shot {one['value']:.3f}; projected less that"
                f" {ranged(one['difference'], one['difference_interval'], '+')}"
            )
    if "before" in details:
        lines += _removal(name, details)
    return lines + about_learned(name, card.baselines, card.cosine_mean)


def _removal(name: str, details: dict[str, Any]) -> list[str]:
    before, control = details["before"], details["control"]
    other = "-" if control["difference"] is None else f"{control['difference']:+.3f}"
    return [
        f"{name}: {before['value']:.3f} before; the removal changed it by"
        f" {ranged(before['difference'], before['difference_interval'], '+')}, as many other"
        f" concepts by {other}; {details['clips_with_it']} clips had a weight of it,"
        f" {len(details['changes'])} changed their class",
        *(
            f"  {label}: {one['before']:.3f} -> {one['after']:.3f}"
            for label, one in details["by_class"].items()
        ),
    ]


def _pairs(cards: Scorecards) -> str:
    from concept_core.tasks.paired import compare_all

    found = compare_all([card.to_dict() for card in cards], seed=cards[0].seed)
    head = ("first", "second", "metric", "difference", "p", "p (Holm)", "test", "resampled by",
            "sparsity")  # fmt: skip
    rows = [
        (
            pair.first,
            pair.second,
            pair.metric,
            ranged(pair.difference, pair.interval, "+"),
            f"{pair.p:.3g}",
            f"{pair.p_holm:.3g}",
            pair.test,
            f"{pair.resampled} {pair.resampled_by}s",
            "equal" if pair.equal_sparsity else "NOT EQUAL",
        )
        for pair in found
    ]
    return table(head, rows)


def _misses(card: Scorecard, name: str) -> str:
    """The clips that a vocabulary's reconstructions do not recognise, and what they say."""
    from concept_core.tasks.scorecard import NO_MISSES, has_misses

    if not has_misses(card.to_dict()):
        return f"\n{name}: {NO_MISSES}"
    if not card.misses:
        return f"\n{name}: no misses"
    rows = [
        (miss.clip, miss.truth, miss.predicted or "no concept", miss.dense or "-")
        for miss in card.misses
    ]
    head = ("clip", "is", "concepts say", "dense says")
    return f"\n{name}: {len(rows)} misses of {card.n}\n\n{table(head, rows)}"
