"""Whose rows a route with a path parameter reads or writes: the table of the authorisation matrix.

Every route whose path has a parameter stands here, or `test_authz_matrix.py` fails. Either

- `Everybody("why")`: the parameter names nothing that belongs to a person, park, department or
  district beyond what the role says; or
- `Rows("kind")`: it names a row of that kind, by `{name: …}` where the path's parameter is not the
  kind's own. The matrix then asks with a row of one's own (must not be refused) and with a foreign
  one (must be 403 or 404), for each role that is bound in that kind and has the route's action.

A new kind needs an entry in `BOUND` (who is bound) and rows in `World` (own and foreign).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from api.auth.roles import Role
from api.auth.tokens import make_token
from api.records.tables import Import, Job, Project, Report, ReportUse, Task, User
from tests.support.office import Office

AT = "2026-11-20T09:00:00+08:00"
PARK, DEPARTMENT, DISTRICT = "PARK-A", "水利局", "海沧区"


@dataclass(frozen=True)
class Everybody:
    """A route whose parameter belongs to nobody in particular."""

    why: str


@dataclass(frozen=True)
class Rows:
    """A route whose parameter names a row that belongs to somebody.

    `more` are further parameters of the path; `query` and `body` (of unsafe methods) what must be
    there for the row to be asked at all; `own` the statuses that one's own row may give beside
    success and 422 (a report without such a file, a job that has ended).
    """

    kind: str
    more: dict[str, str] = field(default_factory=dict)
    query: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    own: frozenset[int] = frozenset()


_SITE = "SRID=4548;POLYGON(({0} 2705200,{0} 2705300,{1} 2705300,{1} 2705200,{0} 2705200))"
_DATA = "public data of the office"
_ROLE = "only administrators reach it"

ROUTES: dict[str, Everybody | Rows] = {
    "/language/{language}": Everybody("a language"),
    "/static/{stamp}/colours.css": Everybody("static file"),
    "/static/{stamp}/fonts/{name}": Everybody("static file"),
    "/static/{stamp}/{path:path}": Everybody("static file"),
    "/layers/{key}": Everybody(_DATA),
    "/layers/{key}/coverage.json": Everybody(_DATA),
    "/rules/{code}": Everybody(_DATA),
    "/assessments/{code}/{version}": Everybody("published results; drafts are hidden in the view"),
    "/assessments/{code}/{version}/extent.json": Everybody("published results"),
    "/assessments/{code}/{version}/documents/{digest}": Everybody("published results"),
    "/admin/layers/{key}": Everybody(_ROLE),
    "/admin/layers/{key}/log/{edition:path}": Everybody(_ROLE),
    "/admin/layers/{key}/issues/{edition:path}": Everybody(_ROLE),
    "/api/v1/users/{user_id}": Everybody(_ROLE),
    "/api/v1/users/{user_id}/password": Everybody(_ROLE),
    "/ogc/collections/{name}": Everybody("tried feature by feature in test_ogc.py"),
    "/ogc/collections/{name}/items": Everybody("tried feature by feature in test_ogc.py"),
    "/ogc/collections/{name}/items/{item_id}": Everybody("tried feature by feature in test_ogc.py"),
    "/tiles/{layer}/{edition}/{z}/{x}/{y}.mvt": Everybody(_DATA),
    "/tiles/assessments/{z}/{x}/{y}.mvt": Everybody("published results"),
    "/tiles/projects/{z}/{x}/{y}.mvt": Everybody("a place; whose projects: test_tiles_routes.py"),
    "/projects/{code}": Rows("project"),
    "/api/v1/tokens/{token_id}": Rows("token"),
    "/api/v1/projects/{code}": Rows("project"),
    "/api/v1/projects/{code}/sites": Rows(
        "project", body={"kind": "survey", "site": _SITE.format(445_000, 445_050)}
    ),
    "/api/v1/projects/{code}/sites/{older}/{newer}": Rows(
        "project", {"older": "1", "newer": "2"}, own=frozenset({404})
    ),
    "/api/v1/imports/{import_id}": Rows("import"),
    "/api/v1/imports/{import_id}/confirm": Rows(
        "import", body={"chosen": []}, own=frozenset({409})
    ),
    "/api/v1/jobs/{job_id}": Rows("job", own=frozenset({409})),
    "/api/v1/jobs/{job_id}/events": Rows("job"),
    "/api/v1/reports/{report_id}": Rows("report"),
    "/api/v1/reports/{report_id}.{form}": Rows("report", {"form": "json"}),
    "/api/v1/reports/{report_id}/links": Rows("report"),
    "/api/v1/reports/{report_id}/verify": Rows("report"),
}

_EACH = frozenset(Role) - {Role.VIEWER}
BOUND: dict[str, frozenset[Role]] = {
    "token": _EACH,
    "job": _EACH - {Role.ADMIN},
    "report": frozenset({Role.BUILDER, Role.PARK_BODY, Role.AUTHORITY, Role.SCHEDULER}),
    "project": frozenset({Role.BUILDER, Role.PARK_BODY, Role.AUTHORITY, Role.SCHEDULER}),
    "import": frozenset({Role.SCHEDULER, Role.ADMIN}),
    "task": frozenset({Role.AUTHORITY}),
    "park": frozenset({Role.PARK_BODY}),
}
"""Roles for which a kind of row is somebody's; the others see all of it, or none."""

