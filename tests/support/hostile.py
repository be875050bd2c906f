"""An office into which somebody wrote markup wherever a text is taken."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import shapely
import yaml

from api.auth.roles import Principal, Role
from api.records.projects import ProjectForm, add
from api.records.redlines import RedLine, add_version
from api.records.tables import User
from api.records.tasks import Asked, ask, give_answer
from gis.site import Site
from layers.ingest import PublishOptions, publish
from tests.layers.assessment_helpers import BY, published, read
from tests.support.served import AT, Served

EVIL = "\"'><b class=evil onmouseover=alert(1)>x</b><img src=x onerror=alert(2)><script>alert(3)</script>"  # noqa: E501
MARK = "<b class=evil"
PARK, X, Y = "PARK-E", 445_000, 2_705_000


def ring(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    points = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    return {"type": "Polygon", "coordinates": [[[X + x, Y + y] for x, y in points]]}


def geojson(*shapes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    rows = [{"type": "Feature", "properties": fields, "geometry": shape} for shape in shapes]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    return {"type": "FeatureCollection", "crs": crs, "features": rows}


class HostileOffice:
    """A served workspace, filled; `people` by role, each with a hostile name."""

    def __init__(self, served: Served, folder: Path, text: str = EVIL) -> None:
        self.text = text
        self.served = served
        self.folder = folder
        self.department = f"局{self.text}"[:200]
        self.people = {
            Role.ADMIN: served.account("admin"),
            Role.PLANNER: served.account("planner"),
            Role.SCHEDULER: served.account("scheduler"),
            Role.PARK_BODY: served.account("park_body", parks=frozenset({PARK})),
            Role.AUTHORITY: served.account("authority", department=self.department),
        }
        with served.services.records.writing() as session:
            for person in self.people.values():
                session.get_one(User, person.user_id).name = self.text
        self._layers()
        self._assessments()
        self.project = self._project()
        self.tasks = self._tasks()
        served.services.audit.add(
            "task.evil",
            f"task:{self.text}",
            Principal(login=self.text),
            detail={self.text: self.text},
        )

    def _layers(self) -> None:
        bad = self.text
        text = {"zh": bad, "en": bad}
        spec = {
            "key": "office.evil", "title": text, "theme": "context", "geometry": "polygon",
            "authority": bad, "class_field": {"name": "kind"}, "report_fields": ["note"],
            "attributes": [{"key": "note", "name": text, "type": "string"}],
        }  # fmt: skip
        path = self.folder / "evil.yaml"
        path.write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
        self.served.services.workspace.add_spec(path, at=AT)
        whole, plot = ring(0, 0, 1000, 1000), ring(100, 100, 900, 900)
        self._publish("office.evil", geojson(whole, kind=bad, note=bad))
        self._publish("park.boundary", geojson(whole, park_code=PARK, park_name=bad, name=bad))
        self._publish("plan.detailed", geojson(plot, name=bad, YDYHFLDM="100101"))
        farmland = {
            "BSM": bad,
            "DLMC": bad,
            "QSDWMC": bad,
            "ZLDWMC": bad,
            "name": bad,
        }
        self._publish("control.permanent_farmland", geojson(ring(150, 150, 250, 250), **farmland))

    def _publish(self, key: str, content: dict[str, Any]) -> None:
        path = self.folder / f"{key}.geojson"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        options = PublishOptions(
            edition="e1", currency=date(2026, 1, 1), coverage="workspace", accuracy_m=1.0,
            accuracy_source=self.text, part=self.text if key == "office.evil" else None, at=AT,
        )  # fmt: skip
        publish(self.served.services.workspace, key, path, options)

    def _assessments(self) -> None:
        bad = self.text
        content: dict[str, Any] = {
            "code": f"{PARK}.geological_hazard",
            "title": bad,
            "park": {"code": PARK, "name": bad},
            "unit_code": bad,
            "issuer": bad,
            "review": {
                "body": bad,
                "date": "2026-01-01",
                "conclusion": bad,
                "public": True,
            },
            "approval_no": bad,
            "extent": ring(0, 0, 900, 900) | {"crs": "EPSG:4548"},
            "valid_to": "2031-01-01",
            "validity_source": bad,
            "commitments": [{"zh": bad, "en": bad}],
            "duties": [{"text": bad, "done": "false"}],
            "events": [{"date": "2026-02-01", "type": bad, "place": bad}],
            "documents": [{"name": bad, "sha256": "0" * 64}],
            "control_outputs": [
                {
                    "key": bad,
                    "value": bad,
                    "unit": bad,
                    "where": bad,
                    "source": bad,
                }
            ],
        }
        workspace = self.served.services.workspace
        published(workspace, self.folder, **content)
        held = read(workspace, self.folder, **content, version="2")
        workspace.add_assessment(held.assessment, held.document, BY)

    def _project(self) -> str:
        bad = self.text
        texts = ("name", "district", "park", "lead", "owner", "stage", "next_step")
        with self.served.services.records.writing() as session:
            form = ProjectForm(
                **dict.fromkeys(texts, bad), code=bad[:60], columns={bad: bad}, year=2026,
                key_project=True, next_due=date(2026, 10, 1),
            )  # fmt: skip
            row = add(session, form, at=AT, by=self.people[Role.SCHEDULER].user_id)
            shape = shapely.box(X + 150, Y + 150, X + 220, Y + 220)
            site = Site(name=bad, geometry=shape, crs="EPSG:4548", source_crs="EPSG:4548",
                        accuracy_m=0.0)  # fmt: skip
            said = RedLine(kind="survey", surveyor=bad, surveyed_on=None)
            add_version(session, row, site, said, at=AT, by=self.people[Role.SCHEDULER].user_id)
            return str(row.number)

    def _tasks(self) -> tuple[int, int]:
        bad = self.text
        by, at = self.people[Role.PLANNER], AT.isoformat()
        body = {
            "question": {"zh": bad, "en": bad}, "project": bad, "text": bad,
            "finding": {"zh": bad, "en": bad},
        }  # fmt: skip
        with self.served.services.records.writing() as session:
            asked = [
                ask(session, Asked(kind, "report:abc#E-1", self.department, bad, body), by, at)
                for kind in ("question", "opinion")
            ]
            give_answer(
                session, asked[1], "conditional", {"text": bad, "number": bad},
                by=self.people[Role.AUTHORITY], at=at,
            )  # fmt: skip
            return asked[0].id, asked[1].id
