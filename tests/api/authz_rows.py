"""Whose rows a route with a path parameter reads or writes: the table of the authorisation matrix.

Every route whose path has a parameter stands here, or `test_authz_matrix.py` fails. Either

- `Everybody("why")`: the parameter names nothing that belongs to a person, park, department or
  district beyond what the role says; or
- `Rows("kind")`: it names a row of that kind. The matrix then asks with a row of one's own, which
  must not be refused, and with a foreign one, which must be 403 or 404, for each role that is bound
  in that kind and has the route's action. What one's own row gives must differ from what the
  foreign one gives: a path whose end is not there is refused for another reason.

A new kind needs an entry in `BOUND` (who is bound) and in `World.values` (own and foreign), both in
`tests/support/authz_world.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.authz_world import SITE


@dataclass(frozen=True)
class Everybody:
    """A route whose parameter belongs to nobody in particular."""

    why: str


@dataclass(frozen=True)
class Rows:
    """A route whose parameter names a row that belongs to somebody.

    `more` are further parameters of the path; `query` and `body` (of unsafe methods) what must be
    there for the row to be asked at all (`{role}` becomes the asker's), `upload` the field of a
    file. `audited`: whether the audit must grow; None is for all but GET, False where nothing is
    changed or given out.
    """

    kind: str
    more: dict[str, str] = field(default_factory=dict)
    query: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    upload: str = ""
    audited: bool | None = None


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
    "/api/v1/layers/{key}": Everybody(_DATA),
    "/api/v1/layers/{key}/editions": Everybody(_DATA),
    "/api/v1/layers/{key}/editions/{edition:path}/log": Everybody(_ROLE),
    "/api/v1/rules/{code}": Everybody(_DATA),
    "/api/v1/assessments/{code}/account": Rows("result"),
    "/api/v1/assessments/{code}/{version}": Rows("draft"),
    "/api/v1/assessments/{code}/{version}/documents/{digest}": Rows("draft", {"digest": "0" * 64}),
    "/api/v1/assessments/{code}/{version}/acknowledge": Everybody(
        "the word of one's own department only: test_http_reference.py"
    ),
    "/api/v1/assessments/{code}/{version}/retract": Everybody(
        "the word of one's own department only: test_http_reference.py"
    ),
    "/api/v1/assessments/{code}/{version}/record": Rows(
        "result", body={"type": "滑坡", "date": "2026-11-01"}
    ),
    "/api/v1/assessments/{code}/{version}/{event}": Rows("result", {"event": "suspend"}),
    "/api/v1/reservations/{code}/{project}/{act}": Rows(
        "result", {"project": "X", "act": "release"}, audited=False
    ),
    "/inbox.{suffix}": Everybody("one's own list as a file"),
    "/inbox/{number}": Rows("task"),
    "/inbox/{number}/extent.json": Rows("acknowledgement"),
    "/inbox/{number}/documents/{place}": Rows("acknowledgement", {"place": "1"}),
    "/inbox/{number}/place.json": Rows("task"),
    "/inbox/{number}/papers": Rows("task", upload="file", audited=False),
    "/inbox/{number}/take-back": Rows("task", body={"why": "误填"}),
    "/inbox/{number}/answer": Rows("task", body={"outcome": "answered", "text": "无"}),
    "/inbox/{number}/answers/{answer}/papers/{place}": Rows("task", {"answer": "1", "place": "1"}),
    "/projects/{code}": Rows("project"),
    "/api/v1/tokens/{token_id}": Rows("token"),
    "/api/v1/projects/{code}": Rows("project", body={"lead": "{role}"}),
    "/api/v1/projects/{code}/sites": Rows(
        "project", body={"kind": "survey", "site": SITE.format(445_000, 445_050)}
    ),
    "/api/v1/projects/{code}/sites/{older}/{newer}": Rows("project", {"older": "1", "newer": "2"}),
    "/api/v1/imports/{import_id}": Rows("import"),
    "/api/v1/imports/{import_id}/confirm": Rows("import", body={"chosen": []}),
    "/api/v1/jobs/{job_id}": Rows("job"),
    "/api/v1/jobs/{job_id}/events": Rows("job"),
    "/api/v1/reports/{report_id}": Rows("report", audited=True),
    "/api/v1/reports/{report_id}.{form}": Rows("report", {"form": "json"}, audited=True),
    "/api/v1/reports/{report_id}/links": Rows("report"),
    "/check/result/{report_id}": Rows("report"),
    "/check/result/{report_id}/figures": Rows("report"),
    "/check/result/{report_id}/again": Rows("report", audited=False),
    "/check/result/{report_id}/ask": Rows("report", body={"department": "水利局"}),
    "/check/project/{code}": Rows("project"),
    "/api/v1/reports/{report_id}/verify": Rows("report", audited=False),
}

_PARK_PAGES = (
    "",
    "/account",
    "/account.{suffix}",
    "/account/{code}/{act}",
    "/boundary",
    "/boundary/confirm",
    "/boundary/drawn",
    "/boundary/file",
    "/boundary/shape.json",
    "/drafts",
    "/drafts/{key}",
    "/drafts/{key}/check/all",
    "/drafts/{key}/documents/add",
    "/drafts/{key}/documents/change",
    "/drafts/{key}/documents/{number}",
    "/drafts/{key}/extent/boundary",
    "/drafts/{key}/extent/drawn",
    "/drafts/{key}/extent/file",
    "/drafts/{key}/extent/shape.json",
    "/drafts/{key}/remove/now",
    "/drafts/{key}/send/now",
    "/drafts/{key}/{number}",
    "/duties",
    "/duties.{suffix}",
    "/import",
    "/indicators.{suffix}",
    "/kinds/{kind}.json",
    "/map.json",
    "/plots",
    "/plots.{suffix}",
    "/precheck",
    "/precheck/page",
    "/publish",
    "/results.{suffix}",
    "/results/{code}/{version}",
    "/results/{code}/{version}/acts/{act}",
    "/results/{code}/{version}/documents/{number}",
    "/results/{code}/{version}/extent.json",
    "/results/{code}/{version}/revise",
    "/results/{code}/{version}/touched.json",
    "/templates.zip",
    "/templates/{kind}.xlsx",
    "/use",
    "/use.xlsx",
)
_PARK_PARTS = {
    "key": "1",
    "number": "1",
    "kind": "geological_hazard",
    "suffix": "xlsx",
    "code": "X.geological_hazard",
    "version": "1",
    "act": "suspend",
}
ROUTES |= {f"/park/{{park}}{part}": Rows("park", _PARK_PARTS) for part in _PARK_PAGES}
