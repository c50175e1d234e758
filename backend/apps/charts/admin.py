"""Charts in the admin: the pipeline's records, read-only, and what needs a manual review."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.charts.genres import MusicService
from apps.charts.models import ChartTrack, Edition, ManualMatch, RawEdition, ReviewItem, ServiceTrack
from apps.charts.pipeline_models import OutboxDelivery, OutboxEvent, StageRun
from apps.charts.services import delete_match, save_match
from apps.tracks.metadata import MetadataError, checked_isrc
from core.admin import LockingAdmin, PartialUpdateForm, ReadOnlyAdmin


@admin.register(StageRun)
class StageRunAdmin(ReadOnlyAdmin[StageRun]):
    list_display = [
        "stage",
        "status",
        "started_at",
        "ended_at",
        "rows_in",
        "rows_out",
        "rows_for_review",
        "rows_failed",
        "unreadable",
        "anomalies",
        "stale",
    ]
    list_filter = ["stage", "status", "started_at"]


@admin.register(RawEdition)
class RawEditionAdmin(ReadOnlyAdmin[RawEdition]):
    list_display = ["service", "genre", "issued_on", "status", "fetched_at", "failure", "is_sample"]
    list_filter = ["service", "genre", "status", "is_sample"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin[Edition]):
    list_display = ["genre", "issued_on", "published_at", "is_due", "is_to_publish", "is_sample"]
    list_filter = ["genre", "is_sample"]


@admin.register(ChartTrack)
class ChartTrackAdmin(ReadOnlyAdmin[ChartTrack]):
    list_display = ["name", "artist", "isrc", "origins"]
    search_fields = ["name", "artist", "=isrc"]


@admin.register(ReviewItem)
class ReviewItemAdmin(ReadOnlyAdmin[ReviewItem]):
    list_display = [
        *(
            "name",
            "artist",
            "service",
            "genre",
            "last_seen_on",
            "candidate",
            "score",
            "settled_at",
            "decision",
        )
    ]
    list_filter = ["service", "genre", ("settled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["candidate"]
    search_fields = ["name", "artist", "=service_track_id"]

    @admin.display(description="decide")
    def decision(self, item: ReviewItem) -> str:
        """The form for a person's word, filled in with what comes closest."""
        query = {"source": item.service, "source_track_id": item.service_track_id}
        if item.candidate:
            query["isrc"] = item.candidate.isrc
        address = f"{reverse('admin:charts_manualmatch_add')}?{urlencode(query)}"
        return format_html('<a href="{}">Choose the recording</a>', address)


class ManualMatchForm(PartialUpdateForm[ManualMatch]):
    source = forms.ChoiceField(choices=MusicService.choices)

    def clean_isrc(self) -> str | None:
        try:
            return checked_isrc(self.cleaned_data["isrc"]) if self.cleaned_data["isrc"] else None
        except MetadataError as error:
            raise forms.ValidationError(f"It {error}.") from None


@admin.register(ManualMatch)
class ManualMatchAdmin(LockingAdmin[ManualMatch]):
    """Which recording a service's track is, as people say; without an ISRC: none that is known."""

    form = ManualMatchForm
    fields = ["source", "source_track_id", "isrc", "decided_by", "decided_at"]
    readonly_fields = ["decided_by", "decided_at"]
    list_display = ["source", "source_track_id", "isrc", "decided_by", "decided_at"]
    list_filter = ["source"]
    search_fields = ["=source_track_id", "=isrc"]

    def get_readonly_fields(self, request: HttpRequest, obj: ManualMatch | None = None) -> list[str]:
        """A word about another track is another word."""
        of_track = ["source", "source_track_id"] if obj else []
        return [*of_track, *self.readonly_fields]

    def save_model(self, request: HttpRequest, obj: ManualMatch, form: Any, change: bool) -> None:
        obj.pk = save_match(
            source=obj.source,
            source_track_id=obj.source_track_id,
            isrc=obj.isrc,
            decided_by=request.user.get_username(),
        ).pk

    def delete_model(self, request: HttpRequest, obj: ManualMatch) -> None:
        delete_match(source=obj.source, source_track_id=obj.source_track_id)


@admin.register(ServiceTrack)
class ServiceTrackAdmin(ReadOnlyAdmin[ServiceTrack]):
    list_display = ["service", "service_track_id", "track", "how", "score"]
    list_filter = ["service", "how"]
    list_select_related = ["track"]
    search_fields = ["=service_track_id", "=track__isrc"]


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin[OutboxEvent]):
    list_display = ["kind", "payload", "created_at"]
    list_filter = ["kind", "created_at"]


@admin.register(OutboxDelivery)
class OutboxDeliveryAdmin(ReadOnlyAdmin[OutboxDelivery]):
    list_display = ["event", "consumer", "attempts", "failure", "done_at"]
    list_filter = ["consumer", ("done_at", admin.EmptyFieldListFilter)]
    list_select_related = ["event"]
