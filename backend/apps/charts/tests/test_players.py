"""Which players of services a track of the charts may be shown with."""

from apps.charts.selectors.tracks import allowed_player

SPOTIFY = "https://open.spotify.com/track/4cOdK2wGLETKBW3PvgPWqT"
YOUTUBE = "https://www.youtube.com/watch?v=aaaaaaaaaaa"


def test_only_configured_hosts_of_players_are_embedded(settings) -> None:
    assert settings.EMBED_HOSTS == []
    assert allowed_player("spotify", SPOTIFY) is None
    settings.EMBED_HOSTS = ["www.youtube.com", "open.spotify.com"]
    assert allowed_player("youtube", YOUTUBE) is None
    settings.EMBED_HOSTS = ["www.youtube-nocookie.com"]
    player = allowed_player("youtube", YOUTUBE)

    assert player is not None
    assert player.url == "https://www.youtube-nocookie.com/embed/aaaaaaaaaaa?autoplay=1"
    assert (player.height, player.referrer_policy) == (315, "strict-origin-when-cross-origin")
    assert allowed_player("spotify", SPOTIFY) is None
