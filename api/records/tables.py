"""The tables of the records. Every name begins with `app_`, so that they live beside a catalogue.

Moments are ISO 8601 texts of Asia/Shanghai to the second, given by the caller: they sort as they
are and mean the same in both databases. A change here needs a step in `api.records.migrations`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Moment = String(32)
Short = String(200)


class Base(DeclarativeBase):
    """All tables of the records."""


class User(Base):
    """An account. `password` is an argon2 hash, empty for accounts of an identity provider."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(Short, unique=True)
    name: Mapped[str] = mapped_column(Short)
    role: Mapped[str] = mapped_column(Short)
    parks: Mapped[list[str]] = mapped_column(JSON, default=list)
    department: Mapped[str] = mapped_column(Short, default="")
    district: Mapped[str] = mapped_column(Short, default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(2), default="zh")
    password: Mapped[str] = mapped_column(Text, default="")
    must_change: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[str | None] = mapped_column(Moment)
    subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    created_at: Mapped[str] = mapped_column(Moment)


class Session(Base):
    """A signed-in browser. `key` is the SHA-256 of the cookie; the cookie itself is not kept."""

    __tablename__ = "app_session"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[str] = mapped_column(Moment)
    expires_at: Mapped[str] = mapped_column(Moment)


class Token(Base):
    """An access token for programs. `key` is the SHA-256 of it; `actions` its scope."""

    __tablename__ = "app_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Short)
    actions: Mapped[list[str] | None] = mapped_column(JSON)
    expires_at: Mapped[str] = mapped_column(Moment)
    created_at: Mapped[str] = mapped_column(Moment)
    revoked_at: Mapped[str | None] = mapped_column(Moment)


class Project(Base):
    """A project. `number` is internal and for life; `code` (项目统一代码) may come later.

    `facts` are those of `checks/rules/facts.yaml`, `columns` the office's own columns. `place`
    says where it is while there is no red line: `{"point": [x, y]}` in the working CRS or
    `{"address": "…"}`. `stage_since` and `next_due` are whole days.
    """

    __tablename__ = "app_project"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Short, unique=True)
    code: Mapped[str | None] = mapped_column(Short, unique=True)
    name: Mapped[str] = mapped_column(Short)
    district: Mapped[str] = mapped_column(Short, default="", index=True)
    park: Mapped[str] = mapped_column(Short, default="")
    lead: Mapped[str] = mapped_column(Short, default="")
    owner: Mapped[str] = mapped_column(Short, default="")
    phase: Mapped[str] = mapped_column(Short, default="reserve")  # reserve 储备 | active 实施
    stage: Mapped[str] = mapped_column(Short, default="")
    stage_since: Mapped[str | None] = mapped_column(String(10))
    stage_days: Mapped[int | None] = mapped_column()  # time limit in working days
    next_step: Mapped[str] = mapped_column(Short, default="")
    next_due: Mapped[str | None] = mapped_column(String(10))
    key_project: Mapped[bool] = mapped_column(default=False)
    year: Mapped[int | None] = mapped_column()
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    place: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[str] = mapped_column(Moment)
    changed_at: Mapped[str] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)


