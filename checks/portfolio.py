"""A portfolio of projects on a day: what blocks which, whose turn it is, what is due.

Pure functions over values handed in: the records know the projects, reports know the conflicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal

from checks.rule import SEVERITIES
from gis.errors import Text

Filter = Literal["all", "reserve", "active", "prohibited", "overdue", "this_week", "data_changed"]

FILTERS: Mapping[Filter, Text] = MappingProxyType(
    {
        "all": Text("在册", "On the books"),
        "reserve": Text("储备", "In reserve"),
        "active": Text("实施", "Under way"),
        "prohibited": Text("刚性冲突", "Prohibited"),
        "overdue": Text("超期", "Overdue"),
        "this_week": Text("本周到期", "Due this week"),
        "data_changed": Text("数据变动影响", "Data changed"),
    }
)
"""The numbers on top; each is also a filter."""

_WEEK = 7
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The worst that stands in a project's way, and whose word it needs."""

    what: Text
    severity: str
    authority: str
    todo: Text | None
    finding: str


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What a portfolio keeps of a report: lights, the worst obstacle, the editions it rests on."""

    colour: str
    complete: bool
    obstacle: Obstacle | None
    editions: Mapping[str, tuple[str, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values; `summary_from` reads them back."""
        obstacle = None
        if self.obstacle is not None:
            obstacle = {
                "what": self.obstacle.what.as_dict(),
                "severity": self.obstacle.severity,
                "authority": self.obstacle.authority,
                "todo": self.obstacle.todo.as_dict() if self.obstacle.todo else None,
                "finding": self.obstacle.finding,
            }
        return {
            "colour": self.colour,
            "complete": self.complete,
            "obstacle": obstacle,
            "editions": {key: list(value) for key, value in self.editions.items()},
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """A project as far as a portfolio looks at it. Days are whole days, None where not known."""

    number: str
    phase: str
    stage_since: date | None
    stage_days: int | None
    next_due: date | None
    report: ReportSummary | None
    changed_layers: tuple[str, ...] = ()


def summarise(report: Mapping[str, Any]) -> ReportSummary:
    """Return what a portfolio keeps of a `report.json` document.

    The obstacle is the worst affected finding, else the first question that a person must answer.
    """
    findings = report["findings"]
    hits = [item for item in findings if item["state"] == "affected"]
    asked = [item for item in findings if item["state"] == "needs_person"]
    worst = min(hits, key=lambda item: SEVERITIES.index(item["severity"]), default=None)
    chosen = worst if worst is not None else next(iter(asked), None)
    editions: dict[str, list[str]] = {}
    for row in report["data_basis"]:
        if row["edition"] is not None:
            named = f"{row['edition']}/{row['part']}" if row["part"] else row["edition"]
            editions.setdefault(row["layer"], []).append(named)
    return ReportSummary(
        colour=report["conclusion"]["colour"],
        complete=report["conclusion"]["complete"],
        obstacle=None if chosen is None else _obstacle(chosen),
        editions={layer: tuple(sorted(named)) for layer, named in sorted(editions.items())},
    )


def summary_from(kept: Mapping[str, Any]) -> ReportSummary:
    """Read back what `ReportSummary.as_dict` wrote."""
    said = kept["obstacle"]
    obstacle = None
    if said is not None:
        todo = Text(**said["todo"]) if said["todo"] else None
        obstacle = Obstacle(
            Text(**said["what"]), said["severity"], said["authority"], todo, said["finding"]
        )
    editions = {layer: tuple(named) for layer, named in kept["editions"].items()}
    return ReportSummary(kept["colour"], kept["complete"], obstacle, editions)


def changed_since(report: ReportSummary, today: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the layers whose editions in force are no longer those that a report rests on.

    Parameters
    ----------
    today
        Ids of the editions in force today, sorted, by layer; a layer without any may be left out.
    """
    return tuple(layer for layer, named in report.editions.items() if today.get(layer, ()) != named)


def working_days(since: date, until: date) -> int:
    """Count the days from Monday to Friday after `since`, up to and with `until`.

    No calendar of holidays is assumed; pages say so. 0 when `until` is not later.
    """
    if until <= since:
        return 0
    weeks, rest = divmod((until - since).days, _WEEK)
    days = weeks * _SATURDAY
    for step in range(1, rest + 1):
        days += (since + timedelta(days=step)).weekday() < _SATURDAY
    return days


def days_late(project: Standing, today: date) -> int:
    """Return by how many working days the stage or the next step is late; 0 when neither is."""
    late = 0
    if project.stage_since is not None and project.stage_days is not None:
        late = working_days(project.stage_since, today) - project.stage_days
    if project.next_due is not None:
        late = max(late, working_days(project.next_due, today))
    return max(late, 0)


def fits(project: Standing, chosen: Filter, today: date) -> bool:
    """Whether a project counts under one of the numbers on top."""
    report = project.report
    if chosen in {"reserve", "active"}:
        return project.phase == chosen
    if chosen == "prohibited":
        return report is not None and report.colour == "red"
    if chosen == "overdue":
        return days_late(project, today) > 0
    if chosen == "this_week":
        monday = today - timedelta(days=today.weekday())
        due = project.next_due
        return due is not None and today <= due < monday + timedelta(days=_WEEK)
    if chosen == "data_changed":
        return bool(project.changed_layers)
    return True


def numbers(projects: Iterable[Standing], today: date) -> dict[Filter, int]:
    """Return how many projects count under each of the numbers on top."""
    listed = list(projects)
    return {chosen: sum(fits(one, chosen, today) for one in listed) for chosen in FILTERS}


_LIGHTS = ("red", "amber", "grey", None, "green")


def in_order(projects: Sequence[Standing], today: date) -> list[Standing]:
    """Order by urgency: red ones first, the longest overdue first within a light."""

    def rank(project: Standing) -> tuple[int, int, str]:
        light = project.report.colour if project.report else None
        return _LIGHTS.index(light), -days_late(project, today), project.number

    return sorted(projects, key=rank)


def _obstacle(finding: Mapping[str, Any]) -> Obstacle:
    title, verdict = finding["title"], finding["verdict"] or {"zh": "", "en": ""}
    asked = finding["question"]
    action = finding["action"] or {}
    item = action.get("item") if isinstance(action, Mapping) else None
    todo = Text(asked["zh"], asked["en"]) if asked else Text(item, item) if item else None
    zh, en = [(title[key], verdict[key]) for key in ("zh", "en")]
    return Obstacle(
        what=Text("：".join(filter(None, zh)), ": ".join(filter(None, en))),
        severity=finding["severity"],
        authority=finding["authority"] or "",
        todo=todo,
        finding=finding["code"],
    )
