"""Playback: two browsers and an MPD beside the server's clock, ranges beside nginx, a scan beside mutagen.

The browsers are real, and what is measured is their recorded output: tones whose phases tell the position.
"""

import contextlib
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from bench import document
from bench.machine import Cores, allow_many_files
from bench.playback.browsers import (
    PlayingRoom,
    gaps_between_tracks,
    listen,
    percentile,
    speakers,
    start_delays,
    wait_for,
)
from bench.playback.files import cost_of_ranges, make_files, nginx, scan
from bench.playback.mpd import mpd_speaker
from bench.playback.tones import write_tones
from bench.results import FOLDER, Result, load_result, ratio
from bench.system_packages import install_missing
from tests.browser.chromium import chromium_of
from tests.processes import TuttiServer
from tests.services import mpd_binary, nginx_binary

PARTS = ("browsers", "ranges", "scan")
SECONDS, QUICK_SECONDS = 600, 20
SHORT_TRACKS, SHORT_SECONDS = 8, 6
STARTS, QUICK_STARTS = 20, 5
CLIENTS, QUICK_CLIENTS = 1000, 100
FILES, QUICK_FILES = 20_000, 600
# Milliseconds: of each browser and the room, between two browsers, and between two tracks.
MEDIAN_GOAL, P99_GOAL, GAP_GOAL = 10, 50, 100
GOAL = " (goal)"
DEVIATIONS = {
    "browser_1": "first browser from the room",
    "browser_2": "second browser from the room",
    "mpd": "MPD from the room",
    "between": "between the browsers",
}


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--only", choices=PARTS, help="only this part; those of the saved result are kept")


def measure(*, is_quick: bool, only: str | None = None) -> Result:
    allow_many_files()
    install_missing({"nginx": nginx_binary, "mpd": mpd_binary})
    parts: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tutti-playback-") as place:
        folder = Path(place)
        if only in (None, "browsers"):
            parts["browsers"] = measure_browsers(folder / "tones", is_quick=is_quick)
        if only in (None, "ranges"):
            parts["ranges"] = measure_ranges(folder / "ranges", is_quick=is_quick)
        if only in (None, "scan"):
            parts["scan"] = measure_scan(folder, is_quick=is_quick)
    if only and not is_quick and (FOLDER / "playback.json").exists():
        parts = {**load_result("playback")["raw"], **parts}
    return result(parts)


def write_document() -> None:
    document.write_table("playback")


def measure_browsers(folder: Path, *, is_quick: bool) -> dict[str, Any]:
    folder.mkdir()
    seconds = QUICK_SECONDS if is_quick else SECONDS
    count = 3 if is_quick else SHORT_TRACKS
    write_tones(folder / "Long.wav", seconds=seconds + 120)
    short = [f"Short {number}" for number in range(count)]
    for title in short:
        write_tones(folder / f"{title}.wav", seconds=SHORT_SECONDS)
    with (
        sync_playwright() as playwright,
        chromium_of(playwright) as first,
        chromium_of(playwright) as second,
        TuttiServer(arguments=("--music", str(folder))) as server,
        server.client() as http,
    ):
        room = PlayingRoom(http, ["Long"])
        with (
            mpd_speaker(server.base_url, room.slug) as mpd,
            speakers([first, second], server.base_url, room) as opened,
        ):
            wait_for(mpd.windows)
            deviations = listen(opened, mpd, room, seconds=seconds)
            delays = start_delays(opened[0], room, times=QUICK_STARTS if is_quick else STARTS)
        changing = PlayingRoom(http, [*short, "Long"])
        with speakers([first], server.base_url, changing) as (one,):
            gaps = gaps_between_tracks(one, changing)
    return {"deviations_ms": deviations, "start_delays_ms": delays, "gaps_ms": gaps}


def measure_ranges(folder: Path, *, is_quick: bool) -> dict[str, Any]:
    folder.mkdir()
    folder.parent.chmod(0o755)
    write_tones(folder / "Long.wav", seconds=1200)
    clients, cores = QUICK_CLIENTS if is_quick else CLIENTS, Cores()
    with contextlib.ExitStack() as running:
        with cores.pin_to_server_core():
            server = running.enter_context(TuttiServer(arguments=("--music", str(folder))))
        http = running.enter_context(server.client())
        room = PlayingRoom(http, ["Long"])
        item = room.items()[0]["id"]
        audio = http.get(f"/api/rooms/{room.slug}/items/{item}/audio/").json()
        reference, reference_pid = running.enter_context(nginx(folder, cores))
        found = {}
        for name, url, pid in (
            ("tutti", server.base_url + audio["url"], server.pid),
            ("nginx", f"{reference}/Long.wav", reference_pid),
        ):
            cost_of_ranges(url, pid, clients=clients // 10)  # warm
            found[name] = asdict(cost_of_ranges(url, pid, clients=clients))
    return {"clients": clients, **found}


def measure_scan(folder: Path, *, is_quick: bool) -> dict[str, Any]:
    count = QUICK_FILES if is_quick else FILES
    (folder / "many").mkdir()
    make_files(folder / "many", count)
    found = scan(folder / "many", folder / "data")
    return {"files": count, **asdict(found)}


# --- The result --------------------------------------------------------------------------------------


def result(parts: dict[str, Any]) -> Result:
    rows, ratios = [["", "Tutti", "reference", "ratio"]], {}

    def note(name: str, title: str, ours: float, other: float, *, reference: str = "") -> None:
        ratios[name] = ratio(ours, other)
        rows.append([title, f"{ours:,.4g}", f"{other:,.4g}{reference}", f"{ratios[name]}"])

    if browsers := parts.get("browsers"):
        for name, errors in browsers["deviations_ms"].items():
            title = DEVIATIONS[name]
            middle, most = percentile(errors, 0.5), percentile(errors, 0.99)
            note(f"{name}_median", f"{title}, median, ms", middle, MEDIAN_GOAL, reference=GOAL)
            note(f"{name}_p99", f"{title}, p99, ms", most, P99_GOAL, reference=GOAL)
        gaps = browsers["gaps_ms"]
        note("gap_median", "gap between tracks, median, ms", median(gaps), GAP_GOAL, reference=GOAL)
        note("gap_longest", "the same, longest, ms", max(gaps), GAP_GOAL, reference=GOAL)
        rows.append(["from play to sound, median, ms", f"{median(browsers['start_delays_ms']):.0f}", "", ""])
    if ranges := parts.get("ranges"):
        ours, other = ranges["tutti"], ranges["nginx"]
        clients = f"{ranges['clients']:,} clients"
        for name, title in {
            "microseconds_a_range": f"{clients}: processor a range of 64 KiB, µs",
            "kilobytes_a_client": f"{clients} that read nothing: memory each, kB",
        }.items():
            note(name, title, ours[name], other[name], reference=" (nginx)")
    if scans := parts.get("scan"):
        files = scans["files"]
        first, loop, again = scans["first"], scans["loop"], scans["again"]
        rate = f"scan of {files:,} files, files a second"
        note("scan_rate", rate, files / first["seconds"], files / loop["seconds"], reference=" (mutagen)")
        peaks = first["peak_megabytes"], loop["peak_megabytes"]
        note("scan_memory", "its peak memory, MB", *peaks, reference=" (mutagen)")
        rows.append(["the same files again, files a second", f"{files / again['seconds']:,.4g}", "", ""])
    return Result(name="playback", ratios=ratios, table=rows, raw=parts)
