"""``sonolex check``: coded findings about a vocabulary."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import device_option, offline_option, order_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vocab_builder.release.findings import Finding

# So many findings of a code are shown; a page of a terminal holds a few codes.
_SHOWN = 10


@click.command()
@click.argument("spec")
@order_option
@click.option("--encoder", help="Compare every two labels by cosine: NAME or NAME:ARGUMENT.")
@device_option
@offline_option
@click.option(
    "--all", "every", is_flag=True, help=f"Print all findings, not only {_SHOWN} per code."
)
@click.option("--json", "as_json", is_flag=True, help="Print all findings as JSON.")
def command(
    spec: str,
    order: str,
    encoder: str | None,
    device: str,
    offline: bool,
    every: bool,
    as_json: bool,
) -> None:
    """Check the labels of SPEC; exit 1 if there are findings.

    E101 two concepts are forms of one word. E102 a stop word. E103 a label that is too short, too
    long, not made of words, or names nothing ("_"). E104 a word that is in no dictionary. E105 a
    derivation of another concept. E106 an alias that another concept has as label or alias. E107 a
    label that an encoder can hardly tell from another.

    W201 a decision that no longer applies. W202 a label close to another. W203 a bare verb. W204 a
    bare adjective. W205 a plural. W206 a word that sources often name and that is missing. W207 a
    phrase that only one file of captions has, and only a few times. W208 a phrase with somebody or
    something as its subject. W209 an event and its verb.

    E104, E105, W203 to W205 and W208 need WordNet (sonolex fetch wordnet), E107 an encoder. Words
    that a person keeps by a decision, and own words (pinned), are settled: only E101, E105, E106,
    W201 and W206 judge them, and E107, W202 and W209 unless both words of the pair are settled.
    """
    from concept_core.encoders import load_encoder
    from concept_core.files import pretty_json
    from concept_core.values import to_data
    from vocab_builder.cli.progress import say
    from vocab_builder.cli.text import plain
    from vocab_builder.release.check import check_release
    from vocab_builder.release.release import Release

    release = Release.load(spec, order=order)
    model = None if encoder is None else load_encoder(encoder, device=device, offline=offline)
    checked = check_release(release, model, say)
    for note in checked.notes:
        say(note)
    if as_json:
        click.echo(pretty_json(to_data(checked.findings)), nl=False)
    else:
        for line in _lines(checked.findings, None if every else _SHOWN):
            click.echo(plain(line))
    say(f"{release.specifier}: {len(checked.findings)} findings")
    if checked.findings:
        sys.exit(1)


def _lines(findings: Sequence[Finding], most: int | None) -> Iterator[str]:
    """A line a finding, by code; of each code the first ``most`` and how many more there are."""
    for code in dict.fromkeys(one.code for one in findings):
        of_code = [one for one in findings if one.code == code]
        for one in of_code[:most]:
            yield f"{one.code} {one.label}: {one.message}"
        if most is not None and len(of_code) > most:
            yield f"{code} {len(of_code) - most} more; --all shows them"
