"""A guest is known by a token that nobody else can make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.users.models import Guest
from apps.users.recognition import guest_caller, guest_for_token, guest_token
from core.errors import NotAuthenticated


@pytest.mark.parametrize(
    "token",
    ["", ":", "x", "a:b", "a:b:c", "\ud800", "\ud800:x", "x:\ud800", "\x00:\x00", "é:é", "a" * 10_000],
)
def test_what_is_no_token_names_nobody(bo, token: str):
    assert guest_for_token(token) is None
    with pytest.raises(NotAuthenticated):
        guest_caller(token, address="192.0.2.1")


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_token_that_was_tampered_with_names_nobody(bo, place: int, character: str):
    token = guest_token(bo)
    place %= len(token)
    tampered = token[:place] + character + token[place + 1 :]
    assert guest_for_token(tampered) == (bo if tampered == token else None)


def test_a_token_of_one_guest_can_t_be_made_another_s(bo, db):
    cem = Guest.objects.create(name="Cem")
    signature = guest_token(bo).removeprefix(bo.pk)
    assert guest_for_token(cem.pk + signature) is None


def test_a_token_whose_guest_is_gone_names_nobody(bo):
    token = guest_token(bo)
    bo.delete()
    assert guest_for_token(token) is None


def test_a_token_of_another_secret_names_its_guest_while_that_is_a_fallback(bo, settings):
    settings.SECRET_KEY = "the old one"
    token = guest_token(bo)
    assert guest_for_token(token) == bo
    settings.SECRET_KEY = "the new one"
    assert guest_for_token(token) is None
    settings.SECRET_KEY_FALLBACKS = ["the old one"]
    assert guest_for_token(token) == bo
    assert guest_token(bo) != token


def test_a_signature_for_another_purpose_is_none_of_ours(bo):
    from django.core.signing import Signer

    assert guest_for_token(Signer(salt="elsewhere").sign(bo.pk)) is None
    assert guest_for_token(Signer().sign(bo.pk)) is None
