from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import UsageError
from vocab_builder.words.form_rules import Forms, SnowballForms, form_keys, load_forms
from vocab_builder.words.forms import (
    base_form,
    is_adverb,
    lemma,
    names_thing,
    noun_first,
    participle,
    sounding,
)
from vocab_builder.words.relations import closed_compound

SNOWBALL = SnowballForms()

FORMS = [
    ("clock", "clocks"),
    ("cough", "coughs", "coughed", "coughing"),
    ("bark", "barks", "barked", "barking"),
    ("laugh", "laughs", "laughing"),
    ("cry", "cries", "crying"),
    ("drip", "drips", "dripping"),
    ("box", "boxes"),
    ("glass", "glasses"),
    ("mouse", "mice"),
    ("child", "children"),
    ("tick-tock", "tick tocks"),
    ("doorbell", "door bells", "door-bell"),
    ("thunderstorm", "thunder storms"),
    ("door slam", "slamming doors", "the slam of a door"),
    ("rain sound", "sound of rain"),
]
APART = [
    ("bass", "ba"),
    ("us", "u"),
    ("glass", "glas"),
    ("chorus", "choru"),
    ("evening", "even"),
    ("wedding", "wed"),
    ("ceiling", "ceil"),
    ("string", "str"),
    ("news", "new"),
    ("bellows", "bellow"),
    ("training", "train"),
    ("winding", "wind"),
    ("drum and bass", "bass drum"),
    ("indoor", "door"),
    ("in door", "door"),
    ("dog", "doghouse"),
]
# Where WordNet's rule knows more than stems do.
SEPARATE = (
    "saw/see dove/dive rose/rise felt/feel wound/wind ground/grind bore/bear born/bear "
    "moped/mope number/numb building/build organ/organic engine/engineer discuss/discus "
    "ranging/ring swinging/swinge opera/opus"
)
UNITED = (
    "sang/sing rang/ring blew/blow broken/break louder/loud heavier/heavy singing/sing "
    "buildings/building barkings/bark bells/bell waves/wave men/man scraping/scrape "
    "swinging/swing windchimes/windchime wolves/wolf lenses/lens"
)
UNCUT = (
    "bass glass brass chorus us bus gas lens string king ring spring evening morning ceiling "
    "wedding sibling pudding lightning building bed red shed hundred his this scissors clothes "
    "species tennis octopus always"
)


@pytest.fixture(params=["wordnet", "snowball"])
def forms(request: pytest.FixtureRequest) -> Forms:
    if request.param == "wordnet":
        request.getfixturevalue("nltk_data")
    return load_forms(request.param)


@pytest.mark.parametrize("words", FORMS, ids=lambda words: words[0])
def test_forms_of_one_word_share_a_key(words: tuple[str, ...], forms: Forms) -> None:
    first = form_keys(words[0], forms)
    for word in words[1:]:
        assert form_keys(word, forms) & first, word


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_words_share_none(one: str, other: str, forms: Forms) -> None:
    assert not form_keys(one, forms) & form_keys(other, forms)


@pytest.mark.parametrize("pair", SEPARATE.split())
def test_wordnet_keeps_apart(pair: str, nltk_data: None) -> None:
    one, other = pair.split("/")
    rule = load_forms("wordnet")
    assert not form_keys(one, rule) & form_keys(other, rule)


@pytest.mark.parametrize("pair", UNITED.split())
def test_wordnet_unites(pair: str, nltk_data: None) -> None:
    one, other = pair.split("/")
    rule = load_forms("wordnet")
    assert form_keys(one, rule) & form_keys(other, rule)


@pytest.mark.parametrize("word", UNCUT.split())
def test_wordnet_cuts_no_word_that_only_looks_like_a_form(word: str, nltk_data: None) -> None:
    assert base_form(word) == word


def test_base_form_is_idempotent(nltk_data: None) -> None:
    from nltk.corpus import wordnet

    words = [word for word in sorted(wordnet.all_lemma_names("v")) if word.isalpha()][::5]
    forms = {word + ending for word in words for ending in ("", "s", "ed", "ing", "ings")}
    assert len(forms) > 5000
    assert [form for form in forms if base_form(base_form(form)) != base_form(form)] == []


@given(st.text(alphabet="abcdegilnorst' -", max_size=20))
def test_a_label_shares_keys_with_itself_in_capitals(text: str) -> None:
    keys = form_keys(text, SNOWBALL)
    assert form_keys(text.upper(), SNOWBALL) == keys
    assert bool(keys) == any(character.isalpha() for character in text)


