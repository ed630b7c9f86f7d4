"""The texts that a job will ask an encoder for, so that they are embedded once, where it is.

``texts_of`` runs the job's own code up to its embeddings, with an encoder that embeds nothing and
notes what it is asked for: no list of texts is kept beside the code that needs them.
"""

from __future__ import annotations

from vocab_builder.texts.run import WantedTexts, texts_of, write_texts
from vocab_builder.texts.wanted import BUILD, JOBS, TextsRequest

__all__ = ["BUILD", "JOBS", "TextsRequest", "WantedTexts", "texts_of", "write_texts"]
