"""Names that services write in their own ways lead to one track; what is not sure is asked, once."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.charts.matching.candidate_index import candidates
from apps.charts.models import (
    ChartTrack,
    EditionEntry,
    ManualMatch,
    RawEntry,
    ReviewItem,
    ServiceTrack,
    TrackWord,
)
from apps.charts.services import delete_match, save_match
from apps.charts.tests.bodies import Folder, Track, apple, chosen, isrc, soundcloud, spotify
from apps.charts.tests.conftest import Run

DAY, NEXT = "2025-03-01", "2025-03-02"
LANTERN: Track = ("Lantern Street", "Odile Marsh", "ZZTST2500101")
OTHERS = chosen(1, 2)


def put(folder: Folder, *named: tuple[str, str], day: str = DAY) -> None:
    """Spotify's list has the lantern; Apple's calls it so."""
    folder.put("spotify", "pop", day, spotify([LANTERN, *OTHERS]))
    folder.put("apple_music", "pop", day, apple([*((*one, None) for one in named), *OTHERS]))


def tracks_of_apple(day: str = DAY) -> list[str | None]:
    lines = RawEntry.objects.filter(edition__service="apple_music", edition__issued_on=day)
    return list(lines.values_list("track__isrc", flat=True))


@pytest.mark.parametrize(
    ("name", "artist"),
    [
        ("Lantern Street - Remastered 2011", "Odile Marsh"),
        ("Odile Marsh - Lantern Street", "somebody's channel"),
        ("Odile Marsh", "Lantern Street"),
    ],
)
def test_another_spelling_is_the_same_track(run: Run, folder: Folder, name: str, artist: str):
    put(folder, (name, artist))

    run()

    assert tracks_of_apple()[0] == LANTERN[2]
    stored = ServiceTrack.objects.get(service="apple_music", track__isrc=LANTERN[2])
    assert (stored.how, stored.score is not None) == ("names", True)
    assert not ReviewItem.objects.exists()


def test_uncertain_matches_are_listed_with_the_closest_candidates(run: Run, folder: Folder):
    put(folder, ("Lantern Street (Night Bus Remix)", "Odile Marsh"), ("Nothing Alike", "Nobody Here"))

    run()

    assert tracks_of_apple()[:2] == [None, None]
    close, far = ReviewItem.objects.order_by("name")
    assert close.candidate is not None
    assert close.candidate.isrc == LANTERN[2]
    assert close.score is not None
    assert 0.45 <= close.score < 0.85
    assert (far.candidate, far.score) == (None, None)


def item_of(run: Run, folder: Folder) -> ReviewItem:
    put(folder, ("Lantern Street (Night Bus Remix)", "Odile Marsh"))
    run()
    return ReviewItem.objects.get()


def test_a_manual_decision_is_used_for_past_and_future_days(run: Run, folder: Folder):
    item = item_of(run, folder)

    save_match(source=item.service, source_track_id=item.service_track_id, isrc=LANTERN[2])
    put(folder, ("Lantern Street (Night Bus Remix)", "Odile Marsh"), day=NEXT)
    run()

    assert tracks_of_apple(DAY)[0] == tracks_of_apple(NEXT)[0] == LANTERN[2]
    assert ReviewItem.objects.get().settled_at is not None
    assert EditionEntry.objects.filter(track__isrc=LANTERN[2]).count() == 2
    assert ServiceTrack.objects.get(service_track_id=item.service_track_id).how == "manual"


def test_a_manual_decision_has_precedence_and_may_be_no_track(run: Run, folder: Folder):
    put(folder, LANTERN[:2])
    run()
    known = ServiceTrack.objects.get(service="apple_music", track__isrc=LANTERN[2])

    save_match(source="apple_music", source_track_id=known.service_track_id, isrc=None)
    run()

    assert tracks_of_apple()[0] is None
    assert not ReviewItem.objects.filter(settled_at__isnull=True).exists()
    assert not EditionEntry.objects.filter(track__isrc=LANTERN[2]).exists()

    delete_match(source="apple_music", source_track_id=known.service_track_id)
    run()

    assert tracks_of_apple()[0] == LANTERN[2]


def test_lines_without_an_id_are_identified_by_their_names(run: Run, folder: Folder):
    body = apple([("Lantern Street (Night Bus Remix)", "Odile Marsh", None), *OTHERS])
    folder.put("spotify", "pop", DAY, spotify([LANTERN, *OTHERS]))
    folder.put("apple_music", "pop", DAY, body.replace(b'"link"', b'"linked"'))
    run()
    item = ReviewItem.objects.get()
    assert item.service_track_id == "Odile Marsh Lantern Street (Night Bus Remix)"

    save_match(source=item.service, source_track_id=item.service_track_id, isrc="ZZTST2509999")
    run()

    assert tracks_of_apple()[0] == "ZZTST2509999", "which no list has named yet"
    assert ChartTrack.objects.get(isrc="ZZTST2509999").name == item.name


def test_of_equal_names_the_track_on_todays_lists_of_the_highest_priority_is_used(run: Run, folder: Folder):
    folder.put("spotify", "pop", "2025-01-01", spotify([("Lantern Street", "Odile Marsh", "ZZTST2400001")]))
    folder.put("soundcloud", "pop", DAY, soundcloud([(*LANTERN[:2], "ZZTST2400002"), *OTHERS]))
    put(folder, LANTERN[:2])

    run()

    assert tracks_of_apple()[0] == LANTERN[2]


def test_only_tracks_with_a_common_rare_word_are_compared(run: Run, folder: Folder):
    many = [(f"Song {number}", f"Singer {number}", isrc(1000 + number)) for number in range(1, 300)]
    folder.put("spotify", "pop", DAY, spotify([*many, LANTERN]))
    run()

    found = candidates([("Lantern Street", "O. Marsh"), ("Song 7", "Singer 7"), ("Song", "The Singer")])

    assert [one.key for one in found["Lantern Street", "O. Marsh"]] == [LANTERN[2]]
    assert isrc(1007) in [one.key for one in found["Song 7", "Singer 7"]]
    assert len(found["Song 7", "Singer 7"]) < 10
    assert found["Song", "The Singer"] == []


def test_the_index_of_words_follows_corrected_names(run: Run, folder: Folder):
    folder.put("soundcloud", "pop", DAY, soundcloud([("odile marsh - lantern st", "uploader", LANTERN[2])]))
    run()
    folder.put("spotify", "pop", DAY, spotify([LANTERN]))
    run()

    words = set(TrackWord.objects.filter(track__isrc=LANTERN[2]).values_list("word", flat=True))
    assert words >= {"lantern", "street", "odile", "marsh"}
    assert not words & {"st", "uploader"}


def test_a_line_is_compared_with_all_names_of_a_track_on_that_day(run: Run, folder: Folder):
    """Two differences from the track's own name, as that of Spotify, are too many."""
    code, written = LANTERN[2], ("Lantern Street (Night Bus)", "Odile Marsh")
    folder.put("spotify", "pop", DAY, spotify([("Lantern Street", "Odile Marsh, Ben Orr", code), *OTHERS]))
    folder.put("soundcloud", "pop", DAY, soundcloud([(*written, code), *OTHERS]))
    folder.put("apple_music", "pop", DAY, apple([(*written, None), *OTHERS]))

    run()

    assert tracks_of_apple()[0] == code
    folder.put("apple_music", "dance", DAY, apple([(*written, None)]))
    run()
    lines = RawEntry.objects.filter(edition__service="apple_music", edition__genre="dance")
    assert lines.values_list("track__isrc").get() == (code,), (
        "names of lists that were read before count as well"
    )


