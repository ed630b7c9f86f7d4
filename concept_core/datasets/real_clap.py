"""Real CLAP without a model: published embeddings of ESC-50 and of the class names of FSD50K.

All are by LAION-CLAP's checkpoint ``630k-audioset-best``. The resources ``clap-esc50`` and
``clap-fsd50k-labels`` (``data/sources.toml``) hold them; no other text or sound can be had.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.datasets.published import PUBLISHED
from concept_core.datasets.tables import Line, read_table
from concept_core.errors import DataError, MissingFileError
from concept_core.resources import resource_path, status
from concept_core.text.files import read_lines

CLIPS = "clap-esc50"
LABELS = "clap-fsd50k-labels"

# As FSD50K's names were encoded: underscores kept, no full stop. The metadata of ESC-50 hold
# their prompts themselves.
_LABEL_PROMPT = "This is a sound of {}"


@dataclass(frozen=True, slots=True, eq=False)
class ClapClips:
    """The clips of ESC-50 and the prompts of its classes, embedded.

    Attributes
    ----------
    names, folds, categories : tuple of n str
        File name, fold and class (with underscores) of each clip.
    audio : (n, d) float32
    prompts : tuple of C str
        The text of each class as it was encoded: "This is a sound of dog."
    prompt_rows : (C, d) float32
    """

    names: tuple[str, ...] = field(repr=False)
    folds: tuple[str, ...] = field(repr=False)
    categories: tuple[str, ...] = field(repr=False)
    audio: NDArray[np.float32] = field(repr=False)
    prompts: tuple[str, ...] = field(repr=False)
    prompt_rows: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class ClapLabels:
    """Class names of FSD50K, embedded.

    Attributes
    ----------
    labels : tuple of K str
        As words: "drawer open or close".
    prompts : tuple of K str
        As they were encoded: "This is a sound of drawer_open_or_close".
    rows : (K, d) float32
    """

    labels: tuple[str, ...] = field(repr=False)
    prompts: tuple[str, ...] = field(repr=False)
    rows: NDArray[np.float32] = field(repr=False)


def require_real_clap() -> None:
    """See that both resources are on this machine.

    Raises
    ------
    MissingError
        One is not, or both; the message has the one command that fetches what is missing.
    """
    lacking = [name for name in (CLIPS, LABELS) if status(name).path is None]
    if lacking:
        raise MissingFileError(
            f"the embeddings of real CLAP are not on this machine: {', '.join(lacking)}.\nGet"
            f" them with: sonolex fetch {' '.join(lacking)}\nOr, without a network, bring the"
            " files that data/sources.toml lists, each resource by itself:"
            f" sonolex fetch {lacking[0]} --from FOLDER"
        )


def read_clips() -> ClapClips:
    """The embeddings of ``clap-esc50``.

    Raises
    ------
    MissingError
        It was not fetched.
    DataError
        Its files do not belong together, as those of one's own may not.
    """
    audio = _array(CLIPS, "audio_embeddings.npy")
    prompt_rows = _array(CLIPS, "class_text_embeddings.npy")
    names = _names(CLIPS, "class_names.txt")
    columns = ("audio_filename", "caption", "class_name", "fold")
    path = resource_path(CLIPS, "metadata.csv")
    lines = read_table(path, columns, f"fetch it anew: sonolex fetch {CLIPS}")
    _check(CLIPS, len(prompt_rows), len(names), "class_text_embeddings.npy", "names")
    _check(CLIPS, len(audio), len(lines), "audio_embeddings.npy", "lines in metadata.csv")
    captions = _captions(lines)
    lacking = [name for name in names if name not in captions]
    if lacking:
        raise _broken(CLIPS, f"metadata.csv has no clip of the class {lacking[0]!r}")
    return ClapClips(
        names=tuple(line["audio_filename"] for line in lines),
        folds=tuple(line["fold"] for line in lines),
        categories=tuple(line["class_name"] for line in lines),
        audio=audio,
        prompts=tuple(captions[name] for name in names),
        prompt_rows=prompt_rows,
    )


def read_labels() -> ClapLabels:
    """The embeddings of ``clap-fsd50k-labels``.

    Raises
    ------
    MissingError, DataError
        As `read_clips`.
    """
    # Published with a label a column.
    rows = np.ascontiguousarray(_array(LABELS, "class_clap_text_embedding_fsd50k.npy").T)
    names = _names(LABELS, "fsd50k_all_class.txt")
    _check(LABELS, len(rows), len(names), "class_clap_text_embedding_fsd50k.npy", "names")
    return ClapLabels(
        labels=tuple(name.replace("_", " ") for name in names),
        prompts=tuple(_LABEL_PROMPT.format(name) for name in names),
        rows=rows,
    )


def esc50_table(clips: ClapClips) -> str:
    """The clips as ``meta/esc50.csv`` lists them: filename, fold, target, category, esc10.

    Raises
    ------
    DataError
        A class that ESC-50 does not have.
    """
    by_code, subset = PUBLISHED["esc50"].by_code(), PUBLISHED["esc10"].classes
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("filename", "fold", "target", "category", "esc10"))
    for name, fold, category in zip(clips.names, clips.folds, clips.categories, strict=True):
        if category not in by_code:
            raise _broken(CLIPS, f"{name} has the class {category!r}, which ESC-50 does not have")
        marked = category.replace("_", " ") in subset
        writer.writerow((name, fold, by_code[category], category, marked))
    return text.getvalue()


def _captions(lines: list[Line]) -> dict[str, str]:
    """The prompt of each class: its clips all have the same."""
    found: dict[str, str] = {}
    for line in lines:
        known = found.setdefault(line["class_name"], line["caption"])
        if known != line["caption"]:
            raise line.error(
                f"class {line['class_name']!r} has two captions, {known!r} and"
                f" {line['caption']!r}; fetch it anew: sonolex fetch {CLIPS}"
            )
    return found


def _array(resource: str, member: str) -> NDArray[np.float32]:
    path = resource_path(resource, member)
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise _broken(resource, f"{path} cannot be read as an array ({error})") from error
    if array.ndim != 2 or array.dtype.kind != "f":
        raise _broken(resource, f"{path} is {array.shape} of {array.dtype}, not rows of numbers")
    return array.astype(np.float32)


def _names(resource: str, member: str) -> list[str]:
    return [line for _, line in read_lines(resource_path(resource, member)) if line]


def _check(resource: str, rows: int, names: int, member: str, what: str) -> None:
    if rows != names:
        raise _broken(resource, f"{member} has {rows} rows for {names} {what}")


def _broken(resource: str, what: str) -> DataError:
    return DataError(
        f"{resource}: {what}; fetch it anew, or bring files that belong together:"
        f" sonolex fetch {resource} [--from FOLDER]"
    )
