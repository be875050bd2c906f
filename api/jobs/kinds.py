"""The kinds of jobs: a closed table that each kind's module adds itself to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gis.errors import Text

if TYPE_CHECKING:
    from api.jobs.context import JobContext

Work = Callable[["JobContext"], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its name in the records, its title, and the work.

    The work returns the job's result as JSON. It calls `context.step` between its steps; what it
    kept there is `context.kept` when another worker resumes. Each step must bear being done twice.
    """

    name: str
    title: Text
    work: Work


KINDS: dict[str, Kind] = {}


def kind(name: str, title: Text) -> Callable[[Work], Work]:
    """Return the decorator that enters a kind of job."""

    def enter(work: Work) -> Work:
        """Enter the work of a kind."""
        KINDS[name] = Kind(name, title, work)
        return work

    return enter


def title_of(name: str) -> Text:
    """Return the title of a kind; a kind that is gone is told by its name."""
    return KINDS[name].title if name in KINDS else Text(name, name)
