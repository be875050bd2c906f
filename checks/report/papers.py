"""Commitment papers of a report: 告知书 and 承诺书 for every kind that is handled on commitment.

All that they say comes from the report document: decision, evidence, service list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.facts import fact_specs
from checks.inheritance.words import OUTCOME_WORDS
from checks.report.numbers import NONE, fixed, mu, percent, plain
from checks.report.page import Block, render_page
from checks.report.texts import Words
from checks.report.view_findings import citation_of
from checks.report.view_site import fact_rows
from checks.report.view_table import Table
from checks.report.view_values import span_of
from gis.errors import Language, Text

Json = Mapping[str, Any]

_WORDS: Mapping[str, Text] = {
    "notice": Text("告知书", "Notice"),
    "promise": Text("承诺书", "Commitment"),
    "notice_of": Text("告知承诺制审批告知书：{x}", "Notice for approval on commitment: {x}"),
    "promise_of": Text("告知承诺制审批承诺书：{x}", "Commitment for approval: {x}"),
    "kind": Text("评估事项", "Kind of assessment"),
    "items": Text("审批事项", "Approval items"),
    "authority": Text("审批部门", "Department"),
    "project": Text("项目名称", "Project"),
    "code": Text("项目统一代码", "Project code"),
    "site": Text("用地", "Site"),
    "as_of": Text("判定基准日", "Decided as of"),
    "result": Text("区域评估成果", "Area assessment"),
    "valid": Text("成果有效期", "Valid"),
    "inside": Text("用地在评估范围内", "Inside the assessed area"),
    "outcome": Text("判定", "Decision"),
    "deadline": Text("完成时限", "Due"),
    "digest": Text("检测报告校验码", "Digest of the report"),
    "packs": Text("检测规则库", "Rule packs"),
    "basis": Text("审批依据", "Basis"),
    "conditions": Text("须满足的条件", "Conditions to be met"),
    "limits": Text("评估条件与本项目指标", "What was assessed, and the project's figures"),
    "fact": Text("指标", "Figure"),
    "value": Text("本项目", "This project"),
    "low": Text("下限", "At least"),
    "high": Text("上限", "At most"),
    "source": Text("来源", "Source"),
    "papers": Text("须提交的材料", "Papers to hand in"),
    "may_follow": Text("可容缺", "may follow"),
    "told": Text(
        "以下内容取自该项目的用地条件检测报告。上述事项可按告知承诺制办理；申请人也可选择单独编报评估。",
        "All of this comes from the project's land-condition report. The item can be handled on "
        "commitment; the applicant may choose a study of its own instead.",
    ),
    "duty": Text(
        "承诺不实或者未履行承诺的，由审批部门依照所列依据处理。",
        "Where a commitment is untrue or not kept, the department acts by the basis listed.",
    ),
    "draft": Text(
        "所依规则库为征求意见稿，本件仅供参考，不作办理依据。",
        "The rule pack is a draft for comment: this paper is for information only.",
    ),
    "we": Text("申请人自愿作出如下承诺：", "The applicant commits itself as follows:"),
    "known": Text("已知晓并理解告知书的全部内容。", "We know and understand the whole notice."),
    "true": Text("项目情况真实：{x}。", "The facts of the project are true: {x}."),
    "keep": Text("遵守下列条件：{x}", "We keep this condition: {x}"),
    "within": Text("建设中保持 {x} 在评估条件以内。", "We keep {x} within what was assessed."),
    "tell": Text(
        "上述情况改变时，在改变前告知审批部门，并重新判定。",
        "Before any of this changes we tell the department and have it decided anew.",
    ),
    "sign": Text("签署", "Signature"),
    "applicant": Text("申请人（盖章）", "Applicant (seal)"),
    "person": Text("法定代表人或委托人", "Representative"),
    "officer": Text("审批部门（盖章）", "Department (seal)"),
    "date": Text("日期", "Date"),
}


@dataclass(frozen=True, slots=True)
class CommitmentPapers:
    """Both papers of one kind."""

    kind: str
    notice: bytes
    promise: bytes


def commitment_papers(
    report: Json, language: Language = "zh", *, kinds: Sequence[str] | None = None
) -> list[CommitmentPapers]:
    """Return the papers of every decision that is handled on commitment, in the report's order.

    Parameters
    ----------
    report
        The `report.json` document.
    language
        `zh` or `en`.
    kinds
        Only these; None: all.
    """
    words = Words(language)
    return [
        CommitmentPapers(item["kind"], _notice(report, item, words), _promise(report, item, words))
        for item in report["inheritance"]
        if item["approval_mode"] == "commitment"
        and item["assessment"] is not None
        and (kinds is None or item["kind"] in kinds)
    ]


def _say(key: str, words: Words, **values: str) -> str:
    text = _WORDS[key].pick(words.language)
    return text.format(**values) if values else text


def _notice(report: Json, item: Json, words: Words) -> bytes:
    told = [_say("told", words), _say("duty", words)]
    if any(basis["force"] == "draft" for basis in item["basis"]):
        told.append(_say("draft", words))
    blocks = [
        Block(paragraphs=told),
        Block(_say("basis", words), items=[citation_of(basis, words) for basis in item["basis"]]),
        Block(_say("conditions", words), items=[words.pick(text) for text in item["commitments"]]),
    ]
    limits = _limits(item, words)
    if limits.rows:
        blocks.append(Block(_say("limits", words), tables=[limits]))
    blocks += [
        Block(_say("papers", words), items=_papers(report, item, words)),
        Block(_say("sign", words), lines=[_say("officer", words), _say("date", words)]),
    ]
    return _page("notice", report, item, blocks, words)


def _promise(report: Json, item: Json, words: Words) -> bytes:
    said = [_say("known", words)]
    facts = _facts(report, words)
    said += [_say("true", words, x=facts)] if facts else []
    said += [_say("keep", words, x=words.pick(text)) for text in item["commitments"]]
    said += [
        _say("within", words, x=row[0] + words.paren(_span(row, words)))
        for row in _limits(item, words).rows
    ]
    said.append(_say("tell", words))
    lines = [_say(key, words) for key in ("applicant", "person", "date")]
    blocks = [
        Block(paragraphs=[_say("we", words)], items=said),
        Block(_say("sign", words), lines=lines),
    ]
    return _page("promise", report, item, blocks, words)


def _page(paper: str, report: Json, item: Json, blocks: Sequence[Block], words: Words) -> bytes:
    name = words.pick(item["name"])
    return render_page(
        _say(f"{paper}_of", words, x=name),
        kind=_say(paper, words),
        pairs=_pairs(report, item, words),
        blocks=[block for block in blocks if _has_content(block)],
        language=words.language,
    )


def _has_content(block: Block) -> bool:
    return bool(block.paragraphs or block.items or block.tables or block.lines)


def _pairs(report: Json, item: Json, words: Words) -> list[tuple[str, str]]:
    one, dates = _evidence(item, "item_assessed"), _evidence(item, "validity")
    code = f"{item['assessment']['code']}@{item['assessment']['version']}"
    named = [one.get("title"), one.get("approval_no"), code]
    span = span_of(dates.get("valid_from"), dates.get("valid_to"), words)
    project = report["project"]
    packs = words("and").join(pack["name"] for pack in report["rulebook"]["packs"])
    rows = _services(report, item)
    items = words("semicolon").join(f"{row['item']} {words.pick(row['name'])}" for row in rows)
    return [
        (_say("project", words), project["name"] or NONE),
        (_say("code", words), project["code"] or NONE),
        (
            _say("site", words),
            words("comma").join((report["site"]["name"] or NONE, _size(report["site"], words))),
        ),
        (_say("kind", words), words.pick(item["name"])),
        (_say("items", words), items or NONE),
        (_say("authority", words), item["authority"] or NONE),
        (_say("result", words), words("comma").join(str(part) for part in named if part)),
        (_say("valid", words), span),
        (_say("inside", words), percent(item["share_covered"])),
        (_say("outcome", words), words.of(OUTCOME_WORDS, item["outcome"])),
        (_say("deadline", words), _deadline(item, rows, words)),
        (_say("as_of", words), report["as_of"]),
        (_say("packs", words), packs or NONE),
        (_say("digest", words), report["digest"]),
    ]


def _services(report: Json, item: Json) -> list[Json]:
    """Rows of the service list that this kind's result serves."""
    return [
        row
        for row in report["services"]
        if any(held["kind"] == item["kind"] for held in row.get("area_results", ()))
    ]


