"""Files that are lent: to one thread at a time, so many kept open, closed when nobody reads."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gis.lending import Lending


class Thing:
    """Counts who uses it, and who closed it."""

    made = 0

    def __init__(self) -> None:
        Thing.made += 1
        self.users = 0
        self.closed = False

    def close(self) -> None:
        assert self.users == 0, "closed under its user"
        self.closed = True


@pytest.fixture(autouse=True)
def _nothing_made() -> None:
    Thing.made = 0


def test_a_thing_serves_one_thread_at_a_time_and_few_are_kept() -> None:
    lending: Lending[int, Thing] = Lending(most=5)
    everything: list[Thing] = []
    together = threading.Barrier(8)

    def make() -> Thing:
        everything.append(Thing())
        return everything[-1]

    def use(_: int) -> None:
        together.wait()
        for turn in range(400):
            with lending.lent(turn % 7, make) as thing:
                thing.users += 1
                assert thing.users == 1
                assert not thing.closed
                thing.users -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    assert sum(not thing.closed for thing in everything) == 5
    lending.close()
    assert all(thing.closed for thing in everything)


def test_the_next_reader_gets_what_is_open() -> None:
    lending: Lending[str, Thing] = Lending(most=5)
    with lending.lent("a", Thing) as first, lending.lent("a", Thing) as beside:
        assert beside is not first
    with lending.lent("a", Thing) as again:
        assert again is first  # given back last
    assert Thing.made == 2


def test_what_is_in_use_is_closed_when_it_comes_back() -> None:
    lending: Lending[str, Thing] = Lending(most=5)
    with lending.lent("a", Thing) as thing:
        lending.close()
        assert not thing.closed
    assert thing.closed
    with lending.lent("a", Thing) as other:
        assert not other.closed  # used again after its end


def test_what_failed_is_not_lent_again() -> None:
    lending: Lending[str, Thing] = Lending(most=5)
    with pytest.raises(ValueError, match="broken"), lending.lent("a", Thing) as thing:
        raise ValueError("broken")
    assert thing.closed


def test_what_came_through_a_fork_is_left_to_the_parent() -> None:
    lending: Lending[str, Thing] = Lending(most=5)
    with lending.lent("a", Thing) as parents:
        pass
    lending._process = os.getpid() + 1  # as if this were the child
    with lending.lent("a", Thing) as own:
        assert own is not parents
    lending.close()
    assert own.closed
    assert not parents.closed
