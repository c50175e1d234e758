"""The invariants of the design, checked from outside on a room at rest."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import httpx

from tests.fold import Snapshot
from tests.invariants import invariants
from tests.live.listeners import Listener, all_reached, replica_of
from tests.live.replica import Message, Replica
from tests.live.writers import Ledger

PAGE = 500
SETTLE_SECONDS = 15.0


async def whole_log(base_url: str, room: str) -> list[Message]:
    """Every event of a room whose log was never trimmed."""
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as http:
        path = f"/api/rooms/{room}/playlist/events/"
        start: dict[str, Any] = (await http.get(path)).json()
        events: list[Message] = []
        while len(events) < start["top"]:
            params: dict[str, Any] = {"epoch": start["epoch"], "since": len(events), "limit": PAGE}
            part = (await http.get(path, params=params)).json()
            assert part["snapshot"] is None, "the log is not whole"
            assert part["events"], f"the log ends at {len(events)} of {start['top']}"
            events += part["events"]
    return events


def check_accepted(log: Sequence[Message], ledger: Ledger) -> None:
    """I3: an accepted write is in the log, once; a rejected one is not."""
    groups = [key for key, _ in itertools.groupby(event["op_id"] for event in log) if key]
    reported = set(groups)
    assert len(groups) == len(reported), "a write is in the log in two places"
    assert not (lost := set(ledger.accepted) - reported), f"accepted, but not in the log: {sorted(lost)}"
    assert not (ghosts := set(ledger.rejected) & reported), f"rejected, but in the log: {sorted(ghosts)}"


async def check_invariants(
    base_url: str, room: str, ledger: Ledger, listeners: Iterable[Listener] = ()
) -> Replica:
    """All of them; and every listener has come to the same state, each event once."""
    listeners = list(listeners)
    now = await replica_of(base_url, room)
    await all_reached(listeners, now.seq, SETTLE_SECONDS)
    log = await whole_log(base_url, room)
    rest = Snapshot(now.epoch, now.seq, now.items)
    invariants.check_i1_seq_has_no_gap(log, epoch=now.epoch, since=0, top=now.seq)
    invariants.check_i2_fold_equals_fetch(Snapshot(now.epoch, 0, []), log, [rest])
    check_accepted(log, ledger)
    invariants.check_i4_order_is_strict(rest)
    invariants.check_i5_one_plays(rest)
    for listener in listeners:
        assert listener.replica.position == now.position, listener
        assert listener.replica.items == now.items, listener
    return now
