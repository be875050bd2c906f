"""The service for tests: one application over a workspace of its own, and clients by role."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.auth.roles import Principal, Role
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


class _As:
    """Sets who asks, in the place of signing in."""

    def __init__(self, app: ASGIApp, principal: Principal) -> None:
        self.app = app
        self.principal = principal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["principal"] = self.principal
        await self.app(scope, receive, send)


class Service:
    """A running application; `client` gives one for a person of a role."""

    def __init__(self, app: FastAPI, services: Services) -> None:
        self.app = app
        self.services = services

    def client(
        self,
        role: Role | str = Role.PLANNER,
        *,
        login: str | None = None,
        parks: Sequence[str] = (),
        department: str = "",
        district: str = "",
        confidential: bool = False,
    ) -> TestClient:
        """Return a client of a person, who is entered among the users if need be."""
        role = Role(role)
        if role is Role.VIEWER and login is None:
            return TestClient(self.app)
        row = {
            "login": login or role.value,
            "name": login or role.value,
            "role": role.value,
            "parks": list(parks),
            "department": department,
            "district": district,
            "confidential": confidential,
        }
        principal = self._principal(row)
        return TestClient(_As(self.app, principal))

    def _principal(self, row: dict[str, Any]) -> Principal:
        with self.services.records.writing() as session:
            user = session.scalar(select(User).where(User.login == row["login"]))
            if user is None:
                user = User(created_at=AT, **row)
                session.add(user)
            session.flush()
            return Principal(
                role=Role(row["role"]),
                user_id=user.id,
                login=row["login"],
                name=row["name"],
                parks=frozenset(row["parks"]),
                department=row["department"],
                district=row["district"],
                confidential=row["confidential"],
            )


@contextmanager
def running(workspace: Path, **settings: Any) -> Iterator[Service]:
    """Run the application over a workspace: its lifespan begins and ends with the block."""
    given = {"requests_per_minute": 1_000_000, **settings}
    app = create_app(Settings(workspace=str(workspace), **given))
    with TestClient(app):
        yield Service(app, app.state.services)