def _deadline(item: Json, rows: Sequence[Json], words: Words) -> str:
    if item["deadline"]:
        return words.pick(item["deadline"]["stage"])
    told = [words.pick(row["deadline"]) for row in rows if row.get("deadline")]
    return words("semicolon").join(dict.fromkeys(told)) or NONE


def _papers(report: Json, item: Json, words: Words) -> list[str]:
    told = [
        words.pick(paper["name"])
        + (words.paren(_say("may_follow", words)) if paper["may_follow"] else "")
        for row in _services(report, item)
        for paper in row["papers"]
    ]
    return list(dict.fromkeys(told))


def _limits(item: Json, words: Words) -> Table:
    rows = [
        [
            _label(row["fact"], words),
            f"{plain(row['value'])} {_unit(row)}".strip(),
            _limit(row, "min"),
            _limit(row, "max"),
            row.get("source") or NONE,
        ]
        for row in _evidence(item, "envelope").get("limits", ())
    ]
    head = [_say(key, words) for key in ("fact", "value", "low", "high", "source")]
    return Table(_say("limits", words), head, rows)


def _limit(row: Json, side: str) -> str:
    return NONE if row[side] is None else f"{plain(row[side])} {_unit(row)}".strip()


def _span(row: Sequence[str], words: Words) -> str:
    """Both limits of a row of the table of limits; one of them may be missing."""
    signs = [f"{sign} {limit}" for sign, limit in zip("≥≤", row[2:4], strict=True) if limit != NONE]
    return words("comma").join(signs)


def _unit(row: Json) -> str:
    unit = row["unit"] if row.get("unit") and row["unit"] != "1" else ""
    return str(unit).replace("m2", "m²").replace("m3", "m³")


def _facts(report: Json, words: Words) -> str:
    """Facts of the project as given."""
    given = {k: v for k, v in report["project"]["facts"].items() if k not in {"code", "name"}}
    rows = fact_rows(given, words)
    return words("semicolon").join(f"{name} {value}" for name, value in rows)


def _label(key: str, words: Words) -> str:
    specs = fact_specs()
    return specs[key].label.pick(words.language) if key in specs else key


def _evidence(item: Json, key: str) -> Json:
    found = [row["evidence"] for row in item["criteria"] if row["key"] == key]
    return found[0] if found else {}


def _size(site: Json, words: Words) -> str:
    if site["area_m2"] is None:
        return f"{fixed(site['length_m'])} m"
    acre = f"{mu(site['area_m2'])} 亩" if words.language == "zh" else f"{mu(site['area_m2'])} mu"
    return f"{fixed(site['area_m2'])} m²{words.paren(acre)}"
