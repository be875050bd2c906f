"""Reports side by side: what differs between them, row by row, with the criteria behind it.

Written from the report documents alone. What is the same everywhere is counted, not repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.classes.services import EFFECTS
from checks.facts import fact_specs
from checks.inheritance.words import CRITERION_WORDS, MODE_WORDS, OUTCOME_WORDS, RESULT_WORDS
from checks.report.numbers import NONE, fixed, percent
from checks.report.page import Block, render_page
from checks.report.texts import LIGHT_WORDS, Words
from checks.report.view_evidence import told_evidence
from checks.report.view_table import Table
from checks.report.view_values import brief, show_value
from gis.errors import Language, Text

Json = Mapping[str, Any]
Row = tuple[str, list[str], list[str]]
"""Name, what is shown, and by what it is told whether the reports differ: a text that names the
day of each report is no difference."""

_WORDS: Mapping[str, Text] = {
    "title": Text("检测报告对照", "Reports side by side"),
    "kind": Text("对照", "Comparison"),
    "what": Text("内容", "What"),
    "report": Text("报告 {n}", "Report {n}"),
    "project": Text("项目与用地", "Project and site"),
    "conclusion": Text("结论", "Conclusion"),
    "findings": Text("检测结果", "Findings"),
    "sharing": Text("区域评估成果共享判定", "Sharing of area assessments"),
    "services": Text("审批服务", "Approval services"),
    "indicators": Text("控制指标", "Control indicators"),
    "same": Text("其余 {n} 行各报告相同。", "{n} more rows are the same in all."),
    "name": Text("项目名称", "Project"),
    "as_of": Text("检测基准日", "Checked as of"),
    "area": Text("用地面积（m²）", "Area of the site (m²)"),
    "class": Text("项目类别", "Project class"),
    "light": Text("冲突等级", "Level of conflict"),
    "open": Text("未检测和待核实", "Open matters"),
    "inside": Text("范围内占比", "Share inside"),
}


def render_side_by_side(reports: Sequence[Json], language: Language = "zh") -> bytes:
    """Return a page with one column for each report and a row for each thing that differs.

    Parameters
    ----------
    reports
        `report.json` documents, two or more; nothing else is read.
    language
        `zh` or `en`.
    """
    words = Words(language)
    parts = {
        "project": _project,
        "conclusion": _conclusion,
        "sharing": _sharing,
        "findings": _findings,
        "services": _services,
        "indicators": _indicators,
    }
    heads = [_say("what", words)]
    heads += [
        f"{_say('report', words).format(n=n)}{words.paren(report['digest'][:8])}"
        for n, report in enumerate(reports, 1)
    ]
    blocks = []
    for key, rows_of in parts.items():
        rows = list(rows_of(reports, words))
        differing = [row for row in rows if len(set(row[2])) > 1]
        same = len(rows) - len(differing)
        foot = _say("same", words).format(n=same) if same else ""
        body = [[name, *values] for name, values, _ in differing]
        blocks.append(Block(tables=[Table(_say(key, words), heads, body, 0, foot)]))
    names = dict.fromkeys(str(report["project"]["name"] or NONE) for report in reports)
    packs = dict.fromkeys(
        pack["name"] for report in reports for pack in report["rulebook"]["packs"]
    )
    return render_page(
        _say("title", words),
        kind=_say("kind", words),
        pairs=[(_say("name", words), words("and").join(names)),
               (words("packs"), words("and").join(packs) or NONE)],
        blocks=blocks,
        language=language,
    )  # fmt: skip


def _say(key: str, words: Words) -> str:
    return _WORDS[key].pick(words.language)


def _row(name: str, values: list[str]) -> Row:
    return name, values, values


def _keys(lists: Sequence[Sequence[Json]], key: str) -> list[str]:
    """Keys of all lists, each once, in the order in which they come."""
    return list(dict.fromkeys(str(item[key]) for held in lists for item in held))


def _by(items: Sequence[Json], key: str, value: str) -> list[Json]:
    return [item for item in items if str(item[key]) == value]


# --- project and conclusion ---------------------------------------------------------------------


def _project(reports: Sequence[Json], words: Words) -> Iterator[Row]:
    specs = fact_specs()
    yield _row(_say("as_of", words), [str(report["as_of"]) for report in reports])
    yield _row(_say("area", words), [fixed(report["site"]["area_m2"]) for report in reports])
    for key in dict.fromkeys(key for report in reports for key in report["project"]["facts"]):
        label = specs[key].label.pick(words.language) if key in specs else key
        values = [report["project"]["facts"].get(key) for report in reports]
        yield _row(label, [show_value(value, words) for value in values])


def _conclusion(reports: Sequence[Json], words: Words) -> Iterator[Row]:
    colours = [words.of(LIGHT_WORDS, report["conclusion"]["colour"]) for report in reports]
    yield _row(_say("light", words), colours)
    complete = [words("yes" if item["conclusion"]["complete"] else "no") for item in reports]
    yield _row(words("completeness"), complete)
    yield _row(_say("open", words), [str(len(item["conclusion"]["open"])) for item in reports])
    names = [(report["class"] or {}).get("name") for report in reports]
    yield _row(_say("class", words), [words.pick(name) or NONE for name in names])


# --- decisions ----------------------------------------------------------------------------------


def _sharing(reports: Sequence[Json], words: Words) -> Iterator[Row]:
    lists = [report["inheritance"] for report in reports]
    for kind in _keys(lists, "kind"):
        held = [next(iter(_by(items, "kind", kind)), None) for items in lists]
        name = next(words.pick(item["name"]) for item in held if item is not None)
        yield _row(name, [_decided(item, words) for item in held])
        inside = [percent(item["share_covered"]) if item else NONE for item in held]
        yield _row(f"{name} · {_say('inside', words)}", inside)
        for key in CRITERION_WORDS:
            rows = [_criterion(item, key) for item in held]
            told = [_told(row, words) for row in rows]
            keys = [_compared(row) for row in rows]
            yield f"{name} · {words.of(CRITERION_WORDS, key)}", told, keys


def _decided(item: Json | None, words: Words) -> str:
    if item is None:
        return NONE
    outcome, mode = item["outcome"], item["approval_mode"]
    return f"{words.of(OUTCOME_WORDS, outcome)} / {words.of(MODE_WORDS, mode)}"


def _criterion(item: Json | None, key: str) -> Json | None:
    row = next(iter(_by(item["criteria"], "key", key)), None) if item else None
    return None if row is None or row["result"] == "not_applicable" else row


def _told(row: Json | None, words: Words) -> str:
    if row is None:
        return NONE
    told = brief(told_evidence(row["key"], row["evidence"], words), 300)
    result = words.of(RESULT_WORDS, row["result"])
    return f"{result}{words('colon')}{told}" if told and told != NONE else result


def _compared(row: Json | None) -> str:
    """Result and evidence but for the day of the decision."""
    if row is None:
        return ""
    evidence = {key: value for key, value in row["evidence"].items() if key != "as_of"}
    return json.dumps([row["result"], evidence], ensure_ascii=False, sort_keys=True)


# --- the rest -----------------------------------------------------------------------------------


def _findings(reports: Sequence[Json], words: Words) -> Iterator[Row]:
    lists = [[item for item in report["findings"] if item["code"]] for report in reports]
    for code in _keys(lists, "code"):
        held = [next(iter(_by(items, "code", code)), None) for items in lists]
        title = next(words.pick(item["title"]) for item in held if item is not None)
        told = [words.pick(item["verdict"]) if item else NONE for item in held]
        keys = [_found(item) for item in held]
        yield f"{code} {title}", told, keys


def _found(item: Json | None) -> str:
    """State and, where something was measured, the words of the verdict."""
    if item is None:
        return ""
    measured = item["state"] in {"affected", "clear"} and item["verdict"]
    return f"{item['state']} {item['verdict']['zh'] if measured else ''}"


def _services(reports: Sequence[Json], words: Words) -> Iterator[Row]:
    lists = [report["services"] for report in reports]
    for code in _keys(lists, "item"):
        held = [next(iter(_by(items, "item", code)), None) for items in lists]
        name = next(words.pick(item["name"]) for item in held if item is not None)
        told = [words.of(EFFECTS, item["effect"]) if item else NONE for item in held]
        yield _row(f"{code} {name}", told)


def _indicators(reports: Sequence[Json], words: Words) -> Iterator[Row]:
    lists = [report["indicators"] for report in reports]
    for key in _keys(lists, "key"):
        held = [_by(items, "key", key) for items in lists]
        name = next(words.pick(rows[0]["name"]) for rows in held if rows)
        yield _row(name, [_values(rows, words) for rows in held])


def _values(rows: Sequence[Json], words: Words) -> str:
    shown = [json.dumps([row["value"], row["unit"]], ensure_ascii=False) for row in rows]
    told = [
        f"{show_value(value, words)} {unit if unit and unit != '1' else ''}".strip()
        for value, unit in (json.loads(text) for text in dict.fromkeys(shown))
    ]
    return words("semicolon").join(told) or NONE
