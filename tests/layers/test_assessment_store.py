"""Assessments in the store: reading, life, replay, totals under concurrency."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely

from gis.errors import LantuError
from layers.assessment_document import assessment_of, read_assessment
from layers.assessments import in_question
from layers.store import assessment_table
from layers.store.assessment_table import Act
from layers.store.ledger import used
from layers.store.workspace import Workspace
from tests.layers.assessment_helpers import AT, BY, DAY, published, read, square, written
from tests.layers.store_helpers import draft, make_workspace, table
from tests.support.stores import reopened

pytestmark = pytest.mark.usefixtures("both_stores")

LIMIT = {"name": "建筑面积", "fact": "floor_area_m2", "unit": "m2", "limit": "10000"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def code_of(caught: pytest.ExceptionInfo[LantuError]) -> str:
    return caught.value.code


# --- reading ------------------------------------------------------------------------------------


def test_a_full_file_is_read_and_kept_bit_by_bit(workspace: Workspace, tmp_path: Path) -> None:
    held = read(
        workspace,
        tmp_path,
        park={"code": "A", "name": "甲园"},
        review={"body": "评审会", "date": "2025-01-01", "conclusion": "通过", "public": "true",
                "joint": {"name": "多评合一", "lead": "发改局", "kinds": ["a", "b"]}},
        acknowledged=[{"authority": "资源局", "document": "1号", "date": "2025-02-01"}],
        blocks=[{"id": "A-1", "state": "open"}],
        valid_to="2026-11-20",
        envelope=[{"fact": "height_m", "max": "24", "when": {"fact": "use", "eq": "factory"}}],
        totals=[LIMIT],
        admission={"industries": ["C39"]},
        negative={"uses": []},
        commitments=[{"zh": "按要求支护", "en": "Support as required"}],
        duties=[{"text": "场平", "done": "false"}],
        events=[{"date": "2026-01-01", "type": "landslide"}],
        approval_items=[{"code": "I084", "effect": "waived"}],
    )  # fmt: skip
    one = held.assessment
    assert (one.extent.area, one.crs) == (1e6, "EPSG:4548")
    assert one.envelope is not None
    assert (one.envelope[0].max, one.envelope[0].min) == (24.0, None)
    assert one.admission is not None
    assert (one.admission.industries, one.admission.uses) == (("C39",), None)
    assert one.negative is not None
    assert one.negative.uses == ()
    assert one.treats is None
    assert one.review is not None
    assert one.review.public is True
    assert assessment_of(held.document) == one


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"heigth": "1"}, "bad_file", "heigth"),
        ({"envelope": [{"fact": "height_m", "maximum": "1"}]}, "bad_file", "maximum"),
        ({"valid_from": "2025"}, "bad_file", "valid_from"),
        ({"valid_to": "2024-12-31"}, "bad_file", "2024-12-31"),
        ({"issuer": None}, "bad_file", "issuer"),
        ({"partial_coverage": {"rule": "shared"}}, "bad_file", "shared"),
        ({"totals": [LIMIT | {"limit": "viel"}]}, "bad_file", "viel"),
        ({"totals": [LIMIT, LIMIT]}, "bad_file", "totals"),
        ({"extent": "nowhere.geojson"}, "file_missing", "nowhere"),
        ({"extent": "park_boundary"}, "no_park_boundary", "park"),
        ({"extent": square(470_000, 2_706_000, 10)}, "outside_area", ""),
        ({"extent": {"type": "LineString", "crs": "EPSG:4548",
                     "coordinates": [[441000, 2706000], [441500, 2706000]]}},
         "extent_not_polygon", "polygon"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused(
    workspace: Workspace, tmp_path: Path, changes: dict[str, Any], code: str, says: str
) -> None:
    with pytest.raises(LantuError) as caught:
        read(workspace, tmp_path, **changes)
    assert caught.value.code == code
    assert says in caught.value.fact.en


def test_the_extent_comes_from_a_file_or_the_park(workspace: Workspace, tmp_path: Path) -> None:
    wkt = tmp_path / "extent.wkt"
    wkt.write_text(
        "SRID=4548;POLYGON((441000 2706000,441100 2706000,441100 2706100,441000 2706000))"
    )
    assert read(workspace, tmp_path, extent="extent.wkt").assessment.extent.area == 5000
    assert read(workspace, tmp_path, extent=str(wkt)).assessment.extent_source == "extent.wkt"
    workspace.publish(
        draft("park.boundary"),
        table(
            [
                shapely.box(441_000, 2_706_000, 441_300, 2_706_100),
                shapely.box(450_000, 2_710_000, 450_001, 2_710_001),
            ],
            park_code=["A", "B"],
        ),
    )  # fmt: skip
    park = {"code": "A", "name": "甲园"}
    one = read(workspace, tmp_path, extent="park_boundary", park=park).assessment
    assert (one.extent.area, one.extent_source) == (30_000, "park.boundary e1")
    early = date(2025, 12, 31)
    path = written(tmp_path, extent="park_boundary", park=park)
    with pytest.raises(LantuError) as caught:
        read_assessment(path, store=workspace, as_of=early, grids={})
    assert code_of(caught) == "no_park_boundary"


# --- life ---------------------------------------------------------------------------------------


def test_every_act_is_a_revision_with_who_when_why(workspace: Workspace, tmp_path: Path) -> None:
    start = workspace.revision
    standing = published(workspace, tmp_path)
    assert (standing.state, workspace.revision) == ("published", start + 3)
    code = standing.assessment.code
    detail = {"authority": "资源局", "document": "1号", "date": "2026-01-01"}
    act = Act(AT, "资源局经办", None, detail)
    workspace.assessment_event(code, None, "acknowledge", act)
    workspace.assessment_event(code, None, "acknowledge", act)
    why = Act(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "管委会", "滑坡")
    suspended = workspace.assessment_event(code, None, "suspend", why)
    assert workspace.revision == start + 5
    last = suspended.history[-1]
    assert (last.event, last.who, last.why) == ("suspend", "管委会", "滑坡")
    assert last.at == "2026-11-20T12:00:00+00:00"
    assert [item.authority for item in suspended.acknowledged or ()] == ["资源局"]
    states = [workspace.standings(start + n)[0].state for n in range(1, 6)]
    assert states == ["draft", "submitted", "published", "published", "suspended"]
    assert workspace.standings(start) == ()
    assert workspace.assessment_event(code, None, "publish", BY).state == "published"
    assert workspace.assessment_event(code, None, "withdraw", BY).state == "withdrawn"
    with pytest.raises(LantuError) as caught:
        workspace.assessment_event(code, None, "publish", BY)
    assert code_of(caught) == "wrong_state"


def test_a_published_one_is_never_edited(workspace: Workspace, tmp_path: Path) -> None:
    held = read(workspace, tmp_path)
    workspace.add_assessment(held.assessment, held.document, BY)
    redrafted = read(workspace, tmp_path, title="更名")
    workspace.add_assessment(redrafted.assessment, redrafted.document, BY)
    before = workspace.revision
    workspace.add_assessment(redrafted.assessment, redrafted.document, BY)
    assert workspace.revision == before
    code = held.assessment.code
    for event in ("submit", "publish"):
        workspace.assessment_event(code, None, event, BY)
    assert workspace.standing(code).assessment.title == "更名"
    with pytest.raises(LantuError) as caught:
        workspace.add_assessment(held.assessment, held.document, BY)
    assert code_of(caught) == "assessment_exists"
    with pytest.raises(LantuError) as caught:
        workspace.assessment_event("nobody", None, "submit", BY)
    assert code_of(caught) == "unknown_assessment"


def test_a_new_version_supersedes_in_the_same_revision(
    workspace: Workspace, tmp_path: Path
) -> None:
    published(workspace, tmp_path)
    before = workspace.revision
    published(workspace, tmp_path, version="2", valid_from="2026-06-01")
    after = workspace.standings()
    assert [item.state for item in after] == ["superseded", "published"]
    assert [item.state for item in workspace.standings(workspace.revision - 1)] == [
        "published", "submitted"
    ]  # fmt: skip
    assert workspace.revision == before + 3

    def speaks(day: date) -> str:
        (one,) = in_question(workspace.standings(), day)
        return one.assessment.version

    # the correction begins on 2026-06-01: before that day the first version still speaks
    assert [speaks(date(2026, 5, 31)), speaks(date(2026, 6, 1))] == ["1", "2"]
    workspace.assessment_event("PARK-A.geological_hazard", "2", "suspend", BY)
    assert speaks(DAY) == "2"


@pytest.mark.folder_only
@pytest.mark.parametrize(
    "missing",
    [("records", "ledger", "assessment_events"), ("records",)],
)
def test_an_older_catalogue_is_brought_up(
    workspace: Workspace, tmp_path: Path, missing: tuple[str, ...]
) -> None:
    import sqlite3

    workspace.close()
    connection = sqlite3.connect(workspace.path / "catalogue.sqlite")
    for name in (*missing, "releases", "store_version"):
        connection.execute(f"DROP TABLE {name}")
    connection.execute(f"PRAGMA user_version={1 if 'ledger' in missing else 2}")
    connection.close()
    opened = reopened(tmp_path)
    assert opened.standings() == ()
    assert opened.records.of("indicators") == ()
    assert opened.releases.all() == ()
    assert published(opened, tmp_path).state == "published"


# --- totals -------------------------------------------------------------------------------------


def amount(text: str) -> dict[str, Decimal]:
    return {"建筑面积": Decimal(text)}


def test_reserve_commit_release(workspace: Workspace, tmp_path: Path) -> None:
    park = published(workspace, tmp_path, totals=[LIMIT])
    code = park.assessment.code
    workspace.reserve(park, "P1", amount("6000.1"), BY)
    before = workspace.revision
    workspace.reserve(park, "P1", amount("6000.1"), BY)
    assert workspace.revision == before, "the same reservation changes nothing"
    with pytest.raises(LantuError) as caught:
        workspace.reserve(park, "P2", amount("3999.91"), BY)
    assert code_of(caught) == "quota_exceeded"
    assert "left 3999.9" in caught.value.fact.en
    workspace.reserve(park, "P2", amount("3999.9"), BY)
    assert used(workspace.holdings(code), "建筑面积") == 10_000
    workspace.reserve(park, "P1", amount("6000"), BY)  # its own reservation does not count
    workspace.commit(park, "P1", BY)
    pinned = workspace.revision
    with pytest.raises(LantuError) as caught:
        workspace.reserve(park, "P1", amount("5000"), BY)
    assert code_of(caught) == "already_committed"
    workspace.reserve(park, "P1", amount("6000"), BY)
    workspace.release(park, "P1", BY)
    workspace.release(park, "P1", BY)
    assert workspace.revision == pinned + 1
    with pytest.raises(LantuError) as caught:
        workspace.commit(park, "P1", BY)
    assert code_of(caught) == "no_reservation"
    assert used(workspace.holdings(code), "建筑面积") == Decimal("3999.9")
    replayed = workspace.holdings(code, pinned)
    assert {item.project: (item.act, item.amount) for item in replayed} == {
        "P1": ("commit", Decimal(6000)), "P2": ("reserve", Decimal("3999.9"))
    }  # fmt: skip


def test_nothing_is_reserved_of_what_is_not_published(workspace: Workspace, tmp_path: Path) -> None:
    park = published(workspace, tmp_path, totals=[LIMIT])
    workspace.assessment_event(park.assessment.code, None, "suspend", BY)
    with pytest.raises(LantuError) as caught:
        workspace.reserve(park, "P1", amount("1"), BY)
    assert code_of(caught) == "wrong_state"
    free = published(workspace, tmp_path, code="FREE")
    with pytest.raises(LantuError) as caught:
        workspace.reserve(free, "P1", {}, BY)
    assert code_of(caught) == "no_totals"
    workspace.assessment_event(park.assessment.code, None, "publish", BY)
    for amounts, code in (({}, "amount_missing"), (amount("-1"), "bad_amount")):
        with pytest.raises(LantuError) as caught:
            workspace.reserve(park, "P1", amounts, BY)
        assert code_of(caught) == code


def test_a_hundred_tries_on_the_last_quota(workspace: Workspace, tmp_path: Path) -> None:
    """100 projects ask for 0.1 of a total of 1 at once: ten get it, nobody sees a lock error."""
    park = published(workspace, tmp_path, totals=[LIMIT | {"limit": "1"}])

    def ask(number: int) -> str:
        opened = reopened(tmp_path)
        try:
            opened.reserve(park, f"P{number}", amount("0.1"), BY)
        except LantuError as error:
            return error.code
        finally:
            opened.close()
        return "done"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(100)))
    assert (answers.count("done"), answers.count("quota_exceeded")) == (10, 90)
    assert used(workspace.holdings(park.assessment.code), "建筑面积") == 1


def test_drafts_that_were_written_over_are_not_held(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessment_table, "MOST_READ", 0)
    for number in range(6):
        held = read(workspace, tmp_path, depth=f"draft {number}")
        workspace.add_assessment(held.assessment, held.document, BY)
        assert workspace.standing("PARK-A.geological_hazard").assessment == held.assessment
    assert len(workspace._assessments._read) <= 2