PARAMETER = {
    "token": "token_id",
    "job": "job_id",
    "report": "report_id",
    "project": "code",
    "import": "import_id",
    "task": "task_id",
    "park": "park",
}
"""The usual name of a kind's parameter in a path."""


class World:
    """One person of each role with rows of their own, and somebody else's rows of every kind."""

    def __init__(self, office: Office) -> None:
        self.office = office
        bound: dict[Role, dict[str, Any]] = {
            Role.PARK_BODY: {"parks": [PARK]},
            Role.AUTHORITY: {"department": DEPARTMENT},
            Role.SCHEDULER: {"district": DISTRICT},
        }
        self.people: dict[Role, User] = {
            role: office.person(f"own-{role.value}", role, **bound.get(role, {})) for role in Role
        }
        self.stranger = office.person("stranger", Role.BUILDER)
        self.maker = office.person("maker", Role.PLANNER)
        self._reports = [self._check(x) for x in (445_000, 446_000)]
        self._numbers = ("P2026-0001", "P2026-0002")
        with office.services.records.writing() as session:
            self._projects(session)
        self._tasks = self._made_tasks()
        self._jobs = {user.id: self._job(user) for user in self._everybody()}

    def value(self, kind: str, role: Role, *, own: bool) -> str:
        """Return the key of a row of a kind: one's own, or somebody else's."""
        at = 0 if own else 1
        user = self.people[role] if own else self.stranger
        if kind == "token":
            return self._token(user)
        if kind == "import":
            return self._import(user)
        if kind == "job":
            return self._jobs[user.id]
        values = {
            "report": self._reports,
            "project": self._numbers,
            "task": self._tasks,
            "park": (PARK, "PARK-B"),
        }
        return str(values[kind][at])

    def _everybody(self) -> list[User]:
        return [*self.people.values(), self.stranger]

    def _check(self, x: int) -> str:
        """Have a report made by a planner; return its id."""
        asked = {
            "site": _SITE.format(x, x + 50),
            "project": {"works": "building"},
            "as_of": "2026-11-20",
        }
        answer = self.office.browser(self.maker).post("/api/v1/checks", json=asked)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"].rsplit("/", 1)[1])

    def _projects(self, session: Any) -> None:
        """Enter a project of one's own (builder, park, district) and a foreign one."""
        own = (DISTRICT, PARK, self.people[Role.BUILDER].id)
        foreign = ("集美区", "PARK-B", self.stranger.id)
        for number, report, (district, park, by) in zip(
            self._numbers, self._reports, (own, foreign), strict=True
        ):
            project = Project(
                number=number,
                name=number,
                district=district,
                park=park,
                created_by=by,
                created_at=AT,
                changed_at=AT,
            )
            session.add(project)
            session.flush()
            session.add(
                ReportUse(report_id=report, user_id=self.maker.id, project_id=project.id, at=AT)
            )
        found = session.execute(select(Report.id)).scalars().all()
        assert set(self._reports) <= set(found)

    def _made_tasks(self) -> list[int]:
        with self.office.services.records.writing() as session:
            projects = session.execute(select(Project.id).order_by(Project.number)).scalars().all()
            made = [
                Task(
                    kind="question",
                    subject=f"report:{report}#CN-1",
                    department=department,
                    project_id=project,
                    title="t",
                    asked_by=self.maker.id,
                    asked_at=AT,
                )
                for report, project, department in zip(
                    self._reports, projects, (DEPARTMENT, "林业局"), strict=True
                )
            ]
            session.add_all(made)
            session.flush()
            return [task.id for task in made]

    def _job(self, user: User) -> str:
        name = f"{user.id:032x}"
        with self.office.services.records.writing() as session:
            session.add(
                Job(
                    id=name,
                    kind="checks",
                    state="done",
                    user_id=user.id,
                    order={},
                    done=1,
                    total=1,
                    created_at=AT,
                    ended_at=AT,
                    result={},
                )
            )
        return name

    def _import(self, user: User) -> str:
        with self.office.services.records.writing() as session:
            made = Import(
                map="m", file="f.xlsx", document="0", differences=[], user_id=user.id, at=AT
            )
            session.add(made)
            session.flush()
            return str(made.id)

    def _token(self, user: User) -> str:
        from api.auth.identities import principal_of_user

        made, _ = make_token(
            self.office.services, principal_of_user(user), name="t", days=1, actions=None
        )
        return str(made.id)
