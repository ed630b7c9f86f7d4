"""``sonolex check``: coded findings about a vocabulary."""

from __future__ import annotations

import sys

import click

from vocab_builder.cli.options import order_option


@click.command()
@click.argument("spec")
@order_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(spec: str, order: str, as_json: bool) -> None:
    """Check the labels of SPEC; exit 1 if there are findings.

    E101 two concepts are forms of one word. E102 a stop word. E103 a label that is too short, too
    long, or not made of words. E104 a word that is in no dictionary. E105 a derivation of another
    concept; these two need WordNet (sonolex fetch wordnet). W201 a decision that no longer applies.

    Words that a person keeps, and own words (pinned), are not judged by E102, E103 and E104.
    """
    from concept_core.files import pretty_json
    from concept_core.values import to_data
    from vocab_builder.cli.text import plain
    from vocab_builder.release.check import check_vocabulary
    from vocab_builder.release.release import Release

    release = Release.load(spec, order=order)
    findings, rule = check_vocabulary(release.vocabulary, release.settled)
    click.echo(f"forms of one word are told by {rule}", err=True)
    if as_json:
        click.echo(pretty_json(to_data(findings)), nl=False)
    else:
        for finding in findings:
            click.echo(plain(f"{finding.code} {finding.label}: {finding.message}"))
    click.echo(f"{release.specifier}: {len(findings)} findings", err=True)
    if findings:
        sys.exit(1)
