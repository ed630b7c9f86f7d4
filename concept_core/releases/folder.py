"""A release folder in and out of memory, and the proof that nobody touched it.

Standard library only: a release can be read without anything that Sonolex depends on.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from concept_core.documents import read_json, whole_number
from concept_core.errors import AbsentFileError, DataError, IntegrityError
from concept_core.files import bounded_lines, open_file, read_bytes, sha256_file
from concept_core.releases.csv_cells import unguard
from concept_core.releases.index import INDEX, read_index
from concept_core.releases.metadata import check_metadata
from concept_core.releases.versions import check_release_name
from concept_core.vocabulary import Alias, Concept, Evidence, Vocabulary

CONCEPTS = "concepts.csv"
EVIDENCE = "evidence.csv"
ALIASES = "aliases.csv"
METADATA = "vocabulary.json"
SUMS = "SHA256SUMS"
# Over the sums, and so not among them.
SIGNATURE = "SHA256SUMS.sig"
# What goes with a release where it is published: made from it, with checksums of their own.
DESCRIPTION_SUMS = "DESCRIPTIONS.SHA256SUMS"
DESCRIPTIONS = frozenset({"croissant.json", "datapackage.json", "prov.json", "skos.jsonld"})
CONCEPT_COLUMNS = ("id", "label", "kind", "count", "links")
EVIDENCE_COLUMNS = ("id", "source", "locator", "count")
ALIAS_COLUMNS = ("id", "alias", "kind", "from")
_SUM = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)")


def is_release(path: Path) -> bool:
    """Whether ``path`` is a folder that claims to be a release, whole or not."""
    return (path / METADATA).is_file() or (path / SUMS).is_file()


def read_release(folder: str | Path) -> Vocabulary:
    """Read a release folder; its concepts must match the hash that its metadata states.

    Raises
    ------
    DataError
        A file is missing or broken; the message names the file and the line.
    IntegrityError
        ``concepts.csv`` is not what ``vocabulary.json`` says it is.
    """
    folder = Path(folder)
    metadata = _read_metadata(folder / METADATA)
    evidence = _read_evidence(folder / EVIDENCE)
    concepts = tuple(
        _parse_concept(row, evidence, where)
        for row, where in table_rows(folder / CONCEPTS, CONCEPT_COLUMNS)
    )
    aliases = _read_aliases(folder / ALIASES)
    vocabulary = Vocabulary(metadata["id"], metadata["version"], concepts, metadata, aliases)
    if vocabulary.content_hash != metadata["content_hash"]:
        raise IntegrityError(
            f"{folder / CONCEPTS}: content hash is {vocabulary.content_hash}, {METADATA} says"
            f" {metadata['content_hash']}; take a fresh copy of {vocabulary.specifier}"
        )
    return vocabulary


def verify_release(folder: str | Path) -> tuple[str, ...]:
    """Recompute every checksum of ``SHA256SUMS``; return the names of the files checked.

    Descriptions for other tools, which a published copy may hold, are checked by the sums that
    came with them.

    ``SHA256SUMS`` itself is compared with the index beside the releases, if that lists this one.

    Raises
    ------
    IntegrityError
        One message that names every file that differs, is missing, or is not listed.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AbsentFileError(f"{folder}: not a release folder (no such folder)")
    expected = _read_sums(folder / SUMS)
    released = tuple(sorted(expected))
    if (folder / DESCRIPTION_SUMS).is_file():
        path = folder / DESCRIPTION_SUMS
        expected |= parse_description_sums(read_bytes(path), path, expected)
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    } - {SUMS, SIGNATURE, DESCRIPTION_SUMS}
    findings = _index_findings(folder)
    findings += [f"{name}: is not listed in {SUMS}" for name in sorted(present - set(expected))]
    for name, wanted in sorted(expected.items()):
        path = folder / name
        if name not in present:
            findings.append(f"{name}: is missing")
        elif path.is_symlink():
            findings.append(f"{name}: is a symbolic link; a release holds plain files")
        elif not path.is_file():
            findings.append(f"{name}: is a pipe or device; a release holds plain files")
        elif (found := sha256_file(path)) != wanted:
            findings.append(f"{name}: sha256 is {found}, {SUMS} says {wanted}")
    if findings:
        raise IntegrityError(
            f"{folder} is not what was released; take a fresh copy. " + "; ".join(findings)
        )
    read_release(folder)
    return released


