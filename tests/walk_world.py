"""Two areas with one of everything in each, for walking every way in as whoever may come. All invented."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shapely import box
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from aednet.accounts.links import make_link
from aednet.accounts.models import AccountSession
from aednet.accounts.rules import Role
from aednet.accounts.services import create_token
from aednet.areas.border_models import BorderProposal, KeptBorder
from aednet.areas.models import Area, AreaKind
from aednet.base.transactions import transaction
from aednet.cabinets.care.checklist import Item
from aednet.cabinets.care.models import AfterUse, Finding, InspectionPhoto
from aednet.cabinets.costs.models import ConsumableOrder
from aednet.cabinets.costs.rules import OrderState
from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.ledger.models import RegistryChange
from aednet.cabinets.ledger.rules import Fact
from aednet.cabinets.models import Consumable, Device, Inspection, ProblemReport
from aednet.cabinets.rules import ConsumableKind, GuardianRole, ReportKind
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import MessageClass, RecipientKind, State
from tests.factories import (
    NOW,
    TODAY,
    make_account,
    make_area_draft,
    make_areas,
    make_cabinet,
    make_training,
    make_volunteer,
)

KRAKEEL, WOLFSBOS = "krakeel", "wolfsbos"
LON = {KRAKEEL: 6.45, WOLFSBOS: 6.52}
EMAILS = {
    "viewer": "vera@aednet.example",
    "coordinator": "ans@aednet.example",
    "stranger": "bob@aednet.example",
    "administrator": "baas@aednet.example",
}

Objects = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the parameters of addresses stand for: of each area, of nobody, and what everybody has."""

    areas: dict[str, Objects]
    unknown: Objects
    token: str = field(repr=False)


def make_world() -> World:
    """Store both areas and everybody who asks."""
    make_areas(make_area_draft(KRAKEEL, width=0.08), make_area_draft(WOLFSBOS, west=6.48))
    make_account(KRAKEEL, email=EMAILS["viewer"], role=Role.VIEWER)
    make_account(KRAKEEL, email=EMAILS["coordinator"], role=Role.COORDINATOR)
    make_account(WOLFSBOS, email=EMAILS["stranger"], role=Role.COORDINATOR)
    make_account(email=EMAILS["administrator"])
    areas = {slug: _furnish(slug, number) for number, slug in enumerate(LON, start=1)}
    with transaction() as session:
        token = create_token(session, EMAILS["coordinator"], name="test", now=NOW)
    unknown = dict.fromkeys(areas[KRAKEEL], "999") | {
        "ref": "HGV-999",
        "slug": "nergens",
        "token": "x" * 43,
    }
    return World(areas=areas, unknown=unknown, token=token)


def _furnish(slug: str, number: int) -> Objects:
    ref = f"HGV-00{number}"
    account_id = make_account(slug, email=f"iemand{number}@aednet.example", role=Role.COORDINATOR)
    with transaction() as session:
        area_id = session.scalars(select(Area.id).where(Area.slug == slug)).one()
        cabinet_id = make_cabinet(session, ref, lon=LON[slug], access_code=f"geheim {number}")
        volunteers = [
            make_volunteer(session, 10 * number + part, lon=LON[slug], roles={"guardian", "responder"})
            for part in range(3)
        ]
        for role, who in zip(GuardianRole, volunteers, strict=False):
            appoint_guardian(session, cabinet_id, who, role=role, today=TODAY)
        inspection_id = session.scalars(
            select(Inspection.id).where(Inspection.cabinet_id == cabinet_id)
        ).one()
        session.add(InspectionPhoto(inspection_id=inspection_id, image=b"\xff\xd8\xff", added_at=NOW))
        objects = {
            "ref": ref,
            "slug": slug,
            "lon": str(LON[slug]),
            "volunteer_id": str(volunteers[0]),
            "other_id": str(volunteers[2]),
            "inspection_id": str(inspection_id),
            "account_id": str(account_id),
            "token": make_link(session, account_id, now=NOW).token,
            "training_id": str(
                make_training(session, lon=LON[slug], begins_at=NOW + timedelta(days=9 + number))
            ),
            "session_id": _add(
                session,
                AccountSession,
                token_hash=bytes([number]),
                account_id=account_id,
                created_at=NOW,
                seen_at=NOW,
                expires_at=NOW + timedelta(days=1),
            ),
        }
        return objects | _add_rows(session, area_id, cabinet_id, inspection_id, volunteers)


