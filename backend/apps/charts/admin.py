"""Charts in the admin: the pipeline's records to look at, and what needs somebody's look."""

from django.contrib import admin

from apps.charts.models import (
    ChartTrack,
    Delivery,
    Edition,
    PipelineEvent,
    RawEdition,
    ReviewItem,
    ServiceTrack,
    StageRun,
)
from core.admin_bases import LookOnlyAdmin


@admin.register(StageRun)
class StageRunAdmin(LookOnlyAdmin[StageRun]):
    list_display = ["stage", "status", "started_at", "ended_at", "rows_in", "rows_out", "rows_failed"]
    list_filter = ["stage", "status", "started_at"]


@admin.register(RawEdition)
class RawEditionAdmin(LookOnlyAdmin[RawEdition]):
    list_display = ["service", "genre", "issued_on", "status", "fetched_at", "failure", "is_sample"]
    list_filter = ["service", "genre", "status", "is_sample"]


@admin.register(Edition)
class EditionAdmin(LookOnlyAdmin[Edition]):
    list_display = ["genre", "issued_on", "published_at", "is_due", "is_to_publish", "is_sample"]
    list_filter = ["genre", "is_sample"]


@admin.register(ChartTrack)
class ChartTrackAdmin(LookOnlyAdmin[ChartTrack]):
    list_display = ["name", "artist", "isrc", "origins"]
    search_fields = ["name", "artist", "=isrc"]


@admin.register(ReviewItem)
class ReviewItemAdmin(LookOnlyAdmin[ReviewItem]):
    list_display = ["name", "artist", "service", "genre", "last_seen_on", "score", "settled_at"]
    list_filter = ["service", "genre", ("settled_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "artist", "=service_track_id"]


@admin.register(ServiceTrack)
class ServiceTrackAdmin(LookOnlyAdmin[ServiceTrack]):
    list_display = ["service", "service_track_id", "track", "how", "score"]
    list_filter = ["service", "how"]
    list_select_related = ["track"]
    search_fields = ["=service_track_id", "=track__isrc"]


@admin.register(PipelineEvent)
class PipelineEventAdmin(LookOnlyAdmin[PipelineEvent]):
    list_display = ["kind", "payload", "created_at"]
    list_filter = ["kind", "created_at"]


@admin.register(Delivery)
class DeliveryAdmin(LookOnlyAdmin[Delivery]):
    list_display = ["event", "consumer", "attempts", "failure", "done_at"]
    list_filter = ["consumer", ("done_at", admin.EmptyFieldListFilter)]
    list_select_related = ["event"]
