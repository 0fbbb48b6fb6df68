"""Counting once a day the volunteers of each area, and the certificates that lapse in each month ahead."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aednet.areas.tallies import Counted, Tally, by_month, first_of_month, put_tallies
from aednet.volunteers.models import MAY_BE_CALLED, Volunteer
from aednet.volunteers.rules import Status

MONTHS_AHEAD = 12


def count_months(session: Session, *, today: date) -> None:
    """Count the volunteers of this month, and the certificates that lapse in it or the next eleven."""
    first, last = first_of_month(today), first_of_month(today, ahead=MONTHS_AHEAD - 1)
    end_on = first_of_month(today, ahead=MONTHS_AHEAD) - timedelta(days=1)
    lapses_on = Volunteer.certificate_lapses_on
    rows = session.execute(
        select(Volunteer.area_id, lapses_on, func.count())
        .where(MAY_BE_CALLED, lapses_on.between(first, end_on))
        .group_by(Volunteer.area_id, lapses_on)
    )
    counted = by_month((area_id, day, count) for area_id, day, count in rows if day is not None)
    put_tallies(session, Tally.CERTIFICATE, counted, from_month=first, until_month=last)
    people = session.execute(
        select(Volunteer.area_id, func.count())
        .where(Volunteer.status.in_([Status.NEW, Status.ACTIVE]))
        .group_by(Volunteer.area_id)
    )
    put_tallies(
        session,
        Tally.VOLUNTEER,
        [Counted(area_id=area_id, month=first, count=count) for area_id, count in people],
        from_month=first,
        until_month=first,
    )
