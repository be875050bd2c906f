"""Projects and their red lines, on both databases."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import shapely
from shapely import box

from api.records.database import Records
from api.records.projects import Place, ProjectForm, add, change, facts_of, find, search
from api.records.redlines import RedLine, add_version, diff, newest_of_all, site_of, versions
from checks.facts import fact_specs
from gis.errors import LantuError
from gis.site import Site
from tests.support import records as fixtures

AT = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
CRS = "EPSG:4548"

sqlite_address = fixtures.sqlite_address
postgres_records_address = fixtures.postgres_records_address
address = fixtures.address
records = fixtures.records


def site(shape: shapely.Geometry, name: str = "红线") -> Site:
    return Site(name, shape, crs=CRS, source_crs=CRS)


def test_a_project_has_a_number_before_it_has_a_code(records: Records) -> None:
    with records.writing() as session:
        first = add(session, ProjectForm(name="电子厂"), at=AT, by=None)
        second = add(session, ProjectForm(name="学校", code="2026-350205-01"), at=AT, by=None)
        assert (first.number, second.number) == ("P2026-0001", "P2026-0002")
        assert find(session, "2026-350205-01").number == find(session, "P2026-0002").number
    with records.writing() as session:
        third = add(session, ProjectForm(name="医院"), at=AT.replace(year=2027), by=None)
        assert third.number == "P2027-0001"


def test_numbers_go_on_after_the_ten_thousandth(records: Records) -> None:
    with records.writing() as session:
        for number in ("P2026-9999", "P2026-10000"):
            add(session, ProjectForm(name="甲"), at=AT, by=None).number = number
        session.flush()
        assert add(session, ProjectForm(name="乙"), at=AT, by=None).number == "P2026-10001"


def test_a_code_belongs_to_one_project(records: Records) -> None:
    with records.writing() as session:
        add(session, ProjectForm(name="甲", code="A-1"), at=AT, by=None)
    with records.writing() as session, pytest.raises(LantuError) as refused:
        add(session, ProjectForm(name="乙", code=" A-1 "), at=AT, by=None)
    assert refused.value.code == "code_taken"
    with records.writing() as session, pytest.raises(LantuError) as refused:
        add(session, ProjectForm(name="  "), at=AT, by=None)
    assert refused.value.code == "project_unnamed"


def test_a_change_tells_what_differs_and_needs_the_version_it_came_from(records: Records) -> None:
    with records.writing() as session:
        add(session, ProjectForm(name="甲", year=2026, facts={"height_m": 20}), at=AT, by=None)
    with records.writing() as session:
        project = find(session, "P2026-0001")
        form = ProjectForm(name="甲", year=None, facts={"works": "building"})
        assert change(session, project, form, version=1, at=AT) == {
            "year": (2026, None),
            "facts": ({"height_m": 20}, {"height_m": 20, "works": "building"}),
        }
        assert project.version == 2
        with pytest.raises(LantuError) as refused:
            change(session, project, ProjectForm(name="乙"), version=1, at=AT)
        assert refused.value.code == "changed_meanwhile"
        assert project.name == "甲"


def test_facts_stored_are_the_facts_of_a_file(records: Records) -> None:
    with records.writing() as session:
        form = ProjectForm(name="甲", facts={"height_m": 23.5, "linear": False})
        project = add(session, form, at=AT, by=None)
        told = facts_of(project, fact_specs())
    assert told.code == "P2026-0001"
    assert told.facts == {"height_m": 23.5, "linear": False}


def test_a_search_takes_words_as_they_are(records: Records) -> None:
    with records.writing() as session:
        for name, district in (("100%电站", "甲区"), ("1000电站", "乙区")):
            place = Place(address="海沧大道")
            add(session, ProjectForm(name=name, district=district, place=place), at=AT, by=None)
    with records.reading() as session:
        assert [one.name for one in session.scalars(search(words="100%"))] == ["100%电站"]
        assert [one.name for one in session.scalars(search(district="乙区"))] == ["1000电站"]


def test_red_lines_are_versions_and_differ_by_what_was_added_and_removed(
    records: Records,
) -> None:
    with records.writing() as session:
        project = add(session, ProjectForm(name="甲"), at=AT, by=None)
        chosen = RedLine("preselection")
        survey = RedLine("survey", surveyor="测绘队", surveyed_on=date(2026, 11, 1))
        add_version(session, project, site(box(0, 0, 100, 50)), chosen, at=AT, by=None)
        add_version(session, project, site(box(10, 0, 120, 50)), survey, at=AT, by=None)
        again = add_version(session, project, site(box(10, 0, 120, 50)), survey, at=AT, by=None)
        assert again.no == 2
        older, newer = versions(session, project.id)
        found = diff(older, newer)
        assert (found.added_size, found.removed_size) == (20 * 50, 10 * 50)
        assert newest_of_all(session)[project.id].no == 2
        assert site_of(newer).geometry.equals(box(10, 0, 120, 50))
        line = site(shapely.LineString([(0, 0), (9, 0)]))
        add_version(session, project, line, chosen, at=AT, by=None)
        with pytest.raises(LantuError) as refused:
            diff(newer, versions(session, project.id)[-1])
        assert refused.value.code == "not_comparable"