def _index_findings(folder: Path) -> list[str]:
    root = folder.resolve().parent.parent
    entry = read_index(root).get((folder.resolve().parent.name, folder.resolve().name))
    if entry is None or (found := sha256_file(folder / SUMS)) == entry.sums_sha256:
        return []
    return [f"{SUMS}: sha256 is {found}, {root / INDEX} says {entry.sums_sha256}"]


def _read_sums(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise IntegrityError(f"{path}: missing, so nothing in the folder can be verified")
    return parse_sums(read_bytes(path), path)


def parse_sums(content: bytes, where: str | Path) -> dict[str, str]:
    """The sha256 of every file by its name, as ``SHA256SUMS`` at ``where`` lists them.

    Raises
    ------
    IntegrityError
        A line that is no sum, a name that leads out of the folder or comes twice, or no last end.
    """
    # Bytes and one kind of line end: no changed byte of the list itself may read the same.
    *lines, rest = content.split(b"\n")
    sums: dict[str, str] = {}
    for number, line in enumerate([*lines, rest] if rest else lines, 1):
        match = _SUM.fullmatch(line)
        if match is None:
            raise IntegrityError(f"{where}:{number}: expected '<sha256>  <file>', found {line!r}")
        name = match[2].decode("ascii")
        if name in sums or name in (SUMS, SIGNATURE):
            raise IntegrityError(f"{where}:{number}: {name} may not be listed, or not twice")
        sums[name] = match[1].decode("ascii")
    if rest or not lines:
        raise IntegrityError(f"{where}: cut short, the last line has no end; take a fresh copy")
    return sums


def parse_description_sums(
    content: bytes, where: str | Path, released: Collection[str]
) -> dict[str, str]:
    """The sha256 of every description by its name, as ``DESCRIPTIONS.SHA256SUMS`` lists them.

    Parameters
    ----------
    content : bytes
    where : str or Path
        The file's name for people.
    released : collection of str
        The names of ``SHA256SUMS``, which alone vouches for those.

    Raises
    ------
    IntegrityError
        As `parse_sums`; or a name that is of a released file.
    """
    sums = parse_sums(content, where)
    if both := sorted(sums.keys() & set(released)):
        raise IntegrityError(f"{where}: lists {', '.join(both)}, which {SUMS} lists")
    return {name: digest for name, digest in sums.items() if name in DESCRIPTIONS}


def _read_metadata(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DataError(f"{path.parent}: not a release folder (it has no {METADATA})")
    found = check_metadata(read_json(path), str(path), needed=("id", "version", "content_hash"))
    check_release_name(found["id"], found["version"], path)
    return found


def table_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[dict[str, str], str]]:
    """Rows of a csv file of a release by column, each with its place; wrong columns are errors."""
    if not path.is_file():
        raise AbsentFileError(f"{path}: missing from the release folder")
    try:
        with open_file(path, encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(bounded_lines(handle, path), strict=True)
            if tuple(reader.fieldnames or ()) != columns:
                raise DataError(f"{path}:1: expected the columns {','.join(columns)}")
            for row in reader:
                where = f"{path}:{reader.line_num}"
                if None in row or None in row.values():
                    raise DataError(f"{where}: expected {len(columns)} cells")
                yield {name: unguard(cell) for name, cell in row.items()}, where
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not valid UTF-8 csv: {error}") from error


def _whole(row: dict[str, str], where: str) -> int:
    count = whole_number(row["count"])
    if count is None:
        raise DataError(f"{where}: count {row['count']!r} is not a whole number")
    return count


def _read_evidence(path: Path) -> dict[str, list[Evidence]]:
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for row, where in table_rows(path, EVIDENCE_COLUMNS):
        evidence[row["id"]].append(Evidence(row["source"], row["locator"], _whole(row, where)))
    return evidence


def _read_aliases(path: Path) -> tuple[Alias, ...]:
    """Other labels of the concepts; none where there is no such file."""
    if not path.is_file():
        return ()
    rows = table_rows(path, ALIAS_COLUMNS)
    return tuple(Alias(*(row[name] for name in ALIAS_COLUMNS)) for row, _ in rows)


def _parse_concept(row: dict[str, str], evidence: dict[str, list[Evidence]], where: str) -> Concept:
    return Concept(
        id=row["id"],
        label=row["label"],
        kind=row["kind"],
        count=_whole(row, where),
        evidence=tuple(evidence.get(row["id"], ())),
        links=tuple(row["links"].split()),
    )
