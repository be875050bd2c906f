"""`lantu conditions`: freeze the building conditions of a project, compare, amend by a document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import output
from api.cli.assessment_commands import act_of, by_option
from api.cli.audited import note_act
from api.cli.check_run import CheckOrder, project_of, rulebook_of, sites_of
from api.cli.indicator_commands import record_document
from api.cli.language import LANGUAGE, say
from api.cli.session import DAY, common_options, current
from api.cli.workspace_commands import names_list
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.indicators.frozen import Change
    from gis.site import Site
    from layers.store.records import Record
    from layers.store.workspace import Workspace

State = Mapping[str, Any]


@click.group(
    help=say(
        "建设条件固化：固化、比对、凭文号变更、查看。",
        "Frozen building conditions: freeze, compare, amend by a document, look at.",
    )
)
@common_options
def conditions() -> None:
    """Hold the commands on frozen conditions."""


def _state_options(command: Any) -> Any:
    """Add what tells a project's state: site, facts, day, packs."""
    for option in (
        click.option(
            "--crs", metavar="CRS", help=say("坐标系（文件未写明时）", "CRS, where none is named")
        ),
        click.option("--scenario", metavar="S", help=say("检测场景", "scenario")),
        click.option(
            "--packs", metavar="LIST", help=say("只用这些检测规则库", "use only these rule packs")
        ),
        click.option(
            "--as-of",
            type=DAY,
            metavar="DATE",
            help=say("基准日（默认今天）", "as of (default: today)"),
        ),
        click.option(
            "--project",
            required=True,
            metavar="FACTS.yaml",
            type=click.Path(path_type=Path),
            help=say("项目信息文件（须含项目代码）", "facts of the project, its code among them"),
        ),
        click.argument("site", metavar="SITE"),
    ):
        command = option(command)
    return command


@conditions.command(
    help=say(
        "固化建设条件：红线、项目情况、控制指标与承诺；内容不变时重复固化不产生新记录。",
        "Freeze red line, facts, indicators and commitments; the same again changes nothing.",
    )
)
@_state_options
@by_option
@common_options
def freeze(by: str | None, why: str | None, **asked: Any) -> None:
    """Freeze a project's conditions; what is frozen changes by `amend` only."""
    from checks.indicators.frozen import SUBJECT, document_of
    from layers.store.records import Step

    workspace = current().open()
    state = _state(workspace, **asked)
    code = state["project"]["code"]
    held = _latest(workspace, code)
    if held is not None:
        changed = [row for row in _compare(workspace, held, state) if row.changed]
        if changed:
            raise _already_frozen(code, held, changed)
        _tell(held, workspace)
        return
    step = Step("freeze", (None,), "frozen", workspace.put_document(document_of(state)))
    act = act_of(by, why, digest=state["digest"])
    record = workspace.records.act(SUBJECT, code, "1", step, act)
    _note(record)
    _tell(record, workspace)


@conditions.command(
    help=say(
        "与固化的建设条件逐项比对：面积、红线、用途、各项指标、承诺。",
        "Compare a later state row by row: area, outline, use, each indicator, commitments.",
    )
)
@_state_options
@click.option(
    "--width",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="M",
    help=say("窄于此宽度的红线差异不计", "strips of the outline narrower than this are set aside"),
)
@common_options
def diff(width: float, **asked: Any) -> None:
    """Compare; exit code 0 whatever was found, for nothing is refused."""
    workspace = current().open()
    state = _state(workspace, **asked)
    code = state["project"]["code"]
    held = _frozen(workspace, code)
    rows = _compare(workspace, held, state, width)
    document = {
        "project": code,
        "version": held.version,
        "document": held.detail.get("document"),
        "digest": {"frozen": held.detail["digest"], "now": state["digest"]},
        "changed": any(row.changed for row in rows),
        "breaks": any(row.breaks for row in rows),
        "rows": [row.as_dict() for row in rows],
    }
    if current().as_json:
        output.print_json(document)
        return
    _show_rows(rows)
    count = sum(row.changed for row in rows)
    output.message(
        say(
            f"与第 {held.version} 版相比，{count} 项改变" if count else "与固化内容一致",
            f"{count} rows changed against version {held.version}" if count else "unchanged",
        )
    )


