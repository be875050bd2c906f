"""`lantu audit verify`: is the audit whole, and if not, where does it break."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import output
from api.cli.language import say, speak
from api.cli.office import office_settings
from api.cli.session import common_options, current
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from api.records.audit_chain import Walk

_REASONS = {
    "altered": Text("该行内容被改动，与其哈希不符", "the row was altered: its hash does not fit"),
    "missing": Text("该行缺失", "the row is missing"),
    "unlinked": Text(
        "该行与上一行不衔接：其中一行被替换",
        "the row does not follow the one before: one of them was replaced",
    ),
    "head": Text("该行与所给链尾标识不同", "the row is another than the given head"),
}


@click.group(help=say("操作日志（只增、哈希链）。", "The audit (append-only, a chain of hashes)."))
@common_options
def audit() -> None:
    """Hold the commands."""


@audit.command(
    "verify",
    help=say(
        "逐行核验操作日志的哈希链，指出断裂处；断裂时退出码为 1。"
        "输出的链尾标识请另行保存：下次用 --head 给出，可发现末尾被截去。",
        "Walk the audit's chain and say where it breaks; exit code 1 then. Keep the head that is "
        "printed elsewhere: given by --head the next time, it shows whether the end was cut off.",
    ),
)
@click.option(
    "--head",
    metavar="NUMBER:HASH",
    help=say("以前核验时输出的链尾标识", "the head that an earlier walk printed"),
)
@common_options
def verify(head: str | None) -> int:
    """Walk the chain."""
    from api.records.audit_chain import read_head, walk
    from api.records.database import Records, records_address

    known = read_head(head) if head is not None else None
    address = records_address(office_settings())
    _require_file(address)
    records = Records(address)
    try:
        found = walk(records, known=known)
    finally:
        records.close()
    _show(found)
    return output.DONE if found.is_whole else output.REFUSED


def _require_file(address: str) -> None:
    """Refuse records that are not there: reading them would make an empty file."""
    path = address.removeprefix("sqlite:///")
    if path != address and not Path(path).is_file():
        raise LantuError(
            "no_records",
            Text("工作区还没有业务数据库", "The workspace has no records yet"),
            Text(
                "请先运行 lantu serve，或核对 -w 与 LANTU_RECORDS",
                "Run lantu serve first, or check -w and LANTU_RECORDS",
            ),
        )


def _show(found: Walk) -> None:
    reason = _REASONS.get(found.reason)
    if current().as_json:
        output.print_json(
            {
                "whole": found.is_whole,
                "rows": found.rows,
                "head": f"{found.rows}:{found.head}",
                "break_at": found.break_at,
                "reason": found.reason or None,
                "said": reason.as_dict() if reason else None,
            }
        )
        return
    if reason is None:
        output.result(
            say(
                f"完整：{found.rows} 行，链尾标识 {found.rows}:{found.head}",
                f"Whole: {found.rows} rows, head {found.rows}:{found.head}",
            )
        )
        return
    output.result(
        say(
            f"断裂于第 {found.break_at} 行：{speak(reason)}；此前 {found.rows} 行完整",
            f"Broken at row {found.break_at}: {speak(reason)}; the {found.rows} before are whole",
        )
    )
