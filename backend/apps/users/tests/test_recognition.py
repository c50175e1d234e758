"""Who is calling: an account before a guest before an address. A bad cookie is passed over."""

import pytest
from django.conf import settings

from apps.users.models import Guest, User
from apps.users.recognition import guest_token
from apps.users.tests.conftest import ADDRESS
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


def test_an_account_without_a_full_name_is_called_by_its_user_name(ada: User, ada_s_session: str):
    ada.first_name = ada.last_name = ""
    ada.is_staff = True
    ada.save()
    caller = visitor(session=ada_s_session)
    assert (caller.name, caller.is_staff) == ("ada", True)


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
