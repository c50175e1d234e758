"""Constant texts: names of services, genres and orders, and the labels of a client's buttons."""

from collections.abc import Callable
from dataclasses import dataclass

import strawberry

from apps.charts.genres import GENRES, RANKED, SERVICES, Genre, MusicService

# The combined chart of several services' lists, by the name that chart clients use.
CONSENSUS = "tunemeld"
CONSENSUS_NAME = "TuneMeld"
# The order in which chart clients show the services' lists.
SERVICE_ORDER = (MusicService.APPLE_MUSIC, MusicService.SOUNDCLOUD, MusicService.SPOTIFY)


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort a chart. `data_field` is the field of a track that is sorted by."""

    name: str
    display_name: str
    sort_field: str
    sort_order: str
    data_field: str
    explanation: str


ORDERS = (
    Order(
        "tunemeld_rank",
        "Rank",
        "tunemeld-rank",
        "asc",
        "tunemeldRank",
        "by how high several services place it",
    ),
    Order(
        "total_plays_rank",
        "Plays",
        "total-plays",
        "desc",
        "totalCurrentPlayCount",
        "by plays on all services, most first",
    ),
    Order(
        "trending_rank",
        "Trending",
        "trending",
        "desc",
        "totalWeeklyChangePercentage",
        "by how much plays grew within a week",
    ),
)


def icon_path(name: str) -> str:
    """The path of the icon of a genre or a service."""
    return f"/static/charts/{name}.svg"


@strawberry.type(description="A button's text, and its label for screen readers.")
class ButtonLabelType:
    button_type: str
    context: str | None = None
    title: str | None = None
    aria_label: str | None = None


def button_label(button_type: str, context: str | None, title: str, aria_label: str) -> ButtonLabelType:
    return ButtonLabelType(button_type=button_type, context=context, title=title, aria_label=aria_label)


def genre_labels(genre: str) -> list[ButtonLabelType]:
    name = GENRES[Genre(genre)]
    services = ", ".join(SERVICES[service] for service in RANKED)
    return [button_label("genre_button", genre, f"{name}, fetched from {services}", f"Show {name}")]


def service_labels(service: str) -> list[ButtonLabelType]:
    name = SERVICES[MusicService(service)]
    return [button_label("service_player_button", service, f"Listen on {name}", f"Listen on {name}")]


def rank_labels(rank_type: str) -> list[ButtonLabelType]:
    """The labels of an order, by any of its names; none for an unknown order."""
    known = [order for order in ORDERS if rank_type in {order.name, order.sort_field}]
    return [
        button_label("rank_button", order.name, f"Sort {order.explanation}", f"Sort by {order.display_name}")
        for order in known
    ]


def misc_labels(button_type: str, context: str | None) -> list[ButtonLabelType]:
    """The labels of a kind of button; none for an unknown kind or context."""
    write = _MISC.get(button_type)
    return write(context) if write else []


def _more(context: str | None) -> list[ButtonLabelType]:
    return [
        button_label(
            "more_button",
            context or "description",
            "Read more",
            "Show the full description",
        )
    ]


def _close(context: str | None) -> list[ButtonLabelType]:
    return [button_label("close_player", context or "player", "Close the player", "Close the player")]


def _theme(context: str | None) -> list[ButtonLabelType]:
    now = "dark" if context == "dark" else "light"
    other = "light" if now == "dark" else "dark"
    return [button_label("theme_toggle", now, f"Use {other} colours", f"Change to {other} colours")]


def _terms(context: str | None) -> list[ButtonLabelType]:
    say = "Agree to the terms of the video service"
    return [button_label("accept_terms", context or "terms", say, say)]


def _collapse(context: str | None) -> list[ButtonLabelType]:
    """`context` is a list and its state: apple_music_collapsed, main_expanded."""
    of, _, state = (context or "").rpartition("_")
    names = {
        "main": "the chart",
        **{str(service): f"the list of {name}" for service, name in SERVICES.items()},
    }
    if of not in names or state not in {"collapsed", "expanded"}:
        return []
    say = f"{'Show' if state == 'collapsed' else 'Hide'} {names[of]}"
    return [button_label("collapse_button", context, say, say)]


def _title(context: str | None) -> list[ButtonLabelType]:
    """The client replaces the placeholders with the track's names."""
    if context not in SERVICES:
        return []
    say = f"Listen to {{trackName}} by {{artistName}} on {SERVICES[MusicService(context)]}"
    return [button_label("track_title", context, say, say)]


_MISC: dict[str, Callable[[str | None], list[ButtonLabelType]]] = {
    "more_button": _more,
    "close_player": _close,
    "theme_toggle": _theme,
    "accept_terms": _terms,
    "collapse_button": _collapse,
    "track_title": _title,
}
