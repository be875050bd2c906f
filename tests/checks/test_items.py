"""The catalogue of items and the register of authorities: what ships, dates, refusals."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import main
from checks.classes.rule import Catalogue
from checks.classes.services import authority_names
from checks.classes.words import explain_item
from checks.rule import Rulebook
from checks.rulebook.load import load_rulebook
from gis.errors import LantuError
from layers.catalog import shipped_specs
from tests.support.classes_pack import pack

DATA = Path(__file__).parents[1] / "data"
PACKS = ("cn-base", "xiamen-haicang", "guangdong", "yangjiang", "zhejiang")


@lru_cache
def book(name: str) -> Rulebook:
    return load_rulebook([name], {}, layer_specs=shipped_specs())


def catalogue(name: str) -> Catalogue:
    found = book(name).catalogue
    assert found is not None
    return found


def codes(name: str) -> set[str]:
    return set((DATA / name).read_text(encoding="utf-8").split())


def test_item_codes_are_for_life() -> None:
    # a line of the file is never taken out; a new code is added to it
    assert codes("item_codes.txt") == set(catalogue("cn-base").items)


def test_class_codes_are_for_life() -> None:
    found = {code for name in PACKS for code in catalogue(name).entries}
    assert codes("class_codes.txt") == found


@pytest.mark.parametrize("name", PACKS)
def test_every_item_asked_for_is_in_the_catalogue(name: str) -> None:
    found = catalogue(name)
    asked = {
        rule.action.item for rule in book(name).rules.values() if rule.action and rule.action.item
    }
    asked |= {item for entry in found.entries.values() for item in entry.all_items()}
    assert asked - set(found.items) == set()


@pytest.mark.parametrize(
    ("pack_name", "item", "day", "name"),
    [
        ("cn-base", "I061", date(2026, 1, 1), "住房城乡建设主管部门"),
        ("xiamen-haicang", "I061", date(2018, 8, 15), "区建设局"),
        ("xiamen-haicang", "I061", date(2023, 12, 12), "区建设局"),
        ("xiamen-haicang", "I061", date(2023, 12, 13), "区建设与交通局"),
        ("xiamen-haicang", "I088", date(2020, 1, 1), "区农林水利局"),
        ("xiamen-haicang", "I088", date(2024, 1, 1), "区农业农村局"),
        ("xiamen-haicang", "I002", date(2020, 1, 1), "海沧规划分局、海沧国土房产分局"),
        # two offices became one: its name stands once
        ("xiamen-haicang", "I002", date(2024, 1, 1), "市资源规划局海沧分局"),
        # today's body is not in the sources: the general name
        ("xiamen-haicang", "I090", date(2020, 1, 1), "区安监局"),
        ("xiamen-haicang", "I090", date(2024, 1, 1), "应急管理部门"),
        ("yangjiang", "I061", date(2026, 1, 1), "阳江市住房城乡建设局"),
        ("zhejiang", "I061", date(2026, 1, 1), "住房城乡建设主管部门"),
    ],
)
def test_departments_by_day(pack_name: str, item: str, day: date, name: str) -> None:
    found = catalogue(pack_name)
    assert authority_names(found.items[item], found.authorities, day) == name


@pytest.mark.parametrize(
    ("item", "day", "there"),
    [
        ("I045", date(2018, 8, 14), True),
        ("I045", date(2018, 8, 15), False),
        ("I100", date(2018, 8, 15), False),
        ("I040", date(2018, 8, 15), True),
        ("I055", date(2018, 8, 15), False),
    ],
)
def test_items_leave_the_catalogue(item: str, day: date, *, there: bool) -> None:
    assert catalogue("xiamen-haicang").items[item].in_force(day) is there


@pytest.mark.parametrize(
    ("item", "day", "how"),
    [
        ("I044", date(2018, 8, 14), "filing"),
        ("I044", date(2018, 8, 15), "merged"),
        ("I070", date(2021, 6, 29), "approval"),
        ("I070", date(2021, 6, 30), "filing"),
        ("I069", date(2021, 4, 30), "internal"),
        ("I013", date(2026, 1, 1), "filing"),
    ],
)
def test_how_an_item_is_handled_by_day(item: str, day: date, how: str) -> None:
    assert catalogue("xiamen-haicang").items[item].how_on(day) == how


ITEM = """items:
  - code: T001
    name: {zh: 甲, en: A}
    authority: [land]
    stage: land
    how: approval
    basis: [甲法]
