"""Captions: words, noun phrases and events of what people wrote of clips, counted by clip."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from concept_core.datasets.caption_files import read_rows
from concept_core.engine import Engine, Lost
from concept_core.engine.local import LocalEngine
from concept_core.errors import DataError, UsageError
from concept_core.spelling import check_names
from concept_core.vocabulary import Evidence
from vocab_builder.sources.base import Source
from vocab_builder.stages.candidates import (
    ROWS,
    Candidate,
    OtherName,
    merge_candidates,
    sorted_names,
    with_rows,
)
from vocab_builder.words.events import MUTE
from vocab_builder.words.forms import base_form, sounding
from vocab_builder.words.idioms import idiomatic
from vocab_builder.words.phrases import (
    ATTRIBUTE,
    KINDS,
    Mention,
    Reader,
    TaggedReader,
    WordReader,
)

BLOCK = 32
"""Rows that are tagged together."""

TAGGERS = ("perceptron", "none")


@dataclass(frozen=True, slots=True)
class Captions(Source):
    """Words of captions; a word counts once a clip, however many captions of the clip have it.

    The locator names file, columns and the lines of the first rows that have the word
    (``x.csv:caption@2,9,14``); of json and yaml, which have no lines, their places in the list.

    A row is a clip unless ``clip`` says otherwise. Files are csv, tsv, jsonl or txt (one caption a
    line), read row by row: memory grows with the number of distinct words, not with the file. And
    json as WavCaps has it, and yaml as MACS has it, which are read whole.

    Attributes
    ----------
    columns : tuple of str
        Columns of csv and tsv, or keys of json, that hold captions. By default those called
        caption, captions or caption_1, caption_2, ...
    clip : tuple of str
        Columns that together name the clip, where one has several rows (AudioCaps' validation
        and test captions: ``["youtube_id", "start_time"]``). Memory then grows with the clips too.
    tagger : str
        ``perceptron``: NLTK's tagger and WordNet give nouns and adjectives in dictionary form,
        verbs as the noun or participle that labels have (``words.forms.sounding``), and noun
        phrases. ``none``: every word as it stands, of kind ``word``; needs no data.
    kinds : tuple of str
        What the tagger's words to take: noun, verb, adjective, phrase. A word that is tagged in
        several ways takes the most frequent of them.
    events : bool
        Whether to take events as well: who or what sounds, and how ("dog barking").
    collocation : float
        Phrases of two words whose words come together hardly more often than by chance are not
        candidates: those whose log-likelihood ratio (Dunning, Computational Linguistics 19(1),
        1993) is below this. 10.83 is p < .001; 0 takes all.
    min_count : int
        Words and phrases of fewer clips are not candidates.
    """

    columns: tuple[str, ...] = ()
    tagger: str = "perceptron"
    kinds: tuple[str, ...] = KINDS
    clip: tuple[str, ...] = ()
    events: bool = False
    collocation: float = 0.0
    min_count: int = 1

    def __post_init__(self) -> None:
        check_names("tagger", [self.tagger], TAGGERS, "captions")
        check_names("kind", self.kinds, KINDS, "captions: kinds")
        if self.tagger == "none" and self.kinds != KINDS:
            raise UsageError("captions: kinds are told apart by a tagger; tagger is 'none'")
        if self.tagger == "none" and (self.events or self.collocation):
            raise UsageError("captions: events and collocations need a tagger; tagger is 'none'")
        if self.collocation < 0:
            raise UsageError(f"captions: collocation must be from 0, found {self.collocation}")
        if self.min_count < 1:
            raise UsageError(f"captions: min_count must be from 1, found {self.min_count}")

    @property
    def needs(self) -> frozenset[str]:
        """See the base class."""
        return frozenset({"tagger", "wordnet"} if self.tagger != "none" else ())

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read, tag and count the file.

        Raises
        ------
        DataError
            A broken row, a column that is not there, or no row at all.
        MissingError
            The tagger or WordNet is not on this machine.
        """
        return self.by_engine(name, path, LocalEngine())

    def by_engine(self, name: str, path: Path, engine: Engine) -> list[Candidate]:
        """Read and count the file here, and have its captions tagged by the engine, in blocks."""
        clips: Counter[str] = Counter()
        tagged: Counter[Mention] = Counter()
        # All words, also of kinds that are not taken: collocations are measured with them.
        words: Counter[str] = Counter()
        rewritten: dict[str, set[str]] = {}
        places: dict[str, list[int]] = {}
        locator = path.name
        kinds = {*self.kinds, "word", *((ATTRIBUTE,) if "phrase" in self.kinds else ())}
        for whose, labels, mentions in self._clips(path, rewritten, engine):
            words.update(label for label in labels if " " not in label)
            taken = {mention for mention in mentions if mention[1] in kinds}
            new = {label for label, _ in taken} & labels
            clips.update(new)
            for label in new:
                if clips[label] <= ROWS:
                    places.setdefault(label, []).append(whose.number)
            tagged.update(taken)
            locator = _locator(path, whose.fields)
        kind_of = main_kinds(tagged)
        frequent = {label: clips[label] for label in kind_of if clips[label] >= self.min_count}
        if self.collocation:
            frequent = collocations(frequent, words, self.collocation)
        return merge_candidates(
            _candidate(
                label,
                kind_of[label],
                Evidence(name, with_rows(locator, places[label]), count),
                rewritten,
            )
            for label, count in frequent.items()
            if kind_of[label] != "verb" or label not in MUTE
        )

    def _clips(
        self, path: Path, rewritten: dict[str, set[str]], engine: Engine
    ) -> Iterator[tuple[_Whose, set[str], set[Mention]]]:
        """Each row, and what is new in it for its clip.

        ``rewritten`` takes what the captions have, by how people write it.
        """
        # Hashes instead of texts: a clip has some ten words.
        seen: set[int] = set()
        for whose, told in self._told(path, engine):
            mentions = set(told.mentions)
            for written, label in told.rewritten:
                rewritten.setdefault(written, set()).add(label)
            labels = {label for label, _ in mentions}
            if self.clip:
                labels = {label for label in labels if _add(seen, (*whose.clip, label))}
                mentions = {one for one in mentions if _add(seen, (*whose.clip, *one))}
            yield whose, labels, mentions

    def _told(self, path: Path, engine: Engine) -> Iterator[tuple[_Whose, Mentioned]]:
        """Of each row whose captions it has, and what they mention."""
        # Those that are with the engine; their results come in order.
        given: deque[list[_Whose]] = deque()

        def blocks() -> Iterator[list[tuple[str, ...]]]:
            rows = iter(read_rows(path, self.columns, self.clip))
            while block := list(islice(rows, BLOCK)):
                given.append([_Whose(row.fields, row.clip, row.number) for row in block])
                yield [row.captions for row in block]

        for came in engine.map(CaptionReader(self.tagger, self.events), blocks()):
            block = given.popleft()
            if isinstance(came, Lost):
                raise DataError(
                    f"{path}: {BLOCK} captions from the {came.place * BLOCK + 1:,}th on could not"
                    f" be tagged: {came.reason}; run it again"
                )
            yield from zip(block, came.result, strict=True)


