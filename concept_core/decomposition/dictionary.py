"""The atoms of one vocabulary in the space of one encoder, ready to be decomposed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from numpy.typing import ArrayLike

from concept_core.decomposition.random_directions import Draws
from concept_core.decomposition.seen import Seen
from concept_core.encoders import load_encoder
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray
from concept_core.encoders.centred import own_means_of, prompt_set_for, uncentred
from concept_core.encoders.own_means import OwnMeans
from concept_core.encoders.prompts import encode_labels
from concept_core.encoders.remainders import remainder
from concept_core.errors import DataError
from concept_core.releases.specifiers import load_vocabulary
from concept_core.solvers.base import Array, Prepared, PreparedPath
from concept_core.solvers.registry import pick_solver
from concept_core.solvers.validate import check_atoms
from concept_core.vocabulary import Vocabulary

if TYPE_CHECKING:
    from concept_core.solvers.base import Rows, Solution, Solver
    from concept_core.solvers.k_sparse import PreparedKSparse

VocabularyLike: TypeAlias = str | Path | Vocabulary
"""A vocabulary, or what ``load_vocabulary`` takes."""

EncoderLike: TypeAlias = str | Encoder
"""An encoder, or what ``load_encoder`` takes."""

_KEPT = 4
"""Of so many solvers what they prepared is kept: for penalties and limits, few rows and many."""


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """Atoms with what they stand for; solvers prepare them once.

    Attributes
    ----------
    atoms : (K, d) float32, unit rows; float64 of plain atoms
    labels : tuple of K str
    vocabulary : str
        Content hash of the vocabulary; empty for plain atoms.
    encoder : str
        Fingerprint of the encoder spec; empty for plain atoms.
    specifier : str
        ``id@version`` of the vocabulary.
    encoder_name, prompt_set, centring : str
        What the encoder is called, and how it wrote and centred the labels.
    """

    atoms: FloatArray = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    vocabulary: str
    encoder: str
    specifier: str = ""
    prompt_set: str = ""
    centring: str = ""
    encoder_name: str = ""
    _own: tuple[OwnMeans, FloatArray] | None = field(default=None, repr=False)
    _checked: list[Array] = field(default_factory=list, init=False, repr=False)
    _left: list[float | None] = field(default_factory=list, init=False, repr=False)
    _prepared: dict[Any, Prepared] = field(default_factory=dict, init=False, repr=False)
    _draws: Draws[Dictionary] = field(default_factory=Draws, init=False, repr=False)

    @classmethod
    def build(
        cls, vocabulary: VocabularyLike, encoder: EncoderLike, *, prompts: str | None = None
    ) -> Dictionary:
        """Encode the labels of a vocabulary, with the encoder's prompts and centring.

        Of a centring by what is at hand, the mean that is taken off is that of these labels.

        The one way from labels to atoms: what the command line does, and what cards are made with.

        Parameters
        ----------
        vocabulary : Vocabulary, str or Path
            A vocabulary, or what ``load_vocabulary`` takes.
        encoder : Encoder or str
            An encoder, or what ``load_encoder`` takes.
        prompts : str, optional
            Another prompt set than the encoder's, to see what hangs on the wording.

        Raises
        ------
        DataError
            If the vocabulary is empty, or an atom is not a finite unit row.
        UsageError, MissingError
            As ``load_vocabulary`` and ``load_encoder``.
        """
        vocabulary, encoder = as_vocabulary(vocabulary), as_encoder(encoder)
        labels = tuple(vocabulary.labels)
        if not labels:
            raise DataError(f"vocabulary {vocabulary.id} has no concepts; nothing to encode")
        spec = encoder.spec
        own, prompt_set = own_means_of(encoder), prompts or prompt_set_for(encoder, labels)
        rows = encode_labels(uncentred(encoder), labels, prompt_set)
        atoms = rows if own is None else own.off_list(rows, prompt_set)
        check_atoms(atoms, labels)
        return cls(
            atoms, labels, vocabulary.content_hash, spec.fingerprint, vocabulary.specifier,
            prompt_set, spec.centring, spec.name, None if own is None else (own, rows),
        )  # fmt: skip

    @classmethod
    def of_atoms(cls, atoms: ArrayLike) -> Dictionary:
        """Plain atoms (K, d), unit rows, whose labels are their places.

        Raises
        ------
        DataError
            As `decompose`.
        """
        checked = check_atoms(atoms)
        found = cls(cast(FloatArray, checked), tuple(map(str, range(len(checked)))), "", "")
        found._keep(checked)
        return found

    @property
    def own_means(self) -> OwnMeans | None:
        """The encoder's centring, where it is by what is at hand."""
        return None if self._own is None else self._own[0]

    def bare(self) -> Dictionary:
        """The same atoms for another process: without the encoder, and what solvers prepared."""
        return replace(self, _own=None)

    def prefix(self, vocabulary: Vocabulary) -> Dictionary:
        """That of the first concepts, centred as a vocabulary of these alone is.

        Parameters
        ----------
        vocabulary : Vocabulary
            The first so many concepts of this dictionary's own: ``vocabulary[:500]``.

        Raises
        ------
        DataError
            Its labels are others than the first of this dictionary.
        """
        size, labels = len(vocabulary), tuple(vocabulary.labels)
        if labels != self.labels[:size]:
            raise DataError(
                f"the {size} concepts of {vocabulary.specifier} are not the first of {self!r}; give"
                " a prefix of its own vocabulary, such as vocabulary[:500]"
            )
        if self._own is None:
            atoms, kept = self.atoms[:size], None
        else:
            own, rows = self._own
            atoms, kept = own.off_list(rows[:size], self.prompt_set), (own, rows[:size])
        return replace(
            self, atoms=atoms, labels=labels, vocabulary=vocabulary.content_hash,
            specifier=vocabulary.specifier, _own=kept,
        )  # fmt: skip

    def check(self, vocabulary: Vocabulary, spec: EncoderSpec) -> None:
        """See that these are the atoms of a vocabulary in the space of an encoder.

        Raises
        ------
        DataError
            They are another vocabulary's or another encoder's.
        """
        if (self.vocabulary, self.encoder) != (vocabulary.content_hash, spec.fingerprint):
            raise DataError(
                f"the dictionary was built from another vocabulary or encoder than"
                f" {vocabulary.specifier} with {spec.name}; build it from these"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        name = self.specifier or "atoms"
        return f"Dictionary({name!r}, {len(self):,} atoms of {self.atoms.shape[1]} dimensions)"

    @property
    def rows(self) -> Array:
        """The atoms as solvers take them, (K, d) float64, checked once."""
        return self._both()[0]

    @property
    def shown_rows(self) -> Array:
        """The same for answers, read-only: others may be answered over them."""
        return self._both()[1]

    def _both(self) -> list[Array]:
        if not self._checked:
            self._keep(check_atoms(self.atoms, self.labels))
        return self._checked

    def _keep(self, rows: Array) -> None:
        """Rows that were checked, and a view of them that cannot be written to."""
        shown = rows.view()
        shown.setflags(write=False)
        self._checked[:] = rows, shown

    @property
    def remainder(self) -> float | None:
        """What is left of the atoms' mean (see ``remainders``), found once."""
        if not self._left:
            self._left.append(remainder(self.atoms))
        return self._left[0]

    def random(self, count: int) -> Iterator[Dictionary]:
        """So many random dictionaries of this one's size, kept with it and always the same."""
        size, dim = self.atoms.shape
        return self._draws.first(count, size, dim, Dictionary.of_atoms)

    def solve(self, x: Rows, solver: Solver) -> Solution:
        """Solve rows that were checked; what the solver prepares is kept for the next call."""
        prepared = self.prepared(solver)
        if solver.mode == "l1":
            return cast(PreparedPath, prepared).solve_path(x, (solver.value,))[0]
        # Both pursuits have the limit as a field.
        return replace(cast("PreparedKSparse", prepared), l0=int(solver.value)).solve(x)

    def prepared(self, solver: Solver) -> Prepared:
        """What a solver prepares for these atoms, whatever its penalty or limit."""
        key = (type(solver), getattr(solver, "device", None))
        found = self._prepared.get(key)
        if found is None:
            while len(self._prepared) >= _KEPT:
                # Another thread may have taken it out by now.
                self._prepared.pop(next(iter(tuple(self._prepared))), None)
            found = self._prepared[key] = solver.prepare(self.rows)
        return found

    def pick(
        self,
        *,
        l1: float | None,
        l0: int | None,
        solver: str,
        device: str,
        rows: int | None = None,
    ) -> Solver:
        """The solver that answers for these atoms; raises as `pick_solver`."""
        return pick_solver(atoms=len(self), l1=l1, l0=l0, solver=solver, device=device, rows=rows)


def as_vocabulary(given: VocabularyLike) -> Vocabulary:
    """The vocabulary; raises as ``load_vocabulary`` does."""
    return given if isinstance(given, Vocabulary) else load_vocabulary(given)


def as_encoder(given: EncoderLike, *, device: str = "auto", offline: bool = False) -> Encoder:
    """The encoder; raises as ``load_encoder`` does."""
    if not isinstance(given, str):
        return given
    return load_encoder(given, device=device, offline=offline)


_SEEN: Seen[Dictionary] = Seen()


def as_dictionary(atoms: ArrayLike | Dictionary) -> Dictionary:
    """The dictionary itself, or one of plain atoms: the same where it is one of the last two."""
    return atoms if isinstance(atoms, Dictionary) else _SEEN.of(atoms, Dictionary.of_atoms)
