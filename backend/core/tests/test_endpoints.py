"""What is declared beside a view is found again, with the errors that all have in common."""

from rest_framework import serializers

from core.endpoints import Answer, Body, Endpoint, Refusal, documented, endpoint_at
from core.errors import InvalidInput, NotFound
from core.names import NameField

HERE = Endpoint(tag="notes", name="here", summary="Here", answers=(Answer(200, "Done."),))
THERE = Endpoint(tag="notes", name="there", summary="There", answers=(Answer(200, "Done."),))


class NoteSerializer(serializers.Serializer[None]):
    text = NameField()


def codes(endpoint: Endpoint, method: str) -> list[str]:
    return [refusal.error.code for refusal in endpoint.refusals_for(method)]


def test_a_view_at_several_addresses_is_told_by_how_they_end():
    @documented(THERE, at="there/")
    @documented(HERE)
    def view() -> None: ...

    assert endpoint_at(view, "/api/notes/") is HERE
    assert endpoint_at(view, "/api/notes/there/") is THERE


def test_a_view_without_documentation_is_told_apart():
    assert endpoint_at(lambda: None, "/api/notes/") is None


def test_a_read_may_be_refused_for_what_any_request_may():
    common = ["HOST_NOT_ALLOWED", "NOT_AUTHENTICATED", "NOT_ACCEPTABLE", "RATE_LIMITED", "INTERNAL_ERROR"]

    assert codes(HERE, "GET") == [*common, "UNAVAILABLE"]


def test_a_write_may_be_refused_for_its_key_its_origin_and_its_size():
    more = set(codes(HERE, "POST")) - set(codes(HERE, "GET"))

    assert more == {"VALIDATION_ERROR", "PERMISSION_DENIED", "PAYLOAD_TOO_LARGE", "IDEMPOTENCY_KEY_REUSED"}


def test_a_body_may_be_no_json():
    endpoint = Endpoint(
        tag="notes", name="add", summary="Add", answers=(), body=Body(NoteSerializer, "Note", {"text": "a"})
    )

    assert set(codes(endpoint, "POST")) - set(codes(HERE, "POST")) == {
        "MALFORMED_JSON",
        "UNSUPPORTED_MEDIA_TYPE",
    }


def test_its_own_words_go_before_the_general_ones():
    own = Refusal(InvalidInput, "The text is too long.", {"text": ["Too long."]})
    endpoint = Endpoint(tag="notes", name="add", summary="Add", answers=(), refusals=(own, Refusal(NotFound)))

    told = {refusal.error.code: refusal for refusal in endpoint.refusals_for("POST")}

    assert told["VALIDATION_ERROR"] is own
    assert next(iter(told)) == "VALIDATION_ERROR"
    assert told["NOT_FOUND"].body == {
        "error": {"code": "NOT_FOUND", "message": "There is nothing here.", "details": {}}
    }
