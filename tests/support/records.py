"""Records for tests, on both databases; import the fixtures that a test file needs."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from api.records.database import Records


def postgres_address(dsn: str) -> str:
    """Address for SQLAlchemy of a database that the fixture `postgis` made."""
    said = dict(part.split("=", 1) for part in dsn.split())
    return f"postgresql://{said['user']}@/{said['dbname']}?host={quote(said['host'], safe='')}"


@pytest.fixture
def sqlite_address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'records.sqlite'}"


@pytest.fixture
def postgres_records_address(postgis: str) -> str:
    return postgres_address(postgis)


@pytest.fixture(params=["sqlite", pytest.param("postgres_records", marks=pytest.mark.postgis)])
def address(request: pytest.FixtureRequest) -> str:
    """Address of empty records, once of each database."""
    said: str = request.getfixturevalue(f"{request.param}_address")
    return said


@pytest.fixture
def records(address: str) -> Iterator[Records]:
    """Records with their tables, once of each database."""
    made = Records(address)
    made.create()
    yield made
    made.close()
