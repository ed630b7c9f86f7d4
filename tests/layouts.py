"""Folders laid out as each data set is, with sounds that tests make.

Each ``make_...`` fills a folder and returns what ``load_dataset`` takes. Every class has a pitch
of its own, so that an encoder that really listens can tell the classes apart; a clip's noise
depends on its name alone. Classes whose names come with the files are few: dog, rain and so on.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from concept_core.datasets import dataset_info
from tests.esc50_layout import HEADER, line

RATE = 16_000
SECONDS = 0.25
MIDS = {"Speech": "/m/09x0r", "Dog": "/m/0bt9lr", "Rain": "/m/06mb1", "Bell": "/m/0395lw"}
CAPTION_FORMS = ("a {} far away", "a {} close by", "the {} again", "some {}", "one {} in a room")


def write_wav(path: Path, pitch: int = 0, rate: int = RATE, seconds: float = SECONDS) -> Path:
    """A tone of the ``pitch``-th semitone above 220 Hz in some noise, as 16-bit samples."""
    import soundfile

    rng = np.random.default_rng(zlib.crc32(path.name.encode("utf-8")))
    times = np.arange(int(rate * seconds)) / rate
    tone = 0.3 * np.sin(2 * np.pi * 220.0 * 2 ** (pitch / 12) * times)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone + 0.02 * rng.standard_normal(times.size), rate, subtype="PCM_16")
    return path


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    return path


def write_json(path: Path, value: object) -> Path:
    return write_lines(path, [json.dumps(value)])


def make_esc50(folder: Path, folds: Sequence[int] = (1, 2), names: Sequence[str] = ()) -> Path:
    """One clip a class and fold; ``names`` are the classes, all fifty unless some are asked."""
    classes = dataset_info("esc50").classes
    rows = []
    for fold in folds:
        for name in names or classes:
            label = classes.index(name)
            clip = write_wav(folder / "audio" / f"{fold}-{label:05}-A-{label}.wav", label)
            rows.append(line(clip.name, fold, name))
    write_lines(folder / "meta" / "esc50.csv", [HEADER, *rows])
    return folder


def make_urbansound8k(folder: Path, folds: Sequence[int] = (1, 2)) -> Path:
    """One clip a class and fold."""
    rows = []
    for fold in folds:
        for label, name in enumerate(dataset_info("urbansound8k").classes):
            clip = write_wav(
                folder / "audio" / f"fold{fold}" / f"{1000 + fold}-{label}-0-0.wav", label
            )
            word = name.replace(" ", "_")
            rows.append(f"{clip.name},{1000 + fold},0.0,0.25,1,{fold},{label},{word}")
    header = "slice_file_name,fsID,start,end,salience,fold,classID,class"
    write_lines(folder / "metadata" / "UrbanSound8K.csv", [header, *rows])
    return folder


def make_dcase2017_task4(folder: Path, parts: Sequence[str] = ("training", "evaluation")) -> Path:
    """One clip a class and part; each second clip has the class after its own too."""
    classes = dataset_info("dcase2017-task4").classes
    segments = "unbalanced_train_segments_{}_set_audio_formatted_and_segmented_downloads"
    for part in parts:
        audio = folder / segments.format(part)
        if part == "evaluation":
            audio = folder / "evaluation_set_formatted_audio_segments"
        rows = []
        for label, name in enumerate(classes):
            clip = f"-{part[:4]}{label:06}_30.000_40.000.wav"
            write_wav(audio / f"Y{clip}", label)
            rows.append(f"{clip}\t30.000\t40.000\t{name}")
            if label % 2:
                rows.append(f"{clip}\t30.000\t40.000\t{classes[(label + 1) % len(classes)]}")
        write_lines(folder / f"groundtruth_weak_label_{part}_set.csv", sorted(rows))
    return folder


def make_audioset(folder: Path) -> Path:
    """Four classes, six evaluation clips with one or two of them."""
    mids = list(MIDS.values())
    labels = [f'{index},{mid},"{name}"' for index, (name, mid) in enumerate(MIDS.items())]
    write_lines(folder / "class_labels_indices.csv", ["index,mid,display_name", *labels])
    rows = [
        "# Segments csv",
        "# num_ytids=6",
        "# YTID, start_seconds, end_seconds, positive_labels",
    ]
    for number in range(6):
        clip = f"--eval{number:05}"
        write_wav(folder / "audio" / f"{'Y' if number % 2 else ''}{clip}.wav", number % 4)
        tags = [mids[number % 4], *([mids[(number + 1) % 4]] if number > 3 else [])]
        rows.append(f'{clip}, 30.000, 40.000, "{",".join(tags)}"')
    write_lines(folder / "eval_segments.csv", rows)
    return folder


def make_vocalsound(folder: Path, clips: int = 2, audio: str = "audio_44k") -> Path:
    """``clips`` of each class in each split."""
    mids = ("/m/01j3sz", "/m/07plz5l", "/m/01b_21", "/m/0dl9sf8", "/m/01hsr_", "/m/07ppn3j")
    names = dataset_info("vocalsound").classes
    for part, name in enumerate(("tr", "val", "te")):
        rows = []
        for number in range(clips):
            for label, mid in enumerate(mids):
                clip = f"f{part}{number:03}_0_{names[label].replace(' ', '')}.wav"
                write_wav(folder / audio / clip, label)
                rows.append({"wav": f"/data/authors/audio_16k/{clip}", "labels": mid})
        write_json(folder / "datafiles" / f"{name}.json", {"data": rows})
    return folder


def make_tut2017(folder: Path, folds: Sequence[int] = (1, 2)) -> Path:
    """One clip a scene and fold, and one a scene of the evaluation set."""
    scenes = [
        *("beach", "bus", "cafe/restaurant", "car", "city_center", "forest_path"),
        *("grocery_store", "home", "library", "metro_station", "office", "park"),
        *("residential_area", "train", "tram"),
    ]
    development = folder / "TUT-acoustic-scenes-2017-development"
    evaluation = folder / "TUT-acoustic-scenes-2017-evaluation"
    lists = {development / "evaluation_setup" / f"fold{fold}_evaluate.txt": fold for fold in folds}
    for path, fold in {**lists, evaluation / "evaluation_setup" / "evaluate.txt": 9}.items():
        rows = []
        for label, scene in enumerate(scenes):
            clip = write_wav(path.parent.parent / "audio" / f"b{fold}{label:02}_0_10.wav", label)
            rows.append(f"audio/{clip.name}\t{scene}")
        write_lines(path, rows)
    return folder


def make_clotho(folder: Path, clips: int = 6, parts: Sequence[str] = ("evaluation",)) -> Path:
    """``clips`` a part with five captions; the first clip's name begins with a space."""
    words = dataset_info("urbansound8k").classes
    for part in parts:
        rows = ["file_name,caption_1,caption_2,caption_3,caption_4,caption_5"]
        for number in range(clips):
            word = words[number % len(words)]
            name = f"{'' if number else ' '}{word}, {part} {number}.wav"
            write_wav(folder / part / name, number % len(words))
            rows.append(",".join([f'"{name}"', *(form.format(word) for form in CAPTION_FORMS)]))
        write_lines(folder / f"clotho_captions_{part}.csv", rows)
    return folder


