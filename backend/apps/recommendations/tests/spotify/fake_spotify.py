"""What stands for Spotify in tests: tokens and search in its format, with invented tracks."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.tests.providers.fake_service import Act, FakeService, Handler, answers

TOKEN_PATH = "/api/token"
SEARCH_PATH = "/v1/search"
CLIENT_ID = "tutti-test-app"
CLIENT_SECRET = "sesame-0123456789abcdef"
TOKEN_SECONDS = 3600
FILTER = re.compile(r'(artist|genre):"([^"]*)"')


@dataclass(frozen=True)
class Recording:
    """An invented track."""

    title: str
    artists: Sequence[str]
    genre: str = "jazz"
    isrc: str | None = None
    milliseconds: int = 181_400

    @property
    def id(self) -> str:
        return re.sub(r"[^A-Za-z0-9]", "", self.title).ljust(22, "0")

    def as_told(self) -> dict[str, Any]:
        """As Spotify describes a track, without some unread fields."""
        return {
            "album": {
                "id": "0album",
                "images": [
                    {"height": width, "width": width, "url": f"https://i.spotify.example/{self.id}/{width}"}
                    for width in (640, 300, 64)
                ],
                "name": f"{self.title} and others",
                "type": "album",
            },
            "artists": [{"id": "0artist", "name": name, "type": "artist"} for name in self.artists],
            "available_markets": ["AT", "CH", "DE"],
            "duration_ms": self.milliseconds,
            "external_ids": {"isrc": self.isrc} if self.isrc else {},
            "external_urls": {"spotify": f"https://open.spotify.example/track/{self.id}"},
            "id": self.id,
            "name": self.title,
            "preview_url": f"https://p.spotify.example/{self.id}?cid=0app",
            "type": "track",
        }


def page_of(items: Sequence[Any]) -> dict[str, Any]:
    """As Spotify answers a search."""
    return {"tracks": {"items": list(items), "limit": 10, "next": None, "offset": 0, "total": len(items)}}


def rejection(status: int, message: str) -> Act:
    return answers({"error": {"status": status, "message": message}}, status=status)


class FakeSpotify(FakeService):
    """Finds recordings by `artist:"…"` and `genre:"…"`, for callers with a valid token."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self.recordings = list(recordings)
        self._tokens: list[str] = []
        self._known_tokens: set[str] = set()
        super().__init__({TOKEN_PATH: self._give_token, SEARCH_PATH: self._search})

    @property
    def tokens_given(self) -> int:
        return len(self._tokens)

    def queries(self) -> list[str]:
        return [asked.params["q"] for asked in self.asked_for(SEARCH_PATH)]

    def _give_token(self, handler: Handler) -> None:
        right = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        is_right = handler.asked.headers.get("authorization") == f"Basic {right}"
        if not is_right or handler.asked.form != {"grant_type": "client_credentials"}:
            error = {"error": "invalid_client", "error_description": "Invalid client secret"}
            answers(error, status=400)(handler)
            return
        token = f"BQ-token-{len(self._tokens) + 1}-0123456789"
        self._tokens.append(token)
        self._known_tokens.add(token)
        answers({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})(handler)

    def _search(self, handler: Handler) -> None:
        shown = handler.asked.headers.get("authorization", "").removeprefix("Bearer ")
        if shown not in self._known_tokens:
            rejection(401, "The access token expired")(handler)
            return
        params = handler.asked.params
        asked = FILTER.fullmatch(params.get("q", ""))
        if asked is None or params.get("type") != "track":
            rejection(400, "No search query")(handler)
            return
        found = [one for one in self.recordings if _matches(one, asked[1], asked[2])]
        answers(page_of([one.as_told() for one in found[: int(params.get("limit", 5))]]))(handler)


def _matches(recording: Recording, kind: str, words: str) -> bool:
    """As freely as Spotify: a part of a name is enough."""
    names = recording.artists if kind == "artist" else [recording.genre]
    return any(words.casefold() in name.casefold() for name in names)
