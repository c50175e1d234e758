"""What the endpoints for logging in and for passwords take and answer."""

from apps.users.account_documentation import ACCOUNT, NO_LOGIN
from apps.users.account_serializers import (
    LoginSerializer,
    LogoutSerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    ResetRequestSerializer,
    ResetSerializer,
    TokenSerializer,
)
from apps.users.payloads import AccountPayload, TokensPayload
from core.endpoints import Answer, Body, Endpoint, Refusal
from core.errors import InvalidInput, NotAuthenticated, RateLimited

TAG = "auth"
TOKENS = TokensPayload(access="eyJhbGciOiJIUzI1NiIs…", refresh="eyJhbGciOiJIUzI1NiIs…")
LOGIN = {"username": "ada", "password": "a long pass phrase"}
WHO = (
    "`username` is a name or an e-mail address, in any case; or `email` is given. With a guest's token or "
    "cookie, what that guest had is the account's from then on; of two votes for an item the account's stays."
)
WRONG_LOGIN = Refusal(
    NotAuthenticated, "There is no such account, or the password is not right: nobody tells which."
)
WRONG_TOKEN = Refusal(NotAuthenticated, "The token is invalid or has expired.")
TOO_OFTEN = Refusal(RateLimited, "Too many requests, or too many logins of this address.")
BAD_LOGIN = Refusal(InvalidInput, "A field makes no sense.", {"password": ["This field is required."]})
BAD_TOKEN = Refusal(InvalidInput, "A field makes no sense.", {"refresh": ["This field is required."]})

MAKE_TOKENS = Endpoint(
    tag=TAG,
    name="make",
    summary="Log in, by tokens for programs",
    description=f"{WHO} No page should keep tokens: it has sessions.",
    body=Body(LoginSerializer, "Login", LOGIN),
    answers=(Answer(200, "The tokens.", TokensPayload, TOKENS),),
    refusals=(WRONG_LOGIN, BAD_LOGIN, TOO_OFTEN),
)
RENEW_TOKENS = Endpoint(
    tag=TAG,
    name="renew",
    summary="New tokens for a refresh token, which is of no use after that",
    description="Repeated under the same Idempotency-Key it gives new tokens again.",
    body=Body(RefreshSerializer, "Refresh", {"refresh": TOKENS.refresh}),
    answers=(Answer(200, "The tokens.", TokensPayload, TOKENS),),
    refusals=(WRONG_TOKEN, BAD_TOKEN),
)
VERIFY_TOKEN = Endpoint(
    tag=TAG,
    name="check",
    summary="Whether a token is valid",
    body=Body(TokenSerializer, "Token", {"token": TOKENS.access}),
    answers=(Answer(200, "It is.", dict, {}),),
    refusals=(
        WRONG_TOKEN,
        Refusal(InvalidInput, "A field makes no sense.", {"token": ["This field is required."]}),
    ),
)
LOG_OUT = Endpoint(
    tag=TAG,
    name="end",
    summary="Log out: the refresh token ends, and the session where there is one",
    description="An access token goes on until its 60 minutes are over.",
    body=Body(LogoutSerializer, "Logout", {"refresh": TOKENS.refresh}, is_required=False),
    answers=(Answer(204, "They have ended."),),
    refusals=(WRONG_TOKEN, BAD_TOKEN),
)
BEGIN_SESSION = Endpoint(
    tag=TAG,
    name="begin",
    summary="Log in, by a cookie for the page",
    description=WHO,
    body=Body(LoginSerializer, "Login", LOGIN),
    answers=(
        Answer(
            200,
            "Who is logged in.",
            AccountPayload,
            ACCOUNT,
            {"Set-Cookie": "The session, out of reach of scripts."},
        ),
    ),
    refusals=(WRONG_LOGIN, BAD_LOGIN, TOO_OFTEN),
)
END_SESSION = Endpoint(
    tag=TAG,
    name="end",
    summary="Log out of the session; without one nothing happens",
    answers=(Answer(204, "There is none (any more)."),),
)
CHANGE_PASSWORD = Endpoint(
    tag=TAG,
    name="change",
    summary="Change the own password",
    description="Other sessions and all tokens of the account end; the session that asks goes on.",
    body=Body(
        PasswordChangeSerializer,
        "PasswordChange",
        {"old_password": "a long pass phrase", "new_password": "another long pass phrase"},
    ),
    answers=(Answer(204, "It is changed."),),
    refusals=(
        NO_LOGIN,
        Refusal(
            InvalidInput,
            "The old one is not right, or the new one too weak.",
            {"old_password": ["This is not the password."]},
        ),
        TOO_OFTEN,
    ),
)
ASK_FOR_PASSWORD = Endpoint(
    tag=TAG,
    name="ask",
    summary="Have a token for a new password mailed",
    description="The answer is the same whether there is an account of this address or not.",
    body=Body(ResetRequestSerializer, "ResetRequest", {"email": "ada@example.org"}),
    answers=(Answer(202, "A mail is on its way, if there is somebody to write to.", dict, {}),),
    refusals=(
        Refusal(InvalidInput, "This is no address.", {"email": ["Enter a valid email address."]}),
        TOO_OFTEN,
    ),
)
RESET_PASSWORD = Endpoint(
    tag=TAG,
    name="change",
    summary="Take a new password for a mailed token",
    description="The token counts for an hour, and once. All sessions and tokens of the account end.",
    body=Body(ResetSerializer, "Reset", {"token": "NQ.d0-3f…", "new_password": "another long pass phrase"}),
    answers=(Answer(204, "It is changed."),),
    refusals=(
        Refusal(
            InvalidInput,
            "The token is not valid (any more), or the password too weak.",
            {"token": ["The token is invalid or has expired."]},
        ),
        TOO_OFTEN,
    ),
)
