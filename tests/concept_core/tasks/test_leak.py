from __future__ import annotations

from concept_core.tasks.leak import class_name_leak


def test_by_hand() -> None:
    labels = ["Dog", "dog barking", "clock", "tick tock", "door-knock", "rain", "dogs", "!!!"]
    classes = ["dog", "clock tick", "door wood knock", "sea waves", "rain"]
    found = class_name_leak(labels, classes)
    # "door-knock" is made of words of its class; "tick tock" of one word of another and of none.
    assert found == {
        "exact": ["dog", "rain"],
        "within": {"dog": 1, "clock tick": 1, "door wood knock": 1},
    }


def test_punctuation_and_case_do_not_hide_a_name() -> None:
    assert class_name_leak(["DOOR-KNOCK"], ["door knock"])["exact"] == ["door knock"]
    assert class_name_leak(["Café"], ["CAFÉ"])["exact"] == ["CAFÉ"]


def test_nothing_to_leak() -> None:
    assert class_name_leak(["dog"], []) == {"exact": [], "within": {}}
    assert class_name_leak([], ["dog"]) == {"exact": [], "within": {}}
