"""A comparison on one screen: at most 120 columns, whatever labels and licences hold."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from vocab_builder.cli.text import WIDTH, cut, number, plain, ranged, table
from vocab_builder.comparison.telling import SHOWN

if TYPE_CHECKING:
    from concept_core.measures.fidelity import FidelityPoint
    from concept_core.measures.vocabulary import VocabularyMeasures
    from vocab_builder.comparison import Compared, Comparison, Said, Scores, Telling

_SIZES = (10, 100, 500, 1000)
_LIMITS = (1, 5, 20)
_CLIP = 36
"""Columns for what a clip is, or a caption."""

_FAINT = 0.1
"""Words whose prominence is below this share of the greatest say little: JSON has them."""

_ACROSS = 4
"""Vocabularies side by side; of more, the next ones stand below."""
_ADD = "--dataset NAME --data DIR [--folds 1,2], or --reference CAPTIONS_OR_FOLDER"
_NOTHING = (
    f"to see more, add {_ADD}: coverage, grounding, dead concepts, fidelity, scores, and clips that"
    " one vocabulary explains much better than another"
)
_FIRST_LOOK = f"ten sounds give only a first impression; for more, add {_ADD}"


def render(found: Comparison) -> str:
    """What decides, from the vocabularies themselves to the clips that tell them apart."""
    parts = [_title(found), _vocabularies(found.vocabularies)]
    parts += _blocks(found)
    parts.append(_overlaps(found))
    parts += [_scores(one, found.encoder["fingerprint"]) for one in found.scores]
    parts += _tellings(found)
    if found.reference is None:
        parts.append(textwrap.fill(_NOTHING, WIDTH))
    elif found.reference["name"].startswith("demo-sounds,"):
        parts.append(textwrap.fill(_FIRST_LOOK, WIDTH))
    # Once more, line by line: names of cards come from files that anyone may have written.
    return "\n".join(map(plain, "\n\n".join(parts).split("\n")))


def _title(found: Comparison) -> str:
    spec, reference = found.encoder, found.reference
    near = "no cosine was found above which labels count as the same: --near sets one"
    if found.near is not None:
        near = f"labels with a cosine above {found.near:g} count as the same"
    lines = [f"encoder {spec['name']} (spec {spec['fingerprint'][:12]}); {near}"]
    if reference is not None:
        taken = "" if reference["n"] == reference["found"] else f" of {reference['found']:,}"
        lines.append(
            f"measured on {reference['name']}: {reference['n']:,}{taken} {reference['kind']}, at"
            f" most {found.l0} concepts each"
        )
    return "\n".join(textwrap.fill(plain(line), WIDTH, subsequent_indent="  ") for line in lines)


def _vocabularies(vocabularies: Sequence[Compared]) -> str:
    """A line a vocabulary, and more where its licence is long."""
    head = ("", "vocabulary", "concepts", "content hash", "licence")
    rows = [
        (one.letter, cut(one.vocabulary, 36), f"{one.size:,}", one.content_hash[:12], "")
        for one in vocabularies
    ]
    lines = table(head, rows).split("\n")
    # Where the last column starts, every line is free.
    start = lines[0].index("licence")
    shown = [lines[0]]
    for line, one in zip(lines[1:], vocabularies, strict=True):
        first, *more = textwrap.wrap(plain(one.licence), WIDTH - start) or [""]
        shown.append((line.ljust(start) + first).rstrip())
        shown += [" " * start + part for part in more]
    return "\n".join(shown)


def _blocks(found: Comparison) -> Iterator[str]:
    """The measures, a column a vocabulary."""
    for start in range(0, len(found.vocabularies), _ACROSS):
        block = found.vocabularies[start : start + _ACROSS]
        rows = list(_facts(found, block))
        yield table(("", *(one.letter for one in block)), rows)


def _facts(found: Comparison, block: Sequence[Compared]) -> Iterator[tuple[str, ...]]:
    dim = found.encoder["dim"]
    if found.near is not None:
        above = f"redundancy above {found.near:g}"
        yield (above, *(number(one.redundancy) for one in block))
    yield (f"effective rank (of {dim})", *(f"{one.effective_rank:.0f}" for one in block))
    measured = [one.measures for one in block if one.measures is not None]
    if not measured:
        return
    rows: list[tuple[str, Callable[[VocabularyMeasures], str]]] = [
        ("coverage", lambda one: f"{one.coverage:.3f}"),
        (f"  of the first {_listed(_SIZES)}", _curve),
        (
            "dead concepts (the least possible)",
            lambda one: f"{one.dead:.3f} ({max(0.0, 1 - one.n * found.l0 / one.size):.3f})",
        ),
        (
            "grounding (chance)",
            lambda one: f"{number(one.grounding)} ({number(one.grounding_chance)})",
        ),
        (
            f"centred cosine at l0 {_listed(_LIMITS)}",
            lambda one: _series(one, lambda point: point.centred_cosine),
        ),
        (
            f"explained variance at l0 {_listed(_LIMITS)}",
            lambda one: _series(one, lambda point: point.explained_variance),
        ),
    ]
    if measured[0].named:
        rows.append(("class named by the first 1, 3, 5", _named))
    for name, value in rows:
        yield (name, *(value(one) for one in measured))


def _curve(one: VocabularyMeasures) -> str:
    known = dict(one.coverage_curve)
    return " ".join(f"{known[size]:.2f}" if size in known else "-" for size in _SIZES)


def _series(one: VocabularyMeasures, value: Callable[[FidelityPoint], float | None]) -> str:
    known = {point.value: value(point) for point in one.fidelity}
    return " ".join(number(known.get(limit), 2) for limit in _LIMITS)


def _named(one: VocabularyMeasures) -> str:
    return " ".join(f"{share:.2f}" for _, share in one.named)


def _overlaps(found: Comparison) -> str:
    """A line a pair, with its nearest pairs of labels; and what nobody else has."""
    nearer = {(one.first, one.second): one.nearer for one in found.says}
    head = ["", "shared", "only first", "only second", "near-duplicates among these"]
    head += ["first nearer", "second nearer"] if nearer else []
    rows = []
    for one in found.overlaps:
        pair = (one.first, one.second)
        row = [", ".join(pair)]
        row += [str(n) for n in (one.shared, one.only_first, one.only_second, len(one.near))]
        row += [str(nearer[pair]), str(nearer[pair[::-1]])] if nearer else []
        near = ", ".join(f"{two.first} = {two.second}" for two in one.near)
        rows.append([*row, near])
    shown = table([*head, "nearest of them"], rows)
    lines = [cut(line, WIDTH) for line in shown.split("\n")]
    for vocabulary in found.vocabularies:
        words = f": {', '.join(vocabulary.alone)}" if vocabulary.alone else ""
        lines.append(
            cut(plain(f"only in {vocabulary.letter} ({len(vocabulary.alone):,}){words}"), WIDTH)
        )
    return "\n".join(lines)


def _scores(found: Scores, encoder: str) -> str:
    """The cards of a task, and below them their differences; other encoders are named."""
    names = f" among {found.classes} names" if found.classes else ""
    folds = f", folds {', '.join(found.folds)}" if found.folds else ""
    others = any(row.encoder != encoder for row in found.rows)
    head = ("", found.metric, "dense", "retention", "random", "mean only", "names in it", "l0")
    rows = [
        (
            row.name,
            ranged(row.value, row.interval),
            f"{row.dense:.3f}",
            number(row.retention),
            f"{row.random:.3f}",
            f"{row.mean_only:.3f}",
            str(row.names),
            f"{row.mode} {row.setting:.4g}",
            *([f"{row.encoder_name} {row.encoder[:12]}"] if others else []),
        )
        for row in found.rows
    ]
    title = f"{found.task}, {found.dataset}{folds}: {found.n} clips{names}"
    shown = table((*head, *(["encoder"] if others else [])), rows)
    return "\n".join([plain(title), shown, *_tests(found)])


def _tests(found: Scores) -> list[str]:
    """Paired differences, as many to a line as there is room; p is Holm's."""
    cells = [
        f"{pair.first} - {pair.second} {ranged(pair.difference, pair.interval, '+')}"
        f" p {pair.p_holm:.2g}"
        f"{'' if pair.equal_sparsity else ' UNEQUAL l0'}"
        for pair in found.pairs
    ]
    if not cells:
        return []
    tests = sorted({pair.test for pair in found.pairs})
    metrics = sorted({pair.metric for pair in found.pairs} - {found.metric})
    of = f" of {', '.join(metrics)}" if metrics else ""
    drawn = sorted({f"{pair.resampled} {pair.resampled_by}s" for pair in found.pairs})
    lines = [f"paired{of} ({', '.join(tests)} over {', '.join(drawn)}; p by Holm):"]
    for cell in cells:
        if len(lines[-1]) + len(cell) + 3 <= WIDTH:
            lines[-1] += f"   {cell}"
        else:
            lines.append(f"  {cell}")
    return lines


