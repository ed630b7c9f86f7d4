"""What is run: a verb that writes, the folder that it finds, and what to look at after a kill."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.torture import places
from benchmarks.torture.child import Action


@dataclass(frozen=True, slots=True)
class Scene:
    """A verb.

    Attributes
    ----------
    name : str
    action : list of str, or callable
        Its command line, or what to call.
    prepare : callable
        Makes what it needs in the empty folder that it runs in.
    look : callable, or None
        Says what is wrong with a copy of the folder after a kill, before anything runs again.
    refusal : str
        What a second run may be refused with, where the first had done it all.
    goes_on : bool
        Whether a run that ended early leaves what the next goes on with.
    """

    name: str
    action: list[str] | Action
    prepare: Callable[[Path], None]
    look: Callable[[Path], str] | None = None
    refusal: str = ""
    goes_on: bool = False


_RELEASE = "vocabularies/toy/0.1.0"
_EXPORTS = {
    "csv": "toy.csv",
    "txt": "toy.txt",
    "parquet": "toy.parquet",
    "zip": "toy.zip",
    "datasette": "toy",
    "folder": "toy",
    "huggingface": "toy",
}


def scenes(site: str) -> list[Scene]:
    """All of them; ``site`` is the address of a server of the folder `server_files` was given."""
    embed = ["embed", "--texts", "new.txt", "--encoder", "precomputed:rows.npz", "-o"]
    fetch = ["fetch", "vocabulary:toy@0.1.0", "--from"]
    by_http = [*fetch, f"{site}/share"]
    thing = functools.partial(places.thing, site=site)
    stream, look = places.decompose_command(), places.look_at_stream
    return [
        Scene("build", ["build", "toy.toml", "--out", "built"], places.recipe),
        Scene("embed to npy", [*embed, "out/x.npy"], places.old_pair, places.look_at_pair),
        *(
            Scene(f"embed to {end}", [*embed, f"out/x.{end}"], places.rows)
            for end in ("npz", "safetensors", "parquet", "h5")
        ),
        Scene(
            "embed to shards",
            [
                "embed",
                "clips.txt",
                "--encoder",
                "precomputed:rows.npz",
                "--out",
                "w",
                "--shard-rows",
                "4",
            ],
            places.clips,
            places.look_at_shards,
            goes_on=True,
        ),
        Scene("decompose", stream, places.inputs, look, goes_on=True),
        Scene("decompose, damaged", stream, places.damaged_stream, goes_on=True),
        Scene("explain", ["explain", "--weights", "w", "-o", "out/t.csv"], places.decomposed),
        Scene("release", ["release", "next"], places.built_next, refusal="nothing changed since"),
        Scene("deprecate", ["deprecate", "toy", "use another"], places.released),
        Scene("publish", ["publish", _RELEASE, "--to", "share"], places.released, goes_on=True),
        Scene("fetch from a folder", [*fetch, "share"], places.published),
        Scene("fetch by http", by_http, places.bare),
        Scene("fetch over a damaged one", by_http, places.damaged),
        Scene("fetch a resource", places.fetch_thing, thing),
        *(
            Scene(
                f"export to {form}",
                ["export", _RELEASE, "--to", form, "-o", f"out/{name}"],
                places.released,
                refusal="exists",
            )
            for form, name in _EXPORTS.items()
        ),
        Scene("import", ["import", "t.zip", "--out", "new"], places.exported, refusal="exists"),
        Scene("figures", places.draw_figures, places.old_figures),
    ]


def server_files(root: Path, site: str) -> None:
    """Make what the server has: a published release, and a resource.

    Forks of this process find loaded and compiled what is used here.
    """
    warm = root / "warm"
    warm.mkdir()
    places.decomposed(warm)
    places.published(root)
    places.run(warm, "fetch", "vocabulary:toy@0.1.0", "--from", f"{site}/share")
    made = root / "of-thing"
    made.mkdir()
    places.thing(made, site)
    (made / "thing.txt").rename(root / "thing.txt")