@given(st.lists(st.sampled_from(["dog", "bark", "rain", "door", "bell"]), min_size=2, max_size=3))
def test_the_order_of_words_does_not_matter(words: list[str]) -> None:
    one, other = " ".join(words), " ".join(reversed(words))
    assert form_keys(one, SNOWBALL) & form_keys(other, SNOWBALL)


def test_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'wordnet'"):
        load_forms("wordnt")


@pytest.mark.parametrize(
    ("word", "kind", "expected"),
    [
        ("barking", "verb", ("bark", "verb")),
        ("dogs", "noun", ("dog", "noun")),
        ("distant", "adjective", ("distant", "adjective")),
        ("broken", "adjective", ("broken", "adjective")),
        ("speaking", "noun", ("speak", "verb")),
        ("occurs", "noun", ("occur", "verb")),
        ("meowing", "noun", ("meow", "verb")),
        ("louder", "noun", ("loud", "adjective")),
        ("whoosh", "adjective", ("whoosh", "noun")),
        ("buildings", "noun", ("building", "noun")),
        ("blorps", "noun", ("blorp", "noun")),
    ],
)
def test_lemma_corrects_the_tagger(
    word: str, kind: str, expected: tuple[str, str], nltk_data: None
) -> None:
    assert lemma(word, kind) == expected


def test_adverbs_and_main_part_of_speech(nltk_data: None) -> None:
    assert is_adverb("briefly")
    assert not is_adverb("fast")
    assert noun_first("engine")
    assert not noun_first("talk")
    assert not noun_first("pour")


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        ("fog horn", True), ("fog horns", True), ("door bells", True), ("gun shot", True),
        ("hot dog", False),  # WordNet has both
        ("church bell", False),  # and neither
        ("black bird", False),  # not always a blackbird
        ("rain falls", False),  # a sentence
    ],
)  # fmt: skip
def test_closed_compounds(words: str, joined: bool, nltk_data: None) -> None:
    assert closed_compound(*words.split()) is joined


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("bark", "barking"), ("slam", "slamming"), ("chime", "chiming"), ("tie", "tying"),
        ("sing", "singing"), ("creak", "creaking"), ("panic", "panicking"), ("beep", "beeping"),
        ("hit", "hitting"), ("open", "opening"), ("mew", "mewing"), ("tap", "tapping"),
        ("begin", "beginning"), ("rattle", "rattling"), ("tiptoe", "tiptoeing"), ("cry", "crying"),
        ("see", "seeing"), ("fix", "fixing"), ("drip", "dripping"), ("rumble", "rumbling"),
        ("singe", "singeing"), ("dye", "dyeing"), ("quack", "quacking"), ("whir", "whirring"),
        ("unzip", "unzipping"), ("quit", "quitting"), ("squat", "squatting"), ("be", "being"),
        ("cringe", "cringing"), ("upset", "upsetting"), ("vomit", "vomiting"), ("arc", "arcing"),
        ("travel", "traveling"), ("equip", "equipping"), ("offer", "offering"), ("yip", "yipping"),
    ],
)  # fmt: skip
def test_participles(verb: str, expected: str) -> None:
    assert participle(verb) == expected


def test_participles_of_a_reliable_list() -> None:
    lines = (Path(__file__).parent / "participles.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    assert len(rows) > 500
    wrong = {verb: participle(verb) for verb, *right in rows if participle(verb) not in right}
    assert wrong == {}


@pytest.mark.usefixtures("nltk_data")
@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("speak", "speaking"), ("rev", "revving"), ("erupt", "erupting"), ("crush", "crushing"),
        ("laugh", "laughing"), ("bark", "bark"), ("growl", "growl"), ("hiss", "hiss"),
        ("hum", "hum"), ("sneeze", "sneeze"), ("horn", "horn"), ("yipping", "yipping"),
        ("blow", "blowing"),
    ],
)  # fmt: skip
def test_no_label_is_a_verb(verb: str, expected: str) -> None:
    label, kind = sounding(verb)
    assert label == expected
    assert kind == ("verb" if label.endswith("ing") else "noun")


@pytest.mark.usefixtures("nltk_data")
def test_adjectives_name_no_thing() -> None:
    things = ["duck", "dog", "car", "police", "plastic", "metal", "electric", "loud", "mechanical"]
    assert [names_thing(word) for word in things] == [True] * 6 + [False] * 3


@pytest.mark.usefixtures("nltk_data")
def test_spellings_are_forms_of_one_word() -> None:
    wordnet = load_forms("wordnet")
    assert form_keys("squealing tyres", wordnet) & form_keys("tire squeal", wordnet)
    assert form_keys("pay-phone", wordnet) & form_keys("payphone", wordnet)
