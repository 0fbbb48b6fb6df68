"""The pages on which administrators look after who has access."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts import administration
from aednet.accounts.forms import PhoneForm, RightsForm
from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.links import AccountInactive, NewLink
from aednet.accounts.phones import find_phone
from aednet.accounts.queries import AccountFacts, list_accounts, list_area_names
from aednet.accounts.rules import LONGEST_EMAIL, Permission, Role, is_email
from aednet.accounts.second_factor import has_second_factor
from aednet.accounts.services import EmailTaken
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import InvalidValue, NotFound
from aednet.base.transactions import transaction

ACCOUNT = f"/<int(max={LARGEST_ID}):account_id>"

blueprint = require(Permission.ADMINISTER)(
    Blueprint("administration", __name__, template_folder="templates", url_prefix="/desk/accounts")
)


@blueprint.get("")
def show_all() -> str:
    """List everybody with access, and show the form that invites."""
    return _list(RightsForm())


@blueprint.post("")
def invite() -> ResponseReturnValue:
    """Invite somebody; the answer shows the link, and nothing ever shows it again."""
    form = RightsForm.parse(request.form)
    if form.role is None:
        bad = {} if is_email(form.email) else {"email": "invalid"}
        return _list(form, bad=bad | {"role": "missing"}), 422
    try:
        with transaction() as session:
            link = administration.invite(
                session,
                email=form.email,
                role=form.role,
                areas=form.areas,
                by=current_caller(),
                now=current().clock.now(),
            )
    except InvalidValue as error:
        return _list(form, bad=dict.fromkeys(error.fields, "invalid")), 422
    except EmailTaken:
        return _list(form, bad={"email": "taken"}), 409
    return _link(link, email=form.email)


@blueprint.get(ACCOUNT)
def show(account_id: int) -> str:
    """Show one account and what can be done with it."""
    account = _get(account_id)
    return _account(account, _form_of(account))


@blueprint.post(ACCOUNT)
def change_rights(account_id: int) -> ResponseReturnValue:
    """Give somebody another role and other areas."""
    form = RightsForm.parse(request.form)
    if form.role is None:
        return _account(_get(account_id), form, bad={"role": "missing"}), 422
    try:
        with transaction() as session:
            administration.change_rights(
                session,
                account_id,
                role=form.role,
                areas=form.areas,
                seen=form.seen,
                by=current_caller(),
                now=current().clock.now(),
            )
    except InvalidValue as error:
        return _account(_get(account_id), form, bad=dict.fromkeys(error.fields, "invalid")), 422
    except administration.RightsChanged:
        account = _get(account_id)
        return _account(account, _form_of(account), refused="changed"), 409
    except administration.OwnRights:
        return _refuse_own(account_id)
    return redirect(url_for(".show", account_id=account_id, gedaan="rechten"), code=303)


@blueprint.post(f"{ACCOUNT}/link")
def renew_link(account_id: int) -> ResponseReturnValue:
    """Make a new one-time link; the answer shows it, and nothing ever shows it again."""
    try:
        with transaction() as session:
            link = administration.renew_link(
                session, account_id, by=current_caller(), now=current().clock.now()
            )
    except AccountInactive:
        account = _get(account_id)
        return _account(account, _form_of(account), refused="inactive"), 409
    except administration.OwnRights:
        return _refuse_own(account_id)
    return _link(link, email=_get(account_id).email)


@blueprint.post(f"{ACCOUNT}/stoppen")
def deactivate(account_id: int) -> ResponseReturnValue:
    """Take somebody's access away."""
    try:
        with transaction() as session:
            administration.deactivate(session, account_id, by=current_caller(), now=current().clock.now())
    except administration.OwnRights:
        return _refuse_own(account_id)
    return redirect(url_for(".show", account_id=account_id, gedaan="gestopt"), code=303)


@blueprint.post(f"{ACCOUNT}/hervatten")
def activate(account_id: int) -> ResponseReturnValue:
    """Give somebody their access back."""
    try:
        with transaction() as session:
            administration.activate(session, account_id, by=current_caller(), now=current().clock.now())
    except administration.OwnRights:
        return _refuse_own(account_id)
    return redirect(url_for(".show", account_id=account_id, gedaan="hervat"), code=303)


@blueprint.post(f"{ACCOUNT}/code-weg")
def reset_second_factor(account_id: int) -> ResponseReturnValue:
    """Ask somebody who lost their phone for no code any more."""
    try:
        with transaction() as session:
            administration.reset_second_factor(
                session, account_id, by=current_caller(), now=current().clock.now()
            )
    except administration.OwnRights:
        return _refuse_own(account_id)
    return redirect(url_for(".show", account_id=account_id, gedaan="code"), code=303)


@blueprint.post(f"{ACCOUNT}/telefoon")
def change_phone(account_id: int) -> ResponseReturnValue:
    """Keep another mobile number for somebody, or none."""
    form = PhoneForm.parse(request.form)
    if form.fault is not None:
        account = _get(account_id)
        return _account(account, _form_of(account), phone=form), 422
    try:
        with transaction() as session:
            administration.change_phone(
                session, account_id, form.number, by=current_caller(), now=current().clock.now()
            )
    except administration.OwnRights:
        return _refuse_own(account_id)
    return redirect(url_for(".show", account_id=account_id, gedaan="telefoon"), code=303)


def _get(account_id: int) -> AccountFacts:
    accounts = list_accounts(db.session(), now=current().clock.now())
    account = next((account for account in accounts if account.id == account_id), None)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _form_of(account: AccountFacts) -> RightsForm:
    return RightsForm(role=account.role, areas=account.slugs, seen=account.rights)


def _refuse_own(account_id: int) -> ResponseReturnValue:
    account = _get(account_id)
    return _account(account, _form_of(account), refused="own"), 409


def _list(form: RightsForm, *, bad: dict[str, str] | None = None) -> str:
    return render_template(
        "accounts/people.html",
        accounts=list_accounts(db.session(), now=current().clock.now()),
        form=form,
        email=form.email[:LONGEST_EMAIL],
        bad=bad or {},
        roles=Role,
        area_names=list_area_names(db.session()),
        own_id=current_caller().account_id,
    )


def _account(
    account: AccountFacts,
    form: RightsForm,
    *,
    bad: dict[str, str] | None = None,
    phone: PhoneForm | None = None,
    refused: str | None = None,
) -> str:
    return render_template(
        "accounts/person.html",
        account=account,
        form=form,
        bad=bad or {},
        refused=refused,
        done=request.args.get("gedaan"),
        roles=Role,
        area_names=list_area_names(db.session()),
        phone=phone or PhoneForm.of(find_phone(db.session(), account.id)),
        asks_code=has_second_factor(db.session(), account.id),
        is_own=account.id == current_caller().account_id,
    )


def _link(link: NewLink, *, email: str) -> str:
    return render_template("accounts/link.html", link=link, email=email)
