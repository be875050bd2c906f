"""The authorisation matrix: every route x every role x own and foreign rows, from the routes.

What was done to a row of one's own is in the audit.

A new route is tried here by itself. It fails without an action (`Depends(does(Action.…))`), and,
where its path has parameters, without an entry in `authz_rows.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import func, select

from api.app import create_app
from api.auth.identities import principal_of_user
from api.auth.roles import ALLOWED, NOBODY, Action, Role
from api.records.tables import Audit, User
from api.settings import Settings
from tests.api.authz_rows import ROUTES, Everybody, Rows
from tests.support.authz_world import BOUND, World
from tests.support.office import open_office

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_WITHOUT_ACTION = {"/api/v1/openapi.json"}
"""The framework's own route: the document of the interface, which everybody may read."""


@dataclass(frozen=True)
class Route:
    """One method of one path, and what it does."""

    method: str
    path: str
    actions: frozenset[Action]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def allows(self, user: User | None) -> bool:
        """Whether somebody's role reaches it: asked of the closed table, not of the service."""
        role = Role.VIEWER if user is None else Role(user.role)
        if user is None and Action.OWN_ACCOUNT in self.actions:
            return False
        return all(role in ALLOWED[action] for action in self.actions)

    def filled(self, values: dict[str, str]) -> str:
        return _PARAMETER.sub(lambda found: values.get(found[1], "1"), self.path)


def _actions(dependant: Any) -> Iterator[Action]:
    action = getattr(dependant.call, "action", None)
    if action is not None:
        yield action
    for inner in dependant.dependencies:
        yield from _actions(inner)


def _routes() -> list[Route]:
    found = []
    for context in iter_route_contexts(create_app(Settings()).routes):
        dependant = getattr(context, "dependant", None)
        actions = frozenset(_actions(dependant)) if dependant is not None else frozenset()
        methods = sorted(set(context.methods or ["*"]) - {"HEAD"})
        found += [Route(method, str(context.path), actions) for method in methods]
    return found


ALL = _routes()
GUARDED = [route for route in ALL if route.path not in _WITHOUT_ACTION]
WITH_ROWS = [route for route in GUARDED if isinstance(ROUTES.get(route.path), Rows)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_office(tmp_path_factory.mktemp("authz"), requests_per_minute=1_000_000) as office:
        yield World(office)


def _ask(
    world: World,
    user: User | None,
    route: Route,
    place: str,
    body: dict[str, Any] | None = None,
    *,
    upload: str = "",
) -> Any:
    """Send a request as somebody, in a session of its own; empty unless a body is given."""
    client = world.office.browser(user)
    if upload:
        return client.request(route.method, place, files={upload: ("a.txt", b"a")})
    sent = None if route.method == "GET" else body or {}
    return client.request(route.method, place, json=sent, follow_redirects=False)


def _code(answer: Any) -> str:
    """Return the code of a problem, "" of anything else."""
    if answer.headers.get("content-type") != "application/problem+json":
        return ""
    return str(answer.json()["code"])


def test_routes_are_found() -> None:
    assert {"POST /api/v1/checks", "GET /healthz", "DELETE /api/v1/session"} <= {
        route.name for route in ALL
    }


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_every_route_names_what_it_does(route: Route) -> None:
    assert route.actions, f"{route.name} has no Depends(does(Action.…))"


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_every_parameter_is_somebodys_or_everybodys(route: Route) -> None:
    named = set(_PARAMETER.findall(route.path))
    if not named:
        return
    entry = ROUTES.get(route.path)
    assert entry is not None, f"{route.path}: say in tests/api/authz_rows.py whose rows these are"
    if isinstance(entry, Everybody):
        assert entry.why
    else:
        assert entry.kind in BOUND


def test_the_table_holds_no_route_that_is_gone() -> None:
    assert set(ROUTES) - {route.path for route in GUARDED} == set()


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_each_role_reaches_what_the_table_allows(world: World, route: Route) -> None:
    for user in (None, *world.people.values()):
        answer = _ask(world, user, route, route.filled({}))
        who = "nobody" if user is None else user.role
        code = _code(answer)
        said = f"{route.name} as {who}: {answer.status_code} {code}"
        if not route.allows(user):
            assert answer.status_code == (401 if user is None else 403), said
            continue
        assert answer.status_code < 500, said
        assert code not in {"not_signed_in", "csrf"}, said
        if not _PARAMETER.search(route.path) and Action.SIGN_IN not in route.actions:
            assert answer.status_code not in {401, 403}, said


@pytest.mark.parametrize("route", WITH_ROWS, ids=lambda route: route.name)
def test_own_rows_open_and_foreign_rows_closed(world: World, route: Route) -> None:
    entry = ROUTES[route.path]
    assert isinstance(entry, Rows)
    for role in sorted(BOUND[entry.kind]):
        user = world.people[role]
        if not route.allows(user):
            continue
        answers = []
        for own in (False, True):
            before = _acts(world)
            values = {**entry.more, **world.values(entry.kind, role, own=own)}
            assert set(_PARAMETER.findall(route.path)) <= set(values)
            place = route.filled(values) + entry.query
            body = {name: role if said == "{role}" else said for name, said in entry.body.items()}
            answer = _ask(world, user, route, place, body, upload=entry.upload)
            answers.append((answer.status_code, _code(answer)))
        foreign, own_answer = answers
        said = f"{route.name} as {role}: foreign {foreign}, own {own_answer}"
        assert foreign[0] in {403, 404}, said
        assert own_answer[0] not in {401, 403}, said
        assert own_answer[0] < 500, said
        assert own_answer != foreign, said
        if entry.audited or (entry.audited is None and route.method != "GET"):
            assert own_answer[0] >= 300 or _acts(world, more_than=before), f"{said}: not audited"


def _acts(world: World, *, more_than: int = -1) -> int:
    """Return how many acts the audit holds; 0 when it does not grow beyond `more_than`."""
    end = time.monotonic() + 5
    while True:  # releases are written a moment later
        with world.office.services.records.reading() as session:
            count = session.execute(select(func.max(Audit.seq))).scalar_one() or 0
        if count > more_than:
            return count
        if time.monotonic() > end:
            return 0
        time.sleep(0.02)


def test_nobody_is_a_viewer_and_no_more() -> None:
    assert NOBODY.role is Role.VIEWER
    assert {action for action in Action if NOBODY.may(action)} == {
        Action.READ_PUBLIC,
        Action.SIGN_IN,
    }


def test_people_of_the_world_are_what_they_are_called(world: World) -> None:
    for role, user in world.people.items():
        assert principal_of_user(user).role is role
