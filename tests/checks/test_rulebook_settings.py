"""An office sets what a rule leaves open, with its source; what law fixes it cannot set."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from api.cli.main import main
from checks.facts import Project
from checks.findings import basis_on, off_file
from checks.report.schema import report_schema
from checks.rule import Number, OfAttribute, Rulebook
from checks.rulebook.diff import diff_rules, diff_scenarios
from checks.rulebook.load import load_rulebook
from checks.screening import choose_scenario, screen
from gis.errors import LantuError
from layers.catalog import LayerSpec, Title
from tests.support.memory_store import MemoryStore, site_of

RULES = """
- code: OF-01
  title: {zh: 甲, en: A}
  layer: o.road
  test: {within_distance: {distance_m: d, inner: near}}
  severity: condition
  verdict_family: distance
  values:
    d: {unit: m, '2000-01-01': {value: 20}, '2010-01-01': {table: []}, '2020-01-01': {value: 30}}
    near: {unit: m, '2000-01-01': {table: []}}
    fixed: {unit: m, '2000-01-01': {value: 5}}
  basis: [{title: 某法, force: in_force, valid_from: '2000-01-01'}]
  say: &say
    affected: {zh: 命中, en: hit}
    clear: {zh: 未命中, en: clear}
    not_assessed: {zh: 未检测, en: not assessed}
  authority: 某部门
- code: OF-02
  title: {zh: 乙, en: B}
  layer: o.road
  test: {share_over: {share: s}}
  severity: needs_approval
  verdict_family: involve
  values: {s: {unit: '1', '2000-01-01': {table: []}}}
  basis: [{title: 本单位设定（待注明来源）, force: internal}]
  say: *say
  authority: 某部门
"""
SOURCE = "source: {title: 本局办法, article: 第二条, valid_from: '2015-01-01', force: internal}"
SETTING = f"""settings:
- rule: OF-01
  {SOURCE}
  values:
    d: {{'2012-01-01': {{value: 25}}, '2016-01-01': {{value: '@width'}}}}
