"""``sonolex why``: why a word is in a vocabulary, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vocab_builder.curation.decisions import Decision
    from vocab_builder.release.why import Kept, LeftOut, Reasons


@click.command()
@click.argument("word")
@click.argument("spec")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON on stdout.")
def command(word: str, spec: str, as_json: bool) -> None:
    """Show why WORD, in any form, is in the release SPEC (id, id@version, or a folder), or why not.

    For a concept: its evidence, what every filter measured, its rank and gain. For a word that
    was left out: the filter, its reason, score and threshold, and a twin if it has one. All of
    this is read from the release's files.
    """
    from vocab_builder.cli.text import show
    from vocab_builder.release.release import Release

    show(Release.load(spec).why(word), _text, as_json=as_json)


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
