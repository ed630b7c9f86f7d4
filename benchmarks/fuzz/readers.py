"""Every reader of data from outside, in one place.

A new reader joins by an entry in one of the modules ``of_...``;
``tests/benchmarks/test_fuzz_readers.py`` finds functions that have neither an entry nor a reason
in `NO_BORDERS`.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.fuzz import of_clips, of_documents, of_files, of_releases, of_words
from benchmarks.fuzz.corpus import fresh
from benchmarks.fuzz.reader import Reader

_STORE = "gives bytes, which parse_sums and verify_release read"
NO_BORDERS = {
    "concept_core.datasets.folder.load_folder": "names of files; load_clip reads the sounds",
    "concept_core.doctor.row_checks.RowInputs.read": "through read_rows",
    "concept_core.encoders.htsat.read_sizes": "shapes of weights that read_state gave",
    "concept_core.encoders.laion._Roberta.from_pretrained": "an architecture without weights",
    "concept_core.encoders.runtime.open_session": "a model whose sha256 is pinned",
    "concept_core.engine.registry.open_engine": "an engine by its name",
    "concept_core.files.open_file": "gives bytes or text, which others read",
    "concept_core.files.read_bytes": "gives bytes, which others read",
    "concept_core.files.read_text": "gives text, which others read",
    "concept_core.releases.label_files.import_command": "the line to type",
    "concept_core.resources.nltk_data.take_own": "through NLTK, which reads its own files",
    "concept_core.resources.unpacking.unpack": "through extract_archive",
    "concept_core.stores.access.read": "gives bytes, which others read",
    "concept_core.stores.access.read_range": "gives bytes, which others read",
    "concept_core.stores.base.FilePlace.read": "gives bytes, which others read",
    "concept_core.stores.folders.Folders.read": "gives bytes, which others read",
    "concept_core.stores.others.FsspecObjects.read": "gives bytes, which others read",
    "concept_core.stores.s3.S3Objects.read": "gives bytes, which others read",
    "concept_core.tasks.request.load": "through load_dataset and read_caption_file",
    "concept_core.values.from_data": "data that a reader has read; every reader above calls it",
    "vocab_builder.building.build.load_model": "through load_encoder",
    "vocab_builder.building.drafting.open_session": "through Recipe.read",
    "vocab_builder.curation.session.Session.take": "through take_queue",
    "vocab_builder.publish.archive.ArchiveStore.read": _STORE,
    "vocab_builder.publish.directory.DirectoryStore.read": _STORE,
    "vocab_builder.publish.directory.read_plain": _STORE,
    "vocab_builder.publish.git.GitStore.read": _STORE,
    "vocab_builder.publish.http.HttpStore.read": _STORE,
    "vocab_builder.publish.hub.HubStore.read": _STORE,
    "vocab_builder.publish.publishing.load_package": "through verify_release and Release.load",
    "vocab_builder.publish.s3.S3Store.read": _STORE,
    "vocab_builder.publish.store.Store.read": _STORE,
    "vocab_builder.selection.base.take": "candidates in memory",
    "vocab_builder.sources.transcripts.Transcripts.read": "what a model heard, in memory",
    "vocab_builder.words.form_rules.load_forms": "a rule by its name",
    "vocab_builder.words.lists.read_words": "a list of this package",
}
"""Functions that look like readers of data from outside and are none, and why."""


def readers(place: Path) -> list[Reader]:
    """All readers, their corpus made in an empty folder."""
    return [
        *of_releases.releases(fresh(place, "releases")),
        *of_files.rows(fresh(place, "rows")),
        *of_documents.documents(fresh(place, "documents")),
        *of_words.words(fresh(place, "words")),
        *of_words.datasets(fresh(place, "datasets")),
        *of_clips.clips(fresh(place, "clips")),
        *of_files.sounds(),
        *of_files.archives(),
        *of_documents.texts(),
        *of_releases.commands(fresh(place, "commands")),
    ]
