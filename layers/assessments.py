"""`AreaAssessment`: a published assessment of one kind for an area, its life, its standing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from shapely.geometry.base import BaseGeometry

from gis.errors import Note, Text
from gis.geometry import Repair

LifeState = Literal["draft", "submitted", "published", "suspended", "withdrawn", "superseded"]
LifeEvent = Literal[
    "add",
    "submit",
    "publish",
    "suspend",
    "withdraw",
    "supersede",
    "acknowledge",
    "retract",
    "record",
]
PartialRule = Literal["supplement", "own_assessment"]
ItemEffect = Literal["waived", "simplified", "registered", "commitment"]

NEXT_STATE: Mapping[LifeEvent, tuple[tuple[LifeState, ...], LifeState | None]] = {
    "add": (("draft",), "draft"),
    "submit": (("draft",), "submitted"),
    "publish": (("submitted", "suspended"), "published"),
    "suspend": (("published",), "suspended"),
    "withdraw": (("draft", "submitted", "published", "suspended"), "withdrawn"),
    "supersede": (("published", "suspended"), "superseded"),
    "acknowledge": (("submitted", "published", "suspended"), None),
    "retract": (("submitted", "published", "suspended"), None),
    "record": (("published", "suspended"), None),
}
"""From which states an event may follow, and where it leads; None: the state stays.

Publishing a suspended one again ends the suspension. Nothing leads back to a draft: a correction
is a new version. A department that retracts its acknowledgement names the same document and day.
"""

STATE_WORDS: Mapping[LifeState, Text] = {
    "draft": Text("草稿", "draft"),
    "submitted": Text("已提交", "submitted"),
    "published": Text("已公布", "published"),
    "suspended": Text("暂停使用", "suspended"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "superseded": Text("已被新版本取代", "superseded"),
}


@dataclass(frozen=True, slots=True)
class Park:
    """The park that the assessment was made for."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class JointReview:
    """Several kinds reviewed together (多评合一) under one lead."""

    name: str
    lead: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Who reviewed the assessment, when, with what conclusion, and whether it is public."""

    body: str | None
    date: date | None
    conclusion: str | None
    public: bool | None
    joint: JointReview | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A department's word (采信) that it works with the result."""

    authority: str
    document: str | None
    date: date | None