"""
SPECS = {
    "o.road": LayerSpec(
        key="o.road",
        title=Title(zh="路", en="Road"),
        theme="safety",
        geometry="line",
        authority="某部门",
    )
}


def folder(shelf: Path, name: str, rules: str = "", settings: str = "", over: str = "") -> Path:
    place = shelf / name
    (place / "rules").mkdir(parents=True)
    (place / "pack.yaml").write_text(f"name: {name}\nover: [{over}]\n", encoding="utf-8")
    if rules:
        (place / "rules" / "r.yaml").write_text(rules, encoding="utf-8")
    if settings:
        (place / "settings.yaml").write_text(settings, encoding="utf-8")
    return place


def book(shelf: Path, settings: str = SETTING, top: str = "office") -> Rulebook:
    folder(shelf, "base", RULES)
    folder(shelf, "office", settings=settings, over="base")
    folders = {item.name: item for item in shelf.iterdir()}
    return load_rulebook([top], folders, layer_specs=SPECS)


def value_on(rulebook: Rulebook, name: str, day: str) -> object:
    entry = rulebook.rules["OF-01"].values[name].on(date.fromisoformat(day))
    return "open" if entry is None or entry.unset else entry.value


def test_only_the_open_days_are_filled(tmp_path: Path) -> None:
    told = book(tmp_path)
    days = ["2009-12-31", "2010-01-01", "2011-12-31", "2012-01-01", "2016-01-01", "2020-01-01"]
    assert [value_on(told, "d", day) for day in days] == [
        Number(20.0), "open", "open", Number(25.0), OfAttribute("width"), Number(30.0)
    ]  # fmt: skip
    assert value_on(told, "near", "2026-11-20") == "open"
    rule = told.rules["OF-01"]
    assert dict(rule.set_by) == {"d": "office"}
    assert rule.pack == "base"
    entry = rule.values["d"].on(date(2013, 1, 1))
    assert entry is not None
    assert entry.reference == "《本局办法》第二条"
    assert told.shadowed == (), "a setting covers nothing"


def test_the_source_is_cited_beside_the_law_and_in_place_of_a_frames_remark(tmp_path: Path) -> None:
    both = (
        SETTING + f"- rule: OF-02\n  {SOURCE}\n  values: {{s: {{'2015-01-01': {{value: 0.1}}}}}}\n"
    )
    told = book(tmp_path, both)
    cited = {
        code: [basis.title for basis in basis_on(rule, date(2026, 11, 20))]
        for code, rule in told.rules.items()
    }
    assert cited == {"OF-01": ["某法", "本局办法"], "OF-02": ["本局办法"]}
    early = off_file(told.rules["OF-02"], date(2014, 12, 31))
    assert early is not None
    assert early[0] == "not_assessed"


FAULTS = {
    "fixed": (SETTING.replace("d: {", "fixed: {"), "value_fixed", 5, "values.fixed", "by law"),
    "no_rule": (SETTING.replace("OF-01", "OF-1"), "unknown_rule", 2, "rule", "did you mean OF-01"),
    "no_value": (SETTING.replace("    d:", "    dd:"), "unknown_value", 5, "values.dd", "near"),
    "unit": (
        SETTING.replace("d: {", "d: {unit: km, "),
        "bad_rule",
        5,
        "values.d.unit",
        "is m, not km",
    ),
    "open": (SETTING.replace("{value: 25}", "{table: []}"), "bad_rule", 5, "2012-01-01", "nothing"),
    "repeal": (SETTING.replace("value: 25", "value: null"), "bad_rule", 5, "2012-01-01", "repeals"),
    "negative": (SETTING.replace("25", "-25"), "bad_rule", 5, "values.d", "negative"),
    "date": (SETTING.replace("2012-01-01", "2012-13-01"), "bad_rule", 5, "2012-13-01", "a date"),
    "no_source": (SETTING.replace(f"  {SOURCE}\n", ""), "bad_file", 2, "OF-01", "source"),
    "key": (SETTING.replace("  values:", "  note: x\n  values:"), "bad_file", 4, "OF-01", "note"),
    "twice": (
        SETTING + SETTING.removeprefix("settings:\n"),
        "set_twice",
        9,
        "values.d",
        "twice in this",
    ),
    "no_values": (
        SETTING.split("  values:")[0] + "  values: {}\n",
        "bad_file",
        4,
        "OF-01",
        "values",
    ),
    "list": ("- rule: OF-01\n", "bad_file", 1, "settings.yaml", "mapping"),
}


@pytest.mark.parametrize(("text", "code", "line", "keys", "says"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_named_with_its_line(
    text: str, code: str, line: int, keys: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(LantuError) as caught:
        book(tmp_path, text)
    error = caught.value
    assert error.code == code
    assert (error.where or "").startswith(f"office/settings.yaml:{line}")
    assert keys in (error.where or "")
    assert says in error.fact.en
    assert error.hint.zh


def test_what_another_pack_has_set_is_not_set_again(tmp_path: Path) -> None:
    folder(tmp_path, "top", settings=SETTING, over="office")
    with pytest.raises(LantuError, match="set by the pack office") as caught:
        book(tmp_path, top="top")
    assert caught.value.code == "set_twice"


def test_a_setting_is_told_as_a_setting(tmp_path: Path) -> None:
    told = book(tmp_path)
    base = load_rulebook(["base"], {"base": tmp_path / "base"}, layer_specs=SPECS)
    (change,) = diff_rules(base, told)
    assert (change.code, change.direction) == ("OF-01", "set")
    assert {item.key: item.direction for item in change.differences} == {
        "values.d": "set", "basis": "set"
    }  # fmt: skip
    assert diff_rules(base, told, before_on=date(2011, 1, 1), after_on=date(2011, 1, 1)) == ()


# --- lantu rules diff ---------------------------------------------------------------------------

SCENARIOS = "scenarios:\n- {key: a, title: {zh: 甲, en: A}, rules: [%s], required_layers: [%s]}\n"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A workspace, and packs `hard` and `soft` that differ in every kind of thing."""
    area = "590000,2690000,610000,2710000"
    lantu("init", tmp_path / "ws", "--crs", "EPSG:4548", "--area", area, "--packs", "cn-base")
    text = RULES.replace("o.road", "safety.road")
    hard = folder(tmp_path, "hard", text)
    soft_text = (
        text.replace("severity: condition", "severity: notice")
        .replace("'2020-01-01': {value: 30}", "'2020-01-01': {value: 40}")
        .replace("code: OF-02", "code: OF-03")
    )
    soft = folder(tmp_path, "soft", soft_text)
    layers = "safety.road, control.blue_line"
    (hard / "scenarios.yaml").write_text(SCENARIOS % ("all", layers), encoding="utf-8")
    (soft / "scenarios.yaml").write_text(SCENARIOS % ("OF-03", "safety.road"), encoding="utf-8")
    return tmp_path


def lantu(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(arg) for arg in args])
    return done.exit_code, done.stdout