def _add_rows(
    session: Session, area_id: int, cabinet_id: int, inspection_id: int, volunteers: list[int]
) -> Objects:
    area = session.get_one(Area, area_id)
    border: dict[str, Any] = {
        "slug": area.slug,
        "name": area.name,
        "kind": AreaKind.OTHER,
        "name_source": "test",
        "boundary_source": "test",
        "shape": box(LON[area.slug] - 0.01, 52.65, LON[area.slug] + 0.01, 52.8),
    }
    consumable_id = session.scalars(
        select(Consumable.id)
        .join(Device, Device.id == Consumable.device_id)
        .where(Device.cabinet_id == cabinet_id, Consumable.kind == ConsumableKind.BATTERY)
    ).one()
    return {
        "finding_id": _add(
            session,
            Finding,
            cabinet_id=cabinet_id,
            inspection_id=inspection_id,
            item=Item.SIGNS,
            found_on=TODAY,
        ),
        "path_id": _add(
            session, AfterUse, cabinet_id=cabinet_id, begun_at=NOW, begun_by="test", was_in_service=True
        ),
        "report_id": _add(
            session,
            ProblemReport,
            cabinet_id=cabinet_id,
            kind=ReportKind.OTHER,
            text="Iets.",
            reported_at=NOW,
        ),
        "absence_id": _add(
            session,
            Absence,
            volunteer_id=volunteers[0],
            from_on=TODAY,
            until_on=TODAY + timedelta(days=3),
        ),
        "change_id": _add(
            session,
            RegistryChange,
            cabinet_id=cabinet_id,
            fact=Fact.NAME,
            old_value="Oud",
            new_value="Nieuw",
            pressing_on=TODAY,
            changed_at=NOW,
            changed_by="test",
            entered_at=NOW,
            entered_by="test",
        ),
        "open_change_id": _add(
            session,
            RegistryChange,
            cabinet_id=cabinet_id,
            fact=Fact.ADDRESS,
            old_value="Oud",
            new_value="Nieuw",
            pressing_on=TODAY,
            changed_at=NOW,
            changed_by="test",
        ),
        "consumable_id": str(consumable_id),
        "order_id": _add(
            session,
            ConsumableOrder,
            consumable_id=consumable_id,
            expires_on=TODAY,
            state=OrderState.ORDERED,
            ordered_at=NOW,
            ordered_by="test",
        ),
        "reminder_id": _add(
            session,
            Reminder,
            rule="test",
            subject_kind="cabinet",
            subject_id=cabinet_id,
            occurrence_on=TODAY,
            recipient_kind=RecipientKind.VOLUNTEER,
            recipient_id=volunteers[0],
            area_id=area_id,
            message_class=MessageClass.REMINDER,
            due_at=NOW,
            expires_at=NOW + timedelta(days=1),
            state=State.DUE,
            created_at=NOW,
            changed_at=NOW,
        ),
        "inbound_id": _add(
            session,
            InboundSms,
            provider_id=f"SM{area_id}",
            sender="+31612345678",
            sender_hash=bytes(32),
            text="OK",
            received_at=NOW,
            sender_kind=RecipientKind.VOLUNTEER,
            sender_id=volunteers[0],
            area_id=area_id,
            outcome="test",
        ),
        "stranger_id": _add(
            session,
            InboundSms,
            provider_id=f"SM{area_id} of somebody",
            sender="+31612345678",
            sender_hash=bytes(32),
            text="OK",
            received_at=NOW,
            area_id=area_id,
            outcome="test",
        ),
        "proposal_id": _add(
            session, BorderProposal, area_id=area_id, proposed_at=NOW, proposed_by="test", **border
        ),
        "kept_id": _add(session, KeptBorder, replaced_at=NOW, replaced_by="test", **border),
    }


def _add(session: Session, table: Any, **values: Any) -> str:
    return str(session.execute(insert(table).values(values).returning(table.id)).scalar_one())
