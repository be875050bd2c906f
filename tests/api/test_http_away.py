"""While the database is away no answer is made of its absence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gis.errors import LantuError, Text
from layers.store.embedded import Workspace
from tests.api.test_http_jobs import wait_for
from tests.support.service import Service, own_copy, running

CHECKS = "/api/v1/checks"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def service(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = own_copy(town_workspace, tmp_path_factory.mktemp("http_away") / "workspace")
    with running(place) as made:
        yield made


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Reading an edition fails as while the server restarts, as often as the list says."""
    left = [10_000]
    real = Workspace.read

    def read(self: Workspace, *asked: object) -> object:
        if left[0] > 0:
            left[0] -= 1
            said = Text("数据库未运行", "the server is away")
            raise LantuError("workspace_unreachable", said, said)
        return real(self, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Workspace, "read", read)
    return left


def site(x: int) -> str:
    return f"SRID=4548;POLYGON(({x} 2710400,{x + 90} 2710400,{x + 90} 2710490,{x} 2710400))"


def test_a_check_is_refused_and_not_kept(service: Service, away: list[int]) -> None:
    client = service.client("planner")
    for asked in ({"site": site(604_700)}, {"site": site(604_700), "issue": True}):
        answer = client.post(CHECKS, json=asked)
        assert (answer.status_code, answer.json()["code"]) == (503, "workspace_unreachable")
        assert answer.headers["retry-after"]
    away[0] = 0
    made = client.post(CHECKS, json={"site": site(604_700)})
    assert made.status_code == 201
    assert "workspace_unreachable" not in made.text


def test_a_verification_is_refused(service: Service, away: list[int]) -> None:
    client = service.client("planner")
    away[0] = 0
    made = client.post(CHECKS, json={"site": site(604_900), "issue": True})
    place = made.headers["location"] + "/verify"
    away[0] = 10_000
    answer = client.post(place)
    assert (answer.status_code, answer.json()["code"]) == (503, "workspace_unreachable")
    away[0] = 0
    assert client.post(place).json()["result"] == "identical"


def test_a_job_waits_and_goes_on(service: Service, away: list[int]) -> None:
    client = service.client("planner")
    away[0] = 2
    shapes = []
    for x in (604_700, 604_720, 604_740):
        ring = [[x, 2_710_600], [x + 50, 2_710_600], [x + 50, 2_710_650], [x, 2_710_600]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        shapes.append({"type": "Feature", "properties": {}, "geometry": geometry})
    crs = {"type": "name", "properties": {"name": "EPSG:4548"}}
    asked = {"site": {"type": "FeatureCollection", "crs": crs, "features": shapes}}
    answer = client.post(CHECKS, json=asked)
    assert answer.status_code == 202, answer.text[:300]
    state = wait_for(client, answer.headers["location"])
    assert away[0] == 0
    assert (state["state"], state["error"]) == ("done", None)
    assert [row["error"] for row in state["result"]["items"]] == [None] * 3
