"""``sonolex why``: why a word is in a vocabulary, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vocab_builder.release.why import Answer, Kept, Left


@click.command()
@click.argument("word")
@click.argument("spec")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON on stdout.")
def command(word: str, spec: str, as_json: bool) -> None:
    """Say why WORD, in any form, is in the release SPEC (id, id@version, or a folder), or why not.

    For a concept: its evidence, what every filter measured, its rank and gain. For what was left
    out: the filter, its reason, score and threshold, and the twin. Read off the release's files.
    """
    from concept_core.files import pretty_json
    from concept_core.releases.specifiers import find_release
    from vocab_builder.release.why import Kept, why

    answer = why(word, find_release(spec))
    if as_json:
        click.echo(pretty_json(answer.to_dict()), nl=False)
    elif not answer.found:
        click.echo(_unknown(answer))
    else:
        parts = (_kept(one) if isinstance(one, Kept) else _left(one) for one in answer.found)
        click.echo("\n\n".join(parts))


def _unknown(answer: Answer) -> str:
    from vocab_builder.cli.text import plain

    near = f"; nearest spellings: {', '.join(answer.nearest)}" if answer.nearest else ""
    return plain(f"{answer.word}: no source had it{near}")


def _kept(one: Kept) -> str:
    from vocab_builder.cli.text import plain, table

    gain = "" if one.gain is None else f", gain {one.gain:g}"
    lines = [
        plain(f"{one.label}: in, rank {one.rank} of {one.size}{gain}"),
        plain(f"{one.kind}, count {one.count}"),
    ]
    if one.links:
        lines.append(plain(f"links: {', '.join(one.links)}"))
    if one.twin_of:
        told = ", ".join(f"{label} ({reason})" for label, reason in one.twin_of)
        lines.append(plain(f"left out beside it: {told}"))
    evidence = [(each.source, each.locator, str(each.count)) for each in one.evidence]
    lines += ["", table(("source", "place", "count"), evidence)]
    scores = [
        (stage, _number(score.value), _number(score.threshold), score.twin or "", score.flag or "")
        for stage, score in one.scores
    ]
    if scores:
        lines += ["", table(("stage", "score", "threshold", "measured to", "flag"), scores)]
    else:
        lines += ["", "This release is older than scores.csv: no filter's scores are recorded."]
    return "\n".join(lines)


def _left(one: Left) -> str:
    from vocab_builder.cli.text import plain

    told = [f"{one.label}: not in; {one.filter}: {one.reason}"]
    if one.rank is not None:
        told.append(f"rank {one.rank} of its order")
    if one.score is not None:
        told.append(f"score {one.score:g}")
    if one.threshold is not None:
        told.append(f"threshold {one.threshold:g}")
    lines = [plain(", ".join(told))]
    if one.twin is not None:
        fate = "" if one.twin_fate is None else f" ({one.twin_fate})"
        lines.append(plain(f"twin: {one.twin}{fate}"))
    lines.append(plain(f"{one.kind}, count {one.count}"))
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
