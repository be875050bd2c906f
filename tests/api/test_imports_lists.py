"""Project lists: read, mapped, compared, confirmed."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from shapely import box

from api.imports.differences import compare
from api.imports.mapping import OWN, checked, suggest
from api.imports.rows import ListedProject, read_rows
from api.imports.sheet import Sheet, read_sheet
from api.records.database import Records
from api.records.imports import confirm, keep_map, map_of, summary, waiting
from api.records.projects import ProjectForm, add, find
from api.records.redlines import newest
from api.records.tables import Import
from checks.facts import fact_specs
from gis.errors import LantuError
from gis.site_formats import SiteContext
from sample_data.projects import write_project_list

AT = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
FACTS = fact_specs()
CONTEXT = SiteContext(crs="EPSG:4548", area=box(0, 0, 1e6, 4e6), local_grids={})
TOWN_BOX = (580_000, 2_690_000, 640_000, 2_730_000)
HEAD = ("项目名称", "项目代码", "所在区", "重点项目", "计划完成", "备注", "红线", "建筑高度")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = Records(f"sqlite:///{tmp_path / 'records.sqlite'}")
    made.create()
    yield made
    made.close()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def listed(sheet: Sheet) -> list[ListedProject | LantuError]:
    mapping = checked(sheet.columns, suggest(sheet.columns, FACTS), FACTS)
    return read_rows(sheet, mapping, facts=FACTS, context=CONTEXT)


def test_a_workbook_and_a_csv_say_the_same() -> None:
    rows = (
        ("名称", "日期", "数"),
        ("甲", date(2026, 1, 2), 12),
        (None, None, None),
        ("乙", "", 1.5),
    )
    book = read_sheet(workbook(*rows), "a.xlsx")
    text = "名称;日期;数\n甲;2026-01-02;12\n\n乙;;1.5\n"
    for encoding in ("utf-8-sig", "gb18030"):
        assert read_sheet(text.encode(encoding), "a.csv") == book
    assert book.rows == (("甲", "2026-01-02", "12"), ("乙", "", "1.5"))
    assert book.numbers == (2, 4)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_list"),
        ("名称\n".encode(), "empty_list"),
        ("名称,名称\n甲,乙\n".encode(), "column_twice"),
        (b"PK\x03\x04 no workbook", "unreadable_list"),
        (b"\xd0\xcf\x11\xe0 old", "unreadable_list"),
        (b"a\x00b", "unreadable_list"),
        (b"\xff\xff\xff,\x80", "unreadable_list"),
        (b'a,b\n"x', "unreadable_list"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(LantuError) as refused:
        read_sheet(content, "list")
    assert refused.value.code == code


def test_columns_are_recognised_by_their_names() -> None:
    assert suggest(HEAD, FACTS) == {
        "项目名称": "name",
        "项目代码": "code",
        "所在区": "district",
        "重点项目": "key_project",
        "计划完成": "next_due",
        "备注": OWN,
        "红线": "wkt",
        "建筑高度": "fact:height_m",
    }


def test_a_mapping_needs_a_name_and_each_meaning_once() -> None:
    for mapping, code in (
        ({"a": "name", "b": "name"}, "meaning_twice"),
        ({"a": "code"}, "no_name_column"),
        ({"a": "colour"}, "unknown_meaning"),
    ):
        with pytest.raises(LantuError) as refused:
            checked(("a", "b"), mapping, FACTS)
        assert refused.value.code == code


def test_a_bad_row_is_refused_and_the_others_stand() -> None:
    sheet = read_sheet(
        workbook(
            HEAD,
            ("电子厂", "A-1", "甲区", "是", "2026年12月1日", "急", "", "23.5"),
            ("学校", "", "", "也许", "", "", "", ""),
            ("医院", "", "", "", "2026-13-01", "", "", ""),
            ("仓库", "", "", "", "", "", "POLYGON((0 0,1 1,0 1))", ""),
        ),
        "a.xlsx",
    )
    good, *bad = listed(sheet)
    assert isinstance(good, ListedProject)
    assert good.form.facts == {"height_m": 23.5}
    assert (good.form.key_project, good.form.next_due) == (True, date(2026, 12, 1))
    assert good.form.columns == {"备注": "急"}
    assert [item.code for item in bad[:2] if isinstance(item, LantuError)] == ["bad_cell"] * 2
    assert isinstance(bad[2], LantuError)
    assert "第 5 行" in (bad[2].where or "")


def test_a_list_is_compared_confirmed_and_compared_again(records: Records) -> None:
    wkt = "POLYGON((500000 2700000,500100 2700000,500100 2700100,500000 2700100,500000 2700000))"
    with records.writing() as session:
        form = ProjectForm(name="电子厂", code="A-1", district="甲区")
        add(session, form, at=AT, by=None)
        add(session, ProjectForm(name="旧项目"), at=AT, by=None)
    sheet = read_sheet(
        workbook(
            HEAD,
            ("电子厂二期", "A-1", "甲区", "否", "", "", "", ""),
            ("学校", "", "乙区", "", "", "", wkt, ""),
        ),
        "a.xlsx",
    )
    with records.writing() as session:
        found = compare(session, listed(sheet))
        assert [(row["act"], row.get("name")) for row in found] == [
            ("change", "电子厂二期"),
            ("add", "学校"),
            ("missing", "旧项目"),
        ]
        assert (found[0]["before"], found[0]["after"]) == (
            {"name": "电子厂"},
            {"name": "电子厂二期"},
        )
        assert summary(found) == {"add": 1, "change": 1, "same": 0, "refused": 0, "missing": 1}
        held = Import(
            map="周报", file="a.xlsx", document="0" * 64, differences=found, at=AT.isoformat()
        )
        session.add(held)
        keep_map(session, "周报", {"名称": "name"}, at=AT)
        session.flush()
        number = held.id
    with records.writing() as session:
        assert map_of(session, "周报") == {"名称": "name"}
        one = waiting(session, number)
        with pytest.raises(LantuError) as refused:
            confirm(session, one, [3], crs="EPSG:4548", at=AT, by=None)
        assert refused.value.code == "unknown_difference"
        assert confirm(session, one, [1, 2], crs="EPSG:4548", at=AT, by=None) == {
            "added": 1,
            "changed": 1,
        }
    with records.writing() as session:
        school = find(session, "P2026-0003")
        line = newest(session, school.id)
        assert line is not None
        assert line.area_m2 == pytest.approx(10_000)
        assert find(session, "A-1").name == "电子厂二期"
        again = compare(session, listed(sheet))
        assert [row["act"] for row in again] == ["same", "same", "missing"]
        with pytest.raises(LantuError) as refused:
            waiting(session, number)
        assert refused.value.code == "wrong_state"


def test_two_rows_of_one_project_are_not_both_it(records: Records) -> None:
    with records.writing() as session:
        add(session, ProjectForm(name="电子厂"), at=AT, by=None)
        sheet = read_sheet("项目名称\n电子厂\n电子厂\n".encode(), "a.csv")
        assert [row["act"] for row in compare(session, listed(sheet))] == ["same", "add"]


def test_the_list_of_the_demo_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    write_project_list(path, AT.date())
    area = box(*TOWN_BOX)
    sheet = read_sheet(path.read_bytes(), path.name)
    mapping = checked(sheet.columns, suggest(sheet.columns, FACTS), FACTS)
    assert [column for column, meaning in mapping.items() if meaning == OWN] == ["总投资（亿元）"]
    context = SiteContext(crs="EPSG:4548", area=area, local_grids={})
    found = read_rows(sheet, mapping, facts=FACTS, context=context)
    assert [item for item in found if isinstance(item, LantuError)] == []
    assert len(found) == 24
    assert sum(item.site is None for item in found if isinstance(item, ListedProject)) == 4
