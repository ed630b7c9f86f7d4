"""``sonolex verify``: is a release what was released?"""

from __future__ import annotations

import click


@click.command()
@click.argument("spec")
@click.option("--json", "as_json", is_flag=True, help="Print the verified files as JSON.")
def command(spec: str, as_json: bool) -> None:
    """Recompute every checksum of the release SPEC (id, id@version, or a folder)."""
    from concept_core.files import pretty_json
    from concept_core.release_folder import verify_release
    from concept_core.releases import find_release

    folder = find_release(spec)
    files = verify_release(folder)
    click.echo(f"{folder}: {len(files)} files verified", err=True)
    if as_json:
        click.echo(pretty_json({"verified": list(files)}), nl=False)
