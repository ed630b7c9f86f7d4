"""Publish a release: say what will be written, write it, read it back, make it visible, check.

What a killed run left is used; what is published never changes; of two that publish at once one
wins, and the other learns whether the winner's content is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.releases.folder import (
    DESCRIPTION_SUMS,
    DESCRIPTIONS,
    SIGNATURE,
    SUMS,
    parse_sums,
    verify_release,
)
from concept_core.releases.specifiers import find_release
from concept_core.temporaries import temporary_folder
from concept_core.values import Value, to_data
from vocab_builder.formats.archives import write_tar
from vocab_builder.formats.descriptions import check_descriptions, describe
from vocab_builder.publish.signatures import signer
from vocab_builder.publish.store import (
    LARGEST_SUMS,
    Address,
    Destination,
    Upload,
    open_destination,
    sha256,
)
from vocab_builder.publish.verifying import download, known_sums
from vocab_builder.release.release import Release

Say = Callable[[str], None]
WRITE, THERE, LAST = "write", "there", "last"


@dataclass(frozen=True, slots=True)
class Package:
    """A release that is ready to be published.

    Attributes
    ----------
    release : Address
    files : mapping of str to bytes
        By name, without ``SHA256SUMS``: those of the folder, the signature, if there is one, and
        the descriptions for other tools with their own sums, if the folder does not list any.
    sums : bytes
        Of ``SHA256SUMS``.
    """

    release: Address
    files: dict[str, bytes]
    sums: bytes

    @property
    def key(self) -> str:
        """Equal for equal content alone."""
        beyond = [self.files.get(name, b"") for name in (SIGNATURE, DESCRIPTION_SUMS)]
        return sha256(b"".join([self.sums, *beyond]))


@dataclass(frozen=True, slots=True)
class Step(Value):
    """One file of a plan.

    Attributes
    ----------
    action : str
        ``write``, ``there`` (with these bytes already), or ``last``.
    place : str
        Where it will be, for people.
    size : int
        In bytes.
    """

    action: str
    place: str
    size: int


@dataclass(frozen=True, slots=True)
class Published:
    """What became of publishing.

    Attributes
    ----------
    release : Address
    destination : str
        For people.
    steps : tuple of Step
        What was to be done; none where the release was there.
    outcome : str
        ``published``, ``already published`` (with this very content), or ``dry run``.
    """

    release: Address
    destination: str
    steps: tuple[Step, ...]
    outcome: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "specifier": self.release.specifier,
            "outcome": self.outcome,
            "files": to_data(self.steps),
            "destination": self.destination,
        }


def publish(
    spec: str | Path,
    place: str,
    *,
    dry_run: bool = False,
    key: Path | None = None,
    password: Callable[[], str] = str,
    asset: Path | None = None,
    say: Say = lambda line: None,
) -> Published:
    """Publish a release, which then never changes there, or say how it would be.

    Parameters
    ----------
    spec : str or Path
        A specifier or release folder.
    place : str
        A folder, ``git:REPOSITORY``, ``hf:OWNER/NAME`` or ``s3://BUCKET/PREFIX``.
    dry_run : bool
        Write nothing.
    key : Path, optional
        A secret key of minisign, to sign with.
    password : callable
        Asked for the key's password, if it has one.
    asset : Path, optional
        Of git: a folder for the release as one archive too.
    say : callable
        Called with each line for the user; the whole plan comes before anything is written.

    Raises
    ------
    UsageError
        No such release, or no place that releases are published to.
    SonolexError
        As `load_package`, `signer` and `publish_package`.
    """
    if asset is not None and not place.startswith("git:"):
        raise UsageError("--asset goes with a git: destination, whose forge shows it")
    destination = open_destination(place)
    folder = find_release(str(spec))
    package = load_package(folder, None if key is None else signer(key, folder, password))
    published = publish_package(package, destination, say, dry_run=dry_run)
    if asset is not None and not dry_run:
        top = f"{package.release.id}-{package.release.version}"
        path = asset / f"{top}.tar.gz"
        write_tar({**package.files, SUMS: package.sums}, top, path)
        say(f"  asset  {path}")
    return published


def load_package(folder: Path, sign: Callable[[bytes], bytes] | None = None) -> Package:
    """Read and verify a release folder, and describe it for other tools.

    Parameters
    ----------
    folder : Path
        A release folder.
    sign : callable, optional
        From the bytes of ``SHA256SUMS`` to those of its signature.

    Raises
    ------
    IntegrityError
        The folder is not what was released, here or as this installation knows it.
    """
    names = verify_release(folder)
    loaded = Release.load(folder)
    release = Address(loaded.vocabulary.id, loaded.vocabulary.version)
    sums = (folder / SUMS).read_bytes()
    known = known_sums(release)
    if known is not None and known[0] != sha256(sums):
        raise IntegrityError(
            f"{folder}: is not the {release.specifier} that {known[1]} knows: its {SUMS} has sha256"
            f" {sha256(sums)}, expected {known[0]}; release it under a version of its own"
        )
    files = {name: (folder / name).read_bytes() for name in names}
    if sign is not None:
        files[SIGNATURE] = sign(sums)
    elif (folder / SIGNATURE).is_file():
        files[SIGNATURE] = (folder / SIGNATURE).read_bytes()
    # Some released folders hold them; there they stay as they are.
    if not DESCRIPTIONS & set(names):
        files |= {name: text.encode("utf-8") for name, text in describe(loaded).items()}
    return Package(release, files, sums)


def publish_package(
    package: Package, destination: Destination, say: Say, *, dry_run: bool = False
) -> Published:
    """Publish a release, or say how it would be.

    Parameters
    ----------
    package : Package
    destination : Destination
    say : callable
        Called with each line for the user; the whole plan comes before anything is written.
    dry_run : bool
        Say what would be done, and write nothing.

    Raises
    ------
    IntegrityError
        The version is there with other content, or what was written is not what is there.
    DataError
        Somebody else's unfinished upload is in the way, or a signature that is not this one.
    MissingError
        The destination does not answer; what was written so far is used by the next run.
    """
    release = package.release
    if _is_there(package, destination):
        download_check(package, destination)
        if not dry_run:
            destination.settle(release)
        say(f"{release.specifier}: already published to {destination.name}, identical")
        return Published(release, destination.name, (), "already published")
    with destination.upload(release, package.key) as upload:
        steps = _plan(package, upload)
        total = sum(step.size for step in steps)
        say(f"{release.specifier} to {destination.name}: {len(steps)} files, {total} bytes")
        for step in steps:
            say(f"  {step.action:<5}  {step.size:>9}  {step.place}")
        if dry_run:
            return Published(release, destination.name, steps, "dry run")
        won = _write(package, steps, upload, destination)
    if not won and not _is_there(package, destination):
        raise DataError(
            f"{destination.name}: holds files of {release.specifier} but no {SUMS}; remove them"
            " and run this again"
        )
    download_check(package, destination)
    destination.settle(release)
    outcome = "published" if won else "already published"
    by = "" if won else " by another meanwhile, identical"
    say(f"{release.specifier}: published to {destination.name}{by}; every file was read back")
    return Published(release, destination.name, steps, outcome)


def download_check(package: Package, destination: Destination) -> None:
    """Read everything back, and compare the signature and the descriptions too.

    Raises
    ------
    IntegrityError, DataError
        As `download` and `check_descriptions`; or the signature there is another one, or there is
        none.
    """
    with temporary_folder(None, "release") as scratch:
        folder = scratch
        download(destination, package.release, folder)
        check_descriptions(folder, f"{destination.name}: {package.release.specifier}")
        path = folder / SIGNATURE
        theirs = path.read_bytes() if path.is_file() else None
    ours = package.files.get(SIGNATURE)
    if ours is not None and theirs != ours:
        what = "without a signature" if theirs is None else "with another signature"
        raise DataError(
            f"{destination.name}: {package.release.specifier} was published {what}, and what is"
            " published does not change; sign when you publish, or sign the next version"
        )


def _plan(package: Package, upload: Upload) -> tuple[Step, ...]:
    steps = [
        Step(
            THERE if upload.find(name) == content else WRITE,
            upload.place(name),
            len(content),
        )
        for name, content in package.files.items()
    ]
    return (*steps, Step(LAST, upload.place(SUMS), len(package.sums)))


def _write(
    package: Package, steps: tuple[Step, ...], upload: Upload, destination: Destination
) -> bool:
    """Write what is not there, read it back, and make it visible; whether this run was first."""
    try:
        for (name, content), step in zip(package.files.items(), steps, strict=False):
            if step.action == WRITE:
                upload.write(name, content)
        for name, content in package.files.items():
            written = upload.find(name)
            if written != content:
                what = "is not there" if written is None else f"has sha256 {sha256(written)}"
                raise IntegrityError(
                    f"{upload.place(name)}: {what} after it was written, expected"
                    f" {sha256(content)}; the version was not made visible. Run this again"
                )
    except (DataError, IntegrityError):
        # In the way may be a version that somebody finished meanwhile: then that is the news.
        if _is_there(package, destination):
            return False
        raise
    return upload.finalise(package.sums)


def _is_there(package: Package, destination: Destination) -> bool:
    """Whether the release is published; IntegrityError if with other content than this."""
    sums = destination.read(package.release, SUMS, LARGEST_SUMS)
    if sums is None or sums == package.sums:
        return sums is not None
    where = f"{destination.name}: {package.release.specifier}"
    theirs, ours = parse_sums(sums, f"{where}/{SUMS}"), parse_sums(package.sums, SUMS)
    differ = [
        f"{name}: sha256 there is {theirs.get(name, 'none')}, of yours {ours.get(name, 'none')}"
        for name in sorted(set(theirs) | set(ours))
        if theirs.get(name) != ours.get(name)
    ]
    raise IntegrityError(
        f"{where} is published with other content, and a published version is never replaced;"
        f" release yours under a new version. {SUMS}: sha256 there is {sha256(sums)}, of yours"
        f" {sha256(package.sums)}; " + "; ".join(differ)
    )
