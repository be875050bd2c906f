"""Section 2 of the HTML: the project's class; section 10: the list of approval services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from checks.classes.services import DUE_BEFORE, STAGES
from checks.report.numbers import NONE
from checks.report.texts import Words
from checks.report.view_findings import citation_of
from checks.report.view_table import Table
from gis.errors import Text

Json = Mapping[str, Any]

_STAGE_WORDS = {stage.zh: stage for stage in STAGES.values()}
_HEAD: Sequence[Text] = (
    Text("事项（编码）", "Item (code)"),
    Text("部门", "Department"),
    Text("阶段", "Stage"),
    Text("办理方式", "Way"),
    Text("前置条件", "Conditions"),
    Text("材料（可容缺）", "Papers (may follow)"),
    Text("承诺时限", "Time"),
    Text("可用区域成果", "Area results to share"),
    Text("依据", "Basis"),
)
_W: Mapping[str, Text] = MappingProxyType(
    {
        "services": Text("审批服务清单", "Approval services"),
        "class": Text("项目类别", "Project class"),
        "item": Text("项目", "Item"),
        "content": Text("内容", "Content"),
        "chosen": Text("类别", "Class"),
        "undecided": Text("待核实", "to be verified"),
        "none": Text("规则库中没有适合的类别", "no class of the packs fits"),
        "because": Text("依据的项目情况", "Facts it rests on"),
        "question": Text("待核实", "To be verified"),
        "also": Text("同时属于", "Also in"),
        "open": Text("可能属于", "May be in"),
        "basis": Text("依据", "Basis"),
        "draft": Text("征求意见稿", "draft for comment"),
        "may_follow": Text("可容缺", "may follow"),
        "rests": Text("由人核定", "For a person to confirm"),
        "effects": Text("办理简化、时限与适用范围", "Relief, time limits and scope"),
        "matter": Text("事项", "Matter"),
        "result": Text("结论", "Result"),
        "holds": Text("适用", "applies"),
        "no_effect": Text("仅供了解，不产生效力", "told, without effect"),
        "time": Text("时限", "Time"),
        "days": Text("{n} 个工作日", "{n} working days"),
        "years": Text("{n} 年", "{n} years"),
    }
)


def service_tables(report: Json, words: Words) -> list[Table]:
    """Return the list of approval services; nothing where there is none."""
    rows = report["services"]
    if not rows:
        return []
    head = [text.pick(words.language) for text in _HEAD]
    return [Table(_word("services", words), head, [_service(row, words) for row in rows])]


def _service(row: Json, words: Words) -> list[str]:
    stage = _STAGE_WORDS.get(row["stage"] or "")
    draft = words.paren(_word("draft", words)) if row.get("draft") else ""
    because = words.pick(row["because"])
    way = words.pick(row.get("how")) or row["effect"]
    conditions = (words.pick(row.get("conditions")), words.pick(row.get("question")))
    results = [words.pick(result["name"]) for result in row.get("area_results") or ()]
    return [
        words.pick(row["name"]) + words.paren(row["item"]) + draft,
        row["authority"] or NONE,
        stage.pick(words.language) if stage else row["stage"] or NONE,
        f"{way}{words('colon')}{because}" if because else way,
        words("semicolon").join(text for text in conditions if text) or NONE,
        words("and").join(_paper(paper, words) for paper in row["papers"]) or NONE,
        words.pick(row.get("deadline")) or NONE,
        words("and").join(results) or NONE,
        _basis(row, words) if row.get("basis") else _catalogue_basis(row, words),
    ]


def _catalogue_basis(row: Json, words: Words) -> str:
    """By what the item stands in the catalogue, where nothing nearer speaks of it."""
    return words("semicolon").join(row.get("catalogue_basis") or ()) or NONE


def _paper(paper: Json, words: Words) -> str:
    mark = words.paren(_word("may_follow", words)) if paper["may_follow"] else ""
    return words.pick(paper["name"]) + mark


def _basis(row: Json, words: Words) -> str:
    cited = dict.fromkeys(citation_of(item, words) for item in row.get("basis") or ())
    return words("semicolon").join(cited) or NONE


# --- the class --------------------------------------------------------------------------------


def class_tables(found: Json | None, words: Words) -> list[Table]:
    """Return what class the project is in and why, and what follows from it."""
    if found is None:
        return []
    head = [_word("item", words), _word("content", words)]
    tables = [Table(_word("class", words), head, _class_rows(found, words))]
    told = [_effect(row, words) for row in found["effects"] if row["state"] == "holds"]
    if told:
        head = [_word(key, words) for key in ("matter", "result", "time", "basis")]
        tables.append(Table(_word("effects", words), head, told))
    return tables


def _class_rows(found: Json, words: Words) -> list[list[str]]:
    name = _named(found, words) if found["code"] else ""
    if found["state"] == "needs_person":
        name += words.paren(_word("undecided", words)) if name else _word("undecided", words)
    rows = [[_word("chosen", words), name or _word("none", words)]]
    if words.pick(found["because"]):
        rows.append([_word("because", words), words.pick(found["because"])])
    if found["basis"]:
        rows.append([_word("basis", words), _basis(found, words)])
    for key, text in (("question", found["question"]), ("rests", found["needs_person"])):
        if text:
            rows.append([_word(key, words), words.pick(text)])
    rows += [[_word("also", words), _named(other, words)] for other in found["also"]]
    rows += [
        [
            _word("open", words),
            _named(other, words) + words("colon") + words.pick(other["question"]),
        ]
        for other in found["open"]
    ]
    return rows


def _named(row: Json, words: Words) -> str:
    draft = words.paren(_word("draft", words)) if row["draft"] else ""
    return words.pick(row["name"]) + words.paren(row["code"]) + draft


def _effect(row: Json, words: Words) -> list[str]:
    draft = words.paren(_word("draft", words)) if row["draft"] else ""
    items = words.paren(words("and").join(row["items"])) if row["items"] else ""
    return [
        f"{row['code']} {words.pick(row['effect'])}{items}{draft}",
        _word("holds" if row["binding"] else "no_effect", words),
        _time(row["deadline"], words),
        _basis(row, words),
    ]


def _time(limit: Json | None, words: Words) -> str:
    if limit is None:
        return NONE
    if limit["due_before"]:
        due: Mapping[Any, Text] = DUE_BEFORE
        return words.of(due, limit["due_before"])
    key = "days" if limit["days"] else "years"
    return _word(key, words).format(n=limit[key])


def _word(key: str, words: Words) -> str:
    return _W[key].pick(words.language)
