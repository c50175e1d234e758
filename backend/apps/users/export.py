"""Everything that is stored about a person, in one document."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from apps.users.admin_log import entries_about
from apps.users.belongings import all_belongings
from apps.users.models import User
from apps.users.selectors import account, taste_of
from apps.users.sessions import sessions_of
from core.consistent_reads import consistent_read
from core.models import KeptAnswer


def export_of(user_id: int) -> dict[str, Any]:
    """All of one moment, but for the sessions. Raises NotFound."""
    sessions = [{"ends_at": session.expire_date} for session in sessions_of(user_id)]
    with consistent_read():
        user = account(user_id)
        parts: dict[str, Any] = {
            "exported_at": timezone.now(),
            "account": _account(user),
            "profile": taste_of(user),
            "sessions": sessions,
            "tokens": _tokens(user),
            "kept_answers": _kept_answers(user),
            "admin_log": _admin_log(user),
        }
        for belongings in all_belongings():
            parts |= belongings.exported(user.key)
    return parts


def _account(user: User) -> dict[str, Any]:
    """Not the password's hash, which is of use to nobody but who wants to guess it."""
    told = ("id", "username", "email", "first_name", "last_name", "is_staff", "date_joined", "last_login")
    permissions = user.user_permissions.values_list("codename", flat=True)
    return {
        **{name: getattr(user, name) for name in told},
        "groups": list(user.groups.values_list("name", flat=True)),
        "permissions": list(permissions),
    }


def _tokens(user: User) -> list[dict[str, Any]]:
    issued = OutstandingToken.objects.filter(user=user).order_by("pk")
    rows = issued.values_list("created_at", "expires_at", "blacklistedtoken__blacklisted_at")
    return [{"made_at": made, "ends_at": ends, "ended_at": ended} for made, ends, ended in rows]


def _kept_answers(user: User) -> list[dict[str, Any]]:
    kept = KeptAnswer.objects.filter(caller=user.key) | KeptAnswer.objects.filter(subject=user.key)
    fields = ("key", "status", "body", "created_at")
    return list(kept.order_by("pk").values(*fields))


def _admin_log(user: User) -> list[dict[str, Any]]:
    """What the person did in the admin, and what others did there about the account."""
    entries = LogEntry.objects.filter(user=user) | entries_about(user)
    return [
        {"at": entry.action_time, "object": entry.object_repr, "change": entry.get_change_message()}
        for entry in entries.order_by("pk")
    ]
