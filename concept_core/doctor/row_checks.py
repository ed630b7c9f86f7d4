"""The checks of ``doctor`` for rows that came from outside: what can be seen without the model.

One function each, as in ``checks``: a status, and a message with the figures and what to do. The
rows are looked at as they were given, before any centring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.doctor.checks import Verdict
from concept_core.doctor.found_wordings import same_but_for_letters, wordings
from concept_core.encoders.base import Encoder, FloatArray, unit
from concept_core.encoders.centred import CentredEncoder, encode_list
from concept_core.encoders.centring import NONE, modality_gap
from concept_core.encoders.own_means import FEWEST
from concept_core.encoders.precomputed import Precomputed
from concept_core.encoders.remainders import Remainders, mean_cosine, remainder
from concept_core.encoders.row_files import Rows, read_rows

_KINDS = {"audio": "sounds", "text": "texts"}
_UNIT = 1e-3  # half precision rounds lengths so
# Below this share of the usual length a row is of what has no direction, such as silence.
_SHORT = 0.01
# No model gives unit rows for this share of what it embeds, and other lengths for the rest.
_MIXED = 0.05
_SAME = 1e-6
# Mean rows of known checkpoints have lengths of .40 to .72.
_NARROW = 0.9
# Mean cosine of two rows: .16 and more of real ones as they are, .00 of those that are centred.
_CENTRED = 0.05
_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class RowInputs:
    """What the checks of rows share.

    Attributes
    ----------
    given : mapping of str to Rows
        Kind -> rows as they were read, with their ids; at least one row each.
    unit : mapping of str to array
        Kind -> the same rows (n, dim), scaled to length 1.
    encoder : Encoder
        That looks them up, with its centring.
    """

    given: Mapping[str, Rows]
    unit: Mapping[str, FloatArray] = field(repr=False)
    encoder: Encoder

    @classmethod
    def read(cls, path: Path, encoder: Encoder) -> RowInputs:
        """The rows of a file or folder, which an encoder looks up.

        Raises
        ------
        UsageError
            Another kind of file.
        DataError
            It cannot be read as embeddings.
        """
        given = {kind: rows for kind, rows in read_rows(path).items() if len(rows.ids)}
        units = {kind: unit(rows.x.astype(np.float32)) for kind, rows in given.items()}
        return cls(given, units, encoder)


def check_lengths(inputs: RowInputs) -> Verdict:
    """How long the rows are, and whether some hold next to nothing."""
    status, parts = "ok", []
    for kind, rows in inputs.given.items():
        lengths = np.linalg.norm(rows.x.astype(np.float64), axis=1)
        low, high = float(lengths.min()), float(lengths.max())
        part = f"{_KINDS[kind]} have lengths of {low:.4g} to {high:.4g}"
        short = np.flatnonzero(lengths < _SHORT * np.median(lengths))
        units = np.count_nonzero(np.abs(lengths - 1) <= _UNIT)
        if units == len(lengths):
            part = f"{_KINDS[kind]} are unit rows"
        elif len(short):
            status = "warning"
            part += (
                f"; {len(short)} of {len(lengths)} are next to zero, such as"
                f" {rows.ids[short[0]]!r}: what has no content, such as silence, has no embedding;"
                " leave such rows out"
            )
        elif _MIXED * len(lengths) <= units <= (1 - _MIXED) * len(lengths):
            status = "warning"
            part += (
                f"; {units} of {len(lengths)} are unit rows and the others are not: if they come"
                " from two checkpoints, no check can tell and every score is wrong; put the rows of"
                " each checkpoint into a file of its own"
            )
        else:
            part += ", which are scaled to 1 when they are read"
        parts.append(part)
    return status, "; ".join(parts)


def check_duplicates(inputs: RowInputs) -> Verdict:
    """Rows that are the same under different ids."""
    parts, alike = [], []
    for kind, x in inputs.unit.items():
        pairs, ids = _repeats(x), inputs.given[kind].ids
        if pairs:
            such = ", ".join(f"{ids[later]!r} = {ids[first]!r}" for first, later in pairs[:_NAMED])
            parts.append(f"{len(pairs)} of {len(x)} {_KINDS[kind]} repeat another row: {such}")
        if 0 < len(pairs) == len(x) - 1:
            alike.append(_KINDS[kind])
    found = "; ".join(parts)
    if alike:
        return "failed", f"{found}; all {' and all '.join(alike)} have one row: embed them anew"
    if parts:
        return "warning", f"{found}; give one thing one id, or look whether its row is another's"
    return "ok", f"no two sounds and no two texts have rows equal to {_SAME:.0e}"


def check_rows_gap(inputs: RowInputs) -> Verdict:
    """How far sounds and texts are apart, and how narrow each side is."""
    means = {kind: float(np.linalg.norm(_mean(x))) for kind, x in inputs.unit.items()}
    found = "the mean unit row has length " + ", ".join(
        f"{length:.3f} ({_KINDS[kind]})" for kind, length in means.items()
    )
    if len(means) == len(_KINDS):
        gap = modality_gap(inputs.unit["audio"], inputs.unit["text"])
        found = f"{gap:.3f} between the mean sound and the mean text; {found}"
    narrow = [_KINDS[kind] for kind, length in means.items() if length > _NARROW]
    if narrow:
        return "warning", (
            f"{found}; {' and '.join(narrow)} nearly all point one way (0.40 to 0.72 is usual for"
            " CLAP): give embeddings of the joint space, after the model's projection"
        )
    return "ok", f"{found}; 0.40 to 0.72 is usual for CLAP"


def check_raw(inputs: RowInputs) -> Verdict:
    """Whether rows are as the model gives them or centred, the same for both kinds."""
    states, parts = {}, []
    for kind, x in inputs.unit.items():
        if len(x) < FEWEST:
            parts.append(f"{_KINDS[kind]}: {len(x)} are not enough to decide")
            continue
        together = mean_cosine(x)
        states[kind] = "centred" if together < _CENTRED else "raw"
        parts.append(f"{_KINDS[kind]} are {states[kind]} (mean cosine of two {together:.3f})")
    found = "; ".join(parts)
    if len(set(states.values())) > 1:
        return "warning", (
            f"{found}: cosines between the two mean little; give both as the model gives them, or"
            " both centred"
        )
    if set(states.values()) == {"raw"}:
        left = inputs.encoder.spec.centring == NONE
        then = "centring=none leaves them so" if left else "Sonolex centres them"
        return "ok", f"{found}: as the model outputs them; {then}"
    return "ok", found


def check_numbers(inputs: RowInputs) -> Verdict:
    """Whether there are enough rows for the mean of each kind."""
    counts = {kind: len(inputs.unit.get(kind, ())) for kind in _KINDS}
    found = " and ".join(f"{count} {_KINDS[kind]}" for kind, count in counts.items())
    needed = {"audio": "sounds of your own", "text": "texts in the wording of your labels"}
    few = [needed[kind] for kind, count in counts.items() if count < FEWEST]
    if few:
        return "warning", f"{found}; a mean needs at least {FEWEST}; add {' and '.join(few)}"
    return "ok", f"{found}; a mean needs at least {FEWEST}"


def check_wordings(inputs: RowInputs) -> Verdict:
    """Whether a wording is the same to the letter in all texts."""
    if "text" not in inputs.given:
        return "ok", "no texts"
    ids, x = inputs.given["text"].ids, inputs.unit["text"]
    found = wordings(ids)
    # One text alone is a label that ends so itself, such as "bee, wasp, etc.".
    usual = [{way: at for way, at in one.items() if len(at) > 1} for one in found]
    parts = [_several(written, x) for written in usual if len(written) > 1]
    pairs = [(group[0], other) for group in same_but_for_letters(ids) for other in group[1:]]
    if pairs:
        cosines = [float(x[one] @ x[other]) for one, other in pairs]
        one, other = pairs[0]
        parts.append(
            f"{len(pairs)} of {len(ids)} texts differ from another by a full stop, case,"
            f" underscores or blanks alone (cosines {min(cosines):.2f} to {max(cosines):.2f}), such"
            f" as {ids[one]!r} and {ids[other]!r}"
        )
    if parts:
        return "warning", (
            f"{'; '.join(parts)}; embed all labels of a vocabulary, and those that it is compared"
            " with, in one wording to the letter"
        )
    listed = [f"{way!r} ({len(one[way])} texts)" for one in found[:_NAMED] for way in list(one)[:1]]
    more = [f"{len(found) - _NAMED} more"] if len(found) > _NAMED else []
    return "ok", f"written the same to the letter: {', '.join([*listed, *more])}"


def check_underscores(inputs: RowInputs) -> Verdict:
    """Whether labels are written as words."""
    if "text" not in inputs.given:
        return "ok", "no texts"
    ids, x = inputs.given["text"].ids, inputs.unit["text"]
    # "_" alone is a label of its own.
    has = np.array(["_" in text.strip("_ ") for text in ids])
    if not has.any():
        return "ok", "labels are written as words"
    found = f"{int(has.sum())} of {len(ids)} texts have underscores, such as"
    found += f" {ids[int(np.argmax(has))]!r}"
    if 1 < has.sum() < len(ids):
        inside, across = mean_cosine(x[has]), float(_mean(x[has]) @ _mean(x[~has]))
        found += f" (mean cosine among them {inside:.3f}, to the others {across:.3f})"
    return "warning", (
        f"{found}: labels with underscores lie closer together than as words; embed them as words"
    )


def check_remainder(inputs: RowInputs) -> Verdict:
    """What the encoder's centring leaves of the means of its labels and of its sounds."""
    encoder, left = inputs.encoder, Remainders(None, None)
    rows = encoder.uncentred if isinstance(encoder, CentredEncoder) else encoder
    assert isinstance(rows, Precomputed)
    prompt_set = rows.spec.prompt_set
    if labels := rows.labels(prompt_set):
        atoms = encode_list(encoder, labels, prompt_set)
        left = replace(left, atoms=remainder(atoms))
    if "audio" in inputs.given:
        sounds = encoder.encode_audio(inputs.given["audio"].ids)
        left = replace(left, rows=remainder(sounds))
    told = {"labels": left.atoms, "sounds": left.rows}
    parts = [
        f"{value:.2f} of the mean of {what}" for what, value in told.items() if value is not None
    ]
    if not parts:
        return "skipped", f"there are fewer than {FEWEST} labels and sounds"
    found = f"with centring {encoder.spec.centring}, {' and '.join(parts)} is left"
    if rows.is_centred:
        return "ok", f"{found}; the file says that its rows need none"
    warnings = left.warnings()
    return ("warning", f"{found}: {'; '.join(warnings)}") if warnings else ("ok", found)


