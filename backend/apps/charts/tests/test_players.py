"""Which players of services a track of the charts may be shown with."""

import pytest

from apps.charts.graphql.embeds import allowed_player

SPOTIFY = "https://open.spotify.com/track/4cOdK2wGLETKBW3PvgPWqT"
YOUTUBE = "https://www.youtube.com/watch?v=aaaaaaaaaaa"


def test_without_a_named_host_there_is_none(settings) -> None:
    assert settings.EMBED_HOSTS == []
    assert allowed_player("spotify", SPOTIFY) is None


def test_the_players_own_host_is_what_has_to_be_named(settings) -> None:
    settings.EMBED_HOSTS = ["www.youtube.com", "open.spotify.com"]
    assert allowed_player("youtube", YOUTUBE) is None

    settings.EMBED_HOSTS = ["www.youtube-nocookie.com"]
    player = allowed_player("youtube", YOUTUBE)

    assert player is not None
    assert player.url == "https://www.youtube-nocookie.com/embed/aaaaaaaaaaa?autoplay=1"
    assert (player.height, player.referrer_policy) == (315, "strict-origin-when-cross-origin")
    assert allowed_player("spotify", SPOTIFY) is None


@pytest.mark.parametrize(
    "url",
    [
        *("", "https://open.spotify.com/playlist/4cOdK2wGLETKBW3PvgPWqT", "javascript:alert(1)"),
        *("http://open.spotify.com/track/4cOdK2wGLETKBW3PvgPWqT", "https://[open.spotify.com/track/x"),
        "https://open.spotify.com.evil.example/track/4cOdK2wGLETKBW3PvgPWqT",
    ],
)
def test_what_is_no_track_at_the_service_comes_into_no_frame(settings, url: str) -> None:
    settings.EMBED_HOSTS = ["open.spotify.com"]
    assert allowed_player("spotify", SPOTIFY) is not None
    assert allowed_player("spotify", url) is None
