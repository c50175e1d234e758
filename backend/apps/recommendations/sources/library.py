"""The sources of candidates from the library: general, content-based, collaborative and co-queued tracks."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.utils import timezone

from apps.analytics.selectors import popular_since
from apps.playlist.selectors import queued_together_with
from apps.realtime.decorators import cache_result
from apps.recommendations.catalogue import Catalogue
from apps.recommendations.engine.dataset import Floats, Integers
from apps.recommendations.engine.model import Model, main_reasons
from apps.recommendations.sources.base import Candidate, Interaction, Liked, Preferences, Reason, ReasonKind
from apps.recommendations.training import artist_item, track_item
from apps.tracks.normalisation import folded, normalised

# --- General: popular, newest and known tracks, so that every list has something -----------------------


POPULAR_DAYS = 30
MAX_POPULAR = 500
# The list is the same for all users.
CACHED_SECONDS = 60


class PopularitySource:
    name = "popularity"

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        popular = popular_tracks()
        without = {*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)}
        highest = popular[0][1] if popular else 1
        offered = [(track_id, times) for track_id, times in popular if track_id not in without]
        return [
            Candidate(times / highest, (_popular(times),), track_id=track_id)
            for track_id, times in offered[:most]
        ]


class NewestSource:
    name = "newest"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        """The newest first; scores fall from 1 to 0.5."""
        may = self._catalogue.allowed(
            without_tracks=[*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)],
            without_artists=preferences.avoided_artists,
        )
        newest = self._catalogue.ids[may][::-1][:most]
        reason = Reason(ReasonKind.NEW_HERE, "One of the newest tracks here")
        return [
            Candidate(1 - number / (2 * most), (reason,), track_id=int(track_id))
            for number, track_id in enumerate(newest)
        ]


class KnownSource:
    """Tracks that the user already likes, for the end of a list that no other source fills."""

    name = "known"

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        highest = preferences.liked[0].weight if preferences.liked else 1.0
        return [
            Candidate(
                one.weight / highest,
                (Reason(ReasonKind.KNOWN_BEFORE, f"You {one.interaction} this", one.track_id),),
                track_id=one.track_id,
            )
            for one in preferences.liked[:most]
        ]


@cache_result(timeout=CACHED_SECONDS)
def popular_tracks() -> list[tuple[int, int]]:
    """(track id, number of plays, likes and shares), the most popular first."""
    return popular_since(timezone.now(), days=POPULAR_DAYS, most=MAX_POPULAR)


def _popular(times: int) -> Reason:
    often = "once" if times == 1 else f"{times} times"
    text = f"Played, liked or shared {often} here in the last {POPULAR_DAYS} days"
    return Reason(ReasonKind.POPULAR, text)


# --- Content-based: artists and genres that the user named or likes, genres of a mood ------------------


GENRES_BY_MOOD = {
    "energetic": ("rock", "metal", "punk", "electronic", "techno", "drum and bass", "hip hop", "dance"),
    "calm": ("ambient", "classical", "acoustic", "folk", "jazz", "chillout", "new age", "lounge"),
    "happy": ("pop", "disco", "funk", "reggae", "ska", "soul", "swing"),
    "sad": ("blues", "singer songwriter", "slowcore", "ballad", "emo", "fado"),
    "focused": ("classical", "ambient", "instrumental", "minimal", "post rock", "lo fi", "soundtrack"),
    "party": ("dance", "disco", "house", "hip hop", "latin", "edm", "reggaeton", "pop"),
}


def mood_of_genre(genre: str, moods: Sequence[str]) -> str | None:
    """The first of these moods to which the genre belongs."""
    for mood in moods:
        if any(is_kind_of(genre, word) for word in GENRES_BY_MOOD.get(mood, ())):
            return mood
    return None


def is_kind_of(genre: str, wanted: str) -> bool:
    """Whether the genre contains these words: "classic rock" is a kind of "rock", "rockabilly" is not."""
    words = normalised(wanted)
    return bool(words) and f" {words} " in f" {normalised(genre)} "


# The shares of artist and genre in a track's score; their sum is 1.
ARTIST_SHARE, GENRE_SHARE = 0.6, 0.4
SEED, FAVORITE, OF_LIKED, MOOD = 1.0, 0.8, 0.6, 0.4
# The factor for a kind of the requested genre, such as "jazz fusion" for "jazz".
KIND_OF_GENRE = 0.8
# The number of liked tracks whose artists and genres are used, the strongest first.
MAX_LIKED_TRACKS = 50
# The maximum number of candidates by one artist.
MAX_OF_ARTIST = 10
# Of a genre or of the model. Clients show the second reason of rows in a row that have the same first one.
MAX_REASONS = 2

Worth = tuple[float, Reason]


class ContentSource:
    """Candidates by genre and artist. It needs no data of other users, so it also serves new users."""

    name = "content"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        catalogue = self._catalogue
        if not len(catalogue):
            return []
        artists, genres = _artists(preferences), self._genres(preferences)
        by_artist = _column(artists, catalogue.artist_numbers)[catalogue.artists]
        by_genre = _column({key: worths[0] for key, worths in genres.items()}, catalogue.genre_numbers)[
            catalogue.genres
        ]
        may = catalogue.allowed(
            without_tracks=[*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)],
            without_artists=preferences.avoided_artists,
        )
        scores = ARTIST_SHARE * by_artist + GENRE_SHARE * by_genre
        found: list[Candidate] = []
        numbers: dict[str, int] = {}
        for place in catalogue.scored(scores, may, most=most * MAX_OF_ARTIST):
            artist, genre = catalogue.artist_of(place), catalogue.genre_keys[catalogue.genres[place]]
            numbers[artist] = numbers.get(artist, 0) + 1
            if numbers[artist] > MAX_OF_ARTIST:
                continue
            of_artist = [artists[artist]] if artist in artists else []
            reasons = tuple(reason for _, reason in [*of_artist, *genres.get(genre, ())])
            found.append(Candidate(float(scores[place]), reasons, track_id=int(catalogue.ids[place])))
            if len(found) == most:
                break
        return found

    def _genres(self, preferences: Preferences) -> Mapping[str, Sequence[Worth]]:
        """The best reasons for each genre of the library that matches the preferences, best first."""
        liked = self._genres_of_liked(preferences)
        found: dict[str, Sequence[Worth]] = {}
        for key, name in zip(self._catalogue.genre_keys, self._catalogue.genre_names, strict=True):
            worths = [*_named_genres(key, preferences), *liked.get(key, ())] if key else []
            if mood := mood_of_genre(name, preferences.moods):
                worths.append((MOOD, Reason(ReasonKind.MOOD, f"{name} goes with the mood {mood}")))
            if worths:
                found[key] = sorted(worths, key=lambda worth: -worth[0])[:MAX_REASONS]
        return found

    def _genres_of_liked(self, preferences: Preferences) -> Mapping[str, list[Worth]]:
        found: dict[str, list[Worth]] = {}
        for one in preferences.liked[:MAX_LIKED_TRACKS]:
            for place in self._catalogue.places([one.track_id]):
                number = self._catalogue.genres[place]
                name = self._catalogue.genre_names[number]
                reason = Reason(
                    ReasonKind.SAME_GENRE,
                    f"{name}, like {one.title}, which you {one.interaction}",
                    one.track_id,
                )
                found.setdefault(self._catalogue.genre_keys[number], []).append((OF_LIKED, reason))
        return found


def _named_genres(key: str, preferences: Preferences) -> list[Worth]:
    worths = []
    for names, worth, kind, text in (
        (preferences.seed_genres, SEED, ReasonKind.SEED_GENRE, "You asked for"),
        (preferences.favorite_genres, FAVORITE, ReasonKind.FAVORITE_GENRE, "Because you like"),
    ):
        for name in names:
            if folded(name) == key:
                worths.append((worth, Reason(kind, f"{text} {name}")))
            elif is_kind_of(key, name):
                worths.append((worth * KIND_OF_GENRE, Reason(kind, f"{text} {name}")))
    return worths


def _artists(preferences: Preferences) -> Mapping[str, Worth]:
    """By key; seeds take precedence over favorites, and favorites over artists of liked tracks."""
    found: dict[str, Worth] = {}
    for names, worth, kind, text in (
        (preferences.seed_artists, SEED, ReasonKind.SEED_ARTIST, "You asked for"),
        (preferences.favorite_artists, FAVORITE, ReasonKind.FAVORITE_ARTIST, "Because you like"),
    ):
        for name in names:
            found.setdefault(normalised(name) or folded(name), (worth, Reason(kind, f"{text} {name}")))
    for one in preferences.liked[:MAX_LIKED_TRACKS]:
        text = f"By {one.artist}, whose {one.title} you {one.interaction}"
        reason = Reason(ReasonKind.SAME_ARTIST, text, one.track_id)
        found.setdefault(normalised(one.artist) or folded(one.artist), (OF_LIKED, reason))
    return found


def _column(worths: Mapping[str, Worth], numbers: Mapping[str, int]) -> Floats:
    column = np.zeros(len(numbers), np.float32)
    for key, (worth, _) in worths.items():
        if key in numbers:
            column[numbers[key]] = worth
    return column


# --- Collaborative: what users with similar interactions like ------------------------------------------


# Weights of a favorite artist and of a seed artist, relative to one play.
FAVORITE_WEIGHT, SEED_WEIGHT = 3.0, 6.0
# The factor for a track of which the model knows only the artist.
ARTIST_ONLY = 0.8
# A track and its artist are two listens with the same reason.
MAIN_LISTENS = 2 * MAX_REASONS


class CollaborativeSource:
    """Users are folded in from their interactions; the model contains no users."""

    name = "listening"

    def __init__(self, model: Model, catalogue: Catalogue) -> None:
        self._model = model
        self._catalogue = catalogue
        self._of_tracks, self._of_artists = _numbers_in(model, catalogue)

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        history = self._model.history(_listens(preferences))
        if not len(history) or not len(self._catalogue):
            return []
        scores = self._scores_of_tracks(self._model.scores(history))
        may = self._catalogue.allowed(
            without_tracks=[*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)],
            without_artists=preferences.avoided_artists,
        )
        places = self._catalogue.scored(scores, may, most=most)
        by_track, by_artist = self._of_tracks[places], self._of_artists[places]
        explained = np.where(by_track >= 0, by_track, by_artist)
        numbers = main_reasons(self._model, history, explained, most=MAIN_LISTENS)
        reasons = _Reasons(preferences)
        highest = float(scores[places[0]]) if places else 1.0
        return [
            Candidate(float(scores[place]) / highest, found, track_id=int(self._catalogue.ids[place]))
            for place, main in zip(places, numbers, strict=True)
            if (found := reasons.of([self._model.items[number] for number in main]))
        ]

    def _scores_of_tracks(self, scores: Floats) -> Floats:
        """By position in the catalogue; tracks that the model does not contain have 0."""
        known = np.append(scores, np.float32(np.nan))
        track, artist = known[self._of_tracks], known[self._of_artists] * ARTIST_ONLY
        both = np.where(np.isnan(artist), track, (track + artist) / 2)
        return np.nan_to_num(np.where(np.isnan(track), artist, both), nan=0.0)


def _numbers_in(model: Model, catalogue: Catalogue) -> tuple[Integers, Integers]:
    """The numbers of each track and of its artist in the model; -1 if the model does not contain them."""
    artists = np.array([model.numbers.get(artist_item(key), -1) for key in catalogue.artist_keys], np.int64)
    tracks = np.array([model.numbers.get(track_item(int(one)), -1) for one in catalogue.ids], np.int64)
    return tracks, artists[catalogue.artists] if len(catalogue) else tracks


def _listens(preferences: Preferences) -> list[tuple[str, float]]:
    listens = [(track_item(one.track_id), one.weight) for one in preferences.liked]
    listens += [(artist_item(normalised(one.artist)), one.weight) for one in preferences.liked]
    listens += [(artist_item(normalised(name)), FAVORITE_WEIGHT) for name in preferences.favorite_artists]
    listens += [(artist_item(normalised(name)), SEED_WEIGHT) for name in preferences.seed_artists]
    return listens


class _Reasons:
    """Reasons for items of the history: what the user did with them."""

    def __init__(self, preferences: Preferences) -> None:
        self._tracks = {track_item(one.track_id): one for one in preferences.liked}
        # `liked` begins with the strongest, which is used for its artist.
        self._of_artists: dict[str, Liked] = {}
        for one in preferences.liked:
            self._of_artists.setdefault(artist_item(normalised(one.artist)), one)
        self._named = {
            artist_item(normalised(name)): name
            for name in [*preferences.seed_artists, *preferences.favorite_artists]
        }

    def of(self, items: Iterable[str]) -> tuple[Reason, ...]:
        """Up to MAX_REASONS, each once."""
        reasons = dict.fromkeys(reason for item in items if (reason := self._reason(item)))
        return tuple(reasons)[:MAX_REASONS]

    def _reason(self, item: str) -> Reason | None:
        liked = self._tracks.get(item) or self._of_artists.get(item)
        if liked is not None:
            is_liked = liked.interaction == Interaction.LIKED
            kind = ReasonKind.SIMILAR_TO_LIKED if is_liked else ReasonKind.SIMILAR_TO_PLAYED
            return Reason(kind, f"Because you {liked.interaction} {liked.title}", liked.track_id)
        if name := self._named.get(item):
            return Reason(ReasonKind.SIMILAR_TO_FAVORITE, f"Because you named {name}")
        return None


# --- Co-queued: tracks that others queued together with tracks that the user likes ---------------------


# The number of liked tracks that are looked up in queues, the strongest first.
MAX_QUEUED = 20


class CoQueuedSource:
    name = "queues"

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        liked = {one.track_id: one for one in preferences.liked}
        looked_for = list(liked)[:MAX_QUEUED]
        if not looked_for:
            return []
        together = queued_together_with(looked_for)
        highest = max((one.people for one in together), default=1)
        found: dict[int, Candidate] = {}
        for one in together:
            if (
                one.track_id in found
                or one.track_id in liked
                or one.track_id in preferences.avoided_track_ids
            ):
                continue
            text = f"Queued by a person who also queued {liked[one.beside_track_id].title}"
            reason = Reason(ReasonKind.QUEUED_TOGETHER, text, one.beside_track_id)
            found[one.track_id] = Candidate(one.people / highest, (reason,), track_id=one.track_id)
            if len(found) == most:
                break
        return list(found.values())
