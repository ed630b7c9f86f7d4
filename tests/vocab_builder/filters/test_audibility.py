"""Audibility, in a space made so that what is heard is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError, UsageError
from tests.toy import FewWordsEncoder, RandomEncoder, ToyEncoder, candidate, labels, scores
from vocab_builder.filters.audibility import (
    MEASURES,
    Audibility,
    labelled_words,
    learn_hearing,
    measure,
    silent_words,
)
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context
from vocab_builder.words.lists import read_lists

SOUNDS = ("bark", "rain", "siren", "violin")
HEARD = {word.label for word in labelled_words() if word.audible} | {*SOUNDS, "thud"}


class HearingEncoder(ToyEncoder):
    """The toy's space with one direction more, towards which all heard words lean."""

    spec = EncoderSpec("toy-hearing", "0" * 64, 65, 16000, "none", "bare@1", "none")

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        leaning = np.array([[1.0 if text in HEARD else -1.0] for text in texts], np.float32)
        rows = np.hstack([super().encode_text(texts), leaning])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


CONTEXT = Context(HearingEncoder())
EXAMPLES = [candidate(word, source="audioset") for word in SOUNDS]


def test_heard_words_stay_and_silent_ones_go() -> None:
    mined = [*EXAMPLES, candidate("thud"), candidate("tablecloth")]
    result = Audibility(("audioset",))(mined, CONTEXT)
    assert labels(result.kept) == [*SOUNDS, "thud"]
    (drop,) = result.dropped
    assert (drop.candidate.label, drop.reason, drop.threshold) == ("tablecloth", "not-audible", 0.5)
    assert drop.score is not None
    assert drop.score < 0.5 <= scores(result)["thud"].value
    assert drop.twin is None and scores(result)["bark"].twin is None


def test_it_says_how_good_it_is_with_this_encoder() -> None:
    said: list[str] = []
    context = Context(HearingEncoder(), say=said.append)
    (figure,) = Audibility(("audioset",))([*EXAMPLES, candidate("thud")], context).judged
    assert (figure.stage, figure.encoder, figure.threshold) == ("audibility", "toy-hearing", 0.5)
    assert 0.9 < figure.low <= figure.value <= 1
    assert figure.on == f"{sum(one.half == 'judge' for one in labelled_words())} labelled words"
    assert f"  {figure}" in said


def test_an_encoder_that_hears_nothing_is_refused() -> None:
    """Counts and forms of words still tell something, but the encoder does not."""
    with pytest.raises(UsageError) as refused:
        Audibility(("audioset",))([*EXAMPLES, candidate("thud", 9)], Context(RandomEncoder()))
    said = str(refused.value)
    assert said.startswith("audibility: with the encoder random it is no better than chance: area")
    assert "labelled words, by cosines alone, at least 0." in said
    assert said.endswith("leave the filter out, or take another encoder")


def test_an_encoder_without_rows_for_the_labelled_words_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        learn_hearing(["bell", "dog"], {}, Context(FewWordsEncoder()), 0.5)
    said = str(refused.value)
    assert said.startswith("audibility: the encoder few-words lacks rows for the labelled and")
    assert "no embedding of" in said and "leave the filter out" in said


def test_anchors_stay_and_examples_are_judged_by_the_others() -> None:
    odd = candidate("teaspoon", source="audioset")
    assert "teaspoon" in labels(Audibility(("audioset",))([*EXAMPLES, odd], CONTEXT).kept)
    judged = Audibility(examples=("audioset",), threshold=0.9)([*EXAMPLES, odd], CONTEXT)
    assert labels(judged.kept) == list(SOUNDS)


def test_the_threshold_is_a_probability() -> None:
    mined = [*EXAMPLES, candidate("tablecloth")]
    assert len(Audibility(examples=("audioset",), threshold=0.0)(mined, CONTEXT).kept) == 5
    assert Audibility(examples=("audioset",), threshold=1.0)(mined, CONTEXT).kept == ()
    with pytest.raises(UsageError, match="threshold 7"):
        Audibility(("audioset",), threshold=7)


def test_without_examples_it_says_what_to_name() -> None:
    with pytest.raises(UsageError, match="name sources whose words are sounds"):
        Audibility()
    for mined in ([], EXAMPLES[:1]):
        with pytest.raises(DataError, match="fewer than two candidates have evidence in audioset"):
            Audibility(("audioset",))(mined, CONTEXT)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text("abcde", min_size=1, max_size=6), unique=True, max_size=12))
