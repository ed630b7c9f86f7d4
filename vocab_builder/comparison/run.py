"""The comparison itself: everything that decides between vocabularies, from one encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from concept_core import __version__
from concept_core.bench.bench import Bench
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders import Encoder, load_encoder
from concept_core.encoders.base import EncoderSpec
from concept_core.encoders.centred import uncentred
from concept_core.errors import UsageError
from concept_core.measures.redundancy import effective_rank, redundancy
from concept_core.measures.reference import Progress, Reference, read_reference
from concept_core.measures.vocabulary import measure_vocabulary
from concept_core.releases.specifiers import load_vocabularies
from concept_core.solvers.registry import check_mode
from concept_core.vocabulary import Vocabulary
from vocab_builder.comparison.model import Compared, Comparison, Says, Telling
from vocab_builder.comparison.overlap import alone, overlap
from vocab_builder.comparison.scores import compare_scores
from vocab_builder.comparison.telling import tell
from vocab_builder.filters.calibration import calibrated
from vocab_builder.stages.context import Context

Entry = tuple[Vocabulary, Dictionary]


def compare(
    vocabularies: Iterable[Vocabulary | str | Path],
    encoder: Encoder | str | None = None,
    *,
    reference: Bench | Reference | str | Path | None = None,
    order: str = "descending",
    top: int | None = None,
    near: float | None = None,
    l0: int = 8,
    cards: Sequence[Mapping[str, Any]] = (),
    across_encoders: bool = False,
    device: str = "auto",
    offline: bool = False,
    seed: int = 0,
    skip_bad: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Comparison:
    """Compare vocabularies in the space of one encoder, on a reference if there is one.

    Parameters
    ----------
    vocabularies : iterable of Vocabulary, str or Path
        2 to 26, named A to Z.
    encoder : Encoder or str, optional
        An encoder, or the specifier of one, which is loaded on ``device``; by default that of the
        bench, or ``yamnet-minilm``.
    reference : Bench, Reference, str or Path, optional
        A file of captions or a folder of clips; or a bench, whose clips serve and which scores
        every vocabulary too. Without one there is no coverage, grounding, dead concepts,
        fidelity, and nothing that one vocabulary can say and another cannot.
    order : str
        Of text files, as for `load_vocabulary`.
    top : int, optional
        Of each vocabulary the first so many concepts alone, 1 or more.
    near : float, optional
        Cosine in (0, 1) above which two labels say one thing; by default the encoder's
        calibrated one, and none where the calibration finds none.
    l0 : int
        The most concepts a clip or caption, at least 1.
    cards : sequence of mapping
        Scorecards of these vocabularies.
    across_encoders : bool
        Show cards of other encoders too.
    device, offline
        As for `load_encoder`; solvers run on that device as well.
    seed : int
        Of the bootstrap and of the tests.
    skip_bad : bool
        Leave out clips of a folder that cannot be embedded; a bench has its own.
    progress, say
        As ``Bench`` takes them, for a file or folder.

    Raises
    ------
    UsageError
        Too few vocabularies or too many, or a cosine or limit that is out of range.
    DataError, MissingError
        A vocabulary, the encoder or the reference is broken or not there; otherwise as
        `compare_scores`.
    """
    loaded = load_vocabularies(vocabularies, order=order, top=top)
    check_number(len(loaded))
    check_mode(None, l0)
    if near is not None:
        check_near(near)
    bench = reference if isinstance(reference, Bench) else None
    if encoder is None:
        encoder = "yamnet-minilm" if bench is None else bench.encoder
    if isinstance(encoder, str):
        encoder = load_encoder(encoder, device=device, offline=offline)
    if bench is not None and uncentred(encoder).spec == uncentred(bench.encoder).spec:
        # The bench has its centring from clips of its data set, and labels must have the same.
        encoder = bench.encoder
    if isinstance(reference, (str, Path)):
        reference = read_reference(Path(reference), encoder, progress, skip_bad=skip_bad)
    entries = [(one, Dictionary.build(one, encoder)) for one in loaded]
    if bench is not None:
        cards = [*cards, *(bench.score(*entry, l0=l0).to_dict() for entry in entries)]
    measured_on = reference if bench is None else bench.reference
    assert measured_on is None or isinstance(measured_on, Reference)
    return compare_entries(
        entries, encoder.spec, near=_near(encoder, say) if near is None else near, l0=l0,
        reference=measured_on, cards=cards, across_encoders=across_encoders, seed=seed,
        device=device,
    )  # fmt: skip


def _near(encoder: Encoder, say: Callable[[str], None]) -> float | None:
    """The encoder's calibrated cosine; None where labels that say one thing are no nearer."""
    try:
        near = calibrated(Context(encoder, say=lambda line: say(line.strip()))).redundant
    except UsageError:
        return None
    return near if 0 < near < 1 else None


def compare_entries(
    entries: Sequence[Entry],
    spec: EncoderSpec,
    *,
    near: float | None,
    l0: int = 8,
    reference: Reference | None = None,
    cards: Sequence[Mapping[str, Any]] = (),
    across_encoders: bool = False,
    seed: int = 0,
    device: str = "auto",
) -> Comparison:
    """Compare dictionaries of one encoder; errors as `compare`.

    Parameters
    ----------
    entries : sequence of (Vocabulary, Dictionary)
    spec : EncoderSpec
        That of the encoder that made the dictionaries and the reference.
    near : float or None
        None for no such cosine.
    l0, reference, cards, across_encoders, seed, device
        As `compare` takes them; the reference is made already.
    """
    check_number(len(entries))
    if near is not None:
        check_near(near)
    for vocabulary, dictionary in entries:
        dictionary.check(vocabulary, spec)
    letters = ascii_uppercase[: len(entries)]
    dictionaries = [dictionary for _, dictionary in entries]
    # The first of equal vocabularies takes the cards.
    by_hash = {
        vocabulary.content_hash: letter
        for letter, (vocabulary, _) in reversed(list(zip(letters, entries, strict=True)))
    }
    scores = compare_scores(cards, by_hash, spec, across_encoders=across_encoders, seed=seed)
    apart: tuple[Telling, ...] = ()
    says: tuple[Says, ...] = ()
    if reference is not None:
        apart, says = tell(reference, letters, dictionaries, l0, device)
    return Comparison(
        encoder={**spec.to_dict(), "fingerprint": spec.fingerprint},
        near=near,
        l0=l0,
        reference=None if reference is None else reference.to_dict(),
        vocabularies=tuple(
            _compared(letters[place], entries, place, near, l0, reference, seed, device)
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
    near: float | None,
    l0: int,
    reference: Reference | None,
    seed: int,
    device: str,
) -> Compared:
    vocabulary, dictionary = entries[place]
    others = [one for at, (_, one) in enumerate(entries) if at != place]
    cosines = () if near is None else (near,)
    measures = None
    if reference is None:
        shares, rank = redundancy(dictionary.atoms, cosines), effective_rank(dictionary.atoms)
    else:
        measures = measure_vocabulary(
            dictionary, reference.x, l0=l0, classes=reference.classes, cosines=cosines,
            seed=seed, device=device,
        )  # fmt: skip
        shares, rank = tuple(share for _, share in measures.redundancy), measures.effective_rank
    return Compared(
        letter=letter,
        vocabulary=vocabulary.specifier,
        content_hash=vocabulary.content_hash,
        size=len(vocabulary),
        licence=str(vocabulary.metadata.get("licence", "not stated")),
        redundancy=shares[0] if shares else None,
        effective_rank=rank,
        alone=alone(dictionary, others, near),
        measures=measures,
    )
