"""The world of the authorisation matrix: one person of each role, own rows and foreign ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from api.auth.identities import principal_of_user
from api.auth.roles import Role
from api.auth.tokens import make_token
from api.records.tables import Import, Job, Project, Report, ReportUse, Task, User
from tests.support.office import Office

AT = "2026-11-20T09:00:00+08:00"
PARK, OTHER_PARK, DEPARTMENT, DISTRICT = "PARK-A", "PARK-B", "水利局", "海沧区"
SITE = "SRID=4548;POLYGON(({0} 2705200,{0} 2705300,{1} 2705300,{1} 2705200,{0} 2705200))"
_RING = [[445_000, 2_705_000], [445_500, 2_705_000], [445_500, 2_705_500], [445_000, 2_705_000]]
_EXTENT = {"type": "Polygon", "crs": "EPSG:4548", "coordinates": [_RING]}

_EACH = frozenset(Role) - {Role.VIEWER}
BOUND: dict[str, frozenset[Role]] = {
    "token": _EACH,
    "job": _EACH - {Role.ADMIN},
    "report": frozenset({Role.BUILDER, Role.PARK_BODY, Role.AUTHORITY, Role.SCHEDULER}),
    "project": frozenset({Role.BUILDER, Role.PARK_BODY, Role.AUTHORITY, Role.SCHEDULER}),
    "import": frozenset({Role.SCHEDULER, Role.ADMIN}),
    "task": frozenset({Role.AUTHORITY}),
    "acknowledgement": frozenset({Role.AUTHORITY}),
    "park": frozenset({Role.PARK_BODY}),
    "draft": frozenset({Role.PARK_BODY}),
    "result": frozenset({Role.PARK_BODY}),
}
"""Roles for which a kind of row is somebody's; the others see all of it, or none."""


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
        for park in (PARK, OTHER_PARK):
            self._assess(park)

    def values(self, kind: str, role: Role, *, own: bool) -> dict[str, str]:
        """Return the parameters that name a row of a kind: one's own, or somebody else's."""
        at = 0 if own else 1
        user = self.people[role] if own else self.stranger
        if kind == "token":
            return {"token_id": self._token(user)}
        if kind == "import":
            return {"import_id": self._import(user)}
        park = (PARK, OTHER_PARK)[at]
        names: dict[str, dict[str, str]] = {
            "job": {"job_id": self._jobs[user.id]},
            "report": {"report_id": self._reports[at]},
            "project": {"code": self._numbers[at]},
            "task": {"number": str(self._tasks[at])},
            "acknowledgement": {"number": str(self._tasks[2 + at])},
            "park": {"park": park},
            "draft": {"code": f"{park}.geological_hazard", "version": "2"},
            "result": {"code": f"{park}.geological_hazard", "version": "1"},
        }
        return names[kind]

    def _everybody(self) -> list[User]:
        return [*self.people.values(), self.stranger]

    def _check(self, x: int) -> str:
        """Have a report made by a planner; return its id."""
        asked = {
            "site": SITE.format(x, x + 50),
            "project": {"works": "building"},
            "as_of": "2026-11-20",
        }
        answer = self.office.browser(self.maker).post("/api/v1/checks", json=asked)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"].rsplit("/", 1)[1])

    def _projects(self, session: Any) -> None:
        """Enter a project of one's own (builder, park, district) and a foreign one."""
        own = (DISTRICT, PARK, self.people[Role.BUILDER].id)
        foreign = ("集美区", OTHER_PARK, self.stranger.id)
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

    def _assess(self, park: str) -> None:
        """Publish version 1 of a park's assessment, and leave version 2 a draft."""
        admin = self.office.browser(self.people[Role.ADMIN])
        document = {
            "kind": "geological_hazard",
            "code": f"{park}.geological_hazard",
            "title": "地质灾害危险性评估",
            "park": {"code": park, "name": park},
            "issuer": "片区管理机构",
            "extent": _EXTENT,
            "valid_from": "2026-01-01",
            "valid_to": "2031-01-01",
            "validity_source": "测试",
            "review": {"body": "专家组", "date": "2026-01-01", "public": True},
        }
        for version in ("1", "2"):
            answer = admin.post("/api/v1/assessments", json={**document, "version": version})
            assert answer.status_code == 201, answer.text
        for event in ("submit", "publish"):
            place = f"/api/v1/assessments/{park}.geological_hazard/1/{event}"
            answer = admin.post(place, json={"why": "审查通过"})
            assert answer.status_code == 200, answer.text

    def _made_tasks(self) -> list[int]:
        with self.office.services.records.writing() as session:
            asked = select(Project.id).order_by(Project.number)
            projects = [*session.execute(asked).scalars()]
            about = [f"report:{report}#CN-1" for report in self._reports]
            about += [f"assessment:{PARK}.geological_hazard@1"] * 2
            made = [
                Task(
                    kind="question" if subject.startswith("report") else "acknowledge",
                    subject=subject,
                    department=department,
                    project_id=project if subject.startswith("report") else None,
                    title="t",
                    asked_by=self.maker.id,
                    asked_at=AT,
                )
                for subject, project, department in zip(
                    about, projects * 2, (DEPARTMENT, "林业局") * 2, strict=True
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
        made, _ = make_token(
            self.office.services, principal_of_user(user), name="t", days=1, actions=None
        )
        return str(made.id)
