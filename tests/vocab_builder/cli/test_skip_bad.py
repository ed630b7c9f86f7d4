"""``--skip-bad`` where it is offered: on a reference too, and no advice where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.audio import BadClip, BadClipsError
from concept_core.errors import LeftOutWarning
from concept_core.measures.reference import read_reference
from tests.toy import ToyEncoder
from vocab_builder.comparison import compare


class Deaf(ToyEncoder):
    """Hears nothing in files whose name begins with ``bad``."""

    def encode_audio(self, clips):  # type: ignore[no-untyped-def]
        bad = [
            BadClip(place, str(clip), f"{clip}: broken")
            for place, clip in enumerate(clips)
            if Path(clip).name.startswith("bad")
        ]
        if bad:
            raise BadClipsError(bad, len(clips))
        return self.encode_text([Path(clip).stem for clip in clips])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "clips"
    place.mkdir()
    for name in ("bad.wav", "dog.wav", "rain.wav", "bell.wav"):
        (place / name).write_bytes(b"x")
    return place


def test_a_reference_leaves_bad_clips_out(folder: Path, tmp_path: Path) -> None:
    for name, words in (("a", "dog\nrain\n"), ("b", "bell\ncow\n")):
        (tmp_path / f"{name}.txt").write_text(words)
    lists = [tmp_path / "a.txt", tmp_path / "b.txt"]
    with pytest.raises(BadClipsError, match="--skip-bad leaves them out"):
        compare(lists, Deaf(), reference=folder, near=0.9)
    with pytest.warns(LeftOutWarning, match=r"left out: .*bad\.wav: broken"):
        found = compare(lists, Deaf(), reference=folder, near=0.9, skip_bad=True)
    assert found.reference is not None
    assert (found.reference["n"], found.reference["left_out"]) == (3, ["bad.wav"])


def test_what_offers_no_such_option_does_not_advise_it(folder: Path) -> None:
    with pytest.raises(BadClipsError) as caught:
        read_reference(folder, Deaf())
    assert "--skip-bad" not in str(caught.value)
