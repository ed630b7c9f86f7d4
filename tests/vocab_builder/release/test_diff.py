from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.vocabulary import Concept, Vocabulary
from tests.toy import ToyEncoder
from vocab_builder.cli import main
from vocab_builder.release.diff import CHANGES, Covered, coverage, diff


def vocabulary(*labels: str, version: str = "1.0.0", **renamed: str) -> Vocabulary:
    concepts = (Concept(label, renamed.get(label, label), "word", 0) for label in labels)
    return Vocabulary("toy", version, tuple(concepts))


def told(before: Vocabulary, after: Vocabulary) -> list[tuple[str, str]]:
    return [(one.change, one.id) for one in diff(before, after).changes]


def test_each_kind_of_change() -> None:
    before = vocabulary("dog", "cat", "rain", "wind")
    after = vocabulary("cat", "rain", "dog", "horn", version="2.0.0", rain="rainfall")
    found = diff(before, after)
    assert [(one.change, one.before, one.after) for one in found.changes] == [
        ("added", None, "horn"),
        ("removed", "wind", None),
        ("renamed", "rain", "rainfall"),
        ("moved", "dog", "dog"),
    ]
    assert [(one.place_before, one.place_after) for one in found.changes] == [
        (None, 4), (4, None), (3, 2), (1, 3),
    ]  # fmt: skip
    assert (found.before, found.after, found.kept) == ("toy@1.0.0", "toy@2.0.0", 2)
    assert found.coverage_before is None


def test_nothing_changed() -> None:
    one = vocabulary("dog", "cat")
    assert told(one, one) == []
    assert told(vocabulary(), vocabulary()) == []


def test_what_is_only_pushed_down_has_not_moved() -> None:
    assert told(vocabulary("a", "b", "c"), vocabulary("x", "a", "b", "c")) == [("added", "x")]
    assert told(vocabulary("x", "a", "b"), vocabulary("a", "b")) == [("removed", "x")]


labels = st.lists(st.sampled_from("abcdefghij"), unique=True)


@given(labels, labels)
def test_laws(one: list[str], other: list[str]) -> None:
    before, after = vocabulary(*one), vocabulary(*other)
    found = diff(before, after)
    assert {change.id for change in found.of("added")} == set(other) - set(one)
    assert {change.id for change in found.of("removed")} == set(one) - set(other)
    stay = [label for label in one if label in other]
    moved = {change.id for change in found.of("moved")}
    # What has not moved is in the same order in both, and both directions move as many.
    assert [x for x in stay if x not in moved] == [x for x in other if x in stay and x not in moved]
    assert len(moved) == len(diff(after, before).of("moved"))


def test_what_each_change_does_to_coverage() -> None:
    before = vocabulary("a", "b", "old")
    after = vocabulary("a", "b", "new", b="b")
    axes = np.eye(4, dtype=np.float32)
    reference = np.array([[1, 0, 0, 0], [0, 0.6, 0.8, 0], [0, 0, 0.6, 0.8]], np.float32)
    covered = Covered(reference, axes[[0, 1, 3]], axes[[0, 1, 2]])
    found = diff(before, after, covered)
    assert found.coverage_before == pytest.approx((1 + 0.6 + 0.8) / 3)
    assert found.coverage_after == pytest.approx((1 + 0.8 + 0.6) / 3)
    (added,), (removed,) = found.of("added"), found.of("removed")
    assert added.coverage == pytest.approx((0.2 + 0.6) / 3)
    assert removed.coverage == pytest.approx(-0.8 / 3)


def test_what_a_renaming_does_to_coverage() -> None:
    before, after = vocabulary("a", "b"), vocabulary("a", "b", b="better")
    axes = np.eye(3, dtype=np.float32)
    reference = np.array([[0, 0, 1], [0, 0.8, 0.6]], np.float32)
    (renamed,) = diff(before, after, Covered(reference, axes[[0, 1]], axes[[0, 2]])).changes
    assert renamed.coverage == pytest.approx((1 + 0.6) / 2 - (0 + 0.8) / 2)


def test_one_atom_alone() -> None:
    axes = np.eye(2, dtype=np.float32)
    found = diff(vocabulary("a"), vocabulary("b"), Covered(axes[:1], axes[:1], axes[1:]))
    assert [one.coverage for one in found.changes] == [0.0, -1.0]
    assert coverage(axes[1:], axes[:1]) == 0.0


def test_frames_and_json() -> None:
    found = diff(vocabulary("a", "b"), vocabulary("b", "<i>"))
    frame = found.to_frame()
    assert list(frame["change"]) == ["added", "removed"]
    assert "&lt;i&gt;" in found._repr_html_()
    assert json.loads(json.dumps(found.to_dict()))["changes"][0]["after"] == "<i>"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def test_two_versions_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "diff", "demo@0.1.0", "demo@1.0.0", "--top", "3")
    assert code == 0
    assert out.startswith("demo@0.1.0 (629) -> demo@1.0.0 (630)\n")
    assert "... and 23 more (--top)" in out
    assert "coverage" not in out
    code, out, _ = run(capsys, "diff", "demo@0.1.0", "demo@1.0.0", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["kept"] + sum(one["change"] in CHANGES[2:3] for one in found["changes"]) <= 629


def test_coverage_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concept_core.encoders.load_encoder", lambda name, **how: ToyEncoder())
    for name, text in (("a", "rain\ndog\n"), ("b", "rain\nwind\n"), ("captions", "wind blows\n")):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    code, out, _ = run(
        capsys, "diff", tmp_path / "a.txt", tmp_path / "b.txt",
        "--reference", tmp_path / "captions.txt",
    )  # fmt: skip
    assert code == 0
    gained = float(out[out.index("(+") + 1 : out.index(")", out.index("(+"))])
    assert gained > 0.1
    assert run(capsys, "diff", "a", "b")[0] == 2


def test_the_same_twice_and_no_escape_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "a.txt", tmp_path / "b.txt"
    one.write_text("rain\n", encoding="utf-8")
    other.write_text("=cmd()\n\x1b[31mred\x07\n", encoding="utf-8")
    _, out, _ = run(capsys, "diff", one, one)
    assert "the same concepts in the same order" in out
    _, out, _ = run(capsys, "diff", one, other)
    assert "=cmd()" in out
    assert not set(out) & set("\x1b\x07")
