"""One track of the charts as it is shown in a window, and servers whose charts a test makes."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from apps.charts.tests import bodies
from apps.charts.tests.bodies import Track
from tests.contract.charts.conftest import Pipeline
from tests.page.visitors import Visitor
from tests.processes import TuttiServer

PLAYER_HOST = "open.spotify.com"
SPOTIFY_ID = "4cOdK2wGLETKBW3PvgPWqT"
RIGHT_TO_LEFT = "מנורת נייר של קיץ ארוך מאוד, עם מילה אחת יותר מדי"
LONG = "A title that goes on and on, with Donaudampfschifffahrtsgesellschaftskapitänsmütze in it"
# By the numbers of `bodies.isrc`.
TRACKS: Sequence[Track] = (
    ("Paper Moon", "Ada & Bo", bodies.isrc(1)),
    (RIGHT_TO_LEFT, "עדה", bodies.isrc(2)),
    (LONG, "An artist whose name is not short either", bodies.isrc(3)),
)
LISTED = ("spotify", "soundcloud")
DAYS = ("2025-03-01", "2025-03-02", "2025-03-03", "2025-03-05")
# On which SoundCloud returned unreadable data.
BAD_DAY = "2025-03-02"
# On which SoundCloud did not have the last track.
SHORT_DAY = "2025-03-03"
PLAYS = {"2025-03-01": 1000, "2025-03-03": 1400, "2025-03-05": 1900}


class ChartTrackPage:
    """One person's view of a track."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.part = self.page.locator("#charts-part")
        self.panel = self.page.locator(".chart-track")
        self.title = self.panel.get_by_role("heading", level=2)
        self.back = self.panel.get_by_role("button", name="Back to the chart")
        self.similar = self.panel.get_by_role("region", name="Similar tracks")
        self.openers = self.part.locator(".charts-open")
        self.opener = self.openers.first

    def at_chart(self, genre: str = "pop") -> "ChartTrackPage":
        """The chart that tracks are opened from."""
        self.page.evaluate("location.hash = 'charts'")
        self.part.get_by_role("button", name=genre.capitalize(), exact=True).click()
        expect(self.opener).to_be_visible()
        return self

    def open(self, isrc: str, *, genre: str = "pop") -> "ChartTrackPage":
        self.at_chart(genre)
        self.opener = self.part.locator(f'.charts-row[data-isrc="{isrc}"] .charts-open')
        self.opener.click()
        return self

    def loaded(self, name: str) -> "ChartTrackPage":
        expect(self.title).to_have_text(name)
        return self

    def chart(self, title: str) -> Locator:
        return self.panel.get_by_role("region", name=title, exact=True)

    def table(self, title: str) -> list[list[str]]:
        return table_of(self.chart(title))

    def add(self, name: str) -> Locator:
        return self.panel.locator(".place-button").and_(self.page.get_by_role("button", name=name))


def table_of(chart: Locator) -> list[list[str]]:
    """Opens the table beside a chart; its rows without the head."""
    chart.locator("summary").click()
    rows = chart.locator("tbody tr")
    expect(rows.first).to_be_visible()
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


@contextmanager
def own_charts(folder: Path, options: dict[str, Any], **environment: str) -> Iterator[TuttiServer]:
    """A server with charts of a few days, made by the pipeline from responses as services give them."""
    with TuttiServer(**options, environment=environment) as server:
        write_answers(folder)
        pipeline = Pipeline(server, folder)
        pipeline.run(code=3)
        yield server


def write_answers(folder: Path) -> None:
    responses = bodies.Folder(folder)
    for day in DAYS:
        spotify = bodies.spotify(TRACKS).decode()
        spotify = spotify.replace(
            f"https://spotify.example/{bodies.isrc(1)}", f"https://open.spotify.com/track/{SPOTIFY_ID}"
        )
        responses.put("spotify", "pop", day, spotify.encode())
        if day == BAD_DAY:
            responses.put("soundcloud", "pop", day, b"oops")
            continue
        listed = TRACKS[:2] if day == SHORT_DAY else TRACKS
        soundcloud = json.loads(bodies.soundcloud(listed, plays=PLAYS[day]))
        soundcloud["tracks"]["items"][0]["permalink"] = "https://soundcloud.com/ada/paper-moon"
        responses.put("soundcloud", "pop", day, json.dumps(soundcloud).encode())
