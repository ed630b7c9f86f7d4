"""The files that are mutated: made by the program itself, and small ones of this repository."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Clip, Sound
from concept_core.bench.bench import Bench
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming.run import decompose_stream
from concept_core.encoders.base import EncoderSpec
from concept_core.encoders.centring import estimate, write_centring
from concept_core.encoders.row_files import Rows, write_rows
from concept_core.releases.index import Listed, write_index
from concept_core.tasks.request import TaskRequest
from concept_core.vocabulary import Alias
from vocab_builder.curation.aliases import Annotation
from vocab_builder.curation.decisions import Decision
from vocab_builder.formats.embeddings import write_embeddings
from vocab_builder.formats.exporting import export
from vocab_builder.release.release import Release

Files = Mapping[str, bytes]

DIM = 16
WORDS = ("dog", "rain", "siren", "church bell", "cat", "wind", "engine", "speech")
ROOT = Path(__file__).resolve().parents[2]


class HashEncoder:
    """A direction for each text that says nothing of it: readers of what it made need no more."""

    spec = EncoderSpec("hashed", "0" * 64, DIM, 16_000, "none", "bare@1", "none")

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows (n, 16)."""
        seeds = [int.from_bytes(sha256(text.encode()).digest()[:8], "big") for text in texts]
        rows = [np.random.default_rng(seed).standard_normal(DIM) for seed in seeds]
        made = np.array(rows, np.float32).reshape(-1, DIM)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def encode_audio(self, clips: Sequence[Sound]) -> NDArray[np.float32]:
        """A clip is heard as its name."""
        names = [clip.name if isinstance(clip, Clip) else str(clip) for clip in clips]
        return self.encode_text(names)


@dataclass(frozen=True, slots=True)
class Seed:
    """A folder of whole files.

    Attributes
    ----------
    files : mapping of str to bytes
        By path below the folder.
    targets : tuple of str
        Those of which one is mutated.
    """

    files: Files
    targets: tuple[str, ...]


def of_file(name: str, content: bytes | str) -> Seed:
    """A seed of one file."""
    whole = content.encode() if isinstance(content, str) else content
    return Seed({name: whole}, (name,))


