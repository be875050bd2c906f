"""`lantu indicators`: what departments add to the list of control indicators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import output
from api.cli.annex_command import annex
from api.cli.assessment_commands import act_of, by_option, version_option
from api.cli.audited import note_act
from api.cli.language import LANGUAGE, say
from api.cli.session import common_options, current

if TYPE_CHECKING:
    from checks.indicators.model import IndicatorCatalogue
    from layers.store.records import Record
    from layers.store.workspace import Workspace


@click.group(
    help=say(
        "土地资源和技术控制指标：指标目录，部门提出的指标清单及其签发。",
        "Control indicators: the catalogue, and what departments add and sign.",
    )
)
@common_options
def indicators() -> None:
    """Hold the commands on control indicators."""


indicators.add_command(annex)


@indicators.command(help=say("列出指标目录。", "List the catalogue of indicators."))
@common_options
def catalogue() -> None:
    """List the indicators of the packs in force."""
    held = catalogue_of(current().open()).indicators.values()
    if current().as_json:
        rows = [
            {
                "class": item.group,
                "key": item.key,
                "name": item.name.as_dict(),
                "op": item.op,
                "unit": item.unit,
                "binding": item.binding,
                "authority": item.authority,
                "pack": item.pack,
            }
            for item in held
        ]
        output.print_json(rows)
        return
    for item in held:
        unit = item.unit or ""
        output.result(
            f"{item.group:<12}{item.key:<26}{item.op:<8}{unit:<10}{item.name.pick(LANGUAGE)}"
        )


@indicators.command(
    help=say(
        "登记部门提出的指标清单草稿；签发前不计入报告。",
        "Add a department's sheet as a draft; it counts once it is signed.",
    )
)
@click.argument("file", metavar="SHEET.yaml", type=click.Path(path_type=Path))
@by_option
@common_options
def add(file: Path, by: str | None, why: str | None) -> None:
    """Add a draft; a draft may be added again to change it."""
    from checks.indicators.sheets import SUBJECT, read_sheet
    from layers.store.records import Step

    workspace = current().open()
    read = read_sheet(file, catalogue_of(workspace))
    digest = workspace.put_document(read.document)
    step = Step("add", (None, "draft"), "draft", digest)
    form = read.form
    _tell(workspace.records.act(SUBJECT, form.code, form.version, step, act_of(by, why)))


@indicators.command(
    help=say(
        "签发清单：自此计入报告，取代同一代码已签发的版本。",
        "Sign a sheet: it counts from now on and supersedes the signed version of its code.",
    )
)
@click.argument("code")
@click.option(
    "--document", required=True, metavar="NO", help=say("签发文号", "number of the document")
)
@version_option
@by_option
@common_options
def sign(code: str, document: str, version: str | None, by: str | None, why: str | None) -> None:
    """Sign a draft with the number of the department's document."""
    from layers.store.records import Step

    step = Step("sign", ("draft",), "signed", supersedes="signed")
    _happen(code, version, step, by, why, document=document)


@indicators.command(help=say("撤回清单，不再恢复。", "Withdraw a sheet for good."))
@click.argument("code")
@version_option
@by_option
@common_options
def withdraw(code: str, version: str | None, by: str | None, why: str | None) -> None:
    """Withdraw a draft or a signed sheet."""
    from layers.store.records import Step

    _happen(code, version, Step("withdraw", ("draft", "signed"), "withdrawn"), by, why)


@indicators.command("list", help=say("列出部门指标清单。", "List the departments' sheets."))
@common_options
def list_sheets() -> None:
    """List sheets with their state."""
    from checks.indicators.sheets import SUBJECT
    from layers.store.records import latest

    held = latest(current().open().records.of(SUBJECT)).values()
    if current().as_json:
        output.print_json([record_document(item) for item in held])
        return
    for item in held:
        name = f"{item.code}@{item.version}"
        output.result(f"{name:<40}{item.state:<12}{item.at} {item.who}")
    output.message(say(f"{len(held)} 个清单版本", f"{len(held)} versions"))


@indicators.command(help=say("查看一份清单及其经过。", "Show a sheet and its history."))
@click.argument("code")
@version_option
@common_options
def show(code: str, version: str | None) -> None:
    """Show one version of a sheet."""
    from checks.indicators.sheets import SUBJECT, sheet_json, sheet_of

    workspace = current().open()
    record = _chosen(workspace, code, version, ())
    history = [
        record_document(item)
        for item in workspace.records.of(SUBJECT, code)
        if item.version == record.version
    ]
    sheet = sheet_json(sheet_of(workspace.document(record.document)))
    document = {"state": record.state, "sheet": sheet, "history": history}
    if current().as_json:
        output.print_json(document)
        return
    output.result(f"{record.code}@{record.version} {record.state} {sheet['authority']}")
    for item in sheet["indicators"]:
        output.result(f"  {item['key']:<28}{item['value']} {item.get('unit', '')}")
    for row in history:
        output.result(f"  r{row['revision']} {row['at']} {row['event']} {row['who']}")


# --- shared -------------------------------------------------------------------------------------


def catalogue_of(workspace: Workspace) -> IndicatorCatalogue:
    """Return the catalogue of the packs in force."""
    from checks.indicators.model import IndicatorCatalogue
    from checks.rulebook.load import load_rulebook

    book = load_rulebook(workspace.packs, workspace.pack_folders(), layer_specs=workspace.specs())
    return book.indicators or IndicatorCatalogue({})


def record_document(record: Record) -> dict[str, Any]:
    """Return an act on a record for JSON."""
    return {
        "code": record.code,
        "version": record.version,
        "state": record.state,
        "event": record.event,
        "revision": record.revision,
        "at": record.at,
        "who": record.who,
        "why": record.why,
        "detail": dict(record.detail),
        "document": record.document,
    }


def _chosen(
    workspace: Workspace, code: str, version: str | None, states: tuple[str | None, ...]
) -> Record:
    """The version named, else the latest in one of the states, else the latest."""
    from checks.indicators.sheets import SUBJECT
    from layers.store.records import latest, unknown_record

    held = list(latest(workspace.records.of(SUBJECT, code)).values())
    if version is not None:
        held = [item for item in held if item.version == version]
    if not held:
        raise unknown_record(f"{code}@{version}" if version else code)
    return ([item for item in held if item.state in states] or held)[-1]


def _happen(
    code: str, version: str | None, step: Any, by: str | None, why: str | None, **detail: str
) -> None:
    from checks.indicators.sheets import SUBJECT

    workspace = current().open()
    record = _chosen(workspace, code, version, (*step.allowed, step.leads))
    act = act_of(by, why, **detail)
    _tell(workspace.records.act(SUBJECT, code, record.version, step, act))


def _tell(record: Record) -> None:
    about = f"indicators:{record.code}@{record.version}"
    note_act(f"indicators.{record.event}", about, by=record.who)
    from layers.store.records import RECORD_WORDS

    if current().as_json:
        output.print_json(record_document(record))
        return
    word = RECORD_WORDS[record.state].pick(LANGUAGE)
    output.message(f"{record.code}@{record.version} {word}")
