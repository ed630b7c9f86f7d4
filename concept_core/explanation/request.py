"""What ``sonolex explain`` is asked for, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.audio import BadClip, BadClipsError, bad_clip
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders import load_encoder
from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.needs import needs_sound
from concept_core.errors import DataError, UsageError
from concept_core.explanation.clips import (
    Explanation,
    explain_clips,
    explain_rows,
    reference_rows,
)
from concept_core.explanation.groups import Contrast, GroupExplanation, contrast, explain_groups
from concept_core.explanation.windows import TimeExplanation, explain_over_time
from concept_core.releases.specifiers import load_vocabulary
from concept_core.solvers.registry import chosen_mode
from concept_core.spelling import check_names
from concept_core.vocabulary import Vocabulary, check_top

if TYPE_CHECKING:
    from concept_core.datasets import ClipSet

Item = Explanation | GroupExplanation | Contrast | TimeExplanation

SHOWN = 12
"""Concepts of a group, of a side of a contrast, or of a file over time, unless told."""

_KEYS = {
    Explanation: "clips",
    GroupExplanation: "groups",
    Contrast: "contrasts",
    TimeExplanation: "files",
}


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """What to explain, over which vocabulary: clips, or classes of a data set.

    ``classes`` and ``against`` name classes of ``dataset``; ``without`` are labels or ids of
    concepts; ``window`` is in seconds and counts with ``over_time``; ``reference`` is a folder of
    clips that each clip is set beside. At most one of ``l0`` and
    ``l1`` is given; 8 concepts a clip where neither is.

    Raises
    ------
    UsageError
        The parts do not go together; the message says which.
    """

    spec: str
    clips: tuple[Path, ...] = ()
    order: str = "descending"
    encoder: str = "yamnet-minilm"
    device: str = "auto"
    offline: bool = False
    l0: int | None = None
    l1: float | None = None
    top: int | None = None
    without: tuple[str, ...] = ()
    over_time: bool = False
    window: float = 1.0
    dataset: str | None = None
    data: Path | None = None
    folds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    against: str | None = None
    skip_bad: bool = False
    reference: Path | None = None

    def __post_init__(self) -> None:
        l0, l1 = chosen_mode(self.l0, self.l1)
        object.__setattr__(self, "l0", l0)
        object.__setattr__(self, "l1", l1)
        check_top(self.top)
        if bool(self.clips) == (self.dataset is not None):
            raise UsageError("give clips to explain, or a data set with --dataset: one of the two")
        beside = (self.data, self.against, *self.folds, *self.classes)
        if self.dataset is None and any(value is not None for value in beside):
            raise UsageError("--data, --folds, --class and --against belong to --dataset")
        if self.against is not None and not self.classes:
            raise UsageError("--against needs --class: the class that is set against it")
        if self.over_time and self.dataset is not None:
            raise UsageError("--over-time explains files; name clips, not --dataset")
        if self.reference is not None and (self.over_time or self.dataset is not None):
            raise UsageError("--reference is what clips are set beside; name clips alone")

    @property
    def shown(self) -> int:
        """Concepts of one item, where not all can be shown."""
        return SHOWN if self.top is None else self.top


@dataclass(frozen=True, slots=True)
class Outcome:
    """Explanations, all of one kind, and what they are made with.

    Attributes
    ----------
    request : ExplainRequest
    vocabulary : Vocabulary
        Without the concepts that were left out.
    dictionary : Dictionary
    spec : EncoderSpec
    items : tuple of Explanation, GroupExplanation, Contrast or TimeExplanation
    whole : tuple of Explanation
        Of the clips over the whole vocabulary, where concepts were left out.
    bad : tuple of (name, message)
        Clips that were left out.
    folds : tuple of str
        Of a data set: the folds that were explained.
    """

    request: ExplainRequest
    vocabulary: Vocabulary
    dictionary: Dictionary
    spec: EncoderSpec
    items: tuple[Item, ...]
    whole: tuple[Explanation, ...] = ()
    bad: tuple[tuple[str, str], ...] = ()
    folds: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON-ready values."""
        request = self.request
        answer: dict[str, Any] = {
            "vocabulary": self.vocabulary.specifier,
            "content_hash": self.vocabulary.content_hash,
            "encoder": self.spec.to_dict(),
            "mode": "l1" if request.l0 is None else "l0",
            "value": request.l1 if request.l0 is None else request.l0,
            _KEYS[type(self.items[0])]: [item.to_dict() for item in self.items],
            "bad": [{"clip": name, "message": message} for name, message in self.bad],
        }
        if request.dataset is not None:
            answer |= {"dataset": request.dataset, "folds": ",".join(self.folds)}
        if request.without:
            answer["without"] = list(request.without)
        if self.whole:
            answer["whole"] = [one.to_dict() for one in self.whole]
        return answer


