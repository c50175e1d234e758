"""Which of all known tracks a name may mean: those that share its rarer words, found by an index."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import Count

from apps.charts.matching import Recording
from apps.charts.matching.text_similarity import latin, words_of
from apps.charts.models import MAX_WORD_LENGTH, ChartTrack, TrackWord

# Which tell no track from another.
COMMON = frozenset(
    ["the", "a", "an", "of", "and", "feat", "ft", "featuring", "with", "remix", "official", "video", "audio"]
)
# A word of more tracks than this is not used: it would find too many.
MAX_TRACKS_OF_WORD = 200
# Of each name: those that share the most, and the rarest, of its words.
MAX_CANDIDATES = 40
WORDS_PER_QUERY = 500
# Services that name every artist of a recording.
NAMES_EVERYONE = frozenset(["spotify", "apple_music"])

Name = tuple[str, str]


def words_in(title: str, artist: str) -> set[str]:
    """In one way of writing, and in Latin letters where they are others."""
    words: set[str] = set()
    for text in (title, artist):
        normalised_text = words_of(text)
        words.update(normalised_text.split())
        words.add(normalised_text.replace(" ", ""))  # "night core", "nightcore"
        if not normalised_text.isascii():
            words.update(words_of(latin(word)) for word in normalised_text.split())
    cut = {word[:MAX_WORD_LENGTH] for word in words if word}
    return (cut - COMMON) or cut


def index_words(tracks: Iterable[ChartTrack]) -> None:
    """For tracks that are new, or are called otherwise now. Within a transaction."""
    tracks = list(tracks)
    wanted = {track.pk: words_in(track.name, track.artist) for track in tracks}
    for at in range(0, len(tracks), WORDS_PER_QUERY):
        part = [track.pk for track in tracks[at : at + WORDS_PER_QUERY]]
        known: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for pk, track, word in TrackWord.objects.filter(track__in=part).values_list("pk", "track", "word"):
            known[track][word] = pk
        gone = [pk for one in part for word, pk in known[one].items() if word not in wanted[one]]
        TrackWord.objects.filter(pk__in=gone).delete()
        TrackWord.objects.bulk_create(
            [
                TrackWord(track_id=one, word=word)
                for one in part
                for word in sorted(wanted[one])
                if word not in known[one]
            ],
            batch_size=settings.ETL_BATCH_SIZE,
            ignore_conflicts=True,
        )


def candidates(names: Collection[Name], *, first: Collection[int] = ()) -> dict[Name, list[Recording]]:
    """By (title, artist), the likeliest by their words first; of equals those of `first`, then the oldest.

    Costs a few queries, however many names and tracks there are.
    """
    words = {name: words_in(*name) for name in names}
    tracks_of = _tracks_of({word for some in words.values() for word in some})
    chosen = {name: _chosen(some, tracks_of, first) for name, some in words.items()}
    tracks = ChartTrack.objects.in_bulk({one for some in chosen.values() for one in some})
    return {name: [recording_of(tracks[one]) for one in some] for name, some in chosen.items()}


def recording_of(track: ChartTrack) -> Recording:
    return Recording(track.isrc, track.name, track.artist, track.origins.get("artist") in NAMES_EVERYONE)


def _tracks_of(words: Collection[str]) -> Mapping[str, Sequence[int]]:
    """Ids by word. A name has two fields at least: one of their words is rare, or it has no rare word."""
    counted: dict[str, int] = {}
    ordered = sorted(words)
    for at in range(0, len(ordered), WORDS_PER_QUERY):
        rows = TrackWord.objects.filter(word__in=ordered[at : at + WORDS_PER_QUERY])
        counted.update(rows.values_list("word").annotate(Count("pk")).order_by())
    rare = [word for word in ordered if 0 < counted.get(word, 0) <= MAX_TRACKS_OF_WORD]
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at in range(0, len(rare), WORDS_PER_QUERY):
        rows = TrackWord.objects.filter(word__in=rare[at : at + WORDS_PER_QUERY])
        for word, track in rows.values_list("word", "track"):
            found[word].append(track)
    return found


def _chosen(words: set[str], tracks_of: Mapping[str, Sequence[int]], first: Collection[int]) -> list[int]:
    weights: defaultdict[int, float] = defaultdict(float)
    for word in words:
        tracks = tracks_of.get(word, ())
        for track in tracks:
            weights[track] += 1 / len(tracks)
    likely = sorted(weights, key=lambda track: (-weights[track], track))[:MAX_CANDIDATES]
    return sorted(likely, key=lambda track: (track not in first, track))
