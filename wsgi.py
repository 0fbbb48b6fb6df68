"""What a WSGI server loads."""

from aednet.app import create_app

app = create_app()
