"""A session in memory over a real csv file, with 5,000 questions, that a test can start and kill.

    python -m tests.vocab_builder.curation.page.toy FOLDER SIZE

prints the address of the page.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import wave
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, MissingError, UsageError
from vocab_builder.curation.page import serve

HOSTILE = [
    "<script>alert(1)</script>",
    "café",
    "rock 'n' roll",
    "x" * 300,
    "a very long label " * 20 + "of many words",
    "<img src=x onerror=alert(1)>",
    "=cmd()",
    "صوت المطر",
    'quote " and \\ slash & <b>bold</b>',
    "null",
]
COLUMNS = ["label", "action", "to", "reason", "by", "at"]
SETTLING = ("keep", "drop", "rename", "merge")


class ToySession:
    """What the protocol of the page asks for; every decision is a line of the file."""

    def __init__(self, folder: Path, size: int) -> None:
        self.file = folder / "decisions.csv"
        self.folder = folder
        words = [f"sound {number:04d}" for number in range(size)]
        self.labels = [*words[:1], *HOSTILE, *words[1:]][:size]
        self.place = {label: place for place, label in enumerate(self.labels)}
        self.clip_ids: dict[str, Path] = {}

    def rows(self) -> list[dict[str, str]]:
        if not self.file.exists():
            return []
        with self.file.open(newline="", encoding="utf-8") as handle:
            return list(csv.DictReader(handle))

    def _write(self, rows: list[dict[str, str]]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        temporary = self.file.with_suffix(".tmp")
        with temporary.open("w", newline="", encoding="utf-8") as handle:
            handle.write(text.getvalue())
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, self.file)

    def _decisions(self) -> dict[str, dict[str, str]]:
        return {row["label"]: row for row in self.rows() if row["action"] in SETTLING}

    def _question(self, label: str, decisions: Mapping[str, dict[str, str]]) -> dict[str, Any]:
        place = self.place[label]
        kept = place % 2 == 0
        near = [self.labels[(place + step) % len(self.labels)] for step in (1, 2, 3, 7, 11)]
        return {
            "label": label,
            "kind": "phrase" if " " in label else "noun",
            "count": 6419 - place,
            "fate": "kept" if kept else "dropped",
            "rank": place // 2 + 1 if kept else None,
            "filter": None if kept else ("audibility" if place % 3 else "stop"),
            "reason": None if kept else ("silent" if place % 3 else "stop-list"),
            "doubts": [
                {
                    "code": "near-threshold",
                    "text": "Audibility is 0.012 from its threshold of 0.350.",
                },
                {"code": "one-source", "text": "Only one source has this phrase."},
            ][: 1 + place % 2],
            "neighbours": [
                {
                    "label": one,
                    "cosine": 0.91 - step / 20,
                    "fate": "kept" if step % 2 else "dropped",
                }
                for step, one in enumerate(near)
            ],
            "evidence": [
                {"source": "audiocaps-phrases", "locator": "train.csv:caption:4711", "count": 4711},
                {"source": "wordnet", "locator": "engine.n.01", "count": 1},
            ],
            "scores": [
                {
                    "stage": "audibility",
                    "value": 0.338,
                    "threshold": 0.35,
                    "twin": "ticktock",
                    "flag": None,
                },
                {
                    "stage": "redundancy",
                    "value": 0.871,
                    "threshold": 0.9,
                    "twin": near[0],
                    "flag": "overruled",
                },
                {
                    "stage": "selection:coverage",
                    "value": 12.5,
                    "threshold": None,
                    "twin": None,
                    "flag": None,
                },
            ],
            "senses": ["a device that moves", "something that causes"] if place % 3 == 0 else [],
            "sources": ["audiocaps-phrases", "wordnet"][: 1 + place % 2],
            "decision": decisions.get(label),
        }

    @staticmethod
    def _values(question: dict[str, Any], facet: str) -> list[str]:
        values = {
            "filter": [question["filter"] or "none"],
            "source": question["sources"],
            "doubt": [doubt["code"] for doubt in question["doubts"]],
        }
        if facet not in values:
            raise UsageError(f"no facet {facet!r}; there are: {', '.join(values)}")
        return list(values[facet])

    def questions(self, offset: int, limit: int, facets: Mapping[str, str]) -> dict[str, Any]:
        decisions = self._decisions()
        everything = [self._question(label, decisions) for label in self.labels]
        fitting = [
            question
            for question in everything
            if all(value in self._values(question, facet) for facet, value in facets.items())
        ]
        return {
            "total": len(fitting),
            "done": sum(question["decision"] is not None for question in fitting),
            "items": fitting[offset : offset + limit],
            "facets": {
                facet: dict(Counter(v for q in everything for v in self._values(q, facet)))
                for facet in ("filter", "source", "doubt")
            },
        }

    def search(self, text: str, limit: int = 50) -> list[dict[str, Any]]:
        text = text.casefold()
        hits = []
        for label in self.labels:
            low = label.casefold()
            if text in low:
                match = "exact" if low == text else "prefix" if low.startswith(text) else "part"
                fate = "dropped" if self.place[label] % 2 else "kept"
                hits.append({"label": label, "fate": fate, "match": match, "of": None})
        if text in "police siren":
            alias = {"label": "police siren", "fate": "alias", "match": "alias", "of": "café"}
            hits.append(alias)
        ranks = ["exact", "prefix", "part", "alias"]
        return sorted(hits, key=lambda hit: ranks.index(hit["match"]))[:limit]

    def item(self, label: str) -> dict[str, Any]:
        if label not in self.place:
            raise MissingError(f"no candidate {label!r}; search for it")
        question = self._question(label, self._decisions())
        clip = self._clip()
        self.clip_ids = {"0": clip}
        captions = [
            f"A {label} is heard while a dog barks",
            "An engine runs <b>loudly</b> & stops",
        ]
        history = [row for row in self.rows() if row["label"] == label]
        clips = [{"name": "rain <b>.wav", "cosine": 0.412, "id": "0"}]
        return {**question, "captions": captions, "clips": clips, "history": history}

    def _clip(self) -> Path:
        path = self.folder / "rain.wav"
        if not path.exists():
            with wave.open(str(path), "wb") as sound:
                sound.setparams((1, 2, 16000, 0, "NONE", ""))
                frames = [int(8000 * ((step // 20) % 2 - 0.5)) for step in range(16000)]
                sound.writeframes(b"".join(f.to_bytes(2, "little", signed=True) for f in frames))
        return path

    def clip(self, id: str) -> Path:
        if id not in self.clip_ids:
            raise MissingError(f"no clip {id!r} was listed")
        return self.clip_ids[id]

    def effects(self, label: str, action: str, to: str) -> dict[str, Any]:
        size = 2000 + {"keep": 1, "drop": -1, "merge": -1}.get(action, 0)
        enters, leaves = (["telephone"], [label]) if action == "drop" else ([label], ["moter"])
        return {
            "size": size, "coverage": 0.6637, "coverage_before": 0.664, "redundancy": 0.312,
            "redundancy_before": 0.312, "enters": enters, "leaves": leaves,
        }  # fmt: skip

    def decide(self, label: str, action: str, to: str = "", reason: str = "") -> dict[str, Any]:
        if label not in self.place:
            raise DataError(f"no candidate {label!r}")
        if action not in (*SETTLING, "note", "definition", "broader", "related"):
            raise UsageError(f"no action {action!r}")
        if (self.folder / "full").exists():
            raise OSError(28, "No space left on device")
        row = dict(zip(COLUMNS, (label, action, to, reason, "ada", "2026-08-01"), strict=True))
        self._write([*self.rows(), row])
        return {"decision": row, "effects": self.effects(label, action, to)}

    def undo(self) -> dict[str, Any]:
        rows = self.rows()
        if not rows:
            return {"undone": None}
        self._write(rows[:-1])
        return {"undone": rows[-1]}

    def progress(self) -> dict[str, int]:
        stat = self.file.stat().st_mtime_ns if self.file.exists() else 0
        return {"total": len(self.labels), "done": len(self._decisions()), "size": 2000,
                "version": stat}  # fmt: skip


if __name__ == "__main__":
    serve(
        ToySession(Path(sys.argv[1]), int(sys.argv[2])),
        open_browser=False,
        announce=lambda address: print(address, flush=True),  # noqa: T201
    )
