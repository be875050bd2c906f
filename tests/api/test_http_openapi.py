"""The service against its own OpenAPI document: no 5xx, no answer that is not in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import booleans, one_of
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from api.app import create_app
from api.settings import Settings
from tests.support.served import Served, copied, serving
from tests.support.service import Service

WKT = "SRID=4548;POLYGON((604000 2710800,604100 2710800,604100 2710900,604000 2710800))"
DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()
OPERATIONS = [
    (method.upper(), path)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
]
NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@pytest.fixture(scope="module")
def served(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = copied(town_workspace, tmp_path_factory.mktemp("http_openapi") / "workspace")
    with serving(place, requests_per_minute=1_000_000, admin_password="of a test") as served:
        yield served


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    return Service(create_app(served.services.settings), served.services).token(
        "admin", login="prober", parks=["BJ-A"], department="自然资源主管部门"
    )


@pytest.fixture(scope="module")
def real(served: Served, token: str) -> dict[str, Any]:
    """Return ids of things that are there, by the names of the document's parameters."""
    head = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=served.url, headers=head, timeout=60) as client:
        made = client.post("/api/v1/checks", json={"site": WKT}).json()
        several = client.post("/api/v1/checks", json={"site": f"{WKT}\n{WKT}"}).json()
        one = client.get("/api/v1/assessments").json()["items"][0]
        project = client.post("/api/v1/projects", json={"name": "厂房"}).json()
        rule = client.get("/api/v1/rules", params={"limit": 1}).json()["items"][0]
    return {
        "report_id": made["report"]["digest"][:32],
        "job_id": several["job"],
        "code": one["code"],
        "version": one["version"],
        "key": "control.eco_redline",
        "number": project["number"],
        "rule": rule["code"],
        "name": "control.eco_redline",
        "layer": "control.eco_redline",
        "edition": "2025",
        "z": 12,
        "x": 3390,
        "y": 1760,
    }


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: str(part))
def test_answers_as_documented(
    served: Served, token: str, real: dict[str, Any], method: str, path: str
) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]
    checks = CHECKS.get_by_names(NAMES)

    known = {name: value for name, value in real.items() if "{" + name + "}" in path}
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]

    @seed(2026)
    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=one_of([operation.as_strategy(generation_mode=mode) for mode in modes]),
        real_ones=booleans(),
    )
    def probe(case: Any, real_ones: bool) -> None:
        if real_ones:
            case.path_parameters.update(known)
        response = case.call(
            base_url=served.url, headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        case.validate_response(response, checks=checks)

    probe()


def test_every_operation_is_named_and_told() -> None:
    ids = []
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            ids.append(operation["operationId"])
            assert operation.get("tags"), (method, path)
            assert operation.get("description") or operation.get("summary"), (method, path)
            assert {"401", "403", "429", "503"} <= set(operation["responses"]), (method, path)
    assert len(ids) == len(set(ids))


def test_every_route_below_the_interface_is_in_the_document() -> None:
    app = create_app(Settings())
    known = {
        route.path
        for route in app.routes
        if isinstance(route, APIRoute) and route.path.startswith("/api/v1")
    }
    assert known <= set(DOCUMENT["paths"])
