"""Whether a form that somebody posted comes from the provider."""

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict


def is_genuine(form: MultiDict[str, str], *, address: str, signature: str, auth_token: str) -> bool:
    """Tell whether the provider signed a form for `address`, the one that the public reaches.

    Without a signature, or without a token of ours to check it by, nothing is genuine.
    """
    if not signature or not auth_token:
        return False
    return bool(RequestValidator(auth_token).validate(address, form, signature))
