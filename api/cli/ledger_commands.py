"""`lantu reserve`, `commit`, `release`: acts on a park's totals. Checks only read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import output
from api.cli.assessment_commands import act_of, by_option
from api.cli.audited import note_act
from api.cli.language import say
from api.cli.session import common_options, current
from api.documents import holding_document, published
from api.park_work import amounts_of
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.facts import Project
    from layers.store.ledger import Holding


def _project_option(command: Any) -> Any:
    return click.option(
        "--project",
        required=True,
        metavar="CODE|FACTS.yaml",
        help=say(
            "项目统一代码，或写有代码与用量的项目信息文件",
            "code of the project, or a file of its facts with code and amounts",
        ),
    )(command)


@click.command(
    help=say(
        "为项目预留总量；同一项目同样的用量重复预留不变。",
        "Reserve totals for a project; the same amounts again change nothing.",
    )
)
@click.argument("code")
@_project_option
@click.option(
    "--facts",
    type=click.Path(path_type=Path),
    metavar="FACTS.yaml",
    help=say("项目信息文件，用量取自其中", "facts of the project, which hold the amounts"),
)
@click.option(
    "--amount",
    "amounts",
    multiple=True,
    metavar="NAME=NUMBER",
    help=say("某项总量的用量（可多次）", "amount of one total (may be repeated)"),
)
@by_option
@common_options
def reserve(
    code: str,
    project: str,
    facts: Path | None,
    amounts: Sequence[str],
    by: str | None,
    why: str | None,
) -> None:
    """Reserve what the project takes of every total."""
    workspace = current().open()
    standing = published(workspace, code)
    code_of, given = _project(project, facts)
    wanted = amounts_of(standing.assessment, given, amounts)
    held = workspace.reserve(standing, code_of, wanted, act_of(by, why))
    _tell(held, code, code_of, by)


@click.command(
    help=say("项目落实，预留转为占用。", "Make a project's reservation firm."),
)
@click.argument("code")
@_project_option
@by_option
@common_options
def commit(code: str, project: str, by: str | None, why: str | None) -> None:
    """Commit a reservation."""
    workspace = current().open()
    name, _ = _project(project, None)
    held = workspace.commit(published(workspace, code), name, act_of(by, why))
    _tell(held, code, name, by)


@click.command(help=say("释放项目占用的总量。", "Give back what a project holds."))
@click.argument("code")
@_project_option
@by_option
@common_options
def release(code: str, project: str, by: str | None, why: str | None) -> None:
    """Release what a project holds."""
    workspace = current().open()
    name, _ = _project(project, None)
    held = workspace.release(published(workspace, code), name, act_of(by, why))
    _tell(held, code, name, by)


def _project(named: str, facts: Path | None) -> tuple[str, Project | None]:
    """Return the project's code, and its facts where a file gives them.

    Raises
    ------
    LantuError
        `no_project_code` for a file of facts without a code, and what `read_project` refuses.
    """
    path = Path(named)
    is_file = path.is_file()
    source = facts or (path if is_file else None)
    if source is None:
        return named, None
    from checks.facts import fact_specs, read_project

    project = read_project(source, fact_specs())
    if is_file and project.code is None:
        raise LantuError(
            "no_project_code",
            Text(f"“{path.name}”没有项目代码 code", f"{path.name!r} gives no project code"),
            Text("请补写 code，或用 --project 写明代码", "Add `code`, or name it by --project"),
            where=path.name,
        )
    return (project.code if is_file and project.code else named), project


def _tell(holdings: Sequence[Holding], code: str, project: str, by: str | None) -> None:
    act = click.get_current_context().command.name
    amounts = {item.total: str(item.amount) for item in holdings}
    note_act(f"total.{act}", f"total:{code}/{project}", {"amounts": amounts}, by=by)
    rows = [holding_document(item) for item in holdings]
    if current().as_json:
        output.print_json({"code": code, "holdings": rows})
        return
    for row in rows:
        output.result(f"#{row['sequence']} {row['act']} {row['total']} {row['amount']}")
