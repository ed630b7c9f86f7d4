"""Rows from outside: nothing is found where nothing is wrong, and one thing where one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from concept_core.doctor.encoder import CHECKS, CheckResult, check_encoder, run_row_checks
from concept_core.doctor.row_checks import ROW_CHECKS
from concept_core.encoders import load_encoder
from concept_core.encoders.base import unit

DIM, SOUNDS, TEXTS = 32, 60, 40
Array = NDArray[np.float32]


def cone(seed: int, count: int, *, share: float = 0.5) -> Array:
    """Unit rows around a direction of their own, as one side of CLAP's space."""
    draw = np.random.default_rng(seed)
    axis, rows = draw.standard_normal(DIM), draw.standard_normal((count, DIM))
    return unit((share * axis + (1 - share) * rows).astype(np.float32))


def made_labels(count: int) -> list[str]:
    return [f"{chr(97 + place % 26)}{chr(97 + place // 26)} noise" for place in range(count)]


@dataclass
class Given:
    """Sound rows, of which a test spoils something."""

    audio: Array = field(default_factory=lambda: cone(1, SOUNDS))
    text: Array = field(default_factory=lambda: cone(2, TEXTS))
    texts: list[str] = field(
        default_factory=lambda: [f"The sound of {label}." for label in made_labels(TEXTS)]
    )

    def results(self, folder: Path) -> dict[str, CheckResult]:
        file = folder / "rows.npz"
        clips = [f"{place}.wav" for place in range(len(self.audio))]
        np.savez(
            file, audio=self.audio, audio_ids=clips, text=self.text, text_ids=np.array(self.texts)
        )
        return {one.code: one for one in check_encoder(f"precomputed:{file}").checks}


def test_nothing_is_wrong_with_sound_rows(tmp_path: Path) -> None:
    found = Given().results(tmp_path)
    assert list(found) == ["D01", *ROW_CHECKS]
    assert {one.status for one in found.values()} == {"ok"}, found
    assert "60 sounds and 40 texts" in found["D25"].message
    assert "'The sound of {label}.' (40 texts)" in found["D26"].message


def _first(rows: Array, times: float) -> Array:
    return np.concatenate([times * rows[:1], rows[1:]]).astype(np.float32)


def _again(rows: Array) -> Array:
    """The first row also stands last, but for what a batch changes."""
    return np.concatenate([rows[:-1], rows[:1] + np.float32(1e-7)])


def _centred(rows: Array) -> Array:
    return unit(rows - rows.mean(axis=0))


def _no_stop(given: Given) -> None:
    given.texts[10:] = [text.removesuffix(".") for text in given.texts[10:]]


def _few(given: Given) -> None:
    given.audio = given.audio[:19]


def _underscores(given: Given) -> None:
    given.texts[3:9] = [text.replace(" noise", "_noise") for text in given.texts[3:9]]


def _set(name: str, change: Callable[[Array], Array]) -> Callable[[Given], None]:
    return lambda given: setattr(given, name, change(getattr(given, name)))


FAULTS: dict[str, tuple[str, Callable[[Given], None], str, tuple[str, ...]]] = {
    "a row next to zero": (
        "D21", _set("audio", lambda x: _first(x, 1e-4)), "warning",
        ("1 of 60 are next to zero, such as '0.wav'", "texts are unit rows"),
    ),
    "a sound twice": (
        "D22", _set("audio", _again), "warning",
        ("1 of 60 sounds repeat another row: '59.wav' = '0.wav'",),
    ),
    "one row for every text": (
        "D22", _set("text", lambda x: np.repeat(x[:1], len(x), axis=0)), "failed",
        ("39 of 40 texts repeat another row", "all texts have one row"),
    ),
    "before the projection": (
        "D23", _set("audio", lambda x: cone(1, SOUNDS, share=0.8)), "warning",
        ("sounds nearly all point one way", "after the model's projection"),
    ),
    "texts alone centred": (
        "D24", _set("text", _centred), "warning", ("sounds are raw", "texts are centred"),
    ),
    "few sounds": (
        "D25", _few, "warning",
        ("19 sounds and 40 texts", "needs at least 20; add sounds of your own"),
    ),
    "two ways of one wording": (
        "D26", _no_stop, "warning",
        (
            "one prompt written in 2 ways: 'The sound of {label}' (30 texts),"
            " 'The sound of {label}.' (10 texts)",
        ),
    ),
    "underscores": (
        "D27", _underscores, "warning",
        ("6 of 40 texts have underscores, such as 'The sound of da_noise.'", "as words"),
    ),
}  # fmt: skip


def _checked(path: Path) -> list[CheckResult]:
    return run_row_checks(path, load_encoder(f"precomputed:{path}"))


@pytest.mark.parametrize("name", FAULTS)
def test_each_check_finds_its_fault(name: str, tmp_path: Path) -> None:
    code, spoil, status, said = FAULTS[name]
    given = Given()
    spoil(given)
    found = given.results(tmp_path)
    assert found[code].status == status, found[code]
    for part in said:
        assert part in found[code].message
    # One row is its own mean, and so is what is nearly one.
    follows = {"one row for every text": {"D23", "D28"}}.get(name, set())
    others = {one.code for one in found.values() if one.status != "ok"} - {code}
    assert others == follows, found


def test_every_code_has_a_fault() -> None:
    assert {"D28"} | {code for code, *_ in FAULTS.values()} == set(ROW_CHECKS)


