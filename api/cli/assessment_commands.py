"""`lantu assessments`: add, check and publish area assessments, and tell where they stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.checking import local_grids
from api.cli import output
from api.cli.assessment_looks import (
    account,
    expiring,
    export,
    list_assessments,
    show,
    template,
)
from api.cli.assessment_looks import version_option as version_option
from api.cli.assessment_output import show_remarks
from api.cli.audited import note_act, system_user
from api.cli.language import say
from api.cli.session import DAY, common_options, current
from api.documents import standing_document
from api.park_work import publish_assessment, review_of

if TYPE_CHECKING:
    from checks.inheritance.assessment_review import Review
    from layers.assessment_document import ReadAssessment
    from layers.assessments import LifeEvent, Standing
    from layers.store.assessment_table import Act
    from layers.store.workspace import Workspace


@click.group(
    help=say(
        "区域评估成果：登记、检查、提交、公布、采信、暂停、撤回、查看。",
        "Area assessments: add, check, submit, publish, acknowledge, suspend, withdraw, look at.",
    )
)
@common_options
def assessments() -> None:
    """Hold the commands on area assessments."""


for look in (list_assessments, show, account, expiring, template, export):
    assessments.add_command(look)


def by_option(command: Any) -> Any:
    """Add `--by` and `--why`, who does an act and for what reason."""
    command = click.option(
        "--why", metavar="TEXT", help=say("事由", "the reason, kept in the record")
    )(command)
    return click.option(
        "--by",
        metavar="NAME",
        help=say("经办人或单位（默认登录名）", "who does it (default: the login name)"),
    )(command)


def act_of(by: str | None, why: str | None = None, **detail: str | None) -> Act:
    """Return who acts, when and why; the clock is read here."""
    from api.clock import now
    from layers.store.assessment_table import Act

    given = {key: value for key, value in detail.items() if value is not None}
    return Act(now(), by or system_user(), why, given)


@assessments.command(
    help=say(
        "登记区域评估成果草稿（assessment.yaml、填好的 .xlsx，或交换用 .gpkg，每行一个）；"
        "草稿可重复登记更新。",
        "Add a draft from assessment.yaml or a filled .xlsx, or one from each row of an exchange "
        ".gpkg; added again, it is changed.",
    )
)
@click.argument("file", metavar="ASSESSMENT.yaml|.xlsx|.gpkg", type=click.Path(path_type=Path))
@click.option(
    "--accept-repair",
    is_flag=True,
    help=say("接受面积变化超过 1% 的修复", "accept repairs that change the area by over 1 %"),
)
@by_option
@common_options
def add(file: Path, accept_repair: bool, by: str | None, why: str | None) -> None:
    """Add a draft and tell what stands against publishing it."""
    workspace = current().open()
    if file.suffix.lower() == ".gpkg":
        _add_exchange(workspace, file, act_of(by, why), accept_repair=accept_repair)
        return
    read = _read(workspace, file, accept_repair=accept_repair)
    found = review_of(workspace, read.assessment)
    standing = workspace.add_assessment(read.assessment, read.document, act_of(by, why))
    _note("add", standing, by)
    _tell(standing, found, say("已登记为草稿", "added as a draft"))


@assessments.command(
    help=say(
        "公布前检查：范围、日期与依据、评估条件、重叠、影响；有问题时退出码为 1。",
        "Check before publishing: extent, dates, sources, limits, overlaps; exit code 1 on faults.",
    )
)
@click.argument("code", metavar="CODE|ASSESSMENT.yaml|.xlsx")
@version_option
@common_options
def check(code: str, version: str | None) -> int:
    """Check an assessment, or a file not yet added; faults stop publishing, warnings do not."""
    workspace = current().open()
    path = Path(code)
    if path.is_file():
        assessment = _read(workspace, path, accept_repair=False).assessment
    else:
        assessment = workspace.standing(code, version).assessment
    found = review_of(workspace, assessment)
    if current().as_json:
        document = {
            "code": assessment.code,
            "version": assessment.version,
            "remarks": [remark.as_dict() for remark in found.remarks],
            "projects": list(found.projects),
        }
        output.print_json(document)
    else:
        show_remarks(found)
        output.message(f"{assessment.id} " + say("检查完毕", "checked"))
    return output.REFUSED if found.faults else output.DONE


@assessments.command(help=say("提交审查。", "Submit a draft for review."))
@click.argument("code")
@version_option
@by_option
@common_options
def submit(code: str, version: str | None, by: str | None, why: str | None) -> None:
    """Submit a draft."""
    _happen(code, version, "submit", act_of(by, why), say("已提交", "submitted"))


@assessments.command(
    help=say(
        "公布成果；也用于恢复暂停的成果。取代同一代码已公布的版本。",
        "Publish it, or end a suspension; other published versions of the code are superseded.",
    )
)
@click.argument("code")
@version_option
@by_option
@common_options
def publish(code: str, version: str | None, by: str | None, why: str | None) -> None:
    """Publish an assessment that has no faults."""
    done, found = publish_assessment(current().open(), code, version, act_of(by, why))
    _note("publish", done, by)
    _tell(done, found, say("已公布", "published"))


@assessments.command(help=say("部门采信。", "Record that a department acknowledges it."))
@click.argument("code")
@click.option("--authority", required=True, metavar="NAME", help=say("采信部门", "the department"))
@click.option(
    "--document", required=True, metavar="NO", help=say("采信文号", "number of its document")
)
@click.option(
    "--date",
    "day",
    required=True,
    type=DAY,
    metavar="DATE",
    help=say("采信日期", "date of the document"),
)
@version_option
@by_option
@common_options
def acknowledge(
    code: str,
    authority: str,
    document: str,
    day: date,
    version: str | None,
    by: str | None,
    why: str | None,
) -> None:
    """Record an acknowledgement with document and date."""
    act = act_of(by, why, authority=authority, document=document, date=day.isoformat())
    _happen(code, version, "acknowledge", act, say("已记录采信", "acknowledgement recorded"))


@assessments.command(
    help=say(
        "撤回采信（文号和日期须与采信时相同），须用 --why 写明理由；两次办理都留在经过中。",
        "Take an acknowledgement back, by the same number and day, with --why; both stay on file.",
    )
)
@click.argument("code")
@click.option("--authority", required=True, metavar="NAME", help=say("采信部门", "the department"))
@click.option(
    "--document", required=True, metavar="NO", help=say("采信文号", "number of its document")
)
@click.option(
    "--date",
    "day",
    required=True,
    type=DAY,
    metavar="DATE",
    help=say("采信日期", "date of the document"),
)
@version_option
@by_option
@common_options
def retract(
    code: str,
    authority: str,
    document: str,
    day: date,
    version: str | None,
    by: str | None,
    why: str | None,
) -> None:
    """Take an acknowledgement back."""
    act = act_of(by, why, authority=authority, document=document, date=day.isoformat())
    _happen(code, version, "retract", act, say("已撤回采信", "acknowledgement taken back"))


@assessments.command(
    help=say(
        "登记审查之后发生的情况变化（灾害、规划重大调整、area_restriction 区域限批等）。",
        "Record what happened since the review: a disaster, a change of plan, area_restriction.",
    )
)
@click.argument("code")
@click.option("--type", "kind", required=True, metavar="TYPE", help=say("类型", "what it was"))
@click.option(
    "--date", "day", required=True, type=DAY, metavar="DATE", help=say("日期", "when it was")
)
@click.option("--place", metavar="TEXT", help=say("地点", "where it was"))
@version_option
@by_option
@common_options
def record(
    code: str,
    kind: str,
    day: date,
    place: str | None,
    version: str | None,
    by: str | None,
    why: str | None,
) -> None:
    """Record an event in the area."""
    act = act_of(by, why, type=kind, date=day.isoformat(), place=place)
    _happen(code, version, "record", act, say("已登记", "recorded"))


@assessments.command(help=say("暂停使用。", "Suspend it."))
@click.argument("code")
@version_option
@by_option
@common_options
def suspend(code: str, version: str | None, by: str | None, why: str | None) -> None:
    """Suspend an assessment."""
    _happen(code, version, "suspend", act_of(by, why), say("已暂停", "suspended"))


@assessments.command(help=say("撤回，不再恢复。", "Withdraw it for good."))
@click.argument("code")
@version_option
@by_option
@common_options
def withdraw(code: str, version: str | None, by: str | None, why: str | None) -> None:
    """Withdraw an assessment."""
    _happen(code, version, "withdraw", act_of(by, why), say("已撤回", "withdrawn"))


# --- shared -------------------------------------------------------------------------------------


def _read(workspace: Workspace, file: Path, *, accept_repair: bool) -> ReadAssessment:
    from api.clock import today
    from layers.assessment_document import read_assessment

    return read_assessment(
        file,
        store=workspace,
        as_of=today(),
        grids=local_grids(workspace),
        accept_repair=accept_repair,
    )


def _add_exchange(workspace: Workspace, file: Path, act: Act, *, accept_repair: bool) -> None:
    """Add one draft for each row; all rows are read before the first is added."""
    from api.clock import today
    from layers.assessment_document import of_form
    from layers.assessment_exchange import read_exchange

    grids = local_grids(workspace)
    read = [
        of_form(
            form,
            folder=file.parent,
            store=workspace,
            as_of=today(),
            grids=grids,
            accept_repair=accept_repair,
        )
        for form in read_exchange(file)
    ]
    added = [workspace.add_assessment(item.assessment, item.document, act) for item in read]
    for standing in added:
        _note("add", standing, act.who)
    if current().as_json:
        output.print_json([standing_document(item, brief=True) for item in added])
        return
    for item in added:
        output.result(item.assessment.id)
    output.message(say(f"{len(added)} 个成果已登记为草稿", f"{len(added)} added as drafts"))


def _happen(code: str, version: str | None, event: LifeEvent, act: Act, told: str) -> None:
    standing = current().open().assessment_event(code, version, event, act)
    _note(event, standing, act.who)
    _tell(standing, None, told)


def _note(event: str, standing: Standing, by: str | None) -> None:
    note_act(f"assessment.{event}", f"assessment:{standing.assessment.id}", by=by)


def _tell(standing: Standing, found: Review | None, told: str) -> None:
    if current().as_json:
        document = standing_document(standing, brief=True)
        if found is not None:
            document["remarks"] = [remark.as_dict() for remark in found.remarks]
            document["projects"] = list(found.projects)
        output.print_json(document)
        return
    if found is not None:
        show_remarks(found)
    one = standing.assessment
    output.message(f"{one.id} {told}")
