"""A torch module: embeddings in, weights of concepts out, the atoms in its state."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from concept_core.decomposition.dictionary import (
    Dictionary,
    EncoderLike,
    VocabularyLike,
    as_encoder,
)
from concept_core.encoders.base import unit
from concept_core.encoders.centred import own_means_of, with_mean_of
from concept_core.encoders.centring import taken_off
from concept_core.encoders.remainders import warn_of_remainders
from concept_core.errors import DataError
from concept_core.solvers.registry import chosen_mode
from concept_core.solvers.validate import check_atoms, check_rows

if TYPE_CHECKING:
    from concept_core.explanation.clips import Explanation
    from concept_core.solvers.base import Prepared, Rows, Weights


class ConceptDecomposition(torch.nn.Module):
    """Embeddings as sparse non-negative sums of concepts.

    Parameters
    ----------
    vocabulary : str, Path or Vocabulary
        A vocabulary, or what ``load_vocabulary`` takes.
    encoder : str or Encoder
        What the embeddings come from, by name or made: it encodes the vocabulary.
    l0 : int, optional
        At most this many concepts a row; 8 where neither l0 nor l1 is given. Solved on the CPU,
        wherever the embeddings are.
    l1 : float, optional
        The penalty of the lasso instead, solved on the device of the atoms.
    sparse : bool
        Give weights as a CSR tensor.
    sounds : (n, d), optional
        Raw embeddings of 20 or more sounds of your own, whose mean is taken off; for encoders that
        are centred by what is at hand (CLAPs and ``precomputed``, unless told otherwise). Without
        them nothing is taken off sounds, or what a file of rows knows of its own.

    Attributes
    ----------
    atoms : (K, d) float32, unit rows
        A buffer: it moves with ``.to(device)`` and is in the ``state_dict``, with the identity of
        vocabulary and encoder; a state of other ones is refused.
    mean : (d,) float32
        A buffer, where the encoder is centred by what is at hand: what is taken off embeddings of
        length 1.
    labels : tuple of K str

    Notes
    -----
    For an encoder that is centred by what is at hand the embeddings are a model's raw output; for
    one with a file of means they are what its ``encode_audio`` gives.

    Weights carry no gradient: they are a layer to read from, not to train through.
    """

    atoms: Tensor
    mean: Tensor | None

    def __init__(
        self,
        vocabulary: VocabularyLike,
        encoder: EncoderLike,
        *,
        l0: int | None = None,
        l1: float | None = None,
        sparse: bool = False,
        sounds: Tensor | ArrayLike | None = None,
    ) -> None:
        super().__init__()
        self.l0, self.l1 = chosen_mode(l0, l1)
        self.sparse = sparse
        encoder = as_encoder(encoder)
        if sounds is not None:
            encoder = with_mean_of(encoder, np.asarray(sounds, np.float32))
        dictionary = Dictionary.build(vocabulary, encoder)
        self.labels = dictionary.labels
        self._origin = {"vocabulary": dictionary.vocabulary, "encoder": dictionary.encoder}
        self.register_buffer("atoms", torch.tensor(dictionary.atoms))
        self._left, self._encoder_name = dictionary.remainder, dictionary.encoder_name
        own = own_means_of(encoder)
        self._directions = None if own is None else own.directions
        self.register_buffer("mean", None if own is None else torch.tensor(own.of_sounds))
        self._ready: tuple[Tensor, int, Prepared] | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Weights (n, K) >= 0 of embeddings x (n, d), with their dtype and on their device.

        Raises
        ------
        DataError
            x is no finite matrix of rows as long as the atoms.
        """
        rows = self._centred(x)
        weights = self._solver().solve(rows).weights
        return _csr(weights, x) if self.sparse else torch.from_numpy(weights.toarray()).to(x)

    def reconstruct(self, weights: Tensor) -> Tensor:
        """The sums (n, d) of atoms that weights (n, K), dense or CSR, stand for."""
        return weights @ self.atoms.to(weights)

    def explain(
        self, x: Tensor, *, clips: Sequence[str] | None = None, top: int | None = None
    ) -> Sequence[Explanation]:
        """The concepts of each row of x (n, d), most prominent first.

        Parameters
        ----------
        x : (n, d)
        clips : sequence of n str, optional
            What to call the rows; by default their places.
        top : int, optional
            Keep this many of each row's concepts, 1 or more; all by default.

        Raises
        ------
        UsageError
            A ``top`` below 1.
        DataError
            As ``forward``; also if rows and names differ in number.
        """
        from concept_core.explanation.clips import explain_rows

        names = [str(row) for row in range(len(x))] if clips is None else clips
        rows, atoms = self._centred(x), self.atoms.detach().double().cpu().numpy()
        origin = self._origin
        dictionary = Dictionary(atoms, self.labels, origin["vocabulary"], origin["encoder"])
        return explain_rows(rows, names, dictionary, l0=self.l0, l1=self.l1, top=top)

    def _centred(self, x: Tensor) -> Rows:
        rows = check_rows(x.detach().double().cpu().numpy(), self.atoms.shape[1])
        if self.mean is not None:
            rows = taken_off(unit(rows), self.mean.cpu().numpy(), self._directions)
        warn_of_remainders(rows, self._left, self._encoder_name)
        return rows

    def extra_repr(self) -> str:
        """What ``print(module)`` shows: the size and the mode."""
        mode = f"l1={self.l1}" if self.l0 is None else f"l0={self.l0}"
        return f"{self.atoms.shape[1]} -> {len(self.labels)} concepts, {mode}"

    def get_extra_state(self) -> dict[str, str]:
        """Whose atoms these are: content hash of the vocabulary, fingerprint of the encoder."""
        return dict(self._origin)

    def set_extra_state(self, state: Mapping[str, str]) -> None:
        """Nothing to set: a state whose origin differs was refused before it was loaded."""

    def _load_from_state_dict(
        self, state_dict: Mapping[str, Any], prefix: str, *arguments: Any
    ) -> None:
        # Here, since torch copies buffers first and hands over the extra state last.
        for what, own in self._origin.items():
            theirs = state_dict.get(f"{prefix}_extra_state", {}).get(what, own)
            if theirs != own:
                raise DataError(
                    f"{prefix}atoms: the state is of another {what} ({theirs[:12]}...) than this"
                    f" module ({own[:12]}...); make the module with the {what} that was saved"
                )
        super()._load_from_state_dict(state_dict, prefix, *arguments)

    def __getstate__(self) -> dict[str, Any]:
        # The solver is made again where it is wanted: it is larger than the atoms.
        return {**self.__dict__, "_ready": None}

    def _solver(self) -> Prepared:
        """The solver over the atoms as they are now: moved or loaded ones are made ready anew."""
        atoms = self.atoms
        if self._ready is not None:
            known, version, prepared = self._ready
            if known is atoms and version == atoms._version:
                return prepared
        dictionary = check_atoms(atoms.detach().double().cpu().numpy(), self.labels)
        if self.l1 is None:
            from concept_core.solvers.registry import pick_solver

            prepared = pick_solver(atoms=len(dictionary), l0=self.l0).prepare(dictionary)
        else:
            from concept_core.solvers.working_set_torch import WorkingSetTorch

            device = str(atoms.device) if atoms.is_cuda else "cpu"
            prepared = WorkingSetTorch(self.l1, device).prepare(dictionary)
        self._ready = (atoms, atoms._version, prepared)
        return prepared


def _csr(weights: Weights, like: Tensor) -> Tensor:
    with warnings.catch_warnings():
        # Torch says once that its CSR tensors are beta: nothing that a caller could act on.
        warnings.simplefilter("ignore", UserWarning)
        return torch.sparse_csr_tensor(
            torch.from_numpy(weights.indptr),
            torch.from_numpy(weights.indices),
            torch.from_numpy(weights.data),
            size=weights.shape,
            dtype=like.dtype,
            device=like.device,
        )
