"""Accounts and tokens on the command line."""

import sys

import click
from pydantic import TypeAdapter, ValidationError

from aednet.accounts import links, second_factor, services
from aednet.accounts.passwords import new_password
from aednet.accounts.queries import find_account_id
from aednet.accounts.rules import Role
from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.texts import Name
from aednet.base.transactions import transaction


@click.group("user")
def user_group() -> None:
    """Look after the accounts of coordinators."""


@user_group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option(
    "--area", "areas", multiple=True, metavar="SLUG", help="An area to look after; may be repeated."
)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of input.")
@with_app
def add_user(*, email: str, role: str, areas: tuple[str, ...], password_stdin: bool) -> None:
    """Add somebody who may sign in. Without a terminal to ask on, a password is made up and printed."""
    is_made_up = not password_stdin and not sys.stdin.isatty()
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif is_made_up:
        password = new_password()
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with transaction() as session:
        services.add_account(
            session,
            email=email,
            role=Role(role),
            areas=areas,
            password=password,
            now=current().clock.now(),
        )
    click.echo(f"Added {email} as {role}.")
    if is_made_up:
        click.echo(f"Password: {password}")


@user_group.command("link")
@click.argument("email")
@with_app
def make_link(*, email: str) -> None:
    """Print a link by which the holder of the account of EMAIL sets a password, once."""
    account_id = find_account_id(db.session(), email)
    if account_id is None:
        raise NotFound("No account has that e-mail address: see `aednet user add`.")
    with transaction() as session:
        link = links.make_link(session, account_id, now=current().clock.now())
    click.echo(link.address)


@user_group.command("reset-second-factor")
@click.argument("email")
@with_app
def reset_second_factor(*, email: str) -> None:
    """Ask the holder of the account of EMAIL, who lost the phone, for no code any more."""
    account_id = find_account_id(db.session(), email)
    if account_id is None:
        raise NotFound("No account has that e-mail address.")
    with transaction() as session:
        had_one = second_factor.reset(session, account_id, now=current().clock.now())
    ended = "asks for no code any more; its browser sessions ended" if had_one else "asked for no code"
    click.echo(f"The account of {email} {ended}.")


@click.group("token")
def token_group() -> None:
    """Look after the tokens by which programs are known."""


@token_group.command("create")
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@with_app
def create_token(*, email: str, name: str) -> None:
    """Print a new token with the rights of the account of EMAIL. It cannot be shown again."""
    try:
        name = TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"], param_hint="--name") from error
    with transaction() as session:
        token = services.create_token(session, email, name=name, now=current().clock.now())
    click.echo(token)
