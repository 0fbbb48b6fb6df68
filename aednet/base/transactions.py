"""The one way to write: `with transaction() as session:` round one use case, at the entry point."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from aednet.base.database import WRITE, db
from aednet.base.revisions import TOUCHED, raise_touched

OPEN = "open_transaction"


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a write transaction; commit when the block ends, roll back when it raises.

    Services take the session, flush, and leave the commit to this block. What was read in the same
    request before is read anew inside, so that a decision and its write see the same rows.

    Raises:
        RuntimeError: a transaction is open already.
    """
    session: Session = db.session()
    if session.info.get(OPEN):
        raise RuntimeError("a transaction is open already: pass its session on")
    session.rollback()
    session.info[OPEN] = True
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        raise_touched(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(OPEN, None)
        session.info.pop(TOUCHED, None)