"""


def test_a_pack_adds_an_item(tmp_path: Path) -> None:
    found = pack(tmp_path, items=ITEM).catalogue
    assert found is not None
    assert len(found.items) == 106


def test_a_pack_restates_an_item(tmp_path: Path) -> None:
    found = pack(tmp_path, items=ITEM.replace("T001", "I040")).catalogue
    assert found is not None
    assert (found.items["I040"].pack, len(found.items)) == ("t", 105)


@pytest.mark.parametrize(
    ("items", "authorities", "code", "says", "where"),
    [
        (ITEM.replace("stage: land", "stage: moon"), "", "bad_file", "moon", "t/items.yaml:5"),
        (ITEM.replace("how: approval", "how: maybe"), "", "bad_file", "maybe", "t/items.yaml:6"),
        (ITEM.replace("[land]", "[lands]"), "", "unknown_item", "lands", "T001: authority"),
        (ITEM.replace("[land]", "[]"), "", "bad_file", "authority", "t/items.yaml:4"),
        (ITEM.replace("[甲法]", "[]"), "", "bad_file", "basis", "t/items.yaml:7"),
        (ITEM + "    days: 0\n", "", "bad_file", "days", "t/items.yaml:8"),
        (ITEM + "    term: 3\n", "", "bad_file", "term", "t/items.yaml:8"),
        (ITEM + ITEM.removeprefix("items:\n"), "", "duplicate_rule", "T001", "T001"),
        (
            ITEM + "    valid_from: 2021-01-02\n    valid_to: 2021-01-01\n",
            "",
            "bad_rule",
            "2021-01-01",
            "T001",
        ),
        (
            "",
            "authorities:\n  - {key: moon, names: [{name: 月, source: 甲}]}\n",
            "bad_rule",
            "moon",
            "moon",
        ),
        (
            "",
            "authorities:\n  - {key: land, names: [{name: 局}]}\n",
            "bad_file",
            "source",
            "t/authorities.yaml:2",
        ),
    ],
)
def test_a_broken_file_is_refused(
    tmp_path: Path, items: str, authorities: str, code: str, says: str, where: str
) -> None:
    with pytest.raises(LantuError) as caught:
        pack(tmp_path, items=items, authorities=authorities)
    assert caught.value.code == code
    assert says in caught.value.fact.en
    assert where in (caught.value.where or "")


def test_an_item_is_explained() -> None:
    told = explain_item(book("xiamen-haicang"), "I084", day=date(2020, 1, 1))
    for words in ("地质灾害危险性评估", "海沧国土房产分局", "立项用地规划许可", "GP-01", "XH-W01"):
        assert words in told.zh
    assert (
        "not in the catalogue"
        in explain_item(book("xiamen-haicang"), "I045", day=date(2020, 1, 1)).en
    )
    with pytest.raises(LantuError):
        explain_item(book("cn-base"), "I999", day=date(2020, 1, 1))


def test_every_item_can_be_explained() -> None:
    for code in catalogue("xiamen-haicang").items:
        told = explain_item(book("xiamen-haicang"), code, day=date(2026, 11, 20))
        assert "None" not in told.zh + told.en


def test_lantu_rules_explain(tmp_path: Path) -> None:
    office = tmp_path / "office"

    def lantu(*args: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, [str(arg) for arg in args])
        return done.exit_code, done.stdout

    packs = ("--packs", "cn-base,xiamen-haicang")
    area = "590000,2690000,610000,2710000"
    lantu("init", office, "--crs", "EPSG:4548", "--area", area, *packs)
    code, out = lantu("-w", office, "rules", "explain", "XH-C02", "--as-of", "2021-04-06")
    assert (code, "当日无效" in out) == (0, True)
    code, out = lantu("-w", office, "rules", "explain", "I061", "--json")
    assert (code, json.loads(out)["code"]) == (0, "I061")
    assert lantu("-w", office, "rules", "explain", "I999")[0] == 1
