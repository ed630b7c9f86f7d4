"""The solver on a GPU, in at most eight minutes: ``python -m benchmarks.gpu``.

For each size and sparsity: rows a second of ``working_set_torch``, the time of one float32 product
with all atoms on the same device, peak memory, and the certificate of every row in float64. Then
whether TF32 switched on outside changes an answer (it must not), in which precision candidates are
found, the pursuit (which knows the CPU alone), and embedding in half precision by a small random
model. ``gpu.json`` and ``gpu.md`` go into the folder given. ``--small --device cpu`` shows on any
machine that it runs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import machine
from benchmarks.problems import DataSet, Float32, synthetic_set, wide_set
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import calibrate_l1
from concept_core.errors import DataError
from concept_core.files import pretty_json, write_text
from concept_core.parallel import DEVICES, pick_device
from concept_core.solvers.base import GAP_TOLERANCE
from concept_core.solvers.working_set_torch import PreparedWorkingSetTorch, WorkingSetTorch

if TYPE_CHECKING:
    from concept_core.solvers.base import Array, Weights

_REPETITIONS = 3
_CALIBRATED = 512


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run measures.

    Attributes
    ----------
    sizes, sparsities : tuple
        Numbers of atoms, and mean numbers of concepts a row.
    rows : int
        Rows of each point.
    pursued : int
        Rows of the pursuit.
    clips, width : int
        What the random model embeds, and how wide it is.
    seconds : float
        No new point is begun later than this.
    """

    sizes: tuple[int, ...] = (2_000, 10_000, 50_000)
    sparsities: tuple[int, ...] = (10, 25, 50, 100)
    rows: int = 16_384
    pursued: int = 512
    clips: int = 4_096
    width: int = 512
    seconds: float = 360.0


