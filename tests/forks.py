"""Processes forked from one that has loaded all it needs, so that they do the same at the same moment."""

import os
import traceback
from collections.abc import Callable

from aednet.base.database import db


def all_end_well(count: int, work: Callable[[int], None]) -> bool:
    """Let so many processes begin `work` at once. Returns whether all of them came to its end.

    Call it in an app context of a process without threads, and with no connection in use.
    """
    db.session.remove()
    db.engine.dispose()
    waiting, go = os.pipe()
    children = [_fork(number, work, waiting, go) for number in range(count)]
    os.close(go)  # whoever waits to read from the pipe now reads that it has ended
    return all([os.waitpid(child, 0)[1] == 0 for child in children])  # noqa: C419 wait for each of them


def _fork(number: int, work: Callable[[int], None], waiting: int, go: int) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(go)
            os.read(waiting, 1)
            work(number)
            status = 0
        except BaseException:  # noqa: BLE001 whatever it was, this process must not go on as its parent
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid
