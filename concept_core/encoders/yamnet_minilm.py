"""The bundled encoder: YAMNet hears, MiniLM places what it heard among words.

ConSE (Norouzi et al. 2013, arXiv 1312.5650): a sound is the sum of the embeddings of the class
names, each weighted by the probability of its class. It knows 521 things; words of timbre and
mood are weak; its decompositions lean to class names by construction. It is no substitute for
CLAP in published figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from concept_core.audio import BadClipsError, Sound, as_clip, bad_clip, check_sounds
from concept_core.encoders import minilm, yamnet
from concept_core.encoders.base import EncoderSpec, FloatArray, unit
from concept_core.encoders.runtime import derived
from concept_core.errors import DataError
from concept_core.files import canonical_json, package_table, sha256_file, sha256_text
from concept_core.parallel import map_ordered

# The rule from probabilities and class names to a vector; another rule is another version.
_RULE = "conse-generic-parents@1"
_GENERIC_WEIGHT = 0.1


class YamnetMinilm:
    """The encoder ``yamnet-minilm``; needs the resources ``yamnet`` and ``minilm``.

    The networks are loaded when the first embedding is wanted; the spec needs only their files.

    One clip's embedding does not depend on the others of its batch, and the same input gives
    the same bytes whatever the number of threads.
    """

    def __init__(self) -> None:
        self._spec = EncoderSpec(
            name="yamnet-minilm",
            checkpoint=_checkpoint(),
            dim=minilm.DIM,
            sample_rate=yamnet.SAMPLE_RATE,
            windowing="yamnet-trim-peak-repeat@1",
            prompt_set="bare@1",
            # The mean of the class names is part of the model; nothing is left to centre.
            centring="none",
        )

    @property
    def spec(self) -> EncoderSpec:
        """The identity of this encoder; its checkpoint covers all four files and the rule."""
        return self._spec

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Embed clips of any length: (n, 384) float32, unit rows.

        Raises
        ------
        BadClipsError
            Some clips are missing, unreadable, empty, silent or not finite; all are named.
        """
        from threadpoolctl import threadpool_limits

        check_sounds(clips)
        # Threads run over clips; more inside numpy would only get in their way.
        model = self._model  # loaded once, before threads ask for it
        with threadpool_limits(1, user_api="blas"):
            outcomes = map_ordered(lambda clip: _embed(model, clip), clips)
        bad = [
            bad_clip(index, clips[index], outcome)
            for index, outcome in enumerate(outcomes)
            if isinstance(outcome, DataError)
        ]
        if bad:
            raise BadClipsError(bad, len(clips))
        return np.array(outcomes, np.float32).reshape(len(clips), self._spec.dim)

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts as they are: (n, 384) float32, unit rows; 256 tokens of each are read.

        Raises
        ------
        DataError
            A text is empty; its index is named.
        """
        return unit(self._model.minilm.encode(texts) - self._model.mean)

    @cached_property
    def _model(self) -> _Model:
        """The networks, loaded when the first embedding is wanted."""
        heard, placed = yamnet.Yamnet(), minilm.Minilm()
        # Some 800 texts: most of what loading would cost.
        blob = derived(
            f"class-embeddings-{self._spec.checkpoint[:16]}",
            lambda: _class_embeddings(heard.classes, placed),
        )
        names = np.frombuffer(blob, np.float32).reshape(-1, minilm.DIM)
        mean = names.mean(axis=0)
        generic = generic_classes()
        weights = [_GENERIC_WEIGHT if name in generic else 1.0 for name in heard.classes]
        atoms = unit(names - mean) * np.array(weights, np.float32)[:, None]
        return _Model(heard, placed, mean, atoms)


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """The loaded networks, the mean of the class names, and where each class stands."""

    yamnet: yamnet.Yamnet
    minilm: minilm.Minilm
    mean: FloatArray
    atoms: FloatArray


def _embed(model: _Model, clip: Sound) -> FloatArray | DataError:
    """One row, or the reason why there is none."""
    try:
        samples = as_clip(clip, yamnet.SAMPLE_RATE).samples
    except DataError as error:
        return error
    return unit(model.yamnet.probabilities(samples) @ model.atoms)


def _class_embeddings(classes: Sequence[str], placed: minilm.Minilm) -> bytes:
    """(classes, 384): the unit mean over a name's parts and, if it has several, the whole."""
    variants = [name_variants(name) for name in classes]
    flat = placed.encode([variant for group in variants for variant in group])
    ends = np.cumsum([len(group) for group in variants])
    groups = np.split(flat, ends[:-1])
    return unit(np.stack([group.mean(axis=0) for group in groups])).tobytes()


def generic_classes() -> frozenset[str]:
    """Parents that fire beside every child of theirs and say little: they count less."""
    return frozenset(package_table("yamnet.toml")["generic"])


def name_variants(name: str) -> list[str]:
    """The texts that stand for a class: its parts at commas and brackets, then the whole.

    >>> name_variants("Keyboard (musical)")
    ['keyboard', 'musical', 'keyboard (musical)']
    """
    whole = name.lower()
    pieces = whole.replace("(", ",").replace(")", "").split(",")
    parts = [piece.strip() for piece in pieces if piece.strip()]
    return [*parts, whole] if len(parts) > 1 else parts


def _checkpoint() -> str:
    """sha256 over the rule and the hashes of every file that decides an embedding."""
    files = (
        yamnet.archive_path(),
        yamnet.class_map_path(),
        minilm.model_path(),
        minilm.tokenizer_path(),
    )
    return sha256_text(canonical_json([_RULE, *(sha256_file(path) for path in files)]))
