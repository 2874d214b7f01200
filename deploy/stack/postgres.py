"""PostgreSQL from the wheel, on TCP, with one role and one database a service."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploy.stack import programs
from deploy.stack.errors import StackUnavailable
from deploy.stack.state import born

ROLES_SQL = Path(__file__).parents[1] / "postgres" / "roles.sql"
_UNPRIVILEGED = "nobody"
# Whatever a program does to a server, the kernel keeps what it wrote; only a machine that goes down would lose it.
_BRIEF = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS = {"max_connections": "200", "shared_buffers": "64MB", "log_min_messages": "warning", "timezone": "UTC"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """``durable=False`` is for data that nobody wants after the machine went down: tests."""

    programs: Path
    port: int
    passwords: Mapping[str, str]
    durable: bool = True
    name: ClassVar[str] = "postgres"
    # Fast shutdown; SIGTERM would wait for every client to leave.
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT

    def url(self, role: str) -> str:
        """The address of the database that has the role's name."""
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{role}"

    def prepare(self, folder: Path) -> None:
        """Make the cluster once, whole or not at all; every connection needs its role's password."""
        data, making, password = folder / "data", folder / "making", folder / "password"
        if data.exists():
            return
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self.passwords["postgres"])
        if os.geteuid() == 0:
            for path in (making, password):
                shutil.chown(path, _UNPRIVILEGED)
        command = [str(self.programs / "initdb"), "-D", str(making), "-U", "postgres", "--pwfile", str(password)]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        command += [] if self.durable else ["--no-sync"]
        programs.run([*_as_unprivileged(leash=True), *command], env=self.environment(), cwd=folder)
        password.unlink()
        making.rename(data)

    def argv(self, folder: Path, *, detach: bool) -> list[str]:
        """The server in the foreground, without sockets in the file system."""
        command = [str(self.programs / "postgres"), "-D", str(folder / "data")]
        command += ["-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        for key, value in (_SETTINGS if self.durable else _SETTINGS | _BRIEF).items():
            command += ["-c", f"{key}={value}"]
        return [*_as_unprivileged(leash=not detach), *command]

    def environment(self) -> dict[str, str]:
        """A plain locale: messages are read by people of all tongues, and by tests."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}

    def ready(self, folder: Path) -> bool:
        """Whether a server that lives has written that it accepts connections; a killed one leaves its note behind."""
        try:
            note = (folder / "data" / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        return note[-1:] == ["ready"] and born(int(note[0])) is not None

    def provision(self, folder: Path) -> None:
        """Roles and databases, by the script that the containers run too."""
        env = self.environment() | {"PGPASSWORD": self.passwords["postgres"]}
        env |= {f"CUTROOM_{role.upper()}_DB_PASSWORD": password for role, password in self.passwords.items()}
        psql = [str(self.programs / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        programs.run([*psql, "--no-psqlrc", "-q", "-f", str(ROLES_SQL)], env=env, cwd=folder)


def _as_unprivileged(*, leash: bool) -> list[str]:
    """What to put before a command so that it does not run as root, which PostgreSQL refuses.

    The one capability kept lets it reach its files through folders that only root may enter; changing the user drops
    the tie to the parent's life, so ``leash`` ties it again.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StackUnavailable("As root, PostgreSQL needs `setpriv`.", remedy="Install util-linux, or be another user.")
    user = pwd.getpwnam(_UNPRIVILEGED)
    become = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs"]
    keep = [f"--{kind}-caps=-all,+dac_override" for kind in ("inh", "ambient")]
    tie = ["--pdeathsig", "SIGKILL"] if leash else []
    return [setpriv, *become, *keep, *tie, "--"]
