"""``sonolex compare``: everything that decides between vocabularies, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from vocab_builder.cli.options import order_option

if TYPE_CHECKING:
    from tqdm import tqdm

    from concept_core.encoders import Encoder
    from concept_core.measures.reference import Reference
    from concept_core.tasks.task import Task
    from concept_core.vocabulary import Vocabulary
    from vocab_builder.comparison import Comparison

_FILE = click.Path(dir_okay=False, path_type=Path)
_FIRST_LOOK = "demo-sounds"


def _folds(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """``1,2,3`` as a list; nothing as an empty one."""
    return tuple(part.strip() for part in value.split(",")) if value else ()


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC SPEC...")
@order_option
@click.option("--top", type=click.IntRange(min=1), help="Only the first so many concepts of each.")
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="Captions (csv, tsv, jsonl, txt), or a folder of clips, to measure on.",
)
@click.option("--dataset", help="A data set to measure and to score on, such as esc10.")
@click.option("--data", type=click.Path(path_type=Path), help="Its folder, or the table.")
@click.option("--folds", default="", callback=_folds, help="Official folds, such as 1,2,3.")
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option(
    "--l0",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="At most this many concepts a clip, in every vocabulary.",
)
@click.option(
    "--scores",
    multiple=True,
    type=_FILE,
    help="A scorecard file (sonolex score -o); may be given again.",
)
@click.option(
    "--across-encoders", is_flag=True, help="Take scorecards of other encoders too, without tests."
)
@click.option(
    "--near",
    type=float,
    help="Cosine above which two labels say one thing.  [default: the encoder's calibrated]",
)
@click.option("--encoder", default="yamnet-minilm", show_default=True)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option("--offline", is_flag=True, help="Download nothing.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON on stdout.")
@click.option("-o", "out", type=_FILE, help="Write the JSON to a file too.")
@click.option("--png", type=_FILE, help="Draw the charts, at the width of a column.")
@click.option("--svg", type=_FILE, help="The same as SVG.")
def command(specs: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Compare vocabularies: each SPEC is an id, id@version, a folder, or a text file.

    What they share, what only one has, and how much each repeats itself; on a reference or a data
    set what each covers and keeps, and the clips that one can tell of and another cannot. Without
    either, the ten demo sounds serve for a first look, if they were fetched.

    \b
    Example:
      sonolex compare sonolex-core audioset words.txt --order ascending --top 2000 \\
        --dataset esc10 --data esc10 --folds 1,2,3 --png compare.png
    """
    from concept_core.files import pretty_json
    from vocab_builder.cli.compare_text import render

    _check(specs, asked)
    found = _compare(specs, asked)
    text = pretty_json(found.to_dict())
    _write(found, text, asked)
    click.echo(text.rstrip("\n") if as_json else render(found))


def _check(specs: Sequence[str], asked: dict[str, Any]) -> None:
    """What is wrong with the call is said before anything slow starts."""
    from concept_core.errors import UsageError
    from concept_core.extras import check_extra
    from vocab_builder.comparison.run import check_near, check_number

    check_number(len(specs))
    if asked["near"] is not None:
        check_near(asked["near"])
    if asked["reference"] is not None and asked["dataset"] is not None:
        raise UsageError("give one of --reference and --dataset; all is measured on one of them")
    if asked["dataset"] is None and (asked["data"] is not None or asked["folds"]):
        raise UsageError("--data and --folds are of a data set; name it with --dataset")
    if asked["png"] or asked["svg"]:
        check_extra("matplotlib")


