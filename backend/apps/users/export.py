"""Everything that is stored about a person, in one document."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from apps.users.admin_log import entries_about
from apps.users.belongings import all_belongings
from apps.users.models import LoginSession, User
from apps.users.selectors import account, taste_of
from core.consistent_reads import consistent_read
from core.long_answers import json_answer
from core.models import KeptAnswer
from core.portions import in_portions


def export_of(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """All of one moment; long lists are read and written in portions. Raises NotFound."""
    with consistent_read():
        user = account(user_id)
        parts: dict[str, Any] = {
            "exported_at": timezone.now(),
            "account": _account(user),
            "profile": taste_of(user),
            "sessions": _sessions(user),
            "tokens": _tokens(user),
            "kept_answers": _kept_answers(user),
            "admin_log": _admin_log(user),
        }
        for belongings in all_belongings():
            parts |= belongings.exported(user.key)
        return json_answer(request, parts)


def _account(user: User) -> dict[str, Any]:
    """Not the password's hash, which is of use to nobody but who wants to guess it."""
    told = ("id", "username", "email", "first_name", "last_name", "is_staff", "date_joined", "last_login")
    permissions = user.user_permissions.values_list("codename", flat=True)
    return {
        **{name: getattr(user, name) for name in told},
        "groups": list(user.groups.values_list("name", flat=True)),
        "permissions": list(permissions),
    }


def _sessions(user: User) -> Iterator[dict[str, Any]]:
    for session in in_portions(LoginSession.objects.filter(user_id=user.pk)):
        yield {"ends_at": session.expire_date}


def _tokens(user: User) -> Iterator[dict[str, Any]]:
    for token in in_portions(OutstandingToken.objects.filter(user=user).select_related("blacklistedtoken")):
        used = getattr(token, "blacklistedtoken", None)
        ended = used.blacklisted_at if used else None
        yield {"made_at": token.created_at, "ends_at": token.expires_at, "ended_at": ended}


def _kept_answers(user: User) -> Iterator[dict[str, Any]]:
    """Not what they say: that is in the other parts."""
    kept = KeptAnswer.objects.filter(Q(caller=user.key) | Q(subject=user.key)).defer("body", "recipe")
    for one in in_portions(kept):
        yield {"key": one.key, "status": one.status, "created_at": one.created_at}


def _admin_log(user: User) -> Iterator[dict[str, Any]]:
    """What the person did in the admin, and what others did there about the account."""
    for entry in in_portions(LogEntry.objects.filter(user=user) | entries_about(user)):
        yield {"at": entry.action_time, "object": entry.object_repr, "change": entry.get_change_message()}
