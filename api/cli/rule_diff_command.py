"""`lantu rules diff`: what two packs, or two days of one, make different."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli import output
from api.cli.language import say, speak
from api.cli.rule_commands import ground, rules
from api.cli.session import DAY, common_options, current
from api.cli.workspace_commands import names_list
from gis.errors import Text

if TYPE_CHECKING:
    from checks.classes.diff import EntryChange
    from checks.rule import Rulebook
    from checks.rulebook.diff import Change


@rules.command(
    help=say(
        "比较两个规则库（名称、逗号分隔的名称或文件夹），或同一规则库的两个日期，逐条说明更严、放宽或有变化。"
        "A、B 可用 workspace 指工作区现用的规则库。",
        "Compare two packs (a name, names separated by commas, or a folder), or two days of one "
        "pack: each difference is stricter, milder, or named. `workspace` stands for the packs in "
        "use.",
    )
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option(
    "--as-of",
    "days",
    type=DAY,
    multiple=True,
    metavar="DATE",
    help=say(
        "只比较当日有效的内容；写两次则比较两个日期",
        "compare what holds on this day; given twice: the one day with the other",
    ),
)
@common_options
def diff(before: str, after: str | None, days: tuple[date, ...]) -> None:
    """Compare two rulebooks, or one on two days."""
    from api.clock import today
    from checks.classes.diff import diff_entries
    from checks.classes.rule import Catalogue
    from checks.rulebook.diff import diff_rules, diff_scenarios
    from checks.rulebook.diff_words import DiffWords, entry_document, entry_lines

    first_on, second_on = _days(days, two_packs=after is not None)
    first = _book(before)
    second = _book(after) if after is not None else first
    changes = diff_rules(first, second, before_on=first_on, after_on=second_on)
    scenarios = diff_scenarios(first, second)
    entries = diff_entries(
        first.catalogue or Catalogue(),
        second.catalogue or Catalogue(),
        second.facts,
        days=(first_on, second_on),
    )
    words = DiffWords(second, ground()[2], second_on or today())
    if current().as_json:
        output.print_json(
            {
                "before": _named(first, first_on),
                "after": _named(second, second_on),
                "rules": [words.document(change) for change in changes],
                "scenarios": [words.document(change) for change in scenarios],
                "entries": [entry_document(change, second) for change in entries],
                "milder": _milder(changes, scenarios, entries),
            }
        )
        return
    for change in (*changes, *scenarios):
        for line in words.lines(change):
            output.result(speak(line))
    for entry in entries:
        for line in entry_lines(entry, second):
            output.result(speak(line))
    _sum_up(changes, scenarios, entries)


def loosens(change: Change | EntryChange) -> bool:
    """Whether something in a change is milder than before."""
    milder = any(item.direction == "milder" for item in change.differences)
    return change.direction == "milder" or milder


def _milder(
    changes: Sequence[Change], scenarios: Sequence[Change], entries: Sequence[EntryChange]
) -> list[str]:
    found = [item.code for item in (*changes, *scenarios) if loosens(item)]
    return found + [item.code for item in entries if loosens(item)]


def _sum_up(
    changes: Sequence[Change], scenarios: Sequence[Change], entries: Sequence[EntryChange]
) -> None:
    milder = _milder(changes, scenarios, entries)
    output.message(
        say(
            f"规则有 {len(changes)} 条不同，场景有 {len(scenarios)} 个不同，"
            f"类别和办理条目有 {len(entries)} 条不同；"
            f"放宽 {len(milder)} 项{'：' if milder else ''}{'、'.join(milder)}",
            f"{len(changes)} rules, {len(scenarios)} scenarios and {len(entries)} entries of "
            f"classes differ; {len(milder)} are "
            f"milder{': ' if milder else ''}{', '.join(milder)}",
        )
    )


def _days(days: tuple[date, ...], *, two_packs: bool) -> tuple[date | None, date | None]:
    """Return the two days to compare, None for all days."""
    if len(days) > 2 or (not two_packs and len(days) != 2):
        raise output.UsageFaultError(
            "diff_of_what",
            Text(
                f"写了 {2 if two_packs else 1} 个规则库、{len(days)} 个日期，不知与什么比较",
                f"{2 if two_packs else 1} packs and {len(days)} days: compared with what?",
            ),
            Text(
                "请写两个规则库（最多两个 --as-of），或一个规则库加两个 --as-of",
                "Give two packs (and at most two --as-of), or one pack and two --as-of",
            ),
        )
    if not days:
        return None, None
    return days[0], days[-1]


def _book(name: str) -> Rulebook:
    """Read packs by name, `workspace`, or a folder that is not registered."""
    from api.cli.rule_commands import load, pack_name

    if name == "workspace":
        return load(None)
    folder = Path(name)
    if (folder / "pack.yaml").is_file():
        own = pack_name(folder)
        return load(own, {own: folder})
    return load(",".join(names_list(name)))


def _named(book: Rulebook, day: date | None) -> dict[str, object]:
    packs = [pack.name for pack in book.packs]
    return {"packs": packs, "digest": book.digest, "as_of": day.isoformat() if day else None}
