"""How a client applies events: old state and events give the new state. All tests fold with this module.

It is strict: an impossible event is an error. It is pure: it knows no server. Messages stay as JSON has them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, Self

Event = dict[str, Any]
Item = dict[str, Any]
Message = Mapping[str, Any]


class FoldError(AssertionError):
    """An event is impossible in the state before it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a room at one seq, as the server returned it: everything that events can change."""

    epoch: str
    seq: int
    items: list[Item]
    # The values of `FACTS`, by the type of event.
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def position(self) -> tuple[str, int]:
        return self.epoch, self.seq


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of a room beside its items: the only field of the event's payload, and its path in REST.

    Without a field, `value_of` makes the value of the whole payload, too.
    """

    field: str
    path: str
    value_of: Callable[[Any], Any]

    def value_in(self, payload: dict[str, Any]) -> Any:
        if not self.field:
            return self.value_of(payload)
        _require(payload.keys() == {self.field}, f"other fields than {self.field}")
        return payload[self.field]


PLAYER = "player.changed"
PLAYER_FIELDS = ("state", "anchor", "reason", "autoplay", "after_play", "volume")


def player_of(payload: Any) -> Any:
    """The player without the item, which other events may change, and without what belongs to the play."""
    item = payload["item"]
    return {"item_id": item and item["id"], **{name: payload[name] for name in PLAYER_FIELDS}}


def player_that_plays(player: Any, item: Item | None) -> Any:
    """The player after `track.playing`; `player.changed` follows where the room's player was used."""
    anchor = {"position_ms": 0, "at": item.get("played_at")} if item else None
    state, item_id = ("playing", item["id"]) if item else ("stopped", None)
    return {**player, "state": state, "item_id": item_id, "anchor": anchor, "reason": None}


# The events that carry such a value. `{room}` is the room's slug, `{queue}` the path to its queue.
FACTS = {
    PLAYER: Fact("", "/api/rooms/{room}/player/", player_of),
    "room.renamed": Fact("name", "/api/rooms/{room}/", itemgetter("name")),
    "room.wishes": Fact("count", "{queue}wishes/", len),
}


# While others write, a room may change between two reads.
ATTEMPTS = 10
Get = Callable[[str], Any]


def fetched(get: Get, room: str, path: str = "") -> Snapshot:
    """The room as REST returns it now. `get` is that of httpx's client, or of Django's.

    `path` is another path to the queue. The reads are repeated until no event came between them, up to
    ATTEMPTS times; then `facts` is empty.
    """
    for _ in range(ATTEMPTS):
        snapshot = fetched_once(get, room, path)
        if snapshot.facts:
            break
    return snapshot


def fetched_once(get: Get, room: str, path: str = "") -> Snapshot:
    """The same without repetition: `facts` is empty if an event came between the reads."""
    queue = path or f"/api/rooms/{room}/playlist/"
    snapshot = fetched_without_check(get, room, path)
    is_unchanged = _position(_read(get, f"{queue}?limit=1")) == snapshot.position
    return snapshot if is_unchanged else replace(snapshot, facts={})


def fetched_without_check(get: Get, room: str, path: str = "") -> Snapshot:
    """The same without a second read of the queue: `facts` may be newer than the items."""
    queue = path or f"/api/rooms/{room}/playlist/"
    response = _read(get, f"{queue}?limit=1000")
    facts = {
        event_type: fact.value_of(_read(get, fact.path.format(room=room, queue=queue)).json())
        for event_type, fact in FACTS.items()
    }
    return Snapshot(*_position(response), response.json(), facts)


def _read(get: Callable[[str], Any], url: str) -> Any:
    response = get(url)
    assert response.status_code == 200, response.content
    return response


def _position(response: Any) -> tuple[str, int]:
    return response.headers["X-Stream-Epoch"], int(response.headers["X-Stream-Seq"])


def is_event(message: Message) -> bool:
    """Whether a message is an event; others are responses, `established` and heartbeats."""
    return "op_id" in message


