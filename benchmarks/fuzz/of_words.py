"""Readers of captions, words, decisions and the tables of data sets."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.fuzz import corpus
from benchmarks.fuzz.corpus import Seed, of_file
from benchmarks.fuzz.reader import Call, Reader
from tests import layouts


def words(place: Path) -> Iterator[Reader]:
    """Captions, words, decisions, and what is piped in."""
    from concept_core.datasets.caption_files import read_caption_file, read_captions
    from concept_core.measures.reference import read_items
    from concept_core.releases.specifiers import load_vocabulary
    from concept_core.tasks.items import class_names
    from vocab_builder.curation.decision_files import read_decisions
    from vocab_builder.curation.queue_file import take_queue
    from vocab_builder.sources import parse_source
    from vocab_builder.stages.candidates import read_candidates

    def source(kind: str, **options: Any) -> Call:
        def mine(folder: Path, name: str) -> None:
            entry = parse_source({"kind": kind, "path": name, **options}, folder, name)
            entry.source("fuzz", folder / name)

        return mine

    words = "# mine\n" + "".join(
        f"{word}\t{9 - place}\n" for place, word in enumerate(corpus.WORDS)
    )
    table = "file_name,caption_1,caption_2\n"
    table += "".join(f"{word}.wav,a {word},the {word} again\n" for word in corpus.WORDS)
    clips = [{"id": word, "caption": f"a {word}", "tags": [word, "sound"]} for word in corpus.WORDS]
    yaml = "files:\n"
    for word in corpus.WORDS:
        yaml += f"- filename: {word}.wav\n  annotations:\n  - sentence: a {word}\n    tags: [x]\n"
    lines = "".join(f"{json.dumps(one)}\n" for one in clips)
    captions = (
        of_file("c.csv", table),
        of_file("c.tsv", table.replace(",", "\t")),
        of_file("c.json", corpus.json_text({"data": clips})),
        of_file("c.jsonl", lines),
        of_file("c.yaml", yaml),
        of_file("c.txt", words),
    )

    ways: list[Call] = [
        lambda folder, name: list(read_captions(folder / name)),
        lambda folder, name: read_caption_file(folder / name),
        lambda folder, name: read_items(folder / name, most=3, seed=1),
        source("captions", tagger="none"),
    ]

    def caption_file(folder: Path, name: str) -> None:
        """One way for each input: the limits are of one."""
        ways[zlib.crc32((folder / name).read_bytes()) % len(ways)](folder, name)

    yield Reader(
        "captions",
        (
            "concept_core.documents.parse_yaml",
            "concept_core.datasets.caption_files.read_captions",
            "concept_core.datasets.caption_files.read_caption_file",
            "concept_core.datasets.caption_files.read_rows",
            "concept_core.text.files.read_lines",
            "concept_core.text.files.parse_heads",
            "concept_core.text.files.read_json_lines",
            "concept_core.text.files.read_table",
            "concept_core.text.files.read_fields",
            "concept_core.text.files.read_json",
            "concept_core.text.files.parse_json",
            "concept_core.measures.reference.read_items",
            "concept_core.measures.reference.read_reference",
        ),
        captions,
        caption_file,
    )
    tags = (
        of_file("t.json", corpus.json_text({one["id"]: one for one in clips})),
        captions[0],
        captions[3],
    )
    yield Reader("tags", (), tags, source("tags"))
    node: dict[str, Any] = {"id": "/m/0bt9lr", "name": "Dog", "description": "Sounds of a dog."}
    node |= {"citation_uri": "", "child_ids": ["/m/05tny_"], "restrictions": []}
    bark = {**node, "id": "/m/05tny_", "name": "Bark", "child_ids": [], "restrictions": ["blank"]}
    labels = "index,mid,display_name\n0,/m/0bt9lr,Dog\n1,/m/05tny_,Bark\n"
    yield Reader(
        "ontology",
        (),
        (of_file("ontology.json", corpus.json_text([node, bark])), of_file("labels.csv", labels)),
        source("audioset"),
    )
    entry: dict[str, Any] = {"Category": "ANIMALS", "SubCategory": "DOG", "CatID": "ANMLDog"}
    entry |= {"CatShort": "ANML", "Explanations": "", "Synonyms": ["bark", "howl"]}
    cat = {**entry, "SubCategory": "CAT", "CatID": "ANMLCat"}
    rows = ["Category,SubCategory,CatID,CatShort,Explanations,Synonyms - Comma Separated"]
    rows += ['ANIMALS,DOG,ANMLDog,ANML,x,"bark, howl"']
    ucs = [of_file("ucs.json", corpus.json_text([entry, cat]))]
    ucs += [of_file("ucs.csv", "\n".join(rows) + "\n"), of_file("ucs.xlsx", _workbook(rows))]
    yield Reader(
        "ucs", ("vocab_builder.sources.ucs_files.read_entries",), tuple(ucs), source("ucs")
    )
    covers = ("concept_core.text.word_lists.read_word_list",)
    yield Reader("word list", covers, (captions[5],), source("wordlist"))
    yield Reader(
        "text as vocabulary",
        (),
        (captions[5],),
        lambda folder, name: load_vocabulary(folder / name),
    )
    yield Reader(
        "class names",
        ("concept_core.tasks.items.class_names",),
        (captions[5],),
        lambda folder, name: class_names(str(folder / name)),
    )
    decisions = "label,action,to,reason,by,at\ndog,keep,,good,me,2026-01-02T03:04:05Z\n"
    decisions += "cat,rename,kitten,,me,2026-01-02T03:04:06Z\nrain,note,wet,,me,\n"
    yield Reader(
        "decisions",
        (
            "vocab_builder.curation.decision_files.read_decisions",
            "vocab_builder.curation.sheet.read_sheet",
        ),
        (of_file("decisions.csv", decisions),),
        lambda folder, name: read_decisions([folder / name]),
    )
    yield Reader(
        "queue",
        ("vocab_builder.curation.queue_file.take_queue",),
        (of_file("queue.csv", decisions),),
        lambda folder, name: take_queue(folder / name, "me"),
    )
    score = {"flag": None, "stage": "form", "threshold": 0.5, "twin": None, "value": 1}
    found: dict[str, Any] = {
        "count": 2,
        "evidence": [{"count": 2, "locator": "x:1", "source": "a"}],
    }
    found |= {"kind": "noun", "links": [], "scores": [score]}
    piped = "".join(f"{json.dumps({**found, 'label': word})}\n" for word in corpus.WORDS)
    yield Reader(
        "standard input",
        (
            "vocab_builder.stages.candidates.read_candidates",
            "vocab_builder.stages.candidates.parse_candidate",
        ),
        (of_file("in.jsonl", piped),),
        lambda folder, name: list(read_candidates(io.BytesIO((folder / name).read_bytes()), name)),
    )


def datasets(place: Path) -> Iterator[Reader]:
    """The tables of data sets."""
    from concept_core.datasets import load_dataset

    makers: dict[str, Callable[[Path], object]] = {
        "esc50": lambda folder: layouts.make_esc50(folder, names=("dog", "rain")),
        "urbansound8k": lambda folder: layouts.make_urbansound8k(folder, (10,)),
        "dcase2017-task4": layouts.make_dcase2017_task4,
        "audioset": layouts.make_audioset,
        "vocalsound": layouts.make_vocalsound,
        "tut2017": lambda folder: layouts.make_tut2017(folder, (1,)),
        "clotho": layouts.make_clotho,
        "audiocaps": layouts.make_audiocaps,
        "fsd50k": layouts.make_fsd50k,
        "gtzan": layouts.make_gtzan,
        "nsynth": layouts.make_nsynth,
        "table": layouts.make_table,
    }
    for name, make in makers.items():
        folder = corpus.fresh(place, name)
        make(folder)
        whole = corpus.of_folder(folder)
        files = {path: text for path, text in whole.files.items() if not path.endswith(".wav")}

        def load(folder: Path, target: str, name: str = name) -> None:
            at = folder / "clips.csv" if name == "table" else folder
            load_dataset(name, at, sounds=False).content_hash()

        covers = (
            "concept_core.datasets.load_dataset",
            "concept_core.datasets.tables.read_table",
            "concept_core.datasets.table.load_table",
        )
        yield Reader(f"data set {name}", covers, (Seed(files, tuple(files)),), load)


def _workbook(rows: list[str]) -> bytes:
    import csv

    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in csv.reader(rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()
