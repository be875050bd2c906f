"""Why a report cannot be found again, and what has happened since it was written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from checks.indicators.sheets import SUBJECT, SheetStore
from checks.replay import Archive, Json, site_of
from checks.report.context import edition_ids
from checks.rule import Rulebook
from gis.errors import LantuError, Note, Text
from layers.assessments import STATE_WORDS
from layers.editions import Edition, pick
from layers.store.records import RECORD_WORDS, latest


def data_gone(report: Json, store: Archive) -> Iterator[Note]:
    """Yield the editions and assessments that the report rests on and the workspace has no more."""
    box = site_of(report["site"]).geometry.bounds
    for row in report["data_basis"]:
        if row["edition"] is None:
            continue
        found = next((one for one in _held(store, row) if one.checksum == row["checksum"]), None)
        name = f"{row['layer']} {row['edition']}" + (f"/{row['part']}" if row["part"] else "")
        if found is None:
            text = Text(f"数据版本 {name} 已不存在或已换成别的数据", f"Edition {name} is gone")
            yield Note("edition_gone", text)
            continue
        fault = _unreadable(store, found, box)
        if fault is not None:
            text = Text(
                f"数据版本 {name} 无法读取：{fault.fact.zh}",
                f"Edition {name} cannot be read: {fault.fact.en}",
            )
            yield Note("edition_gone", text)
    for layer, name in edition_ids(report["site"].get("context") or ()):
        if all(edition.id != name for edition in store.editions(layer)):
            text = Text(
                f"附图背景所用的数据版本 {layer} {name} 已不存在",
                f"Edition {layer} {name}, drawn around the site, is gone",
            )
            yield Note("edition_gone", text)
    known = {_version(standing.assessment) for standing in store.standings(report["known_at"])}
    for name in _assessments(report):
        if name not in known:
            text = Text(f"区域评估成果 {name} 已不存在", f"Assessment {name} is gone")
            yield Note("assessment_gone", text)


def _held(store: Archive, row: Json) -> list[Edition]:
    return [
        edition
        for edition in store.editions(row["layer"])
        if edition.key == row["edition"] and edition.part == row["part"]
    ]


def _unreadable(
    store: Archive, edition: Edition, box: tuple[float, float, float, float]
) -> LantuError | None:
    try:
        if store.specs()[edition.layer].geometry == "raster":
            store.raster(edition)
        else:
            store.read(edition, box)
    except LantuError as error:
        if error.passes:
            raise
        return error
    return None


def _assessments(report: Json) -> list[str]:
    """Assessments that decisions rest on, and those that set indicators."""
    used = [item["assessment"] for item in report["inheritance"] if item["assessment"]]
    names = [f"{one['code']}@{one['version']}" for one in used]
    given = [row["source"] for row in report["indicators"]]
    names += [source["id"] for source in given if source["kind"] == "assessment"]
    return list(dict.fromkeys(names))


def _version(assessment: object) -> str:
    return f"{getattr(assessment, 'code', '')}@{getattr(assessment, 'version', '')}"


def rules_changed(report: Json, rulebook: Rulebook) -> Iterator[Note]:
    """Yield the packs whose content is not what the report names by digest."""
    now = {pack.name: pack.digest for pack in rulebook.packs}
    changed = [
        pack["name"]
        for pack in report["rulebook"]["packs"]
        if now.get(pack["name"]) != pack["digest"]
    ]
    for name in changed:
        text = Text(
            f"检测规则库 {name} 已不是出具报告时的内容",
            f"Rule pack {name} is not what it was when the report was written",
        )
        yield Note("rule_changed", text)
    if not changed and rulebook.digest != report["rulebook"]["digest"]:
        text = Text(
            "项目事实或指标清单已不是出具报告时的内容",
            "The lists of facts and indicators are not what they were when it was written",
        )
        yield Note("rule_changed", text)


def happened_since(report: Json, store: Archive) -> Iterator[Note]:
    """Yield what came later; the report stands, but a new check may answer otherwise."""
    now = {_version(one.assessment): one.state for one in store.standings()}
    for name in _assessments(report):
        state = now.get(name)
        if state in {"withdrawn", "suspended", "superseded"}:
            word = STATE_WORDS[state]
            text = Text(f"区域评估成果 {name} 此后{word.zh}", f"Assessment {name} since: {word.en}")
            yield Note(f"assessment_{state}", text)
    yield from _sheets_since(report, store)
    as_of = date.fromisoformat(report["as_of"])
    for layer in dict.fromkeys(row["layer"] for row in report["data_basis"]):
        held = store.editions(layer)
        then = pick(held, as_of=as_of, known_at=report["known_at"])
        if pick(held, as_of=as_of, known_at=None) != then:
            text = Text(f"图层 {layer} 此后有新的数据版本", f"Layer {layer} has newer editions")
            yield Note("newer_edition", text)
    before = store.pack_folders(known_at=report["known_at"])
    for name, folder in sorted(store.pack_folders().items()):
        used = any(pack["name"] == name for pack in report["rulebook"]["packs"])
        if used and before.get(name) != folder:
            text = Text(f"规则库 {name} 此后有修改", f"Rule pack {name} was changed since")
            yield Note("newer_rules", text)


def _sheets_since(report: Json, store: Archive) -> Iterator[Note]:
    """Yield the departments' sheets of indicators that no longer hold."""
    if not isinstance(store, SheetStore):
        return
    lives = latest(store.records.of(SUBJECT))
    now = {f"{code}@{version}": record.state for (code, version), record in lives.items()}
    given = [row["source"] for row in report["indicators"]]
    names = [source["id"] for source in given if source["kind"] == "department" and source["id"]]
    for name in dict.fromkeys(names):
        if now.get(name) in {"withdrawn", "superseded"}:
            word = RECORD_WORDS[now[name]]
            text = Text(f"部门指标清单 {name} 此后{word.zh}", f"Sheet {name} since: {word.en}")
            yield Note(f"sheet_{now[name]}", text)
