"""Workers, forked from a warm parent, that are killed: at a named point, or whenever it happens."""

import os
import random
import signal
import time
import traceback
from dataclasses import dataclass, field

from aednet.base.database import db
from aednet.messaging.drain import Drainer, Point
from tests.crash.mutants import DRAINERS, Mutant
from tests.crash.scene import Scene

LOOKS_EVERY_S = 0.002
RESTS_S = 0.005
DOOMED = 3  # workers that are about to be killed, beside one that mostly lives and so can reconcile
POINT_COMES_WITHIN_S = 3.0
LONGEST_LIFE_S = 0.08
KEEPER_LIVES_S = (6.0, 12.0)  # longer than it takes to watch what is in doubt
WARM_UP = 5
ENOUGH_WORK, MORE_WORK = 40, 120
SURVIVORS = 2
SETTLES_WITHIN_S = 120
SETTLED_IN_A_ROW = 2


@dataclass(slots=True)
class Worker:
    """A process of its own, and when it dies unless it has already."""

    pid: int
    dies_at: float
    is_keeper: bool = False


@dataclass(slots=True, kw_only=True)
class Massacre:
    """One run: so many workers are killed while they work through the outbox, then one is let live."""

    scene: Scene
    kills: int
    random: random.Random
    mutant: Mutant | None = None
    only_at: Point | None = None
    killed: int = 0
    _workers: list[Worker] = field(default_factory=list)

    def run(self) -> int:
        """Kill, then let what is left settle. Returns how many were killed."""
        work_is_enough_until = 0.0
        self._warm_up()
        try:
            while self.killed < self.kills:
                if time.monotonic() > work_is_enough_until:
                    if self.scene.waiting() < ENOUGH_WORK:
                        self.scene.expect(MORE_WORK)
                    work_is_enough_until = time.monotonic() + 1
                self._fill_up()
                self._bury()
                time.sleep(LOOKS_EVERY_S)
            self._end_all()
            self._settle()
        finally:
            self._end_all()
        return self.killed

    def _warm_up(self) -> None:
        """Send some messages in this process, so that what is forked has loaded and compiled all it needs."""
        self.scene.expect(WARM_UP)
        with self.scene.app.app_context():
            self._drainer(seed=0).run()
            db.session.remove()
            db.engine.dispose()

    def _fill_up(self) -> None:
        if not any(worker.is_keeper for worker in self._workers):
            lives_s = self.random.uniform(*KEEPER_LIVES_S)
            self._workers.append(Worker(self._fork(None), time.monotonic() + lives_s, is_keeper=True))
        while len(self._workers) < DOOMED + 1:
            self._workers.append(self._doomed())

    def _doomed(self) -> Worker:
        now = time.monotonic()
        point = self.only_at or self.random.choice([None, *Point])
        if point is None:
            return Worker(self._fork(None), now + self.random.uniform(0, LONGEST_LIFE_S))
        return Worker(self._fork(point), now + POINT_COMES_WITHIN_S)

    def _bury(self) -> None:
        """Kill those whose time has come, and count those that died by SIGKILL, whoever sent it."""
        for worker in list(self._workers):
            if time.monotonic() >= worker.dies_at:
                os.kill(worker.pid, signal.SIGKILL)
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if pid == 0:
                continue
            self._workers.remove(worker)
            if not os.WIFSIGNALED(status):
                raise RuntimeError(f"a worker ended by itself with status {status}")
            self.killed += 1

    def _settle(self) -> None:
        """Let workers live until nothing is open any more."""
        self._workers = [Worker(self._fork(None), float("inf")) for _ in range(SURVIVORS)]
        deadline = time.monotonic() + SETTLES_WITHIN_S
        quiet = 0
        while quiet < SETTLED_IN_A_ROW and time.monotonic() < deadline:
            time.sleep(0.1)
            quiet = 0 if self.scene.unsettled() else quiet + 1

    def _end_all(self) -> None:
        for worker in self._workers:
            os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)
        self._workers.clear()

    def _fork(self, point: Point | None) -> int:
        seed, passes = self.random.randrange(2**32), self.random.randrange(3)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._work(point, seed=seed, passes=passes)
                status = 0
            except BaseException:  # noqa: BLE001 whatever it was, this process must not go on as its parent
                traceback.print_exc()
            finally:
                os._exit(status)
        return pid

    def _work(self, point: Point | None, *, seed: int, passes: int) -> None:
        """Drain for ever, or until `point` has been passed so often and comes again."""

        def at(passed: Point) -> None:
            nonlocal passes
            if passed is point:
                if passes == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                passes -= 1

        with self.scene.app.app_context():
            drainer = self._drainer(seed=seed)
            drainer.at = at
            while True:
                drainer.run()
                time.sleep(RESTS_S)

    def _drainer(self, *, seed: int) -> Drainer:
        return DRAINERS[self.mutant](
            outbox=self.scene.outbox,
            clock=self.scene.clock,
            owner=f"worker {os.getpid()}",
            jitter=random.Random(seed).random,
        )
