"""The run behind `lantu check`: read the sites, screen each, write the reports and the index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.checking import Question, check_site, given_version, log_release, read_all, told_by
from api.cli import output
from api.cli.language import LANGUAGE, say
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.facts import Project
    from checks.report.model import Report
    from checks.report.version import Version
    from checks.rule import Rulebook
    from gis.site import Site
    from layers.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CheckOrder:
    """All that was asked of one run of `lantu check`."""

    sources: tuple[Path | str, ...]
    project: Path | None
    scenario: str | None
    as_of: date
    out: Path
    formats: tuple[str, ...]
    every: bool = False
    version: Version | None = None
    by: str | None = None
    compare: bool = False
    merge: bool = False
    crs: str | None = None
    accept_repair: bool = False
    confidential: bool = False
    packs: tuple[str, ...] | None = None
    issue: bool = False
    known_at: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `index.json`: a checked site, or a refused one."""

    n: int
    site: str | None
    number: str | None = None
    path: str | None = None
    colour: str | None = None
    complete: bool | None = None
    refusal: LantuError | None = None
    worst: str = ""
    data: Mapping[str, Any] | None = None

    @property
    def error(self) -> object:
        """The refusal as JSON writes it, None for a checked site."""
        return self.refusal.as_dict(LANGUAGE)["error"] if self.refusal else None

    def as_dict(self) -> dict[str, Any]:
        """Return the row as CONTRACTS section 1 writes it."""
        return {
            "n": self.n,
            "site": self.site,
            "number": self.number,
            "path": self.path,
            "colour": self.colour,
            "complete": self.complete,
            "error": self.error,
        }


def run_checks(workspace: Workspace, order: CheckOrder) -> list[Row]:
    """Check every site of every source; write reports and `index.json`.

    A refused source or site becomes a row of its own; a fault of the project, the scenario or
    the rule packs refuses the whole run.

    Raises
    ------
    LantuError
        What `load_rulebook` and `read_project` refuse.
    """
    rulebook = rulebook_of(workspace, order)
    project = project_of(order, rulebook)
    found = list(sites_of(workspace, order))
    rows: list[Row] = []
    label = say("检测", "checking")
    for n, (name, item) in output.progress(enumerate(found, start=1), len(found), label):
        if isinstance(item, LantuError):
            rows.append(Row(n, name, refusal=item))
            continue
        try:
            rows.append(_check(n, item, workspace, order, rulebook=rulebook, project=project))
        except LantuError as error:
            rows.append(Row(n, item.name, refusal=error))
    index = json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=1)
    output.write_atomically(order.out / "index.json", index.encode() + b"\n")
    if order.compare:
        _compare(rows, order.out)
    return rows


def _compare(rows: list[Row], out: Path) -> None:
    """Write `compare.json` and `compare.html` of the sites that were checked; name the others."""
    from checks.alternatives import compare

    checked = [(row.n, row.data) for row in rows if row.data is not None]
    refused = [(row.n, row.site, row.refusal.fact) for row in rows if row.refusal is not None]
    document = compare(
        [data for _, data in checked], numbers=[n for n, _ in checked], refused=refused
    )
    write_comparison(document, out)


def write_comparison(document: Mapping[str, Any], out: Path) -> None:
    """Write a comparison of sites as data and as a page."""
    from checks.report.compare import render_compare, render_compare_json

    output.write_atomically(out / "compare.json", render_compare_json(document))
    output.write_atomically(out / "compare.html", render_compare(document, LANGUAGE))


def rulebook_of(workspace: Workspace, order: CheckOrder) -> Rulebook:
    """Read the packs asked for, else those of the workspace."""
    from checks.rulebook.load import load_rulebook

    names = order.packs if order.packs is not None else workspace.packs
    return load_rulebook(
        names, workspace.pack_folders(known_at=order.known_at), layer_specs=workspace.specs()
    )


def project_of(order: CheckOrder, rulebook: Rulebook) -> Project:
    """Read the project's facts; without a file a project of no facts."""
    from checks.facts import Project, read_project

    if order.project is None:
        return Project(code=None, name=None, facts={})
    return read_project(order.project, rulebook.facts)


