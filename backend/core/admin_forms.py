"""Forms of the admin: of what was sent, only what somebody changed counts."""

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from core.names import has_unwelcome_characters

M = TypeVar("M", bound=models.Model)


class NameFormField(forms.CharField):
    """A name as the API takes it."""

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if has_unwelcome_characters(name):
            raise ValidationError("Control characters are not allowed.", code="unwelcome")
        return name


class ChangesOnlyForm(forms.ModelForm[M]):
    """Leaves alone what the person left alone, though somebody else may have changed it since.

    Each field travels with the value that was shown. One that comes back with just that value is not read
    at all: it stays as the database has it. Where the shown value is missing, the database's own is taken.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            is_shown_value_sent = self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = is_shown_value_sent or not self.is_bound

    def full_clean(self) -> None:
        untouched = [self.fields[name] for name in self.fields if self._is_untouched(name)]
        # Django takes the value of a disabled field from the instance, and never calls it changed.
        for field in untouched:
            field.disabled = True
        super().full_clean()
        _ = self.changed_data  # remembered, before the fields are let go again
        for field in untouched:
            field.disabled = False

    def _is_untouched(self, name: str) -> bool:
        bound = self[name]
        if not bound.field.show_hidden_initial or not self.is_bound:
            return False
        shown = bound.field.hidden_widget().value_from_datadict(
            self.data, self.files, self.add_initial_prefix(name)
        )
        return str(bound.data) == str(shown)
