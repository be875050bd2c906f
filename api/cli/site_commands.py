"""`lantu check`: sites in, reports out."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import output
from api.cli.language import say, speak
from api.cli.session import DAY, common_options, current
from api.cli.texts import COLOUR_WORDS, COMPLETE_WORDS, FORMATS, USUAL_FORMATS
from api.cli.workspace_commands import names_list
from gis.errors import Text

if TYPE_CHECKING:
    from api.cli.check_run import Row
    from checks.report.version import Version


@click.command(
    help=say(
        "检测用地，输出用地条件检测报告。SITE 是文件、WKT、成对坐标，或 -（标准输入）。",
        "Check sites and write land-condition reports. SITE is a file, WKT, pasted "
        "coordinates, or - for stdin.",
    )
)
@click.argument("sites", metavar="SITE...", nargs=-1, required=True)
@click.option(
    "--project",
    metavar="FACTS.yaml",
    type=click.Path(path_type=Path),
    help=say("项目信息文件", "facts of the project"),
)
@click.option("--scenario", metavar="S", help=say("检测场景", "scenario"))
@click.option(
    "--as-of", type=DAY, metavar="DATE", help=say("检测基准日（默认今天）", "date of the check")
)
@click.option(
    "--out",
    default="lantu-out",
    show_default=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=say("输出文件夹", "folder for the output"),
)
@click.option(
    "--format",
    "formats",
    default=",".join(USUAL_FORMATS),
    show_default=True,
    metavar="LIST|all",
    help=say(
        f"输出格式，用逗号分隔：{', '.join(FORMATS)}",
        f"formats, separated by commas: {', '.join(FORMATS)}",
    ),
)
@click.option(
    "--merge", is_flag=True, help=say("全部要素作为一宗用地", "all features are one site")
)
@click.option(
    "--crs", metavar="CRS", help=say("坐标系（文件未写明时）", "CRS, where none is named")
)
@click.option(
    "--accept-repair",
    is_flag=True,
    help=say("接受面积变化超过 1% 的修复", "accept repairs that change the area by over 1 %"),
)
@click.option(
    "--confidential",
    is_flag=True,
    help=say("有权查看涉密图层的内容", "show what confidential layers hold"),
)
@click.option(
    "--packs",
    metavar="LIST",
    help=say(
        "只用这些检测规则库（报告中写明）", "use only these rule packs (printed in the report)"
    ),
)
@click.option(
    "--issue",
    is_flag=True,
    help=say("出具正式报告：编号并存档", "issue the report: number it and keep it"),
)
@click.option(
    "--version",
    type=click.Choice(["inside", "outside"]),
    help=say(
        "发出内部版或对外版（对外版不含所依据图层的图形），并登记",
        "give out the inside or the outside version (outside: no geometry of layers), logged",
    ),
)
@click.option(
    "--by",
    metavar="NAME",
    help=say("经办人或单位（默认登录名）", "who gives it out (default: the login name)"),
)
@click.option(
    "--compare",
    is_flag=True,
    help=say(
        "方案比选：另写 compare.html 和 compare.json", "also write compare.html and compare.json"
    ),
)
@common_options
def check(
    sites: tuple[str, ...],
    project: Path | None,
    scenario: str | None,
    as_of: date | None,
    out: Path,
    formats: str,
    merge: bool,
    crs: str | None,
    accept_repair: bool,
    confidential: bool,
    packs: str | None,
    issue: bool,
    version: Version | None,
    by: str | None,
    compare: bool,
) -> int:
    """Check every site of every input; a refused one does not stop the others."""
    wanted = choose_formats(formats)
    from api.cli.check_run import CheckOrder, run_checks
    from api.clock import today

    order = CheckOrder(
        sources=tuple(source_of(item) for item in sites),
        project=project,
        scenario=scenario,
        as_of=as_of or today(),
        out=out,
        formats=wanted,
        every="all" in names_list(formats.lower()),
        merge=merge,
        crs=crs,
        accept_repair=accept_repair,
        confidential=confidential,
        packs=names_list(packs) if packs is not None else None,
        issue=issue,
        version=version,
        by=by,
        compare=compare,
    )
    rows = run_checks(current().open(), order)
    _show(rows, out)
    return output.REFUSED if any(row.error for row in rows) else output.DONE


def choose_formats(text: str) -> tuple[str, ...]:
    """Return the formats asked for, each once, in the order given; `all` is all there are.

    Raises
    ------
    UsageFaultError
        `unknown_format` for what is no format, and for nothing at all.
    """
    names = list(dict.fromkeys(name.lower() for name in names_list(text)))
    if "all" in names:
        return FORMATS
    for name in names:
        if name in FORMATS:
            continue
        raise output.UsageFaultError(
            "unknown_format",
            Text(f"没有输出格式“{name}”", f"There is no format {name!r}"),
            Text(f"请从 {', '.join(FORMATS)} 中选择", f"Choose from {', '.join(FORMATS)}"),
        )
    if not names:
        raise output.UsageFaultError(
            "unknown_format",
            Text("没有写明输出格式", "No format was given"),
            Text(f"请从 {', '.join(FORMATS)} 中选择", f"Choose from {', '.join(FORMATS)}"),
        )
    return tuple(names)


def source_of(text: str) -> Path | str:
    """Tell a file from coordinates: what exists is a file, what looks like text is read as text."""
    if text == "-":
        return sys.stdin.buffer.read().decode("utf-8-sig", errors="replace")
    path = Path(text)
    if "\n" not in text and len(text) < 1000 and path.exists():
        return path
    return text if looks_like_coordinates(text) else path


def looks_like_coordinates(text: str) -> bool:
    """Whether a SITE argument is WKT or pasted coordinates rather than the name of a file."""
    head = text.lstrip()[:40].upper()
    if head.startswith("SRID=") or "\n" in text:
        return True
    words = ("POLYGON", "MULTIPOLYGON", "LINESTRING", "MULTILINESTRING", "POINT", "GEOMETRY")
    return head.startswith(words) and "(" in text


def _show(rows: list[Row], out: Path) -> None:
    if current().as_json:
        alone = rows[0].error if len(rows) == 1 else None
        output.print_json({"error": alone} if alone else [row.as_dict() for row in rows])
        return
    for row in rows:
        if row.refusal is not None:
            output.message(f"{row.n}. {row.site or ''} " + output.refusal_text(row.refusal))
            continue
        lights = COLOUR_WORDS[row.colour or "grey"], COMPLETE_WORDS[bool(row.complete)]
        number = f"{row.number}  " if row.number else ""
        shown = say("，", ", ").join(speak(light) for light in lights)
        output.result(f"{row.n:>3}. {number}{row.site}  {shown}  {row.worst}".rstrip())
    done = sum(row.refusal is None for row in rows)
    output.message(
        say(
            f"已检测 {done} 宗，拒绝 {len(rows) - done} 宗；结果在 {out}",
            f"{done} sites checked, {len(rows) - done} refused; the results are in {out}",
        )
    )
