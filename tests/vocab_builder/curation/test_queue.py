"""The queue: which words are in doubt and why, and its csv file there and back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from concept_core.errors import DataError, MissingError
from concept_core.vocabulary import Evidence
from vocab_builder.curation import wording
from vocab_builder.curation.decision_files import append_decisions, read_decisions
from vocab_builder.curation.decisions import Decision, Decisions, settle
from vocab_builder.curation.queue import Neighbour, Question, State, make_questions, make_queue
from vocab_builder.curation.queue_file import take_queue, write_queue
from vocab_builder.stages.candidates import Candidate, Drop, Score


def mined(
    label: str, count: int = 5, *sources: str, kind: str = "noun", scores: tuple[Score, ...] = ()
) -> Candidate:
    places = sources or ("audioset", "captions")
    evidence = tuple(Evidence(one, "here", count) for one in places)
    return Candidate(label, kind, evidence, scores=scores)


STATE = State(
    kept=[
        mined("engine humming", 40, "captions", kind="phrase"),
        mined("engine revving", 30),
        mined("diesel engine", 20),
        mined("bat", 9),
        mined("rain", 500, scores=(Score("audibility", 0.99, 0.5, "surf"),)),
        mined(
            "surf",
            4,
            scores=(Score("audibility", 0.55, 0.5, "rain"), Score("redundancy", 0.5, 0.82, "x")),
        ),
        mined("erupt", 3, kind="verb"),
        mined("moterr", 2),
        mined("dark barking", 2, kind="phrase"),
    ],
    drops=[
        Drop(mined("engine", 3000), "selection:coverage", "not-selected", 0.0, rank=10),
        Drop(mined("room tone", 3), "audibility", "not-audible", 0.45, 0.5, "rain"),
        Drop(mined("plate", 3), "audibility", "not-audible", 0.05, 0.5, "rain"),
        Drop(mined("rains", 3), "twins", "lexical-twin", twin="rain"),
        Drop(mined("breaker", 3), "redundancy", "redundant", 0.83, 0.82, "surf"),
        Drop(mined("vrooom", 50), "form", "unknown-word"),
    ],
    before={"rain": "kept", "surf": "audibility", "plate": "kept", "gong": "kept"},
    since="sounds@1.0.0",
)


@pytest.fixture
def questions(nltk_data: None) -> dict[str, Question]:
    return make_questions(
        STATE, settle([[Decision("bat", "note", "loud"), Decision("bat", "rename", "small bat")]])
    )


def doubts(question: Question) -> dict[str, str]:
    return {one.code: one.text for one in question.doubts if one.code != "changed"}


def test_every_candidate_is_a_question(questions: dict[str, Question]) -> None:
    labels = {one.label for one in STATE.kept} | {one.candidate.label for one in STATE.drops}
    assert questions.keys() == labels | {"gong"}
    assert [questions[label].fate for label in ("rain", "rains", "breaker", "plate")] == [
        "kept", "alias", "alias", "dropped",
    ]  # fmt: skip
    assert questions["rain"].rank == 5 and questions["engine"].rank == 10
    assert questions["plate"].filter == "audibility" and questions["plate"].reason == "not-audible"
    assert questions["gong"].filter == "sources"


@pytest.mark.parametrize(
    ("label", "code", "text"),
    [
        ("surf", "audibility", "audible with probability 0.55, the threshold is 0.5"),
        ("room tone", "audibility", "audible with probability 0.45, the threshold is 0.5"),
        ("breaker", "redundancy", "cosine 0.83 to 'surf', the threshold is 0.82"),
        ("engine", "head-word", "said 6,000 times, 1 labels end with it, and it was left out by"
         " selection:coverage"),
        ("engine humming", "one-source", "a phrase that only captions has"),
        ("moterr", "spelling", "'moterr' in no dictionary"),
        ("vrooom", "spelling", "said 100 times, and in no dictionary"),
        ("erupt", "parse", "a bare verb"),
        ("dark barking", "parse", "'dark' is no noun that could be barking"),
        ("bat", "senses", "names several things: animal, artifact"),
    ],
)  # fmt: skip
def test_what_is_in_doubt(label: str, code: str, text: str, questions: dict[str, Question]) -> None:
    assert doubts(questions[label])[code] == text


@pytest.mark.parametrize("label", ["rain", "plate", "rains"])
def test_what_is_not(label: str, questions: dict[str, Question]) -> None:
    assert doubts(questions[label]) == {}


def test_what_changed(questions: dict[str, Question]) -> None:
    told = {
        label: one.text
        for label, question in questions.items()
        for one in question.doubts
        if one.code == "changed"
    }
    assert told["plate"] == "in sounds@1.0.0, now dropped by audibility"
    assert told["gong"] == "in sounds@1.0.0, no source has it now"
    assert told["surf"] == "new since sounds@1.0.0, where audibility dropped it"
    assert told["bat"] == "new since sounds@1.0.0" and "rain" not in told


def test_the_most_doubtful_come_first(questions: dict[str, Question]) -> None:
    queue = make_queue(questions.values())
    assert [one.doubt for one in queue] == sorted((one.doubt for one in queue), reverse=True)
    assert all(one.doubts for one in queue) and "rain" not in {one.label for one in queue}


def test_a_question_as_json(questions: dict[str, Question]) -> None:
    data = questions["surf"].to_dict()
    assert data["scores"][0] == {
        "stage": "audibility", "value": 0.55, "threshold": 0.5, "twin": "rain", "flag": None,
    }  # fmt: skip
    assert data["evidence"][0] == {"source": "audioset", "locator": "here", "count": 4}
    assert list(data["sources"]) == ["audioset", "captions"] and data["decision"] is None
    assert data["senses"][0].startswith("surf.n.01: ")
    assert questions["bat"].to_dict()["decision"]["to"] == "small bat"


def test_without_wordnet(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise MissingError(name)

    monkeypatch.setattr("concept_core.resources.require_nltk", missing)
    assert not wording.has_wordnet()
    questions = make_questions(STATE, Decisions())
    assert doubts(questions["bat"]) == {} and questions["bat"].senses == ()
    assert doubts(questions["surf"]) != {}


def test_an_empty_state() -> None:
    assert make_questions(State([], []), Decisions()) == {}


def fill(path: Path, answers: dict[str, tuple[str, str, str]], delimiter: str = ",") -> Path:
    """The file as a person saves it who filled some lines."""
    with open(path, encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        row["action"], row["to"], row["reason"] = answers.get(row["label"], ("", "", ""))
    filled = path.with_name("filled.csv")
    with open(filled, "w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return filled


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_there_and_back(delimiter: str, questions: dict[str, Question], tmp_path: Path) -> None:
    path = tmp_path / "queue.csv"
    queue = make_queue(questions.values())
    assert write_queue(path, queue) == len(queue)
    answers = {"engine": ("keep", "", "the commonest sound"), "moterr": ("rename", "Motor", "")}
    decisions = take_queue(fill(path, answers, delimiter), "Ann")
    assert {one.said for one in decisions} == {
        ("engine", "keep", ""), ("moterr", "rename", "motor"),
    }  # fmt: skip
    assert {one.by for one in decisions} == {"Ann"}
    append_decisions(tmp_path / "decisions.csv", decisions)
    assert len(read_decisions([tmp_path / "decisions.csv"]).standing) == 2


def test_a_queue_is_not_overwritten(tmp_path: Path) -> None:
    write_queue(tmp_path / "queue.csv", [Question("=cmd()", "noun", 1, "kept")])
    assert "'=cmd()" in (tmp_path / "queue.csv").read_text(encoding="utf-8")
    with pytest.raises(DataError, match="answers maybe"):
        write_queue(tmp_path / "queue.csv", [])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("engine,kep,,", r"queue\.csv:2: unknown action 'kep'; did you mean 'keep'"),
        ("engine,merge,,", ":2: merge of 'engine' needs"),
        ("engine,,motor,", ":2: 'to' or 'reason' is filled and 'action' is not"),
        ("engine,,,because", ":2: 'to' or 'reason' is filled and 'action' is not"),
    ],
)
def test_answers_that_say_nothing(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "queue.csv"
    path.write_text(f"label,action,to,reason\n{line}\n")
    with pytest.raises(DataError, match=message):
        take_queue(path, "Ann")


def test_neighbours_in_the_file(tmp_path: Path) -> None:
    near = (Neighbour("surf", 0.8123, "kept"),)
    write_queue(tmp_path / "queue.csv", [Question("wave", "noun", 1, "kept", neighbours=near)])
    assert "surf 0.81 kept" in (tmp_path / "queue.csv").read_text(encoding="utf-8")
