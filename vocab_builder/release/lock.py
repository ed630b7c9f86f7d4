"""The lock of a build: what went in, with which settings, and what came out, by hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from concept_core.documents import read_json
from concept_core.errors import AbsentFileError, DataError
from concept_core.files import canonical_json, pretty_json, sha256_text
from concept_core.values import Value, from_data, to_data

LOCK = "recipe.lock"


class _Source(TypedDict):
    name: str
    pinned: NotRequired[bool]


class _Parameters(TypedDict, total=False):
    """What is read of the parameters of a lock; other builds may have had any."""

    sources: list[_Source]


@dataclass(frozen=True, slots=True)
class Input(Value):
    """One file that a build reads, as the lock names it: never by a path of this machine.

    Attributes
    ----------
    role : str
        Name of the source, ``reference``, or ``language`` for what NLTK reads.
    origin : str
        ``resource:NAME/MEMBER``, ``id@version`` of a release, or the file as the recipe writes it.
    sha256 : str
    licence : str
        As stated by the recipe or the resource catalogue.
    """

    role: str
    origin: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True)
class Lock(Value):
    """All that a build depends on: two equal locks give the same folder, byte for byte.

    Attributes
    ----------
    sonolex : str
        The version that built it.
    recipe_sha256 : str
    inputs : tuple of Input
    parameters : mapping
        Every option of the recipe, defaults filled in: a changed default changes the lock.
    encoder : mapping or None
        The encoder spec with its fingerprint.
    permissive : bool
        Whether what restricts was left out when it was released.
    """

    sonolex: str
    recipe_sha256: str
    inputs: tuple[Input, ...]
    parameters: Mapping[str, Any] = field(repr=False)
    encoder: Mapping[str, Any] | None = field(repr=False)
    permissive: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The lock as JSON-ready data; what was released whole says nothing of ``permissive``."""
        data: dict[str, Any] = to_data(self)
        if not self.permissive:
            del data["permissive"]
        return data

    @property
    def sha256(self) -> str:
        """Hash over all that the build depends on."""
        return sha256_text(canonical_json(self.to_dict()))

    def document(self, outputs: Mapping[str, str]) -> str:
        """The text of ``recipe.lock``, with the sha256 of every output by file name."""
        key = {"key_sha256": self.sha256, "outputs": dict(sorted(outputs.items()))}
        return pretty_json({**self.to_dict(), **key})

    def input_of(self, role: str) -> Input | None:
        """The input of a role, such as the name of a source."""
        return next((one for one in self.inputs if one.role == role), None)

    @property
    def pinned(self) -> frozenset[str]:
        """The names of the sources whose words are the person's own."""
        sources = self.parameters.get("sources", ())
        return frozenset(one["name"] for one in sources if one.get("pinned"))

    def check_inputs(self, inputs: Iterable[Input], where: str) -> None:
        """See that a build would read what this lock lists.

        Parameters
        ----------
        inputs : iterable of Input
            What the build would read.
        where : str
            The file of this lock, for the message.

        Raises
        ------
        DataError
            An input differs, is new or is missing; the message names every one.
        """
        wanted = {(one.role, one.origin): one.sha256 for one in self.inputs}
        here = {(one.role, one.origin): one.sha256 for one in inputs}
        lines = [
            f"  {role} ({origin}): sha256 is {here.get((role, origin), 'none, it is not read')},"
            f" the lock says {wanted.get((role, origin), 'nothing of it')}"
            for role, origin in sorted({*wanted, *here})
            if wanted.get((role, origin)) != here.get((role, origin))
        ]
        if lines:
            raise DataError(
                f"{where}: this build would read other inputs than the lock has; bring those"
                " back, or build without --lock\n" + "\n".join(lines)
            )


def read_lock(path: Path) -> Lock:
    """The lock of a file.

    Raises
    ------
    DataError
        No such file, or no lock.
    """
    try:
        data = read_json(path)
    except FileNotFoundError as error:
        raise AbsentFileError(
            f"{path}: no such file; name an earlier build's recipe.lock"
        ) from error
    except DataError as error:
        raise DataError(f"{path}: not a recipe.lock: {error}") from error
    if isinstance(data, dict):
        data = {key: value for key, value in data.items() if key not in ("key_sha256", "outputs")}
    lock = from_data(data, Lock, f"{path}: not a recipe.lock", DataError)
    from_data(lock.parameters, _Parameters, f"{path}: parameters")
    return lock
