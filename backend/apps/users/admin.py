"""People in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from apps.users.models import Guest, User
from core.admin_bases import CarefulAdmin, ForgivingList
from core.admin_forms import ChangesOnlyForm, NameFormField
from core.names import MAX_PERSON_NAME


@admin.register(User)
class AccountAdmin(ForgivingList[User], UserAdmin):  # type: ignore[type-arg] # of the same model
    """Accounts, as Django shows them."""


class GuestForm(ChangesOnlyForm[Guest]):
    name = NameFormField(max_length=MAX_PERSON_NAME, required=False)


@admin.register(Guest)
class GuestAdmin(CarefulAdmin[Guest]):
    """A guest that is deleted is nobody any more; the votes stay."""

    form = GuestForm
    list_display = ["id", "name", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["=id", "name"]
    fields = ["id", "name", "created_at"]
    readonly_fields = ["id", "created_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Guests make themselves: one without its token would be nobody's."""
        return False
