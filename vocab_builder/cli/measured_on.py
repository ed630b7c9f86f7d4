"""The data set that vocabularies are measured on, from the options of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concept_core.bench.bench import Bench


def dataset_bench(asked: dict[str, Any], *, first_look: str | None = None) -> Bench | None:
    """The bench of the data set that is asked for, whose options leave ``asked``.

    None where no data set is named: all is measured on a reference then, or on nothing.

    Parameters
    ----------
    asked : dict
        ``dataset``, ``data`` and ``folds``, which are taken out; ``encoder``, ``device``,
        ``offline``, ``skip_bad``, ``reference`` and, if there is one, ``seed``.
    first_look : str, optional
        A data set that serves where neither is named, if it was fetched.

    Raises
    ------
    UsageError
        A data set and a reference, or options of a data set without one; otherwise as
        ``Bench.of_dataset``.
    """
    from concept_core.bench.bench import Bench
    from concept_core.errors import UsageError
    from concept_core.resources import status
    from vocab_builder.cli.progress import progress_bar, say

    dataset, data, folds = map(asked.pop, ("dataset", "data", "folds"))
    if asked["reference"] is not None and dataset is not None:
        raise UsageError("give one of --reference and --dataset; all is measured on one of them")
    if dataset is None and (data is not None or folds):
        raise UsageError("--data and --folds are of a data set; name it with --dataset")
    if dataset is None and asked["reference"] is None and first_look is not None:
        data = status(first_look).path
        dataset = None if data is None else first_look
    if dataset is None:
        return None
    return Bench.of_dataset(
        dataset, asked["encoder"], data, folds=folds, skip_bad=asked["skip_bad"],
        seed=asked.get("seed", 0), device=asked["device"], offline=asked["offline"],
        progress=progress_bar(dataset), say=say,
    )  # fmt: skip
