from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError, MissingError
from concept_core.explanation.clips import Explanation
from concept_core.measures.reference import read_reference
from concept_core.releases.specifiers import load_vocabulary
from tests.toy import ToyEncoder
from tests.vocab_builder.reporting.conftest import HOSTILE, card, subject
from vocab_builder.reporting import render_page, report_data
from vocab_builder.reporting.cards import read_scores
from vocab_builder.reporting.data import measure
from vocab_builder.reporting.explained import SECONDS, clip_data
from vocab_builder.reporting.page import script_json


def test_columns_are_those_of_the_release(full_data: dict[str, Any]) -> None:
    vocabulary = load_vocabulary("audioset")
    data = full_data["vocabularies"][1]
    assert data["content_hash"] == vocabulary.content_hash
    columns = data["concepts"]
    assert columns["label"] == vocabulary.labels
    assert columns["count"] == [concept.count for concept in vocabulary]
    sources = columns["sources"]
    for concept, evidence in zip(vocabulary, columns["evidence"], strict=True):
        evidence_of = [(sources[source], locator, count) for source, locator, count in evidence]
        assert evidence_of == [(one.source, one.locator, one.count) for one in concept.evidence]
    assert len(columns["gain"]) == len(vocabulary)
    assert sorted(columns["gain"], reverse=True) == columns["gain"]
    assert {stage["stage"] for stage in columns["scores"]} >= {"audibility", "redundancy"}
    drops = data["drops"]
    told = [
        (drops["reasons"][why][0], twin)
        for why, twin in zip(drops["why"], drops["twin"], strict=True)
    ]
    # A word that a decision renames is a drop, and its new name a candidate more.
    filters = [s for s in data["stages"] if s["stage"] != "decisions"]
    of_filters = [stage for stage, _ in told if stage != "decisions"]
    assert len(of_filters) == sum(s["before"] - s["after"] for s in filters)
    assert {twin for stage, twin in told if stage == "audibility"} <= {None}
    assert any(twin for stage, twin in told if stage == "twins")
    for stage in columns["scores"]:
        assert any(stage["twin"]) == (stage["stage"] == "redundancy")


def test_a_text_file_has_labels_and_no_more(full_data: dict[str, Any]) -> None:
    data = full_data["vocabularies"][2]
    assert data["concepts"]["label"][: len(HOSTILE)] == HOSTILE
    assert (data["drops"], data["concepts"]["gain"], data["concepts"]["sources"]) == (None, [], [])


def test_a_label_has_one_place_on_the_map(full_data: dict[str, Any]) -> None:
    first, second = full_data["vocabularies"][:2]
    (pair,) = [pair for pair in full_data["pairs"] if (pair["first"], pair["second"]) == (0, 1)]
    shared = [(here, there) for here, there in enumerate(pair["match"]) if there >= 0]
    assert shared
    for here, there in shared:
        assert first["xy"][2 * here : 2 * here + 2] == second["xy"][2 * there : 2 * there + 2]
        assert first["family"][here] == second["family"][there]
    assert max(map(abs, first["xy"])) <= 5000


def test_equal_inputs_give_equal_pages() -> None:
    pages = [render_page(report_data([subject("demo@1.0.0")], ToyEncoder.spec)) for _ in range(2)]
    assert pages[0] == pages[1]


def test_a_page_of_one_concept(tmp_path: Path) -> None:
    words = tmp_path / "one.txt"
    words.write_text("rain\n", encoding="utf-8")
    data = report_data([subject(words)], ToyEncoder.spec)
    assert data["vocabularies"][0]["near"] == []
    assert 'id="differences"' not in render_page(data)


def test_a_page_says_what_it_lacks() -> None:
    page = render_page(report_data([subject("demo@1.0.0")], ToyEncoder.spec))
    for option in ("--reference", "--scores", "--explain"):
        assert option in page


