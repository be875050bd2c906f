"""One check as the service does it: from the form that came to a report that is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.acts import note_act
from api.auth.roles import Action, Principal, require
from api.checking import Question, check_site, given_version, log_release, read_all, told_by
from api.records.projects import project_by_code
from api.records.redlines import newest, site_of
from api.records.reports import Use, keep_report, report_id
from api.services import Services
from api.uploads import bad_value
from checks.facts import Project, project_of
from checks.portfolio import summarise
from checks.report.formats import FORMATS, writable
from gis.errors import LantuError, Text
from layers.yaml_file import read_yaml_text

if TYPE_CHECKING:
    from checks.report.model import Report
    from checks.rule import Rulebook
    from gis.site import Site

REPORTS = "/api/v1/reports"


class CheckForm(BaseModel):
    """What `POST /api/v1/checks` takes beside files."""

    model_config = ConfigDict(extra="forbid")

    site: str | dict[str, Any] | None = Field(
        None, description="WKT, GeoJSON, pasted coordinates or 界址点 text"
    )
    project: str | dict[str, Any] | None = Field(
        None, description="facts of the project (docs/project-facts.md), as YAML or JSON"
    )
    project_code: str | None = Field(
        None, max_length=200, description="a project on record: its facts hold where none are given"
    )
    scenario: str | None = Field(None, max_length=200, description="else chosen by the facts")
    as_of: date | None = Field(None, description="day of the check; default: today in Shanghai")
    crs: str | None = Field(None, max_length=4000, description="`EPSG:n` or `local:NAME`")
    merge: bool = Field(default=False, description="all features are one site")
    accept_repair: bool = Field(default=False, description="accept repairs that change the area")
    issue: bool = Field(default=False, description="issue the report: number it, keep it for good")
    version: Literal["inside", "outside"] | None = Field(
        None, description="give out this version; the release is logged"
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks what, at which moment; the clock was read once, at the door."""

    principal: Principal
    form: CheckForm
    moment: datetime

    @property
    def as_of(self) -> date:
        """The day that is asked."""
        return self.form.as_of or self.moment.date()


@dataclass(frozen=True, slots=True)
class Made:
    """A report that was made: its id, its document, where to find it in other formats."""

    id: str
    report: Report
    links: Mapping[str, str]
    new: bool

    def answer(self) -> bytes:
        """Return `{report, links}`; the report's bytes go through as they are."""
        links = json.dumps(self.links, separators=(",", ":")).encode()
        return b'{"report":' + self.report.to_json() + b',"links":' + links + b"}"


def form_of(fields: Mapping[str, Any]) -> CheckForm:
    """Read the fields of a form or a JSON body.

    Raises
    ------
    LantuError
        `bad_value`, naming the field.
    """
    given = {key: value for key, value in fields.items() if value != ""}
    try:
        return CheckForm.model_validate(given)
    except ValidationError as error:
        raise bad_value(error) from None


def sites_of(
    services: Services, form: CheckForm, files: Iterable[Path]
) -> list[tuple[str | None, Site | LantuError]]:
    """Read all sites asked for, with the name of each; a refused one is among them.

    Raises
    ------
    LantuError
        `no_site` where none is given; with one single source what refuses this source.
    """
    sources: list[Path | str] = [*files]
    if form.site is not None:
        sources.append(form.site if isinstance(form.site, str) else json.dumps(form.site))
    if not sources:
        raise LantuError(
            "no_site",
            Text("没有给出用地", "No site was given"),
            Text(
                "请上传文件，或在 site 中写入坐标", "Upload a file, or write coordinates in `site`"
            ),
            where="site",
        )
    found: list[tuple[str | None, Site | LantuError]] = []
    for source in sources:
        try:
            read = read_all(
                services.workspace,
                source,
                crs=form.crs,
                merge=form.merge,
                accept_repair=form.accept_repair,
            )
        except LantuError as error:
            if len(sources) == 1:
                raise
            read = [error]
        name = source.name if isinstance(source, Path) else None
        found += [(name if isinstance(one, LantuError) else one.name, one) for one in read]
    return found


def red_line_of(services: Services, desk: Desk) -> tuple[Site, int]:
    """Return the newest red line of the project on record, and the number of its row.

    Raises
    ------
    LantuError
        `unknown_project`, `no_red_line`.
    """
    named = desk.form.project_code or ""
    with services.records.reading() as session:
        project = project_by_code(session, desk.principal, named)
        version = newest(session, project.id)
    if version is None:
        raise LantuError(
            "no_red_line",
            Text(f"项目 {named} 还没有红线", f"Project {named} has no red line yet"),
            Text("请先上传红线，或在 site 中给出用地", "Upload one first, or give a site"),
            where="project_code",
        )
    return site_of(version), version.id


