"""Replay a scorecard: ask for the same again, and say which hash or which number differs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypedDict

from concept_core import __version__
from concept_core.bench.bench import Bench
from concept_core.datasets.base import NAMES_ALONE
from concept_core.documents import read_json
from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.engine import Engine
from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.releases.specifiers import load_vocabulary
from concept_core.releases.versions import UNRELEASED, check_release_name
from concept_core.tasks import faithfulness, few_shot, intervention
from concept_core.tasks.embed import Progress
from concept_core.tasks.items import PROMPT_SET
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard, Scorecards
from concept_core.values import from_data
from concept_core.vocabulary import Vocabulary

_KEYS = (
    *("task", "dataset", "data_folds", "data_hash", "classes", "mode", "value", "mean_l0"),
    *("vocabulary", "encoder", "prompt_set", "parameters", "bad", "seed", "software"),
)
_LISTED = 5


class _Made(TypedDict):
    id: str
    version: str
    content_hash: str
    size: int


class _Encoder(TypedDict):
    fingerprint: str


class _Parameters(TypedDict, total=False):
    shots: list[int]
    without: list[str]
    epochs: int | None


class _Card(TypedDict):
    """What a replay reads of a card."""

    task: str
    dataset: str
    dataset_revision: str
    n: int
    data_folds: list[int | str]
    data_hash: str
    classes: list[str]
    mode: Literal["l0", "l1"]
    value: float
    mean_l0: float | None
    vocabulary: _Made
    encoder: _Encoder
    prompt_set: str
    parameters: _Parameters
    bad: list[str]
    seed: int
    software: str


def replay(
    path: Path,
    encoder: Encoder | str,
    data: str | Path | None = None,
    *,
    vocabularies: Sequence[str | Path] = (),
    order: str = "descending",
    device: str = "auto",
    offline: bool = False,
    engine: Engine | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Scorecards:
    """Score the cards of a file once more, each checked against what it was.

    Parameters
    ----------
    path : Path
        A card, or a list of cards.
    encoder, data, offline, engine, progress, say
        As ``Bench`` takes them; ``say`` also takes a line on each card.
    vocabularies : sequence of str or Path
        One a card, where they are no releases that can be found by name.
    order : str
        Of text files among them, as for `load_vocabulary`.
    device : str
        ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    IntegrityError
        A hash differs: of the vocabulary, the encoder or the data.
    DataError
        All hashes agree and numbers differ; or the file holds no cards.
    UsageError
        Another number of vocabularies than of cards.
    """
    old = read_cards(path)
    if vocabularies and len(vocabularies) != len(old):
        raise UsageError(
            f"{path} holds {len(old)} cards; give as many SPECs, in their order, or none if all are"
            " of carried vocabularies"
        )
    cards = Scorecards()
    for place, card in enumerate(old):
        if card["software"] != __version__:
            versions = f"made by sonolex {card['software']}, this is {__version__}"
            say(f"note: card {place + 1} was {versions}")
        if is_former(card):
            say(
                f"note: card {place + 1} is from before intervals were resampled by recording and"
                " random directions drawn ten times: these are not compared"
            )
        spec = vocabularies[place] if vocabularies else spec_of(card)
        vocabulary = check_vocabulary(card, load_vocabulary(spec, order=order))
        request = replace(request_of(card), device=device)
        bench = Bench(
            request, encoder, data, offline=offline, engine=engine, progress=progress, say=say
        )
        encoder = bench.encoder
        check_encoder(card, encoder.spec)
        check_data(card, bench.data.items.data_hash)
        again = bench.score(vocabulary, **mode_of(card))
        check_numbers(card, again)
        say(f"reproduced: {again.specifier}, {again.task} on {again.dataset}")
        cards.append(again)
    return cards


def read_cards(path: Path) -> list[dict[str, Any]]:
    """The cards of a file: one, or a list of them.

    Raises
    ------
    DataError
        It holds no cards; the message says what is lacking.
    """
    try:
        found = read_json(path)
    except (FileNotFoundError, DataError) as error:
        raise DataError(f"{path}: no scorecard ({error}); give one of 'sonolex score'") from error
    cards = found if isinstance(found, list) else [found]
    for card in cards:
        lacking = [key for key in _KEYS if not isinstance(card, dict) or key not in card]
        if lacking:
            raise DataError(
                f"{path}: no scorecard that can be replayed: it lacks {', '.join(lacking)}; give"
                " one that 'sonolex score' wrote"
            )
        from_data(card, _Card, f"{path}: no scorecard that can be replayed")
    return cards


def request_of(card: Mapping[str, Any]) -> TaskRequest:
    """The request that a card answers."""
    names, task = tuple(card["classes"]), card["task"]
    parameters = card["parameters"]
    # The others choose among the names of their clips, and take none.
    takes_names = task in ("zero-shot", "finetuned", intervention.NAME, faithfulness.NAME)
    return TaskRequest(
        task=task,
        dataset=card["dataset"],
        folds=tuple(str(fold) for fold in card["data_folds"]),
        classes=names if takes_names else (),
        shots=tuple(parameters["shots"]) if task == few_shot.NAME else (),
        without=tuple(parameters["without"]) if task == intervention.NAME else (),
        skip_bad=bool(card["bad"]),
        seed=card["seed"],
        epochs=parameters.get("epochs") if task == "finetuned" else None,
        learned=tuple(card.get("baselines", {})),
    )


def mode_of(card: Mapping[str, Any]) -> dict[str, Any]:
    """The sparsity of a card, as ``Bench.score`` takes it."""
    if card["mean_l0"] is not None:
        return {"mean_l0": card["mean_l0"]}
    return {card["mode"]: card["value"] if card["mode"] == "l1" else int(card["value"])}


def check_vocabulary(card: Mapping[str, Any], vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary, or its first concepts, if they are what the card was made with.

    Raises
    ------
    IntegrityError
        The content hash differs.
    """
    made = card["vocabulary"]
    if made["size"] < len(vocabulary):
        vocabulary = replace(vocabulary, concepts=vocabulary.concepts[: made["size"]])
    if vocabulary.content_hash != made["content_hash"]:
        raise _differs(
            "vocabulary content_hash",
            made["content_hash"],
            vocabulary.content_hash,
            f"{made['id']}@{made['version']} of {made['size']} concepts; give that vocabulary, in"
            " its order",
        )
    return vocabulary


