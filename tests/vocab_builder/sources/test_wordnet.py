from __future__ import annotations

from typing import Any

import pytest

from concept_core.errors import DataError, UsageError
from tests.sources_toy import check, mine
from vocab_builder.sources.wordnet import Branch, Roots, read_roots, walk
from vocab_builder.stages.candidates import Candidate, OtherName


def mine_wordnet(**options: Any) -> dict[str, Candidate]:
    found = mine("wordnet", "wordnet", None, options)
    return {one.label: one for one in found}


@pytest.fixture(scope="module")
def found(nltk_data: None) -> dict[str, Candidate]:
    return mine_wordnet()


def test_audible_words_with_synsets(found: dict[str, Candidate]) -> None:
    assert 1200 < len(found) < 1700
    assert found["dog"].links == ("wordnet:dog.n.01",)
    assert found["dog"].count > found["beagle"].count == 1
    assert found["hiss"].kind in ("noun", "verb")
    assert found["church bell"].kind == "phrase"
    for word in ("siren", "thunder", "violin", "woodpecker", "helicopter", "chainsaw", "meow"):
        assert word in found


def test_no_taxa_names_or_learned_words(found: dict[str, Candidate]) -> None:
    assert all(label == label.lower() for label in found)
    assert not {"canis familiaris", "french horn", "bombilation", "entity"} & found.keys()
    assert not read_roots().leave_out & found.keys()


def test_verbs_become_labels(found: dict[str, Candidate]) -> None:
    assert not {"speak", "exhale", "propel", "clear the throat"} & found.keys()
    assert found["exhaling"].other_names == (OtherName("exhale", "form", "wordnet"),)
    assert "clearing the throat" in found and "bark" in found


def test_one_branch(nltk_data: None) -> None:
    animals = mine_wordnet(branches=["animals"])
    assert "dog" in animals
    assert "siren" not in animals


def test_unknown_branch_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'animals'"):
        mine_wordnet(branches=["animal"])


def texts(branch: Branch, roots: Roots) -> list[str]:
    return [one.names[0][0] if one.names else one.text for one in walk(branch, roots)]


def test_depth_stops_and_senses(nltk_data: None) -> None:
    roots = Roots((), frozenset(), frozenset())
    bell = Branch("bells", "noun", 0, 0, ("bell.n.01",))
    assert texts(bell, roots) == ["bell"]
    deeper = Branch("bells", "noun", 1, 0, ("bell.n.01",), ("church_bell.n.01",))
    assert "cowbell" in texts(deeper, roots)
    assert "church bell" not in texts(deeper, roots)
    # The kettle that is a drum is not among the first senses of the word.
    drum = Branch("drums", "noun", 0, 2, ("kettle.n.04",))
    assert texts(drum, roots) == []


def test_rare_synonyms_only_where_the_table_says_so(nltk_data: None) -> None:
    sax = Branch("sax", "noun", 0, 0, ("sax.n.02",))
    assert texts(sax, Roots((), frozenset(), frozenset())) == ["sax"]
    assert texts(sax, Roots((), frozenset({"saxophone"}), frozenset({"sax"}))) == ["saxophone"]


def test_a_synset_of_another_wordnet_is_an_error(nltk_data: None) -> None:
    branch = Branch("new", "noun", 0, 0, ("selfie.n.01",))
    with pytest.raises(DataError, match=r"selfie\.n\.01 is not in this WordNet \(3\.0\)"):
        texts(branch, Roots((), frozenset(), frozenset()))


def test_every_line_of_the_table_has_an_effect(nltk_data: None) -> None:
    roots = read_roots()
    taken = {text for branch in roots.branches for text in texts(branch, roots)}
    bare = Roots(roots.branches, frozenset(), frozenset())
    without = {text for branch in roots.branches for text in texts(branch, bare)}
    assert sorted(roots.also - taken) == []
    assert sorted(roots.also & without) == []
    assert sorted(roots.leave_out - without) == []


def test_roots_of_the_recipe(nltk_data: None) -> None:
    found = mine_wordnet(roots=["owl.n.01"], depth=1)
    assert {"owl", "barn owl", "tawny owl"} <= set(found) and "eagle" not in found
    assert found["barn owl"].links == ("wordnet:barn_owl.n.01",)
    assert set(mine_wordnet(roots=["owl.n.01"])) == {"owl"}
    assert mine_wordnet(roots=["hoot.v.01"])["hooting"].kind == "verb"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"roots": ["owl"]}, "roots are synsets such as 'bird.n.01', found 'owl'"),
        ({"depth": 2}, "depth is how many levels below roots"),
        ({"roots": ["owl.n.01"], "depth": -1}, "from 0; found -1"),
        ({"roots": ["owl.n.01"], "branches": ["vehicles"]}, "give branches or roots, not both"),
    ],
)
def test_wrong_roots(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check("wordnet", options, "")


def test_a_synset_that_is_not_there(nltk_data: None) -> None:
    with pytest.raises(DataError, match=r"the synset owl.n.77 is not in this WordNet"):
        mine_wordnet(roots=["owl.n.77"])


def test_only_what_is_under_a_synset(nltk_data: None) -> None:
    birds = mine_wordnet(under=["bird.n.01"])
    assert {"owl", "crow"} <= birds.keys() and "dog" not in birds
    with pytest.raises(UsageError, match="under are synsets such as 'bird.n.01', found 'bird'"):
        check("wordnet", {"under": ["bird"]}, "here")
