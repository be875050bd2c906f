"""`lantu verify`: is a report still what its data and rules give."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import output
from api.cli.language import say, speak
from api.cli.session import common_options, current
from api.cli.stored_report import stored_file
from gis.errors import Text

if TYPE_CHECKING:
    from checks.verify import Verified

_SHOWN = 20
_RESULTS = {
    "identical": Text("一致：复算结果与报告逐字节相同", "Identical, byte for byte"),
    "equal": Text(
        "一致：结论相同，数值相差不超过 1e-6", "Equal: the same answers, numbers within 1e-6"
    ),
    "differs": Text("不一致", "Differs"),
}


@click.command(
    help=say(
        "核验报告：用出具时的数据版本和规则复算，说明是否一致、何处不同及原因。"
        "不一致时退出码为 1。",
        "Verify a report: compute it again from the editions and rules it names; say whether it "
        "is identical, or what differs and why. Exit code 1 where it differs.",
    )
)
@click.argument("report", metavar="REPORT.json", type=click.Path(path_type=Path))
@common_options
def verify(report: Path) -> int:
    """Verify a stored report against the workspace."""
    from checks.verify import verify as compared

    answer = compared(stored_file(report), current().open())
    _show(answer)
    return output.REFUSED if answer.result == "differs" else output.DONE


def _show(answer: Verified) -> None:
    if current().as_json:
        output.print_json(answer.as_dict())
        return
    output.result(speak(_RESULTS[answer.result]))
    for note in answer.reasons:
        output.result(f"  [{note.code}] {speak(note.text)}")
    for one in answer.differences[:_SHOWN]:
        stored, now = say("报告", "report"), say("复算", "now")
        output.result(f"    {one.path}: {stored} {one.stored} | {now} {one.found}")
    left = answer.count - min(_SHOWN, len(answer.differences))
    if left > 0:
        output.result(say(f"    另有 {left} 处不同", f"    {left} more differences"))
    for note in answer.since:
        output.show_note(note)