GUEST = ("Lantern Street (feat. Ben Orr)", "Odile Marsh")
OTHER_GUEST = ("Lantern Street (feat. Cy Dale)", "Odile Marsh")


@pytest.mark.parametrize(
    ("others", "is_known"),
    [
        pytest.param([], True, id="nothing else like it"),
        pytest.param([("Lantern Street (Live)", "Odile Marsh")], True, id="another version"),
        pytest.param([LANTERN[:2]], False, id="both forms on the list"),
        pytest.param([OTHER_GUEST], False, id="two guests on the list"),
    ],
)
def test_an_additional_guest_is_the_same_track_unless_the_list_has_both(
    run: Run, folder: Folder, others: list[tuple[str, str]], is_known: bool
):
    put(folder, GUEST, *others)

    run()

    assert (tracks_of_apple()[0] == LANTERN[2]) == is_known
    assert ReviewItem.objects.filter(name=GUEST[0]).exists() != is_known


@pytest.mark.parametrize(("seconds", "is_known"), [(15, False), (16, True), (24, True), (25, False)])
def test_an_additional_guest_and_another_length_is_another_recording(
    run: Run, folder: Folder, seconds: int, is_known: bool
):
    """Spotify says 200.4 seconds."""
    folder.put("spotify", "pop", DAY, spotify([(LANTERN[0], "Odile Marsh, Ben Orr", LANTERN[2]), *OTHERS]))
    body = apple([("Lantern Street", "Odile Marsh", None), *OTHERS])
    folder.put("apple_music", "pop", DAY, body.replace(b"3m 20s", f"3m {seconds}s".encode()))

    run()

    assert (tracks_of_apple()[0] == LANTERN[2]) == is_known