def check_encoder(card: Mapping[str, Any], spec: EncoderSpec) -> None:
    """See that the encoder is the card's.

    Raises
    ------
    IntegrityError
        The fingerprint differs; the fields that do are named.
    """
    made = card["encoder"]
    if spec.fingerprint != made["fingerprint"]:
        here = spec.to_dict()
        fields = [key for key in {**made, **here} if made.get(key) != here.get(key)]
        named = ", ".join(sorted(set(fields) - {"fingerprint"}))
        raise _differs(
            "encoder fingerprint",
            made["fingerprint"],
            spec.fingerprint,
            f"they differ in {named}; give the encoder with --encoder",
        )
    if card["prompt_set"] != PROMPT_SET:
        raise _differs("prompt_set", card["prompt_set"], PROMPT_SET, "this version has another")


def check_data(card: Mapping[str, Any], data_hash: str) -> None:
    """See that the clips, and what is said of them, are the card's.

    Raises
    ------
    IntegrityError
        The data hash differs.
    """
    if data_hash != card["data_hash"]:
        hint = "give the folder with the same files"
        if data_hash.startswith(NAMES_ALONE) != card["data_hash"].startswith(NAMES_ALONE):
            hint = (
                "one is over sounds and the other over names alone, as of precomputed rows: score"
                " anew to compare"
            )
        raise _differs(
            "data_hash",
            card["data_hash"],
            data_hash,
            f"{card['n']} clips of {card['dataset']} {card['dataset_revision']} were scored;"
            f" {hint}",
        )


def check_numbers(card: Mapping[str, Any], again: Scorecard) -> None:
    """See that all numbers are the card's, to the digits that processors agree on.

    Raises
    ------
    DataError
        Some differ; the first are named, and the software if it is another.
    """
    new = json.loads(again.to_json())
    old = dict(card)
    if is_former(card):
        old, new = _comparable(old, new)
    found = [path for key in old if key != "software" for path in _differences(old, new, key)]
    if not found:
        return
    named = "\n".join(f"  {line}" for line in found[:_LISTED])
    more = f"\n  and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    cause = "all hashes agree"
    if card["software"] != __version__:
        cause = f"software differs ({card['software']} / {__version__}), all other hashes agree"
    raise DataError(f"{len(found)} figures of the card are others now; {cause}:\n{named}{more}")


def is_former(card: Mapping[str, Any]) -> bool:
    """Whether a card is from before intervals were resampled by recording."""
    return "resampled_by" not in card


def _comparable(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a former card and a new one have in common, computed alike.

    Intervals were of clips, without Wilson's; random directions were drawn once; and details were
    fewer.
    """

    def kept(old: Any, new: Any) -> tuple[Any, Any]:
        if not isinstance(old, dict) or not isinstance(new, dict):
            return old, new
        pairs = {
            key: kept(value, new[key]) if key in new else (value, None)
            for key, value in old.items()
            if key not in ("random", "intervals") and not key.endswith("interval")
        }
        return ({key: one for key, (one, _) in pairs.items()},
                {key: two for key, (_, two) in pairs.items()})  # fmt: skip

    one, two = kept(old, new)
    return one, two


def _differences(old: Any, new: Any, key: str, where: str = "") -> Iterator[str]:
    """Paths at which two JSON values differ, with both."""
    path = f"{where}{key}"
    one, two = (
        part.get(key) if isinstance(part, Mapping) else part[int(key)] for part in (old, new)
    )
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        for name in one:
            yield from _differences(one, two, name, f"{path}.")
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for place in range(len(one)):
            yield from _differences(one, two, str(place), f"{path}.")
    elif not _same(one, two):
        yield f"{path}: {_short(one)} / {_short(two)}"


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, float) and isinstance(two, (int, float)):
        return math.isclose(one, two, rel_tol=1e-6, abs_tol=1e-9)
    return bool(one == two)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _differs(what: str, old: str, new: str, hint: str) -> IntegrityError:
    return IntegrityError(f"{what} differs: {old} in the card, {new} here; {hint}")


def spec_of(card: Mapping[str, Any]) -> str:
    """What the card's vocabulary can be loaded by.

    Raises
    ------
    UsageError
        It was a list of the user's own.
    DataError
        Its id or version can be that of no release.
    """
    made = card["vocabulary"]
    if made["version"] == UNRELEASED:
        raise UsageError(
            f"the card is of the list {made['id']!r}, which is no release; give its file as SPEC"
        )
    # It may be anybody's card: it names a release, and no folder of this machine.
    check_release_name(made["id"], made["version"], "the card's vocabulary")
    return f"{made['id']}@{made['version']}"
