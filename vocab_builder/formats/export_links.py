"""Identifiers elsewhere, as SKOS names them, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

# AudioSet gives its classes no addresses; the repository that defines them is named.
_AUDIOSET = "https://github.com/audioset/ontology#"
# WordNet 3.0 as RDF, by M. van Assem and J. van Ossenbruggen, Vrije Universiteit Amsterdam, 2010.
_WORDNET = "http://purl.org/vocabularies/princeton/wn30/synset-"
_UCS = "https://universalcategorysystem.com/#"
_POS = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjectivesatellite", "r": "adverb"}
_SYNSET = re.compile(r"(.+)\.([nvasr])\.(\d+)")
_SYNSET_IRI = re.compile(rf"{re.escape(_WORDNET)}(.+)-({'|'.join(_POS.values())})-(\d+)")


def mapping(links: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a SKOS property and an IRI for the links of one concept.

    A class or synset that is the only one of its scheme is an ``exactMatch``; of several, each is
    close, since they are not the same as each other; a UCS category is close, since a concept may
    be one name of several in it. What an AudioSet class lies under is a ``broadMatch``. Links of
    other schemes are related.
    """
    listed = [tuple(link.split(":", 1)) for link in links if ":" in link]
    schemes = [scheme for scheme, _ in listed]
    for scheme, name in listed:
        sole = "exactMatch" if schemes.count(scheme) == 1 else "closeMatch"
        if scheme == "audioset":
            yield sole, _AUDIOSET + quote(name)
        elif scheme == "audioset-broader":
            yield "broadMatch", _AUDIOSET + quote(name)
        elif scheme == "wordnet" and (synset := _SYNSET.fullmatch(name)):
            lemma, pos, number = synset.groups()
            yield sole, f"{_WORDNET}{quote(lemma, safe='')}-{_POS[pos]}-{int(number)}"
        elif scheme == "ucs":
            yield "closeMatch", _UCS + quote(name)
        else:
            yield "relatedMatch", f"urn:sonolex:link:{quote(scheme, safe='')}:{quote(name)}"


def link_of(relation: str, target: str) -> str | None:
    """The link that ``mapping`` made an IRI of; None where it made none of it."""
    if target.startswith(_AUDIOSET):
        scheme = "audioset-broader" if relation == "broadMatch" else "audioset"
        return f"{scheme}:{unquote(target.removeprefix(_AUDIOSET))}"
    if target.startswith(_UCS):
        return f"ucs:{unquote(target.removeprefix(_UCS))}"
    if synset := _SYNSET_IRI.fullmatch(target):
        short = {name: letter for letter, name in _POS.items()}[synset[2]]
        return f"wordnet:{unquote(synset[1])}.{short}.{int(synset[3]):02d}"
    if target.startswith("urn:sonolex:link:"):
        scheme, _, name = target.removeprefix("urn:sonolex:link:").partition(":")
        return f"{unquote(scheme)}:{unquote(name)}"
    return None
