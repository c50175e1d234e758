"""What is ready when the server takes its first request, and which middleware stands before which."""

from django.conf import settings

from core import identity


def place(name: str) -> int:
    return next(index for index, path in enumerate(settings.MIDDLEWARE) if path.endswith(name))


def test_the_request_s_id_is_known_before_anything_can_refuse():
    refusing = (
        "SecurityMiddleware",
        "CorsMiddleware",
        "BodyMiddleware",
        "OriginMiddleware",
        "OperationMiddleware",
    )
    assert place("RequestContextMiddleware") < min(place(name) for name in refusing)


def test_headers_for_other_origins_are_put_on_refusals_too():
    assert place("CorsMiddleware") < place("OriginMiddleware")


def test_a_body_is_of_known_length_before_anything_reads_it():
    assert place("BodyMiddleware") < place("OriginMiddleware")


def test_an_origin_is_refused_before_its_write_is_named_or_its_session_read():
    assert place("OriginMiddleware") < place("OperationMiddleware") < place("SessionMiddleware")


def test_a_token_is_recognised_before_a_session_and_that_before_a_guest():
    names = [recogniser.__name__ for recogniser in identity._recognisers]
    assert names == ["recognise_token", "recognise_account", "recognise_guest"]
    claims = [claim.__name__ for claim in identity._claims]
    assert claims == ["recognise_token", "recognise_account", "claimed_guest"]


def test_the_api_answers_in_our_own_ways():
    chosen = settings.REST_FRAMEWORK
    assert chosen["EXCEPTION_HANDLER"] == "core.answers.answer_exception"
    assert chosen["DEFAULT_PARSER_CLASSES"] == ["core.parsing.JsonParser"]
    assert chosen["DEFAULT_RENDERER_CLASSES"] == ["core.rendering.JsonRenderer"]
