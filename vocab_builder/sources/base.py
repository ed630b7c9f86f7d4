"""What every source shares: what it reads and where that lies, and candidates of occurrences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from concept_core.engine import Engine
from concept_core.errors import AbsentFileError, DataError, UsageError
from concept_core.files import canonical_json, named_path, sha256_file, sha256_text
from concept_core.resources import find_resource, input_hash, resource_path
from concept_core.vocabulary import Evidence
from vocab_builder.licences.identifiers import NOT_STATED
from vocab_builder.stages.candidates import Candidate, OtherName, merge_evidence, sorted_names
from vocab_builder.words.normal_form import normal_form


@dataclass(frozen=True, slots=True)
class Place:
    """Where data lies, as a recipe or a command line writes it.

    Attributes
    ----------
    path : str or None
        Of a file or folder, or what else a kind of source takes for a path.
    resource, member : str or None
        A name of ``sonolex fetch``, and a file of it.
    folder : Path
        What a relative path is relative to.
    where : str
        What messages begin with.
    """

    path: str | None = None
    resource: str | None = None
    member: str | None = None
    folder: Path = Path()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """Data found on this machine, and what a lock says of it: never a path of this machine.

    Attributes
    ----------
    path : Path
    origin : str
        ``resource:NAME/MEMBER``, ``id@version``, or the file as the recipe writes it.
    sha256 : str
    licence : str
        That of the resource or release; ``NOT_STATED`` where nothing is known.
    """

    path: Path
    origin: str
    sha256: str
    licence: str = NOT_STATED


class Source:
    """A kind of source: a frozen dataclass that extends this; its fields are its options.

    Attributes
    ----------
    place_keys : tuple of str
        Which of ``path``, ``resource`` and ``member`` the kind reads.
    takes_folder : bool
        Whether the path may be a folder of files.
    """

    __slots__ = ()
    place_keys: ClassVar[tuple[str, ...]] = ("path", "resource", "member")
    takes_folder: ClassVar[bool] = False

    @property
    def needs(self) -> frozenset[str]:
        """Names of the resources that it needs besides its data, as NLTK reads them."""
        return frozenset()

    def locate(self, place: Place, pinned: str | None = None) -> Located:
        """Find what it reads.

        Parameters
        ----------
        place : Place
        pinned : str, optional
            The origin that a lock has for it.

        Raises
        ------
        UsageError, DataError, MissingError
            As ``locate``.
        """
        return locate(place, takes_folder=self.takes_folder)

    def models(self) -> tuple[Located, ...]:
        """Further files that decide its labels, such as the checkpoint that transcribes."""
        return ()

    def definition(self, link: str) -> str | None:
        """What the source says that a link means, where a release is to have that."""
        return None

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Candidates with labels in normal form, in the order that own words (pinned) have.

        Most frequent first, ties by label, unless the source has an order of its own.

        Parameters
        ----------
        name : str
            What evidence calls the source.
        path : Path
            Of what ``locate`` found.
        """
        raise NotImplementedError

    def by_engine(self, name: str, path: Path, engine: Engine) -> list[Candidate]:
        """The same, with the work done by an engine, of kinds that have much of it."""
        return self(name, path)


def locate(place: Place, *, takes_folder: bool = False) -> Located:
    """The file of a path or of a resource; a folder of files where one is taken.

    Raises
    ------
    UsageError
        Both or neither are given, or a resource holds several files.
    DataError
        There is no such file.
    MissingError
        The resource is not on this machine; the message has the command that gets it.
    """
    if (place.path is None) == (place.resource is None):
        raise UsageError(f"{place.where}: give either path or resource")
    if place.resource is not None:
        path = resource_path(place.resource, place.member)
        if path.is_dir():
            files = ", ".join(member.name for member in find_resource(place.resource).members)
            raise UsageError(
                f"{place.where}: {place.resource} holds several files; say which with member"
                f" ({files})"
            )
        origin = "/".join(filter(None, (f"resource:{place.resource}", place.member)))
        return Located(path, origin, sha256_file(path), _licence(place.resource))
    path = named_path(place.folder / str(place.path))
    if path.is_dir() and takes_folder:
        return Located(path, str(place.path), _folder_hash(path))
    if not path.is_file():
        raise AbsentFileError(
            f"{place.where}: no file {place.path!r} in {place.folder.absolute()}; correct the path"
        )
    return Located(path, str(place.path), sha256_file(path))


def _folder_hash(folder: Path) -> str:
    """Over the names and contents of the files, which may lie at any depth."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return sha256_text(
        canonical_json({path.relative_to(folder).as_posix(): sha256_file(path) for path in files})
    )


def locate_resource(name: str) -> Located:
    """A resource that NLTK reads; the hash is that of the files it will read.

    Raises
    ------
    MissingError
        It is not on this machine; the message has the command that gets it.
    """
    return Located(resource_path(name), f"resource:{name}", input_hash(name), _licence(name))


def _licence(resource: str) -> str:
    """As the catalogue states it."""
    return find_resource(resource).licence or NOT_STATED


@dataclass(frozen=True, slots=True)
class Named:
    """A label, and what else the same thing is called.

    Attributes
    ----------
    label : str
    synonyms : tuple of str
    """

    label: str
    synonyms: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The further names, as an ``Occurrence`` has them."""
        return tuple((text, "synonym") for text in self.synonyms)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A text found at one place of a source; ``kind`` None says ``word`` or ``phrase``.

    ``names`` are further names of it, each with its kind (see ``OtherName``).
    """

    text: str
    locator: str
    count: int = 1
    kind: str | None = None
    links: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def gather(occurrences: Iterable[Occurrence], name: str, path: Path) -> list[Candidate]:
    """One candidate a label, with all its places, links and other names; the first kind stays.

    Raises
    ------
    DataError
        If there is not one label.
    """
    evidence: dict[str, list[Evidence]] = {}
    kinds: dict[str, str] = {}
    links: dict[str, set[str]] = {}
    names: dict[str, set[OtherName]] = {}
    for one in occurrences:
        label = normal_form(one.text)
        if not label:
            continue
        evidence.setdefault(label, []).append(Evidence(name, one.locator, one.count))
        kinds.setdefault(label, one.kind or kind_by_spaces(label))
        links.setdefault(label, set()).update(one.links)
        others = ((normal_form(alias), kind) for alias, kind in one.names)
        names.setdefault(label, set()).update(
            OtherName(alias, kind, name) for alias, kind in others if alias not in ("", label)
        )
    if not evidence:
        raise DataError(f"{path}: no labels found; the source is empty")
    return by_count(
        Candidate(
            label,
            kinds[label],
            merge_evidence(places),
            tuple(sorted(links[label])),
            other_names=sorted_names(names[label]),
        )
        for label, places in evidence.items()
    )


def kind_by_spaces(label: str) -> str:
    """``phrase`` or ``word``, where nothing more is known."""
    return "phrase" if " " in label else "word"


def ranked_by_place(candidates: Iterable[Candidate], name: str) -> list[Candidate]:
    """Candidates of a list without counts, in its order: the first of n ranks as if it counted n.

    Their own counts, such as 1 of each, rank nothing.
    """
    listed = list(candidates)
    return [
        replace(one, extra=-float(one.count), places=((name, float(len(listed) - place)),))
        for place, one in enumerate(listed)
    ]


def by_count(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The order that sources give: most frequent first, ties by label."""
    return sorted(candidates, key=lambda candidate: (-candidate.mass, candidate.label))
