"""A small office for tests of signing in: the real application, real sessions, quick hashes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shapely import box

from api.app import create_app
from api.auth.accounts import add_user
from api.auth.middleware import COOKIE
from api.auth.passwords import Passwords
from api.auth.roles import Role
from api.auth.sessions import open_session
from api.records.audit import SYSTEM
from api.records.tables import User
from api.services import Services
from api.settings import Settings
from layers.store.embedded import Workspace
from tests.support.served import AT

PASSWORD = "a long enough one"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Office:
    """The application, its services, and people who may be signed in."""

    def __init__(self, app: FastAPI, services: Services) -> None:
        self.app = app
        self.services = services

    def person(self, login: str, role: Role | str = Role.PLANNER, **fields: Any) -> User:
        """Make an account whose password is `PASSWORD`."""
        user, _ = add_user(
            self.services, SYSTEM, login=login, role=Role(role), password=PASSWORD, fields=fields
        )
        return user

    def browser(self, user: User | None = None, *, csrf: bool = True) -> TestClient:
        """Return a client, signed in as somebody by a session of its own."""
        client = TestClient(self.app)
        if user is not None:
            with self.services.records.writing() as session:
                made = open_session(self.services, session, user)
            client.cookies.set(COOKIE, made.cookie, domain="testserver.local")
            if csrf and made.identity.session is not None:
                client.headers["X-CSRF-Token"] = made.identity.session.csrf
        return client


@contextmanager
def open_office(folder: Path, **settings: Any) -> Iterator[Office]:
    """Open an office on a new workspace; the first administrator is `admin`."""
    given = {"admin_password": PASSWORD, **settings}
    area = box(440_000, 2_700_000, 460_000, 2_720_000)
    place = folder / "workspace"
    Workspace.create(place, crs="EPSG:4548", area=area, at=AT, packs=("cn-base",)).close()
    chosen = Settings(workspace=str(place), **given)
    services = Services.open(chosen)
    services.passwords = Passwords(QUICK)
    app = create_app(chosen, services)
    with TestClient(app):
        yield Office(app, services)
    services.close()
