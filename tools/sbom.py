"""Bill of materials of the package: ``python -m tools.sbom --out build/sbom.cdx.json``.

CycloneDX 1.6 JSON: the package, the vocabularies that it carries, and all packages that it needs,
without extras, each with the version that is installed here, its licence as it states it, and what
it needs in turn. Checked against the schema before it is written. The same installation gives the
same bytes; the time is ``SOURCE_DATE_EPOCH`` where that is set.
"""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from concept_core import load_vocabulary
from concept_core.files import package_folder, write_text
from concept_core.releases.specifiers import list_releases

_PACKAGE = "sonolex"
# Of the older field `License`: a licence's text there says nothing that the classifier does not say
# shorter.
_LONGEST_NAME = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bill; 1 where the schema refuses it."""
    parser = argparse.ArgumentParser(prog="tools.sbom", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/sbom.cdx.json"))
    options = parser.parse_args(arguments)
    bill = make_bill()
    text = JsonV1Dot6(bill).output_as_string(indent=2) + "\n"
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.stderr.write(f"not written, the schema refuses it: {problem.data.message}\n")
        return 1
    write_text(options.out, text)
    sys.stdout.write(f"{options.out}: {len(bill.components)} components\n")
    return 0


def make_bill() -> Bom:
    """The package as installed here, with what it carries and needs."""
    needs = needed(_PACKAGE)
    components = {name: _component(name) for name in needs}
    root = components.pop(_PACKAGE)
    root.type = ComponentType.APPLICATION
    carried = [
        _vocabulary(f"{name}@{version}")
        for name, versions in list_releases().items()
        for version in versions
    ]
    bill = Bom(components=[*components.values(), *carried])
    bill.metadata.component = root
    for name, others in needs.items():
        owner = components.get(name, root)
        bill.register_dependency(owner, [components[other] for other in sorted(others)])
    bill.register_dependency(root, carried)
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH", datetime.now(UTC).timestamp()))
    bill.metadata.timestamp = datetime.fromtimestamp(seconds, UTC)
    versions = sorted(f"{one.name}@{one.version}" for one in (root, *components.values(), *carried))
    bill.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(versions))
    return bill


def needed(package: str) -> dict[str, set[str]]:
    """What a package needs, directly or not, by normal name: each with what it needs itself."""
    found: dict[str, set[str]] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(canonicalize_name(package), frozenset())]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        direct = dict(_requirements(name, extras))
        found.setdefault(name, set()).update(direct)
        new = set(direct.items()) - seen
        seen |= new
        waiting += new
    return found


def _requirements(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Names, and wanted extras, of what an installed package needs on this platform."""
    for line in metadata.requires(name) or ():
        wanted = Requirement(line)
        environments = [{"extra": extra} for extra in ("", *extras)]
        if wanted.marker is None or any(map(wanted.marker.evaluate, environments)):
            yield canonicalize_name(wanted.name), frozenset(wanted.extras)


def _component(name: str) -> Component:
    about = metadata.metadata(name)
    version = about["Version"]
    return Component(
        name=name,
        version=version,
        description=_stated(about, "Summary") or None,
        licenses=_licences(about),
        purl=PackageURL("pypi", name=name, version=version),
        bom_ref=f"{name}=={version}",
    )


def _licences(about: metadata.PackageMetadata) -> list[License]:
    """As stated: an expression, a name, or the classifiers."""
    if expression := _stated(about, "License-Expression"):
        return [LicenseFactory().make_from_string(expression)]
    stated = _stated(about, "License")
    if 0 < len(stated) <= _LONGEST_NAME and "\n" not in stated:
        return [LicenseFactory().make_from_string(stated)]
    names = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License :: ")
    ]
    return [LicenseFactory().make_with_name(name) for name in names]


def _stated(about: metadata.PackageMetadata, field: str) -> str:
    values: list[str] = about.get_all(field) or [""]
    return values[0]


def _vocabulary(specifier: str) -> Component:
    # By its folder: a deprecated one is carried all the same, and nobody here chose it.
    name, _, version = specifier.partition("@")
    vocabulary = load_vocabulary(package_folder("vocabularies") / name / version)
    return Component(
        type=ComponentType.DATA,
        name=vocabulary.id,
        version=vocabulary.version,
        licenses=[LicenseFactory().make_from_string(vocabulary.metadata["licence"])],
        properties=[Property(name="sonolex:content_hash", value=vocabulary.content_hash)],
        bom_ref=f"vocabulary:{specifier}",
    )


if __name__ == "__main__":
    sys.exit(main())
