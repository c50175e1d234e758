"""Duration of a list over HTTP, by the number of tracks: computed, read from the table, and cached.

A server on PostgreSQL and Redis with a synthetic model of its library, and users who each have liked
tracks. The first request computes the list. Later requests read the list from Redis. The baseline is a
response that needs neither: the health check.
"""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from apps.recommendations.engine.model_file import write_model
from bench.django_shell import run_in_django_shell
from bench.recommendations.inference_latency import KNOWN_LISTENS, synthetic_model
from tests.contract.people import bearer, get_tokens, registered
from tests.contract.staff import fill_library
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

PEOPLE, QUICK_PEOPLE = 40, 8
# The number of repeated requests of each user.
AGAIN = 10
FIGURES = ("found_ms", "found_p99_ms", "cached_ms", "cached_p99_ms", "alive_ms")
TRACK_IDS = """
from apps.tracks.models import Track
print(",".join(map(str, Track.objects.order_by("pk").values_list("pk", flat=True))))
"""
MINE, ALIVE = "/api/recommendations/me/", "/api/health/live"


def measured(tracks: int, *, is_quick: bool) -> dict[str, Any]:
    with Postgres() as postgres, Redis() as redis:
        data: dict[str, Any] = {"database_url": postgres.create_database(), "redis_url": redis.new_url()}
        with TuttiServer(**data) as server:
            fill_library(server, tracks)
            ids = [int(one) for one in run_in_django_shell(server, TRACK_IDS).split(",")]
            write_model(
                synthetic_model([f"track:{one}" for one in ids]),
                server.data_folder / "recommendations.model",
            )
            people = QUICK_PEOPLE if is_quick else PEOPLE
            found, cached, alive = zip(*_visits(server, ids, people=people), strict=True)
    again = list(itertools.chain.from_iterable(cached))
    figures = (
        *_median_and_p99(found),
        *_median_and_p99(again),
        statistics.median(itertools.chain.from_iterable(alive)),
    )
    return {"tracks": tracks, **dict(zip(FIGURES, figures, strict=True))}


def _visits(
    server: TuttiServer, ids: list[int], *, people: int
) -> Iterator[tuple[float, list[float], list[float]]]:
    """For each user the milliseconds of the first response, of later ones, and of a health check.

    The first user warms the process up, and is left out.
    """
    for number in range(people + 1):
        with server.client() as http:
            http.headers.update(bearer(get_tokens(http, registered(http)).json()))
            liked = [ids[(number * 7919 + place * 104729) % len(ids)] for place in range(KNOWN_LISTENS)]
            reported = [{"track_id": one, "activity_type": "like"} for one in sorted(set(liked))]
            http.post("/api/analytics/activity/", json=reported).raise_for_status()
            first = _milliseconds(lambda http=http: _asked(http, "computed"))
            again = [_milliseconds(lambda http=http: _asked(http, "cache")) for _ in range(AGAIN)]
            alive = [
                _milliseconds(lambda http=http: http.get(ALIVE).raise_for_status()) for _ in range(AGAIN)
            ]
        if number:
            yield first, again, alive


def _asked(http: httpx.Client, source: str) -> None:
    response = http.get(MINE).raise_for_status().json()
    if response["source"] != source or not response["recommendations"]:
        raise RuntimeError(
            f"Expected a list that was {source}, got {response['count']} of {response['source']}."
        )


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def _median_and_p99(times: Any) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
