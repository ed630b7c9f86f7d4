"""``sonolex doctor``: what is installed, and whether an encoder works."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import device_option, offline_option

if TYPE_CHECKING:
    from concept_core.doctor.encoder import Examination
    from concept_core.doctor.installation import Installation


@click.command()
@click.option("--encoder", help="Run a mock job with this encoder instead.")
@device_option
@offline_option
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON on stdout.")
def command(encoder: str | None, device: str, offline: bool, as_json: bool) -> None:
    """Say what is on this machine, or what works with an encoder; exit 1 if something does not.

    Without --encoder: packages, resources, device, threads, cache, with the commands that get
    what is missing. With it: coded checks (docs/encoders.md says what each proves), ok, warning or
    failed; a warning is to be read and does not count.
    """
    from concept_core.files import pretty_json

    found: Examination | Installation
    if encoder is None:
        from concept_core.doctor.installation import examine_installation

        found = examine_installation()
        wrong, text = len(found.findings), _installation(found)
    else:
        from concept_core.doctor.encoder import examine_encoder

        found = examine_encoder(encoder, device=device, offline=offline)
        wrong, text = found.failed, _examination(found)
    click.echo(pretty_json(found.to_dict()).rstrip("\n") if as_json else text)
    if wrong:
        sys.exit(1)


def _examination(found: Examination) -> str:
    from vocab_builder.cli.text import plain, table

    lines = [plain(f"{found.encoder} on {found.device}")]
    if found.spec is not None:
        lines += [f"  {name}: {value}" for name, value in found.spec.to_dict().items()]
    rows = [(one.code, one.status, one.name, one.message) for one in found.outcomes]
    lines += ["", table(("check", "is", "of", "found"), rows)]
    return "\n".join(lines)


def _installation(found: Installation) -> str:
    from vocab_builder.cli.text import plain, table

    packages = [
        (one.name, one.version or "-", one.extra, "" if one.version else " && ".join(one.install))
        for one in found.packages
    ]
    resources = [
        (one.name, "yes" if one.path else "-", "" if one.path else one.fetch)
        for one in found.resources
    ]
    parts = [
        f"sonolex {found.sonolex}, Python {found.python}, {found.system}",
        f"device {found.device}; {found.cores} cores; {'; '.join(found.blas)}",
        plain(f"cache {found.cache}, {found.cache_bytes / 1e6:.1f} MB"),
        "\n" + table(("package", "version", "extra", "to get it"), packages),
        "\n" + table(("resource", "here", "to get it"), resources),
        "\n" + "\n".join(map(plain, found.findings or ("nothing is wrong",))),
    ]
    return "\n".join(parts)
