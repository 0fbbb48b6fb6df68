"""The pages on which people register as volunteers. Nothing of what they type is in an address or a log."""

from math import ceil

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from aednet.areas.ground import load_ground
from aednet.areas.queries import list_areas
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.geography.shipped import CREDIT
from aednet.messaging.numbers import country_of
from aednet.messaging.terms import CONSOLE
from aednet.messaging.wiring import current_terms
from aednet.volunteers import services
from aednet.volunteers.arrivals import CONSENT_VERSION
from aednet.volunteers.drafts import VolunteerDraft
from aednet.volunteers.join import Faulty, JoinForm, Understood, understand
from aednet.volunteers.keys import hashes_of_phone
from aednet.volunteers.phone_checks import TooManyCodes, Verdict, code_of, send_code, try_code
from aednet.volunteers.rules import Language, Role, Shift, TravelMode, roles_on, shifts_of
from aednet.web.limits import JOINS, JOINS_A_NUMBER, counted_address, limit_reads, seconds_to_wait

CHANGE, SEND = "wijzigen", "aanmelden"  # what the two buttons of the page that checks say; all else checks
CODE, AGAIN = "code", "opnieuw"  # and those of the page that asks for the code

blueprint = Blueprint("volunteers", __name__, template_folder="templates")


@blueprint.get("/join")
@limit_reads
def join() -> str:
    """Show the empty form."""
    return _form(JoinForm())


@blueprint.post("/join")
@limit_reads
def go_on() -> ResponseReturnValue:
    """Check what was typed and show it, register it once that was seen, or give it back to be changed."""
    form, step = JoinForm.parse(request.form), request.form.get("stap")
    if step == CHANGE:
        return _form(form)
    try:
        understood = _understand(form)
    except Faulty as faulty:
        return _form(form, bad=faulty.bad), 422
    if step not in {SEND, CODE, AGAIN}:
        return _check(form, understood)
    if is_code_asked():
        if step != CODE:
            return _send_code(form, understood)
        verdict, token = _verdict_on_code(understood)
        if verdict is not Verdict.RIGHT:
            return _ask_code(form, understood, token=token, verdict=verdict), 422
    return _register(form, understood)


def is_code_asked() -> bool:
    """Tell whether mobile numbers are verified: where messages are sent, and in the demo to show it."""
    settings = current().settings
    return settings.demo or settings.sms != CONSOLE


def _register(form: JoinForm, understood: Understood) -> ResponseReturnValue:
    wait = _seconds_to_wait(understood.draft)
    if wait is not None:
        return _form(form, wait=True), 429, {"Retry-After": str(wait)}
    clock = current().clock
    with transaction() as session:
        services.register_volunteer(
            session,
            understood.draft,
            by=services.THEMSELVES,
            ground=load_ground(session, current().settings),
            now=clock.now(),
            today=clock.today(),
        )
    return redirect(url_for(".thanks"), code=303)


def _send_code(form: JoinForm, understood: Understood) -> ResponseReturnValue:
    clock = current().clock
    try:
        with transaction() as session:
            sent = send_code(
                session,
                understood.draft.phone,
                language=understood.draft.language,
                address=counted_address(),
                now=clock.now(),
                today=clock.today(),
            )
    except TooManyCodes as error:
        return _form(form, wait=True), 429, {"Retry-After": str(max(1, ceil(error.wait.total_seconds())))}
    is_repeated = not sent.is_new and request.form.get("stap") == AGAIN
    return _ask_code(form, understood, token=sent.token, is_too_soon=is_repeated)


def _verdict_on_code(understood: Understood) -> tuple[Verdict, str]:
    token, typed = request.form.get("controle", ""), request.form.get("code", "")
    with transaction() as session:
        verdict = try_code(
            session,
            understood.draft.phone,
            token=token,
            typed="".join(typed.split()),
            now=current().clock.now(),
        )
    return verdict, token


@blueprint.get("/join/dank")
def thanks() -> str:
    """Say what happens next; it is the same for everybody."""
    return render_template("volunteers/thanks.html")


@blueprint.after_request
def _keep_nowhere(answer: Response) -> Response:
    """Let no browser or proxy keep what somebody typed."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _understand(form: JoinForm) -> Understood:
    session = db.session()
    understood = understand(
        form,
        areas=list_areas(session),
        ground=load_ground(session, current().settings),
        language=Language(str(get_locale())),
        today=current().clock.today(),
    )
    if is_code_asked() and country_of(understood.draft.phone) not in current_terms().countries:
        raise Faulty({"phone": "country"})
    return understood


def _seconds_to_wait(draft: VolunteerDraft) -> int | None:
    by_address = seconds_to_wait(JOINS, counted_address())
    if by_address is not None:
        return by_address
    return seconds_to_wait(JOINS_A_NUMBER, hashes_of_phone(draft.phone)[0].hex())


def _form(form: JoinForm, *, bad: dict[str, str] | None = None, wait: bool = False) -> str:
    return render_template(
        "volunteers/join.html",
        form=form,
        bad=bad or {},
        wait=wait,
        area_names=[area.name for area in list_areas(db.session())],
        areas_credit=CREDIT,
        roles=list(Role),
        shifts=list(Shift),
        travel_modes=list(TravelMode),
        today=current().clock.today(),
        consent_version=CONSENT_VERSION,
    )


def _check(form: JoinForm, understood: Understood) -> str:
    draft = understood.draft
    counts_as = roles_on(draft.promise, today=current().clock.today())
    chosen = shifts_of(draft.available) or frozenset()
    return render_template(
        "volunteers/check.html",
        form=form,
        draft=draft,
        home=understood.home,
        roles=[role for role in Role if role in counts_as],
        wants_training=Role.RESPONDER in draft.roles - counts_as,
        shifts=[shift for shift in Shift if shift in chosen],
        is_always=chosen == frozenset(Shift),
    )


def _ask_code(
    form: JoinForm,
    understood: Understood,
    *,
    token: str,
    verdict: Verdict | None = None,
    is_too_soon: bool = False,
) -> str:
    is_usable = verdict not in {Verdict.SPENT, Verdict.OVER}
    return render_template(
        "volunteers/code.html",
        form=form,
        phone=understood.draft.phone,
        token=token,
        bad=verdict,
        is_usable=is_usable,
        is_too_soon=is_too_soon,
        shown_code=code_of(token) if current().settings.demo and is_usable else None,
    )
