"""Universal Category System: categories, subcategories and synonyms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concept_core.datasets.text_files import read_json
from concept_core.errors import DataError, UsageError
from concept_core.spelling import unknown_name
from vocab_builder.sources.base import Occurrence, Source, gather
from vocab_builder.stages.candidates import Candidate

_TEXTS = ("Category", "SubCategory", "CatID", "CatShort")
# Categories that sort recordings by their use; neither they nor their entries name a sound.
_SHELVES = frozenset({"ARCHIVED"})
# Words that sort what is left, in categories, subcategories or synonyms.
_ADMINISTRATIVE = frozenset(
    {
        "by", "designed", "equipment", "foley", "futzed", "general", "generic", "generic by",
        "historical", "hitech", "lofi", "misc", "miscellaneous", "objects", "prop", "real", "scifi",
        "source", "ambience", "ambiance", "atmos", "atmosphere", "background", "bg", "various",
    }
)  # fmt: skip
# Names whose words stand in the order of a shelf mark.
_REWORDED = {
    "cat domestic": "domestic cat",
    "cat wild": "wild cat",
    "dog wild": "wild dog",
    "percussion tuned": "tuned percussion",
    "truck van": "truck",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One subcategory, as the file has it."""

    category: str
    subcategory: str
    cat_id: str
    cat_short: str
    synonyms: tuple[str, ...]

    @property
    def shelves(self) -> tuple[str, str]:
        """Its category, and its subcategory below that, as ``under`` names them."""
        return self.category.lower(), _shelf(f"{self.category}/{self.subcategory}")


def _shelf(name: str) -> str:
    return "/".join(part.strip().lower() for part in name.split("/"))


@dataclass(frozen=True, slots=True)
class UniversalCategories(Source):
    """Labels of the UCS list in JSON; explanations are not read.

    The locator is the CatID, and a label counts 1 for each CatID that has it. A subcategory that
    only one category has (HELICOPTER) links to its CatID, a category to its short form; names
    that many categories share (IMPACT) and synonyms, which are search words, link to none.

    Attributes
    ----------
    synonyms : bool
        Whether synonyms are taken as well as the names.
    under : tuple of str
        Categories (``boats``) and subcategories (``animals/aquatic``): only these and what is below
        them; all by default.
    """

    synonyms: bool = True
    under: tuple[str, ...] = ()

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read the file.

        Raises
        ------
        DataError
            An entry lacks a field; the message says which.
        UsageError
            ``under`` names no category.
        """
        entries = [entry for entry in _read(path) if entry.category not in _SHELVES]
        shelves = {shelf for entry in entries for shelf in entry.shelves}
        wanted = {_shelf(name) for name in self.under}
        _check_shelves(wanted, shelves)
        entries = [entry for entry in entries if not wanted or wanted & {*entry.shelves}]
        shared = Counter(entry.subcategory for entry in entries)
        found = {
            (occurrence.text, occurrence.locator): occurrence
            for entry in entries
            for occurrence in self._labels(entry, shared[entry.subcategory] == 1)
            if occurrence.text not in _ADMINISTRATIVE
        }
        return gather(found.values(), name, path)

    def _labels(self, entry: Entry, unique: bool) -> Iterator[Occurrence]:
        # Of a label that is both, the last stays: the names are what links.
        if self.synonyms:
            for synonym in entry.synonyms:
                yield Occurrence(synonym.lower(), entry.cat_id)
        for name in _parts(entry.category):
            yield Occurrence(name, entry.cat_id, links=(f"ucs:{entry.cat_short}",))
        for name in _parts(entry.subcategory):
            links = (f"ucs:{entry.cat_id}",) if unique else ()
            yield Occurrence(name, entry.cat_id, links=links)


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


def _parts(name: str) -> list[str]:
    """The names in a name: FOOD & DRINK is food and drink."""
    parts = (part.strip().lower() for part in name.split("&"))
    return [_REWORDED.get(part, part) for part in parts]


def _read(path: Path) -> Iterator[Entry]:
    value = read_json(path)
    if not isinstance(value, list):
        raise DataError(f"{path}: expected a list of UCS entries, found {type(value).__name__}")
    for number, entry in enumerate(value, 1):
        where = f"{path}: entry {number}"
        if not isinstance(entry, dict) or not entry.keys() >= {*_TEXTS, "Synonyms"}:
            raise DataError(
                f"{where} is not an object with {', '.join(_TEXTS)} and Synonyms, found {entry!r}"
            )
        synonyms = entry["Synonyms"]
        for field in _TEXTS:
            if not isinstance(entry[field], str):
                raise DataError(f"{where}: {field!r} must be text, found {entry[field]!r}")
        if not isinstance(synonyms, list) or not all(isinstance(one, str) for one in synonyms):
            raise DataError(f"{where}: 'Synonyms' must be a list of texts, found {synonyms!r}")
        category, subcategory, cat_id, cat_short = (entry[field] for field in _TEXTS)
        yield Entry(category, subcategory, cat_id, cat_short, tuple(synonyms))
