"""``sonolex export``: a vocabulary in another format."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import permissive_option


@click.command()
@click.argument("spec")
@click.option("--to", "form", required=True, metavar="FORMAT", help="One of the formats above.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Output file or folder.")
@click.option(
    "--order",
    type=click.Choice(["descending", "ascending"]),
    default="descending",
    show_default=True,
    help="For txt: the most important label is first (descending) or last (ascending).",
)
@click.option("--encoder", help="For embeddings: the encoder that makes the rows.")
@permissive_option
def command(
    spec: str, form: str, out: Path | None, order: str, encoder: str | None, permissive: bool
) -> None:
    """Write the vocabulary SPEC in another format; print the path on standard output.

    \b
    csv jsonl txt        tables and lists       parquet embeddings   typed files
    skos prov            linked data            cff licence          how to cite, whom to name
    croissant datapackage huggingface datasette folder   folders     zip   a release as one file
    """
    from concept_core.encoders import load_encoder
    from vocab_builder.formats.exporting import export
    from vocab_builder.formats.text import keeps_ids
    from vocab_builder.release.permissive import permissive_part
    from vocab_builder.release.release import Release

    release = Release.load(spec)
    if permissive:
        before = len(release.vocabulary)
        release = permissive_part(release)
        click.echo(f"permissive: {len(release.vocabulary)} of {before} concepts", err=True)
    model = None if encoder is None else load_encoder(encoder)
    path = export(release, form, out, order=order, encoder=model)
    if form == "txt" and not keeps_ids(release):
        click.echo(
            "the list keeps labels, not ids: read back, some concepts get other ids, and the"
            " content hash differs",
            err=True,
        )
    click.echo(path)