def _compare(specs: Sequence[str], asked: dict[str, Any]) -> Comparison:
    from concept_core.decomposition.dictionary import Dictionary
    from concept_core.encoders import load_encoder
    from concept_core.tasks.replay import read_cards
    from concept_core.tasks.scoring import Scorer
    from vocab_builder.comparison import compare

    vocabularies = [_vocabulary(spec, asked) for spec in specs]
    cards = [card for path in asked["scores"] for card in read_cards(path)]
    model = load_encoder(asked["encoder"], device=asked["device"], offline=asked["offline"])
    reference, task = _reference(model, asked)
    entries = [(vocabulary, Dictionary.build(vocabulary, model)) for vocabulary in vocabularies]
    if task is not None:
        scorer = Scorer(task, seed=asked["seed"])
        cards += [scorer.score(*entry, l0=asked["l0"]).to_dict() for entry in entries]
    return compare(
        entries,
        model.spec,
        near=_near(model, asked["near"]),
        l0=asked["l0"],
        reference=reference,
        cards=cards,
        across_encoders=asked["across_encoders"],
        seed=asked["seed"],
    )


def _vocabulary(spec: str, asked: dict[str, Any]) -> Vocabulary:
    from dataclasses import replace

    from concept_core.releases.specifiers import load_vocabulary

    vocabulary = load_vocabulary(spec, order=asked["order"])
    return replace(vocabulary, concepts=vocabulary.concepts[: asked["top"]])


def _near(model: Encoder, asked: float | None) -> float:
    from vocab_builder.filters.calibration import calibrated
    from vocab_builder.stages.context import Context

    if asked is not None:
        return asked
    return calibrated(Context(model, say=lambda line: click.echo(line.strip(), err=True))).redundant


def _reference(model: Encoder, asked: dict[str, Any]) -> tuple[Reference | None, Task | None]:
    """What to measure on, and the task to score, where there is one."""
    from concept_core.measures.reference import read_reference
    from concept_core.resources.lookup import status

    path, name, data = asked["reference"], asked["dataset"], asked["data"]
    if path is not None:
        with _bar(path.name) as bar:
            return read_reference(path, model, progress=_showing(bar)), None
    if name is None:
        data = status(_FIRST_LOOK).path
        return (None, None) if data is None else _dataset(_FIRST_LOOK, data, model, asked)
    return _dataset(name, data, model, asked)


def _dataset(
    name: str, data: Path | None, model: Encoder, asked: dict[str, Any]
) -> tuple[Reference, Task | None]:
    """The clips of a data set; zero-shot is scored where they have classes."""
    from concept_core.datasets import ClipSet
    from concept_core.datasets.base import CAPTIONS
    from concept_core.measures.reference import of_captioned, of_labelled
    from concept_core.tasks.items import embed, embed_items
    from concept_core.tasks.request import Request, load
    from concept_core.tasks.zero_shot import prepare
    from vocab_builder.cli.text import plain

    clips = load(Request("zero-shot", name, folds=asked["folds"]), data)
    assert isinstance(clips, ClipSet)
    with _bar(name) as bar:
        told = {"skip_bad": asked["skip_bad"], "progress": _showing(bar)}
        if clips.info.kind == CAPTIONS:
            embedded, good, items = embed_items(clips, model, **told)
            found: tuple[Reference, Task | None] = of_captioned(good, embedded.x), None
        else:
            labelled = embed(clips, model, clips.info.classes, **told)
            items = labelled.items
            found = of_labelled(labelled, model), prepare(labelled)
    for _, message in items.bad:
        click.echo(f"left out: {plain(message)}", err=True)
    if items.missing:
        click.echo(f"{items.missing} clips of these folds are listed but not there", err=True)
    return found


def _bar(name: str) -> tqdm[NoReturn]:
    from tqdm import tqdm

    return tqdm(desc=name, unit="clip", disable=None)


def _showing(bar: tqdm[NoReturn]) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return show


def _write(found: Comparison, text: str, asked: dict[str, Any]) -> None:
    """The files that were asked for."""
    from concept_core.files import write_text
    from vocab_builder.figures.compare import draw_comparison
    from vocab_builder.figures.style import FORMATS, save, style

    out: Path | None = asked["out"]
    if out is not None:
        write_text(out, text)
        click.echo(f"wrote {out}", err=True)
    for form in FORMATS:
        if asked[form] is not None:
            with style():
                # Drawn anew: a layout that has been drawn once settles a little differently.
                save(draw_comparison(found), asked[form], form)
            click.echo(f"wrote {asked[form]}", err=True)
