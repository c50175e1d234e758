"""Bodies of requests about people."""

from rest_framework import serializers

from core.fields import ShownNameField
from core.names import MAX_PERSON_NAME


class NewGuestSerializer(serializers.Serializer[None]):
    name = ShownNameField(max_length=MAX_PERSON_NAME, required=False, allow_blank=True, default="")


class GuestNameSerializer(serializers.Serializer[None]):
    name = ShownNameField(max_length=MAX_PERSON_NAME)
