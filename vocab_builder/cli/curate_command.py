"""``sonolex curate``: a person decides, on a page, in a spreadsheet, or reads what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import device_option, offline_option

if TYPE_CHECKING:
    from vocab_builder.curation.agreement import Agreement
    from vocab_builder.curation.decisions import Decision

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path), required=False)
@click.option("--queue", type=_FILE, help="Write the queue to this csv file for a spreadsheet.")
@click.option("--take", type=_FILE, help="Read the filled lines of a queue file as decisions.")
@click.option("--agree", type=_FILE, nargs=2, help="Compare two files of decisions: Cohen's kappa.")
@click.option("--log", is_flag=True, help="Print the history of the recipe's decisions.")
@click.option(
    "--by", metavar="NAME", help="Name of the person who decides; by default this machine's user."
)
@click.option(
    "--clips",
    type=click.Path(path_type=Path),
    help="Folder of sounds, to listen to examples of words.",
)
@click.option("--port", type=int, default=0, help="Port of the page; a free one by default.")
@click.option("--no-browser", is_flag=True, help="Print the page's address and open no browser.")
@click.option("--encoder", help="Use this encoder instead of the recipe's.")
@device_option
@offline_option
@click.option("--json", "as_json", is_flag=True, help="With --agree or --log: print JSON.")
def command(
    recipe: Path | None, queue: Path | None, take: Path | None, agree: tuple[Path, Path] | None,
    log: bool, by: str | None, clips: Path | None, port: int, no_browser: bool,
    encoder: str | None, device: str, offline: bool, as_json: bool,
) -> None:  # fmt: skip
    """Decide about the words of RECIPE, on a page of this machine by default.

    The queue has the candidates that most need a decision, each with the reasons for doubt.
    Decisions go into the file that the recipe names under [curation], and the next build follows
    them.
    """
    if sum(map(bool, (queue, take, agree, log))) > 1:
        raise click.UsageError("give one of --queue, --take, --agree, --log")
    if agree:
        _show_agreement(agree, as_json)
        return
    if recipe is None:
        raise click.UsageError("name the RECIPE whose words are decided on")
    if log:
        _show_history(recipe, as_json)
        return
    from vocab_builder.building.drafting import open_session
    from vocab_builder.cli.progress import say
    from vocab_builder.curation.page import serve

    session = open_session(
        recipe, by=by, clips=clips, encoder=encoder, device=device, offline=offline, progress=say
    )
    if queue:
        say(f"{queue}: {session.write_queue(queue)} questions; fill the column action")
    elif take:
        say(f"{take}: {len(session.take(take))} decisions taken")
    else:
        serve(session, port=port, open_browser=not no_browser, announce=_announce)


def _announce(address: str) -> None:
    click.echo(f"the page is at {address}\nCtrl-C closes it; every decision is on disk", err=True)


def _show_agreement(files: tuple[Path, Path], as_json: bool) -> None:
    from vocab_builder.cli.text import show
    from vocab_builder.curation.agreement import agree
    from vocab_builder.curation.decision_files import read_decisions

    show(agree(*(read_decisions([path]) for path in files)), _agreement_text, as_json=as_json)


def _agreement_text(found: Agreement) -> str:
    from vocab_builder.cli.text import table
    from vocab_builder.curation.decisions import sentence

    kappa = "not defined" if found.kappa is None else f"{found.kappa:.3f}"
    agreement = f"{found.observed:.3f}" if found.shared else "not defined"
    lines = [
        f"{found.shared} words decided by both; {found.only_first} by the first alone,"
        f" {found.only_second} by the second",
        f"agreement {agreement}, Cohen's kappa {kappa}",
    ]
    if found.conflicts:
        rows = [(one.label, sentence(one.first), sentence(one.second)) for one in found.conflicts]
        lines += ["", table(("word", "first", "second"), rows)]
    return "\n".join(lines)


def _show_history(recipe: Path, as_json: bool) -> None:
    from vocab_builder.building.drafting import decisions_of
    from vocab_builder.cli.text import show

    show(decisions_of(recipe).rows, _history_text, as_json=as_json)


def _history_text(decided: Sequence[Decision]) -> str:
    from vocab_builder.cli.text import table
    from vocab_builder.curation.decisions import sentence

    rows = [
        (one.at, one.by, sentence(one), one.reason, one.replaced and f"replaced: {one.replaced}")
        for one in decided
    ]
    return table(("when", "who", "decision", "reason", ""), rows)