@conditions.command(
    help=say(
        "凭批准文号变更固化的建设条件，形成新的版本。",
        "Amend frozen conditions by the number of a document; this makes a new version.",
    )
)
@_state_options
@click.option(
    "--document", required=True, metavar="NO", help=say("批准文号", "number of the document")
)
@by_option
@common_options
def amend(document: str, by: str | None, why: str | None, **asked: Any) -> None:
    """Amend; the same document with the same conditions changes nothing."""
    from checks.indicators.frozen import SUBJECT, document_of
    from layers.store.records import Step

    if not document.strip():
        raise click.BadParameter(
            say("文号不得为空", "the number is empty"), param_hint="--document"
        )
    workspace = current().open()
    state = _state(workspace, **asked)
    code = state["project"]["code"]
    held = _frozen(workspace, code)
    if not any(row.changed for row in _compare(workspace, held, state)):
        _tell(held, workspace)
        return
    digest = workspace.put_document(document_of(state))
    step = Step("amend", (None,), "frozen", digest, supersedes="frozen")
    act = act_of(by, why, digest=state["digest"], document=document.strip())
    record = workspace.records.act(SUBJECT, code, str(int(held.version) + 1), step, act)
    _note(record)
    _tell(record, workspace)


@conditions.command("list", help=say("列出已固化的项目。", "List the projects frozen."))
@common_options
def list_frozen() -> None:
    """List the version in force of every project."""
    from checks.indicators.frozen import SUBJECT
    from layers.store.records import latest

    held = [
        item
        for item in latest(current().open().records.of(SUBJECT)).values()
        if item.state == "frozen"
    ]
    if current().as_json:
        output.print_json([record_document(item) for item in held])
        return
    for item in held:
        output.result(
            f"{item.code:<32}{item.version:<4}{item.detail['digest'][:16]}  {item.at} {item.who}"
        )
    output.message(say(f"{len(held)} 个项目", f"{len(held)} projects"))


@conditions.command(help=say("查看固化内容与经过。", "Show what is frozen, and its history."))
@click.argument("code", metavar="PROJECT")
@common_options
def show(code: str) -> None:
    """Show the version in force with all acts."""
    from checks.indicators.frozen import SUBJECT

    workspace = current().open()
    held = _frozen(workspace, code)
    kept = json.loads(workspace.document(held.document))
    history = [record_document(item) for item in workspace.records.of(SUBJECT, code)]
    if current().as_json:
        output.print_json({"version": held.version, "frozen": kept, "history": history})
        return
    content = kept["content"]
    output.result(f"{code} {say('第', 'version ')}{held.version}{say('版', '')} {kept['digest']}")
    for key, value in content["facts"].items():
        output.result(f"  {key:<28}{value}")
    for row in content["indicators"]:
        output.result(f"  {row['key']:<28}{row['op']} {row['value']} {row['unit'] or ''}")
    for row in history:
        paper = row["detail"].get("document", "")
        output.result(f"  r{row['revision']} {row['at']} {row['event']} {row['who']} {paper}")


# --- shared -------------------------------------------------------------------------------------


def _state(
    workspace: Workspace,
    *,
    site: str,
    project: Path,
    as_of: date | None,
    packs: str | None,
    scenario: str | None,
    crs: str | None,
) -> dict[str, Any]:
    """The state of a project as it would be frozen; nothing is written."""
    from api.cli.site_commands import source_of
    from api.clock import today
    from checks.indicators.frozen import frozen_of
    from checks.screening import choose_scenario, screen

    order = CheckOrder(
        sources=(source_of(site),),
        project=project,
        scenario=scenario,
        as_of=as_of or today(),
        out=Path(),
        formats=(),
        merge=True,
        crs=crs,
        packs=names_list(packs) if packs is not None else None,
    )
    book = rulebook_of(workspace, order)
    facts = project_of(order, book)
    if facts.code is None:
        raise LantuError(
            "project_code_missing",
            Text("项目信息没有项目统一代码", "The facts hold no project code"),
            Text("请在项目信息中写明 code", "State `code` in the facts"),
            where=project.name,
        )
    place = _one_site(workspace, order)
    chosen, reason = choose_scenario(book, facts, place, scenario)
    report = screen(
        place,
        project=facts,
        scenario=chosen,
        rulebook=book,
        store=workspace,
        as_of=order.as_of,
        reason=reason,
    )
    return frozen_of(place, report.data)


