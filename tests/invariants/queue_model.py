"""What the contract says a queue does, small enough to be seen to be right. Pure.

It knows order, votes and what plays at every moment. It knows exact positions too, as long as order is manual
and no renumbering comes in between; then it is given them (`take_positions`).
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LIMIT = 1e15


class Rejected(Exception):
    """The contract's answer is an error of this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class ModelItem:
    item_id: int
    track_id: int
    position: float
    opinions: dict[str, int] = field(default_factory=dict)
    # When it came to its count of votes; who came earlier stands further in front.
    reached: int = 0

    @property
    def votes(self) -> int:
        return sum(self.opinions.values())


@dataclass(slots=True)
class Gone:
    """A removed item, and the one that it stood directly behind."""

    item: ModelItem
    after_id: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """The event types of one write, besides renumberings and moves that votes cause."""

    types: tuple[str, ...] = ()
    # In the order by votes: which items may be reported as moved.
    may_move: frozenset[int | None] = frozenset()
    renumbers: bool = False


NOTHING = Effect()


class QueueModel:
    """Methods are what a client may ask for; each returns its Effect or raises `Rejected`."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.items: list[ModelItem] = []
        self.playing_id: int | None = None
        self.gone: dict[int, Gone] = {}
        self._moments = 0

    @property
    def ids(self) -> list[int]:
        return [item.item_id for item in self.items]

    def item(self, item_id: int) -> ModelItem:
        for item in self.items:
            if item.item_id == item_id:
                return item
        raise Rejected("NOT_FOUND")

    def take_positions(self, positions: Mapping[int, float]) -> None:
        for item in self.items:
            item.position = positions[item.item_id]

    # --- What can be asked for -----------------------------------------------------------------------

    def add(self, item_id: int, track_id: int, place: Mapping[str, Any]) -> Effect:
        self._check_place(place)
        if any(item.track_id == track_id for item in self.items):
            raise Rejected("DUPLICATE_TRACK")
        item = ModelItem(item_id, track_id, position=0.0, reached=self._next_moment())
        return Effect(("track.added",), renumbers=self._put(item, place))

    def move(self, item_id: int, place: Mapping[str, Any]) -> Effect:
        item = self.item(item_id)
        if self.order == "votes":
            raise Rejected("ORDERED_BY_VOTES")
        self._check_place(place)
        if self._stands_there(item, place):
            return NOTHING
        self.items.remove(item)
        position = item.position
        renumbers = self._put(item, place)
        if item.position == position and not renumbers:
            return NOTHING  # 0 is stored as another number, and it had that one already
        return Effect(("track.moved",), renumbers=renumbers)

    def vote(self, item_id: int, voter: str, *, value: int | None, step: int) -> Effect:
        item = self.item(item_id)
        held = item.opinions.get(voter, 0)
        wanted = max(-1, min(1, held + step)) if value is None else value
        if wanted == held:
            return NOTHING
        item.opinions[voter] = wanted
        item.reached = self._next_moment()
        self._settle()
        return Effect(("track.voted",), may_move=frozenset({item_id}))

    def play(self, item_id: int) -> Effect:
        self.item(item_id)
        if self.playing_id == item_id:
            return NOTHING
        moving = frozenset({self.playing_id, item_id})
        self.playing_id = item_id
        self._settle()
        return Effect(("track.playing",), may_move=moving)

    def stop(self) -> Effect:
        if self.playing_id is None:
            return NOTHING
        moving = frozenset({self.playing_id})
        self.playing_id = None
        self._settle()
        return Effect(("track.playing",), may_move=moving)

    def stop_item(self, item_id: int) -> Effect:
        self.item(item_id)
        return self.stop() if self.playing_id == item_id else NOTHING

    def remove(self, item_id: int) -> Effect:
        item = self.item(item_id)
        index = self.items.index(item)
        self.gone[item_id] = Gone(item, self.items[index - 1].item_id if index else None)
        self.items.remove(item)
        if self.playing_id != item_id:
            return Effect(("track.removed",))
        self.playing_id = None
        return Effect(("track.playing", "track.removed"), may_move=frozenset({item_id}))

    def restore(self, item_id: int) -> Effect:
        if item_id in self.ids:
            return NOTHING
        if item_id not in self.gone:
            raise Rejected("NOT_FOUND")
        item = self.gone[item_id].item
        if any(other.track_id == item.track_id for other in self.items):
            raise Rejected("DUPLICATE_TRACK")
        return Effect(("track.added",), renumbers=self._put(item, {"after": item_id}))

    def set_order(self, order: str) -> Effect:
        """With any event: the contract leaves that open."""
        self.order = order
        self._settle()
        return Effect(may_move=frozenset(self.ids), renumbers=True)

    # --- Where ---------------------------------------------------------------------------------------

    def _check_place(self, place: Mapping[str, Any]) -> None:
        if abs(place.get("position", 0)) > LIMIT:
            raise Rejected("VALIDATION_ERROR")
        for name in ("after", "before"):
            if name in place and self.order == "manual" and place[name] not in {*self.ids, *self.gone}:
                raise Rejected("VALIDATION_ERROR")

    def _put(self, item: ModelItem, place: Mapping[str, Any]) -> bool:
        """Puts an item that is not in the list where it is wanted; whether a renumbering is due."""
        if self.order == "votes":
            self.items.append(item)
            self._settle()
            return False
        index = self._index(place)
        lower = self.items[index - 1].position if index else None
        upper = self.items[index].position if index < len(self.items) else None
        self.items.insert(index, item)
        item.position = self._position(place, lower, upper) or _beside_zero(lower, upper)
        has_room = abs(item.position) <= LIMIT and _is_between(item.position, lower, upper)
        return not has_room or not (_leaves_room(lower, item.position) and _leaves_room(item.position, upper))

    def _position(self, place: Mapping[str, Any], lower: float | None, upper: float | None) -> float:
        wanted = place.get("position")
        if wanted is not None and wanted != lower:
            return float(wanted) + 0.0
        if lower is None or upper is None:
            return lower + 1 if lower is not None else upper - 1 if upper is not None else 1.0
        return (lower + upper) / 2

    def _index(self, place: Mapping[str, Any]) -> int:
        """In front of which item, among those in the list."""
        if "position" in place:
            positions = [item.position for item in self.items]
            index = bisect_left(positions, place["position"])
            return index + (index < len(positions) and positions[index] == place["position"])
        for name in ("after", "before"):
            if place.get(name) in self.ids:
                return self.ids.index(place[name]) + (name == "after")
            if name in place:
                return self._index_of_gone(place[name])
        return len(self.items)

    def _index_of_gone(self, item_id: int) -> int:
        """Behind the nearest one in front of it that is still there; else at the head."""
        seen: set[int] = set()
        wanted: int | None = item_id
        while wanted is not None and wanted not in seen:
            seen.add(wanted)
            if wanted in self.ids:
                return self.ids.index(wanted) + 1
            wanted = self.gone[wanted].after_id
        return 0

    def _stands_there(self, item: ModelItem, place: Mapping[str, Any]) -> bool:
        """Whether a move would put the item between the neighbours that it has."""
        if "position" in place and place["position"] not in {other.position for other in self.items}:
            return False  # a number of its own is what was meant
        if place.get("position") == item.position:
            return True
        if item.item_id in (place.get("after"), place.get("before")):
            return True
        # Counted with the item itself in the list: directly before or behind itself is its own position.
        return self._index(place) - self.items.index(item) in {0, 1}

    # --- Votes ---------------------------------------------------------------------------------------

    def _settle(self) -> None:
        if self.order == "votes":
            self.items.sort(
                key=lambda item: (item.item_id != self.playing_id, -item.votes, item.reached, item.item_id)
            )

    def _next_moment(self) -> int:
        self._moments += 1
        return self._moments


def _beside_zero(lower: float | None, upper: float | None) -> float:
    """0 is never stored: half-way to the next item, or at 0.5 behind the last one."""
    if upper is None:
        return 0.5
    return upper / 2 or (-1.0 if lower is None else lower / 2)


def _is_between(position: float, lower: float | None, upper: float | None) -> bool:
    return (lower is None or lower < position) and (upper is None or position < upper)


def _leaves_room(lower: float | None, upper: float | None) -> bool:
    if lower is None or upper is None:
        return True
    middle = (lower + upper) / 2
    return lower < middle < upper and bool(middle or lower / 2 or upper / 2)