def of_folder(folder: Path, *targets: str) -> Seed:
    """A folder's files; all are targets, or those that are named."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return Seed(files, targets or tuple(files))


def toy_release() -> Release:
    """The first concepts of the demo, with one of everything that a release can hold."""
    whole = Release.load(ROOT / "vocabularies" / "demo" / "1.0.0")
    release = whole.with_concepts(whole.vocabulary.concepts[:8], authors=["A. Person"])
    ids = [concept.id for concept in release.vocabulary]
    first = release.vocabulary.labels[0]
    return replace(
        release,
        vocabulary=replace(
            release.vocabulary, aliases=(Alias(ids[0], "beast", "synonym", "twins"),)
        ),
        drops=(whole.drops or ())[:5],
        scores={name: found for name, found in (whole.scores or {}).items() if name in ids},
        annotations=(Annotation(ids[0], "note", "a note"), Annotation(ids[1], "broader", ids[0])),
        decisions=(Decision(first, "keep", "", "wanted", "me", "2026-01-02T03:04:05Z"),),
    )


def exports(release: Release, place: Path) -> dict[str, Seed]:
    """The release in each format that can be read back."""
    found = {}
    endings = {
        "csv": ".csv", "jsonl": ".jsonl", "txt": ".txt", "skos": ".jsonld", "parquet": ".parquet",
        "zip": ".zip", "folder": "", "croissant": "", "datapackage": "", "huggingface": "",
        "datasette": "",
    }  # fmt: skip
    for name, ending in endings.items():
        out = export(release, name, place / f"x-{name}{ending}")
        found[name] = of_folder(out) if out.is_dir() else of_file(f"x{ending}", out.read_bytes())
    out = place / "x.safetensors"
    write_embeddings(release, out, HashEncoder())
    found["embeddings"] = of_file("x.safetensors", out.read_bytes())
    database = next(name for name in found["datasette"].files if name.endswith(".db"))
    found["database"] = of_file("x.db", found["datasette"].files[database])
    files = {f"toy/{name}": content for name, content in found["folder"].files.items()}
    for ending in ("tar", "tar.gz", "tgz", "tar.xz", "tar.bz2"):
        found[ending] = of_file(f"x.{ending}", tar(files, ending))
    return found


def tar(files: Files, ending: str) -> bytes:
    """A tar archive, packed as its ending says."""
    packed: Any = "w:" + {"tar": "", "tgz": "gz"}.get(ending, ending.rpartition(".")[2])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=packed) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def row_files(place: Path) -> dict[str, Seed]:
    """Rows of embeddings in every kind of file, and of texts that no kind of file is named by."""
    encoder = HashEncoder()
    names = [f"{word} {place}.wav" for place, word in enumerate(WORDS)]
    sounds = Rows(names, encoder.encode_audio(names))
    both = {"audio": sounds, "text": Rows(WORDS, encoder.encode_text(WORDS))}
    found = {}
    for ending in ("npz", "safetensors", "parquet", "h5"):
        path = place / f"rows.{ending}"
        write_rows(path, both, encoder.spec)
        found[ending] = of_file(path.name, path.read_bytes())
    folder = place / "npy"
    folder.mkdir()
    write_rows(folder / "audio.npy", {"audio": sounds}, encoder.spec)
    found["npy"] = of_folder(folder)
    packed = io.BytesIO()
    np.savez_compressed(packed, audio=sounds.x, audio_ids=np.array(names))
    found["packed npz"] = of_file("rows.npz", packed.getvalue())
    return found


def stream_folder(place: Path) -> Seed:
    """What ``decompose`` writes, with the rows that it was made of."""
    encoder = HashEncoder()
    rows = encoder.encode_text([f"{word} again" for word in WORDS])
    write_rows(place / "audio.npz", {"audio": Rows(WORDS, rows)}, encoder.spec)
    release = toy_release()
    dictionary = Dictionary.build(release.vocabulary, encoder)
    decompose_stream(place / "audio.npz", dictionary, place / "out", l0=2)
    return of_folder(place / "out")


def centring_file(place: Path) -> Seed:
    """What ``centre`` writes."""
    encoder = HashEncoder()
    sounds, texts = encoder.encode_text(WORDS), encoder.encode_text([f"a {one}" for one in WORDS])
    found = estimate("spectral", encoder.spec, sounds, texts, "toy", "0" * 64)
    write_centring(found, place / "centring.safetensors")
    return of_file("centring.safetensors", (place / "centring.safetensors").read_bytes())


def sound(form: str, seconds: float = 0.2) -> bytes:
    """A short tone in a format of soundfile."""
    import soundfile

    out = io.BytesIO()
    times = np.arange(int(16_000 * seconds)) / 16_000
    soundfile.write(out, 0.3 * np.sin(2764.6 * times), 16_000, format=form)
    return out.getvalue()


def scorecard(place: Path) -> Seed:
    """What ``score`` writes, and the table of clips that it was made on."""
    table = "path,label,split\n"
    for number, word in enumerate(("dog", "rain", "siren", "cat") * 2):
        (place / f"{word}{number}.wav").write_bytes(sound("WAV"))
        table += f"{word}{number}.wav,{word},test\n"
    (place / "clips.csv").write_text(table, encoding="utf-8")
    request = TaskRequest(task="zero-shot", dataset="table", folds=("test",))
    bench = Bench(request, HashEncoder(), place / "clips.csv")
    card = bench.score(toy_release().vocabulary, l0=2)
    return of_file("card.json", card.to_json())


def index_file(place: Path) -> Seed:
    """The list of a folder of releases."""
    vocabulary = toy_release().vocabulary
    entry = Listed("demo", "1.0.0", vocabulary.content_hash, "0" * 64, 8, "Apache-2.0", "use x@2")
    write_index(place, [entry])
    return of_folder(place)


def zipped(files: Files) -> bytes:
    """A zip archive, half of it packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, (name, content) in enumerate(files.items()):
            kind = (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_STORED)[place % 3]
            archive.writestr(name, content, kind)
    return out.getvalue()


def json_text(value: Any) -> str:
    """JSON as files of others have it."""
    return json.dumps(value, indent=1)


def fresh(place: Path, name: str) -> Path:
    """An empty folder."""
    folder = place / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
