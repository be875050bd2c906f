"""A throw-away PostgreSQL cluster with PostGIS: for tests by socket, or by `make postgis`."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "lantu-pg-"
TEMPLATE = "lantu_template"


def find_binaries() -> Path | None:
    """Folder of the newest PostgreSQL whose PostGIS is installed too, None without one."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and _has_postgis(folder):
            return folder
    return None


def _has_postgis(folder: Path) -> bool:
    version = folder.parent.name
    places = [Path("/usr/share/postgresql") / version]
    config = folder / "pg_config"
    if config.exists():
        told = subprocess.run(
            [config, "--sharedir"], capture_output=True, text=True, check=False
        ).stdout.strip()
        if told:
            places.append(Path(told))
    return any((place / "extension" / "postgis.control").exists() for place in places)


class PostgisServer:
    """One cluster; `clone()` makes a database with PostGIS in it.

    A killed run cannot clean up: the next one removes what it left, known by the id of the dead
    process in the folder's name.
    """

    def __init__(self, binaries: Path, port: int | None = None) -> None:
        remove_orphans()
        self._port = port
        self._binaries = binaries
        self._clones = 0
        # /tmp and not pytest's folder: a socket path holds 107 bytes and must be open to `postgres`
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp"))
        self._account = _account()
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._data = self.folder / "data"
        self._run("initdb", "-D", self._data, "-U", "postgres", "-E", "UTF8", "-N",
                  "--auth-local=trust", "--auth-host=scram-sha-256")  # fmt: skip
        self.resume()
        self._execute("postgres", f"CREATE DATABASE {TEMPLATE}")
        for extension in ("postgis", "btree_gist"):
            self._execute(TEMPLATE, f"CREATE EXTENSION {extension}")

    def clone(self) -> str:
        """Make a fresh database with PostGIS; return its connection string."""
        self._clones += 1
        name = f"lantu_{self._clones}"
        self._execute("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.dsn(name)

    def drop(self, dsn: str) -> None:
        """Remove a database that `clone` made, whoever is still connected."""
        name = _database_of(dsn)
        self._execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, dsn: str) -> str:
        """Address of a database that `clone` made, as a workspace takes it."""
        return f"postgresql://postgres@/{_database_of(dsn)}?host={self.folder}"

    def dsn(self, database: str) -> str:
        """Connection string of a database."""
        port = f" port={self._port}" if self._port is not None else ""
        return f"host={self.folder} user=postgres dbname={database}{port}"

    def halt(self) -> None:
        """End the server as an operator would, cutting all connections; the data stay."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def resume(self) -> None:
        """Start the server."""
        self._process = self._start()
        self._wait()

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off"]
        listen = ["listen_addresses="]
        if self._port is not None:
            listen = ["listen_addresses=127.0.0.1", f"port={self._port}"]
        settings = [f"unix_socket_directories={self.folder}", *listen, *quick]
        options = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self._drop(),
            )

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [self._binaries / program, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **self._drop(),
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    def _drop(self) -> dict[str, object]:
        """As root, become the server's account: PostgreSQL refuses to run as root."""
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def _wait(self) -> None:
        import psycopg

        for _ in range(300):
            if self._process.poll() is not None:
                break
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.dsn("postgres")).close()
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start: " + (self.folder / "log").read_text()[-2000:])

    def _execute(self, database: str, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            connection.execute(statement)


def _database_of(dsn: str) -> str:
    """Name of a database from its connection string or its address."""
    if dsn.startswith("postgresql://"):
        return dsn.split("/")[3].split("?")[0]
    return dsn.split("dbname=")[1].split()[0]


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("as root a `postgres` account is needed to run PostgreSQL")


def remove_orphans(root: Path = Path("/tmp")) -> list[Path]:
    """End and remove clusters whose test process is gone; return their folders."""
    removed = []
    for folder in root.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if not owner.isdigit() or Path(f"/proc/{owner}").exists():
            continue
        _end_server_of(folder)
        shutil.rmtree(folder, ignore_errors=True)
        removed.append(folder)
    return removed


def _end_server_of(folder: Path) -> None:
    with suppress(OSError, ValueError, IndexError):
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{server}/cmdline").read_bytes().decode(errors="replace")
        if str(folder) not in command:  # the number was given to another process since
            return
        os.kill(server, signal.SIGINT)
        for _ in range(100):
            if not Path(f"/proc/{server}").exists():
                return
            time.sleep(0.1)
        os.kill(server, signal.SIGKILL)


def main() -> None:
    """Start a server on a free port of this machine, print its address, end with Ctrl-C."""
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("no PostgreSQL with PostGIS here; on Debian: postgresql-15-postgis-3")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = PostgisServer(binaries, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        password = secrets.token_urlsafe(12)
        server._execute("postgres", f"ALTER ROLE postgres PASSWORD '{password}'")
        server._execute("postgres", f"CREATE DATABASE lantu TEMPLATE {TEMPLATE}")
        print(f"postgresql://postgres:{password}@127.0.0.1:{port}/lantu", flush=True)
        print("Its data are gone when it ends: Ctrl-C", file=sys.stderr, flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


if __name__ == "__main__":
    main()
