"""How assessments, remarks and accounts are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.cli import output
from api.cli.language import say, speak

if TYPE_CHECKING:
    from checks.inheritance.assessment_review import Review


def show_remarks(found: Review) -> None:
    """Print faults and warnings on stderr, and whom a change would touch."""
    words = {"fault": say("问题", "fault"), "warning": say("注意", "warning")}
    for remark in found.remarks:
        note = remark.note
        output.message(f"{words[remark.level]} [{note.code}] {speak(note.text)}")
    if found.projects:
        names = ", ".join(found.projects)
        output.message(say(f"涉及项目：{names}", f"projects that hold totals: {names}"))


def show_account(document: dict[str, Any]) -> None:
    """Print an account as a table."""
    for total in document["totals"]:
        unit = total["unit"] or ""
        output.result(
            say(
                f"{total['name']}：限额 {total['limit']} {unit}，已占 {total['held']}，"
                f"余 {total['left']}",
                f"{total['name']}: limit {total['limit']} {unit}, held {total['held']}, "
                f"left {total['left']}",
            )
        )
    for row in document["projects"]:
        output.result(
            f"  #{row['sequence']:<5} {row['project']:<24} {row['act']:<8} "
            f"{row['total']} {row['amount']}  {row['at']} {row['who']}"
        )
