"""The formats by name, and a vocabulary written in one of them, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from concept_core.encoders.base import Encoder
from concept_core.errors import DataError, UsageError
from concept_core.files import pretty_json, write_text
from concept_core.releases.folder import METADATA, SUMS, verify_release
from concept_core.spelling import unknown_name
from concept_core.temporaries import temporary_folder
from vocab_builder.formats import datasette, embeddings, hub, parquet, text
from vocab_builder.formats.archives import ENDINGS, write_zip
from vocab_builder.formats.croissant import CROISSANT
from vocab_builder.formats.datapackage import DATAPACKAGE
from vocab_builder.formats.descriptions import describe
from vocab_builder.formats.prov import prov
from vocab_builder.formats.skos import skos
from vocab_builder.licences.text import render_licence
from vocab_builder.release.citation import citation
from vocab_builder.release.files import LICENCE, move_in, render_files, table_texts
from vocab_builder.release.release import Release


@dataclass(frozen=True, slots=True)
class Format:
    """How a vocabulary is written in a format.

    Attributes
    ----------
    summary : str
    endings : tuple of str
        What the file's name may end in, the first by default; none of a folder.
    text : callable, or None
        Gives the text of the file.
    write : callable, or None
        Writes the file, or into the empty folder, where it is no text.
    """

    summary: str
    endings: tuple[str, ...] = ()
    text: Callable[[Release], str] | None = None
    write: Callable[[Release, Path], None] | None = None


def _some_files(*chosen: str) -> Callable[[Release, Path], None]:
    """The tables, with some of the other files of a release and of its descriptions."""

    def write(release: Release, out: Path) -> None:
        texts = render_files(release) | describe(release)
        for name in (*table_texts(release), *chosen):
            write_text(out / name, texts[name])

    return write


def _release_bytes(release: Release) -> dict[str, bytes]:
    """Every file of a release as it is; of what is none, as ``sonolex build`` would write it."""
    folder = release.folder
    if folder is None or not (folder / SUMS).is_file():
        return {name: text.encode("utf-8") for name, text in render_files(release).items()}
    return {name: (folder / name).read_bytes() for name in (*verify_release(folder), SUMS)}


def _all_files(release: Release, out: Path) -> None:
    for name, content in _release_bytes(release).items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)


def _zip(release: Release, out: Path) -> None:
    write_zip(_release_bytes(release), _stem(release), out)


FORMATS: Mapping[str, Format] = {
    "csv": Format("the concepts as csv", (".csv",), text.concept_table),
    "jsonl": Format("a concept a line, with evidence", (".jsonl",), text.json_lines),
    "txt": Format("a label a line (--order ascending: as SpLiCE reads it)", (".txt",)),
    "parquet": Format(
        "all in one file of typed columns", (".parquet",), write=parquet.write_parquet
    ),
    "embeddings": Format("rows of --encoder's space, as safetensors", (".safetensors",)),
    "skos": Format(
        "SKOS as JSON-LD", (".jsonld",), lambda release: pretty_json(skos(release))
    ),
    "prov": Format(
        "W3C PROV as JSON", (".prov.json", ".json"), lambda release: pretty_json(prov(release))
    ),
    "cff": Format("CITATION.cff", (".cff",), citation),
    "licence": Format(
        "licence and attribution",
        (".LICENSE", "LICENSE", ".txt"),
        lambda release: render_licence(release.vocabulary),
    ),
    "croissant": Format(
        "folder: tables and croissant.json", write=_some_files(METADATA, LICENCE, CROISSANT)
    ),
    "datapackage": Format(
        "folder: tables and datapackage.json", write=_some_files(METADATA, LICENCE, DATAPACKAGE)
    ),
    "huggingface": Format("folder: card and data/*.parquet", write=hub.write_hub),
    "datasette": Format("folder: SQLite and metadata.json", write=datasette.write_datasette),
    "folder": Format("folder: every file of a release", write=_all_files),
    "zip": Format("the release folder as one file", (".zip",), write=_zip),
}  # fmt: skip


def export(
    release: Release,
    name: str,
    out: Path | None,
    *,
    order: str = "descending",
    encoder: Encoder | None = None,
) -> Path:
    """Write a vocabulary in a format; nothing is overwritten.

    Parameters
    ----------
    release : Release
    name : str
        Of the format, a key of ``FORMATS``.
    out : Path or None
        File or folder to make; None names it after the vocabulary, in the current folder.
    order : str
        For ``txt``: which end holds the most important label.
    encoder : Encoder, optional
        For ``embeddings``.

    Raises
    ------
    UsageError
        Unknown format, no encoder for ``embeddings``, an option of another format, or a name that
        ends as files of another format do.
    DataError
        ``out`` exists, or the format cannot hold a label.
    MissingError
        A package of an extra is not installed.
    """
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS)
    if (name == "embeddings") != (encoder is not None):
        raise UsageError(f"the format embeddings, and no other, is of an encoder; found {name!r}")
    if order != "descending" and name != "txt":
        raise UsageError(f"an order is of txt alone, {name!r} says the order itself")
    target = out or Path(_default_name(release, name, encoder))
    _check_name(target, name)
    if target.exists() or target.is_symlink():
        raise DataError(f"{target}: exists; name another place with -o, or remove it yourself")
    target.parent.mkdir(parents=True, exist_ok=True)
    if name == "txt":
        write_text(target, text.label_lines(release, order))
    elif encoder is not None and name == "embeddings":
        embeddings.write_embeddings(release, target, encoder)
    else:
        _write(FORMATS[name], release, target)
    return target


def _check_name(target: Path, name: str) -> None:
    """See that a file's name, if any ending says what it is, says what will be in it."""
    endings = FORMATS[name].endings
    if endings and not target.name.endswith(endings):
        raise UsageError(f"{target}: a file of the format {name} ends in {' or '.join(endings)}")
    of_files = {*ENDINGS, *(ending for form in FORMATS.values() for ending in form.endings)}
    if not endings and target.name.endswith(tuple(of_files)):
        raise UsageError(f"{target}: the format {name} is a folder; leave out the ending")


def _write(form: Format, release: Release, target: Path) -> None:
    if form.text is not None:
        write_text(target, form.text(release))
    elif form.write is not None and form.endings:
        form.write(release, target)
    elif form.write is not None:
        with temporary_folder(target.parent, target.name) as temporary:
            form.write(release, temporary)
            move_in(temporary, target)


def _stem(release: Release) -> str:
    return f"{release.file_name}-{release.vocabulary.version}"


def _default_name(release: Release, name: str, encoder: Encoder | None) -> str:
    if encoder is not None and name == "embeddings":
        return embeddings.embeddings_name(encoder.spec)
    return _stem(release) + (FORMATS[name].endings or (f"-{name}",))[0]
