"""Idempotency records: a repeated write changes nothing, and gets the stored response for a day.

The response is stored in the transaction of the write itself. So it exists if and only if the write happened,
even if the process dies between commit and response. Of two concurrent requests, the second waits for
the first.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.database import delete_in_batches
from core.error_responses import error_response
from core.errors import ApiError, IdempotencyKeyReused, Unavailable, as_api_error
from core.identity import asks_for_identity, caller_of, network_key, visit_of
from core.models import IdempotencyRecord
from core.request_context import django_request
from core.statements import insert, update_later

RETENTION = timedelta(hours=24)
# Errors of rules: a retry would get them again. Other errors may not occur again.
STORED_ERROR_STATUSES = {403, 404, 409}
STORED_HEADERS = ("Content-Type", "Location", "X-Stream-Epoch", "X-Stream-Seq")
REPLAYED = "Idempotency-Replayed"
# A larger body is not stored if its view gave a recipe to make it again.
MAX_STORED_BYTES = 16 * 1024
# Old records that one write deletes at most. A process that found fewer looks again after a while.
PURGED_PER_WRITE = 20
LOOK_EVERY = timedelta(minutes=1)
# The first record may be deleted with its account between two attempts.
ATTEMPTS = 3


def run_idempotent(
    request: HttpRequest, *, key: str, respond: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """Runs a write with a key, or returns the response that it got the first time."""
    try:
        fingerprint = _fingerprint(request)
        caller = _caller_key(request)
        later: list[Callable[[], object]] = request.__dict__.setdefault("tutti_later", [])
        with transaction.atomic():
            response = _first_or_stored(
                request, caller=caller, key=key, fingerprint=fingerprint, respond=respond
            )
        for action in later if response.status_code < 400 else ():
            action()
        return response
    except ApiError as error:
        return error_response(error)
    except Exception as error:  # an exception that the middleware below did not convert to a response
        return error_response(as_api_error(error))


def purge_expired_records() -> int:
    """Purges expired records, also of clients that write no more; returns how many."""
    return delete_in_batches(IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - RETENTION))


def replayed_subject(request: HttpRequest) -> str:
    """The subject of the first response, for views that return tokens; empty the first time."""
    subject: str = django_request(request).__dict__.get("tutti_subject", "")
    return subject


def store_only_subject(response: HttpResponseBase, subject: str) -> None:
    """Marks a response with a token: only its subject is stored."""
    response.__dict__["tutti_subject"] = subject


def commit_writes(request: HttpRequest) -> None:
    """Marks an error that has changed something: its writes are committed, and its key may be retried."""
    django_request(request).__dict__["tutti_keeps_writes"] = True


def after_write(request: HttpRequest, action: Callable[[], object]) -> None:
    """Calls it after the transaction of a write with a key, as its last part; of other writes immediately.

    For what needs more than one transaction. It is called by repeats too, so it must be safe to repeat.
    """
    later: list[Callable[[], object]] | None = django_request(request).__dict__.get("tutti_later")
    if later is None:
        action()
    else:
        later.append(action)


def replayed_recipe(request: HttpRequest) -> str:
    """The data from which the view can rebuild the first, large response; empty the first time."""
    recipe: str = django_request(request).__dict__.get("tutti_recipe", "")
    return recipe


def store_recipe(response: HttpResponseBase, recipe: str) -> None:
    """Marks a response that may be large: then only the recipe is stored, and a repeat calls the view."""
    response.__dict__["tutti_recipe"] = recipe


def store_shown_item(response: HttpResponseBase, thing: str) -> None:
    """Marks a response that shows data which others may change later, so that it can be found then."""
    response.__dict__["tutti_shown"] = thing


def _first_or_stored(
    request: HttpRequest,
    *,
    caller: str,
    key: str,
    fingerprint: str,
    respond: Callable[[HttpRequest], HttpResponseBase],
) -> HttpResponseBase:
    kept, is_first = _reserved(caller=caller, key=key, fingerprint=fingerprint)
    if is_first:
        response = respond(request)
        if request.__dict__.get("tutti_keeps_writes"):
            kept.delete()
        else:
            _store(kept, response)
        return response
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    if kept.recipe:
        return _rebuilt_response(kept, request, respond)
    return _is_same_request(kept, request, respond) if kept.subject else _replayed(kept)


def _found(*, caller: str, key: str) -> IdempotencyRecord | None:
    """Locked if a response is to be made again. None if it was just deleted with its account."""
    kept = IdempotencyRecord.objects.filter(caller=caller, key=key)
    found = kept.first()
    return kept.select_for_update().first() if found and found.subject else found


def _reserved(*, caller: str, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    """The row of this write, and whether it is new. Another request with the key waits here for the first."""
    now = timezone.now()
    _purge_some(now)
    first = IdempotencyRecord(caller=caller, key=key, fingerprint=fingerprint, created_at=now)
    written = {
        field.name: getattr(first, field.attname) for field in IdempotencyRecord._meta.concrete_fields[1:]
    }
    for _ in range(ATTEMPTS):
        first.pk = insert(IdempotencyRecord, written, on_conflict='ON CONFLICT ("caller", "key") DO NOTHING')
        if first.pk is not None:
            return first, True
        found = _found(caller=caller, key=key)
        if found and found.created_at >= now - RETENTION:
            return found, False
        IdempotencyRecord.objects.filter(caller=caller, key=key, created_at__lt=now - RETENTION).delete()
    raise Unavailable  # another request inserts and rolls back the same record again and again


def _store(kept: IdempotencyRecord, response: HttpResponseBase) -> None:
    """Completes the row, or rolls back everything if the same key may be retried."""
    is_kept = 200 <= response.status_code < 300 or response.status_code in STORED_ERROR_STATUSES
    if not is_kept or not isinstance(response, HttpResponse):
        transaction.set_rollback(True)
        return
    kept.status = response.status_code
    kept.subject = response.__dict__.get("tutti_subject", "")
    is_large = len(response.content) > MAX_STORED_BYTES
    kept.recipe = response.__dict__.get("tutti_recipe", "") if is_large else ""
    if not kept.subject:
        kept.body = "" if kept.recipe else response.content.decode()
        kept.headers = {name: response[name] for name in STORED_HEADERS if name in response}
        kept.shows = response.__dict__.get("tutti_shown", "")
    changed = ("status", "subject", "shows", "recipe", "body", "headers")
    update_later(IdempotencyRecord, kept.pk, {name: getattr(kept, name) for name in changed})


def _replayed(kept: IdempotencyRecord) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status, headers={**kept.headers, REPLAYED: "true"})
    if "Content-Type" not in kept.headers:  # Django adds one to an empty response, too
        del response["Content-Type"]
    response["Content-Length"] = str(len(response.content))
    return response


def _rebuilt_response(
    kept: IdempotencyRecord, request: HttpRequest, respond: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """The objects of the first response, which its view reads again."""
    request.__dict__["tutti_recipe"] = kept.recipe
    response = respond(request)
    if response.status_code == kept.status:
        response[REPLAYED] = "true"
    return response


def _is_same_request(
    kept: IdempotencyRecord, request: HttpRequest, respond: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """A new response for the same subject; if the first record was deleted, the write runs as new."""
    request.__dict__["tutti_subject"] = kept.subject
    response = respond(request)
    if response.__dict__.get("tutti_subject") == kept.subject:
        response[REPLAYED] = "true"
    else:
        _store(kept, response)
    return response


def _purge_some(now: datetime) -> None:
    """Skips rows that another write is deleting: waiting for it would serialise all writes."""
    if not _next_look.is_due(now):
        return
    before = now - RETENTION
    passed = IdempotencyRecord.objects.select_for_update(skip_locked=True).filter(created_at__lt=before)
    old = passed.order_by("created_at").values_list("pk", flat=True)
    if gone := list(old[:PURGED_PER_WRITE]):
        IdempotencyRecord.objects.filter(pk__in=gone).delete()
    if len(gone) < PURGED_PER_WRITE:
        _next_look.after(now)


class _NextLook:
    """When this process looks for old records again: a while after it found no more of them."""

    def __init__(self) -> None:
        self._at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        return self._at is None or not now < self._at <= now + LOOK_EVERY

    def after(self, now: datetime) -> None:
        self._at = now + LOOK_EVERY


_next_look = _NextLook()


def _fingerprint(request: HttpRequest) -> str:
    """Keyed: a body may hold a password, which could be guessed by a bare hash of it."""
    parts = (str(request.method).encode(), request.get_full_path().encode(), request.body)
    return salted_hmac("idempotency record", b"\n".join(parts), algorithm="sha256").hexdigest()


def _caller_key(request: HttpRequest) -> str:
    """The owner of the key. A client that requests a new identity is identified by its network alone."""
    if asks_for_identity(request):
        visit = visit_of(request)
        return network_key(visit.address, visit.user_agent)
    return caller_of(request).key