class _Whose(NamedTuple):
    """The columns of a row, what names its clip, and its number; not its captions."""

    fields: tuple[str, ...]
    clip: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What the captions of one row mention.

    Attributes
    ----------
    mentions : tuple of (label, kind)
        As people write them.
    rewritten : tuple of (str, str)
        Those that the captions write otherwise: as people write it, and as it stood.
    """

    mentions: tuple[Mention, ...]
    rewritten: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CaptionReader:
    """Tags blocks of rows, each the captions of one clip; see the options of ``Captions``."""

    tagger: str
    events: bool

    def start(self) -> Callable[[list[tuple[str, ...]]], list[Mentioned]]:
        """Load the tagger and WordNet."""
        plain = self.tagger == "none"
        reader: Reader = WordReader() if plain else TaggedReader(self.events)

        def told(captions: tuple[str, ...]) -> Mentioned:
            mentions = set().union(*(reader.mentions(caption) for caption in captions))
            if plain:
                return Mentioned(tuple(mentions))
            rewritten: dict[str, set[str]] = {}
            written = _as_written(mentions, rewritten)
            pairs = ((new, old) for new, ones in rewritten.items() for old in ones)
            return Mentioned(tuple(written), tuple(pairs))

        return lambda block: [told(captions) for captions in block]


def _as_written(mentions: set[Mention], rewritten: dict[str, set[str]]) -> set[Mention]:
    """Mentions as people write them; of those that change, ``rewritten`` takes the old label."""
    written = set()
    for label, kind in mentions:
        idiom = idiomatic(label)
        if idiom != label:
            rewritten.setdefault(idiom, set()).add(label)
        written.add((idiom, "noun" if kind == "phrase" and " " not in idiom else kind))
    return written


def _candidate(
    label: str, kind: str, evidence: Evidence, rewritten: Mapping[str, set[str]]
) -> Candidate:
    """A word as labels have it: of a verb its noun or participle, with the verb as another name."""
    shown, kind = sounding(label) if kind == "verb" else (label, kind)
    source = evidence.source
    names = {OtherName(one, "synonym", source) for one in rewritten.get(label, ())}
    if shown != label:
        names.add(OtherName(label, "form", source))
    return Candidate(shown, kind, (evidence,), other_names=sorted_names(names))


def _add(seen: set[int], item: tuple[str, ...]) -> bool:
    """Whether the item is new."""
    before = len(seen)
    seen.add(hash(item))
    return len(seen) > before


def collocations(
    counts: Mapping[str, int], words: Counter[str], threshold: float
) -> dict[str, int]:
    """Leave out phrases of two words that do not belong together.

    Chance draws both words, one after the other, from all words of all clips.

    Parameters
    ----------
    counts : mapping of label to number of clips
        What is filtered.
    words : counter of words by number of clips
        All words, in dictionary form.
    threshold : float
        The least log-likelihood ratio.
    """
    from nltk.metrics import BigramAssocMeasures

    total = words.total()
    kept = {}
    for label, together in counts.items():
        pair = label.split()
        if len(pair) == 2:
            # A word that is nowhere by itself comes with the other only.
            first, second = (max(words[base_form(word)], words[word], together) for word in pair)
            ratio = BigramAssocMeasures.likelihood_ratio(together, (first, second), total)
            if ratio < threshold or together * total <= first * second:
                continue
        kept[label] = together
    return kept


def main_kinds(tagged: Counter[Mention]) -> dict[str, str]:
    """The most frequent kind of each label; of equals the first of ``KINDS``.

    What is only an attribute ("a popping explosion") is no label.
    """
    order = {kind: place for place, kind in enumerate((*KINDS, "word"))}
    told = [mention for mention in tagged if mention[1] != ATTRIBUTE]
    ranked = sorted(told, key=lambda mention: (-tagged[mention], order[mention[1]]))
    kinds: dict[str, str] = {}
    for label, kind in ranked:
        kinds.setdefault(label, kind)
    return kinds


def _locator(path: Path, fields: Sequence[str]) -> str:
    """``file:caption``, ``file:caption_1..caption_5``, or the file alone."""
    if len(fields) < 2:
        return ":".join((path.name, *fields))
    return f"{path.name}:{fields[0]}..{fields[-1]}"
