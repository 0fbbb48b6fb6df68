import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import pytest
from apiflask import APIFlask
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.commands import token_group, user_group
from aednet.accounts.models import Account, AccountArea
from aednet.accounts.passwords import is_right
from aednet.accounts.queries import find_password, find_token
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.config import Settings
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_areas


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return {"AEDNET_INSTANCE": str(settings.instance), "AEDNET_DATABASE_URL": settings.database_url}


@pytest.fixture
def run(app: APIFlask) -> Callable[..., Result]:
    """Run one of the commands on the test's database; `words` are what stands on its input."""

    def run_command(*arguments: str, words: str = "") -> Result:
        commands = click.Group(commands=[user_group, token_group])
        return CliRunner().invoke(commands, arguments, input=words, obj=lambda: app)

    return run_command


def add(run: Callable[..., Result], *more: str, words: str = f"{PASSWORD}\n") -> Result:
    return run("user", "add", EMAIL, "--password-stdin", *more, words=words)


def is_password(password: str) -> bool:
    known = find_password(db.session(), EMAIL)
    return known is not None and is_right(password, known.password_hash)


def test_somebody_added_may_sign_in(run: Callable[..., Result], client: FlaskClient) -> None:
    assert "Added" in add(run, "--role", "administrator").output
    assert is_password(PASSWORD)
    assert client.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD}).status_code == 303


def test_a_coordinator_is_added_with_the_areas_named(run: Callable[..., Result]) -> None:
    make_areas()
    assert add(run, "--role", "coordinator", "--area", "krakeel").exit_code == 0
    assert db.session().scalars(select(AccountArea.area_id)).all() == [1]


@pytest.mark.parametrize(
    ("more", "words", "field"),
    [
        (["--role", "coordinator"], PASSWORD, "area"),
        (["--role", "viewer", "--area", "nergens"], PASSWORD, "area"),
        (["--role", "administrator", "--area", "krakeel"], PASSWORD, "area"),
        (["--role", "administrator"], "kort", "password"),
        (["--role", "administrator"], "", "password"),
        (["--role", "administrator"], EMAIL.upper(), "password"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    run: Callable[..., Result], more: list[str], words: str, field: str
) -> None:
    make_areas()
    refused = add(run, *more, words=words)
    assert refused.exit_code == 1
    assert list(getattr(refused.exception, "fields", {})) == [field]
    assert db.session().scalars(select(Account.id)).all() == []


def test_a_role_is_one_of_three_and_must_be_chosen(run: Callable[..., Result]) -> None:
    for more in ([], ["--role", "emperor"]):
        assert add(run, *more).exit_code == 2


def test_where_nobody_can_be_asked_a_password_is_made_up_and_printed(run: Callable[..., Result]) -> None:
    printed = run("user", "add", EMAIL, "--role", "administrator").output
    assert is_password(printed.split("Password: ")[1].strip())


def test_a_token_is_printed_alone_and_once(run: Callable[..., Result]) -> None:
    account_id = make_account()
    printed = run("token", "create", EMAIL, "--name", "weegschaal").stdout
    credential = find_token(db.session(), printed.strip(), now=NOW)
    assert credential is not None
    assert credential.caller.account_id == account_id
    trail = repr([(e.action, e.subject, e.detail) for e in db.session().scalars(select(AuditEvent))])
    assert "token_created" in trail
    assert printed.strip() not in trail
    assert run("token", "create", EMAIL, "--name", " ").exit_code == 2


def test_a_link_is_printed_alone_and_sets_a_password(run: Callable[..., Result], client: FlaskClient) -> None:
    make_account()
    printed = run("user", "link", EMAIL.upper()).stdout
    assert printed.startswith("http://127.0.0.1:8000/wachtwoord/")
    chosen = {"password": "een nieuw lang wachtwoord", "again": "een nieuw lang wachtwoord"}
    assert client.post(printed.strip().removeprefix("http://127.0.0.1:8000"), data=chosen).status_code == 303
    assert is_password("een nieuw lang wachtwoord")
    refused = run("user", "link", "niemand@aednet.example")
    assert refused.exit_code == 1
    assert "aednet user add" in str(refused.exception)


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(
    app: APIFlask, environment: Mapping[str, str]
) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "aednet.cli", "user", "add", EMAIL, "--role", "administrator"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        for prompt in (b"Password: ", b"Repeat for confirmation: "):
            shown += _read_until(ours, prompt)
            os.write(ours, f"{PASSWORD}\n".encode())
        shown += _read_until(ours, b"Added")
        assert process.wait(30) == 0
    os.close(ours)
    assert is_password(PASSWORD)
    assert PASSWORD.encode() not in shown


def _read_until(terminal: int, words: bytes) -> bytes:
    read, deadline = b"", time.monotonic() + 60
    while words not in read and time.monotonic() < deadline:
        read += os.read(terminal, 1024)
    assert words in read
    return read


def test_an_unknown_address_is_told_in_one_line_with_status_1(
    app: APIFlask, environment: Mapping[str, str], tmp_path: Path
) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "aednet.cli", "token", "create", "niemand@aednet.example"],
        env=os.environ | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "No active account has that e-mail address: see `aednet user add`.\n"
