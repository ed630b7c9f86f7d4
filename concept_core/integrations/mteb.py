"""An encoder as MTEB's benchmarks of sounds and texts call one, with or without a vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.audio import Clip
from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import (
    Dictionary,
    EncoderLike,
    VocabularyLike,
    as_encoder,
    as_vocabulary,
)
from concept_core.encoders.base import FloatArray, unit
from concept_core.errors import DataError, UsageError
from concept_core.extras import require_extra
from concept_core.files import canonical_json, sha256_text
from concept_core.solvers.registry import chosen_mode

if TYPE_CHECKING:
    from torch import Tensor


class MtebEncoder:
    """What ``mteb.evaluate`` takes: the protocol ``mteb.models.EncoderProtocol`` of MTEB 2.

    Parameters
    ----------
    encoder : str or Encoder
        An encoder, or what ``load_encoder`` takes.
    vocabulary : str, Path or Vocabulary, optional
        Where one is given, a sound's embedding is the sum of its concepts, scaled to length 1:
        what a task loses against the encoder alone is what the vocabulary cannot say. Texts stay
        as they are, as in zero-shot classification by this project.
    l0 : int, optional
        At most this many concepts a sound; 8 where neither l0 nor l1 is given.
    l1 : float, optional
        The penalty of the lasso instead.

    Raises
    ------
    UsageError
        A mode without a vocabulary, or two; also as ``load_encoder`` and ``load_vocabulary``.
    """

    def __init__(
        self,
        encoder: EncoderLike,
        vocabulary: VocabularyLike | None = None,
        *,
        l0: int | None = None,
        l1: float | None = None,
    ) -> None:
        self._encoder = as_encoder(encoder)
        self._dictionary = None
        self._name = self._encoder.spec.name
        if vocabulary is not None:
            loaded = as_vocabulary(vocabulary)
            self._dictionary = Dictionary.build(loaded, self._encoder)
            self._name += f"+{loaded.specifier}"
            self._l0, self._l1 = chosen_mode(l0, l1)
        elif (l0, l1) != (None, None):
            raise UsageError("l0 and l1 say how sounds are decomposed; give a vocabulary too")

    def encode(self, inputs: Iterable[Mapping[str, Any]], **task: Any) -> FloatArray:
        """Embed batches of sounds, or of texts: (n, dim) float32, unit rows.

        Parameters
        ----------
        inputs : iterable of mappings
            Batches, each with ``audio`` (items with an ``array`` of samples in [-1, 1], mono or
            channels first, and a ``sampling_rate`` in Hz) or with ``text`` (str).
        **task
            What else the protocol has (``task_metadata``, ``hf_split``, ``hf_subset``,
            ``prompt_type``, ``batch_size`` ...): an embedding does not depend on it.

        Raises
        ------
        DataError
            Batches with both or with neither; sounds or texts that have no embedding.
        """
        parts = [np.zeros((0, self._encoder.spec.dim), np.float32)]
        found: set[str] = set()
        for batch in inputs:
            found |= {"audio", "text"} & set(batch)
            if len(found) != 1:
                raise DataError(
                    f"a batch with {sorted(batch)}: this encoder embeds sounds ('audio') or texts"
                    " ('text'), one of them in a call; choose another task"
                )
            if "text" in found:
                parts.append(self._encoder.encode_text([str(text) for text in batch["text"]]))
            else:
                clips = _clips(batch["audio"], sum(map(len, parts)))
                parts.append(self._encoder.encode_audio(clips))
        x = np.concatenate(parts)
        return self._explained(x) if "audio" in found else x

    def similarity(self, embeddings1: Any, embeddings2: Any) -> Tensor:
        """Cosines (n, m) of all embeddings with all: (n, dim) and (m, dim), or one each."""
        return _unit_rows(embeddings1) @ _unit_rows(embeddings2).T

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> Tensor:
        """Cosines (n,) of embeddings (n, dim) with those in the same places."""
        return (_unit_rows(embeddings1) * _unit_rows(embeddings2)).sum(1)

    @cached_property
    def mteb_model_meta(self) -> Any:
        """The identity under which MTEB keeps results; its revision changes with all that counts.

        Raises
        ------
        MissingError
            MTEB is not installed.
        """
        from slugify import slugify

        require_extra("mteb")
        meta = import_module("mteb.models.model_meta")
        decomposed = self._dictionary and [self._dictionary.vocabulary, self._l0, self._l1]
        identity = canonical_json([self._encoder.spec.to_dict(), decomposed])
        return meta.ModelMeta.create_empty(
            overwrites={
                "name": f"sonolex/{slugify(self._name)}",
                "revision": sha256_text(identity)[:16],
                "modalities": ["audio", "text"],
                "embed_dim": self._encoder.spec.dim,
                "similarity_fn_name": meta.ScoringFunction.COSINE,
            }
        )

    def _explained(self, x: FloatArray) -> FloatArray:
        if self._dictionary is None:
            return x
        result = decompose(x, self._dictionary.atoms, l0=self._l0, l1=self._l1)
        return unit(result.reconstruct().astype(np.float32))


def _clips(items: Sequence[Any], first: int) -> list[Clip]:
    """Sounds as clips that errors call by their place in the data set."""
    clips = []
    for place, item in enumerate(items, first):
        samples = np.asarray(item["array"])
        if samples.ndim == 2:
            samples = samples.mean(axis=0)
        clips.append(Clip(samples, int(item["sampling_rate"]), f"sound {place}"))
    return clips


def _unit_rows(embeddings: Any) -> Tensor:
    import torch

    rows = torch.as_tensor(embeddings).float()
    return torch.nn.functional.normalize(rows.reshape(-1, rows.shape[-1]))
