"""The whole way of an account with the records in PostgreSQL."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.auth.accounts import user_by_login
from api.records.audit import SYSTEM
from api.records.audit_chain import walk
from tests.support.office import PASSWORD, Office, open_office
from tests.support.records import postgres_address

pytestmark = pytest.mark.postgis


@pytest.fixture
def office(tmp_path: Path, postgis: str) -> Iterator[Office]:
    with open_office(tmp_path, records=postgres_address(postgis)) as made:
        yield made


def test_from_the_first_administrator_to_the_audit(office: Office) -> None:
    admin = office.browser(user_by_login(office.services, "admin"))
    made = admin.post("/api/v1/users", json={"login": "anne", "role": "planner"}).json()
    client = office.browser()
    first = {"login": "Anne", "password": made["one_time_password"]}
    signed_in = client.post("/api/v1/session", json=first)
    assert signed_in.status_code == 201
    client.headers["X-CSRF-Token"] = signed_in.json()["csrf"]
    change = {"old": made["one_time_password"], "new": PASSWORD}
    assert client.put("/api/v1/account/password", json=change).status_code == 204
    token = client.post("/api/v1/tokens", json={"name": "t", "actions": ["check"]}).json()["token"]
    program = office.browser()
    program.headers["Authorization"] = f"Bearer {token}"
    assert program.get("/api/v1/session").json()["login"] == "anne"
    assert program.get("/api/v1/reports").status_code == 403
    for _ in range(5):
        wrong = {"login": "anne", "password": "wrong wrong"}
        assert office.browser().post("/api/v1/session", json=wrong).status_code == 401
    right = {"login": "anne", "password": PASSWORD}
    assert office.browser().post("/api/v1/session", json=right).status_code == 401
    assert admin.get("/api/v1/users").json()["items"][1]["paused"] is True
    assert client.delete("/api/v1/session?everywhere=true").status_code == 204
    found = walk(office.services.records)
    assert found.is_whole
    assert found.rows == admin.get("/api/v1/audit?limit=500").json()["items"][0]["seq"]


def test_connections_cut_by_the_server_heal(office: Office) -> None:
    client = office.browser(office.person("anne"))
    office.services.identities.forget(user_id=user_by_login(office.services, "anne").id)
    with office.services.records.writing() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert client.get("/api/v1/session").json()["signed_in"] is True
    office.services.audit.add("report.read", "report:1", SYSTEM)
    assert walk(office.services.records).is_whole


@pytest.mark.parametrize("said", ["a\x00b", "\ud800"])
def test_texts_that_postgresql_does_not_keep(office: Office, said: str) -> None:
    asked = json.dumps({"login": said, "password": said}).encode()
    headers = {"Content-Type": "application/json"}
    answer = office.browser().post("/api/v1/session", content=asked, headers=headers)
    assert answer.status_code in {400, 401, 422}, answer.text


def test_a_search_with_a_nul(office: Office) -> None:
    admin = office.browser(user_by_login(office.services, "admin"))
    assert admin.get("/api/v1/audit", params={"who": "a\x00b"}).status_code == 422
