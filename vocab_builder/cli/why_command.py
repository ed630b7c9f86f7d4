"""``sonolex why``: why a word is in a vocabulary, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vocab_builder.curation.decisions import Decision
    from vocab_builder.release.why import Kept, LeftOut, Reasons


@click.command()
@click.argument("words", metavar="WORD...", nargs=-1)
@click.argument("spec")
@click.option(
    "--list",
    "path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also ask for every word of this text file, one a line.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON on stdout.")
def command(words: tuple[str, ...], spec: str, path: Path | None, as_json: bool) -> None:
    """Show why WORD, in any form, is in the release SPEC (id, id@version, or a folder), or why not.

    For a concept: its evidence, what every filter measured, its rank and gain. For a word that
    was left out: the filter, its reason, score and threshold, and a twin if it has one. All of
    this is read from the release's files. Several words, or a list, give a table with a line
    for each; in JSON, a list.
    """
    from concept_core.errors import UsageError
    from concept_core.releases.label_files import read_labels
    from vocab_builder.cli.text import show
    from vocab_builder.release.release import Release

    listed = [] if path is None else [label for label, _ in read_labels(path)]
    asked = [*words, *listed]
    if not asked:
        raise UsageError(
            "no word to ask for: sonolex why WORD SPEC, or sonolex why --list FILE SPEC"
        )
    answers = list(Release.load(spec).why_each(asked))
    if len(words) == 1 and path is None:
        show(answers[0], _text, as_json=as_json)
    else:
        show([one.to_dict() for one in answers], lambda _: _table(answers), as_json=as_json)


def _table(answers: Sequence[Reasons]) -> str:
    """A line for each word: the concept that stands for it, or what left it out."""
    from vocab_builder.cli.text import table

    rows = [(one.word, one.label or "", _left_out_by(one)) for one in answers]
    there = sum(one.label is not None for one in answers)
    return (
        f"{table(('word', 'concept', 'why not'), rows)}\n\n{there} of {len(answers)} words are in"
    )


def _left_out_by(reasons: Reasons) -> str:
    """What left a word out, in a few words; nothing where a concept stands for it."""
    from vocab_builder.release.why import LeftOut

    if reasons.label is not None:
        return ""
    for one in reasons.entries:
        if isinstance(one, LeftOut):
            twin = "" if one.drop.twin is None else f" ({one.drop.twin})"
            return f"{one.drop.filter}: {one.drop.reason}{twin}"
    near = f"; nearest spelling: {reasons.nearest[0]}" if reasons.nearest else ""
    return f"no source had it{near}"


def _text(reasons: Reasons) -> str:
    from vocab_builder.release.why import Kept

    told = [_kept(one) if isinstance(one, Kept) else _left_out(one) for one in reasons.entries]
    if not told or reasons.decisions:
        told.insert(0, _unknown(reasons))
    return "\n\n".join(told)


def _unknown(reasons: Reasons) -> str:
    from vocab_builder.cli.text import plain

    near = f"; nearest spellings: {', '.join(reasons.nearest)}" if reasons.nearest else ""
    lines = [f"{reasons.word}: no source had it{near}", *map(_decision, reasons.decisions)]
    return "\n".join(map(plain, lines))


def _kept(one: Kept) -> str:
    from vocab_builder.cli.text import measured, plain, table

    concept = one.concept
    gain = "" if one.gain is None else f", gain {one.gain:g}"
    lines = [
        plain(f"{concept.label}: in, rank {one.rank} of {one.size}{gain}"),
        plain(f"{concept.kind}, count {concept.count}"),
    ]
    if concept.links:
        lines.append(plain(f"links: {', '.join(concept.links)}"))
    lines += [plain(line) for line in _curation_lines(one)]
    if one.drops:
        twins = ", ".join(f"{drop.candidate.label} ({drop.reason})" for drop in one.drops)
        lines.append(plain(f"left out beside it: {twins}"))
    evidence = [(each.source, each.locator, str(each.count)) for each in concept.evidence]
    lines += ["", table(("source", "place", "count"), evidence)]
    scores = [
        (score.stage, measured(score.value), measured(score.threshold), score.twin or "",
         score.flag or "")
        for score in one.scores
    ]  # fmt: skip
    if scores:
        lines += ["", table(("stage", "score", "threshold", "measured to", "flag"), scores)]
    else:
        lines += ["", "This release is older than scores.csv: no filter's scores are recorded."]
    return "\n".join(lines)


def _curation_lines(one: Kept) -> list[str]:
    """Other labels, notes, decisions, and what filters have against a word that is kept."""
    aliases = ", ".join(f"{each.alias} ({each.kind})" for each in one.aliases)
    lines = [f"aliases: {aliases}"] if aliases else []
    lines += [f"{each.kind}: {each.value}" for each in one.annotations]
    lines += [f"overruled: {each.stage} ({each.flag})" for each in one.overruled]
    return lines + [_decision(each) for each in one.decisions]


def _decision(decision: Decision) -> str:
    """Who decided what, when, and why."""
    from vocab_builder.curation.decisions import sentence

    by = f" by {decision.by}" if decision.by else ""
    at = f", {decision.at}" if decision.at else ""
    reason = f": {decision.reason}" if decision.reason else ""
    replaced = " (no longer holds)" if decision.replaced else ""
    return f"decision{by}{at}: {sentence(decision)}{reason}{replaced}"


def _left_out(one: LeftOut) -> str:
    from vocab_builder.cli.text import plain
    from vocab_builder.curation.aliases import says_the_same
    from vocab_builder.stages.candidates import ADDS_NOTHING

    drop, candidate = one.drop, one.drop.candidate
    parts = [f"{candidate.label}: not in the vocabulary; {drop.filter}: {drop.reason}"]
    if drop.rank is not None:
        parts.append(f"rank {drop.rank} of its order")
    if drop.score is not None:
        parts.append(f"score {drop.score:g}")
    if drop.threshold is not None:
        parts.append(f"threshold {drop.threshold:g}")
    lines = [plain(", ".join(parts))]
    if drop.reason == ADDS_NOTHING:
        lines.append("its gain is too small: the words that are in cover as much without it")
    if drop.twin is not None:
        fate = "" if one.fate is None else f" ({one.fate})"
        name = "twin" if says_the_same(drop) else "measured to"
        lines.append(plain(f"{name}: {drop.twin}{fate}"))
    if one.alias_of is not None:
        lines.append(plain(f"an alias of {one.alias_of}, which is in"))
    if one.lists:
        lines.append(plain(f"stop lists that have it: {', '.join(one.lists)}"))
    lines += [plain(_decision(each)) for each in one.decisions]
    lines.append(plain(f"{candidate.kind}, count {candidate.count}"))
    return "\n".join(lines)
