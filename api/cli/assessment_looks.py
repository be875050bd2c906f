"""`lantu assessments list`, `show`, `account`, `expiring`: where assessments stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import output
from api.cli.assessment_output import show_account
from api.cli.language import say
from api.cli.session import DAY, common_options, current
from api.documents import account_document, standing_document

if TYPE_CHECKING:
    from layers.assessments import Standing
    from layers.store.workspace import Workspace


def version_option(command: Any) -> Any:
    """Add `--version`; without it the latest version that fits is taken."""
    return click.option(
        "--version",
        metavar="V",
        help=say("版本（默认取适用的最新版本）", "version (default: the latest one that fits)"),
    )(command)


@click.command("list", help=say("列出区域评估成果。", "List the area assessments."))
@click.option("--park", metavar="CODE", help=say("只列这个园区", "of this park only"))
@click.option("--kind", metavar="K", help=say("只列这个评估事项", "of this kind only"))
@common_options
def list_assessments(park: str | None, kind: str | None) -> None:
    """List assessments with state and dates."""
    held = [
        item
        for item in current().open().standings()
        if kind in {None, item.assessment.kind}
        and (park is None or (item.assessment.park and item.assessment.park.code == park))
    ]
    if current().as_json:
        output.print_json([standing_document(item, brief=True) for item in held])
        return
    for item in held:
        one = item.assessment
        span = f"{one.valid_from} .. {one.valid_to or ''}"
        output.result(f"{one.id:<40}{item.state:<12}{span:<26} {one.title}")
    output.message(say(f"{len(held)} 个成果版本", f"{len(held)} versions"))


@click.command(help=say("查看一个成果：内容、状态、经过。", "Show one: content, state, history."))
@click.argument("code")
@version_option
@common_options
def show(code: str, version: str | None) -> None:
    """Show an assessment with its history."""
    document = standing_document(current().open().standing(code, version), brief=False)
    if current().as_json:
        output.print_json(document)
        return
    for name, value in document.items():
        if name != "history" and value is not None:
            output.result(f"{name:<20}{value}")
    for row in document["history"]:
        output.result(
            f"  r{row['revision']} {row['at']} {row['event']} {row['who']} {row['why'] or ''}"
        )


@click.command(
    help=say(
        "查看总量台账：限额、已占、余量。", "Show the account of the totals: limit, held, left."
    )
)
@click.argument("code")
@click.option(
    "--known-at",
    type=int,
    metavar="REVISION",
    help=say("按该修订号重放", "as it was at this revision"),
)
@common_options
def account(code: str, known_at: int | None) -> None:
    """Show what projects hold of an assessment's totals."""
    workspace = current().open()
    document = account_document(workspace, code, known_at)
    if current().as_json:
        output.print_json(document)
        return
    show_account(document)


@click.command(
    help=say(
        "列出若干天内到期的成果，以及届时受影响的项目（占用总量的，固化条件所依的）。",
        "List assessments that expire within some days, and the projects that hold their totals or "
        "whose frozen conditions rest on them.",
    )
)
@click.option(
    "--within",
    type=click.IntRange(min=0),
    default=90,
    show_default=True,
    metavar="DAYS",
    help=say("天数", "number of days"),
)
@click.option(
    "--as-of", type=DAY, metavar="DATE", help=say("起算日（默认今天）", "from this day (today)")
)
@common_options
def expiring(within: int, as_of: date | None) -> None:
    """List what ends soon, the first to end first."""
    from api.assessments import resting_projects
    from api.clock import today
    from layers.assessments import ending

    workspace = current().open()
    start = as_of or today()
    resting = resting_projects(workspace)
    rows = []
    for item in ending(workspace.standings(), start, within):
        one = item.assessment
        held = {row.project for row in workspace.holdings(one.code) if row.act != "release"}
        document = standing_document(item, brief=True)
        document["days_left"] = (one.valid_to - start).days if one.valid_to else None
        document["projects"] = sorted(held | resting.get(one.code, set()))
        rows.append(document)
    if current().as_json:
        output.print_json(rows)
        return
    for row in rows:
        names = ", ".join(row["projects"])
        output.result(
            f"{row['valid_to']} ({row['days_left']}) {row['code']}@{row['version']} {names}"
        )
    output.message(say(f"{len(rows)} 个成果将到期", f"{len(rows)} assessments will expire"))


@click.command(
    help=say(
        "一类评估成果的填写模板：打印 YAML，或用 --out 写成 Excel 表（.xlsx）。",
        "A template for a kind: printed as YAML, or by --out as a workbook (.xlsx).",
    )
)
@click.argument("kind")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.xlsx|FILE.yaml",
    help=say("输出文件", "file to write"),
)
@common_options
def template(kind: str, out: Path | None) -> None:
    """Print or write a file to fill in; `assessments add` reads both forms."""
    from checks.facts import fact_specs
    from layers.assessment_sheet import write_template
    from layers.assessment_template import template as written

    units = {key: spec.unit for key, spec in fact_specs().items()}
    if out is not None and out.suffix.lower() == ".xlsx":
        write_template(out, kind, units)
    else:
        text = written(kind, units)
        if out is None:
            if current().as_json:
                output.print_json({"kind": kind, "template": text})
            else:
                output.result(text.rstrip())
            return
        out.write_text(text, encoding="utf-8")
    if current().as_json:
        output.print_json({"kind": kind, "path": str(out)})
        return
    output.message(say(f"模板已写到 {out}", f"Template written to {out}"))


@click.command(
    help=say(
        "导出为 GeoPackage，字段用国家共享交换的名称；单个成果也可导出为 .yaml，范围另存 GeoJSON。",
        "Export to a GeoPackage under the names of the national exchange tables; one assessment "
        "also as .yaml, its extent as GeoJSON beside it.",
    )
)
@click.argument("codes", metavar="[CODE...]", nargs=-1)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE.gpkg|FILE.yaml",
    help=say("输出文件", "file to write"),
)
@common_options
def export(codes: tuple[str, ...], out: Path) -> None:
    """Export the assessments asked for, else all, each in its latest version."""
    from layers.assessment_exchange import write_exchange
    from layers.store.assessment_table import unknown_assessment

    workspace = current().open()
    latest = {item.assessment.code: item for item in workspace.standings()}
    for code in codes:
        if code not in latest:
            raise unknown_assessment(code)
    if out.suffix.lower() in {".yaml", ".yml"}:
        _export_one(workspace, [latest[code] for code in codes], out)
        return
    rows = []
    for code, standing in latest.items():
        if codes and code not in codes:
            continue
        held = [row for row in workspace.holdings(code) if row.act != "release"]
        rows.append((standing, sorted({row.project for row in held})))
    write_exchange(out, rows, crs=workspace.crs)
    if current().as_json:
        output.print_json({"path": str(out), "assessments": len(rows)})
        return
    output.message(say(f"{len(rows)} 个成果已导出到 {out}", f"{len(rows)} written to {out}"))


def _export_one(workspace: Workspace, chosen: Sequence[Standing], out: Path) -> None:
    from layers.assessment_exchange import write_yaml

    if len(chosen) != 1:
        raise click.UsageError(
            say("导出 YAML 时请给出一个成果代码", "Name one CODE for an export as YAML")
        )
    place = write_yaml(out, workspace.document(chosen[0].document))
    if current().as_json:
        output.print_json({"path": str(out), "extent": str(place), "assessments": 1})
        return
    output.message(str(out))
