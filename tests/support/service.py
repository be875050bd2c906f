"""The service for tests: one application over a workspace of its own, and clients by role."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.auth.identities import principal_of_user
from api.auth.roles import Principal, Role
from api.auth.tokens import make_token
from api.records.tables import User
from api.services import Services
from api.settings import Settings

AT = "2026-11-20T09:00:00+08:00"


def own_copy(workspace: Path, folder: Path) -> Path:
    """Copy a workspace so that it may be written to; the write-once layer files are linked."""
    shutil.copytree(workspace, folder, copy_function=_copy_or_link)
    return folder


def _copy_or_link(source: str, target: str) -> str:
    if Path(source).parent.parent.name == "layers" or Path(source).parent.name == "layers":
        os.link(source, target)
    else:
        shutil.copy2(source, target)
    return target


class Service:
    """A running application; `client` gives one for a person of a role, with an access token."""

    def __init__(self, app: FastAPI, services: Services) -> None:
        self.app = app
        self.services = services

    def person(self, role: Role | str, *, login: str | None = None, **bound: Any) -> Principal:
        """Return somebody of a role, entered among the users if need be.

        `bound`: parks, department, district, confidential.
        """
        role = Role(role)
        with self.services.records.writing() as session:
            user = session.scalar(select(User).where(User.login == (login or role.value)))
            if user is None:
                name = login or role.value
                user = User(login=name, name=name, role=role.value, created_at=AT)
                session.add(user)
            user.role, user.must_change = role.value, False
            for field, value in bound.items():
                setattr(user, field, value)
            session.flush()
            return principal_of_user(user)

    def client(
        self, role: Role | str = Role.PLANNER, *, login: str | None = None, **bound: Any
    ) -> TestClient:
        """Return a client of a person; a viewer without a login is nobody."""
        client = TestClient(self.app)
        if Role(role) is not Role.VIEWER or login is not None:
            client.headers["Authorization"] = f"Bearer {self.token(role, login=login, **bound)}"
        return client

    def token(self, role: Role | str, *, login: str | None = None, **bound: Any) -> str:
        """Return a new access token of a person."""
        principal = self.person(role, login=login, **bound)
        return make_token(self.services, principal, name="test", days=1)[1]


@contextmanager
def running(workspace: Path, **settings: Any) -> Iterator[Service]:
    """Run the application over a workspace: its lifespan begins and ends with the block."""
    given = {"requests_per_minute": 1_000_000, "admin_password": "of a test", **settings}
    app = create_app(Settings(workspace=str(workspace), **given))
    with TestClient(app):
        yield Service(app, app.state.services)