def _one_site(workspace: Workspace, order: CheckOrder) -> Site:
    """All features of the source as one site: a project has one red line."""
    for _, item in sites_of(workspace, order):
        if isinstance(item, LantuError):
            raise item
        return item
    raise LantuError(
        "one_site_needed",
        Text("没有读到用地", "No site was read"),
        Text("请给出用地红线", "Give the red line of the project"),
    )


def _latest(workspace: Workspace, code: str) -> Record | None:
    from checks.indicators.frozen import SUBJECT
    from layers.store.records import latest

    held = latest(workspace.records.of(SUBJECT, code)).values()
    return next((item for item in held if item.state == "frozen"), None)


def _frozen(workspace: Workspace, code: str) -> Record:
    held = _latest(workspace, code)
    if held is None:
        raise LantuError(
            "not_frozen",
            Text(f"项目 {code} 尚未固化建设条件", f"Project {code} has no frozen conditions"),
            Text("请先 lantu conditions freeze", "Freeze them first: lantu conditions freeze"),
            where=code,
        )
    return held


def _compare(workspace: Workspace, held: Record, state: State, width: float = 0.0) -> list[Change]:
    from api.cli.indicator_commands import catalogue_of
    from checks.facts import fact_specs
    from checks.indicators.frozen import compare

    specs = fact_specs()
    limits = {
        item.key: name
        for item in catalogue_of(workspace).indicators.values()
        for name in (item.key, *item.aliases)
        if name in specs
    }
    kept = json.loads(workspace.document(held.document))
    return compare(kept, state, specs=specs, limits=limits, width_m=width)


def _already_frozen(code: str, held: Record, changed: Sequence[Change]) -> LantuError:
    zh = "、".join(dict.fromkeys(row.name.zh for row in changed))
    en = ", ".join(dict.fromkeys(row.name.en for row in changed))
    return LantuError(
        "already_frozen",
        Text(
            f"项目 {code} 的建设条件已固化（第 {held.version} 版），现有不同：{zh}",
            f"The conditions of {code} are frozen (version {held.version}); these differ: {en}",
        ),
        Text(
            "经批准的变更请用 lantu conditions amend --document 文号",
            "An approved change is lantu conditions amend --document NUMBER",
        ),
        where=code,
    )


def _note(record: Record) -> None:
    detail = {"version": record.version, "digest": record.detail["digest"]}
    note_act(f"conditions.{record.event}", f"project:{record.code}", detail, by=record.who)


def _tell(record: Record, workspace: Workspace) -> None:
    document = record_document(record) | {
        "project": record.code,
        "digest": record.detail["digest"],
    }
    if current().as_json:
        output.print_json(document | {"revision_now": workspace.revision})
        return
    digest = record.detail["digest"][:16]
    output.message(
        say(
            f"{record.code} 建设条件第 {record.version} 版，校验码 {digest}",
            f"conditions of {record.code}, version {record.version}, digest {digest}",
        )
    )


def _show_rows(rows: Sequence[Change]) -> None:
    for row in rows:
        mark = "≠" if row.changed else " "
        over = say("，超出固化指标", ", beyond the frozen limit") if row.breaks else ""
        if row.changed or row.breaks:
            name = row.name.pick(LANGUAGE)
            output.result(f"{mark} {name}：{row.frozen or '—'} → {row.now or '—'}{over}")
