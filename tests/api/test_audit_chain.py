"""The audit: one chain whoever writes, and every way of tampering is found at its place."""

import hashlib
import json
import threading
from multiprocessing import get_context

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from api.auth.roles import Principal
from api.records.audit import AuditLog
from api.records.audit_chain import read_head, walk
from api.records.database import Records, records_unreachable
from api.records.tables import Audit
from gis.errors import LantuError
from tests.support import records as fixtures

sqlite_address = fixtures.sqlite_address
postgres_records_address = fixtures.postgres_records_address
address = fixtures.address
records = fixtures.records

ANNE = Principal(user_id=1, login="anne")


def _add(records: Records, count: int) -> None:
    audit = AuditLog(records)
    for number in range(count):
        audit.add("project.change", f"project:{number}", ANNE, detail={"n": number})
    audit.close()


def _tamper(records: Records, statement: str) -> None:
    """Change rows as somebody who owns the database may: after taking the guards away."""
    with records.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ALTER TABLE app_audit DISABLE TRIGGER ALL"))
        else:
            session.execute(text("DROP TRIGGER app_audit_no_update"))
            session.execute(text("DROP TRIGGER app_audit_no_delete"))
        session.execute(text(statement))


def test_a_row_is_sealed_with_the_one_before(records: Records) -> None:
    _add(records, 2)
    with records.reading() as session:
        first, second = session.execute(select(Audit).order_by(Audit.seq)).scalars().all()
    said = json.dumps(
        [1, first.at, "anne", "project.change", "project:0", {"n": 0}, "0" * 64],
        separators=(",", ":"),
    )
    assert first.hash == hashlib.sha256(said.encode()).hexdigest()
    assert (second.seq, second.before) == (2, first.hash)


def test_a_whole_chain_is_whole(records: Records) -> None:
    assert walk(records).is_whole
    _add(records, 5)
    found = walk(records)
    assert found.is_whole
    assert found.rows == 5


@pytest.mark.parametrize(
    ("statement", "place", "reason"),
    [
        ("UPDATE app_audit SET subject = 'project:9' WHERE seq = 3", 3, "altered"),
        ("UPDATE app_audit SET hash = 'ff' WHERE seq = 2", 2, "altered"),
        ("DELETE FROM app_audit WHERE seq = 4", 4, "missing"),
        ("DELETE FROM app_audit WHERE seq = 1", 1, "missing"),
    ],
)
def test_tampering_is_found(records: Records, statement: str, place: int, reason: str) -> None:
    _add(records, 5)
    _tamper(records, statement)
    found = walk(records)
    assert (found.break_at, found.reason) == (place, reason)


def test_a_row_sealed_anew_breaks_the_next_link(records: Records) -> None:
    _add(records, 3)
    with records.reading() as session:
        row = session.get_one(Audit, 2)
    said = [2, row.at, "bert", row.act, row.subject, row.detail, row.before]
    seal = hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
    _tamper(records, f"UPDATE app_audit SET who = 'bert', hash = '{seal}' WHERE seq = 2")
    found = walk(records)
    assert (found.break_at, found.reason) == (3, "unlinked")


def test_a_cut_end_is_found_by_a_noted_head(records: Records) -> None:
    _add(records, 4)
    noted = walk(records)
    _tamper(records, "DELETE FROM app_audit WHERE seq > 2")
    assert walk(records).is_whole
    found = walk(records, known=read_head(f"{noted.rows}:{noted.head}"))
    assert (found.break_at, found.reason) == (3, "missing")


@pytest.mark.parametrize("act", ["UPDATE app_audit SET who = 'x'", "DELETE FROM app_audit"])
def test_the_database_refuses_to_rewrite(records: Records, act: str) -> None:
    _add(records, 1)
    with pytest.raises((DBAPIError, LantuError)), records.writing() as session:
        session.execute(text(act))
    assert walk(records).rows == 1


def test_many_threads_one_chain(records: Records) -> None:
    audit = AuditLog(records)

    def write() -> None:
        for number in range(25):
            audit.add("report.read", f"report:{number}", ANNE, wait=number % 2 == 0)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    audit.close()
    found = walk(records)
    assert found.is_whole
    assert found.rows == 100


def _process(address: str) -> None:
    records = Records(address)
    _add(records, 20)
    records.close()


def test_many_processes_one_chain(address: str) -> None:
    records = Records(address)
    records.create()
    context = get_context("spawn")
    processes = [context.Process(target=_process, args=(address,)) for _ in range(2)]
    for process in processes:
        process.start()
    _add(records, 20)
    for process in processes:
        process.join()
    found = walk(records)
    records.close()
    assert found.is_whole
    assert found.rows == 60


def test_with_the_act_or_not_at_all(records: Records) -> None:
    audit = AuditLog(records)

    def broken() -> None:
        with records.writing() as session:
            audit.within(session, "project.add", "project:1", ANNE)
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        broken()
    assert walk(records).rows == 0
    with records.writing() as session:
        audit.within(session, "project.add", "project:1", ANNE)
    assert walk(records).rows == 1


def test_waiting_inside_a_transaction_is_refused(records: Records) -> None:
    audit = AuditLog(records)
    with records.writing(), pytest.raises(RuntimeError, match="within"):
        audit.add("project.add", "project:1", ANNE)


@pytest.mark.parametrize("name", ["password", "new_secret", "csrf", "email", "mobile"])
def test_secrets_and_persons_stay_out(records: Records, name: str) -> None:
    audit = AuditLog(records)
    with pytest.raises(ValueError, match="personal"):
        audit.add("user.change", "user:anne", ANNE, detail={"to": [{name: "x"}]})


def test_after_the_end_nothing_is_taken(records: Records) -> None:
    audit = AuditLog(records)
    audit.add("report.read", "report:1", ANNE, wait=False)
    audit.close()
    assert walk(records).rows == 1
    with pytest.raises(LantuError, match="shutting_down"):
        audit.add("report.read", "report:2", ANNE, wait=False)


def test_a_release_survives_while_the_database_is_away(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = AuditLog(records)
    monkeypatch.setattr("api.records.audit._TRY_AGAIN_S", (0.01,))
    away = threading.Event()
    away.set()
    writing = records.writing

    def broken() -> object:
        if away.is_set():
            raise records_unreachable()
        return writing()

    monkeypatch.setattr(records, "writing", broken)
    audit.add("report.read", "report:1", ANNE, wait=False)
    with pytest.raises(LantuError, match="records_unreachable"):
        audit.add("report.issue", "report:1", ANNE)
    away.clear()
    audit.add("report.issue", "report:1", ANNE)
    audit.close()
    with records.reading() as session:
        acts = session.execute(select(Audit.act).order_by(Audit.seq)).scalars().all()
    assert acts == ["report.read", "report.issue", "report.issue"]  # both issues were done


@pytest.mark.parametrize("said", ["", "5", "5:xyz", "-1:" + "0" * 64])
def test_a_head_is_read_strictly(said: str) -> None:
    with pytest.raises(LantuError, match="bad_head"):
        read_head(said)
