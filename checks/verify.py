"""Is a stored report still what its data and rules give, and if not, what differs and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from math import isclose
from typing import Any, Literal, TypeGuard

from shapely.errors import ShapelyError

from checks.replay import Archive, Json, recompute, rules_of, site_of
from checks.report.canonical import canonical
from checks.report.model import Report
from checks.report.stored import Stored
from checks.report.version import is_outside, outside_version
from checks.verify_reasons import data_gone, happened_since, rules_changed
from gis.errors import LantuError, Note, Text

TOLERANCE = 1e-6
_MOST = 200
_SEALS = ("digest", "engine")
_ABSENT = "(absent)"
_BROKEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, ShapelyError)
"""What a document raises that holds something else where a report holds its values."""
_JUDGED = {
    "findings": ("code", "state", "severity", "certainty", "measures", "share_covered"),
    "inheritance": ("kind", "outcome", "approval_mode", "share_covered", "uncovered_area_m2"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A place of the document, what the stored report says there, and what is found now."""

    path: str
    stored: object
    found: object


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer.

    `identical`: byte for byte; `equal`: the same answers, numbers within 1e-6; `differs`.
    `reasons` say why it differs or could not be identical, `since` what has happened after the
    report was written and does not touch it. `differences` are the first 200 of `count`.
    """

    result: Literal["identical", "equal", "differs"]
    reasons: tuple[Note, ...]
    since: tuple[Note, ...] = ()
    differences: tuple[Difference, ...] = ()
    count: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        return {
            "result": self.result,
            "reasons": [note.as_dict() for note in self.reasons],
            "since": [note.as_dict() for note in self.since],
            "differences": [
                {"path": one.path, "stored": one.stored, "found": one.found}
                for one in self.differences
            ],
            "count": self.count,
        }


def verify(stored: Stored, store: Archive) -> Verified:
    """Compute a stored report again and compare; nothing is written.

    Parameters
    ----------
    stored
        The `report.json` document as it was read.
    store
        The workspace it was made in: editions, assessments and packs of its revision are used.

    Raises
    ------
    LantuError
        `bad_report` where the document lacks what a report holds.
    """
    try:
        return _verify(stored, store)
    except _BROKEN as error:
        raise LantuError(
            "bad_report",
            Text(
                "报告内容残缺：缺少复算所需的内容，或类型不对",
                "The report lacks what is needed to compute it again, or holds it in another form",
            ),
            Text("请使用 lantu check 写出的原文件", "Use the file as lantu check wrote it"),
        ) from error


def _verify(stored: Stored, store: Archive) -> Verified:
    report = stored.document
    reasons = list(_seals(stored, store))
    if site_of(report["site"]).crs != store.crs:
        return Verified("differs", (*reasons, _other_workspace(report, store)))
    reasons += data_gone(report, store)
    try:
        rulebook = rules_of(report, store)
    except LantuError as error:
        if error.passes:
            raise
        return Verified("differs", (*reasons, _no_rules(error)))
    reasons += rules_changed(report, rulebook)
    since = tuple(happened_since(report, store))
    try:
        again = recompute(report, store, rulebook)
    except LantuError as error:
        if error.passes:
            raise
        return Verified("differs", (*reasons, Note(error.code, error.fact)), since)
    if is_outside(report):
        again = Report(outside_version(again.data))
    return _compared(stored, again, reasons, since)


def _compared(
    stored: Stored, again: Report, reasons: list[Note], since: tuple[Note, ...]
) -> Verified:
    report, found = stored.document, again.data
    unknown = any(note.code == "not_issued" for note in reasons)
    if canonical(report) == again.to_json() and not unknown:
        return Verified("identical" if stored.as_written else "equal", tuple(reasons), since)
    same_engine = report["engine"] == found["engine"]
    pairs = _whole(report, found) if same_engine else _judged(report, found)
    differences = list(pairs)
    forged = unknown or not stored.sealed
    result: Literal["equal", "differs"] = "differs" if differences or forged else "equal"
    if differences and not [note for note in reasons if note.code != "rewritten"]:
        reasons = [*reasons, _unexplained()]
    return Verified(result, tuple(reasons), since, tuple(differences[:_MOST]), len(differences))


def _seals(stored: Stored, store: Archive) -> Iterator[Note]:
    report = stored.document
    if not stored.sealed:
        text = Text(
            "校验码与内容不符：报告在出具后被改动",
            "The digest does not fit the content: the report was altered after it was written",
        )
        yield Note("tampered", text)
    elif not stored.as_written:
        text = Text(
            "文件经其他程序重写过（空格、次序或编码），校验码仍相符",
            "Another program wrote the file anew (spaces, order, encoding); the digest still fits",
        )
        yield Note("rewritten", text)
    if report["number"] is not None and not _is_registered(report, store):
        text = Text(
            f"本工作区没有登记过编号为 {report['number']} 的这份报告",
            f"This workspace has no record of giving out this report, number {report['number']}",
        )
        yield Note("not_issued", text)
    own, other = version("lantu"), report["engine"]["version"]
    if report["engine"] != {"name": "lantu", "version": own}:
        text = Text(
            f"报告由 {other} 版程序出具，现为 {own} 版："
            f"只比较结论和量算（误差 {TOLERANCE:g} 以内）",
            f"Written by engine {other}, now {own}: states and measures are compared, "
            f"within {TOLERANCE:g}",
        )
        yield Note("engine_differs", text)
    if report["known_at"] > store.revision:
        text = Text(
            f"报告的数据修订号 {report['known_at']} 大于工作区现有的 {store.revision}",
            f"The report knows revision {report['known_at']}, the workspace has {store.revision}",
        )
        yield Note("revision_unknown", text)


def _is_registered(report: Json, store: Archive) -> bool:
    """Whether the very document was given out, or is kept as issued."""
    if store.releases.holds(report["digest"]):
        return True
    try:
        store.document(hashlib.sha256(canonical(report)).hexdigest())
    except LantuError as error:
        if error.passes:
            raise
        return False
    return True


def _other_workspace(report: Json, store: Archive) -> Note:
    code = report["site"]["crs"]["code"]
    text = Text(
        f"报告的坐标系 {code} 不是工作区的 {store.crs}，无法复算",
        f"The report's CRS {code} is not {store.crs} of the workspace: nothing can be recomputed",
    )
    return Note("other_workspace", text)


def _no_rules(error: LantuError) -> Note:
    text = Text(
        f"检测规则库无法读取：{error.fact.zh}", f"The rules cannot be read: {error.fact.en}"
    )
    return Note("rules_gone", text)


def _unexplained() -> Note:
    text = Text(
        "数据版本和规则均未变化，结果却不同：请联系维护人员",
        "Neither data nor rules have changed and yet it differs: tell the maintainers",
    )
    return Note("unexplained", text)


# --- comparing --------------------------------------------------------------------------------


def _whole(stored: Json, found: Json) -> Iterator[Difference]:
    for key in sorted(set(stored) | set(found)):
        if key not in _SEALS:
            yield from differences(stored.get(key, _ABSENT), found.get(key, _ABSENT), key)


def _judged(stored: Json, found: Json) -> Iterator[Difference]:
    """Compare what another engine must answer alike: states, severities, measures, decisions."""
    for key in ("colour", "complete", "worst"):
        path = f"conclusion.{key}"
        yield from differences(stored["conclusion"][key], found["conclusion"][key], path)
    for key, names in _JUDGED.items():
        yield from differences(_cut(stored[key], names), _cut(found[key], names), key)


def _cut(rows: list[Json], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        str(row.get(names[0]) or index): {name: row.get(name) for name in names}
        for index, row in enumerate(rows)
    }


def differences(stored: object, found: object, path: str) -> Iterator[Difference]:
    """Yield where two JSON values differ; numbers may by 1e-6."""
    if isinstance(stored, Mapping) and isinstance(found, Mapping):
        for key in sorted(set(stored) | set(found)):
            yield from differences(
                stored.get(key, _ABSENT), found.get(key, _ABSENT), f"{path}.{key}"
            )
    elif _coded(stored) and _coded(found) and len(stored) != len(found):
        yield from differences(_by_code(stored), _by_code(found), path)
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for index, (one, other) in enumerate(zip(stored, found, strict=True)):
            yield from differences(one, other, f"{path}[{_name(one, index)}]")
    elif not _alike(stored, found):
        yield Difference(path, _brief(stored), _brief(found))


def _coded(value: object) -> TypeGuard[list[Json]]:
    """Whether a value is a list of entries that have codes: compared by them, not by place."""
    return isinstance(value, list) and all(
        isinstance(row, Mapping) and isinstance(row.get("code"), str) for row in value
    )


def _by_code(rows: list[Json]) -> dict[str, Json]:
    """Entries by code; of several with one code the later ones are numbered."""
    named: dict[str, Json] = {}
    for row in rows:
        times = sum(1 for name in named if name.split(" ")[0] == row["code"])
        named[f"{row['code']} {times + 1}" if times else row["code"]] = row
    return named


def _name(row: object, index: int) -> str:
    code = row.get("code") if isinstance(row, Mapping) else None
    return code if isinstance(code, str) else str(index)


def _alike(stored: object, found: object) -> bool:
    if isinstance(stored, bool) or isinstance(found, bool):
        return stored is found
    if isinstance(stored, int | float) and isinstance(found, int | float):
        return isclose(stored, found, rel_tol=0.0, abs_tol=TOLERANCE * (1 + 1e-9))
    return stored == found


def _brief(value: object) -> object:
    """Shorten what no reader compares by eye."""
    if isinstance(value, Mapping | list):
        return f"({len(value)})"
    return value[:200] if isinstance(value, str) else value
