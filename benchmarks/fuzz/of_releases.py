"""Readers of releases: their folders, sums, signatures and exports, and commands over them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fuzz import corpus
from benchmarks.fuzz.corpus import Seed, of_file
from benchmarks.fuzz.reader import Reader, ours
from tests.minisign_toy import write_keys


def releases(place: Path) -> Iterator[Reader]:
    """Release folders, their sums, signatures, index and exports."""
    from concept_core.releases.folder import parse_sums, verify_release
    from concept_core.releases.index import read_index
    from concept_core.releases.specifiers import load_vocabulary
    from vocab_builder.formats.exporting import FORMATS, export
    from vocab_builder.formats.importing import import_vocabulary
    from vocab_builder.publish.signatures import check_signature, signer
    from vocab_builder.publish.verifying import verify
    from vocab_builder.release.check import check_release
    from vocab_builder.release.lock import read_lock
    from vocab_builder.release.release import Release

    release = corpus.toy_release()
    seeds = corpus.exports(release, corpus.fresh(place, "exports"))
    folder = seeds["folder"]

    def release_used(folder: Path, name: str) -> None:
        """Whoever has mended the sums is believed, so that what they vouch for is read too."""
        _sum_up(folder)
        verify_release(folder)
        vocabulary = load_vocabulary(folder)
        found = Release.load(folder)
        vocabulary.find("dog")
        found.why(vocabulary.labels[0] if vocabulary.labels else "dog")
        repr((found.authors, found.licences, found.sources, found.settled, found.file_name))
        for form in FORMATS:
            if form != "embeddings":
                with ours():
                    ending = (*FORMATS[form].endings, "")[0]
                    export(found, form, folder / f"out-{form}{ending}")

    def checked(folder: Path, name: str) -> None:
        check_release(Release.load(folder))

    def imported(folder: Path, name: str) -> None:
        path = folder / name if name.startswith("x.") else folder
        import_vocabulary(path, folder.parent / "imported")

    def signed(folder: Path, name: str) -> None:
        check_signature(folder, folder / "key.pub", "here")
        signer(folder / "key.sec", folder, lambda: "password")(b"sums")

    yield Reader(
        "release",
        (
            "concept_core.releases.folder.read_release",
            "concept_core.releases.specifiers.load_vocabulary",
            "concept_core.releases.specifiers.load_vocabularies",
            "vocab_builder.release.release.Release.load",
            "concept_core.documents.read_text",
            "vocab_builder.release.tables.parse_drop_row",
            "vocab_builder.release.tables.read_drops",
            "vocab_builder.release.tables.read_scores",
            "vocab_builder.release.tables.read_notes",
            "vocab_builder.release.tables.read_release_decisions",
        ),
        (folder,) * 4,
        release_used,
    )
    yield Reader("release, checked", (), (folder,), checked)
    yield Reader(
        "verify",
        ("concept_core.releases.folder.parse_description_sums",),
        (folder, seeds["croissant"]),
        lambda folder, name: verify(str(folder)),
    )
    yield Reader(
        "sums",
        ("concept_core.releases.folder.parse_sums",),
        (Seed(folder.files, ("SHA256SUMS",)),),
        lambda folder, name: parse_sums((folder / name).read_bytes(), name),
    )
    write_keys(corpus.fresh(place, "keys"))
    keys = {path.name: path.read_bytes() for path in (place / "keys").iterdir()}
    sign = Seed({**folder.files, **keys}, ("key.pub", "key.sec", "SHA256SUMS.sig"))
    toy = corpus.fresh(place, "signed")
    _write(toy, sign)
    signature = signer(toy / "key.sec", toy, str)((toy / "SHA256SUMS").read_bytes())
    sign = Seed({**sign.files, "SHA256SUMS.sig": signature}, sign.targets)
    yield Reader("signature", (), (sign,), signed)
    yield Reader(
        "index",
        ("concept_core.releases.index.read_index",),
        (corpus.index_file(corpus.fresh(place, "index")),),
        lambda folder, name: read_index(folder),
    )
    yield Reader(
        "lock",
        ("vocab_builder.release.lock.read_lock",),
        (Seed(folder.files, ("recipe.lock",)),),
        lambda folder, name: repr(read_lock(folder / name).sha256),
    )
    yield Reader(
        "import",
        (
            "concept_core.documents.parse_json",
            "concept_core.documents.read_json",
            "vocab_builder.formats.embeddings.read_embeddings",
            "vocab_builder.formats.text.read_csv",
            "vocab_builder.formats.text.read_json_list",
            "concept_core.releases.label_files.read_labels",
            "vocab_builder.formats.text.read_json_lines",
            "vocab_builder.formats.text.read_label_lines",
            "vocab_builder.formats.datasette.read_datasette",
            "vocab_builder.formats.parquet.read_parquet",
            "vocab_builder.formats.skos.read_skos",
            "vocab_builder.formats.importing.import_vocabulary",
            "vocab_builder.formats.archives.unpack_archive",
        ),
        tuple(seeds.values()),
        imported,
    )


def commands(place: Path) -> Iterator[Reader]:
    """Whole commands of the command line over a broken release."""
    from vocab_builder.cli import main

    texts = ["show {}", "show {} --json", "why dog {}", "verify {}", "check {}"]
    texts += ["diff {} demo@1.0.0", "diff demo@1.0.0 {}", "export {} --to csv -o {}/o.csv"]
    texts += ["release {} --dry-run", "import {} -o {}-imported"]
    commands = [text.split() for text in texts]

    def command(folder: Path, name: str) -> None:
        for words in commands:
            quiet = io.TextIOWrapper(io.BytesIO(), "utf-8")
            with contextlib.redirect_stdout(quiet), contextlib.suppress(SystemExit):
                main([word.format(folder) for word in words])

    def over_list(folder: Path, name: str) -> None:
        command(folder / name, "")

    release = corpus.exports(corpus.toy_release(), place)["folder"]
    words = "dog\n_\n...\nchurch bell\nbarking\n- -\n\U0001f514\n"
    yield Reader("commands over a list", (), (of_file("words.txt", words),), over_list)
    yield Reader("commands", (), (release, Seed(release.files, ("vocabulary.json",))), command)


def _sum_up(folder: Path) -> None:
    from concept_core.files import sha256_file

    names = sorted(path.name for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{sha256_file(folder / name)}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _write(folder: Path, seed: Seed) -> None:
    for name, content in seed.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
