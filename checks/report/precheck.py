"""准入预检 on one page: what a park answers an investor, from the report document alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.facts import fact_specs
from checks.inheritance.words import CRITERION_WORDS, MODE_WORDS, OUTCOME_WORDS, RESULT_WORDS
from checks.report.numbers import NONE, fixed, mu, percent
from checks.report.page import Block, render_page
from checks.report.texts import LIGHT_WORDS, Words
from checks.report.view_indicators import indicator_table
from checks.report.view_table import Table
from checks.report.view_values import show_value
from gis.errors import Language, Text

Json = Mapping[str, Any]

_READY = ("shared", "simplified", "not_required")
_WORDS: Mapping[str, Text] = {
    "title": Text("准入预检单", "Admission precheck"),
    "plot": Text("地块", "Plot"),
    "area": Text("面积", "Area"),
    "industry": Text("行业代码", "Industry code"),
    "as_of": Text("预检基准日", "Checked as of"),
    "packs": Text("检测规则库", "Rule packs"),
    "digest": Text("校验码", "Digest"),
    "light": Text("用地冲突", "Conflicts on the plot"),
    "sharing": Text("可共享评估事项", "Assessments that can be shared"),
    "admission": Text("准入清单", "Admission list"),
    "answers": Text("结论", "Answers"),
    "kinds": Text("区域评估成果共享", "Sharing of area assessments"),
    "kind": Text("评估事项", "Kind"),
    "outcome": Text("判定", "Decision"),
    "mode": Text("审批方式", "Way of approval"),
    "result": Text("区域成果", "Area result"),
    "inside": Text("范围内", "Inside"),
    "why": Text("未满足或待核实", "Not met or open"),
    "questions": Text("还须补充", "Still to be told"),
    "facts": Text("项目情况", "Facts of the project"),
    "silent": Text("未规定", "no list says anything"),
    "foot": Text(
        "预检不占用额度、不编号；结论以所列数据、规则和日期为准，不代替审批。",
        "A precheck reserves nothing and has no number; it rests on the data, rules and day shown "
        "and replaces no approval.",
    ),
}


def render_precheck(report: Json, language: Language = "zh") -> bytes:
    """Return the page of a precheck.

    Parameters
    ----------
    report
        The `report.json` document; nothing else is read.
    language
        `zh` or `en`.
    """
    words = Words(language)

    def say(key: str) -> str:
        return _WORDS[key].pick(language)

    blocks = [
        Block(tables=[_answers(report, words), _facts(report, words)]),
    ]
    if report["inheritance"]:
        blocks.append(Block(tables=[_kinds(report, words)]))
    asked = questions_of(report, words)
    if asked:
        blocks.append(Block(say("questions"), items=asked))
    listed = indicator_table(report, words)
    if listed is not None:
        blocks.append(Block(tables=[listed]))
    packs = words("and").join(pack["name"] for pack in report["rulebook"]["packs"])
    pairs = [
        (say("plot"), report["site"]["name"] or NONE),
        (say("area"), _area(report["site"], words)),
        (say("industry"), str(report["project"]["facts"].get("industry", NONE))),
        (say("as_of"), report["as_of"]),
        (say("packs"), packs or NONE),
        (say("digest"), report["digest"][:16]),
    ]
    return render_page(
        f"{report['site']['name'] or ''} {say('title')}".strip(),
        kind=words("precheck"),
        pairs=pairs,
        blocks=blocks,
        language=language,
        foot=say("foot"),
    )


def admission_of(report: Json) -> str | None:
    """Return the worst answer of the admission lists: failed, unknown, met; None: no list."""
    results = [
        row["result"]
        for decision in report["inheritance"]
        for row in decision["criteria"]
        if row["key"] == "project_type"
    ]
    return next((word for word in ("failed", "unknown", "met") if word in results), None)


def ready_of(report: Json) -> tuple[int, int]:
    """Return how many kinds need no study of the project's own in full, and how many there are."""
    decisions: Sequence[Json] = report["inheritance"]
    return sum(item["outcome"] in _READY for item in decisions), len(decisions)


def questions_of(report: Json, words: Words) -> list[str]:
    """Return the questions that decisions and findings leave open, each once."""
    asked = [
        words.pick(row["evidence"]["question"])
        for decision in report["inheritance"]
        for row in decision["criteria"]
        if row["result"] == "unknown" and row["effect"] != "off" and row["evidence"].get("question")
    ]
    asked += [words.pick(item["question"]) for item in report["findings"] if item["question"]]
    return list(dict.fromkeys(asked))


def _answers(report: Json, words: Words) -> Table:
    def say(key: str) -> str:
        return _WORDS[key].pick(words.language)

    ready, of = ready_of(report)
    admission = admission_of(report)
    rows = [
        [say("light"), words.of(LIGHT_WORDS, report["conclusion"]["colour"])],
        [say("admission"), words.of(RESULT_WORDS, admission) if admission else say("silent")],
        [say("sharing"), f"{ready}/{of}"],
    ]
    return Table(say("answers"), [words("item"), words("verdict")], rows)


def _facts(report: Json, words: Words) -> Table:
    specs = fact_specs()
    rows = []
    for key, value in report["project"]["facts"].items():
        spec = specs.get(key)
        name = spec.label.pick(words.language) if spec else key
        unit = f" {spec.unit}" if spec and spec.unit and spec.unit != "1" else ""
        known = spec.allowed if spec else {}
        chosen = isinstance(value, str) and value in known
        told = known[value].pick(words.language) if chosen else show_value(value, words)
        rows.append([name, f"{told}{unit}"])
    return Table(_WORDS["facts"].pick(words.language), [words("item"), words("value")], rows)


def _kinds(report: Json, words: Words) -> Table:
    head = [_WORDS[key].pick(words.language) for key in _KIND_HEAD]
    rows = [
        [
            words.pick(item["name"]),
            words.of(OUTCOME_WORDS, item["outcome"]),
            words.of(MODE_WORDS, item["approval_mode"]),
            f"{item['assessment']['code']}@{item['assessment']['version']}"
            if item["assessment"]
            else NONE,
            percent(item["share_covered"]),
            _against(item, words),
        ]
        for item in report["inheritance"]
    ]
    return Table(_WORDS["kinds"].pick(words.language), head, rows)


_KIND_HEAD = ("kind", "outcome", "mode", "result", "inside", "why")


def _against(item: Json, words: Words) -> str:
    told = [
        words.of(CRITERION_WORDS, row["key"]) + words.paren(words.of(RESULT_WORDS, row["result"]))
        for row in item["criteria"]
        if row["effect"] != "off" and row["result"] in {"failed", "unknown"}
    ]
    return words("enumeration").join(told) or NONE


def _area(site: Json, words: Words) -> str:
    area = site["area_m2"]
    acre = "亩" if words.language == "zh" else "mu"
    return NONE if area is None else f"{fixed(area)} m²{words.paren(f'{mu(area)} {acre}')}"
