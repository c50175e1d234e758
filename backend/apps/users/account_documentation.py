"""What the endpoints about accounts take and answer."""

from dataclasses import replace
from datetime import UTC, datetime

from apps.users.account_serializers import (
    AccountChangeSerializer,
    NewAccountSerializer,
    WholeAccountSerializer,
)
from apps.users.payloads import AccountPayload, NewAccountPayload, PersonPayload, ProfilePayload
from core.endpoints import LIST_PARAMETERS, LOCATION, Answer, Body, Endpoint, Parameter, Refusal
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, NotPermitted, RateLimited

TAG = "users"
PROFILE = {"favorite_genres": ["jazz"], "favorite_artists": ["Miles Davis"], "moods": ["calm"]}
ACCOUNT = AccountPayload(
    id=5,
    username="ada",
    email="ada@example.org",
    profile=ProfilePayload(favorite_genres=["jazz"], favorite_artists=["Miles Davis"], moods=["calm"]),
    date_joined=datetime(2025, 12, 4, 10, tzinfo=UTC),
)
NEW_ACCOUNT = NewAccountPayload(
    **{name: getattr(ACCOUNT, name) for name in ACCOUNT.__struct_fields__},
    access="eyJhbGciOiJIUzI1NiIs…",
    refresh="eyJhbGciOiJIUzI1NiIs…",
)
USER_ID = Parameter(
    "user_id",
    "path",
    {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
    "The account's id.",
    is_required=True,
)
NO_LOGIN = Refusal(NotAuthenticated, "Nobody is logged in, or a token is not valid.")
NO_SUCH_ACCOUNT = Refusal(NotFound, "There is no such account.")
NOT_OWN = Refusal(NotPermitted, "It is somebody else's account, or a page of another origin sent it.")
BAD_PROFILE = Refusal(
    InvalidInput,
    "A part makes no sense, or it is another name or address than the account's.",
    {"profile": ["There is no such mood. Known are: energetic, calm, happy, sad, focused, party."]},
)
WHAT_IT_HOLDS = "At most 20 genres and 50 artists; moods are energetic, calm, happy, sad, focused and party."

LIST = Endpoint(
    tag=TAG,
    name="list",
    summary="Accounts: all for staff that may view them, the own one for who is logged in, none for others",
    parameters=LIST_PARAMETERS,
    answers=(Answer(200, "The accounts.", list[AccountPayload], [ACCOUNT], is_list=True),),
    refusals=(
        Refusal(InvalidInput, "A parameter makes no sense.", {"limit": ["Must be a whole number …"]}),
        Refusal(NotFound, "There is no such page."),
    ),
)
REGISTER = Endpoint(
    tag=TAG,
    name="register",
    summary="Make an account",
    description=(
        "With a guest's token or cookie, what that guest had is the account's from then on: votes, what was "
        "added and played, rooms; the guest ends. `profile` and each of its parts may be left out. "
        f"{WHAT_IT_HOLDS} Repeated under the same Idempotency-Key it finds the same account and gives new "
        "tokens."
    ),
    body=Body(
        NewAccountSerializer,
        "NewAccountFacts",
        {"username": "ada", "email": "ada@example.org", "password": "a long pass phrase", "profile": PROFILE},
    ),
    answers=(Answer(201, "The account, with its first tokens.", NewAccountPayload, NEW_ACCOUNT, LOCATION),),
    refusals=(
        Refusal(
            InvalidInput,
            "A field makes no sense, the name is reserved, or the password is too weak.",
            {"password": ["This password is too common."]},
        ),
        Refusal(
            Conflict,
            "The name or the address is taken, without regard to case.",
            {"email": "ada@example.org"},
        ),
        Refusal(RateLimited, "Too many requests, or too many registrations and logins of this address."),
    ),
)
READ = Endpoint(
    tag=TAG,
    name="read",
    summary="An account: all for itself and staff, id and name for others who are logged in",
    parameters=(USER_ID,),
    answers=(
        Answer(
            200,
            "The account.",
            PersonPayload,
            PersonPayload(**{name: getattr(ACCOUNT, name) for name in ACCOUNT.__struct_fields__}),
        ),
    ),
    refusals=(NO_LOGIN, NO_SUCH_ACCOUNT),
)
READ_ME = replace(
    READ,
    summary="The own account",
    parameters=(),
    answers=(Answer(200, "The account.", AccountPayload, ACCOUNT),),
)
REPLACE = Endpoint(
    tag=TAG,
    name="replace",
    summary="Replace what an account likes (itself, and staff that may)",
    description=(
        f"What the new profile leaves out becomes empty. {WHAT_IT_HOLDS} Name and e-mail address may stand "
        "in the body as they are; they can't be changed."
    ),
    parameters=(USER_ID,),
    body=Body(WholeAccountSerializer, "AccountFacts", {"profile": PROFILE}),
    answers=(Answer(200, "The account as it is now.", AccountPayload, ACCOUNT),),
    refusals=(NO_LOGIN, NOT_OWN, BAD_PROFILE, NO_SUCH_ACCOUNT),
)
REPLACE_ME = replace(REPLACE, summary="Replace what one likes", parameters=())
CHANGE = Endpoint(
    tag=TAG,
    name="change",
    summary="Change parts of what an account likes (itself, and staff that may)",
    description=f"Only the parts that are given change. {WHAT_IT_HOLDS}",
    parameters=(USER_ID,),
    body=Body(AccountChangeSerializer, "AccountChange", {"profile": {"moods": ["calm"]}}),
    answers=(Answer(200, "The account as it is now.", AccountPayload, ACCOUNT),),
    refusals=(NO_LOGIN, NOT_OWN, BAD_PROFILE, NO_SUCH_ACCOUNT),
)
CHANGE_ME = replace(CHANGE, summary="Change parts of what one likes", parameters=())
ERASE = Endpoint(
    tag=TAG,
    name="erase",
    summary="Erase the own account with all that is kept of it",
    description=(
        "Queue items and plays stay under a neutral name, told as `track.updated`; votes keep counting, as "
        "nobody's. The logs of those rooms are cut: who resumes from before gets a snapshot."
    ),
    answers=(Answer(204, "It is gone."),),
    refusals=(NO_LOGIN,),
)
EXPORT = Endpoint(
    tag=TAG,
    name="read",
    summary="Everything that is stored about the person",
    answers=(
        Answer(
            200,
            "One document. What it holds depends on what the person did.",
            dict,
            {"account": {"id": 5, "username": "ada"}, "profile": PROFILE, "votes": [], "items": []},
        ),
    ),
    refusals=(NO_LOGIN, Refusal(RateLimited, "Too many requests, or too many exports of this account.")),
)