@dataclass(frozen=True, slots=True)
class Block:
    """A block (单元) of the area with a state of its own."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class PartialCoverage:
    """What holds for a site that lies inside in part, and who says so."""

    rule: PartialRule
    source: str | None


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the envelope: a project fact within `min` and `max`, both included.

    `when` is the condition as it stands in the file; the checks read it.
    """

    fact: str
    min: float | None
    max: float | None
    when: object
    source: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """A total of the park that projects draw from; `limit` is the text of a decimal number."""

    name: str
    fact: str
    unit: str | None
    limit: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A list of industries and uses; None: the list says nothing of them."""

    industries: tuple[str, ...] | None
    uses: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Duty:
    """What the park owes for the area as a whole; `done` None: not stated."""

    text: str
    done: bool | None


@dataclass(frozen=True, slots=True)
class AreaEvent:
    """Something that happened in the area: a disaster, a change of plan, a restriction."""

    date: date
    type: str
    place: str | None


@dataclass(frozen=True, slots=True)
class ControlOutput:
    """A figure that the assessment sets for projects."""

    key: str
    value: str
    unit: str | None
    where: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class ApprovalItem:
    """An approval item that the assessment serves, and what it does to it."""

    code: str
    effect: ItemEffect | None


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of the assessment, by its SHA-256."""

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class AreaAssessment:
    """One version of an area assessment, as its file declares it (CONTRACTS section 3).

    A list that is None says nothing: its criterion does not apply. An empty list is a statement.

    Attributes
    ----------
    extent
        Polygon in the working CRS, valid, not empty.
    extent_source
        Where the extent came from: name of a file, `inline`, or the edition of `park.boundary`.
    repairs, notes
        What reading the extent did to it and has to say of it.
    """

    kind: str
    code: str
    version: str
    title: str
    issuer: str
    extent: BaseGeometry
    crs: str
    valid_from: date
    extent_source: str
    valid_to: date | None = None
    validity_source: str | None = None
    park: Park | None = None
    unit_code: str | None = None
    review: Review | None = None
    acknowledged: tuple[Acknowledgement, ...] | None = None
    approval_no: str | None = None
    blocks: tuple[Block, ...] | None = None
    partial_coverage: PartialCoverage | None = None
    depth: str | None = None
    treats: tuple[str, ...] | None = None
    relevant_layers: tuple[str, ...] | None = None
    envelope: tuple[Limit, ...] | None = None
    totals: tuple[Total, ...] | None = None
    admission: Choice | None = None
    negative: Choice | None = None
    excluded_classes: tuple[str, ...] | None = None
    commitments: tuple[Text, ...] | None = None
    duties: tuple[Duty, ...] | None = None
    events: tuple[AreaEvent, ...] | None = None
    control_outputs: tuple[ControlOutput, ...] | None = None
    approval_items: tuple[ApprovalItem, ...] | None = None
    documents: tuple[Document, ...] | None = None
    repairs: tuple[Repair, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def id(self) -> str:
        """Code and version, as messages name it."""
        return f"{self.code}@{self.version}"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One act in the life of an assessment: what, who, when, why, at which revision."""

    revision: int
    event: LifeEvent
    state: LifeState
    at: str
    who: str
    why: str | None
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """An assessment and where it stands at a revision.

    `acknowledged` and `events` join the file's own with those recorded since; None where neither
    says anything.
    """

    assessment: AreaAssessment
    state: LifeState
    document: str
    history: tuple[HistoryRow, ...]

    @property
    def published_revision(self) -> int | None:
        """The revision of the first publication, None before it."""
        return next((row.revision for row in self.history if row.event == "publish"), None)

    @property
    def acknowledged(self) -> tuple[Acknowledgement, ...] | None:
        """Acknowledgements in the file and since, without those retracted."""
        later: list[Acknowledgement] = []
        for row in self.history:
            if row.event in {"acknowledge", "retract"}:
                one = Acknowledgement(
                    row.detail["authority"],
                    row.detail.get("document"),
                    _day(row.detail.get("date")),
                )
                if row.event == "acknowledge":
                    later.append(one)
                elif one in later:
                    later.remove(one)
        held = self.assessment.acknowledged
        return tuple(later) or None if held is None else (*held, *later)

    @property
    def events(self) -> tuple[AreaEvent, ...] | None:
        """Events of the area in the file and since."""
        later = tuple(
            AreaEvent(
                date.fromisoformat(row.detail["date"]), row.detail["type"], row.detail.get("place")
            )
            for row in self.history
            if row.event == "record"
        )
        held = self.assessment.events
        return later or None if held is None else (*held, *later)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def in_question(standings: Sequence[Standing], as_of: date) -> tuple[Standing, ...]:
    """Choose one version of each code: the one that speaks for the day.

    Only versions that were published once count. Of those that begin on or before the day the
    latest published one speaks, whatever became of it since: a suspended correction does not
    bring the corrected version back. Before the first begins, the earliest to begin speaks.
    The result is ordered by code.
    """
    by_code: dict[str, list[Standing]] = {}
    for standing in standings:
        if standing.published_revision is not None:
            by_code.setdefault(standing.assessment.code, []).append(standing)
    return tuple(_speaks(by_code[code], as_of) for code in sorted(by_code))


def _speaks(versions: list[Standing], as_of: date) -> Standing:
    begun = [item for item in versions if item.assessment.valid_from <= as_of]
    if begun:
        return max(begun, key=lambda item: item.published_revision or 0)
    return min(
        versions, key=lambda item: (item.assessment.valid_from, -(item.published_revision or 0))
    )


def ending(standings: Sequence[Standing], start: date, days: int) -> tuple[Standing, ...]:
    """Published versions whose last day lies within so many days from `start`, first to end first.

    A version that was superseded is left out: the one that took its place speaks.
    """
    published = [item for item in standings if item.state == "published"]
    soon = []
    for item in published:
        end = item.assessment.valid_to
        if end is not None and 0 <= (end - start).days <= days:
            soon.append((end, item.assessment.id, item))
    return tuple(item for _, _, item in sorted(soon, key=lambda row: row[:2]))
