"""Addresses as the outside knows them."""

from flask import request

from aednet.base.context import current


def outside_address(path: str) -> str:
    """Return the whole address of a path here: under the public base where the owner named one.

    Without that, under the host that was asked, which whoever asks can make up.
    """
    settings = current().settings
    if "public_base_url" in settings.model_fields_set:
        return settings.public_base_url + path
    return request.host_url.rstrip("/") + path
