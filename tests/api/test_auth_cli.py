"""`lantu users` and `lantu audit verify`, as the operator of the machine runs them."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.main import main
from tests.support.served import empty_workspace


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANTU_WORKSPACE", "LANTU_RECORDS", "LANTU_ADMIN_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path / "office")


def run(office: Path, *args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["-w", str(office), *args], input=stdin)


def done(office: Path, *args: str, code: int = 0, stdin: str | None = None) -> Any:
    result = run(office, *args, "--json", stdin=stdin)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_people_are_added_listed_closed(office: Path) -> None:
    made = done(office, "users", "add", "Anne", "--role", "park_body", "--park", "A", "--park", "B")
    assert made["login"] == "anne"
    assert len(made["one_time_password"]) == 19
    done(office, "users", "add", "bert", "--role", "authority", "--department", "水利局")
    found = done(office, "users", "list")
    assert [(user["login"], user["parks"]) for user in found] == [
        ("anne", ["A", "B"]),
        ("bert", []),
    ]
    assert "水利局" in run(office, "users", "list").stdout
    assert done(office, "users", "lock", "anne")["active"] is False
    assert done(office, "users", "unlock", "anne")["active"] is True


def test_a_password_comes_from_stdin_and_is_held_to_the_rule(office: Path) -> None:
    made = done(
        office,
        "users",
        "add",
        "anne",
        "--role",
        "planner",
        "--password-stdin",
        stdin="one two three\n",
    )
    assert made["one_time_password"] is None
    refused = done(office, "users", "password", "anne", "--password-stdin", code=1, stdin="short\n")
    assert refused["error"]["code"] == "weak_password"
    assert done(office, "users", "password", "anne")["one_time_password"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("users", "lock", "nobody"), "unknown_user"),
        (("users", "lock", "root"), "last_administrator"),
        (("users", "add", "root", "--role", "planner"), "login_taken"),
        (("users", "add", "a b", "--role", "planner"), "bad_login"),
        (("audit", "verify", "--head", "x"), "bad_head"),
    ],
)
def test_refusals(office: Path, args: tuple[str, ...], code: str) -> None:
    done(office, "users", "add", "root", "--role", "admin")
    assert done(office, *args, code=1)["error"]["code"] == code


def test_the_audit_is_walked(office: Path) -> None:
    assert done(office, "audit", "verify", code=1)["error"]["code"] == "no_records"
    for login in ("anne", "bert", "cleo"):
        done(office, "users", "add", login, "--role", "planner")
    whole = done(office, "audit", "verify")
    assert (whole["whole"], whole["rows"]) == (True, 3)
    done(office, "audit", "verify", "--head", whole["head"])
    with sqlite3.connect(office / "records.sqlite") as database:
        database.execute("DROP TRIGGER app_audit_no_update")
        database.execute("UPDATE app_audit SET who = 'nobody' WHERE seq = 2")
    database.close()
    broken = done(office, "audit", "verify", code=1)
    assert (broken["whole"], broken["break_at"], broken["reason"]) == (False, 2, "altered")
    assert "2" in run(office, "audit", "verify").stdout


def test_passwords_are_in_no_row_of_the_audit(office: Path) -> None:
    told = done(office, "users", "add", "anne", "--role", "planner")["one_time_password"]
    raw = (office / "records.sqlite").read_bytes()
    assert told.encode() not in raw
