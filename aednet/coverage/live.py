"""Snapshots as this process holds them: read once, kept while their revision stands, rebuilt beside them.

A revision is read at most every 500 ms. When it has moved, one background thread builds the next snapshot
while the present one goes on answering.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, cast

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from aednet.areas.queries import list_areas, list_cells, network_extent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.logs import log
from aednet.base.revisions import Counter, read_revision
from aednet.cabinets.hours.calendar import calendar_of
from aednet.cabinets.queries import every_cabinet
from aednet.cabinets.rules import is_listed
from aednet.config import Settings
from aednet.coverage.network import Network, build_network
from aednet.coverage.people import Crowd, build_crowd
from aednet.coverage.queries import published_responders
from aednet.geography.projection import Projection
from aednet.volunteers.people import people_for_matching

CHECK_EVERY_S = 0.5
LONGEST_WAIT_S = 60.0  # between looks at a database that does not answer


class Versioned(Protocol):
    """What stands for one revision."""

    @property
    def version(self) -> int:
        """The revision it was read at."""


Snapshot = TypeVar("Snapshot", bound=Versioned)


class Live(Generic[Snapshot]):
    """Holds the newest snapshot and sees to it that it stays the newest."""

    def __init__(
        self,
        app: Flask,
        counter: Counter,
        load: Callable[[Session, Settings], Snapshot],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._counter = counter
        self._load = load
        self._monotonic = monotonic
        self._snapshot: Snapshot | None = None
        self._checked_at = 0.0
        self._wait_s = CHECK_EVERY_S
        self._checking = threading.Lock()  # one thread checks or builds, the others answer

    def get(self) -> Snapshot:
        """Return the snapshot, at most half a second and one rebuild behind the database."""
        snapshot = self._snapshot
        if snapshot is None:
            with self._checking:
                if self._snapshot is None:
                    self._snapshot = self._read()
                    self._checked_at = self._monotonic()
                return self._snapshot
        if self._monotonic() - self._checked_at >= self._wait_s and self._checking.acquire(blocking=False):
            self._check(snapshot)
        return snapshot

    def rest(self) -> None:
        """Wait until nobody looks or builds any more, so that its connections can be closed."""
        with self._checking:
            pass

    def _check(self, snapshot: Snapshot) -> None:
        """Look at the revision; hand the lock to the builder where it has moved.

        A database that cannot answer, or a build that fails, leaves the snapshot in use and the next look
        for later, twice as much later each time.
        """
        building = False
        try:
            self._checked_at = self._monotonic()
            if read_revision(db.session(), self._counter) != snapshot.version:
                threading.Thread(target=self._rebuild, name=f"live {self._counter}", daemon=True).start()
                building = True
            else:
                self._wait_s = CHECK_EVERY_S
        except SQLAlchemyError as error:
            db.session.rollback()
            self._fail(error)
        finally:
            if not building:
                self._checking.release()

    def _rebuild(self) -> None:
        try:
            with self._app.app_context():
                self._snapshot = self._read()
            self._wait_s = CHECK_EVERY_S
        except Exception as error:  # noqa: BLE001 whatever it was, the present snapshot goes on answering
            self._fail(error)
        finally:
            self._checking.release()

    def _fail(self, error: Exception) -> None:
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
        log.warning("snapshot not renewed", counter=self._counter, error=type(error).__name__)

    def _read(self) -> Snapshot:
        session = db.session()
        session.rollback()  # so that the revision read next is the newest
        snapshot = self._load(session, current().settings)
        session.rollback()  # long reads would keep SQLite's log from being cleared
        return snapshot


def load_network(session: Session, settings: Settings) -> Network:
    """Read the network from the database.

    The revision is read first: whatever changes meanwhile raises it, and is seen at the next check.
    """
    version = read_revision(session, Counter.NETWORK)
    areas = list_areas(session)
    projection = Projection.named(settings.projection)
    return build_network(
        version=version,
        cabinets=[cabinet for cabinet in every_cabinet(session) if is_listed(cabinet.status)],
        areas=areas,
        cells=list_cells(session),
        published_responders=published_responders(session),
        extent=network_extent(settings, areas, projection),
        calendar=calendar_of(settings),
        projection=projection,
    )


def load_crowd(session: Session, settings: Settings) -> Crowd:
    """Read everybody who takes part from the database; the revision first, as above."""
    version = read_revision(session, Counter.VOLUNTEERS)
    return build_crowd(
        version=version,
        people=list(people_for_matching(session)),
        projection=Projection.named(settings.projection),
    )


def init_live(app: Flask) -> None:
    """Give `app` its snapshots; each is read at the first question."""
    app.extensions[f"aednet.{Counter.NETWORK}"] = Live(app, Counter.NETWORK, load_network)
    app.extensions[f"aednet.{Counter.VOLUNTEERS}"] = Live(app, Counter.VOLUNTEERS, load_crowd)


def rest_live(app: Flask) -> None:
    """Wait until no snapshot of `app` is being renewed."""
    for counter in Counter:
        cast("Live[Any]", app.extensions[f"aednet.{counter}"]).rest()


def current_network() -> Network:
    """Return the network of the running application."""
    return cast("Live[Network]", current_app.extensions[f"aednet.{Counter.NETWORK}"]).get()


def current_crowd() -> Crowd:
    """Return the volunteers of the running application."""
    return cast("Live[Crowd]", current_app.extensions[f"aednet.{Counter.VOLUNTEERS}"]).get()
