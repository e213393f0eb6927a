"""The two cookies: who gets them, and that the secret leaves the address."""

import asyncio

import pytest

from pages.classes.door import Door

SECRET = "abcdefghijklmnopqrstuv"


def answered(query: str, method: str = "GET", scheme: str = "http", **headers: str) -> tuple[int, dict[str, list[str]]]:
    sent: list[dict] = []

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/learn", "query_string": query.encode(), "scheme": scheme}
    scope["headers"] = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    asyncio.run(Door(page)(scope, None, send))
    found: dict[str, list[str]] = {}
    for name, value in sent[0]["headers"]:
        found.setdefault(name.decode().lower(), []).append(value.decode())
    return sent[0]["status"], found


def test_a_phone_gets_its_word_once():
    status, headers = answered("class=CDFHJ")
    (cookie,) = headers["set-cookie"]
    assert status == 200 and cookie.startswith("lab_phone=") and "HttpOnly" in cookie and "Secure" not in cookie
    assert "set-cookie" not in answered("class=CDFHJ", cookie="lab_phone=x")[1]
    assert "Secure" in answered("class=CDFHJ", scheme="https")[1]["set-cookie"][0]
    assert "Secure" in answered("class=CDFHJ", x_forwarded_proto="https")[1]["set-cookie"][0]


def test_the_secret_goes_into_a_cookie_and_out_of_the_address():
    status, headers = answered(f"part=class&class=cdfhj&teach={SECRET}")
    assert status == 303 and headers["location"] == ["?part=class&class=cdfhj"]
    assert headers["set-cookie"][0].startswith(f"lab_teacher_CDFHJ={SECRET};")
    assert headers["cache-control"] == ["no-store"]


@pytest.mark.parametrize("query", ["", "delta=2", "class=", "class=NOT-A-CODE", "teach=" + SECRET])
def test_nobody_else_gets_anything(query):
    assert answered(query) == (200, {})


@pytest.mark.parametrize("secret", ["short", "x" * 23, "a%0d%0aSet-Cookie: b=c", "abcdefghijklmnopqrst;v"])
def test_what_is_no_secret_makes_no_cookie(secret):
    status, headers = answered(f"class=CDFHJ&teach={secret}")
    assert status == 303 and "set-cookie" not in headers
