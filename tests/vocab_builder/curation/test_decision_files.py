"""Files of decisions: what spreadsheets and people write, and several writers at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from concept_core.errors import DataError
from vocab_builder.curation.decision_files import (
    append_decision,
    append_decisions,
    read_decisions,
    undo,
)
from vocab_builder.curation.decisions import Decision

HEADER = "label,action,to,reason,by,at\n"


def save(folder: Path, text: str, name: str = "decisions.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


def said(path: Path) -> list[tuple[str, str, str]]:
    return [one.said for one in read_decisions([path]).standing]


@pytest.mark.parametrize(
    "text",
    [
        "label,action,to,reason,by,at\nDog,keep,,because,Ann,\nvroom,merge,engine,,,\n",
        "\ufefflabel;action;to;reason;by;at\r\nDog;keep;;because;Ann;\r\nvroom;merge;engine;;;\r\n",
        "label\taction\tto\treason\nDog\tkeep\t\tbecause\nvroom\tmerge\tengine\t",
        "# ours\nLabel,Action,To\n\n#cat,drop\nDog , KEEP\n,,\nvroom,merge, Engine \n",
        "to,action,label\n,keep,dog\nengine,merge,vroom\n",
        'label,action,to,reason\n"Dog",keep,,"two\nlines"\n"vroom","merge","engine"\n',
        "sep=;\r\nlabel;action;to\r\nDog;keep;\r\nvroom;merge;engine\r\n",
        '\ufeff"sep=,"\nlabel,action,to\nDog,keep,\nvroom,merge,engine\n',
        ";;;\r\n;;;\r\nlabel;action;to;\r\nDog;keep;;\r\nvroom;merge;engine;\r\n;;;\r\n",
        "label,action,to\nDog,keep,,,,\nvroom,merge,engine,,\n",
    ],
)
def test_what_spreadsheets_write(text: str, tmp_path: Path) -> None:
    assert said(save(tmp_path, text)) == [("dog", "keep", ""), ("vroom", "merge", "engine")]


def test_all_that_a_line_says(tmp_path: Path) -> None:
    text = 'label,action,to,reason,by,at,mood\ndog,note,,"barks,\n loud",Ann,9 May,=1+1\n'
    (one,) = read_decisions([save(tmp_path, text)]).standing
    # A note may stand where the reason does.
    assert (one.to, one.reason, one.by, one.at) == ("barks, loud", "", "Ann", "9 May")
    assert one.extra == {"mood": "=1+1"}
    assert one.where == f"{tmp_path / 'decisions.csv'}:2"


@pytest.mark.parametrize("text", ["", "\ufeff", HEADER, "\n\n", "# nothing yet\n"])
def test_no_decision_yet(text: str, tmp_path: Path) -> None:
    path = save(tmp_path, text)
    assert said(path) == []
    append_decision(path, Decision("dog", "keep"))
    assert said(path) == [("dog", "keep", "")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dog,keep\n", r"decisions\.csv:1: the column 'label' is missing"),
        ("label,action,action\n", "'action' is named twice"),
        ("label,action,Action \n", "'action' is named twice"),
        (HEADER + "dog,kep,,,,\n", r":2: unknown action 'kep'; did you mean 'keep'"),
        (HEADER + "dog,,,,,\n", ":2: unknown action ''"),
        (HEADER + "\n!?,keep,,,,\n", ":3: the label is empty"),
        (HEADER + "dog,merge,,,,\n", ":2: merge of 'dog' needs the other label in the column 'to'"),
        (HEADER + "dog,definition,,,,\n", "needs the text"),
        (HEADER + "dog,drop,cat,,,\n", ":2: drop of 'dog' takes no 'to', found 'cat'"),
        (HEADER + "dog,rename,DOG,,,\n", ":2: rename of 'dog' to itself"),
        (HEADER + "dog,keep,,a,b,c,d\n", ":2: 7 cells, the header has 6"),
        (HEADER + 'dog,keep,"cat\n', ":2: the row that begins here is broken"),
        (HEADER + "a\ud800,keep,,,,\n", ":2: not UTF-8"),
    ],
)
def test_broken_files_say_where(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DataError, match=message):
        read_decisions([path])


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_decisions([tmp_path / "decisions.csv"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dog,keep,", "Dog,drop,"),
        ("dog,drop,", "dog,rename,hound"),
        ("dog,rename,hound", "dog,rename,puppy"),
        ("dog,merge,hound", "dog,keep,"),
        ("dog,definition,a bark", "dog,definition,a howl"),
        ("dog,rename,hound", "puppy,rename,hound"),
        ("dog,rename,hound", "hound,merge,dog"),
    ],
)
def test_a_contradiction_names_both_lines(one: str, other: str, tmp_path: Path) -> None:
    path = save(tmp_path, f"label,action,to\nrain,keep,\n{one}\ncat,drop,\n{other}\n")
    with pytest.raises(DataError, match=r"decisions\.csv:3 and .*decisions\.csv:5 contradict"):
        read_decisions([path])


def test_what_goes_together(tmp_path: Path) -> None:
    lines = [
        "dog,keep,", "dog,keep,", "dog,rename,hound", "dog,note,loud", "dog,note,louder",
        "dog,broader,animal", "dog,broader,pet", "hound,related,fox",
    ]  # fmt: skip
    path = save(tmp_path, "\n".join(["label,action,to", *lines]))
    assert len(said(path)) == len(lines)


def test_later_files_win(tmp_path: Path) -> None:
    first = save(tmp_path, "label,action,to\ndog,keep,\nmoter,drop,\nsurf,drop,\n", "a.csv")
    second = save(tmp_path, "label,action,to\ndog,drop,\nwave,merge,surf\n", "b.csv")
    decisions = read_decisions([first, second])
    # Something is merged into surf: it is no longer one to drop.
    assert [one.said for one in decisions.standing] == [
        ("moter", "drop", ""), ("dog", "drop", ""), ("wave", "merge", "surf"),
    ]  # fmt: skip
    assert [one.action for one in decisions.history("dog")] == ["keep", "drop"]
    assert [one.said for one in read_decisions([second, first]).standing][-1] == (
        "surf", "drop", "",
    )  # fmt: skip


def test_appending_keeps_what_others_wrote(tmp_path: Path) -> None:
    text = '\ufeff# Ann\'s and Bob\'s\r\nlabel;action;mood\r\n"dog";keep;"so;so"\r\n\r\n#cat;drop'
    path = save(tmp_path, text)
    written = append_decision(path, Decision("Rain ", "drop", reason="it, is; wet", by="Ann"))
    assert written.label == "rain" and written.at.endswith("Z")
    raw = path.read_bytes().decode()
    assert raw.startswith("\ufeff# Ann's and Bob's\r\nlabel;action;mood;to;reason;by;at\r\n\"dog\"")
    assert raw.endswith(f'#cat;drop\r\nrain;drop;;;"it, is; wet";Ann;{written.at}\r\n')
    assert read_decisions([path]).standing[0].extra == {"mood": "so;so"}


def test_formulas_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decision(path, Decision("dog", "note", "=HYPERLINK(1)", by="@ann"))
    assert "'=HYPERLINK(1)" in path.read_text() and "'@ann" in path.read_text()
    (one,) = read_decisions([path]).standing
    assert (one.to, one.by) == ("=HYPERLINK(1)", "@ann")


def test_a_change_of_mind_is_history(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decision(path, Decision("dog", "keep", by="Ann"))
    append_decision(path, Decision("dog", "rename", "hound", by="Ann"))
    last = append_decision(path, Decision("hound", "drop", by="Bob"))
    decisions = read_decisions([path])
    # Who drops the new name no longer keeps the old.
    assert [one.said for one in decisions.standing] == [
        ("dog", "rename", "hound"), ("hound", "drop", ""),
    ]  # fmt: skip
    assert decisions.history("dog")[0].replaced == last.at
    assert undo(path, "Cleo") is None
    assert undo(path, "Bob") == last
    assert said(path) == [("dog", "keep", ""), ("dog", "rename", "hound")]
    assert [one and one.action for one in (undo(path, "Ann"), undo(path, "Ann"))] == [
        "rename", "keep",
    ]  # fmt: skip
    assert undo(path, "Ann") is None and said(path) == []


def test_undo_knows_a_name_as_it_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decision(path, Decision("dog", "keep", by=" Ann  B "))
    assert undo(path, " Ann  B ") is not None and said(path) == []


def test_what_is_written_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    with pytest.raises(DataError, match="a text of more than 100000 characters"):
        append_decision(path, Decision("dog", "note", "x" * 200_000))
    append_decision(path, Decision("dog", "note", "a\ud800b"))
    assert said(path) == [("dog", "note", "a b")]


def test_after_sep_more_is_written_as_before(tmp_path: Path) -> None:
    path = save(tmp_path, "sep=;\r\nlabel;action\r\ndog;keep\r\n")
    append_decision(path, Decision("cat", "drop"))
    assert path.read_bytes().startswith(b"sep=;\r\nlabel;action;to;")
    assert said(path) == [("dog", "keep", ""), ("cat", "drop", "")]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    real = save(tmp_path / "shared", HEADER)
    link = tmp_path / "mine.csv"
    link.symlink_to(real)
    append_decision(link, Decision("dog", "keep", by="Ann"))
    assert link.is_symlink() and said(real) == [("dog", "keep", "")]
    assert undo(link, "Ann") is not None
    assert link.is_symlink() and said(real) == []


def test_who_may_read_a_file_stays(tmp_path: Path) -> None:
    path = save(tmp_path, HEADER)
    path.chmod(0o600)
    append_decision(path, Decision("dog", "keep"))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_read_only_file_stays_as_it_is(tmp_path: Path) -> None:
    path = save(tmp_path, HEADER)
    path.chmod(0o444)
    with pytest.raises(DataError, match=r"decisions\.csv: is read-only"):
        append_decision(path, Decision("dog", "keep"))
    assert path.read_text() == HEADER


def test_undo_lets_lines_by_hand_be(tmp_path: Path) -> None:
    path = save(tmp_path, HEADER + "dog,keep,,,Ann,9 May\n")
    assert undo(path, "Ann") is None


def test_undo_revives_nothing_that_would_contradict(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decision(path, Decision("dog", "keep", by="Ann"))
    append_decision(path, Decision("dog", "note", "loud", by="Bob"))
    at = read_decisions([path]).standing[-1].at
    # As if Bob's note had replaced what Ann kept, and Cleo dropped the word since.
    save(tmp_path, f"{HEADER[:-1]},replaced\ndog,keep,,,Ann,,{at}\ndog,note,loud,,Bob,{at},\n")
    append_decision(path, Decision("dog", "drop", by="Cleo"))
    assert undo(path, "Bob") is not None
    assert said(path) == [("dog", "drop", "")]


def test_saying_it_again_adds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decisions(path, [Decision("dog", "keep"), Decision("cat", "drop")])
    before = path.read_bytes()
    append_decisions(path, [Decision("Dog", "keep", by="Bob"), Decision("cat", "drop")])
    assert path.read_bytes() == before


def test_a_taken_name(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decision(path, Decision("dog", "rename", "hound"))
    with pytest.raises(DataError, match="merge 'puppy' into 'hound'"):
        append_decision(path, Decision("puppy", "rename", "hound"))
    assert said(path) == [("dog", "rename", "hound")]
    append_decision(path, Decision("hound", "rename", "dog"))
    assert said(path) == [("hound", "rename", "dog")]


WRITER = """
import sys
from pathlib import Path
from vocab_builder.curation.decision_files import append_decision
from vocab_builder.curation.decisions import Decision
for number in range(40):
    append_decision(Path(sys.argv[1]), Decision(f"{sys.argv[2]} {number}", "keep", by=sys.argv[2]))
"""


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("ann", "bob")
    ]
    assert [one.wait() for one in running] == [0, 0]
    decisions = read_decisions([path])
    assert len(decisions.standing) == 80
    assert len({one.at for one in decisions.rows}) == 80
