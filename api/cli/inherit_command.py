"""`lantu inherit`: which area assessments a project on a site may share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from api.checking import check_kinds, decide_site
from api.cli import output
from api.cli.check_run import CheckOrder, project_of, rulebook_of, sites_of
from api.cli.language import LANGUAGE, say
from api.cli.session import DAY, common_options, current
from api.cli.workspace_commands import names_list
from gis.errors import LantuError


@click.command(
    help=say(
        "判定项目能否共享区域评估成果，逐项给出结论、审批方式与依据。",
        "Decide kind by kind whether a project shares the area assessments, with the evidence.",
    )
)
@click.argument("sites", metavar="SITE...", nargs=-1, required=True)
@click.option(
    "--project",
    metavar="FACTS.yaml",
    type=click.Path(path_type=Path),
    help=say("项目信息文件", "facts of the project"),
)
@click.option(
    "--kind", "kinds", multiple=True, metavar="K", help=say("只判定这个评估事项", "this kind only")
)
@click.option(
    "--as-of", type=DAY, metavar="DATE", help=say("判定基准日（默认今天）", "date of the decision")
)
@click.option(
    "--packs", metavar="LIST", help=say("只用这些检测规则库", "use only these rule packs")
)
@click.option(
    "--accepted",
    multiple=True,
    metavar="CODE",
    help=say("已书面承诺该成果所列条件", "the conditions of this assessment were accepted"),
)
@click.option(
    "--known-at",
    type=int,
    metavar="REVISION",
    help=say("按该修订号重放", "with what was known at this revision"),
)
@click.option(
    "--crs", metavar="CRS", help=say("坐标系（文件未写明时）", "CRS, where none is named")
)
@click.option(
    "--merge", is_flag=True, help=say("全部要素作为一宗用地", "all features are one site")
)
@common_options
def inherit(
    sites: tuple[str, ...],
    project: Path | None,
    kinds: tuple[str, ...],
    as_of: date | None,
    packs: str | None,
    accepted: tuple[str, ...],
    known_at: int | None,
    crs: str | None,
    merge: bool,
) -> int:
    """Decide every site of every input; a refused one does not stop the others."""
    from api.cli.site_commands import source_of
    from api.clock import today

    workspace = current().open()
    order = CheckOrder(
        sources=tuple(source_of(item) for item in sites),
        project=project,
        scenario=None,
        as_of=as_of or today(),
        out=Path(),
        formats=(),
        merge=merge,
        crs=crs,
        packs=names_list(packs) if packs is not None else None,
        known_at=known_at,
    )
    book = rulebook_of(workspace, order)
    check_kinds(book, kinds)
    facts = project_of(order, book)
    rows: list[dict[str, Any]] = []
    for n, (name, item) in enumerate(sites_of(workspace, order), 1):
        if isinstance(item, LantuError):
            rows.append({"n": n, "site": name, "error": item.as_dict(LANGUAGE)["error"]})
            continue
        told = decide_site(
            item,
            order.as_of,
            project=facts,
            rulebook=book,
            workspace=workspace,
            kinds=kinds,
            accepted=accepted,
            known_at=known_at,
        )
        rows.append({"n": n, "site": name, "decisions": told})
    _show(rows)
    return output.REFUSED if any("error" in row for row in rows) else output.DONE


def _show(rows: Sequence[Mapping[str, Any]]) -> None:
    if current().as_json:
        alone = rows[0].get("error") if len(rows) == 1 else None
        output.print_json({"error": alone} if alone else list(rows))
        return
    for row in rows:
        output.result(f"{row['n']}. {row['site'] or ''}")
        if "error" in row:
            output.message(f"   [{row['error']['code']}] {row['error']['fact']}")
        for decision in row.get("decisions", ()):
            _show_decision(decision)


def _show_decision(decision: Mapping[str, Any]) -> None:
    from checks.inheritance.words import MODE_WORDS, OUTCOME_WORDS

    outcome, mode = OUTCOME_WORDS[decision["outcome"]], MODE_WORDS[decision["approval_mode"]]
    one = decision["assessment"]
    used = f"  {one['code']}@{one['version']}" if one else ""
    name = decision["name"][LANGUAGE]
    output.result(f"   {name}  {outcome.pick(LANGUAGE)} / {mode.pick(LANGUAGE)}{used}")
    for item in decision["criteria"]:
        asked = item["evidence"].get("question")
        if asked and item["effect"] != "off" and item["result"] == "unknown":
            output.result(f"      ? {asked[LANGUAGE]}")
