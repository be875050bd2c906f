"""Signing in: what is kept, what is refused, and that refusals tell nothing."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from api.auth.middleware import COOKIE
from api.auth.passwords import Passwords
from api.auth.throttle import Throttle
from api.records.audit_chain import walk
from api.records.tables import Audit, Session, User
from tests.support.office import PASSWORD, Office, open_office

START = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as made:
        yield made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """The hour that it is, as a list of one; what was looked up is not held."""
    told = [START]
    for module in ("sessions", "identities", "accounts", "tokens"):
        monkeypatch.setattr(f"api.auth.{module}.now", lambda: told[0])
    monkeypatch.setattr("api.auth.identities.HELD_S", 0.0)
    return iter([told])


@pytest.fixture
def told(clock: Iterator[list[datetime]]) -> list[datetime]:
    return next(clock)


def _sign_in(office: Office, login: str, password: str = PASSWORD):
    client = office.browser()
    answer = client.post("/api/v1/session", json={"login": login, "password": password})
    return client, answer


def test_in_and_out(office: Office) -> None:
    office.person("anne", "planner", name="安妮")
    client, answer = _sign_in(office, " ANNE ")
    assert answer.status_code == 201
    assert answer.json()["role"] == "planner"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    here = client.get("/api/v1/session").json()
    assert (here["login"], here["signed_in"]) == ("anne", True)
    out = client.delete("/api/v1/session", headers={"X-CSRF-Token": here["csrf"]})
    assert out.status_code == 204
    assert client.get("/api/v1/session").json()["signed_in"] is False


def test_the_old_cookie_is_worth_nothing_after_signing_out(office: Office) -> None:
    client = office.browser(office.person("anne"))
    cookie = client.cookies[COOKIE]
    assert client.get("/api/v1/session").json()["signed_in"]
    client.delete("/api/v1/session")
    again = office.browser()
    again.cookies.set(COOKIE, cookie)
    assert again.get("/api/v1/session").json()["signed_in"] is False


def test_neither_cookie_nor_password_is_kept(office: Office) -> None:
    office.person("anne")
    client, _ = _sign_in(office, "anne")
    cookie = client.cookies[COOKIE]
    with office.services.records.reading() as session:
        kept = session.execute(select(Session)).scalar_one()
        password = session.execute(select(User.password).where(User.login == "anne")).scalar_one()
    assert kept.key == hashlib.sha256(cookie.encode()).hexdigest()
    assert len(cookie) >= 43  # 256 bits in base64
    assert password.startswith("$argon2id$")
    database = Path(office.services.settings.workspace) / "records.sqlite"
    raw = database.read_bytes() + database.with_name("records.sqlite-wal").read_bytes()
    assert cookie.encode() not in raw
    assert PASSWORD.encode() not in raw


def test_a_sign_in_ends_the_session_that_the_browser_had(office: Office) -> None:
    client = office.browser(office.person("anne"))
    before = client.cookies[COOKIE]
    client.post("/api/v1/session", json={"login": "anne", "password": PASSWORD})
    assert client.cookies[COOKIE] != before
    with office.services.records.reading() as session:
        assert len(session.execute(select(Session)).scalars().all()) == 1


def test_out_everywhere(office: Office) -> None:
    anne = office.person("anne")
    first, second = office.browser(anne), office.browser(anne)
    assert second.get("/api/v1/session").json()["signed_in"]
    assert first.delete("/api/v1/session?everywhere=true").status_code == 204
    assert second.get("/api/v1/session").json()["signed_in"] is False


@pytest.mark.parametrize("login", ["anne", "nobody", "closed", "x" * 200])
def test_every_refusal_reads_the_same(office: Office, login: str) -> None:
    office.person("anne")
    office.person("closed", active=False)
    password = PASSWORD if login == "closed" else "something else"
    _, answer = _sign_in(office, login, password)
    assert answer.status_code == 401
    said = answer.json()
    said.pop("request_id")
    _, other = _sign_in(office, "nobody at all")
    expected = other.json()
    expected.pop("request_id")
    assert said == expected
    assert said["code"] == "wrong_password"


def test_five_failures_pause_an_account(office: Office, told: list[datetime]) -> None:
    office.person("anne")
    for _ in range(5):
        assert _sign_in(office, "anne", "wrong wrong")[1].status_code == 401
    assert _sign_in(office, "anne")[1].status_code == 401
    told[0] = START + timedelta(minutes=16)
    assert _sign_in(office, "anne")[1].status_code == 201


def test_a_right_password_forgets_the_failures(office: Office) -> None:
    office.person("anne")
    for _ in range(3):
        for _ in range(4):
            _sign_in(office, "anne", "wrong wrong")
        assert _sign_in(office, "anne")[1].status_code == 201


def test_an_address_that_fails_too_often_waits(office: Office) -> None:
    office.services.throttle = Throttle(failures=3)
    office.person("anne")
    for _ in range(3):
        _sign_in(office, "nobody", "wrong wrong")
    _, answer = _sign_in(office, "anne")
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_requests"


def test_a_session_ends_unless_it_is_used(office: Office, told: list[datetime]) -> None:
    client = office.browser(office.person("anne"))  # 12 hours
    for hours in (8, 16, 24):
        told[0] = START + timedelta(hours=hours)
        assert client.get("/api/v1/session").json()["signed_in"]
    told[0] = START + timedelta(hours=36, seconds=1)
    assert client.get("/api/v1/session").json()["signed_in"] is False


def test_a_session_ends_after_thirty_days_however_busy(
    office: Office, told: list[datetime]
) -> None:
    client = office.browser(office.person("anne"))
    for hours in range(8, 30 * 24, 8):
        told[0] = START + timedelta(hours=hours)
        assert client.get("/api/v1/session").json()["signed_in"]
    told[0] = START + timedelta(days=30)
    assert client.get("/api/v1/session").json()["signed_in"] is False


def test_a_hash_of_old_parameters_is_made_anew(office: Office) -> None:
    office.person("anne")
    office.services.passwords = Passwords(PasswordHasher(2, 16, 1))
    assert _sign_in(office, "anne")[1].status_code == 201
    with office.services.records.reading() as session:
        kept = session.execute(select(User.password).where(User.login == "anne")).scalar_one()
    assert "m=16,t=2" in kept
    assert _sign_in(office, "anne")[1].status_code == 201


def test_cookies_over_https_only_where_it_is_set(tmp_path: Path) -> None:
    with open_office(tmp_path, secure_cookies=True) as office:
        office.person("anne")
        _, answer = _sign_in(office, "anne")
    assert "secure" in answer.headers["set-cookie"].lower()


def test_signing_in_and_failing_are_in_the_audit(office: Office) -> None:
    office.person("anne")
    _sign_in(office, "anne", "wrong wrong")
    _sign_in(office, "a password typed into the wrong field", "wrong wrong")
    _sign_in(office, "anne")
    with office.services.records.reading() as session:
        acts = session.execute(select(Audit.act, Audit.subject).order_by(Audit.seq)).all()
    assert [tuple(act) for act in acts][2:] == [
        ("session.refused", "user:anne"),
        ("session.refused", "user:-"),
        ("session.sign_in", "user:anne"),
    ]
    assert walk(office.services.records).is_whole


@pytest.mark.parametrize("cookie", ["x", "x" * 5000, "ü%00", "lt_" + "a" * 43])
def test_a_made_up_cookie_is_nobody(office: Office, cookie: str) -> None:
    client = office.browser()
    answer = client.get("/api/v1/session", headers={"Cookie": f"{COOKIE}={cookie}".encode()})
    assert answer.status_code == 200
    assert answer.json()["signed_in"] is False


def test_a_stranger_hands_in_nothing_large(office: Office) -> None:
    large = b"x" * (1024 * 1024 + 1)

    def in_parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    for content in (large, in_parts()):
        answer = office.browser().post("/api/v1/checks", content=content)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    known = office.browser(office.person("anne")).post("/api/v1/checks", content=large)
    assert known.status_code == 415
