"""Who is answered, what is answered, and where the server listens."""

from __future__ import annotations

import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import UsageError
from tests.vocab_builder.curation.page.conftest import Running
from tests.vocab_builder.curation.page.toy import HOSTILE, ToySession
from vocab_builder.curation.page import make_app, serve
from vocab_builder.curation.page.answers import Answers, ConflictError
from vocab_builder.curation.page.guard import MOST_BYTES

testclient = pytest.importorskip(
    "starlette.testclient", reason="starlette is not installed (the extra curate)"
)
HERE = "http://127.0.0.1:8000"
TOKEN = "the-token"
COOKIE = {"cookie": f"sonolex-curate-8000={TOKEN}"}
OWN = {**COOKIE, "origin": HERE}
ASKED = ("questions", "undecided", "search?text=a", "item?label=null", "progress", "clip?id=0",
         "effects?label=null&action=drop")  # fmt: skip


@pytest.fixture
def session(tmp_path: Path) -> ToySession:
    return ToySession(tmp_path, 30)


@pytest.fixture
def client(session: ToySession) -> Any:
    app = make_app(session, TOKEN)
    return testclient.TestClient(app, base_url=HERE, raise_server_exceptions=False)


def test_the_token_opens_the_page_and_becomes_a_cookie(client: Any) -> None:
    answer = client.get(f"/?token={TOKEN}")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie == f"sonolex-curate-8000={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    assert client.get("/").status_code == 200
    for address in ASKED[:-2]:
        assert client.get(f"/api/{address}").status_code == 200, address


@pytest.mark.parametrize("address", ["", "assets/main.js", *(f"api/{one}" for one in ASKED)])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "sonolex-curate-8000=another"},
        {"cookie": f"sonolex-curate-9000={TOKEN}"},
        {**COOKIE, "host": "evil.example:8000"},
        {**COOKIE, "host": "127.0.0.1.evil.example"},
        {**COOKIE, "host": "192.168.0.7:8000"},
        {**COOKIE, "origin": "http://evil.example"},
        {**COOKIE, "origin": "null"},
        {**COOKIE, "origin": "http://127.0.0.1:9000"},
    ],
)  # fmt: skip
def test_others_get_nothing(client: Any, address: str, headers: dict[str, str]) -> None:
    answer = client.get(f"/{address}", headers=headers)
    assert answer.status_code == 403
    assert set(answer.json()) == {"error"}
    assert "access-control-allow-origin" not in answer.headers
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_get_nothing(client: Any, site: str) -> None:
    for address in ("api/questions", "assets/main.js", "api/clip?id=0"):
        headers = {**COOKIE, "sec-fetch-site": site}
        assert client.get(f"/{address}", headers=headers).status_code == 403


def test_a_token_in_the_address_is_for_the_page_alone(client: Any) -> None:
    assert client.get(f"/api/questions?token={TOKEN}").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": HERE},
        COOKIE,
        {**COOKIE, "origin": "http://evil.example"},
        {**OWN, "content-type": "text/plain"},
        {**OWN, "content-type": "application/x-www-form-urlencoded"},
        {**OWN, "sec-fetch-site": "same-site"},
    ],
    ids=["no token", "no origin", "other origin", "text", "a form", "another port"],
)
def test_nobody_else_decides(client: Any, session: ToySession, headers: dict[str, str]) -> None:
    body = {"label": "null", "action": "drop"}
    kind = {"content-type": "application/json"}
    for address in ("decide", "undo"):
        answer = client.post(f"/api/{address}", json=body, headers={**kind, **headers})
        assert answer.status_code == 403
    assert session.rows() == []
    assert client.options("/api/decide", headers=headers).status_code == 403


def test_a_decision_is_on_disk_when_answered(client: Any, session: ToySession) -> None:
    for label in HOSTILE:
        body = {"label": label, "action": "drop", "reason": "=1+1"}
        answer = client.post("/api/decide", json=body, headers=OWN)
        assert answer.status_code == 200
        assert answer.json()["decision"]["label"] == label
        assert session.rows()[-1]["label"] == label
    undone = client.post("/api/undo", json={}, headers=OWN).json()["undone"]
    assert undone["label"] == HOSTILE[-1]
    assert len(session.rows()) == len(HOSTILE) - 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"label": "null"', "JSON"),
        ("[" * 30_000, "JSON"),
        ("[]", "object"),
        ('{"label": "null", "action": 3}', "action"),
        ('{"label": "null", "acton": "drop"}', "acton"),
        ('{"label": "null"}', "action"),
        ('{"label": "null", "action": "burn"}', "burn"),
        ('{"label": "no such", "action": "drop"}', "no such"),
    ],
)
def test_what_is_no_decision_is_told(
    client: Any, session: ToySession, body: str, says: str
) -> None:
    headers = {**OWN, "content-type": "application/json"}
    answer = client.post("/api/decide", content=body, headers=headers)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert session.rows() == []


