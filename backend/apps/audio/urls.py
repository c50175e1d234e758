"""URLs of covers and of audio, below /api/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from apps.audio.covers import KEY_BYTES, SIZES
from apps.audio.views import AudioBytesViewSet, CoverViewSet


class CoverKeyConverter(StringConverter):
    """The key of a cover."""

    regex = f"[0-9a-f]{{{2 * KEY_BYTES}}}"
    schema = {"type": "string", "pattern": f"^{regex}$"}
    description = "The cover."


class CoverSizeConverter(StringConverter):
    """The longest side of a cover."""

    regex = "|".join(map(str, SIZES))
    schema = {"type": "integer", "enum": sorted(SIZES)}
    description = "The longest side in pixels."

    def to_python(self, value: str) -> int:  # type: ignore[override]
        return int(value)


class SignatureConverter(StringConverter):
    """A signature of `signing`."""

    regex = "[^/]+"  # the view rejects an invalid signature with 403
    schema = {"type": "string", "pattern": "^[-:.0-9A-Z_a-z]+$"}
    description = "The signature."


register_converter(CoverKeyConverter, "cover_key")
register_converter(CoverSizeConverter, "cover_size")
register_converter(SignatureConverter, "signature")

urlpatterns = [
    path("covers/<cover_key:key>/<cover_size:size>", CoverViewSet.as_view({"get": "cover"})),
    path("audio/<signature:signature>", AudioBytesViewSet.as_view({"get": "read"})),
]
