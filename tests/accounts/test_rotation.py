import base64
import secrets
from collections.abc import Callable

from apiflask import APIFlask

from tests.factories import EMAIL, PASSWORD, make_account, make_token

OLD, NEW = (base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for _ in range(2))


def test_after_a_rotation_accounts_are_found_and_sessions_and_tokens_hold(
    open_app: Callable[..., APIFlask],
) -> None:
    before = open_app(secret_keys=(OLD,))
    with before.app_context():
        make_account()
        bearer = make_token(email="token@aednet.example")
    signed_in = before.test_client()
    signed_in.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})
    cookie = signed_in.get_cookie("aednet")
    assert cookie is not None

    after = open_app(secret_keys=(NEW, OLD))
    client = after.test_client()
    assert client.get("/api/v1/volunteers", headers=bearer).status_code == 200
    client.set_cookie("aednet", cookie.value)
    assert client.get("/api/v1/volunteers").status_code == 200
    again = after.test_client().post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})
    assert again.status_code == 303

    gone = open_app(secret_keys=(NEW,)).test_client()
    gone.set_cookie("aednet", cookie.value)
    assert gone.get("/api/v1/volunteers").status_code == 401


def test_the_key_that_is_gone_takes_its_accounts_along(open_app: Callable[..., APIFlask]) -> None:
    with open_app(secret_keys=(OLD,)).app_context():
        make_account()
    answer = (
        open_app(secret_keys=(NEW,))
        .test_client()
        .post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})
    )
    assert answer.status_code == 422