SMALL = Plan((200, 300), (3, 8), rows=64, pursued=32, clips=8, width=32)
"""Shows that everything runs; its figures say nothing."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One size and sparsity.

    Attributes
    ----------
    k, rows : int
    l0, l1 : float
    solve, product : float
        Seconds for all rows, medians of runs in turn: ours, and one product with all atoms.
    gap : float
        The greatest relative gap of all rows, computed anew in float64.
    above : int
        Rows whose gap is above 1e-6.
    peak : int
        Bytes that torch held on the device at most; 0 on a CPU.
    repeats : bool
        Whether the same call gives the same bytes.
    tf32_changes : bool
        Whether it gives others where the caller has switched TF32 on.
    candidates : str
        In which precision candidates are found.
    """

    k: int
    rows: int
    l0: float
    l1: float
    solve: float
    product: float
    gap: float
    above: int
    peak: int
    repeats: bool
    tf32_changes: bool
    candidates: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and write; 1 where a row is above the tolerance or TF32 changes an answer."""
    options = _options(arguments)
    device = pick_device(options.device)
    plan = SMALL if options.small else Plan()
    started = time.perf_counter()
    most = max(plan.sizes)
    data = synthetic_set(plan.rows, most, 32) if options.small else wide_set(plan.rows, most)
    points, left_out = _points(plan, data, device, started)
    record: dict[str, Any] = {
        "machine": machine.describe(),
        "device": _name(device),
        "data": data.about,
        "points": [asdict(point) for point in points],
        "left out for lack of time": left_out,
        "pursuit on the CPU, rows a second": _pursuit(plan, data),
        "embedding": [_embedding(device, one, plan) for one in _precisions(device)],
    }
    record["seconds"] = time.perf_counter() - started
    text = _table(record, points)
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in (("gpu.json", pretty_json(record)), ("gpu.md", text + "\n")):
        write_text(options.out / name, content)
        print(f"wrote {options.out / name}", file=sys.stderr)
    return int(any(one.above or (one.repeats and one.tf32_changes) for one in points))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.gpu", description=__doc__)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: auto")
    parser.add_argument("--small", action="store_true", help="seconds; shows that it runs")
    parser.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder (default: build/bench)"
    )
    return parser.parse_args(arguments)


def _points(
    plan: Plan, data: DataSet, device: str, started: float
) -> tuple[list[Measured], list[str]]:
    """All points that there is time for, and what there is none for."""
    points: list[Measured] = []
    left_out = []
    for k in plan.sizes:
        atoms = data.atoms(k)
        dictionary = Dictionary.of_atoms(atoms)
        for l0 in plan.sparsities:
            if time.perf_counter() - started > plan.seconds:
                left_out.append(f"K = {k:,}, l0 {l0}")
                continue
            try:
                l1 = calibrate_l1(
                    data.rows[:_CALIBRATED],
                    dictionary,
                    mean_l0=l0,
                    device=device,
                    solver="working_set_torch",
                )
            except DataError as error:
                left_out.append(f"K = {k:,}, l0 {l0}: {error}")
                continue
            points.append(_measure(WorkingSetTorch(l1, device), dictionary, data.rows))
            print(f"{points[-1]}", file=sys.stderr)
    return points, left_out


def _measure(solver: WorkingSetTorch, dictionary: Dictionary, x: Float32) -> Measured:
    """Ours and a product in turn; the memory and the certificate of the last answer."""
    import torch

    prepared = dictionary.prepared(solver)
    assert isinstance(prepared, PreparedWorkingSetTorch)
    prepared = replace(prepared, l1=solver.l1)
    rows, atoms = (
        torch.from_numpy(np.ascontiguousarray(one, np.float32)).to(solver.device)
        for one in (x, dictionary.rows)
    )
    # In pieces, so that the correlations fit beside the rest.
    pieces = rows.split(4_096)
    out = torch.empty(len(pieces[0]), len(atoms), device=solver.device)
    prepared.solve(x[:64])
    solve, product = [], []
    if solver.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    for _ in range(_REPETITIONS):
        product.append(
            _seconds(lambda: [torch.mm(one, atoms.T, out=out[: len(one)]) for one in pieces])
        )
        solve.append(_seconds(lambda: prepared.solve(x)))
    peak = torch.cuda.max_memory_allocated() if solver.device == "cuda" else 0
    found = prepared.solve(x).weights
    gap = gaps(x, dictionary.rows, found, solver.l1, solver.device)
    few = x[:1_024]
    once, again = (prepared.solve(few).weights for _ in range(2))
    with _tf32():
        other = prepared.solve(few).weights
    return Measured(
        k=len(dictionary),
        rows=len(x),
        l0=found.nnz / len(x),
        l1=solver.l1,
        solve=statistics.median(solve),
        product=statistics.median(product),
        gap=float(gap.max()),
        above=int((gap > GAP_TOLERANCE).sum()),
        peak=peak,
        repeats=(again != once).nnz == 0,
        tf32_changes=(other != once).nnz > 0,
        candidates=str(prepared.atoms.screen.dtype).removeprefix("torch."),
    )


def gaps(x: Float32, atoms: Array, weights: Weights, l1: float, device: str) -> Array:
    """Relative duality gaps (n,) in float64 on a device: ``certificate.relative_gap`` there."""
    import torch

    every = torch.from_numpy(atoms).to(device)
    found = []
    for start in range(0, len(x), 256):
        part = slice(start, start + 256)
        rows = torch.from_numpy(x[part].astype(np.float64)).to(device)
        w = torch.from_numpy(weights[part].toarray()).to(device)
        r = rows - w @ every
        c = r @ every.T
        energy = (r * r).sum(1)
        best = c.amax(1)
        feasible = torch.where(best > 0, l1 / best, torch.inf)
        optimal = torch.where(energy > 0, (rows * r).sum(1) / energy, 0.0)
        scale = torch.minimum(feasible, optimal).clamp(min=0)[:, None]
        gap = (w * (l1 - scale * c)).sum(1) + 0.5 * (1 - scale[:, 0]) ** 2 * energy
        primal = 0.5 * energy + l1 * w.sum(1)
        found.append(torch.where(primal > 0, gap.clamp(min=0) / primal, 0.0).cpu().numpy())
    return np.concatenate(found)


@contextmanager
def _tf32() -> Iterator[None]:
    """As a caller may have set it."""
    import torch

    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _seconds(run: Callable[[], object]) -> float:
    import torch

    start = time.perf_counter()
    run()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _pursuit(plan: Plan, data: DataSet) -> dict[str, float]:
    """``k_sparse`` has no other place than the CPU."""
    found = {}
    for k in plan.sizes[:2]:
        dictionary = Dictionary.of_atoms(data.atoms(k))
        for l0 in plan.sparsities[:2]:
            solver = dictionary.pick(l1=None, l0=l0, solver="k_sparse", device="cpu")
            x = data.rows[: plan.pursued]
            dictionary.solve(x[:4], solver)
            seconds = _seconds(lambda d=dictionary, s=solver, x=x: d.solve(x, s))  # type: ignore[misc]
            found[f"K = {k:,}, l0 {l0}"] = len(x) / seconds
    return found


def _precisions(device: str) -> tuple[str, ...]:
    return ("float32", "bfloat16", "float16") if device == "cuda" else ("float32", "bfloat16")


def _embedding(device: str, precision: str, plan: Plan) -> dict[str, Any]:
    """A random transformer of CLAP's kind under the encoders' own precision, beside float32."""
    import torch

    from concept_core.encoders.torch_run import running, to_numpy

    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(plan.width, 4, batch_first=True, dropout=0.0)
    model = torch.nn.TransformerEncoder(layer, 4).to(device).eval()
    frames = torch.randn(plan.clips, 64, plan.width)

    def embed(precision: str, clips: torch.Tensor) -> Float32:
        with running(device, precision):
            parts = [model(part.to(device)).mean(1) for part in clips.split(256)]
            return np.concatenate([to_numpy(part) for part in parts])

    embed(precision, frames[:4])
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    seconds = _seconds(lambda: embed(precision, frames))
    peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
    few = frames[:256]
    one, other = embed("float32", few).astype(np.float64), embed(precision, few).astype(np.float64)
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return {
        "precision": precision,
        "clips a second": plan.clips / seconds,
        "least cosine with float32": float((np.einsum("ij,ij->i", one, other) / lengths).min()),
        "peak bytes": peak,
    }


def _same(yes: bool) -> str:
    return "same bytes" if yes else "OTHER BYTES"


def _name(device: str) -> str:
    if device == "cpu":
        return "cpu"
    import torch

    return f"cuda: {torch.cuda.get_device_name()}, torch {torch.__version__}"


def _table(record: dict[str, Any], points: Sequence[Measured]) -> str:
    lines = [
        f"Device: {record['device']}. Rows: {record['data']}. {record['seconds']:.0f} s in all.",
        "",
        "| K | l0 | rows a second | times one product | greatest gap | rows above 1e-6 | peak"
        " memory, MB | candidates in | the same again | with TF32 outside |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.k:,} | {one.l0:.1f} | {one.rows / one.solve:,.0f} |"
        f" {one.solve / one.product:.3g} | {one.gap:.0e} | {one.above} of {one.rows:,} |"
        f" {one.peak / 1e6:,.0f} | {one.candidates} |"
        f" {_same(one.repeats)} | {_same(not one.tf32_changes)} |"
        for one in points
    ]
    lines += ["", *(f"Left out: {one}" for one in record["left out for lack of time"])]
    lines += [
        f"Pursuit (CPU), {where}: {speed:,.0f} rows a second"
        for where, speed in record["pursuit on the CPU, rows a second"].items()
    ]
    lines += [
        f"Embedding in {one['precision']}: {one['clips a second']:,.0f} clips a second, least"
        f" cosine with float32 {one['least cosine with float32']:.6f}, peak"
        f" {one['peak bytes'] / 1e6:,.0f} MB"
        for one in record["embedding"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