def facts_of(services: Services, desk: Desk, rulebook: Rulebook) -> tuple[Project, int | None]:
    """Return the project that is asked about, and the id of its record where there is one."""
    form, data, record = desk.form, None, None
    if form.project_code is not None:
        with services.records.reading() as session:
            row = project_by_code(session, desk.principal, form.project_code)
            record, data = row.id, {"code": row.code, "name": row.name, **row.facts}
    if form.project is not None:
        given = _read_facts(form.project)
        data = {**data, **given} if data is not None and isinstance(given, dict) else given
    return project_of(as_texts(data), rulebook.facts, where="project"), record


def _read_facts(given: str | dict[str, Any]) -> Any:
    if not isinstance(given, str):
        return given
    if given.lstrip().startswith("{"):
        try:
            return json.loads(given)
        except (ValueError, RecursionError):  # YAML's flow style looks alike
            pass
    return read_yaml_text(given, "project")


def as_texts(value: Any) -> Any:
    """Return a JSON value with all scalars as text, as files are read; null stays unknown."""
    if isinstance(value, dict):
        return {str(key): as_texts(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_texts(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)


def make_report(
    services: Services,
    desk: Desk,
    site: Site,
    *,
    project: Project,
    rulebook: Rulebook,
    record: int | None = None,
    site_version_id: int | None = None,
) -> Made:
    """Check a site and keep the report, so that its links work; an issued one is a release.

    Raises
    ------
    LantuError
        `not_allowed` to issue; what `choose_scenario` refuses.
    """
    principal, form = desk.principal, desk.form
    if form.issue:
        require(principal, Action.ISSUE)
    question = Question(desk.as_of, form.scenario, principal.confidential, form.issue)
    report = check_site(
        site, question, project=project, rulebook=rulebook, workspace=services.workspace
    )
    document = services.workspace.put_document(report.to_json())
    values = _row(services, desk, report, rulebook) | {"document": document}
    values["request"]["notes"] = [note.as_dict() for note in site.notes]
    if principal.user_id is None:
        raise AssertionError("a check needs somebody signed in")
    use = Use(principal.user_id, desk.moment.isoformat(), record, site_version_id)
    new = keep_report(services.records, values, use)
    given = given_version(told_by(form.version, report, services.workspace), form.version)
    links = links_of(services, values["id"], report.data, form.version)
    if form.version or (form.issue and (new or not _was_released(services, given))):
        _release(services, desk, values["id"], given, tuple(links))
    else:
        detail = {"digest": report.data["digest"], "scenario": values["scenario"]}
        note_act(services, principal, "report.check", f"report:{values['id']}", detail, wait=False)
    return Made(values["id"], given, links, new)


def _was_released(services: Services, given: Report) -> bool:
    """Whether issuing came to its end before: the same report issued again is no other release."""
    return services.workspace.releases.holds(given.data["digest"])


def _release(
    services: Services, desk: Desk, named: str, given: Report, formats: tuple[str, ...]
) -> None:
    form, data = desk.form, given.data
    act = "report.issue" if form.issue else "report.release"
    detail = {"number": data["number"], "digest": data["digest"], "version": form.version}
    note_act(services, desk.principal, act, f"report:{named}", detail)
    log_release(
        services.workspace,
        given,
        at=desk.moment,
        who=desk.principal.login,
        version=form.version,
        formats=formats,
    )  # last: it says that all was done


def links_of(
    services: Services, named: str, data: Mapping[str, Any], version: str | None = None
) -> dict[str, str]:
    """Return the address of a report in every format that can hold it."""
    base = services.settings.base_url.rstrip("/")
    tail = "?version=outside" if version == "outside" else ""
    keys = writable(data, tuple(FORMATS))
    return {key: f"{base}{REPORTS}/{named}.{key}{tail}" for key in keys}


def _row(services: Services, desk: Desk, report: Report, rulebook: Rulebook) -> dict[str, Any]:
    data, form = report.data, desk.form
    return {
        "id": report_id(data["digest"]),
        "digest": data["digest"],
        "number": data["number"],
        "site": data["site"]["name"],
        "scenario": data["scenario"]["key"],
        "colour": data["conclusion"]["colour"],
        "complete": data["conclusion"]["complete"],
        "worst": data["conclusion"]["worst"] or "",
        "as_of": data["as_of"],
        "known_at": data["known_at"],
        "confidential": desk.principal.confidential
        and tells_confidential(services, data, rulebook),
        "request": {
            "scenario": form.scenario,
            "facts": data["project"]["facts"],
            "project_code": form.project_code,
        },
        "summary": summarise(data).as_dict(),
        "created_at": desk.moment.isoformat(),
    }


def tells_confidential(services: Services, data: Mapping[str, Any], rulebook: Rulebook) -> bool:
    """Whether a report made with the right to see confidential layers rests on one of them."""
    secret = {key for key, spec in services.workspace.specs().items() if spec.confidential}
    if not secret:
        return False
    read = {row["layer"] for row in data["data_basis"]}
    for finding in data["findings"]:
        read |= set(rulebook.rules[finding["code"]].layers())
    return bool(read & secret)
