"""Who is calling: an account before a guest before an address. A bad cookie is passed over."""

import pytest
from django.conf import settings

from apps.users.models import Guest, User
from apps.users.recognition import guest_token
from apps.users.tests.conftest import ADDRESS
from core.errors import NotAuthenticated
from core.identity import Caller, Visit, caller_for


def visitor(
    *, session: str = "", guest_cookie: str = "", guest_header: str = "", agent: str = "curl"
) -> Caller:
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.GUEST_COOKIE_NAME: guest_cookie}
    headers = {"user-agent": agent, "x-guest-token": guest_header}
    return caller_for(
        Visit(
            address=ADDRESS,
            headers={name: value for name, value in headers.items() if value},
            cookies={name: value for name, value in cookies.items() if value},
        )
    )


def test_an_account_is_known_by_its_session(ada: User, ada_s_session: str):
    caller = visitor(session=ada_s_session)
    assert (caller.key, caller.user_id, caller.guest_id) == (f"user:{ada.pk}", ada.pk, None)
    assert (caller.name, caller.is_staff) == ("Ada Lovelace", False)


def test_an_account_without_a_full_name_is_called_by_its_user_name(ada: User, ada_s_session: str):
    ada.first_name = ada.last_name = ""
    ada.is_staff = True
    ada.save()
    caller = visitor(session=ada_s_session)
    assert (caller.name, caller.is_staff) == ("ada", True)


def test_an_account_outranks_a_guest(ada: User, bo: Guest, ada_s_session: str):
    token = guest_token(bo)
    assert visitor(session=ada_s_session, guest_cookie=token, guest_header=token).user_id == ada.pk


@pytest.mark.parametrize("way", ["guest_cookie", "guest_header"])
def test_a_guest_outranks_an_address(bo: Guest, way: str):
    caller = visitor(**{way: guest_token(bo)})
    assert (caller.key, caller.guest_id, caller.name) == (f"guest:{bo.pk}", bo.pk, "Bo")


def test_a_token_in_the_header_outranks_the_cookie(bo: Guest):
    cem = Guest.objects.create(name="Cem")
    assert visitor(guest_cookie=guest_token(bo), guest_header=guest_token(cem)).name == "Cem"


def test_a_header_that_is_wrong_is_refused_even_beside_a_good_cookie(bo: Guest):
    with pytest.raises(NotAuthenticated):
        visitor(guest_header="nonsense")
    with pytest.raises(NotAuthenticated):
        visitor(guest_cookie=guest_token(bo), guest_header="nonsense")


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["nonsense", "a:b", "\x00", "é"])
def test_a_cookie_that_is_wrong_is_passed_over(cookie: str):
    caller = visitor(guest_cookie=cookie)
    assert caller.guest_id is None
    assert caller.key.startswith("net:")


@pytest.mark.django_db
@pytest.mark.parametrize("session", ["nonsense", "\x00", "é", "x" * 5000])
def test_a_session_that_is_none_is_passed_over(session: str):
    assert visitor(session=session).key.startswith("net:")


def test_an_account_that_was_switched_off_is_nobody(ada: User, bo: Guest, ada_s_session: str):
    ada.is_active = False
    ada.save()
    assert visitor(session=ada_s_session).user_id is None
    assert visitor(session=ada_s_session, guest_cookie=guest_token(bo)).guest_id == bo.pk


def test_a_changed_password_ends_other_sessions(ada: User, ada_s_session: str):
    ada.set_password("another-street-9")
    ada.save()
    assert visitor(session=ada_s_session).user_id is None


@pytest.mark.django_db
def test_nobody_in_particular_is_an_address_with_an_agent():
    assert visitor().key == visitor().key != visitor(agent="Firefox").key