def make_audiocaps(folder: Path, clips: int = 4, parts: Sequence[str] = ("test",)) -> Path:
    """``clips`` a part, named in each of the three ways; five captions each, one in ``train``."""
    words = dataset_info("urbansound8k").classes
    for part in parts:
        rows, forms = ["audiocap_id,youtube_id,start_time,caption"], CAPTION_FORMS
        for number in range(clips):
            word, clip = words[number % len(words)], f"-{part}{number:06}"
            file = (clip, f"Y{clip}", f"{clip}_30")[number % 3]
            write_wav(folder / "audio" / f"{file}.wav", number % len(words))
            for place, form in enumerate(forms[:1] if part == "train" else forms):
                rows.append(f'{10 * number + place},{clip},30,"{form.format(word)}"')
        write_lines(folder / f"{part}.csv", rows)
    return folder


def make_fsd50k(folder: Path, clips: int = 6) -> Path:
    """Four classes; ``clips`` of the development set, every third in ``val``, and of ``eval``."""
    classes = ("Bark", "Dog", "Wild_animals", "Rain_and_drizzle")
    truth = folder / "FSD50K.ground_truth"
    words = [f"{index},{name},/m/{index:03}" for index, name in enumerate(classes)]
    write_lines(truth / "vocabulary.csv", words)
    for part, header in (("dev", "fname,labels,mids,split"), ("eval", "fname,labels,mids")):
        rows = [header]
        for number in range(clips):
            name = f"{'12'[part == 'eval']}{number:04}"
            write_wav(folder / f"FSD50K.{part}_audio" / f"{name}.wav", number % 4)
            labels = [number % 4, *([1] if number % 4 == 0 else [])]
            tags = ",".join(classes[label] for label in labels)
            mids = ",".join(f"/m/{label:03}" for label in labels)
            split = f",{'val' if number % 3 == 2 else 'train'}" if part == "dev" else ""
            rows.append(f'{name},"{tags}","{mids}"{split}')
        write_lines(truth / f"{part}.csv", rows)
    return folder


