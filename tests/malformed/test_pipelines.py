"""Several requests on one connection, sent in one go: each is answered, and none leaves a thread behind."""

import json
from contextlib import ExitStack

from tests.malformed.processes import ProcessResources, held_once
from tests.malformed.raw import RawConnection, head
from tests.processes import TuttiServer

LINES = 30
OF_EACH_LINE = 3
# A pool may start a thread again that it had ended.
FEW_THREADS = 2
SOON_SECONDS = 10.0
VOTES = head(b"GET /api/playlist/my-votes/ HTTP/1.1")


def test_pipelined_requests_leave_no_thread(impatient_server: TuttiServer) -> None:
    # All lines at once: afterwards no pool of threads has reason to grow.
    with ExitStack() as opened:
        lines = [opened.enter_context(RawConnection(impatient_server)) for _ in range(LINES)]
        for line in lines:
            line.send(VOTES)
        assert [line.reply().status for line in lines] == [200] * LINES
        assert ProcessResources.of(impatient_server).clients >= LINES, "what is held is counted"
    before = held_once(impatient_server, lambda held: held.clients == 0, within_seconds=SOON_SECONDS)

    for _ in range(LINES):
        with RawConnection(impatient_server) as line:
            line.send(VOTES * OF_EACH_LINE)
            assert [line.reply().status for _ in range(OF_EACH_LINE)] == [200] * OF_EACH_LINE

    most = before.threads + FEW_THREADS
    after = held_once(impatient_server, lambda held: held.threads <= most, within_seconds=SOON_SECONDS)
    assert after.threads <= most, f"{before}, and now {after}"


def test_pipelined_requests_get_responses_in_order_with_request_ids(
    impatient_server: TuttiServer,
) -> None:
    names = ["Ada", "Bo", "Cem"]
    bodies = [json.dumps({"name": name}).encode() for name in names]
    with RawConnection(impatient_server) as line:
        for body in bodies:
            more = (b"Content-Type: application/json", b"Content-Length: %d" % len(body))
            line.send(head(b"POST /api/guests/ HTTP/1.1", *more) + body)
        assert [line.reply().json()["name"] for _ in names] == names

        line.send(head(b"GET /api/playlist/my-votes/ HTTP/1.1", b"X-Request-ID: ada-1") + VOTES)
        ids = [line.reply().headers["X-Request-ID"] for _ in range(2)]
    assert ids[0] == "ada-1" != ids[1]