def sites_of(
    workspace: Workspace, order: CheckOrder
) -> Iterator[tuple[str | None, Site | LantuError]]:
    """Yield name and site, or name and refusal, in input order."""
    for source in order.sources:
        name = source.name if isinstance(source, Path) else None
        try:
            if isinstance(source, Path) and not source.exists():
                raise _file_not_found(source)
            read = read_all(
                workspace,
                source,
                crs=order.crs,
                merge=order.merge,
                accept_repair=order.accept_repair,
            )
        except LantuError as error:
            yield name, error
            continue
        for item in read:
            yield (name, item) if isinstance(item, LantuError) else (item.name, item)


def _check(
    n: int,
    site: Site,
    workspace: Workspace,
    order: CheckOrder,
    *,
    rulebook: Rulebook,
    project: Project,
) -> Row:
    question = Question(order.as_of, order.scenario, order.confidential, order.issue)
    report = check_site(site, question, project=project, rulebook=rulebook, workspace=workspace)
    told = told_by(order.version, report, workspace)
    given = given_version(told, order.version)
    keys = _keys(given, order)
    written = _write(n, given, order, keys)
    if order.issue or order.version:
        _log(workspace, given, order, keys)
    data = given.data
    return Row(
        n,
        site.name,
        number=data["number"],
        path=written,
        colour=data["conclusion"]["colour"],
        complete=data["conclusion"]["complete"],
        worst=worst_finding(data),
        data=told.data if order.compare else None,
    )


def _keys(report: Report, order: CheckOrder) -> tuple[str, ...]:
    """Return the formats to write; of `all` one that cannot hold this report is left out."""
    from checks.report.formats import writable

    return writable(report.data, order.formats) if order.every else order.formats


def _log(workspace: Workspace, report: Report, order: CheckOrder, keys: tuple[str, ...]) -> None:
    """Log that a report was given out."""
    from api.cli.assessment_commands import act_of
    from api.cli.audited import note_act
    from api.records.reports import report_id

    act = act_of(order.by)
    log_release(workspace, report, at=act.at, who=act.who, version=order.version, formats=keys)
    data = report.data
    detail = {"number": data["number"], "digest": data["digest"], "version": order.version}
    name = "report.issue" if order.issue else "report.release"
    note_act(name, f"report:{report_id(data['digest'])}", detail, by=act.who)


def _write(n: int, report: Report, order: CheckOrder, keys: tuple[str, ...]) -> str:
    """Write the formats of one report; return the path of the first, relative to the folder.

    All are made before one is written: a format that refuses leaves no half report.
    """
    from checks.report.formats import FORMATS, render_all

    files = render_all(report.data, keys, LANGUAGE)
    made = [(FORMATS[key].file, content) for key, content in files.items()]
    for file, content in made:
        output.write_atomically(order.out / str(n) / file, content)
    return f"{n}/{made[0][0]}"


def worst_finding(data: Mapping[str, Any]) -> str:
    """Return title and verdict of the worst affected finding, empty when nothing is affected."""
    from checks.rule import SEVERITIES

    affected = [finding for finding in data["findings"] if finding["state"] == "affected"]
    if not affected:
        return ""
    worst = min(affected, key=lambda finding: SEVERITIES.index(finding["severity"]))
    return f"{_words(worst['title'])} {_words(worst['verdict'])}".strip()


def _words(text: Any) -> str:
    if isinstance(text, dict):
        return str(text.get(LANGUAGE) or text.get("zh") or "")
    return "" if text is None else str(text)


def _file_not_found(path: Path) -> LantuError:
    return LantuError(
        "file_not_found",
        Text(f"没有文件“{path}”", f"There is no file {str(path)!r}"),
        Text(
            "请核对路径；直接给坐标时请写 WKT，或用 - 从标准输入读取",
            "Check the path; to give coordinates write WKT, or read them from stdin by -",
        ),
        where=path.name,
    )