def make_gtzan(folder: Path) -> Path:
    """Four excerpts a genre: three in the lists, one that only the folder has."""
    names = [name.replace(" ", "") for name in dataset_info("gtzan").classes]
    for number, part in enumerate(("train", "valid", "test", "")):
        rows = []
        for label, genre in enumerate(names):
            write_wav(folder / "genres" / genre / f"{genre}.{number:05}.wav", label)
            rows.append(f"{genre}/{genre}.{number:05}.wav")
        if part:
            write_lines(folder / f"{part}_filtered.txt", rows)
    return folder


def make_nsynth(folder: Path, parts: Sequence[str] = ("train", "test")) -> Path:
    """One note a family and part."""
    for part in parts:
        notes = {}
        for label, family in enumerate(dataset_info("nsynth").classes):
            word = family.replace(" ", "_")
            name = f"{word}_synthetic_{label:03}-{60 + label:03}-{len(part):03}"
            write_wav(folder / f"nsynth-{part}" / "audio" / f"{name}.wav", label)
            notes[name] = {
                "instrument_family": label,
                "instrument_family_str": word,
                "note_str": name,
                "pitch": 60 + label,
            }
        write_json(folder / f"nsynth-{part}" / "examples.json", notes)
    return folder


def make_folder(folder: Path, clips: int = 2) -> Path:
    """Classes ``dog_bark`` and ``rain``, one with a folder below, and a note to people."""
    for label, name in enumerate(("dog_bark", "rain")):
        for number in range(clips):
            below = Path("more") if number else Path()
            write_wav(folder / name / below / f"{name}-{number}.wav", label)
    write_lines(folder / "README.txt", ["two classes"])
    return folder


def make_table(
    folder: Path, header: str = "path,label,split", rows: Sequence[str] | None = None
) -> Path:
    """A csv file and, in ``sounds/``, the clips a, b, c and d."""
    for number, name in enumerate("abcd"):
        write_wav(folder / "sounds" / f"{name}.wav", number)
    if rows is None:
        rows = [
            "sounds/a.wav,dog bark,train",
            "sounds/b.wav,rain,train",
            "sounds/c.wav,dog bark,test",
            "sounds/d.wav,rain,test",
        ]
    return write_lines(folder / "clips.csv", [header, *rows])
