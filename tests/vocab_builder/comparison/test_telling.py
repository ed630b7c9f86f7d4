from __future__ import annotations

import numpy as np
import pytest

from tests.compare_toy import BELL, DOG, HUM, RAIN, compared, entries, entry, reference
from vocab_builder.comparison import Says
from vocab_builder.comparison.telling import tell


def says(found: tuple[Says, ...], first: str, second: str) -> Says:
    return next(one for one in found if (one.first, one.second) == (first, second))


def test_the_clips_whose_best_concept_drops_most_come_with_the_words_of_all() -> None:
    found = compared(entries(), reference=reference())
    a_not_b = says(found.says, "A", "B")
    (rain,) = a_not_b.tellings
    assert (rain.item, rain.told, rain.drop) == ("rain.wav", "rain", pytest.approx(1.0))
    assert [one.concept for one in rain.said][::2] == ["rain", "thing"]
    assert rain.said[0].words == (("rain", pytest.approx(1.0)),)
    # Nothing in B points towards rain: no concept, no words.
    assert rain.said[1].words == ()
    assert a_not_b.nearer == 1
    bell = says(found.says, "B", "A").tellings[0]
    assert (bell.item, bell.said[1].concept) == ("bell.wav", "bell")


def test_drops_add_up_to_the_difference_of_coverages() -> None:
    found = compared(entries(), reference=reference())
    coverage = {one.letter: one.measures.coverage for one in found.vocabularies if one.measures}
    for one in found.says:
        assert one.mean_drop == pytest.approx(coverage[one.first] - coverage[one.second], abs=1e-6)


def test_another_class_comes_before_a_second_clip_of_one() -> None:
    found = compared(entries(), reference=reference())
    told = [one.told for one in says(found.says, "B", "C").tellings]
    # Both dogs drop more than nothing; rain is what B cannot say either.
    assert sorted(told[:2]) == ["bell", "dog"] and told[2] == "dog"
    assert len({one.told for one in found.apart}) == 3


def test_without_classes_every_clip_is_one_of_its_kind() -> None:
    dictionaries = [one[1] for one in entries()[::2]]
    _, found = tell(reference(descriptions=("",) * 4), "AB", dictionaries, 1)
    assert [one.item for one in found[0].tellings] == ["dog-1.wav", "rain.wav", "dog-2.wav"]


def test_what_the_encoder_mishears_tells_nothing() -> None:
    # The encoder takes the rain for something else: its own name is far from it.
    own = np.array([1, 1, 0.2, 1], np.float32)
    found = compared(entries(), reference=reference(own=own))
    assert "rain" not in {one.told for one in found.apart}
    assert says(found.says, "A", "B").tellings == ()
    assert says(found.says, "A", "B").nearer == 1


def test_equal_vocabularies_cannot_be_told_apart() -> None:
    same = [entry("one", dog=DOG, bell=BELL), entry("two", dog=DOG, bell=BELL)]
    found = compared(same, reference=reference())
    assert found.apart == ()
    assert [(one.nearer, one.tellings) for one in found.says] == [(0, ()), (0, ())]


def test_words_come_by_prominence() -> None:
    many = entry("many", bell=BELL, dog=DOG, rain=RAIN, hum=HUM)
    clip = reference(
        x=np.array([[0.6, 0, 0.8, 0]], np.float32), items=("both.wav",), descriptions=("",)
    )
    (one, _), _ = tell(clip, "AB", [many[1], entry("few", hum=HUM)[1]], 3)[0][0].said, None
    assert [word for word, _ in one.words] == ["bell", "dog"]
    assert one.concept == "bell"