def test_no_label_is_markup(full_data: dict[str, Any]) -> None:
    page = render_page(full_data)
    for label in HOSTILE:
        if "<" in label:
            assert label not in page
    assert page.count("<script") == page.count("</script>") == 2
    start = page.index(">", page.index('<script type="application/json"')) + 1
    assert json.loads(page[start : page.index("</script>", start)]) == full_data


def test_json_in_a_script_ends_no_script() -> None:
    text = script_json(["</script>", "<!--", "\u2028", "a & b", "\udce4"])
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == ["</script>", "<!--", "\u2028", "a & b", "?"]


def test_nothing_on_the_page_is_elsewhere(full_data: dict[str, Any]) -> None:
    page = render_page(full_data)
    head = html.unescape(page[: page.index('<script type="application/json"')])
    assert "default-src 'none'" in head
    assert "http://" not in head
    assert "https://" not in head


def test_curves_by_hand() -> None:
    atoms = np.eye(4, dtype=np.float32)[:3]
    reference = np.array([[1, 0, 0, 0], [0, 0.6, 0, 0.8], [0, 0.6, 0.8, 0]], np.float32)
    curve = measure(Dictionary.of_atoms(atoms), reference)
    assert curve["sizes"] == [1, 2, 3]
    np.testing.assert_allclose(curve["coverage"], [1 / 3, 2.2 / 3, 2.4 / 3], rtol=1e-3)
    assert curve["l0"] == [1, 2]
    np.testing.assert_allclose(curve["cosine"], [2.4 / 3, 2.6 / 3], rtol=1e-3)


def test_references(tmp_path: Path, tone: Path) -> None:
    texts = tmp_path / "many.txt"
    texts.write_text("\n".join(f"a sound number {at}" for at in range(1500)), encoding="utf-8")
    found = read_reference(texts, ToyEncoder())
    assert (found.kind, found.found, found.x.shape) == ("captions", 1500, (1000, 64))
    clips = read_reference(tone.parent, ToyEncoder())
    assert (clips.kind, clips.found, len(clips.x)) == ("clips", 1, 1)
    with pytest.raises(MissingError, match="no such file or folder"):
        read_reference(tmp_path / "none.csv", ToyEncoder())
    with pytest.raises(DataError, match="no audio file"):
        read_reference(tmp_path, ToyEncoder())


def test_the_sound_in_the_page_is_the_clip(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    loud = np.concatenate([np.zeros(16000 * 6), np.sin(np.arange(16000 * 6) * 0.3)])
    soundfile.write(path, 0.5 * loud, 16000)
    data = clip_data(path, [Explanation("x", (("rain", 0.51234),), 1, 0.9, None, "")])
    assert (data["seconds"], data["heard"]) == (12.0, SECONDS)
    kind, _, text = data["audio"].partition(";base64,")
    assert kind == "data:audio/mpeg"
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(text)))
    assert abs(len(samples) / rate - SECONDS) < 0.1
    assert np.abs(samples[: 5 * rate]).max() < 0.05 < np.abs(samples[7 * rate :]).max()
    assert (data["peaks"][0], max(data["peaks"])) == (0, 100)
    assert data["explanations"][0]["concepts"] == [["rain", 0.5123]]
    assert len(text) < 100_000


def test_scores_are_those_of_the_cards(tmp_path: Path) -> None:
    one, other = subject("demo@1.0.0"), subject("demo@0.1.0")
    path = tmp_path / "cards.json"
    path.write_text(json.dumps([card(one, 0.7), card(other, 0.8)]), encoding="utf-8")
    rows = read_scores([path, path])
    shown = [(row.vocabulary, row.value, row.low, row.mode) for row in rows]
    assert shown == [
        ("demo@1.0.0", 0.7, pytest.approx(0.65), "l0 8"),
        ("dense embeddings", 0.9, 0.85, ""),
        ("demo@0.1.0", 0.8, 0.75, "l0 8"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [("{}", "not a scorecard.*`task`"), ("[1]", "not a scorecard"), ("{", "broken JSON")],
)
def test_what_is_no_scorecard(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "card.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_scores([path])
