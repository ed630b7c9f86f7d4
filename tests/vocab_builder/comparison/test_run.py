from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.bench.bench import Bench
from concept_core.errors import DataError, UsageError
from concept_core.files import pretty_json
from concept_core.measures import measure_vocabulary
from concept_core.measures.reference import read_reference
from tests.compare_toy import NEAR, cards, compared, entries, reference
from tests.tasks_toy import SPEC, vocabulary
from tests.toy import FewWordsEncoder, ToyEncoder
from vocab_builder.comparison import compare
from vocab_builder.comparison.run import compare_entries


def test_everything_is_there_and_equal_calls_are_equal() -> None:
    made = entries()
    found = compared(made, reference=reference(), cards=cards(made))
    again = compared(made, reference=reference(), cards=cards(made))
    assert json.loads(pretty_json(found.to_dict())) == json.loads(pretty_json(again.to_dict()))
    assert [one.letter for one in found.vocabularies] == ["A", "B", "C"]
    assert [(one.first, one.second) for one in found.overlaps] == [
        ("A", "B"),
        ("A", "C"),
        ("B", "C"),
    ]
    assert len(found.says) == 6
    assert found.reference == {"name": "toy, folds 1", "kind": "clips", "found": 4, "n": 4}
    assert found.encoder["fingerprint"] == SPEC.fingerprint


def test_measures_are_those_of_each_alone() -> None:
    made, measured_on = entries(), reference()
    for one, (words, over) in zip(
        compared(made, reference=measured_on).vocabularies, made, strict=True
    ):
        assert one.measures == measure_vocabulary(over, measured_on.x, l0=1, cosines=(NEAR,))
        assert (one.vocabulary, one.size) == (words.specifier, len(words))


def test_without_a_reference_the_vocabularies_still_tell() -> None:
    made = entries()
    found, with_one = compared(made), compared(made, reference=reference())
    assert (found.reference, found.apart, found.says, found.scores) == (None, (), (), ())
    assert found.overlaps == with_one.overlaps
    for one, other in zip(found.vocabularies, with_one.vocabularies, strict=True):
        assert one.measures is None
        assert (one.redundancy, one.effective_rank, one.alone) == (
            other.redundancy,
            other.effective_rank,
            other.alone,
        )
    # storm is near to rain, and either has the other as its neighbour; hound is near to Dog.
    assert [one.redundancy for one in found.vocabularies] == pytest.approx([2 / 3, 2 / 3, 0])


def test_a_vocabulary_beside_itself() -> None:
    made = [entries()[0]] * 2
    found = compared(made, reference=reference(), cards=cards(made[:1]))
    assert [one.alone for one in found.vocabularies] == [(), ()]
    assert found.overlaps[0].shared == 3
    assert [row.name for row in found.scores[0].rows] == ["A"]


def test_a_frame_has_a_row_a_vocabulary() -> None:
    found = compared(entries(), reference=reference())
    frame = found.to_frame()
    assert frame.index.tolist() == ["A", "B", "C"]
    assert frame["coverage"].tolist() == [
        one.measures.coverage for one in found.vocabularies if one.measures
    ]
    assert frame.columns.is_unique
    assert "pets@0.1.0" in found._repr_html_()
    assert "coverage" not in compared(entries()).to_frame()


def test_what_cannot_be_compared() -> None:
    made = entries()
    with pytest.raises(UsageError, match="1 vocabularies; a comparison is of 2 to 26"):
        compared(made[:1])
    with pytest.raises(UsageError, match="27 vocabularies"):
        compared([made[0]] * 27)
    with pytest.raises(UsageError, match=r"near is a cosine between 0 and 1; got 1\.5"):
        compared(made, near=1.5)
    swapped = [(made[0][0], made[1][1]), made[1]]
    with pytest.raises(DataError, match=r"built from another vocabulary or encoder than pets@0"):
        compare_entries(swapped, SPEC, near=NEAR)


def test_from_python(tmp_path: Path) -> None:
    words = [vocabulary("dog", "rain", name="one"), vocabulary("dog", "bell", name="two")]
    captions = tmp_path / "captions.txt"
    captions.write_text("a dog barks\nheavy rain\n", encoding="utf-8")
    found = compare(words, ToyEncoder(), reference=captions, near=0.8, l0=1)
    assert found.reference == {"name": "captions.txt", "kind": "captions", "found": 2, "n": 2}
    reference = read_reference(captions, ToyEncoder())
    assert compare(words, ToyEncoder(), reference=reference, near=0.8, l0=1) == found
    assert repr(found) == "Comparison(A one@0.1.0, B two@0.1.0; toy, captions.txt)"
    table = tmp_path / "clips.csv"
    table.write_text("path,label\ndog.wav,dog\nrain.wav,rain\n", encoding="utf-8")
    for name in ("dog.wav", "rain.wav"):
        (tmp_path / name).touch()
    bench = Bench.of_dataset("table", ToyEncoder(), table)
    scored = compare(words, reference=bench, near=0.8, l0=1)
    assert scored.reference is not None and scored.reference["name"] == "table, folds all"
    assert [row.name for row in scored.scores[0].rows] == ["A", "B"]
    top = compare(words, ToyEncoder(), top=1, near=0.8)
    assert [one.size for one in top.vocabularies] == [1, 1]


def test_rows_that_lack_the_labelled_pairs_can_be_compared() -> None:
    """Nothing tells from which cosine on their labels say one thing: none is near, none refused."""
    words = [vocabulary("dog", "rain", name="one"), vocabulary("dog", "bell", name="two")]
    found = compare(words, FewWordsEncoder())
    assert found.near is None and found.overlaps[0].near == ()
