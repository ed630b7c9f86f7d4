"""Universal Category System: labels of its shelves, with their CatIDs and synonyms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from concept_core.errors import UsageError
from concept_core.spelling import check_names, unknown_name
from vocab_builder.sources.base import Named, Occurrence, Source, gather
from vocab_builder.sources.ucs_files import ENGLISH, Entry, read_entries, shelf
from vocab_builder.sources.ucs_names import name_table, parts_of, singular
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.lists import read_lists
from vocab_builder.words.normal_form import is_word, normal_form

SYNONYMS = ("aliases", "candidates", "none")
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[a-z]{2})?")
# Lists of words that name nothing by themselves, which UCS has of phrases that it took apart.
_NO_NAMES = ("abstract", "function", "qualifiers")
# Words that sort what is left; as synonyms they name nothing.
_ADMINISTRATIVE = frozenset(
    {
        "by", "designed", "equipment", "foley", "futzed", "general", "generic", "generic by",
        "historical", "hitech", "lofi", "misc", "miscellaneous", "objects", "prop", "real", "scifi",
        "source", "ambience", "ambiance", "atmos", "atmosphere", "background", "bg", "various",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UniversalCategories(Source):
    """Labels of the UCS list as JSON, csv, tsv or xlsx; explanations are not read.

    In English category and subcategory are joined as recordists write them: GLASS / BREAK is "glass
    breaking", AMBIENCE / FOREST "forest ambience", AIRCRAFT / HELICOPTER "helicopter"; what rules
    get wrong is in ``data/ucs_names.toml``. Every label links to the CatIDs that it stands for, and
    that of a category to its short form; the locator is the CatID, and a label counts 1 for each.
    In other languages the names stand as they are, with the same links.

    Attributes
    ----------
    synonyms : str
        ``aliases``: a synonym that one label alone has is another name of it; ``candidates``: each
        is a label of its own, without links, for UCS gives search words; ``none``.
    under : tuple of str
        Categories (``boats``) and subcategories (``animals/aquatic``): only these and what is below
        them; all by default.
    language : str
        ``fr`` and the like: which columns of a table are read, and that a JSON file is not English.
    """

    synonyms: str = "aliases"
    under: tuple[str, ...] = ()
    language: str = ENGLISH

    def __post_init__(self) -> None:
        check_names("way with synonyms", (self.synonyms,), SYNONYMS, "ucs: synonyms")
        if not _LANGUAGE.fullmatch(self.language):
            raise UsageError(
                f"ucs: language is a code such as 'fr' or 'pt-br', found {self.language!r}"
            )

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read the file.

        Raises
        ------
        DataError
            An entry lacks a field, or the file has no column of the language; the message says
            where, and what was expected.
        MissingError
            A workbook, and openpyxl is not installed.
        UsageError
            ``under`` names no category.
        """
        entries = list(read_entries(path, self.language))
        labels = {entry.cat_id: self._labels(entry) for entry in entries}
        owners = _owners(entries, labels)
        wanted = {shelf(one) for one in self.under}
        _check_shelves(wanted, {one for entry in entries for one in entry.shelves})
        occurrences = (
            occurrence
            for entry in entries
            if not wanted or wanted & {*entry.shelves}
            for occurrence in self._occurrences(entry, labels[entry.cat_id], owners)
        )
        return gather(occurrences, name, path)

    def _labels(self, entry: Entry) -> tuple[Named, ...]:
        """Of a subcategory, the nearest first."""
        if self.language == ENGLISH:
            return name_table().entry(entry.category, entry.subcategory, entry.cat_id)
        whole = name_table().is_whole(entry.cat_id)
        texts = entry.category if whole else entry.subcategory
        return tuple(Named(part) for part in parts_of(texts) if part)

    def _category(self, entry: Entry) -> tuple[Named, ...]:
        if self.language == ENGLISH:
            return name_table().category(entry.category)
        return tuple(Named(part) for part in parts_of(entry.category) if part)

    def _occurrences(
        self, entry: Entry, labels: tuple[Named, ...], owners: Mapping[str, str]
    ) -> Iterator[Occurrence]:
        """One a label: what the entry gives it, as its category and as its subcategory."""
        links: dict[str, set[str]] = {}
        names: dict[str, set[tuple[str, str]]] = {}

        def add(label: str, link: str, synonyms: Iterable[str], forms: Iterable[str] = ()) -> None:
            links.setdefault(label, set()).add(link)
            own = names.setdefault(label, set())
            own |= {(one, "synonym") for one in synonyms} | {(one, "form") for one in forms}

        # HAIL is CatID and short form of one subcategory, not of its category.
        for named in self._category(entry) if entry.cat_short != entry.cat_id else ():
            plurals = (part for part in parts_of(entry.category) if part != named.label)
            forms = (one for one in plurals if singular(one) == named.label)
            add(named.label, f"ucs:{entry.cat_short}", named.synonyms, forms)
        for place, named in enumerate(labels):
            own = {*named.synonyms}
            if self.synonyms == "aliases" and not place:
                known = map(normal_form, entry.synonyms)
                own |= {one for one in known if owners.get(one) == named.label}
            add(named.label, f"ucs:{entry.cat_id}", own)
        if self.synonyms == "candidates":
            for synonym in {*map(normal_form, entry.synonyms)} - _ADMINISTRATIVE:
                links.setdefault(synonym, set())
        for label, found in sorted(links.items()):
            others = tuple(sorted(names.get(label, ())))
            yield Occurrence(label, entry.cat_id, links=tuple(sorted(found)), names=others)


def _owners(entries: Iterable[Entry], labels: Mapping[str, tuple[Named, ...]]) -> dict[str, str]:
    """The one label of each synonym that entries of no other label have, and that is no label.

    Letters alone, and no abbreviation: UCS takes phrases apart, "de" and "10" are what is left.
    """
    owners: dict[str, set[str]] = {}
    for entry in entries:
        for first in labels[entry.cat_id][:1]:
            for synonym in map(normal_form, entry.synonyms):
                owners.setdefault(synonym, set()).add(first.label)
    taken = {named.label for several in labels.values() for named in several}
    taken |= _ADMINISTRATIVE | read_lists(_NO_NAMES)
    return {
        synonym: one
        for synonym, (one, *others) in owners.items()
        if not others
        and synonym not in taken
        and is_word(synonym)
        and (len(synonym) > 2 or not synonym.isascii())
    }


def _check_shelves(wanted: set[str], known: set[str]) -> None:
    """See that ``under`` names categories; of an unknown one, those that hold the word are listed.

    Raises
    ------
    UsageError
        One that there is not.
    """
    for name in sorted(wanted - known):
        holding = sorted(one for one in known if name in one)
        if holding:
            raise UsageError(
                f"ucs: under: unknown UCS category {name!r}; those that hold it: "
                + ", ".join(holding)
            )
        raise unknown_name(
            "UCS category", name, [one for one in known if "/" not in one], "ucs: under"
        )
