"""Embeddings of files, and centrings of a reference in files, written to a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.datasets.caption_files import read_captions
from concept_core.datasets.listing import audio_files
from concept_core.encoders.base import Encoder
from concept_core.encoders.centred import CentredEncoder, uncentred
from concept_core.encoders.centring import (
    PRECOMPUTED,
    Centring,
    estimate,
    reference_hash,
    write_centring,
)
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.precomputed import Precomputed
from concept_core.encoders.prompts import encode_labels, templates, written
from concept_core.encoders.registry import load_encoder
from concept_core.encoders.row_files import Rows, check_target, write_rows
from concept_core.encoders.specifier import parse_specifier
from concept_core.errors import UsageError
from concept_core.files import sha256_file
from concept_core.values import Value

Progress = Callable[[int, int], None]
# It is a word of a spec, where blanks part words.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


@dataclass(frozen=True, slots=True)
class EmbeddedFile(Value):
    """Rows that were written.

    Attributes
    ----------
    files : tuple of str
    encoder : mapping
        The spec.
    rows : mapping of str to int
        How many of each kind: ``audio``, ``text``.
    bad : tuple of mappings
        Clips that were left out: ``clip``, ``message``.
    """

    files: tuple[str, ...]
    encoder: dict[str, Any]
    rows: dict[str, int]
    bad: tuple[dict[str, str], ...]


def embed_files(
    clips: Sequence[str | Path],
    out: str | Path,
    *,
    texts: Sequence[str | Path] = (),
    prompts: Sequence[str] = (),
    encoder: str = "yamnet-minilm",
    device: str = "auto",
    offline: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> EmbeddedFile:
    """Embed clips, or the texts of files, or both, and write them with their ids.

    Parameters
    ----------
    clips : sequence of str or Path
        Audio files; the id of each is its path as given.
    out : str or Path
        npz, safetensors, parquet, HDF5, or npy with its ids in a txt beside it.
    texts : sequence of str or Path
        Files of texts; the id of each is the text itself.
    prompts : sequence of str
        Prompt sets, or texts with ``{label}``, that the texts, which are labels then, are written
        in; every wording has a row of its own, whose id is the text as it is written.
    encoder, device, offline
        As for `load_encoder`.
    skip_bad : bool
        Leave out clips that cannot be embedded.
    progress : callable, optional
        Called with the number of items done and of all.

    Raises
    ------
    UsageError
        Nothing to embed, prompts without texts, an unknown prompt set, or another ending of out.
    BadClipsError
        Clips that cannot be embedded; all are named.
    """
    if not clips and not texts:
        raise UsageError("nothing to embed: name clips, or a file with --texts")
    wordings = [wording for one in prompts for wording in templates(one)]
    if wordings and not texts:
        raise UsageError("--prompts is how the labels of --texts are written; name their file")
    check_target(Path(out), ["audio"] * bool(clips) + ["text"] * bool(texts))
    # Rows as the model gives them: whoever reads them takes the means of what is at hand.
    model = uncentred(load_encoder(encoder, device=device, offline=offline))
    tables: dict[str, Rows] = {}
    bad: tuple[tuple[str, str], ...] = ()
    # Words first: they are fast, and what is wrong with them is said before clips are heard.
    if texts:
        words = [word for path in texts for word in read_captions(Path(path))]
        if wordings:
            words = [written(word, wording) for wording in wordings for word in words]
        words = list(dict.fromkeys(words))
        tables["text"] = Rows(words, model.encode_text(words))
    if clips:
        names = list(dict.fromkeys(map(str, clips)))
        embedded = embed_clips(model, names, skip_bad=skip_bad, progress=progress)
        tables["audio"] = Rows([names[place] for place in embedded.kept], embedded.x)
        bad = embedded.bad
    files = write_rows(Path(out), tables, model.spec)
    return EmbeddedFile(
        tuple(map(str, files)),
        model.spec.to_dict(),
        {kind: len(table.ids) for kind, table in tables.items()},
        tuple({"clip": name, "message": message} for name, message in bad),
    )


@dataclass(frozen=True, slots=True)
class CentringFile(Value):
    """What was estimated on a reference, and the file that holds it.

    Attributes
    ----------
    file : str
    centring : str
        As specs name it.
    encoder : mapping
        The spec of the encoder without centring.
    sounds, texts : int
        How many the reference has.
    gap_before, gap_after : float
        The modality gap: distance of the mean sound to the mean text.
    """

    file: str
    centring: str
    encoder: dict[str, Any]
    sounds: int
    texts: int
    gap_before: float
    gap_after: float


def centre_on_files(
    encoder: str,
    clips: str | Path | None,
    name: str,
    out: str | Path,
    *,
    captions: str | Path | None = None,
    labels: str | Path | None = None,
    rule: str = "mean",
    device: str = "auto",
    offline: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> CentringFile:
    """Estimate the centring of an encoder on a folder of sounds and a file of texts; write it.

    Parameters
    ----------
    encoder : str
        A CLAP model, or ``precomputed:FILE``, as ``load_encoder`` takes it.
    clips : str, Path or None
        Folder of sounds, and its folders; of ``precomputed`` also a text file with the name of a
        sound a line, or None for all sounds of its file.
    name : str
        What specs call the reference.
    out : str or Path
        The file to write, which the encoder's option ``centring`` takes.
    captions, labels : str or Path, optional
        Exactly one: texts that are encoded as they are, or labels that are written in the
        encoder's prompt set, as the atoms of a dictionary are. Of ``precomputed``, neither is all
        texts of its file in its prompt set.
    rule : str
        A rule of `estimate_on`.
    device, offline
        As for `load_encoder`.
    progress : callable, optional
        Called with the number of items done and of all.

    Raises
    ------
    UsageError
        Not one file of texts, no clips, or an encoder that has no centring; otherwise as
        `estimate_on`.
    """
    texts, given = captions or labels, parse_specifier(encoder).name == PRECOMPUTED
    if (captions and labels) or not (given or texts):
        raise UsageError("name the reference's texts with --captions or with --labels, one of them")
    if not given and clips is None:
        raise UsageError("name the reference's sounds with --clips")
    model = load_encoder(encoder, device=device, offline=offline)
    if not isinstance(model, CentredEncoder):
        raise UsageError(
            f"encoder {encoder!r} has no centring; name a CLAP model or precomputed:FILE without"
            " the option centring=none (docs/encoders.md)"
        )
    raw = model.uncentred
    rows = raw if isinstance(raw, Precomputed) else None
    if texts is not None:
        words = sorted(set(read_captions(Path(texts))))
    else:
        assert rows is not None
        words = rows.labels(raw.spec.prompt_set)
    sounds = _sounds(clips, rows)
    found = estimate_on(
        raw, rule, sounds, words, name,
        prompt_set=None if captions else raw.spec.prompt_set, progress=progress,
    )  # fmt: skip
    write_centring(found, Path(out))
    return CentringFile(
        str(out), found.name, found.encoder.to_dict(), len(sounds), len(words),
        found.gap_before, found.gap_after,
    )  # fmt: skip


def _sounds(clips: str | Path | None, rows: Precomputed | None) -> list[Path]:
    """The files of a folder, or the names of sounds that a file of rows has."""
    if clips is None:
        assert rows is not None
        return list(map(Path, rows.ids("audio")))
    path = Path(clips)
    if rows is not None and path.is_file():
        return list(map(Path, read_captions(path)))
    return audio_files(path)


def estimate_on(
    encoder: Encoder,
    rule: str,
    clips: Sequence[Path],
    texts: Sequence[str],
    name: str,
    *,
    prompt_set: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Centring:
    """The centring of an encoder on a reference of one's own.

    Parameters
    ----------
    encoder : Encoder
        Without centring.
    rule : str
        ``mean`` or ``spectral``.
    clips : sequence of Path
        Audio files, or what rows of ``precomputed`` are called; at least 8.
    texts : sequence of str
        Captions or labels, at least 8.
    name : str
        What the reference is called in specs.
    prompt_set : str, optional
        What labels are written as; captions are encoded as they are.
    progress : callable, optional
        Called with the number of clips done and the number of all.

    Raises
    ------
    UsageError
        An unknown rule or prompt set, or a name of more than one word.
    DataError
        Too few, or clips that cannot be embedded (all are named).
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"reference {name!r}: a name is letters, digits and -_.@, such as fsd50k@1"
        )
    # Words are fast: what is wrong with them is said before the sounds are heard.
    if prompt_set is None:
        rows = encoder.encode_text(texts)
    else:
        rows = encode_labels(encoder, texts, prompt_set)
    sounds = embed_clips(encoder, clips, skip_bad=None, progress=progress).x
    # Rows that were given stand for files that need not be here: their identity is in the spec.
    given = isinstance(encoder, Precomputed)
    sums = [str(clip) if given else sha256_file(clip) for clip in clips]
    stamp = reference_hash(texts, prompt_set or "as they are", sums)
    return estimate(rule, encoder.spec, sounds, rows, name, stamp)
