"""What a client makes of the stream of charts: a snapshot, and what events change in it."""

from collections.abc import Iterable, Mapping
from typing import Any

Message = Mapping[str, Any]
# By genre.
State = dict[str, Mapping[str, Any]]


def state_of_items(items: Iterable[Mapping[str, Any]]) -> State:
    return {item["genre"]: item for item in items}


def fold(state: State, messages: Iterable[Message]) -> State:
    """The state behind these events. An edition of a day before the newest changes nothing that is listed."""
    state = dict(state)
    for message in messages:
        payload = message["payload"]
        if message["type"] == "chart.withdrawn":
            state.pop(payload["genre"], None)
        elif message["type"] == "chart.published":
            held = state.get(payload["genre"])
            if held is None or held["date"] <= payload["date"]:
                state[payload["genre"]] = payload
    return state
