"""Why a finding says what it says: told from the stored report alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checks.report.explain_words import test_words, when_words
from checks.report.numbers import NONE, fixed, percent, plain
from checks.report.texts import Words
from checks.report.view_data import rows_of_data
from checks.report.view_findings import Row, row_of
from checks.report.view_values import show_value
from gis.errors import LantuError, Text

Json = Mapping[str, Any]
_MOST_PATCHES = 20


def find_finding(report: Json, code: str) -> tuple[int, Json]:
    """Return a finding and its place in the report, from 0.

    Raises
    ------
    LantuError
        `unknown_finding`, with the codes that the report holds.
    """
    for index, finding in enumerate(report["findings"]):
        if finding["code"] == code:
            return index, finding
    codes = [str(finding["code"]) for finding in report["findings"]]
    listed = ", ".join(codes[:40]) + (" …" if len(codes) > 40 else "")
    raise LantuError(
        "unknown_finding",
        Text(f"报告中没有检测项 {code}", f"The report holds no finding {code}"),
        Text(f"报告中的检测项：{listed or '无'}", f"It holds: {listed or 'none'}"),
    )


def explain_finding(report: Json, code: str) -> Text:
    """Explain a finding in both languages: rule, law, value, threshold, measures, data.

    Raises
    ------
    LantuError
        `unknown_finding`.
    """
    index, finding = find_finding(report, code)
    told = []
    for words in (Words("zh"), Words("en")):
        row = row_of(finding, index, report, words)
        told.append("\n".join(_Told(report, finding, row, words).lines()))
    return Text(told[0], told[1])


class _Told:
    """Tells one finding in one language."""

    def __init__(self, report: Json, finding: Json, row: Row, words: Words) -> None:
        self.report = report
        self.finding = finding
        self.row = row
        self.words = words

    def lines(self) -> Iterator[str]:
        row = self.row
        yield f"{row.code}  {row.title}"
        yield self._named("检测", "Check", self._check())
        said = row.verdict.lower().startswith(row.state_word.lower())
        state = "" if said else row.state_word + self.words("semicolon")
        yield self._named("结果", "Result", state + row.verdict)
        for note in row.notes:
            yield f"    {note}"
        if self.finding["layer"] is None:
            yield self._say(
                "涉密图层：其余内容请征询主管部门", "A confidential layer: ask the authority"
            )
            yield self._named("主管部门", "Authority", row.authority)
            return
        yield self._named("图层", "Layer", str(self.finding["layer"]))
        yield from self._rule()
        yield from self._measures()
        yield from self._data()
        if row.say:
            yield self._named("说明", "In words", row.say)
        yield self._named("主管部门", "Authority", row.authority)
        if row.action:
            papers = self.words("enumeration").join(row.papers)
            more = self.words.paren(papers) if papers else ""
            yield self._named("办理事项", "Item", f"{row.action}{more}")

    def _check(self) -> str:
        report, words = self.report, self.words
        number = report["number"] or words("precheck")
        scenario = report["scenario"]
        packs = ", ".join(pack["name"] for pack in report["rulebook"]["packs"])
        reason = words.paren(words.pick(scenario["reason"]))
        return words("semicolon").join(
            (
                f"{number} {report['as_of']}",
                self._say("场景 ", "scenario ") + words.pick(scenario["title"]) + reason,
                self._say("规则库 ", "packs ") + packs,
            )
        )

    def _rule(self) -> Iterator[str]:
        finding, words = self.finding, self.words
        rule = finding.get("rule")
        if rule:
            yield self._named("规则库", "Pack", rule["pack"])
            yield self._named("检验", "Test", test_words(rule["test"], self.report, words))
            if rule["when"]:
                told = when_words(rule["when"], words)
                yield self._named("适用条件", "Applies when", told + self._facts(rule["when"]))
        yield self._named("约束等级", "Severity", self.row.severity_word)
        values = finding["values"] or {}
        for name, (_, value) in zip(sorted(values), self.row.values, strict=True):
            since = values[name].get("since")
            start = self._say(f"（自 {since} 起）", f" (from {since})") if since else ""
            yield self._named("数值", "Value", f"{name} = {value}{start}")
        if finding.get("limit") is not None:
            yield self._named("限值", "Threshold", plain(finding["limit"]))
        for cited, basis in zip(self.row.basis, finding["basis"] or [], strict=False):
            start, end = basis["valid_from"] or "…", basis["valid_to"] or "…"
            span = self._say(f"{start} 至 {end}", f"{start} to {end}")
            yield self._named("依据", "Basis", cited + words.paren(span))

    def _facts(self, when: Json) -> str:
        """The project's facts that the condition asks for, and what was assumed."""
        project, told = self.report["project"], []
        for key in _facts_of(when):
            if key in project["facts"]:
                told.append(f"{key}={show_value(project['facts'][key], self.words)}")
            elif key in project["defaults"]:
                value = show_value(project["defaults"][key], self.words)
                told.append(f"{key}={value}" + self._say("（场景默认）", " (assumed)"))
            else:
                told.append(key + self._say(" 未填", " not stated"))
        return self.words.paren(self.words("semicolon").join(told))

    def _measures(self) -> Iterator[str]:
        measures, words = self.finding["measures"] or {}, self.words
        told = [text for text in self.row.size if text != NONE]
        if measures.get("share") is not None:
            told.append(self._say("占比 ", "share ") + percent(measures["share"]))
        if measures.get("count") is not None:
            told.append(self._say(f"图斑 {measures['count']} 个", f"{measures['count']} patches"))
        if told:
            yield self._named("量算", "Measures", words("semicolon").join(told))
        if self.finding["certainty"]:
            sure = self.finding["certainty"] == "certain"
            yield self._named(
                "确定性",
                "Certainty",
                self._say("确定" if sure else "临界", "certain" if sure else "within accuracy"),
            )
        for piece in self.row.pieces[:_MOST_PATCHES]:
            parts = [piece.number, piece.kind, piece.size, piece.more]
            told = [part for part in parts if part and part != NONE]
            yield f"    {words('semicolon').join(told)}"
        left = len(self.finding["features"] or []) - _MOST_PATCHES
        if left > 0:
            yield self._say(f"    另有 {left} 个图斑", f"    {left} more")

    def _data(self) -> Iterator[str]:
        for row in rows_of_data(self.finding, self.report):
            title = self.words.pick(row["title"])
            part = f" · {row['part']}" if row["part"] else ""
            covered = percent(row["share_covered"])
            accuracy = fixed(row["accuracy_m"])
            edition, day, checksum = (
                row[key] or NONE for key in ("edition", "currency", "checksum")
            )
            yield self._named(
                "数据",
                "Data",
                self._say(
                    f"{title}，版本 {edition}{part}，数据基准日 {day}，"
                    f"精度 ±{accuracy} m，覆盖用地 {covered}，校验和 {checksum}",
                    f"{title}, edition {edition}{part}, as of {day}, "
                    f"accuracy ±{accuracy} m, covers {covered} of the site, "
                    f"checksum {checksum}",
                ),
            )

    def _say(self, zh: str, en: str) -> str:
        return zh if self.words.language == "zh" else en

    def _named(self, zh: str, en: str, text: str) -> str:
        return f"{self._say(zh, en)}{self.words('colon')}{text}"


def _facts_of(when: Json) -> list[str]:
    if "fact" in when:
        return [str(when["fact"])]
    (inner,) = when.values()
    parts = inner if isinstance(inner, list) else [inner]
    return list(dict.fromkeys(key for part in parts for key in _facts_of(part)))
