"""Who is answered, and what every answer carries."""

import asyncio

import pytest

from pages.server.security import INDEX, Gate, inline_scripts, words


async def behind(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


def ask(gate: Gate, *, kind="http", method="GET", path="/", client="10.0.0.7", **headers: str) -> list[dict]:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "headers": raw, "client": (client, 5)}
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    asyncio.run(gate(scope, receive, send))
    return sent


@pytest.fixture
def gate(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "lab.example.edu, *.classes.example.edu")
    return Gate(behind)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "192.168.1.5:80", "[::1]:8501", "LAB.example.edu:443"])
def test_addresses_localhost_and_listed_names_are_answered(gate, host):
    assert ask(gate, host=host)[0]["status"] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "lab.example.edu.evil.example", "", "a b", "lab.example.edu:x", "u@127.0.0.1"]
)
def test_other_names_are_refused_in_one_sentence(gate, host):
    refused = ask(gate, host=host)
    assert refused[0]["status"] == 403 and b"ALLOWED_HOSTS" in refused[1]["body"]


def test_subdomains_match_by_whole_labels(gate):
    assert gate.knows("a.classes.example.edu") and not gate.knows("aclasses.example.edu")


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://localhost:3000", "http://127.0.0.1:1", "//"])
def test_a_foreign_page_opens_no_session_and_changes_nothing(gate, origin):
    assert ask(gate, kind="websocket", host="127.0.0.1:8501", origin=origin)[0]["type"] == "websocket.close"
    assert ask(gate, method="PUT", host="127.0.0.1:8501", origin=origin)[0]["status"] == 403


def test_the_own_page_and_a_listed_one_may(gate):
    for origin in ("http://127.0.0.1:8501", "https://lab.example.edu:8443"):
        assert not gate.refusal({"type": "websocket", "path": "/"}, {"host": "127.0.0.1:8501", "origin": origin})


def test_every_answer_carries_the_headers_a_refusal_too(gate):
    for host in ("127.0.0.1:8501", "evil.example"):
        headers = dict(ask(gate, host=host)[0]["headers"])
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert b"frame-ancestors 'self'" in headers[b"content-security-policy"]
        assert headers[b"x-frame-options"] == b"SAMEORIGIN"


def test_the_policy_trusts_no_inline_script_but_streamlits_own(gate):
    script = next(rule for rule in gate.policy("h").split("; ") if rule.startswith("script-src"))
    assert "unsafe" not in script
    assert len(inline_scripts(INDEX.read_text())) == INDEX.read_text().count("<script>") >= 1


def test_a_hostile_host_never_enters_the_policy(gate):
    assert "evil" not in gate.policy("evil.example; script-src *")


def test_embedding_sites_are_configurable(monkeypatch):
    monkeypatch.setenv("FRAME_ANCESTORS", "https://moodle.example.edu")
    headers = Gate(behind).headers("localhost")
    assert "frame-ancestors 'self' https://moodle.example.edu" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers


def test_operators_paths_are_for_the_machine_itself(gate):
    for path in ("/_stcore/metrics", "/_stcore/script-health-check"):
        assert ask(gate, host="127.0.0.1", path=path)[0]["status"] == 403
        assert ask(gate, host="127.0.0.1", path=path, client="127.0.0.1")[0]["status"] == 200


def test_words_take_spaces_commas_and_nothing(monkeypatch):
    monkeypatch.setenv("SOME", " a, b  c,")
    assert words("SOME") == ["a", "b", "c"]
    monkeypatch.setenv("SOME", "")
    assert words("SOME") == []
