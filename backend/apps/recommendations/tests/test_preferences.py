"""What is known of people becomes what they wish for, and what they are not to be offered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.playlist.services import Place, add_item, cast_vote
from apps.playlist.tests.rooms import new_room
from apps.recommendations import preferences
from apps.recommendations.preferences import LATELY, exclusions_of, preferences_of, preferences_of_people
from apps.recommendations.sources.base import Interaction
from apps.recommendations.tests.interactions import interact
from apps.users.models import Guest
from apps.users.selectors import account

LONG_AGO = LATELY + timedelta(minutes=1)


def liked(user) -> list[tuple[str, Interaction]]:
    return [(one.title, one.interaction) for one in preferences_of(account(user.pk)).liked]


def avoided(user, library) -> tuple[set[str], set[str]]:
    found = exclusions_of([user.pk]).get(user.pk)
    if found is None:
        return set(), set()
    by_id = {track.pk: title for title, track in library.items()}
    return {by_id[track_id] for track_id in found.track_ids}, found.artists


def test_preferences_are_sorted_by_weight_with_the_strongest_evidence_and_skips_count_against(ada, library):
    interact(ada, "play", library["Halo"], library["Naima"])
    interact(ada, "like", library["Naima"])
    interact(ada, "share", library["Toxic"])
    at = timezone.now() - LONG_AGO
    interact(ada, "play", library["Royals"], at=at)
    interact(ada, "skip", library["Royals"], library["So What"], at=at)

    assert liked(ada) == [
        ("Naima", Interaction.LIKED),
        ("Toxic", Interaction.SHARED),
        ("Halo", Interaction.PLAYED),
    ]


def test_votes_and_additions_are_evidence(ada, library):
    room = new_room()
    items = {
        title: add_item(slug=room.slug, track_id=library[title].pk, added_by="A", place=Place(), adder=adder)
        for title, adder in [("Halo", ada.key), ("Naima", ""), ("Toxic", "")]
    }
    cast_vote(slug=room.slug, item_id=items["Naima"].pk, voter=ada.key, value=1)
    cast_vote(slug=room.slug, item_id=items["Toxic"].pk, voter=ada.key, value=-1)

    assert liked(ada) == [("Naima", Interaction.LIKED), ("Halo", Interaction.QUEUED)]
    assert preferences_of(account(ada.pk)).avoided_track_ids == {library["Toxic"].pk}


def test_preferences_of_several_people_are_separate(ada, bo, library):
    interact(ada, "like", library["Halo"])
    interact(bo, "like", library["Naima"])
    guest = Guest.objects.create(name="Cem")
    add_item(slug=new_room().slug, track_id=library["Toxic"].pk, added_by="C", place=Place(), adder=guest.key)

    found = preferences_of_people([account(ada.pk), account(bo.pk)], guests=[guest.key])

    assert {key: [one.title for one in preferences.liked] for key, preferences in found.items()} == {
        ada.key: ["Halo"],
        bo.key: ["Naima"],
        guest.key: ["Toxic"],
    }


@pytest.mark.parametrize("kind", ["skip", "dislike"])
def test_recently_skipped_or_disliked_tracks_are_excluded(ada, bo, library, kind):
    interact(ada, kind, library["Halo"])
    interact(ada, kind, library["Naima"], at=timezone.now() - LONG_AGO)
    interact(bo, kind, library["Toxic"])

    assert avoided(ada, library)[0] == {"Halo"}


def test_a_later_like_ends_an_exclusion(ada, library):
    earlier, later = (timezone.now() - timedelta(days=days) for days in (2, 1))
    interact(ada, "dislike", library["Halo"], library["Naima"], at=earlier)
    interact(ada, "skip", library["Naima"], at=later)
    interact(ada, "like", library["Halo"], at=later)
    interact(ada, "like", library["Toxic"], at=earlier)
    interact(ada, "skip", library["Toxic"], at=later)

    assert avoided(ada, library) == ({"Naima", "Toxic"}, {"john coltrane"})


def test_exclusions_follow_from_the_latest_part_of_a_long_history(ada, library, monkeypatch):
    """It is read while activities are stored: no person may make others wait by having reported much."""
    monkeypatch.setattr(preferences, "MAX_ACTIVITIES", 3)
    interact(ada, "skip", library["Halo"], library["Naima"], library["Toxic"])
    interact(ada, "play", library["Royals"])

    assert avoided(ada, library)[0] == {"Naima", "Toxic"}


def test_a_liked_or_named_artist_is_not_excluded(add_person, library):
    cem = add_person("cem", favorite_artists=["John COLTRANE"])
    interact(cem, "dislike", library["So What"], library["Naima"], library["Halo"])
    interact(cem, "like", library["Blue in Green"])

    tracks, artists = avoided(cem, library)

    assert tracks == {"So What", "Naima", "Halo"}
    assert artists == {"beyonce"}


def test_the_number_of_queries_for_preferences_is_constant(ada, library, django_assert_max_num_queries):
    for kind in ("play", "like", "skip", "dislike"):
        interact(ada, kind, *library.values(), times=5)
    user = account(ada.pk)

    with django_assert_max_num_queries(6):
        preferences_of(user)
