"""Every way in: what it asks for, and what an honest sender sends. A new one has to be put down here."""

from dataclasses import dataclass, field
from typing import Any, Final

from aednet.accounts.rules import Permission

SEE, SEE_PEOPLE, CHANGE, ADMINISTER = Permission
OK: Final = frozenset({200})
DONE: Final = frozenset({303})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in. `needs` is None for the public.

    `form` or `json` is what is sent, `{name}` standing for what the parameter of that name stands for, and
    `answers` what whoever may come in can be told. `asks` are parameters other than those of the world.
    A way with `shared` objects is the same for whoever has the right, whatever their areas; `last` come
    those that take away what others need; `browsers` alone have business at some.
    """

    needs: Permission | None = None
    form: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    answers: frozenset[int] = frozenset()
    asks: dict[str, str] = field(default_factory=dict)
    shared: bool = False
    last: bool = False
    browsers: bool = False


def open_to(needs: Permission | None, *names: str, **facts: Any) -> dict[str, Way]:
    """Describe several ways in that are alike."""
    return dict.fromkeys(names, Way(needs=needs, **facts))


WAYS: Final[dict[str, Way]] = {
    # Anybody
    **open_to(
        None,
        "accounts.show_sign_in",
        "apidocs.read",
        "areas_api.every_area",
        "areas_api.one_area",
        "cabinets.show",
        "cabinets_api.every_cabinet",
        "cabinets_api.one_cabinet",
        "coverage_api.coverage",
        "health.alive",
        "health.ready",
        "links.done",
        "map.front",
        "openapi.spec",
        "second_step.show",
        "volunteers.join",
        "volunteers.thanks",
        shared=True,
        answers=frozenset({200, 303, 503}),
    ),
    "accounts.sign_in": Way(shared=True, answers=frozenset({303, 422})),
    "accounts.sign_out": Way(shared=True, last=True),
    "cabinets.report": Way(shared=True, form={"kind": "other", "text": "Iets."}),
    "cabinets_api.report_problem": Way(
        shared=True, json={"kind": "other", "text": "Iets."}, answers=frozenset({202})
    ),
    "calendar.feed": Way(shared=True, answers=frozenset({404})),
    "coverage_api.nearest": Way(shared=True, asks={"lat": "52.7", "lon": "6.45"}),
    "links.show": Way(shared=True),
    "links.set_password": Way(shared=True, answers=frozenset({422})),
    "map.near_me": Way(shared=True, form={"lat": "52.7", "lon": "6.45"}, answers=frozenset({200, 303, 422})),
    "second_step.finish": Way(shared=True, answers=frozenset({303, 422})),
    "twilio.inbound": Way(shared=True, answers=frozenset({403})),
    "twilio.status": Way(
        shared=True, asks={"attempt": "7f1dbb7e-9c5f-4c0e-8f2b-2c8f6c1d9a11"}, answers=frozenset({403})
    ),
    "volunteers.go_on": Way(shared=True, answers=frozenset({200, 303, 422})),
    "web.leaflet": Way(shared=True, asks={"name": "leaflet.js"}),
    "web.static_file": Way(
        shared=True, asks={"fingerprint": "x", "name": "css/base.css"}, answers=frozenset({404})
    ),
    # Cabinets
    **open_to(
        SEE,
        "todo.show",
        "desk.coverage",
        "desk_cabinets.show_all",
        "charts.show",
        "coverage_api.gaps",
        shared=True,
    ),
    **open_to(SEE, "desk_cabinets.show", "care.photo"),
    "desk_cabinets.show_history": Way(needs=SEE, asks={"kind": "controles"}),
    **open_to(
        CHANGE,
        "cabinet_editing.confirm_retiring",
        "cabinet_editing.edit",
        "care.show_checklist",
        "care.show_use",
        "device_editing.show_device",
        "guardians.show",
        "vault.show",
    ),
    "cabinet_editing.new": Way(needs=CHANGE, shared=True),
    "cabinet_editing.register": Way(needs=CHANGE, shared=True, answers=frozenset({422})),
    "cabinet_editing.change": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "cabinet_editing.retire": Way(needs=CHANGE, last=True, answers=frozenset({303, 409, 422})),
    "device_editing.put_device": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "device_editing.show_replacement": Way(needs=CHANGE, asks={"kind": "battery"}),
    "device_editing.replace": Way(needs=CHANGE, asks={"kind": "battery"}, answers=frozenset({303, 409, 422})),
    "care.inspect": Way(needs=CHANGE, answers=frozenset({303, 422})),
    "care.tick_off": Way(needs=CHANGE),
    "care.begin_use": Way(needs=CHANGE),
    "care.take_steps": Way(needs=CHANGE, form={"step": "fetched_back"}),
    "care.end_unused": Way(needs=CHANGE, last=True, answers=frozenset({303, 409})),
    "vault.reveal": Way(needs=CHANGE, answers=frozenset({200, 422})),
    "vault.change": Way(needs=CHANGE, answers=frozenset({200, 303, 409, 422})),
    "guardians.search": Way(needs=CHANGE, form={"sought": "Anna"}, answers=OK),
    "guardians.ask": Way(
        needs=CHANGE,
        form={"volunteer_id": "{other_id}", "role": "deputy"},
        answers=frozenset({303, 409, 422}),
    ),
    "guardians.hand_over": Way(
        needs=CHANGE, form={"volunteer_id": "{other_id}"}, answers=frozenset({303, 409, 422})
    ),
    "guardians.undo_hand_over": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "guardians.note_away": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "guardians.forget_away": Way(needs=CHANGE, answers=frozenset({303, 409})),
    "guardians.stop": Way(needs=CHANGE, last=True, answers=frozenset({303, 409})),
    "reports.show_all": Way(needs=CHANGE, shared=True),
    "reports.close": Way(needs=CHANGE),
    **open_to(CHANGE, "ledger.show_open", "ledger.show_entered", "ledger.table", shared=True),
    "ledger.enter": Way(needs=CHANGE, form={"wijziging": "{open_change_id}~2026-11-24T13:00:00+00:00"}),
    "ledger.put_back": Way(needs=CHANGE),
    "cabinets_api.register": Way(needs=CHANGE, shared=True, json={}, answers=frozenset({422})),
    "cabinets_api.change": Way(needs=CHANGE, json={"location": "naast de deur"}, answers=OK),
    "cabinets_api.retire": Way(needs=CHANGE, last=True, answers=frozenset({200, 204, 409})),
    "cabinets_api.log_inspection": Way(
        needs=CHANGE, json={"passed": True}, answers=frozenset({200, 201, 409})
    ),
    "matching_api.volunteers_near_cabinet": Way(needs=SEE_PEOPLE),
    # Money
    **open_to(SEE, "budget.show", "budget.show_prices", shared=True),
    "budget.change_price": Way(needs=ADMINISTER, shared=True, answers=frozenset({303, 409, 422})),
    **open_to(CHANGE, "orders.show_to_order", "orders.table", shared=True, asks={"dagen": "365"}),
    "orders.show_under_way": Way(needs=CHANGE, shared=True),
    "orders.order": Way(needs=CHANGE, shared=True, form={"artikel": "{consumable_id}~2030-12-31"}),
    "orders.close": Way(needs=CHANGE, shared=True, form={"staat": "received", "bestelling": "{order_id}"}),
    # Areas
    "areas.show_all": Way(needs=SEE, shared=True),
    "areas.show": Way(needs=SEE),
    "areas.change": Way(needs=ADMINISTER, answers=frozenset({303, 409, 422})),
    **open_to(CHANGE, "borders.draw", "borders.show"),
    "borders.propose": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "borders.propose_again": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    **open_to(ADMINISTER, "borders.draw_new", "borders.ask_to_remove"),
    "borders.propose_new": Way(needs=ADMINISTER, shared=True, answers=frozenset({303, 422})),
    "borders.decline": Way(needs=ADMINISTER, last=True, answers=frozenset({303, 409})),
    "borders.confirm": Way(needs=ADMINISTER, answers=frozenset({303, 409, 422})),
    "borders.remove": Way(needs=ADMINISTER, last=True, answers=frozenset({303, 409, 422})),
    # People
    **open_to(
        SEE_PEOPLE,
        "people.show_all",
        "volunteers_api.every_volunteer",
        "reminders_api.every_reminder",
        shared=True,
    ),
    **open_to(
        SEE_PEOPLE, "people.show", "volunteers_api.one_volunteer", "matching_api.cabinets_near_volunteer"
    ),
    "people.search": Way(needs=SEE_PEOPLE, shared=True, form={"wie": "Anna"}, answers=OK),
    "volunteers_api.search": Way(needs=SEE_PEOPLE, shared=True, json={"text": "Anna"}, answers=OK),
    **open_to(CHANGE, "people.confirm_erasing", "people_editing.edit", "people_merging.compare"),
    "people_editing.new": Way(needs=CHANGE, shared=True),
    "people_editing.register": Way(needs=CHANGE, shared=True, answers=frozenset({422})),
    "people_editing.change": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "people_editing.move_on": Way(needs=CHANGE, form={"stap": "pauze"}),
    "people_editing.erase": Way(needs=CHANGE, last=True, answers=frozenset({303, 409, 422})),
    "people_merging.make_one": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "volunteers_api.register": Way(needs=CHANGE, shared=True, json={}, answers=frozenset({422})),
    "volunteers_api.change": Way(needs=CHANGE, json={"note": "belt liever"}, answers=OK),
    "volunteers_api.erase": Way(needs=CHANGE, last=True, answers=frozenset({200, 204})),
    "reminders_api.cancel": Way(needs=CHANGE, last=True, answers=frozenset({200, 204, 409})),
    # Messages
    "conversations.show_all": Way(needs=SEE_PEOPLE, shared=True),
    "conversations.show_one": Way(needs=SEE_PEOPLE, answers=DONE),
    "conversations.show_stranger": Way(needs=SEE_PEOPLE, asks={"inbound_id": "{stranger_id}"}),
    "conversations.show_volunteer": Way(needs=SEE_PEOPLE),
    # With a coordinator only that coordinator and administrators talk.
    "conversations.show_account": Way(needs=SEE_PEOPLE, answers=frozenset({200, 404})),
    "conversing.answer": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "conversing.decide": Way(needs=CHANGE, form={"besluit": "opnieuw"}, answers=frozenset({303, 409, 422})),
    "conversing.note_read": Way(needs=CHANGE, shared=True, answers=frozenset({303, 404, 422})),
    "conversing.take_back": Way(needs=CHANGE, last=True, answers=frozenset({303, 409})),
    "conversing.use_route_again": Way(needs=ADMINISTER, shared=True, answers=frozenset({303, 404, 409, 422})),
    # Training
    "trainings.show_all": Way(needs=SEE, shared=True),
    "trainings.show": Way(needs=SEE),
    "trainings.new": Way(needs=CHANGE, shared=True),
    "trainings.plan": Way(needs=CHANGE, shared=True, answers=frozenset({422})),
    "trainings.edit": Way(needs=CHANGE),
    "trainings.change": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    "trainings.cancel": Way(needs=CHANGE, last=True, answers=frozenset({303, 409, 422})),
    "training_bookings.note_attendance": Way(
        needs=CHANGE, form={"was-{volunteer_id}": "wel"}, answers=frozenset({303, 409, 422})
    ),
    "training_bookings.book": Way(needs=CHANGE, form={"stap": "komt", "wie": "{volunteer_id}"}),
    "training_bookings.add": Way(needs=CHANGE, answers=frozenset({303, 409, 422})),
    # Accounts
    **open_to(ADMINISTER, "administration.show_all", "trail.show", "administration.show"),
    "administration.invite": Way(needs=ADMINISTER, shared=True, answers=frozenset({422})),
    "administration.change_rights": Way(needs=ADMINISTER, answers=frozenset({303, 409, 422})),
    "administration.change_phone": Way(needs=ADMINISTER, answers=frozenset({303, 422})),
    "administration.reset_second_factor": Way(needs=ADMINISTER, answers=frozenset({303, 409})),
    "administration.renew_link": Way(needs=ADMINISTER, answers=OK),
    "administration.activate": Way(needs=ADMINISTER),
    "administration.deactivate": Way(needs=ADMINISTER, last=True),
    **open_to(SEE, "own_account.show", "own_factor.show", shared=True, browsers=True),
    "own_account.make_calendar": Way(needs=SEE, shared=True, browsers=True, answers=OK),
    "own_account.end_calendar": Way(needs=SEE, shared=True, browsers=True),
    "own_account.change_phone": Way(needs=SEE, shared=True, browsers=True, answers=frozenset({303, 422})),
    "own_account.change_password": Way(needs=SEE, shared=True, browsers=True, answers=frozenset({422})),
    "own_account.end_session": Way(
        needs=SEE, browsers=True, answers=frozenset({404})
    ),  # all are somebody else's
    "own_account.end_other_sessions": Way(needs=SEE, shared=True, browsers=True, last=True),
    **open_to(
        SEE,
        "own_factor.begin",
        "own_factor.confirm",
        "own_factor.renew",
        "own_factor.turn_off",
        shared=True,
        browsers=True,
        answers=frozenset({200, 303, 409, 422}),
    ),
}
