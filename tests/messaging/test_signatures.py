from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from aednet.messaging.signatures import is_genuine
from tests.signed import AUTH_TOKEN, inbound, signature

ADDRESS = "https://aed.voorbeeld.example/twilio/inbound"
FORM = inbound("+31612345678", "OK 17")


def is_taken(
    *, form: dict[str, str] = FORM, address: str = ADDRESS, signed: str, token: str = AUTH_TOKEN
) -> bool:
    return is_genuine(MultiDict(form), address=address, signature=signed, auth_token=token)


def test_what_the_provider_signed_is_genuine() -> None:
    assert is_taken(signed=signature(ADDRESS, FORM))


def test_a_field_changed_on_the_way_is_noticed() -> None:
    assert not is_taken(form=FORM | {"Body": "STOP"}, signed=signature(ADDRESS, FORM))


def test_what_was_signed_for_another_address_is_not_taken() -> None:
    assert not is_taken(signed=signature("http://127.0.0.1:8000/twilio/inbound", FORM))


def test_another_accounts_signature_is_not_taken() -> None:
    assert not is_taken(signed=signature(ADDRESS, FORM, token=AUTH_TOKEN[::-1]))


def test_without_a_token_of_ours_nothing_is_genuine() -> None:
    assert not is_taken(signed=signature(ADDRESS, FORM, token=""), token="")


@given(st.text())
def test_no_invented_signature_is_taken_and_none_breaks_anything(signed: str) -> None:
    assert not is_taken(signed=signed)
