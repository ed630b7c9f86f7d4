"""The files of the resources ``clap-esc50`` and ``clap-fsd50k-labels``: made up, or from real rows.

Names and layout are those of the published files; sizes and checksums are not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.clap_rows import RealRows, real_rows
from concept_core.datasets import dataset_info
from concept_core.resources import Resource, fetch, load_catalog
from tests.resources_toy import Site

CLIPS, LABELS = "clap-esc50", "clap-fsd50k-labels"
NAMES = sorted(name.replace(" ", "_") for name in dataset_info("esc50").classes)
OTHERS = ("accordion", "drawer_open_or_close", "bathtub_(filling_or_washing)", "hi-hat", "purr")
Files = dict[str, dict[str, bytes]]


def _npy(array: np.ndarray) -> bytes:
    handle = io.BytesIO()
    np.save(handle, array)
    return handle.getvalue()


def published(
    clips: Sequence[tuple[str, int, str]],
    audio: np.ndarray,
    prompts: np.ndarray,
    labels: Sequence[str],
    label_rows: np.ndarray,
) -> Files:
    """The files of both resources; clips are (file name, fold, class name with underscores)."""
    codes = {name.replace(" ", "_"): n for n, name in enumerate(dataset_info("esc50").classes)}
    lines = ["audio_filename,audio_path,caption,class_name,target,fold"]
    for filename, fold, name in clips:
        caption = f"This is a sound of {name.replace('_', ' ')}."
        lines.append(f"{filename},/of/somebody/{filename},{caption},{name},{codes[name]},{fold}")
    return {
        CLIPS: {
            "audio_embeddings.npy": _npy(audio),
            "class_text_embeddings.npy": _npy(prompts),
            "class_names.txt": "\n".join(NAMES).encode(),
            "metadata.csv": ("\n".join(lines) + "\n").encode(),
        },
        LABELS: {
            # Published as columns.
            "class_clap_text_embedding_fsd50k.npy": _npy(label_rows.T.astype(np.float64)),
            "fsd50k_all_class.txt": "\n".join(labels).encode(),
        },
    }


def made_up(dim: int = 48, each: int = 2, folds: int = 3) -> Files:
    """Clips near their class, labels near the class of their name; both in cones of their own."""
    rng = np.random.default_rng(0)
    classes = rng.standard_normal((len(NAMES), dim))
    sound, label, prompt = 8 * np.linalg.qr(rng.standard_normal((dim, 3)))[0].T
    clips, rows = [], []
    for fold in range(1, folds + 1):
        for place, name in enumerate(NAMES):
            for take in "AB"[:each]:
                clips.append((f"{fold}-{place}-{take}-0.wav", fold, name))
                rows.append(sound + classes[place] + 0.5 * rng.standard_normal(dim))
    others = rng.standard_normal((len(OTHERS), dim))
    return published(
        clips,
        np.array(rows, np.float32),
        np.asarray(prompt + classes, np.float32),
        [*NAMES, *OTHERS],
        label + np.concatenate([classes, others]),
    )


def of_shared(shared: Path) -> Files:
    """The real rows that the shared data hold: folds 1-3, and all texts."""
    folder = shared / "data" / "clap_real"
    with np.load(folder / "esc50_folds_1-3.npz") as clips, np.load(folder / "texts.npz") as texts:
        listed = zip(clips["filename"], clips["fold"], clips["category"], strict=True)
        return published(
            [(str(filename), int(fold), str(name)) for filename, fold, name in listed],
            clips["audio"],
            texts["esc50"],
            [str(name) for name in texts["fsd50k_names"]],
            texts["fsd50k"],
        )


def write(files: Files, folder: Path) -> Path:
    """A folder for each resource, for ``--from``."""
    for name, members in files.items():
        (folder / name).mkdir(parents=True)
        for member, data in members.items():
            (folder / name / member).write_bytes(data)
    return folder


@contextmanager
def fetched_rows(folder: Path, folds: int) -> Iterator[RealRows]:
    """Made-up rows of so many folds as the fetched resources hold them, in a home of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONOLEX_HOME", str(folder / "home"))
        write(made_up(folds=folds), folder / "own")
        for name in (CLIPS, LABELS):
            fetch(name, own=folder / "own" / name)
        with real_rows(folder / "nothing") as rows:
            yield rows


def served(files: Files, site: Site) -> dict[str, Resource]:
    """A catalog of both resources as they come from a loopback server; nothing is pinned."""
    catalog = {}
    for name, members in files.items():
        real = load_catalog()[name]
        parts = []
        for part in real.parts:
            path = "/" + part.origin.split("/", 3)[3]
            (member,) = part.members
            site.files[path] = members[member.name]
            free = replace(member, sha256=None)
            parts.append(
                replace(part, origin=site.url + path, sha256=None, size=None, members=(free,))
            )
        catalog[name] = replace(real, parts=tuple(parts))
    return catalog
