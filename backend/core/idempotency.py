"""Answers to named writes, kept for a day: the same write again changes nothing and is answered alike.

The answer is stored in the transaction of the write itself. So it is there exactly if the write happened,
also when the process dies between commit and answer, and of two that arrive at once the second waits for
the first.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.answers import answer
from core.errors import ApiError, IdempotencyKeyReused, Unavailable, as_api_error
from core.identity import asks_for_identity, caller_of, network_key, visit_of
from core.models import KeptAnswer
from core.portions import delete_in_portions
from core.statements import insert, update

KEPT_FOR = timedelta(hours=24)
# Refusals that a rule gave: asking again would give them again. Others may turn out differently.
KEPT_REFUSALS = {403, 404, 409}
KEPT_HEADERS = ("Content-Type", "Location", "X-Stream-Epoch", "X-Stream-Seq")
REPLAYED = "Idempotency-Replayed"
# A larger body is not kept where its view gave a recipe to make it anew.
MAX_KEPT_BYTES = 16 * 1024
# Old answers that one write deletes at most. A process that found fewer looks again after a while.
FORGOTTEN_PER_WRITE = 20
LOOK_EVERY = timedelta(minutes=1)
# The first answer may go, with its account, between two looks.
ATTEMPTS = 3


def once(
    request: HttpRequest, *, key: str, respond: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """Responds to a named write, or gives the answer that it got the first time."""
    try:
        fingerprint = _fingerprint(request)
        caller = _caller_key(request)
        later: list[Callable[[], object]] = request.__dict__.setdefault("tutti_later", [])
        with transaction.atomic():
            response = _first_or_kept(
                request, caller=caller, key=key, fingerprint=fingerprint, respond=respond
            )
        for action in later if response.status_code < 400 else ():
            action()
        return response
    except ApiError as error:
        return answer(error)
    except Exception as error:  # what the middleware below could not answer itself
        return answer(as_api_error(error))


def forget_old_answers() -> int:
    """Deletes every answer that is no longer kept, also where nobody writes any more; returns how many."""
    return delete_in_portions(KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR))


def subject_of_repeat(request: HttpRequest) -> str:
    """Whom the first answer was about, in a view whose answers carry a token; empty the first time."""
    subject: str = request.__dict__.get("tutti_subject", "")
    return subject


def keep_only_subject(response: HttpResponseBase, subject: str) -> None:
    """Marks an answer that carries a token: not it is kept, but whom it is about."""
    response.__dict__["tutti_subject"] = subject


def keep_writes(request: HttpRequest) -> None:
    """Marks a refusal that has changed something: its key may be tried again, what was written stays."""
    request.__dict__["tutti_keeps_writes"] = True


def after_write(request: HttpRequest, action: Callable[[], object]) -> None:
    """Calls it outside of the transaction of a named write, as its last part; of any other write at once.

    For what needs more than one transaction. It is called by repeats too, so it must be safe to repeat.
    """
    later: list[Callable[[], object]] | None = request.__dict__.get("tutti_later")
    if later is None:
        action()
    else:
        later.append(action)


def recipe_of_repeat(request: HttpRequest) -> str:
    """What the view gave to make the first, large answer anew; empty the first time."""
    recipe: str = request.__dict__.get("tutti_recipe", "")
    return recipe


def keep_recipe(response: HttpResponseBase, recipe: str) -> None:
    """Marks an answer that may be large: where it is, only this is kept, and a repeat asks the view again."""
    response.__dict__["tutti_recipe"] = recipe


def note_shown(response: HttpResponseBase, thing: str) -> None:
    """Marks an answer that shows something which others may change later, so that it can be found then."""
    response.__dict__["tutti_shown"] = thing


def _first_or_kept(
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
            _keep(kept, response)
        return response
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    if kept.recipe:
        return _made_anew(kept, request, respond)
    return _about_the_same(kept, request, respond) if kept.subject else _replayed(kept)


def _found(*, caller: str, key: str) -> KeptAnswer | None:
    """Locked where an answer is to be made anew. None when its account has just gone, and it with it."""
    kept = KeptAnswer.objects.filter(caller=caller, key=key)
    found = kept.first()
    return kept.select_for_update().first() if found and found.subject else found


def _reserved(*, caller: str, key: str, fingerprint: str) -> tuple[KeptAnswer, bool]:
    """The row of this write, and whether it is new. Another request with the key waits here for the first."""
    now = timezone.now()
    _forget_some(now)
    first = KeptAnswer(caller=caller, key=key, fingerprint=fingerprint, created_at=now)
    written = {field.name: getattr(first, field.attname) for field in KeptAnswer._meta.concrete_fields[1:]}
    for _ in range(ATTEMPTS):
        first.pk = insert(KeptAnswer, written, on_conflict='ON CONFLICT ("caller", "key") DO NOTHING')
        if first.pk is not None:
            return first, True
        found = _found(caller=caller, key=key)
        if found and found.created_at >= now - KEPT_FOR:
            return found, False
        KeptAnswer.objects.filter(caller=caller, key=key, created_at__lt=now - KEPT_FOR).delete()
    raise Unavailable  # another request makes and takes back the same one again and again


def _keep(kept: KeptAnswer, response: HttpResponseBase) -> None:
    """Completes the row, or takes back everything when the same key may try again."""
    is_kept = 200 <= response.status_code < 300 or response.status_code in KEPT_REFUSALS
    if not is_kept or not isinstance(response, HttpResponse):
        transaction.set_rollback(True)
        return
    kept.status = response.status_code
    kept.subject = response.__dict__.get("tutti_subject", "")
    is_large = len(response.content) > MAX_KEPT_BYTES
    kept.recipe = response.__dict__.get("tutti_recipe", "") if is_large else ""
    if not kept.subject:
        kept.body = "" if kept.recipe else response.content.decode()
        kept.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        kept.shows = response.__dict__.get("tutti_shown", "")
    changed = ("status", "subject", "shows", "recipe", "body", "headers")
    update(KeptAnswer, kept.pk, {name: getattr(kept, name) for name in changed})


def _replayed(kept: KeptAnswer) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status, headers={**kept.headers, REPLAYED: "true"})
    if "Content-Type" not in kept.headers:  # Django gives one to an empty answer, too
        del response["Content-Type"]
    response["Content-Length"] = str(len(response.content))
    return response


def _made_anew(
    kept: KeptAnswer, request: HttpRequest, respond: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """What the first answer told of, which its view reads again."""
    request.__dict__["tutti_recipe"] = kept.recipe
    response = respond(request)
    if response.status_code == kept.status:
        response[REPLAYED] = "true"
    return response


def _about_the_same(
    kept: KeptAnswer, request: HttpRequest, respond: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """A new answer about whom the first one was about; where that one is gone, it is a first one again."""
    request.__dict__["tutti_subject"] = kept.subject
    response = respond(request)
    if response.__dict__.get("tutti_subject") == kept.subject:
        response[REPLAYED] = "true"
    else:
        _keep(kept, response)
    return response


def _forget_some(now: datetime) -> None:
    """Leaves alone what another write forgets just now: waiting for that, all writes would be one queue."""
    if not _next_look.is_due(now):
        return
    before = now - KEPT_FOR
    passed = KeptAnswer.objects.select_for_update(skip_locked=True).filter(created_at__lt=before)
    old = passed.order_by("created_at").values_list("pk", flat=True)
    if gone := list(old[:FORGOTTEN_PER_WRITE]):
        KeptAnswer.objects.filter(pk__in=gone).delete()
    if len(gone) < FORGOTTEN_PER_WRITE:
        _next_look.after(now)


class _NextLook:
    """When this process looks for old answers again: after it found no more of them, in a while."""

    def __init__(self) -> None:
        self._at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        return self._at is None or not now < self._at <= now + LOOK_EVERY

    def after(self, now: datetime) -> None:
        self._at = now + LOOK_EVERY

    def forget(self) -> None:
        self._at = None


_next_look = _NextLook()


def look_soon() -> None:
    """For a database that is another from here on, as after a test that was rolled back."""
    _next_look.forget()


def _fingerprint(request: HttpRequest) -> str:
    """Keyed: a body may hold a password, which could be guessed by a bare hash of it."""
    parts = (str(request.method).encode(), request.get_full_path().encode(), request.body)
    return salted_hmac("kept answer", b"\n".join(parts), algorithm="sha256").hexdigest()


def _caller_key(request: HttpRequest) -> str:
    """Whose key it is. Who asks for a new identity is known by the network alone, cookie or not."""
    if asks_for_identity(request):
        visit = visit_of(request)
        return network_key(visit.address, visit.user_agent)
    return caller_of(request).key