def _listed(values: Sequence[int]) -> str:
    return ", ".join(f"{value:,}" for value in values)


def _tellings(found: Comparison) -> Iterator[str]:
    """The clips that tell all vocabularies apart, and what one can say that another cannot."""
    if found.reference is None:
        return
    letters = [one.letter for one in found.vocabularies]
    what = found.reference["kind"]
    several = len(letters) > 2
    if several:
        # Of two, what each can say that the other cannot are these very clips.
        apart = [(one.drop, one, one.said) for one in found.apart]
        head = (what[:-1], "apart", *letters)
        yield f"the {what} on which they differ most, and how each explains them\n" + _clips(
            head, [("", *row) for row in apart]
        )
    rows = []
    for one in found.says:
        # Of several vocabularies the pairs are many: one clip each.
        for telling in one.tellings[: 1 if several else SHOWN]:
            said = dict(zip(letters, telling.said, strict=True))
            name = f"{one.first}, not {one.second}"
            rows.append((name, telling.drop, telling, (said[one.first], said[one.second])))
    other = "another" if several else "the other"
    title = f"{what} that one vocabulary explains much better than {other}"
    head = ("", what[:-1], "drop", "the one says", "the other")
    lines = [title, *([_clips(head, rows)] if rows else [])]
    empty = [f"{one.first}, not {one.second}" for one in found.says if not one.tellings]
    if empty:
        lines.append(textwrap.fill(f"no {what[:-1]}: {'; '.join(empty)}", WIDTH))
    yield "\n".join(lines)


def _clips(head: Sequence[str], rows: Sequence[tuple[str, float, Telling, Sequence[Said]]]) -> str:
    """A line a clip: its name, what it is, the drop, and words as far as there is room."""
    named = any(name for name, *_ in rows)
    left = [
        (*([name] if named else []), cut(plain(one.told or one.item), _CLIP), f"{drop:.2f}")
        for name, drop, one, _ in rows
    ]
    fixed = sum(max(map(len, cells)) + 2 for cells in zip(*left, head[: len(left[0])], strict=True))
    columns = len(head) - len(left[0])
    room = (WIDTH - fixed + 2) // columns - 2
    cells = [
        (*cells, *(_said(one, room) for one in said))
        for cells, (*_, said) in zip(left, rows, strict=True)
    ]
    return table(head, cells)


def _said(said: Said, room: int) -> str:
    """The most prominent words and how prominent they are; a dash for none."""
    if not said.words:
        return "-"
    most = said.words[0][1]
    text = ""
    for word, prominence in said.words:
        more = f"{', ' if text else ''}{plain(word)} {prominence:.2f}"
        if text and (len(text) + len(more) > room or prominence < _FAINT * most):
            break
        text += more
    return cut(text, room)