def test_kept_and_dropped_are_the_input_in_order(words: list[str]) -> None:
    mined: list[Candidate] = [*EXAMPLES, *map(candidate, words)]
    result = Audibility(("audioset",))(mined, CONTEXT)
    kept = labels(result.kept)
    everything = [*SOUNDS, *words]
    assert kept == [word for word in everything if word in set(kept)]
    assert sorted(kept + [drop.candidate.label for drop in result.dropped]) == sorted(everything)
    assert set(scores(result)) == set(kept)


def test_measures_never_compare_a_word_with_itself() -> None:
    measured = measure(["bark", "thud"], SOUNDS, {}, CONTEXT.embed)
    assert measured.shape == (2, len(MEASURES))
    assert measured[:, -3].tolist() == [1, 0]
    assert measured[0, 0] < 0.99


def test_only_the_half_choose_is_compared_with() -> None:
    """A word of the half judge has no like in the half choose, and one of choose not itself."""
    names = [word.label for word in labelled_words() if word.half == "judge"]
    apart = {name: place for place, name in enumerate(sorted(names))}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), len(apart) + 1), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[apart.get(text, len(apart))] = 1
        return rows

    columns = [MEASURES.index("10 labelled audible"), MEASURES.index("10 labelled not")]
    assert not measure(names, ["bark", "rain"], {}, embed)[:, columns].any()


def test_forms_of_examples_inside_a_label_count() -> None:
    labels = ["bark", "barking", "dog barking", "sirens rain", "teaspoon"]
    shares = measure(labels, SOUNDS, {}, CONTEXT.embed)[:, -2]
    assert shares.tolist() == [0, 1, 0.5, 1, 0]


def test_counts_that_nobody_knows_are_as_usual() -> None:
    logs = measure(["bark", "thud", "rain"], SOUNDS, {"bark": 1, "rain": 7}, CONTEXT.embed)
    assert logs[:, -1].tolist() == pytest.approx([np.log(2), np.log(16) / 2, np.log(8)])


def test_the_fit_tells_the_half_that_it_has_not_seen() -> None:
    hearing, figure = learn_hearing(SOUNDS, {}, CONTEXT, 0.5)
    judge = [word for word in labelled_words() if word.half == "judge"]
    values = measure([word.label for word in judge], SOUNDS, {}, CONTEXT.embed)
    guesses = hearing.probability(values) >= 0.5
    assert np.mean(guesses == [word.audible for word in judge]) > 0.95
    assert figure.value > 0.95


def test_the_labelled_words() -> None:
    words = labelled_words()
    names = [word.label for word in words]
    assert len(words) >= 1500
    assert names == sorted(set(names))
    halves = [word.half for word in words]
    assert 0.45 < halves.count("choose") / len(words) < 0.55
    assert 0.35 < sum(word.audible for word in words) / len(words) < 0.65
    assert {word.half for word in words} == {"choose", "judge"}


def test_a_labelled_word_stands_for_its_stratum() -> None:
    words = labelled_words()
    sums: dict[str, float] = {}
    for word in words:
        sums[word.drawn] = sums.get(word.drawn, 0.0) + word.weight
    drawn = {name: sum(word.drawn == name for word in words) for name in sums}
    expected = {**drawn, "kept": 2140, "redundant": 266, "not-audible": 1490}
    assert sums == pytest.approx(expected)
    assert set(sums) == {*expected} and {"ucs", "classes", "stop-word", "written"} <= set(sums)


def test_silent_words_judge_words_that_they_do_not_hold() -> None:
    silent, abstract = silent_words()
    assert len(silent) > 500
    assert len(abstract) > 300
    assert set(silent).isdisjoint(word.label for word in labelled_words())


def test_no_list_silences_what_a_person_labelled_audible() -> None:
    audible = {word.label for word in labelled_words() if word.audible}
    assert {"rope", "room tone", "office", "plastic", "pink noise"} <= audible
    assert not audible & read_lists(["silent", "abstract", "function", "qualifiers"])


SEARCHED = {
    "plastic", "glass", "rope", "ice", "beach", "forest", "restaurant", "underwater", "office",
    "window", "book", "bowl", "wing", "whoosh", "riser", "glitch", "laser", "impact", "drone",
    "spark", "quadcopter", "robot", "servo", "cloth", "leather", "room", "city",
}  # fmt: skip


def test_what_people_search_for_is_on_no_list() -> None:
    silent, abstract = silent_words()
    listed = {*silent, *abstract, *read_lists(["silent", "qualifiers", "function"])}
    assert not listed & SEARCHED
