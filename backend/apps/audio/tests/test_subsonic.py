"""Requests to a Subsonic server, and the errors that its responses become."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from hashlib import md5
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.audio import subsonic
from apps.audio.delivery import NoAudio, source_error
from apps.audio.subsonic import AudioSourceFailed, streaming_client
from core.errors import Unavailable
from core.providers.responses import Failure, ProviderError

PASSWORD = "sesame"
SONG = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 5\r\n\r\nmusic"
Respond = Callable[[dict[str, str], dict[str, str]], bytes | None]


@asynccontextmanager
async def server_that(respond: Respond, settings):
    """`respond` gets the query and the headers; None: the server stays silent."""
    asked: list[dict[str, str]] = []
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.split("\r\n")
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.split()[1]).query).items()}
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        ended.clear()
        asked.append({**query, **headers})
        body = respond(query, headers)
        if body is None:
            await reader.read()  # until the client closes the connection
        else:
            writer.write(body)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    settings.SUBSONIC_URL = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings.SUBSONIC_USER, settings.SUBSONIC_PASSWORD = "ada", PASSWORD
    try:
        yield asked
    finally:
        await streaming_client().http.aclose()
        await ended.wait()
        server.close()


def failed(code: int, status: str = "200 OK") -> bytes:
    body = b'{"subsonic-response": {"status": "failed", "error": {"code": %d, "message": "No"}}}' % code
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def song_bytes() -> bytes:
    async with streaming_client().song("7", part="bytes=0-9") as song:
        return b"".join([piece async for piece in song.pieces])


async def test_a_token_is_sent_and_never_the_password(settings):
    async with server_that(lambda *_: SONG, settings) as asked:
        assert await song_bytes() == await song_bytes() == b"music"
    for one in asked:
        assert (one["u"], one["id"], one["format"], one["range"]) == ("ada", "7", "raw", "bytes=0-9")
        assert one["t"] == md5(f"{PASSWORD}{one['s']}".encode(), usedforsecurity=False).hexdigest()
        assert PASSWORD not in str(one)
        assert "authorization" not in one
    assert asked[0]["s"] != asked[1]["s"]


async def test_without_a_user_the_password_is_an_api_key(settings):
    async with server_that(lambda *_: SONG, settings) as asked:
        settings.SUBSONIC_USER = ""
        await song_bytes()
    assert asked[0]["apiKey"] == PASSWORD
    assert not {"u", "t", "s", "p"} & asked[0].keys()


@pytest.mark.parametrize("code", [10, 41])
async def test_a_server_without_tokens_gets_the_password_in_a_header(settings, code: int):
    def respond(query: dict[str, str], headers: dict[str, str]) -> bytes:
        return SONG if "authorization" in headers else failed(code)

    async with server_that(respond, settings) as asked:
        assert await song_bytes() == await song_bytes() == b"music"
    assert [("t" in one, "authorization" in one) for one in asked] == [
        (True, False),
        (False, True),
        (False, True),
    ]


@pytest.mark.parametrize(
    ("response", "failure", "error"),
    [
        (failed(70), Failure.REJECTED, NoAudio),
        (failed(40), Failure.NOT_ALLOWED, AudioSourceFailed),
        (failed(0), Failure.REJECTED, AudioSourceFailed),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Hello", Failure.GARBAGE, AudioSourceFailed),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
            Failure.REDIRECTED,
            AudioSourceFailed,
        ),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", Failure.BROKEN, AudioSourceFailed),
        (b"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n", Failure.BUSY, Unavailable),
        (b"", Failure.CUT, Unavailable),
        (None, Failure.SLOW, Unavailable),
    ],
)
async def test_a_response_other_than_audio_is_an_error(
    settings,
    monkeypatch: pytest.MonkeyPatch,
    response: bytes | None,
    failure: Failure,
    error: type[Exception],
):
    if response is None:
        monkeypatch.setattr(subsonic, "SILENT_SECONDS", 0.2)
    async with server_that(lambda *_: response, settings):
        with pytest.raises(ProviderError) as caught:
            await song_bytes()
    assert caught.value.failure is failure
    assert isinstance(source_error(caught.value), error)
    assert PASSWORD not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_five_failures_in_a_row_open_the_circuit_breaker(settings):
    async with server_that(lambda *_: b"", settings) as requests:
        for _ in range(7):
            with pytest.raises(ProviderError) as caught:
                await song_bytes()
        assert caught.value.failure is Failure.RESTING
        assert len(requests) == 5
