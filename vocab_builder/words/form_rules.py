"""Which labels are forms of one word: rules, and the keys that such labels share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from concept_core.spelling import unknown_name
from vocab_builder.words.american import american_spelling
from vocab_builder.words.forms import base_form, exceptions
from vocab_builder.words.normal_form import normal_form, split_words

_ARTICLES = frozenset({"a", "an", "the"})
_LINKS = frozenset({"in", "of", "on"})


class Forms(Protocol):
    """A rule that says which words are forms of one word."""

    def word(self, word: str) -> str:
        """The key of one word in normal form; forms of one word have one key."""
        ...


@dataclass(frozen=True, slots=True)
class WordNetForms:
    """Plurals, -s, -ed, -ing, comparatives and irregular forms by ``base_form``.

    Raises
    ------
    MissingError
        On creation, if WordNet is not on this machine.
    """

    def __post_init__(self) -> None:
        from concept_core.resources import require_nltk

        require_nltk("wordnet")

    def word(self, word: str) -> str:
        """The dictionary form, in American spelling."""
        return american_spelling(base_form(word))


@dataclass(frozen=True, slots=True)
class SnowballForms:
    """Stems of NLTK's English Snowball stemmer: no data, but coarser than WordNet.

    It unites some derivations (engine, engineer) and knows no irregular form beyond
    ``data/forms.toml``.
    """

    _stemmer: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        from nltk.stem.snowball import SnowballStemmer

        object.__setattr__(self, "_stemmer", SnowballStemmer("english"))

    def word(self, word: str) -> str:
        """The stem, which need not be a word."""
        table = exceptions()
        if word in table.stand_alone:
            return word
        stem: str = self._stemmer.stem(table.irregular.get(word, word))
        return stem


_RULES: Mapping[str, type[WordNetForms] | type[SnowballForms]] = {
    "wordnet": WordNetForms,
    "snowball": SnowballForms,
}


def load_forms(name: str) -> Forms:
    """The rule called ``wordnet`` or ``snowball``.

    Raises
    ------
    UsageError
        An unknown name.
    MissingError
        WordNet is asked for and not on this machine.
    """
    check_rule(name)
    return _RULES[name]()


def check_rule(name: str, where: str = "") -> None:
    """See that there is a rule of forms of that name.

    Raises
    ------
    UsageError
    """
    if name not in _RULES:
        raise unknown_name("rule of forms", name, _RULES, where)


def form_keys(label: str, forms: Forms) -> frozenset[str]:
    """The keys of a label: two labels are forms of one word if and only if they share one.

    One key is the sorted keys of the words, hyphens split, without articles and without of, in,
    on between words: "slamming doors" and "door slam", "sound of rain" and "rain sound". The
    other is the words written as one, for closed compounds: "door bells" and "doorbell".
    """
    words = [word.removesuffix("'s").strip("'") for word in split_words(normal_form(label))]
    words = [word for word in words if word]
    if len(words) < 2:
        return frozenset(forms.word(word) for word in words)
    content = [
        word
        for place, word in enumerate(words)
        if word not in _ARTICLES and not (word in _LINKS and 0 < place < len(words) - 1)
    ]
    apart = " ".join(sorted(forms.word(word) for word in content or words))
    return frozenset({apart, forms.word("".join(words))})
