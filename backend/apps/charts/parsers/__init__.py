"""Music services whose charts are read, each in a module of its own, all of the shape in `base`."""

from collections.abc import Mapping

from apps.charts.genres import MusicService
from apps.charts.parsers import apple_music, soundcloud, spotify
from apps.charts.parsers.base import Read

# What reads a service's list.
READERS: Mapping[MusicService, Read] = {
    MusicService.SPOTIFY: spotify.read,
    MusicService.APPLE_MUSIC: apple_music.read,
    MusicService.SOUNDCLOUD: soundcloud.read,
}
