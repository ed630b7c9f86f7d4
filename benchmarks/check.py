"""How much `sonolex check` finds of what a person judged: ``python -m benchmarks.check SPEC FILE``.

FILE is a csv with the columns ``label`` and ``verdict``: the labels that a librarian would not
sign, or, with ``--share``, that share of them, drawn at random.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from vocab_builder.release.check import check_release
from vocab_builder.release.findings import Finding
from vocab_builder.release.release import Release


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, compare, and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.check", description=__doc__)
    parser.add_argument("spec", help="a vocabulary: id@version or folder")
    parser.add_argument("judged", type=Path, help="csv with label and verdict")
    parser.add_argument("--share", type=float, default=1.0, help="share of the failures in FILE")
    parser.add_argument("--encoder", help="compare every two labels by cosine")
    options = parser.parse_args(arguments)
    release = Release.load(options.spec)
    with options.judged.open(encoding="utf-8", newline="") as handle:
        verdicts = {row["label"]: row["verdict"] for row in csv.DictReader(handle)}
    encoder = None
    if options.encoder is not None:
        from concept_core import load_encoder

        encoder = load_encoder(options.encoder)
    findings = check_release(release, encoder).findings
    labels = set(release.vocabulary.labels)
    about = [one for one in findings if one.label in labels]
    print(f"{release.specifier}: {len(findings)} findings, {len(about)} on labels that are in")
    print(_by_code(about, verdicts, options.share))
    print(_by_verdict(about, verdicts))
    return 0


def _named(finding: Finding) -> set[str]:
    return {finding.label} | ({finding.other} if finding.other else set())


def _row(name: str, findings: Collection[Finding], bad: Collection[str], share: float) -> str:
    """How many findings are on a label that was failed, and the share that this stands for."""
    own = sum(one.label in bad for one in findings)
    either = sum(not _named(one).isdisjoint(bad) for one in findings)
    many = len(findings) or 1
    return (
        f"{name:8} {len(findings):8} {own:8} {min(own / share / many, 1):6.2f}"
        f" {either:8} {min(either / share / many, 1):6.2f}"
    )


def _by_code(about: Sequence[Finding], verdicts: Mapping[str, str], share: float) -> str:
    lines = [f"{'code':8} {'findings':>8} {'failed':>8} {'share':>6} {'or other':>8} {'share':>6}"]
    for code in dict.fromkeys(one.code for one in about):
        lines.append(_row(code, [one for one in about if one.code == code], verdicts, share))
    # A label once, however much is found of it.
    once = list({one.label: one for one in reversed(about)}.values())
    return "\n".join([*lines, _row("labels", once, verdicts, share)])


def _by_verdict(about: Sequence[Finding], verdicts: Mapping[str, str]) -> str:
    own = {one.label for one in about}
    either = {label for one in about for label in _named(one)}
    lines = [f"{'verdict':56} {'failed':>7} {'found':>7} {'or as other':>11}"]
    for verdict in [*dict.fromkeys(verdicts.values()), ""]:
        labels = {label for label, one in verdicts.items() if verdict in ("", one)}
        counts = f"{len(labels):7} {len(labels & own):7} {len(labels & either):11}"
        lines.append(f"{verdict or 'all':56} {counts}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
