"""How a word was said in captions, and the clips in which an encoder hears it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.encoders.embeddings import embed_clips
from vocab_builder.stages.context import Context, FloatArray
from vocab_builder.words.form_rules import SnowballForms
from vocab_builder.words.normal_form import is_word, normal_form, split_words

_MOST_CAPTIONS = 10
_MOST_CLIPS = 5


class SaidCaptions:
    """Captions by the stems of their words."""

    def __init__(self, captions: Iterable[str]) -> None:
        self._captions = sorted({caption.strip() for caption in captions if caption.strip()})
        self._stem = SnowballForms().word
        self._places: dict[str, set[int]] = {}
        stems: dict[str, str] = {}
        for place, caption in enumerate(self._captions):
            for word in set(_words(caption)):
                if word not in stems:
                    stems[word] = self._stem(word)
                self._places.setdefault(stems[word], set()).add(place)

    def of(self, label: str) -> list[str]:
        """Captions that have all words of a label in some form, as it is first."""
        words = split_words(normal_form(label))
        found = [self._places.get(self._stem(word), set()) for word in words]
        places = set.intersection(*found) if found else set()
        captions = (self._captions[place] for place in places)
        order = sorted(captions, key=lambda one: (label not in normal_form(one), len(one), one))
        return order[:_MOST_CAPTIONS]


def _words(caption: str) -> list[str]:
    return [word for word in map(normal_form, caption.split()) if is_word(word)]


class HeardClips:
    """Clips in an encoder's space."""

    def __init__(self, clips: Sequence[Path], context: Context) -> None:
        self._clips = list(clips)
        self._context = context
        self._rows: FloatArray | None = None
        self._listed: dict[str, Path] = {}

    def of(self, label: str) -> list[dict[str, Any]]:
        """The clips nearest to a label: ``name``, ``cosine`` and an ``id`` to ask for it by."""
        encoder = self._context.encoder
        if not self._clips or encoder is None:
            return []
        if self._rows is None:
            embedded = embed_clips(encoder, self._clips, skip_bad=True)
            self._clips = [self._clips[place] for place in embedded.kept]
            self._rows = embedded.x
        cosines = self._rows @ self._context.embed([label])[0]
        best = np.argsort(-cosines, kind="stable")[:_MOST_CLIPS].tolist()
        return [self._entry(self._clips[place], float(cosines[place])) for place in best]

    def path(self, name: str) -> Path | None:
        """The file of an ``id`` that was listed."""
        return self._listed.get(name)

    def _entry(self, path: Path, cosine: float) -> dict[str, Any]:
        name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        self._listed[name] = path
        return {"name": path.name, "cosine": round(cosine, 4), "id": name}