def explain_request(request: ExplainRequest) -> Outcome:
    """Embed what is asked for and explain it.

    Raises
    ------
    UsageError
        Unknown vocabulary, encoder, concept, data set, fold or class.
    DataError, MissingError
        A clip cannot be embedded, or something is not on this machine.
    """
    vocabulary = load_vocabulary(request.spec, order=request.order)
    reduced = vocabulary.without(request.without) if request.without else vocabulary
    clips = _load(request)
    encoder = load_encoder(request.encoder, device=request.device, offline=request.offline)
    if request.over_time:
        dictionary = Dictionary.build(reduced, encoder)
        return _over_time(Outcome(request, reduced, dictionary, encoder.spec, ()), encoder)
    beside = None
    if request.reference is not None:
        beside, encoder = reference_rows(request.reference, encoder, skip_bad=request.skip_bad)
    paths = request.clips if clips is None else clips.paths
    embedded = embed_clips(encoder, paths, skip_bad=request.skip_bad)
    encoder = embedded.encoder
    dictionary = Dictionary.build(reduced, encoder)
    outcome = Outcome(request, reduced, dictionary, encoder.spec, (), bad=embedded.bad)
    mode: dict[str, Any] = {"l0": request.l0, "l1": request.l1, "device": request.device}
    if clips is not None:
        kept = clips.take(np.asarray(embedded.kept, np.intp))
        groups = tuple(_groups(request, kept, embedded.x, dictionary))
        return replace(outcome, items=groups, folds=kept.fold_names())
    names = [str(paths[place]) for place in embedded.kept]
    items = explain_clips(embedded.x, names, dictionary, reference=beside, top=request.top, **mode)
    whole: Sequence[Explanation] = ()
    if request.without:
        whole = explain_rows(embedded.x, names, Dictionary.build(vocabulary, encoder), **mode)
    return replace(outcome, items=tuple(items), whole=tuple(whole))


def _load(request: ExplainRequest) -> ClipSet | None:
    """The clips of the data set, with every asked class among its classes; None for files."""
    if request.dataset is None:
        return None
    from concept_core.datasets import load_dataset

    # Where they are left out: the folder of sonolex fetch, the official folds, as score takes them.
    clips = load_dataset(
        request.dataset, request.data, request.folds or None, sounds=needs_sound(request.encoder)
    )
    asked = [*request.classes, *([] if request.against is None else [request.against])]
    check_names("class", asked, clips.info.classes, request.dataset)
    return clips


def _over_time(outcome: Outcome, encoder: Encoder) -> Outcome:
    """Every file by itself; the bad ones are told together, or left out if that is asked for."""
    request = outcome.request
    items: list[TimeExplanation] = []
    bad: list[BadClip] = []
    for place, path in enumerate(request.clips):
        try:
            found = explain_over_time(
                path, encoder, outcome.dictionary, window=request.window,
                l0=request.l0, l1=request.l1, top=request.top, device=request.device,
            )  # fmt: skip
        except DataError as error:
            bad.append(bad_clip(place, path, error))
        else:
            items.append(found)
    if bad and not (request.skip_bad and items):
        raise BadClipsError(bad, len(request.clips))
    left_out = tuple((clip.name, clip.message) for clip in bad)
    return replace(outcome, items=tuple(items), bad=left_out)


def _groups(
    request: ExplainRequest,
    clips: ClipSet,
    x: np.ndarray[Any, np.dtype[np.float32]],
    over: Dictionary,
) -> Iterable[Item]:
    """The whole set, the asked classes, or each of them against another."""
    mode: dict[str, Any] = {
        "l0": request.l0, "l1": request.l1, "top": request.shown, "device": request.device,
        "recordings": clips.recordings,
    }  # fmt: skip

    def rows(name: str) -> np.ndarray[Any, np.dtype[np.intp]]:
        return np.flatnonzero(clips.targets[:, clips.info.classes.index(name)])

    if request.against is not None:
        other = (request.against, rows(request.against))
        return [contrast(x, (name, rows(name)), other, over, **mode) for name in request.classes]
    everything = {clips.info.name: np.arange(len(clips))}
    return explain_groups(
        x, {name: rows(name) for name in request.classes} or everything, over, **mode
    )