def test_lantu_rules_diff(office: Path) -> None:
    start = ("-w", office / "ws", "rules", "diff", office / "hard", office / "soft")
    code, told = lantu(*start, "--json")
    assert code == 0
    document = json.loads(told)
    assert document["before"]["packs"] == ["hard"]
    rules = {item["code"]: item for item in document["rules"]}
    assert {key: (item["change"], item["direction"]) for key, item in rules.items()} == {
        "OF-01": ("changed", "other"),
        "OF-02": ("removed", "milder"),
        "OF-03": ("added", "stricter"),
    }
    assert {row["key"]: row["direction"] for row in rules["OF-01"]["differences"]} == {
        "severity": "milder", "values.d": "stricter"
    }  # fmt: skip
    row = rules["OF-01"]["differences"][0]
    assert (row["before"]["zh"], row["after"]["en"]) == ("附条件", "notice")
    (scenario,) = document["scenarios"]
    assert {row["key"]: row["direction"] for row in scenario["differences"]} == {
        "rules": "milder", "required_layers": "milder"
    }  # fmt: skip
    assert document["milder"] == ["OF-01", "OF-02", "a"]
    code, told = lantu(*start)
    assert code == 0
    assert "severity（放宽）：附条件 → 提示" in told
    assert "OF-02  乙：取消（放宽）" in told


def test_lantu_rules_diff_of_two_days(office: Path) -> None:
    start = ("-w", office / "ws", "rules", "diff", office / "hard")
    days = ("--as-of", "2005-01-01", "--as-of", "2020-01-01")
    code, told = lantu(*start, *days, "--json")
    assert code == 0
    (change,) = json.loads(told)["rules"]
    assert (change["code"], change["direction"]) == ("OF-01", "stricter")
    (row,) = change["differences"]
    assert (row["key"], row["before"]["zh"], row["after"]["zh"]) == ("values.d", "20 m", "30 m")
    assert lantu(*start)[0] == 2, "one pack and no two days: compared with what?"
    assert lantu(*start, *days, "--as-of", "2021-01-01")[0] == 2
    assert lantu(*start, "nothing-of-this-name")[0] == 1


def test_a_scenario_may_require_all_layers(office: Path) -> None:
    books = []
    for required in ("", "safety.road"):
        (office / "soft" / "scenarios.yaml").write_text(
            SCENARIOS % ("all", required), encoding="utf-8"
        )
        specs = {"safety.road": SPECS["o.road"]}
        books.append(load_rulebook(["soft"], {"soft": office / "soft"}, layer_specs=specs))
    (change,) = diff_scenarios(*books)
    assert [(d.key, d.direction) for d in change.differences] == [("required_layers", "milder")]


def test_every_report_says_what_a_pack_loosens_and_who_set_a_value(tmp_path: Path) -> None:
    base = folder(tmp_path, "base", RULES)
    (base / "scenarios.yaml").write_text(SCENARIOS % ("all", "o.road"), encoding="utf-8")
    first = RULES.split("- code: OF-02")[0]
    milder = first.replace("severity: condition", "severity: notice")
    setting = (
        f"settings:\n- rule: OF-02\n  {SOURCE}\n  values: {{s: {{'2015-01-01': {{value: 0.1}}}}}}\n"
    )
    top = folder(tmp_path, "top", milder, setting, over="base")
    told = load_rulebook(["top"], {"base": base, "top": top}, layer_specs=SPECS)
    store = MemoryStore()
    store.layer("o.road", [shapely.LineString([(0, 5), (10, 5)])], geometry="line")
    site = site_of(shapely.box(0, 0, 10, 10))
    scenario, reason = choose_scenario(told, Project(None, None, {}), site, None)
    report = screen(
        site, project=Project(None, None, {}), scenario=scenario, rulebook=told, store=store,
        as_of=date(2026, 11, 20), reason=reason,
    ).data  # fmt: skip
    assert list(Draft202012Validator(report_schema()).iter_errors(report)) == []
    (limit,) = [note for note in report["limits"] if note["code"] == "rule_loosened"]
    assert limit["zh"] == "规则 OF-01：top 放宽了 base 的 severity"
    assert "rules_left_out" not in {note["code"] for note in report["limits"]}
    values = {f["code"]: f["values"] for f in report["findings"]}
    assert values["OF-02"]["s"]["set_by"] == "top"
    assert values["OF-01"]["d"]["set_by"] is None


def test_a_report_names_the_rules_that_its_scenario_leaves_out(tmp_path: Path) -> None:
    base = folder(tmp_path, "base", RULES)
    (base / "scenarios.yaml").write_text(SCENARIOS % ("OF-02", "o.road"), encoding="utf-8")
    told = load_rulebook(["base"], {"base": base}, layer_specs=SPECS)
    store = MemoryStore()
    store.layer("o.road", [], geometry="line")
    report = screen(
        site_of(shapely.box(0, 0, 10, 10)), project=Project(None, None, {}),
        scenario=told.scenarios["a"], rulebook=told, store=store, as_of=date(2026, 11, 20),
    ).data  # fmt: skip
    (limit,) = [note["zh"] for note in report["limits"] if note["code"] == "rules_left_out"]
    assert limit == "本场景不使用规则库中的 1 条规则：OF-01"