def test_what_a_centring_leaves_is_told(tmp_path: Path) -> None:
    found = Given().results(tmp_path)["D28"]
    assert found.status == "ok" and "0.00 of the mean of sounds is left" in found.message
    raw = load_encoder(f"precomputed:{tmp_path / 'rows.npz'}?centring=none")
    left = run_row_checks(tmp_path / "rows.npz", raw)[-1]
    assert left.code == "D28" and left.status == "warning"
    assert "leave centring=... out" in left.message


def test_rows_of_any_length_are_scaled(tmp_path: Path) -> None:
    given = Given()
    given.text = given.text * np.linspace(2, 5, TEXTS, dtype=np.float32)[:, None]
    found = given.results(tmp_path)["D21"]
    assert found.status == "ok"
    assert "texts have lengths of 2 to 5, which are scaled to 1" in found.message


def test_unit_rows_among_others_may_be_of_two_checkpoints(tmp_path: Path) -> None:
    given = Given()
    given.text = given.text * np.where(np.arange(TEXTS) < 15, 3.0, 1.0)[:, None].astype(np.float32)
    found = given.results(tmp_path)["D21"]
    assert found.status == "warning"
    assert f"{TEXTS - 15} of {TEXTS} are unit rows and the others are not" in found.message
    # Silence among unit rows is silence.
    given.text = given.text * np.where(np.arange(TEXTS) < 15, 1e-4, 1.0)[:, None].astype(np.float32)
    found = given.results(tmp_path)["D21"]
    assert "15 of 40 are next to zero" in found.message and "checkpoints" not in found.message


def test_rows_that_are_all_centred_are_well(tmp_path: Path) -> None:
    given = Given(audio=_centred(cone(1, SOUNDS)), text=_centred(cone(2, TEXTS)))
    found = given.results(tmp_path)["D24"]
    assert found.status == "ok" and "sounds are centred" in found.message


def test_a_label_that_ends_with_a_stop_is_no_other_way(tmp_path: Path) -> None:
    given = Given(texts=[f"The sound of {label}" for label in made_labels(TEXTS)])
    given.texts[5] = "The sound of bee, wasp, etc."
    assert given.results(tmp_path)["D26"].status == "ok"
    given.texts[6] = given.texts[5].removesuffix(".")
    found = given.results(tmp_path)["D26"]
    assert found.status == "warning"
    assert "1 of 40 texts differ from another by a full stop" in found.message


@pytest.mark.parametrize("kind", ["audio", "text"])
def test_one_kind_alone(kind: str, tmp_path: Path) -> None:
    given = Given()
    ids = given.texts if kind == "text" else [str(place) for place in range(SOUNDS)]
    np.savez(tmp_path / "rows.npz", **{kind: getattr(given, kind), f"{kind}_ids": np.array(ids)})
    found = {one.code: one for one in _checked(tmp_path / "rows.npz")}
    assert {one.code for one in found.values() if one.status != "ok"} == {"D25"}


def test_rows_that_cannot_be_read_skip_the_rest(tmp_path: Path) -> None:
    given = Given()
    given.audio[3] = 0
    found = given.results(tmp_path)
    assert found["D01"].status == "failed" and "'3.wav'" in found["D01"].message
    assert list(found) == ["D01", *ROW_CHECKS]
    assert {found[code].status for code in ROW_CHECKS} == {"skipped"}


def test_a_file_without_rows(tmp_path: Path) -> None:
    file = tmp_path / "rows.npz"
    np.savez(file, text=np.zeros((0, 4), np.float32), text_ids=np.array([], str))
    first, *others = _checked(file)
    assert (first.status, first.message) == ("failed", f"{file}: no rows")
    assert {one.status for one in others} == {"skipped"}


def test_codes_are_those_of_one_doctor() -> None:
    assert not set(CHECKS) & set(ROW_CHECKS)


def test_real_rows(shared: Path, tmp_path: Path) -> None:
    """LAION's rows of ESC-50 with both lists of texts that were published for them."""
    folder = shared / "data" / "clap_real"
    if not folder.is_dir():
        pytest.skip(f"no real CLAP rows at {folder}")
    sounds, texts = np.load(folder / "esc50_folds_1-3.npz"), np.load(folder / "texts.npz")
    file = tmp_path / "rows.npz"

    def found(*names: str) -> dict[str, CheckResult]:
        np.savez(
            file,
            audio=sounds["audio"],
            audio_ids=sounds["filename"],
            text=np.concatenate([texts[name] for name in names]).astype(np.float32),
            text_ids=np.concatenate([texts[f"{name}_prompts"] for name in names]),
        )
        return {one.code: one for one in _checked(file)}

    both = found("esc50", "fsd50k")
    assert {code for code, one in both.items() if one.status != "ok"} == {"D26", "D27"}
    said = both["D26"].message
    assert (
        "'This is a sound of {label}' (192 texts), 'This is a sound of {label}.' (50 texts), whose"
        " means have a cosine of 0.199" in said
    )
    assert "14 of 242 texts differ" in said and "(cosines 0.45 to 0.74)" in said
    assert "79 of 242 texts have underscores" in both["D27"].message
    assert "length 0.428 (sounds), 0.483 (texts)" in both["D23"].message
    assert both["D24"].message.startswith(
        "sounds are raw (mean cosine of two 0.182); texts are raw"
    )
    classes = found("esc50")
    assert {one.status for one in classes.values()} == {"ok"}, classes
    alone = found("fsd50k")
    assert {code for code, one in alone.items() if one.status != "ok"} == {"D27"}
    assert "(mean cosine among them 0.365, to the others 0.285)" in alone["D27"].message
