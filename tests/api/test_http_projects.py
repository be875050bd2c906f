"""Projects over HTTP: added, changed, red lines, imported, seen in the portfolio."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.support.served import empty_workspace
from tests.support.service import Service, running

API = "/api/v1"
SQUARE = "POLYGON((445000 2705000,445100 2705000,445100 2705100,445000 2705100,445000 2705000))"
SHIFTED = "POLYGON((445010 2705000,445110 2705000,445110 2705100,445010 2705100,445010 2705000))"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(empty_workspace(tmp_path / "ws", packs=("cn-base",))) as made:
        yield made


def test_a_project_is_added_changed_and_guarded(service: Service) -> None:
    planner = service.client("planner")
    made = planner.post(f"{API}/projects", json={"name": "电子厂", "district": "甲区"})
    assert made.status_code == 201
    number = made.json()["number"]
    changed = planner.patch(
        f"{API}/projects/{number}", json={"code": "A-1"}, headers={"If-Match": '"1"'}
    )
    assert (changed.json()["code"], changed.json()["version"]) == ("A-1", 2)
    late = planner.patch(
        f"{API}/projects/{number}", json={"name": "乙"}, headers={"If-Match": '"1"'}
    )
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert planner.get(f"{API}/projects/A-1").json()["number"] == number
    assert planner.post(f"{API}/projects", json={"name": "丙", "code": "A-1"}).status_code == 409
    assert planner.post(f"{API}/projects", json={"name": " "}).status_code == 422
    assert planner.get(f"{API}/projects/none").status_code == 404


def test_a_district_sees_and_writes_its_own(service: Service) -> None:
    planner = service.client("planner")
    planner.post(f"{API}/projects", json={"name": "甲", "district": "甲区"})
    planner.post(f"{API}/projects", json={"name": "乙", "district": "乙区"})
    district = service.client("scheduler", login="east", district="甲区")
    assert [row["name"] for row in district.get(f"{API}/projects").json()["items"]] == ["甲"]
    foreign = district.get(f"{API}/projects?district=乙区").json()["items"]
    assert foreign == []
    theirs = planner.get(f"{API}/projects?district=乙区").json()["items"][0]["number"]
    assert district.get(f"{API}/projects/{theirs}").status_code == 404
    assert district.patch(f"{API}/projects/{theirs}", json={"name": "丙"}).status_code == 404
    assert district.post(
        f"{API}/projects", json={"name": "丁", "district": "乙区"}
    ).status_code == 403  # fmt: skip
    own = district.post(f"{API}/projects", json={"name": "戊"})
    assert own.json()["district"] == "甲区"
    moved = district.patch(f"{API}/projects/{own.json()['number']}", json={"district": "乙区"})
    assert moved.status_code == 403


def test_pages_follow_each_other(service: Service) -> None:
    planner = service.client("planner")
    for name in "甲乙丙":
        planner.post(f"{API}/projects", json={"name": name})
    first = planner.get(f"{API}/projects?limit=2").json()
    second = planner.get(f"{API}/projects?limit=2&after={first['next']}").json()
    assert [row["name"] for row in first["items"] + second["items"]] == ["甲", "乙", "丙"]
    assert second["next"] is None


def test_red_lines_are_versions_with_a_difference(service: Service) -> None:
    planner = service.client("planner")
    number = planner.post(f"{API}/projects", json={"name": "甲"}).json()["number"]
    place = f"{API}/projects/{number}/sites"
    for wkt, kind in ((SQUARE, "preselection"), (SHIFTED, "survey")):
        made = planner.post(
            place, json={"site": f"SRID=4548;{wkt}", "kind": kind, "surveyed_on": "2026-11-01"}
        )
        assert made.status_code == 201, made.text
    items = planner.get(place).json()["items"]
    assert [(item["no"], item["kind"], item["area_m2"]) for item in items] == [
        (1, "preselection", 10_000),
        (2, "survey", 10_000),
    ]
    found = planner.get(f"{place}/1/2").json()
    assert (found["added_size"], found["removed_size"]) == (1_000, 1_000)
    assert planner.get(f"{place}/1/9").status_code == 404
    assert planner.post(place, json={"site": SQUARE, "kind": "survey"}).status_code == 422
    assert planner.post(
        place, json={"site": f"SRID=4548;{SQUARE}", "kind": "fence"}
    ).json()["code"] == "unknown_kind"  # fmt: skip


def upload(text: str) -> dict[str, tuple[str, bytes]]:
    return {"file": ("周报.csv", text.encode("gb18030"))}


def test_a_weekly_list_is_looked_at_compared_and_confirmed(service: Service) -> None:
    scheduler = service.client("scheduler")
    week = "项目名称,代码,所在区,备注\n电子厂,A-1,甲区,急\n学校,,乙区,\n"
    looked = scheduler.post(f"{API}/imports/look", files=upload(week)).json()
    assert looked["columns"] == {
        "项目名称": "name", "代码": "code", "所在区": "district", "备注": "own",
    }  # fmt: skip
    assert looked["sample"][0]["备注"] == "急"
    columns = json.dumps({**looked["columns"], "备注": "lead"}, ensure_ascii=False)
    made = scheduler.post(f"{API}/imports", files=upload(week), data={"columns": columns}).json()
    assert made["summary"]["add"] == 2
    done = scheduler.post(f"{API}/imports/{made['id']}/confirm", json={"chosen": [1, 2]})
    assert done.json() == {"added": 2, "changed": 0}
    assert scheduler.get(f"{API}/projects/A-1").json()["lead"] == "急"
    again = scheduler.post(f"{API}/imports/{made['id']}/confirm", json={"chosen": [1]})
    assert again.status_code == 409
    next_week = week.replace("急", "缓")
    made = scheduler.post(f"{API}/imports", files=upload(next_week)).json()  # the map is kept
    assert made["summary"] == {"add": 0, "change": 1, "same": 1, "refused": 0, "missing": 0}
    assert made["differences"][0]["after"] == {"lead": "缓"}
    assert scheduler.delete(f"{API}/imports/{made['id']}").status_code == 204
    assert scheduler.get(f"{API}/projects/A-1").json()["lead"] == "急"


def test_a_district_imports_only_its_own_rows(service: Service) -> None:
    service.client("planner").post(
        f"{API}/projects", json={"name": "别区", "code": "B-1", "district": "乙区"}
    )
    district = service.client("scheduler", login="east", district="甲区")
    text = "项目名称,代码,所在区\n电子厂,,\n学校,,乙区\n夺来,B-1,甲区\n"
    made = district.post(f"{API}/imports", files=upload(text)).json()
    assert [row["act"] for row in made["differences"]] == ["add", "refused", "add"]
    taken = district.post(f"{API}/imports/{made['id']}/confirm", json={"chosen": [1, 3]})
    assert (taken.status_code, taken.json()["code"]) == (409, "code_taken")
    assert district.get(f"{API}/projects").json()["items"] == []  # all of it or nothing
    other = service.client("scheduler", login="west", district="乙区")
    assert other.get(f"{API}/imports/{made['id']}").status_code == 404
    stolen = other.post(f"{API}/imports/{made['id']}/confirm", json={"chosen": [1]})
    assert stolen.status_code == 403


def test_the_portfolio_shows_lights_and_numbers(service: Service) -> None:
    planner, scheduler = service.client("planner"), service.client("scheduler")
    number = planner.post(
        f"{API}/projects",
        json={"name": "=甲", "phase": "active", "next_due": "2020-01-01",
              "columns": {"投资": "3亿"}},
    ).json()["number"]  # fmt: skip
    planner.post(f"{API}/projects", json={"name": "乙"})
    checked = planner.post(
        f"{API}/checks", json={"site": f"SRID=4548;{SQUARE}", "project_code": number}
    )
    assert checked.status_code == 201, checked.text
    document = scheduler.get(f"{API}/portfolio").json()
    counts = document["numbers"]
    assert (counts["all"], counts["reserve"], counts["active"], counts["overdue"]) == (2, 1, 1, 1)
    first = document["rows"][0]
    assert (first["number"], first["light"]) == (number, "grey")  # nothing is published
    assert first["days_late"] > 0
    only = scheduler.get(f"{API}/portfolio?only=overdue").json()
    assert [row["number"] for row in only["rows"]] == [number]
    assert only["numbers"] == counts
    sheet = scheduler.get(f"{API}/portfolio/sheet.xlsx")
    cells = list(load_workbook(io.BytesIO(sheet.content)).worksheets[0].values)
    assert cells[0][-1] == "投资"
    assert (cells[1][2], cells[1][-1]) == ("'=甲", "3亿")
    assert planner.get(f"{API}/portfolio").status_code == 403


def test_who_may_not_write_leaves_no_file(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights are asked before an upload is kept."""
    planner = service.client("planner")
    number = planner.post(f"{API}/projects", json={"name": "甲", "district": "甲区"}).json()[
        "number"
    ]
    kept: list[bytes] = []
    keep = service.services.workspace.put_document
    monkeypatch.setattr(
        service.services.workspace,
        "put_document",
        lambda content: kept.append(content) or keep(content),
    )
    place, file = f"{API}/projects/{number}/sites", ("a.wkt", f"SRID=4548;{SQUARE}".encode())
    foreign = service.client("scheduler", login="west", district="乙区")
    for client in (foreign, service.client("builder", login="b")):
        answer = client.post(place, files={"site": file}, data={"kind": "survey"})
        assert answer.status_code in {403, 404}
    assert kept == []
    own = planner.post(place, files={"site": file}, data={"kind": "survey"})
    assert (own.status_code, len(kept)) == (201, 1)