class Queue:
    """A queue that is updated by events alone."""

    def __init__(self, snapshot: Snapshot) -> None:
        # Its facts; numbers and items are kept beside it.
        self._state = snapshot
        self.epoch = snapshot.epoch
        self.seq = snapshot.seq
        self._items = {item["id"]: item for item in snapshot.items}
        _require(len(self._items) == len(snapshot.items), "an ID occurs twice in the snapshot")

    @property
    def items(self) -> list[Item]:
        return sorted(self._items.values(), key=lambda item: item["position"])

    @property
    def playing_id(self) -> int | None:
        return next((item_id for item_id, item in self._items.items() if item["is_playing"]), None)

    def item(self, item_id: int) -> Item | None:
        return self._items.get(item_id)

    def snapshot(self) -> Snapshot:
        return replace(self._state, seq=self.seq, items=self.items)

    def apply_all(self, events: Iterable[Event]) -> Self:
        for event in events:
            self.apply(event)
        return self

    def apply(self, event: Event) -> None:
        """Raises FoldError."""
        _require(event["epoch"] == self.epoch, f"another epoch: {event}")
        _require(event["seq"] == self.seq + 1, f"{event['seq']} does not follow {self.seq}: {event}")
        _require(event["type"] in EVENT_TYPES, f"unknown type: {event}")
        try:
            self._change(event["type"], event["payload"])
            self._check()
        except FoldError as error:
            raise FoldError(f"{error}: {event}") from None
        self.seq = event["seq"]

    def _change(self, event_type: str, payload: Any) -> None:
        if event_type not in FACTS:
            _CHANGES[event_type](self, payload)
            return
        self._set_fact(event_type, FACTS[event_type].value_in(payload))

    def _set_fact(self, event_type: str, value: Any) -> None:
        self._state = replace(self._state, facts={**self._state.facts, event_type: value})

    # --- One method for each way in which items change -----------------------------------------------

    def _added(self, item: Item) -> None:
        _require(item["id"] not in self._items, "the item is there already")
        _require(not item["is_playing"], "what is new can't be playing")
        self._items[item["id"]] = item

    def _removed(self, payload: dict[str, Any]) -> None:
        _require(payload.keys() == {"id", "track_id"}, "other fields than id and track_id")
        gone = self._known(payload["id"])
        _require(gone["track_id"] == payload["track_id"], "the item has another track")
        _require(not gone["is_playing"], "it plays, and no event stopped it")
        del self._items[payload["id"]]

    def _replaced(self, item: Item) -> None:
        known = self._known(item["id"])
        _require(item["is_playing"] == known["is_playing"], "only track.playing says what plays")
        self._items[item["id"]] = item

    def _playing(self, payload: dict[str, Any]) -> None:
        playing_id = self.playing_id
        if payload["id"] is None:
            _require(payload.keys() == {"id", "is_playing", "stopped_id"}, "unexpected fields")
            _require(payload["is_playing"] is False, "nothing plays, but is_playing")
            _require(playing_id is not None, "nothing was playing")
            _require(payload["stopped_id"] == playing_id, f"what played was {playing_id}")
        else:
            self._known(payload["id"])
            _require(payload["is_playing"] is True, "it plays, but not is_playing")
            _require(payload["id"] != playing_id, "it was playing already")
        if playing_id is not None:
            self._items[playing_id] = {**self._items[playing_id], "is_playing": False}
        if payload["id"] is not None:
            self._items[payload["id"]] = payload
        if PLAYER in self._state.facts:
            player = player_that_plays(self._state.facts[PLAYER], payload if payload["id"] else None)
            self._set_fact(PLAYER, player)

    def _reordered(self, payload: dict[str, Any]) -> None:
        places = payload["items"]
        ids = [place["id"] for place in places]
        _require(sorted(ids) == sorted(self._items), "not exactly the items of the queue")
        _require([place["position"] for place in places] == _numbers(len(places)), "not 1.0, 2.0, …")
        for place in places:
            self._items[place["id"]] = {**self._items[place["id"]], "position": place["position"]}

    # --- What holds after every single event ---------------------------------------------------------

    def _known(self, item_id: int) -> Item:
        item = self._items.get(item_id)
        if item is None:
            raise FoldError("there is no such item")
        return item

    def _check(self) -> None:
        items = self._items.values()
        _require(len({item["position"] for item in items}) == len(items), "two items share a position")
        _require(len({item["track_id"] for item in items}) == len(items), "a track is queued twice")
        _require(sum(item["is_playing"] for item in items) <= 1, "two items play")
        _require(all(item["track"]["id"] == item["track_id"] for item in items), "two tracks in one item")


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise FoldError(problem)


def _numbers(count: int) -> list[float]:
    return [float(number) for number in range(1, count + 1)]


_CHANGES: dict[str, Callable[[Queue, Any], None]] = {
    "track.added": Queue._added,
    "track.removed": Queue._removed,
    "track.moved": Queue._replaced,
    "track.voted": Queue._replaced,
    "track.updated": Queue._replaced,
    "track.playing": Queue._playing,
    "playlist.reordered": Queue._reordered,
}
EVENT_TYPES = frozenset(_CHANGES) | frozenset(FACTS)
# Those whose payload is an item, whole.
_TAKE_AN_ITEM = (Queue._added, Queue._replaced)
WHOLE_ITEMS = frozenset(name for name, change in _CHANGES.items() if change in _TAKE_AN_ITEM)


def folded(before: Snapshot, events: Iterable[Event]) -> Snapshot:
    """The state after the events, each of which changes something. Raises FoldError."""
    queue = Queue(before)
    for event in events:
        last = replace(queue.snapshot(), seq=event["seq"])
        queue.apply(event)
        _require(queue.snapshot() != last, f"it changes nothing: {event}")
    return queue.snapshot()


def assert_events_explain(before: Snapshot, events: list[Event], after: Snapshot) -> None:
    """Fold equals fetch: the old state and the events give the new state, and they did change something."""
    assert events, "no event was reported"
    reported = Queue(before).apply_all(events).snapshot()
    assert reported == after, "the events do not lead to the present state"
    assert replace(reported, seq=before.seq) != before, "the events changed nothing"
