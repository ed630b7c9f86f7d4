"""What the categories and subcategories of UCS are called as labels: rules, then a table.

The Universal Category System names shelves (GLASS / BREAK); a label is what a recordist types
("glass breaking"). ``data/ucs_names.toml`` has the words of the rules and what they get wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from concept_core.files import package_table
from vocab_builder.sources.base import Named
from vocab_builder.words.forms import participle

_NO_PLURAL = ("ss", "us", "is")
_MISC = "Misc"


@dataclass(frozen=True, slots=True)
class CategoryNames:
    """What the table says of a category.

    Attributes
    ----------
    labels : tuple of Named or None
        None: its parts in the singular.
    noun : str or None
        What is joined with a subcategory; None: the first part in the singular.
    patterns : tuple of str
        Around the name of a subcategory.
    """

    labels: tuple[Named, ...] | None = None
    noun: str | None = None
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameTable:
    """``data/ucs_names.toml``: see the comments there."""

    whole: frozenset[str]
    whole_ids: frozenset[str]
    verbs: frozenset[str]
    modifiers: frozenset[str]
    subcategories: Mapping[str, tuple[str, ...]]
    categories: Mapping[str, CategoryNames]
    entries: Mapping[str, tuple[Named, ...]]

    def category(self, category: str) -> tuple[Named, ...]:
        """The labels of a category; none for one that sorts recordings by their use."""
        own = self._names_of(category).labels
        if own is not None:
            return own
        return tuple(Named(singular(part)) for part in parts_of(category))

    def entry(self, category: str, subcategory: str, cat_id: str) -> tuple[Named, ...]:
        """The labels of a subcategory, the nearest first."""
        if cat_id in self.entries:
            return self.entries[cat_id]
        # Where the category has no label, it sorts recordings by their use.
        if subcategory in self.whole or not self.category(category):
            return self.category(category)
        names = self._names_of(category)
        noun = names.noun or singular(parts_of(category)[0])
        # A pattern may be of the whole name: CRASH & DEBRIS.
        parts = (
            [subcategory]
            if subcategory in self.subcategories
            else parts_of(subcategory, lower=False)
        )
        return tuple(self._joined(part, noun, names.patterns) for part in parts)

    def is_whole(self, cat_id: str) -> bool:
        """Whether a CatID stands for its category, in whatever language its names are."""
        return cat_id.endswith(_MISC) or cat_id in self.whole_ids

    def _names_of(self, category: str) -> CategoryNames:
        return self.categories.get(category, CategoryNames())

    def _joined(self, part: str, noun: str, patterns: tuple[str, ...]) -> Named:
        name = part.lower()
        if patterns:
            first, *others = (pattern.format(name) for pattern in patterns)
        elif part in self.subcategories:
            first, *others = (pattern.format(noun) for pattern in self.subcategories[part])
        elif part in self.verbs:
            first, others = f"{noun} {participle(name)}", []
        elif part in self.modifiers:
            first, others = f"{name} {noun}", []
        else:
            first, others = singular(name), []
        return Named(first, tuple(others))


@functools.cache
def name_table() -> NameTable:
    """The table of this package."""
    table = package_table("ucs_names.toml")
    return NameTable(
        frozenset(table["whole"]),
        frozenset(table["whole_ids"]),
        frozenset(table["verbs"]),
        frozenset(table["modifiers"]),
        _tuples(table["subcategories"]),
        {name: _category(one) for name, one in table["categories"].items()},
        {cat_id: _things(texts) for cat_id, texts in table["entries"].items()},
    )


def parts_of(name: str, *, lower: bool = True) -> list[str]:
    """The names in a name: FOOD & DRINK is food and drink."""
    return [part.strip().lower() if lower else part.strip() for part in name.split("&")]


def singular(name: str) -> str:
    """The regular singular of the last word: UCS has no other plurals, but for the table's."""
    return name[:-1] if name.endswith("s") and not name.endswith(_NO_PLURAL) else name


def _category(table: Mapping[str, Any]) -> CategoryNames:
    labels = table.get("labels")
    return CategoryNames(
        None if labels is None else _things(labels),
        table.get("noun"),
        tuple(table.get("patterns", ())),
    )


def _things(texts: Iterable[str]) -> tuple[Named, ...]:
    """Of "cloth ripping / cloth tearing" the first is the label."""
    names = (text.split(" / ") for text in texts)
    return tuple(Named(label, tuple(others)) for label, *others in names)


def _tuples(table: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(texts) for key, texts in table.items()}
