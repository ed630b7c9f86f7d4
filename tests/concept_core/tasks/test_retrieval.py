from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from concept_core.bench.bench import Bench
from concept_core.datasets.caption_files import read_caption_file
from concept_core.errors import DataError, MissingError
from concept_core.tasks import retrieval
from concept_core.tasks.embed import embed_caption_file
from concept_core.tasks.items import Captioned
from concept_core.tasks.metrics import value
from concept_core.tasks.paired import compare_cards
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.task import Representation
from tests.tasks_toy import bench, dictionary, items, unit, vocabulary
from tests.toy import ToyEncoder

# Three clips on their axes; captions 0 and 1 are of the first, 2 of the second, 3 of the third.
X = np.eye(3)
CAPTIONS = unit([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [1, 0, 0.1]])


DATA = Captioned(items(3, kind="captions"), unit(X), (("p", "q"), ("r",), ("s",)), CAPTIONS)


def test_by_hand() -> None:
    task = retrieval.prepare(DATA)
    assert [places.tolist() for places in task.own] == [[0, 1], [2], [3]]
    answer = task.answer(Representation(X, X))
    found = {name: value(one, 3) for name, one in answer.statistics.items()}
    # Clip 0 finds its captions at 1 and 3, clip 1 at 1, clip 2 at 1 (the others are at zero).
    assert found["a2t-r@1"] == 1.0
    assert found["a2t-map@10"] == pytest.approx(((1 + 2 / 3) / 2 + 1 + 1) / 3)
    # Captions 0 and 2 find their clip first; 1 and 3 second: .8 for clip 1, .995 for clip 0.
    assert found["t2a-r@1"] == 0.5
    assert found["t2a-r@5"] == found["t2a-r@10"] == 1.0
    assert found["t2a-map@10"] == pytest.approx((1 + 1 / 2 + 1 + 1 / 2) / 4)
    # A clip's own share of the latter is the mean over its captions.
    assert answer.scores["t2a-map@10"] == pytest.approx([0.75, 1.0, 0.5])
    assert answer.scores["t2a-r@1"] == pytest.approx([0.5, 1.0, 0.0])
    assert "a2t-r@5" not in answer.scores, "a card keeps the paper's metrics of each clip"


def test_concepts_beside_baselines() -> None:
    words = vocabulary("p", "q")
    found = bench(DATA, "retrieval").score(words, dictionary(words, X[:2]), l0=1)
    assert (found.main_metric, found.classes, found.empty) == ("a2t-r@1", (), 1)
    # The third clip has no concept: it retrieves nothing, and its caption finds it last.
    assert found.main.value == pytest.approx(2 / 3)
    assert found.main.dense == 1.0
    assert found.metrics["t2a-map@10"].value == pytest.approx((1 + 1 / 2 + 1 + 1 / 3) / 4)
    # With the mean of all clips every caption finds every clip tied.
    assert found.metrics["t2a-r@1"].mean_only == 0.0
    assert compare_cards(found.to_dict(), found.to_dict()).test == "mcnemar"
    assert compare_cards(found.to_dict(), found.to_dict(), metric="t2a-map@10").p == 1.0


CLOTHO = """file_name,caption_1,caption_2,caption_3
a.wav,a dog barks,the dog is barking,"dogs, barking"
b.wav,rain falls,rain is falling,
"c, d.wav",a bell rings,the bells are ringing,a bell
"""
AUDIOCAPS = """audiocap_id,youtube_id,start_time,caption
1,x,10,a dog barks
2,x,10,the dog is barking
3,x,20,rain falls
4,y,10,a bell rings
5,y,10,the bells are ringing
"""


def test_captions_alone(tmp_path: Path) -> None:
    path = tmp_path / "clotho.csv"
    path.write_text(CLOTHO, encoding="utf-8")
    file = read_caption_file(path)
    assert file.clips == ("a.wav", "b.wav", "c, d.wav")
    assert [len(mine) for mine in file.captions] == [3, 2, 3]
    over = Bench(TaskRequest("retrieval", "captions"), ToyEncoder(), file)
    task = over.task
    assert isinstance(task, retrieval.Retrieval)
    assert (len(task.rows), len(task.captions)) == (3, 5)
    words = vocabulary("dog", "rain", "bell")
    found = over.score(words, l0=2)
    assert (found.dataset, found.dataset_revision) == ("captions", "clotho.csv")
    assert (found.main_metric, found.main.dense) == ("c2c-r@1", 1.0)
    assert found.metrics["c2c-back-r@1"].dense == 1.0
    assert str(tmp_path) not in found.to_json()


def test_rows_of_one_clip_belong_together(tmp_path: Path) -> None:
    path = tmp_path / "audiocaps.csv"
    path.write_text(AUDIOCAPS, encoding="utf-8")
    file = read_caption_file(path)
    assert (file.clips, file.left_out) == (("x/10", "y/10"), 1)
    assert embed_caption_file(file, ToyEncoder()).items.missing == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "file_name,title\na,b\n",
            ":1: no column caption or .* there are: file_name, title",
        ),
        ("caption\nrain\n", "no column that names the clip"),
        ("", "the file is empty"),
        ("file_name,caption_1\na.wav,rain\n", "no clip has two captions"),
        ("file_name,caption_1,caption_2\na.wav,rain\n", r":2: expected 3 fields"),
        ("file_name,caption_1,caption_2\n ,rain,wind\n", ":2: no clip is named in file_name"),
    ],
)
def test_broken_files(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "captions.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_caption_file(path)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no such file; give a table of captions"):
        read_caption_file(tmp_path / "none.csv")
    path = tmp_path / "latin.csv"
    path.write_bytes(b"file_name,caption_1\na,\xff\n")
    with pytest.raises(DataError, match="not UTF-8 text"):
        read_caption_file(path)