class SiteVersion(Base):
    """A red line of a project. Write-once: a correction is a new version.

    `kind`: preselection 预选址, survey 勘测定界, parcel 宗地, setting_out 放线, completion 竣工.
    `wkb` is the geometry in `crs` (the working CRS); `document` a digest in the documents.
    """

    __tablename__ = "app_site_version"
    __table_args__ = (UniqueConstraint("project_id", "no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id), index=True)
    no: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(Short)
    name: Mapped[str] = mapped_column(Short)
    crs: Mapped[str] = mapped_column(Text)
    wkb: Mapped[bytes] = mapped_column(LargeBinary)
    area_m2: Mapped[float | None] = mapped_column()
    surveyor: Mapped[str] = mapped_column(Short, default="")
    surveyed_on: Mapped[str | None] = mapped_column(String(10))
    document: Mapped[str | None] = mapped_column(String(64))
    notes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[str] = mapped_column(Moment)


class Report(Base):
    """A report that was made; `id` is the head of its digest, the JSON lies in the documents.

    `request` holds what repeats the check: site as read, facts, scenario, day. `summary` is what
    lists show of it (`checks.portfolio.ReportSummary`), so that they need not open the document.
    """

    __tablename__ = "app_report"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    document: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(Short, unique=True)
    site: Mapped[str] = mapped_column(Short)
    scenario: Mapped[str] = mapped_column(Short)
    colour: Mapped[str] = mapped_column(Short)
    complete: Mapped[bool] = mapped_column()
    worst: Mapped[str] = mapped_column(Text, default="")
    as_of: Mapped[str] = mapped_column(String(10))
    known_at: Mapped[int] = mapped_column()
    confidential: Mapped[bool] = mapped_column(default=False)
    request: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[str] = mapped_column(Moment)


class ReportUse(Base):
    """Who made or opened a report, for which project: the history of each person and project."""

    __tablename__ = "app_report_use"
    __table_args__ = (Index("app_report_use_of", "user_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey(Report.id), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    project_id: Mapped[int | None] = mapped_column(ForeignKey(Project.id), index=True)
    site_version_id: Mapped[int | None] = mapped_column(ForeignKey(SiteVersion.id))
    at: Mapped[str] = mapped_column(Moment)


class Job(Base):
    """Long work that outlives the process: claimed by a lease, resumed or said to have ended.

    `state`: waiting, running, done, failed, cancelled.
    """

    __tablename__ = "app_job"
    __table_args__ = (Index("app_job_waiting", "state", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(Short)
    state: Mapped[str] = mapped_column(Short)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    order: Mapped[dict[str, Any]] = mapped_column("asked", JSON)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[Any | None] = mapped_column(JSON)
    error: Mapped[Any | None] = mapped_column(JSON)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel: Mapped[bool] = mapped_column(default=False)
    lease_until: Mapped[str | None] = mapped_column(Moment)
    worker: Mapped[str | None] = mapped_column(Short)
    created_at: Mapped[str] = mapped_column(Moment)
    started_at: Mapped[str | None] = mapped_column(Moment)
    ended_at: Mapped[str | None] = mapped_column(Moment)


class Idempotency(Base):
    """The answer given to a key, kept for a day: the same request again gets it again."""

    __tablename__ = "app_idempotency"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column()
    headers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    at: Mapped[str] = mapped_column(Moment)


class Task(Base):
    """Something that waits for a department or a person: 待我办理.

    `kind`: acknowledge (采信), question (待核实), opinion (征求意见). `subject` names what it is
    about (`assessment:CODE@VERSION`, `report:ID#RULE`), `state` is open, done or withdrawn. What
    was answered stands in rows of `Answer`.
    """

    __tablename__ = "app_task"
    __table_args__ = (Index("app_task_of", "department", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Short)
    subject: Mapped[str] = mapped_column(String(400), index=True)
    department: Mapped[str] = mapped_column(Short)
    project_id: Mapped[int | None] = mapped_column(ForeignKey(Project.id), index=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(Short, default="open")
    due: Mapped[str | None] = mapped_column(String(10))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    asked_at: Mapped[str] = mapped_column(Moment)


class Answer(Base):
    """One act on a task, append-only: nothing that a person said is overwritten (DESIGN law 11).

    `act`: answer, take_back (the department withdraws its answer), withdraw (the asker withdraws
    the task). `outcome` is the short word of an answer, `body` what the form held.
    """

    __tablename__ = "app_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id), index=True)
    act: Mapped[str] = mapped_column(Short)
    outcome: Mapped[str] = mapped_column(Short, default="")
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    why: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    who: Mapped[str] = mapped_column(Short)
    at: Mapped[str] = mapped_column(Moment)


class Draft(Base):
    """A form that was begun and may be taken up again: an area assessment being prepared.

    `body` is what was typed, complete or not; `version` counts its changes.
    """

    __tablename__ = "app_draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(Short)
    park: Mapped[str] = mapped_column(Short, index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    who: Mapped[str] = mapped_column(Short, default="")
    created_at: Mapped[str] = mapped_column(Moment)
    changed_at: Mapped[str] = mapped_column(Moment)


class ReportResult(Base):
    """What an issued report decided on one kind of area assessment: who uses which result.

    Read once out of the report; a report that decides nothing has one row of an empty kind.
    """

    __tablename__ = "app_report_result"
    __table_args__ = (Index("app_report_result_of", "code"),)

    report_id: Mapped[str] = mapped_column(ForeignKey(Report.id), primary_key=True)
    kind: Mapped[str] = mapped_column(Short, primary_key=True)
    code: Mapped[str] = mapped_column(Short, default="")
    version: Mapped[str] = mapped_column(Short, default="")
    outcome: Mapped[str] = mapped_column(Short, default="")
    project: Mapped[str] = mapped_column(Short, default="")
    project_name: Mapped[str] = mapped_column(Text, default="")


class ImportMap(Base):
    """How the columns of an office's project list are read; mapped once, used every week."""

    __tablename__ = "app_import_map"

    name: Mapped[str] = mapped_column(Short, primary_key=True)
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    changed_at: Mapped[str] = mapped_column(Moment)


class Import(Base):
    """A project list that was read: its differences wait to be confirmed.

    `state`: waiting, confirmed, dropped.
    """

    __tablename__ = "app_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    map: Mapped[str] = mapped_column(Short)
    file: Mapped[str] = mapped_column(Short)
    document: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(Short, default="waiting")
    differences: Mapped[list[Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[str] = mapped_column(Moment)


class Setting(Base):
    """A setting that an administrator changes on a page."""

    __tablename__ = "app_setting"

    name: Mapped[str] = mapped_column(Short, primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[str] = mapped_column(Moment)


class Audit(Base):
    """One act. Append-only: `hash` is SHA-256 over the row and the hash of the row before it."""

    __tablename__ = "app_audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(Short)
    act: Mapped[str] = mapped_column(Short)
    subject: Mapped[str] = mapped_column(String(400))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    before: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