def test_a_third_guest_matches_neither_of_two_tracks_with_guests(run: Run, folder: Folder):
    guest: Track = ("Lantern Street", "Odile Marsh, Ben Orr", "ZZTST2500102")
    folder.put("spotify", "pop", DAY, spotify([LANTERN, guest, *OTHERS]))
    folder.put("apple_music", "pop", DAY, apple([(*OTHER_GUEST, None), *OTHERS]))

    run()

    assert tracks_of_apple()[0] is None


def test_probable_matches_are_decided_by_each_days_lists(run: Run, folder: Folder):
    put(folder, GUEST)
    run()
    put(folder, GUEST, LANTERN[:2], day=NEXT)

    run()

    assert tracks_of_apple()[0] == LANTERN[2]
    assert tracks_of_apple(NEXT)[:2] == [None, LANTERN[2]]


@pytest.mark.parametrize("known_before", [True, False])
def test_one_isrc_with_two_dissimilar_titles_is_listed_for_review(
    run: Run, folder: Folder, known_before: bool
):
    wrong: Track = ("Nothing Alike", "Nobody Here", LANTERN[2])
    if known_before:
        folder.put("spotify", "pop", DAY, spotify([LANTERN, *OTHERS]))
        folder.put("soundcloud", "pop", DAY, soundcloud([LANTERN, *OTHERS]))
        run()
    folder.put(
        "spotify", "pop", NEXT, spotify([wrong, LANTERN, *OTHERS] if known_before else [LANTERN, wrong])
    )
    folder.put("soundcloud", "pop", NEXT, soundcloud([wrong, *OTHERS]))

    run()

    found = RawEntry.objects.filter(name="Nothing Alike", edition__issued_on=NEXT)
    assert list(found.values_list("track", flat=True)) == [None, None]
    right = RawEntry.objects.filter(name="Lantern Street", edition__issued_on=NEXT)
    assert right.values_list("track__isrc").get() == (LANTERN[2],)
    assert ChartTrack.objects.get(isrc=LANTERN[2]).name == "Lantern Street"
    assert set(ReviewItem.objects.values_list("candidate__isrc")) == {(LANTERN[2],)}


@pytest.mark.parametrize(
    ("title", "artist"),
    [
        ("Odile Marsh - Lantern Street [Night Label]", "Night Label"),
        ("Lantern Street (Night Bus Remix)", "someone"),
        ("ランタン・ストリート", "Odile Marsh"),
    ],
)
def test_another_spelling_keeps_its_isrc(run: Run, folder: Folder, title: str, artist: str):
    folder.put("spotify", "pop", DAY, spotify([LANTERN]))
    folder.put("soundcloud", "pop", DAY, soundcloud([(title, artist, LANTERN[2])]))

    run()

    assert set(RawEntry.objects.values_list("track__isrc")) == {(LANTERN[2],)}


def test_a_title_that_contains_another_keeps_its_isrc(run: Run, folder: Folder):
    """Services list the artists of a reworked title otherwise."""
    folder.put(
        "spotify", "pop", DAY, spotify([("Night Bus / BRISA, Sol - Rework", "Odile Marsh", LANTERN[2])])
    )
    folder.put(
        "soundcloud", "pop", DAY, soundcloud([("Night Bus / BRISA - Rework", "Odile Marsh", LANTERN[2])])
    )

    run()

    assert set(RawEntry.objects.values_list("track__isrc")) == {(LANTERN[2],)}


def test_the_admin_links_a_review_to_its_decision(run: Run, folder: Folder, admin_client: Client):
    item = item_of(run, folder)
    listed = admin_client.get(reverse("admin:charts_reviewitem_changelist"))
    assert f"source_track_id={item.service_track_id}&amp;isrc={LANTERN[2]}" in listed.content.decode()

    address = reverse("admin:charts_manualmatch_add")
    form = {"source": "apple_music", "source_track_id": item.service_track_id, "isrc": "no code"}
    rejected = admin_client.post(address, form)
    assert rejected.status_code == 200
    assert "is not an ISRC" in rejected.content.decode()

    saved = admin_client.post(address, form | {"isrc": "zztst2500101"})
    assert saved.status_code == 302
    word = ManualMatch.objects.get()
    assert (word.isrc, word.decided_by) == (LANTERN[2], "admin")
    run()
    assert tracks_of_apple()[0] == LANTERN[2]

    gone = admin_client.post(reverse("admin:charts_manualmatch_delete", args=[word.pk]), {"post": "yes"})
    assert gone.status_code == 302
    run()
    assert tracks_of_apple()[0] is None
