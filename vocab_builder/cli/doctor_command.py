"""``sonolex doctor``: what is installed, and whether an encoder works."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import device_option, offline_option

if TYPE_CHECKING:
    from concept_core.doctor.encoder import EncoderReport
    from concept_core.doctor.installation import Installation


@click.command()
@click.option("--encoder", help="Check this encoder instead of the machine.")
@device_option
@offline_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on stdout.")
def command(encoder: str | None, device: str, offline: bool, as_json: bool) -> None:
    """Show what works on this machine, or with an encoder; exit 1 if something does not.

    Without --encoder: packages, resources, device, threads and cache, with the commands that get
    what is missing. With it: checks, each with a code (docs/encoders.md says what each proves) and
    ok, warning or failed; warnings do not change the exit code. For precomputed:FILE the rows are
    checked.
    """
    from vocab_builder.cli.text import show

    report: EncoderReport | Installation
    if encoder is None:
        from concept_core.doctor.installation import describe_installation

        report = describe_installation()
        wrong = len(report.findings)
        show(report, _installation_text, as_json=as_json)
    else:
        from concept_core.doctor.encoder import check_encoder

        report = check_encoder(encoder, device=device, offline=offline)
        wrong = report.failed
        show(report, _encoder_text, as_json=as_json)
    if wrong:
        sys.exit(1)


def _encoder_text(report: EncoderReport) -> str:
    from vocab_builder.cli.text import plain, table

    lines = [plain(f"{report.encoder} on {report.device}")]
    if report.spec is not None:
        lines += [f"  {name}: {value}" for name, value in report.spec.to_dict().items()]
    rows = [(one.code, one.status, one.name, one.message) for one in report.checks]
    lines += ["", table(("check", "is", "of", "found"), rows)]
    return "\n".join(lines)


def _installation_text(report: Installation) -> str:
    from vocab_builder.cli.text import plain, table

    packages = [
        (one.name, one.version or "-", one.extra, "" if one.version else " && ".join(one.install))
        for one in report.packages
    ]
    resources = [
        (one.name, "yes" if one.path else "-", "" if one.path else one.fetch)
        for one in report.resources
    ]
    parts = [
        f"sonolex {report.sonolex}, Python {report.python}, {report.system}",
        f"device {report.device}; {report.cores} cores; {'; '.join(report.blas)}",
        plain(f"cache {report.cache}, {report.cache_bytes / 1e6:.1f} MB"),
        "\n" + table(("package", "version", "extra", "to get it"), packages),
        "\n" + table(("resource", "here", "to get it"), resources),
        "\n" + "\n".join(map(plain, report.findings or ("nothing is wrong",))),
    ]
    return "\n".join(parts)
