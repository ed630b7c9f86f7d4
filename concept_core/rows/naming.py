"""Which arrays of a file are embeddings, of sounds or of texts, and which are their ids.

``audio`` with ``audio_ids`` and ``text`` with ``text_ids`` are our own names. Others are taken
where one array alone can be meant; else the error lists what the file has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concept_core.errors import DataError
from concept_core.rows.arrays import NUMBERS, OBJECTS, OTHER, TEXT, ArrayFile, ArrayInfo, listed

AUDIO = "audio"
TEXTS = "text"
KINDS = (AUDIO, TEXTS)
KIND = "kind"
"""A column that says of each row whether it is ``audio`` or ``text``."""

EXPECTED = (
    "expected rows called audio with audio_ids, text with text_ids, or both (docs/encoders.md, Rows"
    " of your own)"
)


def _singular(name: str) -> str:
    return name.removesuffix("s") if len(name) > 2 else name


def _called(names: str) -> frozenset[str]:
    return frozenset(map(_singular, names.split()))


# As programs and people call them; before it may stand the kind, and behind it an "s".
_OF_ANY = _called("embedding embed vector feature")
_IDS = {
    "": _called("id name key uid"),
    AUDIO: _called(
        "file filename file_name filepath file_path path fname clip sound wav"
        " audio_file audio_filename audio_path"
    ),
    TEXTS: _called(
        "text caption label prompt sentence word class classes class_name category categories"
        " description tag"
    ),
}


@dataclass(frozen=True, slots=True)
class Named:
    """Rows of a file, with their ids.

    Attributes
    ----------
    kind : str
        ``audio`` or ``text``; empty where names do not tell.
    rows : ArrayInfo
    ids : ArrayInfo or None
    of : ArrayInfo or None
        The column that says which of the rows are of this kind.
    """

    kind: str
    rows: ArrayInfo
    ids: ArrayInfo | None
    of: ArrayInfo | None = None


def find_rows(file: ArrayFile, key: str | None = None) -> list[Named]:
    """The rows of a file, one entry a kind.

    Parameters
    ----------
    file : ArrayFile
    key : str, optional
        The name of the array that holds the rows; the only ones then.

    Raises
    ------
    DataError
        No rows, or several arrays that may be meant; what the file has is listed.
    """
    arrays = file.arrays
    chosen = _keyed(file, key) if key is not None else _by_name(file)
    mixed = [one for one in arrays if _base(one.name) == KIND and one.holds == TEXT]
    if len(chosen) == 1 and mixed and mixed[0].shape == chosen[0][1].shape[:1]:
        rows = chosen[0][1]
        return [Named(kind, rows, _ids("", rows, arrays, file), mixed[0]) for kind in KINDS]
    return [Named(kind, rows, _ids(kind, rows, arrays, file)) for kind, rows in chosen]


def kind_of_name(name: str) -> str:
    """``audio`` or ``text`` where a name says so: of an array, of ids, of a file; else empty.

    >>> kind_of_name("clap_audio_embeddings"), kind_of_name("captions"), kind_of_name("x")
    ('audio', 'text', '')
    """
    base = _base(name)
    words = {_singular(word) for word in base.replace("-", "_").replace(".", "_").split("_")}
    kinds = [
        kind
        for kind, other in ((AUDIO, {"audio", "sound", "clip", "wav"}), (TEXTS, {TEXTS}))
        if words & other or _singular(base) in _IDS[kind] or words & _IDS[kind]
    ]
    return kinds[0] if len(kinds) == 1 else ""


def _keyed(file: ArrayFile, key: str) -> list[tuple[str, ArrayInfo]]:
    found = [one for one in file.arrays if one.name == key]
    if not found:
        raise DataError(f"{file.path}: no {file.what} {key!r}; it has {listed(file.arrays)}")
    return [(kind_of_name(key), found[0])]


def _by_name(file: ArrayFile) -> list[tuple[str, ArrayInfo]]:
    """The arrays called as their kind is; else the only one that has rows."""
    own = [(kind, one) for kind in KINDS for one in file.arrays if _base(one.name) == kind]
    # A column of texts may be called "text", and be the ids of another.
    own = [(kind, one) for kind, one in own if not (one.holds == TEXT and len(one.shape) == 1)]
    if own:
        return own
    rows = [one for one in file.arrays if len(one.shape) == 2 and one.holds == NUMBERS]
    by_kind = {kind: [one for one in rows if kind_of_name(one.name) == kind] for kind in KINDS}
    if rows and all(len(found) <= 1 for found in by_kind.values()):
        known = [(kind, found[0]) for kind, found in by_kind.items() if found]
        if len(known) == len(rows):
            return known
    if not rows and file.what == "array" and len(numbers := _not_text(file)) == 1:
        # Whoever takes it says what is wrong with its shape.
        rows = numbers
    if len(rows) > 1:
        usual = [one for one in rows if _singular(_base(one.name)) in _OF_ANY]
        rows = usual if len(usual) == 1 else rows
    if len(rows) != 1:
        what = "none" if not rows else listed(rows)
        raise DataError(
            f"{file.path}: expected one {file.what} of rows, found {what}; it has"
            f" {listed(file.arrays)}; {EXPECTED}"
        )
    return [(kind_of_name(rows[0].name), rows[0])]


def _not_text(file: ArrayFile) -> list[ArrayInfo]:
    return [one for one in file.arrays if one.holds != TEXT]


def _ids(
    kind: str, rows: ArrayInfo, arrays: Sequence[ArrayInfo], file: ArrayFile
) -> ArrayInfo | None:
    """The ids of some rows: called so, or the only text that is as long and of no other kind."""
    for name in (f"{rows.name}_ids", f"{kind}_ids"):
        for one in arrays:
            if one.name == name:
                return _readable(one, file)
    others = tuple(f"{other}_" for other in KINDS if other != kind and kind)
    long = [
        one
        for one in arrays
        if one.shape == rows.shape[:1] and one != rows and not _base(one.name).startswith(others)
        and _base(one.name) != KIND
    ]  # fmt: skip
    wanted = [kind] if kind else list(KINDS)
    known = frozenset[str]().union(_IDS[""], *(_IDS[one] for one in wanted))
    # Of what is not read only objects are a likely mistake: ids saved as pandas has them.
    named = [
        one
        for one in long
        if _plain(one.name) in known and (one.holds != OTHER or one.type == OBJECTS)
    ]
    if not named:
        strange = frozenset[str]().union(*(_IDS[one] for one in KINDS if one not in wanted))
        named = [one for one in long if one.holds == TEXT and _plain(one.name) not in strange]
    if len(named) > 1 and not kind:
        # What sounds are called says more than what is said of them: category, label.
        named = [one for one in named if _plain(one.name) in _IDS[AUDIO]] or named
    if len(named) > 1:
        raise DataError(
            f"{file.path}: the ids of {rows.name} may be {' or '.join(one.name for one in named)};"
            f" call the right one {rows.name}_ids"
        )
    return _readable(named[0], file) if named else None


def _readable(ids: ArrayInfo, file: ArrayFile) -> ArrayInfo:
    if ids.holds == OTHER:
        raise DataError(
            f"{file.path}: {ids.name} holds {ids.type}, which is not read (Python objects could run"
            " anything); save the ids as text, such as np.array(ids, str)"
        )
    return ids


def _base(name: str) -> str:
    """The name without the groups that it lies in."""
    return name.lower().rpartition("/")[2]


def _plain(name: str) -> str:
    """A name of ids as the lists above have it."""
    base = _singular(_base(name))
    for kind in KINDS:
        rest = base.removeprefix(f"{kind}_")
        if rest != base and rest in _IDS[""] | _IDS[kind]:
            return rest
    return base
