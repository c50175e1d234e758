"""The library over HTTP: public to read, staff writes."""

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.tracks.metadata import MAX_GENRE, TrackMetadata
from apps.tracks.payloads import EXAMPLE_TRACK, GenrePayload, track_payload
from apps.tracks.selectors import found_tracks, genre_counts, track_by_id
from apps.tracks.serializers import MAX_SEARCH, ORDERINGS, TrackQuerySerializer, TrackSerializer
from apps.tracks.services import change_track, create_track, delete_track
from core.endpoints import LOCATION, Body, Parameter, ResponseSpec, endpoint
from core.errors import invalid
from core.identity import IsStaffOrReadOnly
from core.pagination import ListOrPages, list_response
from core.response_cache import StoredResponses

_lists = StoredResponses("tracks")
FACTS = Body(
    TrackSerializer,
    {
        "title": "Bohemian Rhapsody",
        "artist": "Queen",
        "album": "A Night at the Opera",
        "duration_seconds": 355,
        "genre": "rock",
        "cover_url": None,
        "isrc": "GBUM71029604",
        "explicit": False,
    },
    name="TrackFacts",
)
TRACK_NOW = ResponseSpec(200, "The track as it is now.", EXAMPLE_TRACK)
STAFF = IsStaffOrReadOnly.has_permission
BAD_METADATA = invalid("Invalid field.", title="This field may not be blank.")


class TrackViewSet(viewsets.ViewSet):
    """The track library."""

    tag = "tracks"
    permission_classes = [IsStaffOrReadOnly]

    @endpoint(
        ResponseSpec(
            200,
            "The tracks that match.",
            [EXAMPLE_TRACK],
            {
                "X-Match-Count": "Of a search without `ordering`, where all were counted: how many match. "
                "`0`: these rows are near.",
                "X-Total-Is-Least": "`true` if the total is a lower bound, because there are too many "
                "matches to count.",
            },
        ),
        parameters=[
            Parameter("search", "query", {"type": "string", "maxLength": MAX_SEARCH}, "Words to look for."),
            Parameter(
                "genre", "query", {"type": "string", "maxLength": MAX_GENRE}, "Only this genre, in any case."
            ),
            Parameter(
                "ordering",
                "query",
                {"type": "string", "enum": ORDERINGS},
                "The field to sort by; `-` reverses the order.",
            ),
        ],
        errors=[invalid("Invalid parameter.", ordering="Must be one of title, artist, …")],
    )
    def list(self, request: Request) -> Response:
        """Search the library.

        Every word of `search` must match title, artist or album, or the name of the genre; case and accents
        do not matter. Without `ordering`, tracks are sorted by id, and search matches by relevance: a title
        that equals the query, a title that starts with it, an artist that does, other matches, matches only
        with the genre; then by id. If no track matches, a search without `ordering` returns up to 20 similar
        tracks (other letters, spaces or scripts), with `X-Match-Count: 0`. In a library of more than 20,000
        tracks, matches beyond 1,000 are counted only for pages. Otherwise `X-Total-Is-Least` is sent, and
        `Link` still leads to all matches.
        """
        return _lists.response(request, lambda: _listed(request))

    @endpoint(ResponseSpec(200, "The genres.", [GenrePayload(genre="rock", count=7)]))
    def genres(self, request: Request) -> Response:
        """All genres, with their numbers of tracks."""
        return list_response(request, genre_counts())

    @endpoint(ResponseSpec(200, "The track.", EXAMPLE_TRACK), errors=[track_by_id])
    def read(self, request: Request, track_id: int) -> Response:
        """One track."""
        del request
        return Response(track_payload(track_by_id(track_id)))

    @endpoint(
        ResponseSpec(201, "The new track.", EXAMPLE_TRACK, LOCATION),
        body=FACTS,
        errors=[STAFF, BAD_METADATA, create_track],
    )
    def create(self, request: Request) -> Response:
        """Add a track to the library (staff)."""
        wanted = TrackSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        track = create_track(metadata=TrackMetadata(**wanted.validated_data))
        return Response(track_payload(track), status=201, headers={"Location": f"{request.path}{track.pk}/"})

    @endpoint(TRACK_NOW, body=FACTS, errors=[STAFF, BAD_METADATA, change_track])
    def replace(self, request: Request, track_id: int) -> Response:
        """Replace the metadata of a track (staff).

        Broadcast to every queue with the track, as `track.updated`.
        """
        wanted = TrackSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(track_payload(change_track(track_id=track_id, changes=wanted.validated_data)))

    @endpoint(
        TRACK_NOW,
        body=Body(TrackSerializer, {"album": "A Night at the Opera"}, name="TrackChange", is_partial=True),
        errors=[STAFF, BAD_METADATA, change_track],
    )
    def change(self, request: Request, track_id: int) -> Response:
        """Correct a track (staff).

        Changes only the given fields. Broadcast to every queue with the track, as `track.updated`.
        """
        wanted = TrackSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        return Response(track_payload(change_track(track_id=track_id, changes=wanted.validated_data)))

    @endpoint(ResponseSpec(204, "Deleted."), errors=[STAFF, delete_track], name="delete")
    def remove(self, request: Request, track_id: int) -> Response:
        """Delete a track, and its items from every queue (staff)."""
        del request
        delete_track(track_id=track_id)
        return Response(status=204)


def _listed(request: Request) -> Response:
    query = TrackQuerySerializer(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    pages = ListOrPages()
    tracks = pages.paginate_queryset(found_tracks(**query.validated_data), request)
    return pages.get_paginated_response([track_payload(track) for track in tracks])
