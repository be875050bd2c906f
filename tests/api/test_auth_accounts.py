"""Accounts, passwords, tokens and the audit over HTTP."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from api.auth.accounts import FIRST_LOGIN, first_administrator, user_by_login
from api.auth.roles import ALLOWED, Action, Role
from tests.support.office import PASSWORD, Office, open_office

START = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as made:
        yield made


@pytest.fixture
def admin(office: Office) -> TestClient:
    return office.browser(user_by_login(office.services, FIRST_LOGIN))


def _sign_in(office: Office, login: str, password: str) -> TestClient:
    client = office.browser()
    answer = client.post("/api/v1/session", json={"login": login, "password": password})
    assert answer.status_code == 201, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


# --- the first administrator ---------------------------------------------------------------------


def test_the_first_administrator_has_the_password_that_was_set(office: Office) -> None:
    here = _sign_in(office, "admin", PASSWORD).get("/api/v1/session").json()
    assert (here["role"], here["must_change"]) == ("admin", False)
    assert first_administrator(office.services) is None


def test_without_one_a_password_is_told_once_and_must_be_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_office(tmp_path, admin_password=None) as office:
        said = capsys.readouterr().err
        told = said.split("one-time password: ")[1].split()[0]
        assert first_administrator(office.services) is None
        client = _sign_in(office, "admin", told)
        refused = client.get("/api/v1/users")
        assert (refused.status_code, refused.json()["code"]) == (403, "must_change_password")
        new = "a wholly new one"
        form = {"old": told, "new": new}
        assert client.put("/api/v1/account/password", json=form).status_code == 204
        assert client.get("/api/v1/users").status_code == 200
        _sign_in(office, "admin", new)


# --- accounts ------------------------------------------------------------------------------------


def test_an_account_is_made_and_used(office: Office, admin: TestClient) -> None:
    made = admin.post(
        "/api/v1/users", json={"login": "Anne", "role": "park_body", "parks": ["A"], "name": "安妮"}
    )
    assert made.status_code == 201
    person = made.json()
    client = _sign_in(office, "anne", person["one_time_password"])
    here = client.get("/api/v1/session").json()
    assert (here["must_change"], here["parks"], here["name"]) == (True, ["A"], "安妮")
    listed = admin.get("/api/v1/users").json()["items"]
    assert [user["login"] for user in listed] == ["admin", "anne"]
    assert "argon2" not in admin.get("/api/v1/users").text


def test_other_rights_count_at_once(office: Office, admin: TestClient) -> None:
    anne = office.person("anne", "scheduler", district="海沧")
    client = office.browser(anne)
    assert client.get("/api/v1/session").json()["district"] == "海沧"
    change = {"district": "集美", "role": "planner"}
    assert admin.patch(f"/api/v1/users/{anne.id}", json=change).status_code == 200
    here = client.get("/api/v1/session").json()
    assert (here["district"], here["role"]) == ("集美", "planner")


def test_a_closed_account_is_out_at_once(office: Office, admin: TestClient) -> None:
    anne = office.person("anne")
    client = office.browser(anne)
    token = client.post("/api/v1/tokens", json={"name": "t"}).json()["token"]
    assert client.get("/api/v1/session").json()["signed_in"]
    assert admin.patch(f"/api/v1/users/{anne.id}", json={"active": False}).status_code == 200
    assert client.get("/api/v1/session").json()["signed_in"] is False
    program = office.browser()
    answer = program.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_reset_ends_sessions_and_tokens(office: Office, admin: TestClient) -> None:
    anne = office.person("anne")
    client = office.browser(anne)
    token = client.post("/api/v1/tokens", json={"name": "t"}).json()["token"]
    answer = admin.post(f"/api/v1/users/{anne.id}/password")
    assert answer.status_code == 201
    assert client.get("/api/v1/session").json()["signed_in"] is False
    headers = {"Authorization": f"Bearer {token}"}
    assert office.browser().get("/api/v1/session", headers=headers).status_code == 401
    _sign_in(office, "anne", answer.json()["one_time_password"])


def test_the_last_administrator_stays(office: Office, admin: TestClient) -> None:
    own = user_by_login(office.services, "admin").id
    for change in ({"active": False}, {"role": "planner"}):
        answer = admin.patch(f"/api/v1/users/{own}", json=change)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    office.person("second", "admin")
    assert admin.patch(f"/api/v1/users/{own}", json={"role": "planner"}).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"login": "ADMIN", "role": "planner"}, 409, "login_taken"),
        ({"login": "a b", "role": "planner"}, 422, "bad_login"),
        ({"login": "a", "role": "king"}, 422, "bad_value"),
        ({"login": "a", "role": "planner", "password": "short"}, 422, "weak_password"),
        (
            {"login": "somebody", "role": "planner", "password": "somebody12345"},
            422,
            "weak_password",
        ),
        ({"login": "a", "role": "planner", "name": "\x00"}, 422, "bad_value"),
        ({"login": "a", "role": "planner", "id": 1}, 422, "bad_value"),
    ],
)
def test_unfit_accounts(admin: TestClient, form: dict[str, str], status: int, code: str) -> None:
    answer = admin.post("/api/v1/users", json=form)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nobody_else_manages_accounts(office: Office) -> None:
    for role in set(Role) - {Role.ADMIN}:
        client = office.browser(office.person(f"u-{role}", role))
        assert client.get("/api/v1/users").status_code == 403
        assert client.get("/api/v1/audit").status_code == 403
    assert office.browser().get("/api/v1/users").status_code == 401


# --- one's own password and language -------------------------------------------------------------


def test_a_changed_password_ends_the_other_sessions(office: Office) -> None:
    anne = office.person("anne")
    here, there = office.browser(anne), office.browser(anne)
    form = {"old": PASSWORD, "new": "another long one"}
    assert here.put("/api/v1/account/password", json=form).status_code == 204
    assert here.get("/api/v1/session").json()["signed_in"]
    assert there.get("/api/v1/session").json()["signed_in"] is False
    _sign_in(office, "anne", "another long one")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("wrong", "another long one", "wrong_password"),
        (PASSWORD, "short", "weak_password"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "weak_password"),
    ],
)
def test_a_password_that_is_not_changed(office: Office, old: str, new: str, code: str) -> None:
    client = office.browser(office.person("anne"))
    answer = client.put("/api/v1/account/password", json={"old": old, "new": new})
    assert answer.json()["code"] == code
    _sign_in(office, "anne", PASSWORD)


def test_the_language_is_kept(office: Office) -> None:
    client = office.browser(office.person("anne"))
    answer = client.put("/api/v1/account/language", json={"language": "en"})
    assert answer.cookies["lantu_lang"] == "en"
    assert user_by_login(office.services, "anne").language == "en"


# --- tokens --------------------------------------------------------------------------------------


def _token(client: TestClient, **form: object) -> dict[str, object]:
    answer = client.post("/api/v1/tokens", json={"name": "QGIS", **form})
    assert answer.status_code == 201, answer.text
    said: dict[str, object] = answer.json()
    return said


def _program(office: Office, token: object) -> TestClient:
    client = office.browser()
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_a_token_acts_as_its_owner_but_not_on_the_account(office: Office) -> None:
    made = _token(office.browser(office.person("anne")))
    program = _program(office, made["token"])
    here = program.get("/api/v1/session").json()
    assert (here["login"], here["csrf"]) == ("anne", None)
    planner = {action for action in Action if Role.PLANNER in ALLOWED[action]}
    assert set(here["actions"]) == planner - {"own_account"}
    assert program.get("/api/v1/tokens").status_code == 403
    assert program.post("/api/v1/tokens", json={"name": "x"}).status_code == 403
    assert program.put("/api/v1/account/password", json={}).status_code == 403


def test_a_token_reaches_its_scope_only(office: Office) -> None:
    admin = office.browser(user_by_login(office.services, "admin"))
    program = _program(office, _token(admin, actions=["read_audit"])["token"])
    assert program.get("/api/v1/audit").status_code == 200
    assert program.get("/api/v1/users").status_code == 403


@pytest.mark.parametrize("action", ["manage_users", "own_account"])
def test_a_scope_beyond_the_role_is_refused(office: Office, action: str) -> None:
    client = office.browser(office.person("anne"))
    answer = client.post("/api/v1/tokens", json={"name": "x", "actions": [action]})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_scope")


def test_a_token_loses_what_its_owner_loses(office: Office, admin: TestClient) -> None:
    owner = office.person("bert", "admin")
    program = _program(office, _token(office.browser(owner), actions=["read_audit"])["token"])
    assert program.get("/api/v1/audit").status_code == 200
    admin.patch(f"/api/v1/users/{owner.id}", json={"role": "planner"})
    assert program.get("/api/v1/audit").status_code == 403


def test_a_token_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _token(office.browser(office.person("anne")), days=10)
    program = _program(office, made["token"])
    assert program.get("/api/v1/session").status_code == 200
    later = datetime.fromisoformat(str(made["created_at"])) + timedelta(days=10)
    monkeypatch.setattr("api.auth.identities.now", lambda: later)
    office.services.identities.forget(user_id=user_by_login(office.services, "anne").id)
    answer = program.get("/api/v1/session")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_a_revoked_token_is_refused_at_once(office: Office) -> None:
    client = office.browser(office.person("anne"))
    made = _token(client)
    program = _program(office, made["token"])
    assert program.get("/api/v1/session").status_code == 200
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert program.get("/api/v1/session").status_code == 401
    assert client.get("/api/v1/tokens").json()["items"][0]["revoked_at"] is not None


def test_somebody_elses_token_is_not_there(office: Office) -> None:
    made = _token(office.browser(office.person("anne")))
    other = office.browser(office.person("bert"))
    assert other.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert other.get("/api/v1/tokens").json() == {"items": []}


def test_a_token_is_told_once(office: Office) -> None:
    client = office.browser(office.person("anne"))
    made = _token(client)
    assert str(made["token"]).startswith("lt_")
    assert str(made["token"]) not in client.get("/api/v1/tokens").text
    database = Path(office.services.settings.workspace) / "records.sqlite"
    raw = database.read_bytes() + database.with_name("records.sqlite-wal").read_bytes()
    assert str(made["token"]).encode() not in raw


@pytest.mark.parametrize("said", ["Bearer", "Bearer lt_x", "bearer " + "x" * 500, "Bearer lt_\x7f"])
def test_a_made_up_token_is_refused(office: Office, said: str) -> None:
    answer = office.browser().get("/api/v1/session", headers={"Authorization": said})
    assert answer.status_code == 401


# --- the audit -----------------------------------------------------------------------------------


def test_the_audit_is_read_page_by_page(office: Office, admin: TestClient) -> None:
    for number in range(5):
        office.person(f"u{number}")
    first = admin.get("/api/v1/audit?limit=4&act=user.").json()
    second = admin.get(f"/api/v1/audit?limit=4&act=user.&before={first['next']}").json()
    subjects = [row["subject"] for row in first["items"] + second["items"]]
    assert subjects == ["user:u4", "user:u3", "user:u2", "user:u1", "user:u0", "user:admin"]
    assert second["next"] is None


def test_the_audit_is_searched(office: Office, admin: TestClient) -> None:
    office.person("anne")
    admin.patch(
        f"/api/v1/users/{user_by_login(office.services, 'anne').id}", json={"district": "集美"}
    )
    found = admin.get("/api/v1/audit?who=admin&subject=user:anne").json()["items"]
    assert [(row["act"], row["detail"]) for row in found] == [
        ("user.change", {"district": {"from": "", "to": "集美"}})
    ]
    day = found[0]["at"][:10]
    assert admin.get(f"/api/v1/audit?since={day}&until={day}").json()["items"]
    assert admin.get("/api/v1/audit?until=2000-01-01").json()["items"] == []
    assert admin.get("/api/v1/audit?act=%25").json()["items"] == []


def test_no_secret_is_in_any_row(office: Office, admin: TestClient) -> None:
    made = admin.post("/api/v1/users", json={"login": "anne", "role": "planner"}).json()
    token = _token(admin)["token"]
    told = json.dumps(admin.get("/api/v1/audit?limit=500").json())
    assert made["one_time_password"] not in told
    assert str(token) not in told
    assert PASSWORD not in told
