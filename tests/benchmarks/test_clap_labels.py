"""Thresholds of labels on real CLAP: the tables, of toy rows; what the pages say, of real ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.clap_labels import interval, judgement, main, report
from benchmarks.label_rows import (
    DIFFERENT,
    KIND,
    RANDOM,
    SAME,
    SEEN,
    VERDICTS,
    ClapPair,
    LabelEncoder,
    LabelRows,
    clap_pairs,
    key,
    label_lists,
    measured,
)
from concept_core.encoders import Encoder
from concept_core.encoders.base import unit
from concept_core.errors import DataError, MissingError
from vocab_builder.filters.judging import CHOOSE, JUDGE, area


@pytest.fixture(scope="module")
def toy() -> LabelRows:
    """Forty pairs of labels, the two of a pair more or less near, all with an offset in common."""
    rng = np.random.default_rng(0)
    first = rng.standard_normal((40, 8))
    second = first + rng.uniform(0.3, 1.2, (40, 1)) * rng.standard_normal((40, 8))
    labels = [f"{side}{number:02d}" for side in "ab" for number in range(40)]
    rows = unit(np.concatenate([first, second]).astype(np.float32) + np.float32(1))
    return LabelRows("toy", "none", tuple(labels), rows)


@pytest.fixture(scope="module")
def pairs() -> list[ClapPair]:
    same = [ClapPair(f"a{one:02d}", f"b{one:02d}", SAME, "synonym") for one in range(40)]
    far = [
        ClapPair(f"a{one:02d}", f"b{(one + 7) % 40:02d}", DIFFERENT, RANDOM) for one in range(40)
    ]
    hard = [
        ClapPair(f"a{one:02d}", f"a{one + 1:02d}", DIFFERENT, "near in meaning")
        for one in range(30)
    ]
    kind = [ClapPair("a38", "b36", KIND, KIND), ClapPair("a38", "not in the list", KIND, KIND)]
    return [*same, *far, *hard, *kind, ClapPair("a39", "b37", DIFFERENT, SEEN)]


def test_labels_are_looked_up_as_words(toy: LabelRows) -> None:
    rows = LabelRows("two", "none", ("coin_(dropping)", "Chewing, mastication"), toy.rows[:2])
    encoder = LabelEncoder(rows)
    assert isinstance(encoder, Encoder)
    assert key("chewing_and_mastication") == key("Chewing, mastication") == "chewing mastication"
    assert encoder.knows("coin (dropping)", "chewing and mastication")
    assert encoder.encode_text(["chewing mastication"]).tolist() == rows.rows[1:].tolist()
    with pytest.raises(DataError, match="no embedding of 1 of 2 texts, such as 'coin'"):
        encoder.encode_text(["coin", "coin dropping"])
    with pytest.raises(DataError, match="labels alone"):
        encoder.encode_audio([])


def test_centring_takes_the_mean_off(toy: LabelRows) -> None:
    centred = toy.centred()
    assert np.allclose(np.linalg.norm(centred.rows, axis=1), 1)
    assert np.linalg.norm(centred.rows.mean(axis=0)) < 0.1 < np.linalg.norm(toy.rows.mean(axis=0))
    some = np.arange(5)
    assert np.allclose(toy.centred(some).rows, unit(toy.rows - toy.rows[:5].mean(axis=0)))


def test_kinds_and_seen_pairs_neither_choose_nor_judge(
    toy: LabelRows, pairs: list[ClapPair]
) -> None:
    found = measured(toy, pairs)
    assert len(found.pairs) == len(pairs) - 1 and len(found.kinds()) == 1
    halves = [found.of(half)[1] for half in (CHOOSE, JUDGE)]
    assert sum(map(len, halves)) == 110 and sum(map(sum, halves)) == 40
    assert sum(len(found.of(half, near=True)[1]) for half in (CHOOSE, JUDGE)) == 70


def test_a_threshold_is_judged_on_the_other_half(toy: LabelRows, pairs: list[ClapPair]) -> None:
    found = measured(toy.centred(), pairs)
    cosines, same = found.of(JUDGE)
    one = judgement(found, 0.5)
    assert one.same == sum(a >= 0.5 and b for a, b in zip(cosines, same, strict=True))
    assert one.different == sum(a >= 0.5 and not b for a, b in zip(cosines, same, strict=True))
    assert str(judgement(found, 2.0)).startswith(f"2.00 | - (0 of 0) | 0.00 (0 of {sum(same)})")
    low, high = map(float, interval(found)[1].split(" to "))
    assert low < high


def test_the_tables(toy: LabelRows, pairs: list[ClapPair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.clap_labels._RESAMPLES", 10)
    monkeypatch.setattr("benchmarks.clap_labels._DRAWS", 3)
    lines = list(report([toy], pairs))
    assert "### Cosines of all pairs of a list" in lines
    for start in (
        "| toy | mean | redundant |",
        "- refused: redundancy: the encoder toy labels lacks",
        "- refused: audibility: the encoder toy labels",
    ):
        assert any(line.startswith(start) for line in lines)
    for table in "\n".join(lines).split("\n\n"):
        columns = {line.count("|") for line in table.splitlines() if line.startswith("|")}
        assert len(columns) < 2, table


def test_the_labelled_pairs() -> None:
    pairs = clap_pairs()
    assert {pair.verdict for pair in pairs} == set(VERDICTS)
    assert len({frozenset((key(pair.one), key(pair.other))) for pair in pairs}) == len(pairs)
    assert all(pair.verdict == DIFFERENT for pair in pairs if pair.why == RANDOM)
    drawn = Counter(pair.half for pair in pairs if pair.why != SEEN)
    assert 0.4 < drawn[JUDGE] / sum(drawn.values()) < 0.6


def test_without_the_rows_it_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--shared", str(tmp_path)]) == MissingError.exit_code
    assert "SONOLEX_SHARED" in capsys.readouterr().err


def test_what_the_page_says_of_real_rows(shared: Path) -> None:
    try:
        fsd50k, audioset = label_lists(shared)
    except MissingError as error:
        pytest.skip(str(error))
    known = {key(label) for given in (fsd50k, audioset) for label in given.labels}
    assert all(key(label) in known for pair in clap_pairs() for label in (pair.one, pair.other))
    areas = []
    for given in (fsd50k, fsd50k.centred(), audioset, audioset.centred()):
        cosines, same = measured(given, clap_pairs()).of(JUDGE)
        areas.append(area(same, cosines.tolist())[0])
    assert areas == pytest.approx([0.971, 0.981, 0.880, 0.877], abs=0.002)
