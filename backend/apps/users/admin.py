"""People in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from apps.users.models import Guest, User

admin.site.register(User, UserAdmin)


@admin.register(Guest)
class GuestAdmin(admin.ModelAdmin[Guest]):
    list_display = ["id", "name", "created_at"]
    search_fields = ["id", "name"]
