"""What an output says of itself: which clips, which encoder, which shards, with their sums."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from concept_core import stores
from concept_core._version import __version__
from concept_core.documents import parse_json
from concept_core.embedding.inputs import ClipInput, Digest
from concept_core.embedding.resuming import check_empty, check_output, check_same_run
from concept_core.embedding.shards import ClipFailure, ShardNote
from concept_core.embedding.tables import written_id
from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError, hide_secrets
from concept_core.files import canonical_json, pretty_json, sha256_bytes, sha256_text
from concept_core.releases.csv_cells import guard
from concept_core.values import from_data

MANIFEST = "manifest.json"
FAILURES = "failures.csv"
_KIND = "embeddings"
_HEAD = ("clip", "reason", "tries")
_HEAD_BYTES = 1 << 16
"""Of a tar, by which it is known beside its name and size."""


class _Shard(TypedDict):
    file: str
    sha256: str
    size: int
    first: int
    rows: int


class _Result(TypedDict):
    rows: int
    shards: list[_Shard]
    missing: list[str]


class _Plan(TypedDict):
    encoder: dict[str, Any]


class _Manifest(TypedDict):
    """What is read of a manifest; of what else it has no type is asked."""

    kind: str
    plan: _Plan
    result: _Result | None


def describe(
    inputs: Sequence[tuple[ClipInput, Digest]], spec: EncoderSpec, shard_rows: int, format: str
) -> dict[str, Any]:
    """Everything that the rows and their order depend on."""
    return {
        "sonolex": __version__,
        "encoder": spec.to_dict(),
        "fingerprint": spec.fingerprint,
        "inputs": [_described(one, digest) for one, digest in inputs],
        "shard_rows": shard_rows,
        "format": format,
    }


def _described(one: ClipInput, digest: Digest) -> dict[str, Any]:
    about: dict[str, Any] = {"kind": one.kind, "name": hide_secrets(one.name)}
    if one.kind == "tar":
        # Tars of one name and size lie in many folders; a whole one is too much to read twice.
        head = sha256_bytes(stores.read_range(one.address, 0, _HEAD_BYTES))
        return {**about, "size": one.size, "head_sha256": head}
    sums = {"clips": digest.count, "clips_size": digest.size, "clips_sha256": digest.sha256}
    asked = {"sha256": one.sha256, "column": one.column}
    return {**about, **sums, **{name: value for name, value in asked.items() if value}}


def fingerprint(plan: Mapping[str, Any]) -> str:
    """sha256 of a plan, by which notes of shards know it."""
    return sha256_text(canonical_json(plan))


def begin(out: str, plan: Mapping[str, Any]) -> None:
    """Write the plan into an empty output, or see that the output has the same.

    Raises
    ------
    DataError
        It has another run, and what differs; or files of something else.
    """
    if stores.exists(stores.join(out, MANIFEST)):
        check_same_run(out, plan, read_manifest(out)["plan"])
        return
    check_empty(out, MANIFEST)
    # First of all, so that whoever is killed from here on can go on.
    _write(out, plan, None)


def finish(
    out: str,
    plan: Mapping[str, Any],
    notes: Sequence[ShardNote],
    failures: Sequence[ClipFailure],
    missing: Sequence[str],
) -> None:
    """Write the table of failures, then the plan with what came out."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_HEAD)
    for one in failures:
        # Names of files may have any bytes, and messages repeat them.
        table.writerow([guard(written_id(one.clip)), guard(written_id(one.reason)), one.tries])
    stores.write(stores.join(out, FAILURES), text.getvalue().encode("utf-8"))
    first = 0
    shards = []
    for note in notes:
        shards.append(
            {"file": note.file, "first": first, "rows": note.rows, "size": note.size,
             "sha256": note.sha256}
        )  # fmt: skip
        first += note.rows
    result = {
        "rows": first,
        "clips": sum(note.clips for note in notes),
        "seconds": round(sum(note.seconds for note in notes), 3),
        "failures": len(failures),
        "missing": list(missing),
        "shards": shards,
    }
    _write(out, plan, result)


def _write(out: str, plan: Mapping[str, Any], result: Mapping[str, Any] | None) -> None:
    content = pretty_json({"kind": _KIND, "plan": plan, "result": result})
    stores.write(stores.join(out, MANIFEST), content.encode("utf-8"))


def is_output(out: str) -> bool:
    """Whether an address is of an output of ours: it has a manifest that says so."""
    where = stores.join(out, MANIFEST)
    try:
        found = parse_json(stores.read(where), where) if stores.exists(where) else None
    except DataError:
        return False
    return isinstance(found, dict) and found.get("kind") == _KIND


def read_manifest(out: str) -> dict[str, Any]:
    """The manifest of a run, finished (``result``) or not.

    Raises
    ------
    DataError
        There is none (``AbsentFileError`` where there is no such folder or address), it is
        broken, or it is of something else.
    """
    where = stores.join(out, MANIFEST)
    check_output(out, MANIFEST, "give the output of sonolex embed --out")
    try:
        found = parse_json(stores.read(where), where)
        from_data(found, _Manifest, where)
        if found["kind"] != _KIND:
            raise DataError(f"{where}: of {found['kind']!r:.80}, not of {_KIND}")
    except DataError as error:
        raise DataError(
            f"{error}; it is broken, or of another program: give another folder or address"
        ) from error
    return dict(found)
