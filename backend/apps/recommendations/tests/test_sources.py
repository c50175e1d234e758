"""What each source offers to whom, and that its reasons are true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.analytics.selectors import popular_since
from apps.playlist.services import Place, add_item
from apps.playlist.tests.rooms import new_room
from apps.recommendations.catalogue import own_catalogue
from apps.recommendations.engine.dataset import InteractionDataset
from apps.recommendations.engine.model import train
from apps.recommendations.sources.base import Interaction, Liked, Preferences, ReasonKind
from apps.recommendations.sources.library import (
    GENRES_BY_MOOD,
    CollaborativeSource,
    ContentSource,
    CoQueuedSource,
    KnownSource,
    PopularitySource,
    is_kind_of,
    mood_of_genre,
)
from apps.recommendations.tests.interactions import interact
from apps.recommendations.tests.synthetic_data import SMALL
from apps.users.models import MOODS


def liked(track, weight=4.0, interaction=Interaction.LIKED) -> Liked:
    return Liked(track.pk, track.title, track.artist, weight, interaction)


@pytest.fixture
def named(library):
    """Titles of candidates, in order."""
    by_id = {track.pk: title for title, track in library.items()}
    return lambda candidates: [by_id[one.track_id] for one in candidates]


@pytest.fixture
def content(library) -> ContentSource:
    return ContentSource(own_catalogue.catalogue())


def test_likes_recommend_their_artist_and_genre_and_not_themselves(content, named, library):
    found = content.candidates(Preferences(liked=[liked(library["So What"])]), most=10)

    assert named(found) == ["Blue in Green", "Naima"]
    by_artist, by_genre = found[0].reasons
    assert (by_artist.kind, by_artist.track_id) == (ReasonKind.SAME_ARTIST, library["So What"].pk)
    assert by_artist.text == "By Miles Davis, whose So What you liked"
    assert by_genre.text == "jazz, like So What, which you liked"


def test_seeds_have_precedence_over_the_profile(content, named):
    preferences = Preferences(favorite_genres=["jazz"], seed_genres=["pop"], seed_artists=["Lorde"])

    found = content.candidates(preferences, most=3)

    assert named(found) == ["Royals", "Toxic", "Halo"]
    assert [reason.kind for reason in found[0].reasons] == [ReasonKind.SEED_ARTIST, ReasonKind.SEED_GENRE]


def test_a_mood_recommends_its_genres(content, named):
    found = content.candidates(Preferences(moods=["party"]), most=10)

    assert set(named(found)) == {"Halo", "Toxic", "Royals"}
    assert found[0].reasons[0].text == "pop goes with the mood party"
    both = content.candidates(Preferences(moods=["party"], favorite_genres=["pop"]), most=1)
    assert [reason.kind for reason in both[0].reasons] == [ReasonKind.FAVORITE_GENRE, ReasonKind.MOOD]


def test_subgenres_belong_to_genres_and_every_mood_has_genres():
    assert is_kind_of("classic rock", "Rock")
    assert is_kind_of("Hip-Hop", "hip hop")
    for genre, wanted in (("rock", "classic rock"), ("rockabilly", "rock"), ("", "rock"), ("rock", "☆")):
        assert not is_kind_of(genre, wanted)
    assert set(GENRES_BY_MOOD) == set(MOODS)
    assert mood_of_genre("jazz", ["party", "calm"]) == "calm"
    assert mood_of_genre("", MOODS) is None


@pytest.fixture
def model(library):
    """People who like jazz and people who like pop; Ella is no track here, only an artist."""
    jazz = [f"track:{library[title].pk}" for title in ("So What", "Naima", "Blue in Green")]
    pop = [f"track:{library[title].pk}" for title in ("Halo", "Toxic")]
    rows = []
    for number in range(12):
        taste = (
            [*jazz, "artist:ella fitzgerald", "artist:wayne shorter"]
            if number % 2
            else [*pop, "artist:lorde"]
        )
        rows += [(f"person {number}", item, 1.0) for item in taste]
    return train(InteractionDataset.of(rows), SMALL)


def test_listeners_of_jazz_get_jazz_with_that_reason(model, library, named):
    source = CollaborativeSource(model, own_catalogue.catalogue())

    preferences = Preferences(liked=[liked(library["So What"])])
    found = source.candidates(preferences, most=3)

    assert {"Naima", "Blue in Green"} <= set(named(found)) <= {"Naima", "Blue in Green", "Footprints"}
    assert found[0].score == 1
    for one in found:
        (reason,) = one.reasons
        assert (reason.kind, reason.track_id) == (ReasonKind.SIMILAR_TO_LIKED, library["So What"].pk)
        assert reason.text == "Because you liked So What"
    both = [liked(library["So What"]), liked(library["Naima"])]
    (first,) = (
        one
        for one in source.candidates(Preferences(liked=both), most=3)
        if one.track_id == library["Blue in Green"].pk
    )
    assert {reason.track_id for reason in first.reasons} == {library["So What"].pk, library["Naima"].pk}
    avoiding = replace(preferences, avoided_artists={"john coltrane"})
    assert named(source.candidates(avoiding, most=3))
    assert "Naima" not in named(source.candidates(avoiding, most=10))
    assert source.candidates(Preferences(favorite_artists=["Nobody at all"]), most=10) == []


def test_a_named_artist_is_enough_and_recommends_tracks_without_genre(model, library, named):
    source = CollaborativeSource(model, own_catalogue.catalogue())

    found = source.candidates(Preferences(favorite_artists=["Ella Fitzgerald"]), most=10)

    assert "Footprints" in named(found)
    assert {reason.kind for one in found for reason in one.reasons} == {ReasonKind.SIMILAR_TO_FAVORITE}


def test_tracks_queued_by_the_same_people_are_recommended(library, named):
    kitchen, garden = new_room(), new_room()
    for room, title, adder in [
        (kitchen, "So What", "net:a"),
        (kitchen, "Naima", "net:a"),
        (garden, "So What", "net:b"),
        (garden, "Naima", "net:b"),
        (garden, "Halo", "net:b"),
        (kitchen, "Toxic", "net:c"),
    ]:
        add_item(slug=room.slug, track_id=library[title].pk, added_by="Bo", place=Place(), adder=adder)

    found = CoQueuedSource().candidates(Preferences(liked=[liked(library["So What"])]), most=10)

    assert named(found) == ["Naima", "Halo"]
    assert [one.score for one in found] == [1, 0.5]
    assert found[0].reasons[0].text == "Queued by a person who also queued So What"
    assert found[0].reasons[0].track_id == library["So What"].pk
    assert CoQueuedSource().candidates(Preferences(), most=10) == []


def test_popular_tracks_are_recently_played_liked_and_shared_ones(library, named, ada, bo):
    """A person's plays of a track count once an hour."""
    now = datetime(2025, 12, 4, 10, tzinfo=UTC)
    interact(ada, "play", library["Royals"], at=now - timedelta(days=29))
    interact(ada, "play", library["So What"], at=now - timedelta(days=30))
    assert popular_since(now, days=30, most=5) == [(library["Royals"].pk, 1)]
    interact(ada, "play", library["Halo"], times=3)
    interact(bo, "like", library["Halo"], library["Naima"])
    interact(bo, "skip", library["Toxic"], times=9)

    found = PopularitySource().candidates(Preferences(), most=10)

    assert named(found) == ["Halo", "Naima"]
    assert [one.reasons[0].text for one in found] == [
        "Played, liked or shared 2 times here in the last 30 days",
        "Played, liked or shared once here in the last 30 days",
    ]


def test_known_candidates_are_marked(library, named):
    preferences = Preferences(
        liked=[liked(library["Halo"]), liked(library["Naima"], 1.0, Interaction.PLAYED)]
    )

    found = KnownSource().candidates(preferences, most=10)

    assert named(found) == ["Halo", "Naima"]
    assert [one.reasons[0].text for one in found] == ["You liked this", "You played this"]
