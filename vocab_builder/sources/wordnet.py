"""WordNet: the audible part of its nouns and verbs, by documented roots and stops."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from concept_core.errors import DataError, UsageError
from concept_core.files import package_table
from concept_core.resources import require_nltk, wordnet_reader
from concept_core.spelling import check_names
from vocab_builder.sources.base import Located, Occurrence, Place, Source, gather, locate_resource
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.forms import sounding

_SYNSET = re.compile(r".+\.[nv]\.\d\d")
_KINDS = {"n": "noun", "v": "verb"}
_PLAIN = re.compile(r"[a-z][a-z'-]*(?: [a-z'-]+){0,2}")


@dataclass(frozen=True, slots=True)
class WordNet(Source):
    """Lemmas of the synsets that ``data/wordnet_roots.toml`` names.

    A candidate's links are its synsets; each counts 1 and the times that WordNet's sense-tagged
    texts use the lemma in that sense. A verb is there as the noun or participle that labels have.

    Attributes
    ----------
    branches : tuple of str
        Names of the branches to take; all by default.
    roots : tuple of str
        Synsets of the recipe's own (``bird.n.01``) instead of the branches: every sense of
        everything below them.
    depth : int
        How many levels below the roots of the recipe's own.
    under : tuple of str
        Synsets (``animal.n.01``): only what is one of them or below; all by default.
    definitions : bool
        Whether a concept with one synset has that synset's gloss as its definition. WordNet's
        licence allows that.
    """

    place_keys: ClassVar[tuple[str, ...]] = ()
    branches: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    depth: int = 0
    under: tuple[str, ...] = ()
    definitions: bool = False

    def __post_init__(self) -> None:
        if self.branches and self.roots:
            raise UsageError("wordnet: give branches or roots, not both")
        if self.depth < 0 or (self.depth and not self.roots):
            raise UsageError(
                f"wordnet: depth is how many levels below roots to go, from 0; found {self.depth}"
            )
        for option, synsets in (("roots", self.roots), ("under", self.under)):
            for name in synsets:
                if not _SYNSET.fullmatch(name):
                    raise UsageError(
                        f"wordnet: {option} are synsets such as 'bird.n.01', found {name!r}"
                    )
        names = [branch.name for branch in read_roots().branches]
        check_names("branch", self.branches, names, "wordnet")

    @property
    def needs(self) -> frozenset[str]:
        """See the base class."""
        return frozenset({"wordnet"})

    def locate(self, place: Place, pinned: str | None = None) -> Located:
        """WordNet, which NLTK finds."""
        return locate_resource("wordnet")

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Walk the branches; a synset that two of them reach counts once."""
        require_nltk("wordnet")
        roots = read_roots()
        branches = self._own() if self.roots else roots.branches
        found = {
            (occurrence.text, occurrence.locator): occurrence
            for branch in branches
            if not self.branches or branch.name in self.branches
            for occurrence in walk(branch, roots)
            if not self.under or self._is_under(occurrence.locator)
        }
        return gather(found.values(), name, path)

    def definition(self, link: str) -> str | None:
        """The gloss of ``wordnet:SYNSET``, if this source gives definitions."""
        scheme, _, name = link.partition(":")
        if not self.definitions or scheme != "wordnet":
            return None
        gloss: str = _synset(name).definition()
        return gloss

    def _is_under(self, name: str) -> bool:
        """Whether a synset is one of those to stay under, or has one above it."""
        tops = {_synset(top) for top in self.under}
        paths = _synset(name).hypernym_paths()
        return any(not tops.isdisjoint(path) for path in paths)

    def _own(self) -> list[Branch]:
        return [
            Branch(name, _KINDS[name.rsplit(".", 2)[1]], self.depth, 0, (name,))
            for name in self.roots
        ]


@dataclass(frozen=True, slots=True)
class Branch:
    """Some roots of one part of speech, and how far to go below them."""

    name: str
    kind: str
    depth: int
    max_sense: int
    roots: tuple[str, ...]
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roots:
    """``data/wordnet_roots.toml``: see the comments there."""

    branches: tuple[Branch, ...]
    also: frozenset[str]
    leave_out: frozenset[str]


@functools.cache
def read_roots() -> Roots:
    """The table of roots and stops."""
    table = package_table("wordnet_roots.toml")
    branches = tuple(
        Branch(
            row["name"],
            row["kind"],
            row["depth"],
            row["max_sense"],
            tuple(row["roots"]),
            tuple(row.get("stop", ())),
        )
        for row in table["branch"]
    )
    return Roots(branches, frozenset(table["also"]), frozenset(table["leave_out"]))


def walk(branch: Branch, roots: Roots) -> Iterator[Occurrence]:
    """Lemmas of a branch, level by level; a lemma of several synsets comes once for each."""
    stop = {_synset(name) for name in branch.stop}
    level = [_synset(name) for name in branch.roots]
    seen = set(level)
    for _ in range(branch.depth + 1):
        for synset in level:
            yield from _lemmas(synset, branch, roots)
        below = {child for synset in level for child in synset.hyponyms()}
        level = sorted(below - seen - stop)
        seen.update(level)


def _synset(name: str) -> Any:
    wordnet = wordnet_reader()
    from nltk.corpus.reader.wordnet import WordNetError

    try:
        return wordnet.synset(name)
    except (WordNetError, ValueError) as error:
        raise DataError(
            f"the synset {name} is not in this WordNet ({wordnet.get_version()}); WordNet 3.0 is"
            " expected"
        ) from error


def _lemmas(synset: Any, branch: Branch, roots: Roots) -> Iterator[Occurrence]:
    wordnet = wordnet_reader()

    name = synset.name()
    first = True
    for lemma in synset.lemmas():
        text = lemma.name().replace("_", " ")
        if not _PLAIN.fullmatch(text):
            continue
        usual = first or lemma.count() > 0 or text in roots.also
        first = False
        senses = wordnet.synsets(lemma.name(), synset.pos())
        main = not branch.max_sense or synset in senses[: branch.max_sense]
        if usual and main and text not in roots.leave_out:
            found = _occurrence(text, branch.kind, name, 1 + lemma.count())
            if found.text not in roots.leave_out:
                yield found


def _occurrence(text: str, kind: str, synset: str, count: int) -> Occurrence:
    """A lemma as labels have it; of a phrase that is a verb the first word is (hum along)."""
    first, space, rest = text.partition(" ")
    shown, kind = sounding(first) if kind == "verb" else (first, kind)
    label = shown + space + rest
    forms = ((text, "form"),) if label != text else ()
    return Occurrence(
        label, synset, count, "phrase" if space else kind, (f"wordnet:{synset}",), forms
    )
