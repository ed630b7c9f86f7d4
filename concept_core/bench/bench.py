"""A data set in an encoder's space, and vocabularies scored, swept and measured on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from concept_core.audio import left_out
from concept_core.bench.baselines import DRAWS, Sparsity
from concept_core.bench.changes import Changes
from concept_core.bench.evaluating import Evaluator
from concept_core.bench.grid import check_swept
from concept_core.bench.learned import rows_not_scored
from concept_core.bench.sweep import Sweep, sweep
from concept_core.datasets import ClipSet, load_dataset
from concept_core.datasets.base import CAPTIONS, check_folds
from concept_core.datasets.caption_files import CaptionFile
from concept_core.decomposition.dictionary import Dictionary, as_encoder
from concept_core.encoders import Encoder, load_encoder
from concept_core.encoders.ahead import embed_ahead
from concept_core.encoders.needs import needs_sound
from concept_core.engine import Engine
from concept_core.measures.reference import Reference, of_data
from concept_core.measures.vocabulary import COSINES, VocabularyMeasures, measure_vocabulary
from concept_core.releases.specifiers import load_vocabularies
from concept_core.solvers.registry import chosen_mode
from concept_core.tasks import intervention, retrieval, zero_shot
from concept_core.tasks.assemble import scorecard
from concept_core.tasks.embed import Progress, centre, embed_arrays
from concept_core.tasks.fitting import fit, fit_to_rows
from concept_core.tasks.items import Captioned, Embedded
from concept_core.tasks.request import TaskRequest, embed_loaded, load, make_task
from concept_core.tasks.scorecard import Scorecard, Scorecards
from concept_core.tasks.task import Task
from concept_core.vocabulary import Vocabulary

Data = str | Path | ClipSet | CaptionFile | Embedded | Captioned
"""Where the data of a request lie; or the same loaded, or loaded and embedded."""


class Bench:
    """A task on one encoder's embeddings: every vocabulary stands beside the same baselines.

    The data set is looked for at once; the encoder is loaded, and clips and texts are embedded,
    when something is first asked for, and once for all vocabularies. With an encoder that knows
    clips by their names (``precomputed``) a data set needs its list of clips and no sound.

    Parameters
    ----------
    request : TaskRequest
    encoder : Encoder or str
        An encoder, or the specifier of one, which is loaded on the device of the request.
    data : str, Path, ClipSet, CaptionFile, Embedded or Captioned, optional
        The data set's folder, or what was loaded or embedded already; None looks where ``sonolex
        fetch`` puts the data set. Of labelled clips in memory the request's folds are scored.
    folder : str or Path, optional
        Where the data set lies, of clips that are loaded already.
    offline : bool
        Download nothing for the encoder.
    engine : Engine, optional
        What embeds the clips, where the encoder is named and its embeddings are kept; by default
        this process.
    progress : callable, optional
        Called with the number of clips embedded and of all.
    say : callable, optional
        Takes a line on clips that were left out.

    Raises
    ------
    UsageError, MissingError, DataError
        The data set lacks what the task asks for, is not there, or is broken.
    """

    def __init__(
        self,
        request: TaskRequest,
        encoder: Encoder | str,
        data: Data | None = None,
        *,
        folder: str | Path | None = None,
        offline: bool = False,
        engine: Engine | None = None,
        progress: Progress | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.request = request
        self._encoder = encoder
        self._folder = data if isinstance(data, (str, Path)) else folder
        if isinstance(data, (str, Path, type(None))):
            data = load(request, data, sounds=needs_sound(encoder))
        self._loaded = data
        self._offline = offline
        self._engine = engine
        self._progress = progress
        self._say = say

    @classmethod
    def of_dataset(
        cls,
        dataset: str,
        encoder: Encoder | str,
        data: str | Path | None = None,
        *,
        folds: Sequence[str | int] = (),
        skip_bad: bool = False,
        seed: int = 0,
        device: str = "auto",
        **options: Any,
    ) -> Bench:
        """The bench of a data set's own task: zero-shot, or retrieval where clips have captions.

        Parameters are those of ``TaskRequest`` and of ``Bench``.
        """
        clips = load_dataset(dataset, data, folds or None, sounds=needs_sound(encoder))
        task = retrieval.NAME if clips.info.kind == CAPTIONS else zero_shot.NAME
        request = TaskRequest(
            task, dataset, tuple(map(str, folds)), skip_bad=skip_bad, seed=seed, device=device
        )
        return cls(request, encoder, clips, folder=data, **options)

    @classmethod
    def of_arrays(
        cls,
        x: ArrayLike,
        labels: ArrayLike,
        classes: Sequence[str],
        encoder: Encoder | str,
        *,
        task: str = zero_shot.NAME,
        folds: Sequence[str | int] | None = None,
        judged: Sequence[str | int] = (),
        names: Sequence[str] | None = None,
        recordings: Sequence[str | int] | None = None,
        name: str = "arrays",
        **request: Any,
    ) -> Bench:
        """The bench of embeddings in memory, as a model gives them: raw rows are centred here.

        Parameters
        ----------
        x, labels, classes, encoder, folds, names, recordings, name
            As `embed_arrays` takes them.
        task : str
            One that asks for classes.
        judged : sequence of str or int
            The folds to score, as ``TaskRequest.folds``; all by default. A task that learns
            takes its clips to train on from these too.
        **request
            Further fields of ``TaskRequest``, such as ``shots``.

        Raises
        ------
        UsageError, DataError
            As `embed_arrays` and the task; a fold to score that no row is in.
        """
        encoder = as_encoder(encoder)
        data = embed_arrays(
            x, labels, classes, encoder, name=name, folds=folds, names=names, recordings=recordings
        )
        asked = check_folds(data.items.info, judged) if len(judged) else ()
        fitted = fit_to_rows(encoder, data, asked)
        return cls(TaskRequest(task, name, asked, **request), fitted, centre(data, fitted))

    def __repr__(self) -> str:
        return f"Bench({self.request.task} on {self.request.dataset})"

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, loaded; centred by clips that are not scored, where it is by clips."""
        encoder = self._encoder
        if isinstance(encoder, str):
            encoder = load_encoder(encoder, device=self.request.device, offline=self._offline)
        if isinstance(self._loaded, (Embedded, Captioned)):
            return encoder
        self._embed_ahead(encoder)
        return fit(self.request, self._loaded, encoder, self._folder)

    def _embed_ahead(self, encoder: Encoder) -> None:
        if self._engine is None or not isinstance(self._encoder, str):
            return
        if isinstance(self._loaded, ClipSet) and embed_ahead(
            encoder, self._encoder, self._loaded.paths, self._engine,
            device=self.request.device, offline=self._offline, progress=self._progress,
        ):  # fmt: skip
            self._progress = None  # one bar is enough

    @cached_property
    def data(self) -> Embedded | Captioned:
        """Clips and texts as embeddings."""
        loaded = self._loaded
        if isinstance(loaded, Captioned):
            return loaded
        if isinstance(loaded, Embedded):
            return loaded.of_folds(self.request.folds) if self.request.folds else loaded
        data = embed_loaded(self.request, loaded, self.encoder, self._progress)
        for line in left_out(data.items.bad):
            self._say(line)
        return data

    @cached_property
    def task(self) -> Task:
        """The task, ready for any vocabulary."""
        return make_task(self.request, self.data)

    @cached_property
    def reference(self) -> Reference:
        """The same clips as what measures are measured on."""
        return of_data(self.data, self.encoder)

    @cached_property
    def _evaluator(self) -> Evaluator:
        paths = self._loaded.paths if isinstance(self._loaded, ClipSet) else ()
        return Evaluator(
            self.task, self.request,
            lambda: rows_not_scored(self.request, self._loaded, self.encoder, self._folder),
            lambda: Changes(self.task, paths, self.encoder, self.request),
        )  # fmt: skip

    def score(
        self,
        vocabulary: Vocabulary | str | Path,
        dictionary: Dictionary | None = None,
        *,
        l1: float | None = None,
        l0: int | None = None,
        mean_l0: float | None = None,
    ) -> Scorecard:
        """Score a vocabulary.

        Parameters
        ----------
        vocabulary : Vocabulary, str or Path
        dictionary : Dictionary, optional
            Of this vocabulary and the bench's encoder; built by default.
        l1, l0, mean_l0 : float, int, float
            Exactly one: a penalty, a limit, or the mean number of concepts that the penalty is
            calibrated to.

        Raises
        ------
        UsageError
            Not exactly one of the three, or one out of range; a concept to remove that is not
            there.
        DataError
            The dictionary is another vocabulary's or another encoder's; no penalty gives the
            asked mean.
        """
        sparsity = Sparsity(l1, l0, mean_l0)
        (vocabulary,) = self._checked([vocabulary])
        return self._score(vocabulary, self._dictionary(vocabulary, dictionary), sparsity)

    def _score(
        self, vocabulary: Vocabulary, dictionary: Dictionary, sparsity: Sparsity
    ) -> Scorecard:
        over = self._evaluator
        evaluation = over.evaluate(
            vocabulary, dictionary, sparsity, over.random, self.request.learned
        )
        return scorecard(self.task, vocabulary, evaluation)

    def score_all(
        self,
        vocabularies: Iterable[Vocabulary | str | Path],
        *,
        l1: float | None = None,
        l0: int | None = None,
        mean_l0: float | None = None,
    ) -> Scorecards:
        """Score several vocabularies; what is wrong with any is said before any is scored.

        Raises
        ------
        UsageError, DataError
            As `score`.
        """
        sparsity = Sparsity(l1, l0, mean_l0)
        checked = self._checked(vocabularies)
        return Scorecards(self._score(one, self.dictionary(one), sparsity) for one in checked)

    def sweep(
        self,
        vocabularies: Iterable[Vocabulary | str | Path],
        *,
        l0: Sequence[int] = (),
        l1: Sequence[float] = (),
        sizes: Sequence[int | None] = (None,),
        draws: int = DRAWS,
        progress: Progress | None = None,
    ) -> Sweep:
        """Score vocabularies over a grid of sparsities and sizes.

        A point is what the scorecard of that prefix at that sparsity tells of its main metric.

        Parameters
        ----------
        vocabularies : iterable of Vocabulary, str or Path
        l0, l1 : sequence
            One of the two: limits, or penalties.
        sizes : sequence of int or None
            Prefix sizes; None is the whole vocabulary.
        draws : int
            How many dictionaries of random directions stand beside each point; 0 for none.
        progress : callable, optional
            Called with the number of points done and of all.

        Raises
        ------
        UsageError, DataError
            As `concept_core.bench.sweep.sweep`; a task that is not swept.
        """
        check_swept(self.request.task)
        checked, over = self._checked(vocabularies), self._evaluator
        return sweep(
            self.task, [(one, self.dictionary(one)) for one in checked],
            partial(over.evaluate, directions=over.drawing(draws), learned=self.request.learned),
            l0=l0, l1=l1, sizes=sizes, progress=progress,
        )  # fmt: skip

    def measure(
        self,
        vocabulary: Vocabulary | str | Path,
        dictionary: Dictionary | None = None,
        *,
        l1: float | None = None,
        l0: int | None = None,
        cosines: Sequence[float] = COSINES,
    ) -> VocabularyMeasures:
        """Measure a vocabulary on the same clips, at most 8 concepts each if no mode is given.

        Parameters and errors as `measure_vocabulary`.
        """
        (vocabulary,) = self._checked([vocabulary])
        l0, l1 = chosen_mode(l0, l1)
        return measure_vocabulary(
            self._dictionary(vocabulary, dictionary), self.reference.x, l1=l1, l0=l0,
            classes=self.reference.classes, cosines=cosines, seed=self.request.seed,
            device=self.request.device,
        )  # fmt: skip

    def dictionary(self, vocabulary: Vocabulary) -> Dictionary:
        """The atoms of a vocabulary in the encoder's space."""
        return Dictionary.build(vocabulary, self.encoder)

    def _dictionary(self, vocabulary: Vocabulary, given: Dictionary | None) -> Dictionary:
        """The dictionary that was given, if it fits; else one that is built."""
        if given is None:
            return self.dictionary(vocabulary)
        given.check(vocabulary, self.data.items.encoder)
        return given

    def _checked(self, vocabularies: Iterable[Vocabulary | str | Path]) -> list[Vocabulary]:
        """Vocabularies, each with every concept that the request removes."""
        checked = load_vocabularies(vocabularies)
        for one in checked:
            intervention.places_of(self.request.without, one.labels)
        return checked
