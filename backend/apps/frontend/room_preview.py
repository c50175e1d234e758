"""Previews of rooms for messengers, search engines and the first paint, in the HTML of `/r/{slug}`."""

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.rooms.models import Room

# Cached for a group of users that open the same link.
KEPT_SECONDS = 5
IMAGE = "/page/icon-512.png"
# In characters; Django reads no more of an Accept-Language header.
MAX_ACCEPTED = 500
WORDS = {
    "en": (
        "Choose the music together.",
        "{} track to come.",
        "{} tracks to come.",
        "Now playing: {}",
    ),
    "de": (
        "Sucht die Musik zusammen aus.",
        "Noch {} Titel.",
        "Noch {} Titel.",
        "Gerade läuft: {}",
    ),
}


def with_preview(page: str, request: HttpRequest, slug: str) -> str:
    """The HTML with the room's name in title and first paint, and with tags for link previews.

    An unlisted room shows only its name. If the room does not exist, or the database is unavailable, the
    HTML is unchanged.
    """
    try:
        found = _preview_data(slug)
    except DatabaseError:
        found = None
    if found is None:
        return page
    name, count, playing = found
    invitation, *rest = WORDS[_language(request)]
    description = _description(rest, count, playing) if count is not None else invitation
    tags = {
        "og:site_name": "Tutti",
        "og:type": "website",
        "og:title": name,
        "og:description": description,
        "og:url": request.build_absolute_uri(f"/r/{slug}"),
        "og:image": request.build_absolute_uri(IMAGE),
    }
    meta = "".join(f'<meta property="{key}" content="{escape(value)}" />' for key, value in tags.items())
    meta += '<meta name="twitter:card" content="summary" />'
    title = escape(name if name == "Tutti" else f"{name} · Tutti")
    page = page.replace("<title>Tutti</title>", f"<title>{title}</title>{meta}", 1)
    return page.replace('class="boot-bar">Tutti<', f'class="boot-bar">{escape(name)}<', 1)


def _preview_data(slug: str) -> tuple[str, int | None, str] | None:
    """Name, number of upcoming items, and current track; the number is None in an unlisted room."""
    key = f"room-preview:{slug}"
    found: tuple[str, int | None, str] | None = cache.get(key)
    if found is None and (room := Room.objects.select_related("playing__track").filter(slug=slug).first()):
        found = _read(room)
        cache.set(key, found, timeout=KEPT_SECONDS)
    return found


def _read(room: Room) -> tuple[str, int | None, str]:
    if not room.is_public:
        return room.name, None, ""
    playing = room.playing
    title = f"{playing.track.title} · {playing.track.artist}" if playing else ""
    return room.name, room.items.filter(played_at=None).count(), title


def _description(words: list[str], count: int, playing: str) -> str:
    one, several, now = words
    count_text = (one if count == 1 else several).format(count)
    return f"{count_text} {now.format(playing)}" if playing else count_text


def _language(request: HttpRequest) -> str:
    accepted = request.headers.get("Accept-Language", "")[:MAX_ACCEPTED].lower()
    wished = [language.partition("-")[0] for language, _ in parse_accept_lang_header(accepted)]
    return next((language for language in wished if language in WORDS), "en")
