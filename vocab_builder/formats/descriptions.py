"""The descriptions of a release for other tools: they go with it where it is published."""

from __future__ import annotations

from concept_core.files import pretty_json
from concept_core.releases.folder import DESCRIPTION_SUMS
from vocab_builder.formats.export_croissant import CROISSANT, croissant
from vocab_builder.formats.export_datapackage import DATAPACKAGE, datapackage
from vocab_builder.formats.export_prov import PROV, prov
from vocab_builder.formats.export_skos import SKOS, skos
from vocab_builder.release.files import render_sums, table_texts
from vocab_builder.release.release import Release


def describe(release: Release) -> dict[str, str]:
    """Texts by file name: Croissant, Data Package, SKOS, PROV, and their checksums.

    They are made anew from the release alone, so that equal releases give equal bytes.
    """
    tables = table_texts(release)
    texts = {
        CROISSANT: pretty_json(croissant(release, tables)),
        DATAPACKAGE: pretty_json(datapackage(release, tables)),
        SKOS: pretty_json(skos(release)),
        PROV: pretty_json(prov(release)),
    }
    return {**texts, DESCRIPTION_SUMS: render_sums(texts)}
