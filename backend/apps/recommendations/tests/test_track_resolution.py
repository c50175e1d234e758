"""What comes from outside is the library's own where that has it, and can be brought in where not."""

import pytest

from apps.analytics.models import Kind
from apps.analytics.services import NewActivity, record_activities
from apps.jobs.tests.concurrent_users import run_concurrently
from apps.recommendations.list_store import Owner, save_list
from apps.recommendations.models import Recommendation
from apps.recommendations.sources.base import Candidate, OutsideTrack, Reason, ReasonKind
from apps.recommendations.tests.interactions import read, titles
from apps.recommendations.track_resolution import bring_in, metadata_of, resolve_candidates
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from core.errors import Conflict

ISRC = "USSM15900113"
REASONS = (Reason(ReasonKind.SEED_GENRE, "You asked for jazz"),)


def outside(title="So What", artist="Miles Davis", **metadata) -> OutsideTrack:
    return OutsideTrack("elsewhere", metadata.pop("name", "x1"), title, artist, **metadata)


def candidate(track: OutsideTrack) -> Candidate:
    return Candidate(0.5, REASONS, outside=track)


def recommended(user, *tracks: OutsideTrack) -> list[int]:
    offered = save_list(owner=Owner(user_id=user.pk), candidates=[candidate(track) for track in tracks])
    return [one.id for one in offered.recommendations]


def test_a_candidate_is_resolved_by_isrc_else_by_title_and_artist(add_track):
    by_isrc = add_track("So What (Take 1)", "Miles Davis Sextet", isrc=ISRC)
    by_name = add_track("Só what", "MILES DAVIS", album="Kind of Blue")

    found = resolve_candidates(
        [
            candidate(outside(isrc="US-SM1-59-00113")),
            candidate(outside(album="The Best of")),
            candidate(outside("Freddie Freeloader")),
        ]
    )

    assert [one.track_id for one in found] == [by_isrc.pk, by_name.pk, None]
    assert [one.outside is None for one in found] == [True, True, False]
    assert all(one.reasons[0].text == "You asked for jazz" for one in found)


def test_unstorable_candidates_and_invalid_fields_are_left_out(ada):
    odd = [outside(title=""), outside(artist="a\0b"), outside(title="x" * 400), outside(title="\ud800")]
    odd += [outside(name=""), outside(name="x" * 300)]

    assert resolve_candidates(map(candidate, odd)) == []
    with pytest.raises(Conflict):
        bring_in(recommendation_id=recommended(ada, outside(title=" "))[0], user_id=ada.pk)

    metadata = outside(
        album="Kind of Blue", isrc="nonsense", duration_seconds=0, cover_url="javascript:alert(1)"
    )
    assert metadata_of(metadata) == TrackMetadata("So What", "Miles Davis", album="Kind of Blue")
    metadata = outside(preview_url="javascript:alert(1)", external_url="https://e.example/x1", album=" Blue ")
    (found,) = resolve_candidates([candidate(metadata)])
    assert found.outside == outside(external_url="https://e.example/x1", album="Blue")


def test_a_new_track_is_added_once_and_an_existing_one_unchanged(ada):
    metadata = outside(isrc=ISRC, duration_seconds=545, album="Kind of Blue")
    number, other = recommended(ada, metadata, outside(name="x2", album="The Best of"))

    track, is_new = bring_in(recommendation_id=number, user_id=ada.pk)
    again, is_new_again = bring_in(recommendation_id=number, user_id=ada.pk)

    assert (is_new, is_new_again, again) == (True, False, track)
    assert track.metadata() == TrackMetadata(
        "So What", "Miles Davis", album="Kind of Blue", duration_seconds=545, isrc=ISRC
    )
    assert Recommendation.objects.get(pk=number).track == track
    assert bring_in(recommendation_id=other, user_id=ada.pk) == (track, False)  # of the same recording

    (number,) = recommended(ada, outside(name="x3"))
    offered = save_list(owner=Owner(user_id=ada.pk), candidates=[Candidate(0.5, REASONS, track_id=track.pk)])
    for one in (number, offered.recommendations[0].id):
        assert bring_in(recommendation_id=one, user_id=ada.pk) == (track, False)
    assert Track.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_add_one_track(ada):
    (number,) = recommended(ada, outside())

    brought = run_concurrently(8, lambda _: bring_in(recommendation_id=number, user_id=ada.pk))

    assert Track.objects.count() == 1
    assert sum(is_new for _, is_new in brought) == 1


def test_external_tracks_of_a_disliked_artist_are_left_out(ada, library):
    others = [outside("Freddie", name="x2"), outside("Oleo", "Sonny Rollins, Miles Davis", name="x3")]
    recommended(ada, *others, outside("Giant Steps", "John Coltrane", name="x4"))

    record_activities(
        user_id=ada.pk, activities=[NewActivity(kind=Kind.DISLIKE, track_id=library["So What"].pk)]
    )

    assert titles(read(ada).recommendations) == ["Giant Steps"]
    # Found before, kept after it.
    recommended(ada, *others, outside("Giant Steps", "John Coltrane", name="x4"))
    assert titles(read(ada).recommendations) == ["Giant Steps"]
