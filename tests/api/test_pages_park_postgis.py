"""The park's whole life over the pages where workspace and records live in PostgreSQL."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from shapely import box

from api.app import create_app
from api.auth.passwords import Passwords
from api.auth.roles import Role
from api.services import Services
from api.settings import Settings
from layers.store import create_workspace
from tests.api.test_pages_park import BASE, FILLED, PAGE, PARK, WORD, draft, give_boundary, said
from tests.support.office import PASSWORD, QUICK, Office
from tests.support.records import postgres_address
from tests.support.served import AT


@pytest.fixture
def office(postgis: str) -> Iterator[Office]:
    area = box(440_000, 2_700_000, 460_000, 2_720_000)
    place = postgres_address(postgis)
    create_workspace(place, crs="EPSG:4548", area=area, at=AT, packs=("cn-base",)).close()
    chosen = Settings(workspace=place, admin_password=PASSWORD)
    services = Services.open(chosen)
    services.passwords = Passwords(QUICK)
    app = create_app(chosen, services)
    with TestClient(app):
        yield Office(app, services)
    services.close()


@pytest.mark.postgis
def test_boundary_draft_acknowledgement_totals_and_suspension(office: Office) -> None:
    body = office.browser(office.person("body", Role.PARK_BODY, parks=[PARK]))
    water = office.browser(office.person("water", Role.AUTHORITY, department="水利局"))
    give_boundary(body)
    place = draft(body)
    for number, values in FILLED.items():
        said(body.post(f"{place}/{number}", json={"values": values}))
    nul = body.post(f"{place}/1", json={"values": {"title": "a\x00b"}})
    assert nul.status_code == 422
    said(body.post(f"{place}/send/now", json={"departments": ["水利局"]}))
    assert "地质灾害" in water.get("/inbox/1", headers=PAGE).text
    assert water.get("/inbox?find=%00", headers=PAGE).status_code == 422
    said(water.post("/inbox/1/answer", json=WORD))
    code = f"{PARK}.geological_hazard"
    said(body.post(f"{BASE}/results/{code}/1/acts/publish", json={"why": "齐"}))
    booked = {"project": "P-1", "amounts": {"建筑总规模": "400.5"}, "why": "签约"}
    said(body.post(f"{BASE}/account/{code}/reserve", json=booked))
    assert "599.5" in body.get(f"{BASE}/account", headers=PAGE).text
    suspend = {"why": "复核", "seen": 1}
    said(body.post(f"{BASE}/results/{code}/1/acts/suspend", json=suspend))
    assert office.services.records.engine.dialect.name == "postgresql"
    events = [row.event for row in office.services.workspace.standing(code).history]
    assert events == ["add", "submit", "acknowledge", "publish", "suspend"]
    assert body.get(BASE, headers=PAGE).status_code == 200
