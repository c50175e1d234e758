"""`make readme-images`: takes the pictures of the README and of the web app's manifest.

A server of its own plays made-up songs to the browser of one guest; others add tracks and vote.
"""

import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import httpx
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.audio_files import write_audio
from tests.browser.chromium import chromium
from tests.page.visitors import DESKTOP, PHONE, Visitor, new_visitor
from tests.processes import PROJECT, TuttiServer
from tests.services import wait_for

IMAGES = PROJECT / "docs" / "images"
PUBLIC = PROJECT / "frontend" / "public"
# Title, artist, album, genre, seconds; the one that plays comes first.
SONGS = [
    ("Paper Lanterns", "The Night Ferries", "Harbour Lights", "Pop", 214),
    ("Slow Tram Home", "Ines Okafor", "Late Stops", "Soul", 187),
    ("Kitchen Floor Disco", "Marble Arcade", "Glitter Tax", "Disco", 201),
    ("Blaue Stunde", "Fräulein Föhn", "Nordwand", "Pop", 228),
    ("Copper BrowserTraffic", "The Night Ferries", "Harbour Lights", "Rock", 242),
    ("Twelve Bar Breakfast", "Big Eddie Lowe", "Two Eggs", "Blues", 199),
    ("Low Sun", "Aya Lindqvist", "Solstice", "Jazz", 251),
    ("Halo of Dust", "Velvet Ketchup", "Condiments", "Rock", 176),
    ("Tide Tables", "Marble Arcade", "Glitter Tax", "Disco", 218),
    ("Ninety Seconds of Rain", "Ines Okafor", "Late Stops", "Soul", 93),
    ("Midsommar Motor", "Aya Lindqvist", "Solstice", "Jazz", 264),
    ("Fire Escape", "Velvet Ketchup", "Condiments", "Rock", 159),
]
ROOM = "kitchen-party"
PEOPLE = ("Ada", "Bo", "Cem")
# By how many people each queued song is voted for.
VOTES = (0, 3, 2, 2, 1, 1, 0, 0)
POSITION_MS = 83_000
SIDE = 600


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tutti-music-"))
    try:
        _write_songs(folder)
        with TuttiServer(arguments=("--music", str(folder))) as server:
            _fill(server)
            _take(server)
    finally:
        shutil.rmtree(folder)


def _write_songs(folder: Path) -> None:
    for title, artist, album, genre, seconds in SONGS:
        tags = {"title": title, "artist": artist, "album": album, "genre": genre}
        write_audio(folder / f"{title}.wav", seconds=seconds, cover=_cover(album), **tags)


def _cover(album: str) -> bytes:
    """Circles of colours that follow from the album's name."""
    random = Random(album)
    image = Image.new("RGB", (SIDE, SIDE), _color(random))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, radius = random.randrange(SIDE), random.randrange(SIDE), random.randrange(80, 300)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_color(random))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _color(random: Random) -> tuple[int, int, int]:
    return random.randrange(40, 220), random.randrange(40, 220), random.randrange(40, 220)


def _fill(server: TuttiServer) -> None:
    with server.client() as http:
        ids = wait_for(lambda: _track_ids(http), lambda found: len(found) == len(SONGS))
        guests = [_guest(http, name) for name in PEOPLE]
        room = {"name": "Kitchen party", "slug": ROOM, "order": "votes"}
        http.post("/api/rooms/", json=room, headers=guests[0]).raise_for_status()
        for number, votes in enumerate(VOTES):
            body = {"track_id": ids[SONGS[number][0]]}
            added = _post(http, "playlist/", body, guests[number % len(guests)])
            for guest in guests[:votes]:
                _post(http, f"playlist/{added['id']}/vote/", {"value": 1}, guest)
        first = http.get(f"/api/rooms/{ROOM}/playlist/").json()
        playing = next(item["id"] for item in first if item["track"]["title"] == SONGS[0][0])
        _post(http, "player/", {"action": "play", "item_id": playing}, guests[0])


def _track_ids(http: httpx.Client) -> dict[str, int]:
    return {track["title"]: track["id"] for track in http.get("/api/tracks/").json() if track["has_audio"]}


def _guest(http: httpx.Client, name: str) -> dict[str, str]:
    response = http.post("/api/guests/", json={"name": name}).raise_for_status()
    http.cookies.clear()
    return {"X-Guest-Token": response.json()["token"]}


def _post(http: httpx.Client, path: str, body: dict[str, Any], guest: dict[str, str]) -> Any:
    return http.post(f"/api/rooms/{ROOM}/{path}", json=body, headers=guest).raise_for_status().json()


def _take(server: TuttiServer) -> None:
    with chromium() as browser:
        desktop = _visitor(browser, server, "Dora", DESKTOP)
        page = desktop.open(f"/r/{ROOM}").page
        page.get_by_role("button", name="Play here").click()
        expect(page.get_by_text("Playing here, in sync.")).to_be_visible()
        with server.client() as http:
            _post(http, "player/", {"action": "seek", "position_ms": POSITION_MS}, _guest(http, PEOPLE[0]))
        phone = _visitor(browser, server, "Emil", PHONE)
        phone.open(f"/r/{ROOM}")
        expect(page.get_by_text("Playing here, in sync.")).to_be_visible()
        for scheme in ("light", "dark"):
            _picture(desktop, IMAGES / f"desktop-{scheme}.png", scheme)
        _picture(phone, IMAGES / "phone-light.png", "light")
        phone.page.locator(".playing-summary").click()
        expect(phone.page.get_by_role("dialog")).to_be_visible()
        _picture(phone, IMAGES / "phone-dark.png", "dark")
    for size in ("phone", "desktop"):
        shutil.copy(IMAGES / f"{size}-dark.png", PUBLIC / f"screenshot-{size}.png")


def _visitor(browser: Browser, server: TuttiServer, name: str, size: dict[str, Any]) -> Visitor:
    visitor = new_visitor(browser, server.base_url, reduced_motion="reduce", **size)
    visitor.context.request.post(f"{server.base_url}/api/guests/", data={"name": name})
    return visitor


def _picture(visitor: Visitor, path: Path, scheme: Any) -> None:
    page: Page = visitor.page
    page.emulate_media(color_scheme=scheme)
    visitor.stand_still()
    page.wait_for_function("[...document.images].every((one) => one.complete)")
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
