"""Which genres have charts, and from which music services: the words that everything else is sorted by."""

from django.db import models

MAX_WORD = 12


class Genre(models.TextChoices):
    POP = "pop"
    DANCE = "dance"
    RAP = "rap"
    COUNTRY = "country"


class MusicService(models.TextChoices):
    """The first three rank; YouTube is counted and linked to."""

    SPOTIFY = "spotify"
    APPLE_MUSIC = "apple_music"
    SOUNDCLOUD = "soundcloud"
    YOUTUBE = "youtube"


# Services by priority: names, covers and albums come from the first one that has them.
RANKED = (MusicService.SPOTIFY, MusicService.APPLE_MUSIC, MusicService.SOUNDCLOUD)
PREFERENCE = {str(service): place for place, service in enumerate(RANKED)}
# As people read them.
GENRES = {
    Genre.POP: "Pop",
    Genre.DANCE: "Dance/Electronic",
    Genre.RAP: "Hip-Hop/Rap",
    Genre.COUNTRY: "Country",
}
SERVICES = {
    MusicService.SPOTIFY: "Spotify",
    MusicService.APPLE_MUSIC: "Apple Music",
    MusicService.SOUNDCLOUD: "SoundCloud",
    MusicService.YOUTUBE: "YouTube",
}
