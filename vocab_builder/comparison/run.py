"""The comparison itself: everything that decides between vocabularies, from one encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from string import ascii_uppercase
from typing import Any

from concept_core import __version__
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError, UsageError
from concept_core.measures import measure_vocabulary
from concept_core.measures.redundancy import effective_rank, redundancy
from concept_core.measures.reference import Reference
from concept_core.vocabulary import Vocabulary
from vocab_builder.comparison.model import Compared, Comparison
from vocab_builder.comparison.overlap import alone, overlap
from vocab_builder.comparison.scores import compare_scores
from vocab_builder.comparison.telling import tell

Entry = tuple[Vocabulary, Dictionary]


def compare(
    entries: Sequence[Entry],
    spec: EncoderSpec,
    *,
    near: float,
    l0: int = 8,
    reference: Reference | None = None,
    cards: Sequence[Mapping[str, Any]] = (),
    across_encoders: bool = False,
    seed: int = 0,
) -> Comparison:
    """Compare vocabularies in the space of one encoder.

    Parameters
    ----------
    entries : sequence of (Vocabulary, Dictionary)
        2 to 26, named A to Z.
    spec : EncoderSpec
        That of the encoder that made the dictionaries and the reference.
    near : float
        Cosine in (0, 1) above which two labels say one thing.
    l0 : int
        The most concepts a clip or caption, at least 1.
    reference : Reference, optional
        Without it there is no coverage, grounding, dead concepts, fidelity, and nothing that one
        vocabulary can say and another cannot.
    cards : sequence of mapping
        Scorecards of these vocabularies.
    across_encoders : bool
        Show cards of other encoders beside.
    seed : int

    Raises
    ------
    UsageError
        Too few vocabularies or too many, or a cosine or limit that is out of range.
    DataError
        A dictionary of another vocabulary or encoder; otherwise as `compare_scores`.
    """
    check_number(len(entries))
    check_near(near)
    for vocabulary, dictionary in entries:
        if (dictionary.vocabulary, dictionary.encoder) != (
            vocabulary.content_hash,
            spec.fingerprint,
        ):
            raise DataError(
                f"the dictionary was built from another vocabulary or encoder than"
                f" {vocabulary.specifier} with {spec.name}; build it from these"
            )
    letters = ascii_uppercase[: len(entries)]
    dictionaries = [dictionary for _, dictionary in entries]
    # The first of equal vocabularies takes the cards.
    by_hash = {
        vocabulary.content_hash: letter
        for letter, (vocabulary, _) in reversed(list(zip(letters, entries, strict=True)))
    }
    scores = compare_scores(cards, by_hash, spec, across_encoders=across_encoders, seed=seed)
    apart, says = ((), ()) if reference is None else tell(reference, letters, dictionaries, l0)
    return Comparison(
        encoder={**spec.to_dict(), "fingerprint": spec.fingerprint},
        near=near,
        l0=l0,
        reference=None if reference is None else reference.to_dict(),
        vocabularies=tuple(
            _compared(letters[place], entries, place, near, l0, reference, seed)
            for place in range(len(entries))
        ),
        overlaps=tuple(
            overlap((letters[one], letters[other]), dictionaries[one], dictionaries[other], near)
            for one, other in combinations(range(len(entries)), 2)
        ),
        apart=apart,
        says=says,
        scores=scores,
        seed=seed,
        software=__version__,
    )


def check_number(count: int) -> None:
    """See that there are vocabularies to compare, and letters for them.

    Raises
    ------
    UsageError
        Fewer than 2, or more than 26.
    """
    if not 2 <= count <= len(ascii_uppercase):
        raise UsageError(f"{count} vocabularies; a comparison is of 2 to {len(ascii_uppercase)}")


def check_near(near: float) -> None:
    """See that a cosine can part labels that say one thing from others.

    Raises
    ------
    UsageError
        It is not between 0 and 1.
    """
    if not 0 < near < 1:
        raise UsageError(f"near is a cosine between 0 and 1; got {near:g}")


def _compared(
    letter: str,
    entries: Sequence[Entry],
    place: int,
    near: float,
    l0: int,
    reference: Reference | None,
    seed: int,
) -> Compared:
    vocabulary, dictionary = entries[place]
    others = [one for at, (_, one) in enumerate(entries) if at != place]
    measures = None
    if reference is None:
        repeats, rank = redundancy(dictionary.atoms, (near,))[0], effective_rank(dictionary.atoms)
    else:
        measures = measure_vocabulary(
            dictionary, reference.x, l0=l0, classes=reference.classes, cosines=(near,), seed=seed
        )
        repeats, rank = measures.redundancy[0][1], measures.effective_rank
    return Compared(
        letter=letter,
        vocabulary=vocabulary.specifier,
        content_hash=vocabulary.content_hash,
        size=len(vocabulary),
        licence=str(vocabulary.metadata.get("licence", "not stated")),
        redundancy=repeats,
        effective_rank=rank,
        alone=alone(dictionary, others, near),
        measures=measures,
    )
