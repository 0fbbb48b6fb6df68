"""A PostgreSQL cluster for one run of the tests: in a temporary folder, on a socket of its own."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SHORT_PATH = Path("/tmp")  # noqa: S108 a socket's path may have no more than 107 characters
PREFIX = "aednet-pg-"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
# What was committed outlives the server that is killed, though not the machine.
OUTLIVES_ITS_SERVER = "-c fsync=off -c max_connections=50"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server; `url` reaches its first database as its owner."""

    folder: Path
    programs: Path
    account: str | None
    url: str

    def stop(self) -> None:
        """Stop the server and remove what it kept."""
        with contextlib.suppress(subprocess.CalledProcessError):  # it may have stopped already
            _run(
                self.account, self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop"
            )
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart_at_once(self) -> None:
        """End the server in the middle of whatever it does, and start it again."""
        _run(
            self.account,
            self.programs / "pg_ctl",
            "-D",
            self.folder / "data",
            "-l",
            self.folder / "log",
            "-m",
            "immediate",
            "-w",
            "restart",
        )


def find_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).parent


def start_cluster(settings: str = FAST) -> Cluster:
    """Create and start a cluster that only this machine's own processes can reach.

    PostgreSQL refuses to run as root, so root hands it to the account that its package created.
    """
    programs = find_programs()
    if programs is None:
        raise FileNotFoundError("initdb")
    account = "postgres" if os.geteuid() == 0 and _exists("postgres") else None
    _sweep(programs, account)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=SHORT_PATH))
    if account is not None:
        shutil.chown(folder, account)
    _run(
        account, programs / "initdb", "-D", folder / "data", "-U", "aednet", "-A", "trust", "-N", "-E", "UTF8"
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} {settings}"
    _run(
        account,
        programs / "pg_ctl",
        "-D",
        folder / "data",
        "-o",
        options,
        "-l",
        folder / "log",
        "-w",
        "start",
    )
    return Cluster(
        folder=folder,
        programs=programs,
        account=account,
        url=f"postgresql://aednet@/postgres?host={folder}",
    )


def _sweep(programs: Path, account: str | None) -> None:
    """Stop and remove the clusters of runs that were killed before they could."""
    for folder in SHORT_PATH.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            Cluster(folder=folder, programs=programs, account=account, url="").stop()


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def _run(account: str | None, *command: str | Path) -> None:
    subprocess.run(
        command,
        check=True,
        user=account,
        group=account,
        stdout=subprocess.DEVNULL,
        cwd="/",
        extra_groups=None,
    )