def test_bodies_are_bounded(client: Any, session: ToySession) -> None:
    headers = {**OWN, "content-type": "application/json"}
    long = '{"label": "null", "action": "drop", "reason": "' + "x" * MOST_BYTES + '"}'
    for body in (long, iter([long.encode()])):
        answer = client.post("/api/decide", content=body, headers=headers)
        assert answer.status_code == 413
    body = {"label": "null", "action": "drop", "reason": "x" * 20_000}
    answer = client.post("/api/decide", json=body, headers=OWN)
    assert answer.status_code == 400
    assert session.rows() == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("questions?offset=-1", 400),
        ("questions?offset=a", 400),
        ("questions?offset=99999999999", 400),
        ("questions?colour=red", 400),
        ("item?label=nothing", 404),
        ("item?label=" + "x" * 3000, 400),
        ("clip?id=../../etc/passwd", 404),
        ("nothing", 404),
        ("decide", 404),
    ],
)
def test_errors_say_what_was_wrong(client: Any, address: str, status: int) -> None:
    answer = client.get(f"/api/{address}", headers=COOKIE)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_only_listed_clips_are_served(client: Any, session: ToySession) -> None:
    assert client.get("/api/clip?id=0", headers=COOKIE).status_code == 404
    client.get("/api/item?label=null", headers=COOKIE)
    answer = client.get("/api/clip?id=0", headers={**COOKIE, "range": "bytes=0-99"})
    assert (answer.status_code, answer.headers["content-type"]) == (206, "audio/wav")
    assert len(answer.content) == 100
    (session.folder / "rain.wav").unlink()
    assert client.get("/api/clip?id=0", headers=COOKIE).status_code == 404


@pytest.mark.parametrize("address", ["/", "/assets/main.js", "/api/progress", "/nowhere"])
def test_headers_of_every_answer(client: Any, address: str) -> None:
    for headers in (COOKIE, {}):
        answer = client.get(address, headers=headers)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_no_asset_asks_a_network_or_has_a_script_inside() -> None:
    import vocab_builder.curation.page as page

    folder = Path(page.__file__).parent / "assets"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert "http:" not in text
    assert "https:" not in text
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "style="):
        assert word not in text
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert html.count("<script") == 1
    assert 'src="/assets/main.js"></script>' in html


def test_another_window_is_not_overwritten_unseen(session: ToySession) -> None:
    answers = Answers(session)
    answers.decide({"label": "null", "action": "keep"})
    with pytest.raises(ConflictError, match="another window has decided meanwhile to keep"):
        answers.decide({"label": "null", "action": "drop"})
    answers.decide({"label": "null", "action": "note", "to": "a word"})
    answers.decide({"label": "null", "action": "keep"})
    answers.decide({"label": "null", "action": "drop", "seen": ["keep", ""]})
    answers.undo({})
    answers.decide({"label": "null", "action": "keep"})
    actions = [row["action"] for row in session.rows()]
    assert actions == ["keep", "note", "keep", "keep"]


def test_the_next_undecided_goes_round(tmp_path: Path) -> None:
    session = ToySession(tmp_path, 3)
    answers = Answers(session)
    assert answers.undecided({}) == {"offset": 0}
    answers.decide({"label": session.labels[1], "action": "keep"})
    assert answers.undecided({"from": "1"}) == {"offset": 2}
    answers.decide({"label": session.labels[2], "action": "keep"})
    assert answers.undecided({"from": "1"}) == {"offset": 0}
    answers.decide({"label": session.labels[0], "action": "keep"})
    assert answers.undecided({"from": "1"}) == {"offset": None}
    assert answers.undecided({"from": "7"}) == {"offset": None}


def listening(process: int) -> set[str]:
    """The addresses that a process listens on, of IPv4 and IPv6."""
    sockets = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        try:
            name = str(entry.readlink())
        except OSError:
            continue
        if name.startswith("socket:["):
            sockets.add(name[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and parts[9] in sockets:
                found.add(parts[1])
    return found


def test_only_the_loopback_address_listens(run: Callable[..., Running], tmp_path: Path) -> None:
    server = run(tmp_path, 30)
    port = int(server.origin.rpartition(":")[2])
    if Path("/proc/net/tcp").exists():
        assert listening(server.process.pid) == {f"0100007F:{port:04X}"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(server.origin)
    assert refused.value.code == 403
    with urllib.request.urlopen(server.address) as answer:
        assert b"Sonolex curation" in answer.read()
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/questions", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 403
    connection.close()


def test_ctrl_c_stops_cleanly(run: Callable[..., Running], tmp_path: Path) -> None:
    server = run(tmp_path, 30)
    with urllib.request.urlopen(server.address):
        pass
    server.process.send_signal(signal.SIGINT)
    _, errors = server.process.communicate(timeout=20)
    assert (server.process.returncode, errors) == (0, "")


def test_a_taken_port_is_told(session: ToySession) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1: it is taken; choose"):
            serve(session, port=port, open_browser=False)
    with pytest.raises(UsageError, match="port 99999"):
        serve(session, port=99_999, open_browser=False)


def test_the_browser_is_opened_at_the_address(
    session: ToySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    import uvicorn

    opened: list[str] = []
    announced: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    serve(session, announce=announced.append)
    serve(session, open_browser=False, announce=announced.append)
    assert opened == announced[:1]
    assert announced[0].startswith("http://127.0.0.1:")
    assert announced[0] != announced[1]


def test_without_the_extra_the_pip_line_is_told(
    session: ToySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concept_core.errors import MissingError

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for call in (lambda: serve(session), lambda: make_app(session, TOKEN)):
        with pytest.raises(MissingError, match=r'pip install "sonolex\[curate\]"'):
            call()
