"""``sonolex explain``: the concepts in a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import encoder_options, order_option

if TYPE_CHECKING:
    from concept_core.explain import Explanation

_BAR = 30


@click.command()
@click.argument("clips", nargs=-1, required=True, metavar="CLIP...")
@click.option("--vocabulary", "spec", required=True, help="id, id@version, folder, or text file.")
@order_option
@encoder_options
@click.option("--l0", type=int, help="At most this many concepts a clip.  [default: 8]")
@click.option("--l1", type=float, help="Penalty of the lasso, instead of --l0.")
@click.option("--top", type=click.IntRange(min=1), help="Show this many of a clip's concepts.")
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanations as JSON on stdout.")
def command(
    clips: tuple[str, ...],
    spec: str,
    order: str,
    encoder: str,
    device: str,
    offline: bool,
    l0: int | None,
    l1: float | None,
    top: int | None,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Show the concepts in each CLIP (wav, flac, ogg, mp3) with their prominence."""
    from concept_core.decomposition import Dictionary
    from concept_core.embeddings import embed_clips
    from concept_core.encoders import load_encoder
    from concept_core.explain import explain
    from concept_core.files import pretty_json
    from concept_core.releases import load_vocabulary
    from concept_core.solvers.registry import check_mode
    from vocab_builder.cli.text import plain

    if l0 is None and l1 is None:
        l0 = 8
    # What is wrong with the call is said before anything slow starts.
    check_mode(l1, l0)
    vocabulary = load_vocabulary(spec, order=order)
    model = load_encoder(encoder, device=device, offline=offline)
    embedded = embed_clips(model, clips, skip_bad=skip_bad)
    for _, message in embedded.bad:
        click.echo(f"left out: {plain(message)}", err=True)
    names = [clips[place] for place in embedded.kept]
    dictionary = Dictionary.build(vocabulary, model)
    explanations = explain(embedded.x, names, dictionary, l1=l1, l0=l0, top=top)
    if not as_json:
        click.echo("\n\n".join(map(_render, explanations)))
        return
    answer = {
        "vocabulary": vocabulary.specifier,
        "content_hash": vocabulary.content_hash,
        "encoder": model.spec.to_dict(),
        "mode": "l1" if l0 is None else "l0",
        "value": l1 if l0 is None else l0,
        "clips": [explanation.to_dict() for explanation in explanations],
        "bad": [{"clip": name, "message": message} for name, message in embedded.bad],
    }
    click.echo(pretty_json(answer), nl=False)


def _render(explanation: Explanation) -> str:
    """A clip's table: prominence, a bar against the most prominent, the label."""
    from vocab_builder.cli.text import plain

    lines = [plain(explanation.clip)]
    most = max((prominence for _, prominence in explanation.concepts), default=1.0)
    for label, prominence in explanation.concepts:
        bar = "#" * max(1, round(_BAR * prominence / most))
        lines.append(f"  {prominence:.3f}  {bar:<{_BAR}}  {plain(label)}")
    if not explanation.concepts:
        lines.append("  no concept of the vocabulary is in this clip")
    note = ", not converged" if explanation.status == "not-converged" else ""
    lines.append(f"  l0 {explanation.l0}, cosine {explanation.cosine:.3f}{note}")
    return "\n".join(lines)
