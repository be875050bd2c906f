"""The service on a free port of this machine, in a thread, for tests in a browser."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from shapely import box

from api.app import create_app
from api.auth.middleware import COOKIE
from api.auth.roles import Principal, Role
from api.auth.sessions import open_session
from api.records.tables import User
from api.services import Services
from api.settings import Settings
from layers.store.embedded import Workspace

DESKTOP, PHONE = (1440, 900), (390, 844)
AT = datetime(2026, 11, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


class Served:
    """A running service: its address and its open services."""

    def __init__(self, url: str, services: Services) -> None:
        self.url = url
        self.services = services
        self.people: dict[str, Principal] = {}

    def account(self, role: Role | str, *, password: str = "", **bound: Any) -> Principal:
        """Make somebody of a role, bound to `parks`, `department`, `district` as given."""
        n = len(self.people) + 1
        login = f"{role}-{n}"
        stored = {**bound, "parks": sorted(bound.get("parks", ()))}
        if password:
            stored["password"] = self.services.passwords.hash(password)
        with self.services.records.writing() as session:
            user = User(
                login=login, name=login, role=str(role), created_at=AT.isoformat(), **stored
            )
            session.add(user)
            session.flush()
            found = Principal(role=Role(role), user_id=user.id, login=login, name=login, **bound)
        self.people[login] = found
        return found

    def cookie(self, person: Principal) -> dict[str, str]:
        """Sign somebody in; return the browser's cookie."""
        with self.services.records.writing() as session:
            user = session.get_one(User, person.user_id)
            made = open_session(self.services, session, user)
        return {"name": COOKIE, "value": made.cookie, "url": self.url}


@contextmanager
def serving(workspace: Path | str, **settings: Any) -> Iterator[Served]:
    """Serve a workspace, a folder or a database, until the block ends."""
    chosen = Settings(workspace=str(workspace), **settings)
    services = Services.open(chosen)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = Served(f"http://127.0.0.1:{port}", services)
    config = uvicorn.Config(
        create_app(chosen, services),
        host="127.0.0.1",
        port=port,
        log_level="error",
        lifespan="on",
        timeout_keep_alive=600,  # a loaded machine must not close a connection under a request
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        assert time.monotonic() < end, "the service did not start in 30 s"
        time.sleep(0.02)
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(20)
        services.close()


def copied(workspace: Path, to: Path) -> Path:
    """Copy a workspace, so that a service may write to it."""
    shutil.copytree(workspace, to)
    return to


def empty_workspace(folder: Path, *, packs: tuple[str, ...] = ()) -> Path:
    """Make a workspace that holds no data yet, where the sample town would lie."""
    area = box(440_000, 2_700_000, 460_000, 2_720_000)
    Workspace.create(folder, crs="EPSG:4548", area=area, at=AT, packs=packs).close()
    return folder
