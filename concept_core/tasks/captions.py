"""Files of captions without sounds, for retrieval of captions by captions.

Clotho's table (``file_name,caption_1,...,caption_5``) and AudioCaps' (a row a caption, with
``youtube_id`` and ``start_time``). A clip needs two captions: one to ask with, one to find.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from concept_core.datasets.base import CAPTIONS, DatasetInfo
from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError, MissingError
from concept_core.files import canonical_json, sha256_text
from concept_core.tasks.items import Items

DATASET = "captions"
"""As ``--dataset`` takes it; ``--data`` is then the file."""

_CAPTION = re.compile(r"captions?(_\d+)?", re.IGNORECASE)
_CLIP = (("file_name",), ("youtube_id", "start_time"), ("youtube_id",))


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """The clips of a file that have two captions or more.

    Attributes
    ----------
    name : str
        The file's own, without its folder.
    clips : tuple of n str
    captions : tuple of n tuples of str
    left_out : int
        Clips with one caption.
    """

    name: str
    clips: tuple[str, ...] = field(repr=False)
    captions: tuple[tuple[str, ...], ...] = field(repr=False)
    left_out: int

    def items(self, encoder: EncoderSpec) -> Items:
        """What a card says of them; clips with one caption count as missing."""
        info = DatasetInfo(
            name=DATASET,
            revision=self.name,
            licence="not stated",
            citation="",
            sample_rate=0,
            main_metric="r@1",
            kind=CAPTIONS,
            folds=("all",),
            classes=(),
            seen="not known",
        )
        pairs = [[clip, *mine] for clip, mine in zip(self.clips, self.captions, strict=True)]
        return Items(
            info=info,
            names=self.clips,
            folds=("all",) * len(self.clips),
            missing=self.left_out,
            bad=(),
            data_hash=sha256_text(canonical_json(pairs)),
            data_folds=("all",),
            encoder=encoder,
        )


def read_caption_file(path: str | Path) -> CaptionFile:
    """Read a table of captions.

    Raises
    ------
    MissingError
        No such file.
    DataError
        It is no csv file in UTF-8, has no column of captions or none that names the clip, a row
        is short, or no clip has two captions; the message says where.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingError(
            f"{path}: no such file; give a table of captions ('sonolex fetch clotho' gets one)"
        )
    by_clip: dict[str, list[str]] = {}
    try:
        with open(path, encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            columns, named = _columns(path, list(reader.fieldnames or ()))
            for row in reader:
                where = f"{path}, line {reader.line_num}"
                values = [row[column] for column in (*named, *columns)]
                if None in values or not all(row[column].strip() for column in named):
                    raise DataError(f"{where}: the row is short; expected {', '.join(row)}")
                mine = by_clip.setdefault("/".join(row[column] for column in named), [])
                mine += [text for column in columns if (text := row[column].strip())]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a csv file in UTF-8 ({error}); get it anew") from error
    kept = {clip: tuple(mine) for clip, mine in by_clip.items() if len(mine) > 1}
    if not kept:
        raise DataError(f"{path}: no clip has two captions, one to ask with and one to find")
    return CaptionFile(path.name, tuple(kept), tuple(kept.values()), len(by_clip) - len(kept))


def _columns(path: Path, fields: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The columns of captions, and those that name the clip."""
    columns = [field for field in fields if _CAPTION.fullmatch(field)]
    named = next((names for names in _CLIP if set(names) <= set(fields)), None)
    if not columns or named is None:
        lacks = "that names the clip (file_name, youtube_id)" if columns else "caption, caption_1"
        raise DataError(f"{path}: no column {lacks}; it has {', '.join(fields) or 'none'}")
    return columns, named