ROW_CHECKS: dict[str, tuple[str, Callable[[RowInputs], Verdict]]] = {
    "D21": ("lengths", check_lengths),
    "D22": ("duplicates", check_duplicates),
    "D23": ("modality gap", check_rows_gap),
    "D24": ("raw or centred", check_raw),
    "D25": ("numbers", check_numbers),
    "D26": ("one wording", check_wordings),
    "D27": ("words", check_underscores),
    "D28": ("remainder", check_remainder),
}
"""Code -> what is looked at, and the function that does."""


def _several(written: Mapping[str, Sequence[int]], x: FloatArray) -> str:
    """One wording that is written in several ways, each with its texts."""
    ways = list(written)
    listed = ", ".join(f"{way!r} ({len(written[way])} texts)" for way in ways[:_NAMED])
    first, second = (unit(_mean(x[list(written[way])]).astype(np.float32)) for way in ways[:2])
    cosine = float(first @ second)
    means = f"whose means have a cosine of {cosine:.3f}"
    return f"one prompt written in {len(ways)} ways: {listed}, {means}"


def _repeats(x: FloatArray) -> list[tuple[int, int]]:
    """Rows equal to an earlier one: (that, the later one), by the later one's place."""
    if len(x) < 2:
        return []
    # Equal rows are neighbours by any coordinate; the one that varies most has fewest others.
    column = x[:, int(np.argmax(x.var(axis=0)))].astype(np.float64)
    order = np.argsort(column, kind="stable")
    first, shift = np.arange(len(x)), 1
    while shift < len(order):
        before, after = order[:-shift], order[shift:]
        close = np.flatnonzero(column[after] - column[before] <= _SAME)
        if not len(close):
            break
        apart = np.abs(x[after[close]] - x[before[close]]).max(axis=1)
        same = close[apart <= _SAME]
        first[after[same]] = before[same]
        order = np.delete(order, same + shift)
        shift = 1 if len(same) else shift + 1
    while (first != first[first]).any():
        first = first[first]
    groups: dict[int, int] = {}
    pairs = []
    for place, group in enumerate(first.tolist()):
        earlier = groups.setdefault(group, place)
        if earlier != place:
            pairs.append((earlier, place))
    return pairs


def _mean(x: FloatArray) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = x.mean(axis=0, dtype=np.float64)
    return mean
