"""The vault of a cabinet's access code: reading it for a reason, and giving it another."""

from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.care.code_reasons import CodeReason
from aednet.cabinets.care.drafts import CodeReadingDraft, NewCode
from aednet.cabinets.care.queries import has_code, list_readings
from aednet.cabinets.care.vault import CodeChanged, TooManyReadings, change_code, reveal_code
from aednet.cabinets.coordination import hold_cabinet
from aednet.cabinets.queries import changed_at
from aednet.desk.cabinets.care import get_own

READINGS_SHOWN = 10
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

blueprint = require(Permission.CHANGE)(
    Blueprint("vault", __name__, template_folder="../templates", url_prefix="/desk/kasten/<ref>/code")
)


@blueprint.get("")
def show(ref: str) -> str:
    """Show the vault without its code."""
    return _page(ref)


@blueprint.post("")
def reveal(ref: str) -> ResponseReturnValue:
    """Show the code once to whoever says what for; the answer is kept nowhere, and no other page has it."""
    given = {name: request.form.get(name, "").strip() for name in ("reason", "note")}
    try:
        draft = CodeReadingDraft.model_validate({"reason": given["reason"], "note": given["note"] or None})
    except ValidationError as error:
        bad = {str(entry["loc"][0]) if entry["loc"] else "note": entry["type"] for entry in error.errors()}
        return _page(ref, given=given, bad=bad), 422
    try:
        with transaction() as session:
            cabinet = hold_cabinet(session, ref, by=current_caller())
            code = reveal_code(session, cabinet, draft, by=current_caller(), now=current().clock.now())
    except TooManyReadings as error:
        wait = -(-error.wait // SECOND)
        return _page(ref, given=given, wait=error.wait), 429, {"Retry-After": str(max(1, wait))}
    return _page(ref, code=code)


@blueprint.post("/nieuw")
def change(ref: str) -> ResponseReturnValue:
    """Give the cabinet another code, or none. What was typed is shown to nobody, not even when refused."""
    try:
        seen_at = datetime.fromisoformat(request.form.get("seen", ""))
        code = None if "none" in request.form else NewCode(code=request.form.get("code", "")).code
    except ValueError:
        return _page(ref, bad={"code": "invalid"}), 422
    try:
        with transaction() as session:
            cabinet = hold_cabinet(session, ref, by=current_caller())
            change_code(
                session, cabinet, code, seen_at=seen_at, by=current_caller(), now=current().clock.now()
            )
    except CodeChanged:
        return _page(ref, bad={"code": "changed"}), 409
    return redirect(url_for(".show", ref=ref, gedaan="weg" if code is None else "nieuw"), code=303)


def _page(
    ref: str,
    *,
    code: str | None = None,
    given: dict[str, str] | None = None,
    bad: dict[str, str] | None = None,
    wait: timedelta | None = None,
) -> str:
    cabinet, session = get_own(ref), db.session()
    return render_template(
        "desk/code.html",
        cabinet=cabinet,
        code=code,
        has_code=has_code(session, cabinet.id),
        readings=list_readings(session, cabinet.id, limit=READINGS_SHOWN),
        reasons=list(CodeReason),
        seen=changed_at(session, cabinet.id).isoformat(),
        actor=current_caller().actor,
        given=given or {},
        bad=bad or {},
        wait_minutes=None if wait is None else -(-wait // MINUTE),
        done=request.args.get("gedaan"),
    )
