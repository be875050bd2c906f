"""The first of several server processes: what it does with workers that die."""

import socket
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from api.operations import supervisor
from api.operations.supervisor import Supervisor


class Pipe:
    """The supervisor's end of a pipe to a worker that answers at once."""

    def send(self, _: object) -> None: ...

    def poll(self, _: float) -> bool:
        return True

    def recv(self) -> bool:
        return True


class Worker:
    """A worker as the supervisor sees it; `ends` is the exit code of one that is gone."""

    ends: list[int | None]
    made: list["Worker"]

    def __init__(self, *_: object) -> None:
        self.exitcode = Worker.ends.pop(0)
        self.pid = 100 + len(Worker.made)
        self.process = self
        self.parent_conn = Pipe()
        Worker.made.append(self)

    def is_alive(self) -> bool:
        return self.exitcode is None

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def join(self) -> None: ...

    def terminate(self) -> None: ...


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A supervisor over workers of which the first ones end as told."""
    monkeypatch.setattr(supervisor, "Process", Worker)
    monkeypatch.setattr(supervisor, "_TRY_AGAIN_S", 0.0)
    monkeypatch.setattr("uvicorn.supervisors.multiprocess.signal.signal", lambda *_: None)

    def keeping(*ends: int | None) -> Supervisor:
        Worker.ends, Worker.made = list(ends), []
        with socket.socket() as taken:
            made = Supervisor(
                uvicorn.Config("x:y", workers=2), [taken], figures=tmp_path, longest_s=1
            )
        made.processes = [Worker(), Worker()]  # type: ignore[list-item]
        return made

    return keeping


def numbers(made: Supervisor) -> list[int | None]:
    return [process.pid for process in made.processes]


def test_a_worker_that_dies_is_replaced_and_its_memory_forgotten(kept: Any, tmp_path: Path) -> None:
    made = kept(None, -11, None)
    lasting, passing = tmp_path / "counter_101.db", tmp_path / "gauge_livemostrecent_101.db"
    lasting.touch()
    passing.touch()
    made.keep_subprocess_alive()
    assert numbers(made) == [100, 102]
    assert (lasting.exists(), passing.exists()) == (True, False)
    assert not made.should_exit.is_set()


def test_a_service_that_cannot_start_ends(kept: Any) -> None:
    made = kept(STARTUP_FAILURE, STARTUP_FAILURE)
    made.keep_subprocess_alive()
    assert made.should_exit.is_set()
    made.init_processes = lambda: None
    with pytest.raises(SystemExit) as left:
        made.run()
    assert left.value.code == STARTUP_FAILURE


def test_a_service_that_has_served_waits_for_its_database(kept: Any) -> None:
    """A worker dies while the database is away: the next one cannot start, the other lives on."""
    made = kept(None, -9, STARTUP_FAILURE, STARTUP_FAILURE, None)
    for expected in ([100, 102], [100, 103], [100, 104], [100, 104]):
        made.keep_subprocess_alive()
        assert numbers(made) == expected
    assert not made.should_exit.is_set()
