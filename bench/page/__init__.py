"""The web app in a real browser: a slow phone on a slow network; the baseline is a minimal page.

The minimal page is one HTML file with ten lines of script, which fetches the same queue and renders it as a
list: nothing that shows 200 items can be much faster. Both are measured in the same run.
"""

from bench import document
from bench.page.baseline_page import PlainServer
from bench.page.dropped_frames import LONG_QUEUE, Dragging, frames_while_dragging, late
from bench.page.memory import memory_of_an_hour
from bench.page.page_load import ITEMS, Visits, visit
from bench.results import Result, median, ratio
from bench.room import Room
from tests.browser.chromium import chromium
from tests.processes import TuttiServer

# Ten events per second, as in a busy room and in `bench/run fanout`.
EVENTS_OF_AN_HOUR = 3600 * 10


def measure(*, is_quick: bool) -> Result:
    repeats = 2 if is_quick else 7
    # The long queue is full except for one track, which is added and removed.
    environment = {"MAX_QUEUE_ITEMS": str(2 * LONG_QUEUE)}
    with (
        chromium() as browser,
        PlainServer() as plain_server,
        TuttiServer(environment=environment | {"CORS_ALLOWED_ORIGINS": plain_server.origin}) as server,
    ):
        room = Room(server, name="Visits", items=ITEMS)
        plain_server.show(f"{server.base_url}/api/rooms/{room.slug}/playlist/")
        page, plain = Visits(), Visits()
        for _ in range(repeats):
            # Interleaved, so that background load affects both equally.
            visit(browser, f"{server.base_url}/r/{room.slug}", page)
            visit(browser, f"{plain_server.origin}/", plain)
        long_room = Room(server, name="Long", items=LONG_QUEUE)
        dragging = frames_while_dragging(browser, server, long_room, seconds=3 if is_quick else 10)
        memory = memory_of_an_hour(
            browser, server, room, events=EVENTS_OF_AN_HOUR // 100 if is_quick else EVENTS_OF_AN_HOUR
        )
    return result(page, plain, dragging, memory)


def write_document() -> None:
    document.write_table("page")


def result(page: Visits, plain: Visits, frames: Dragging, memory: dict[str, list[float]]) -> Result:
    rows = [["", "Tutti", "barest page", "ratio"]]
    ratios = {}
    for name, title in {
        "first_paint": "first contentful paint, ms",
        "usable": f"usable queue of {ITEMS}, ms",
        "tap": "tap to pixels, ms",
    }.items():
        ours, other = median(getattr(page, name)), median(getattr(plain, name))
        ratios[name] = ratio(ours, other)
        rows.append([title, f"{ours:.0f}", f"{other:.0f}", f"{ratios[name]:.2f}"])
    rows.append(["", "dragging", "quiet", ""])
    dropped, quiet = late(frames.dragging), late(frames.quiet)
    rows.append([f"frames dropped, {LONG_QUEUE} items", f"{dropped:.1%}", f"{quiet:.1%}", ""])
    rows.append(["events per second", f"{frames.events_per_second:.1f}", "0", ""])
    before, after = memory["bytes"][0], memory["bytes"][-1]
    ratios["memory"] = ratio(after, before)
    ratios["frames_shown"] = ratio(1 - dropped, 1 - quiet)
    rows.append(["", "after", "before", "ratio"])
    heap_row = [f"{after / 1e6:.1f}", f"{before / 1e6:.1f}", f"{ratios['memory']:.2f}"]
    rows.append([f"heap over {memory['events'][-1]:,.0f} events, MB", *heap_row])
    raw = {"page": vars(page), "plain": vars(plain), "frames": vars(frames), "memory": memory}
    return Result(name="page", ratios=ratios, table=rows, raw=raw)
