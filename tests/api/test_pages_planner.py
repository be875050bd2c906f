"""The calls behind 用地检测: sites as read, what is asked, the same site again, whom to ask."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from api.records.tables import Project, SiteVersion, Task
from tests.layers.ingest_helpers import put
from tests.support.service import AT, Service, own_copy, running

SQUARE = "SRID=4548;POLYGON((604700 2710400,604800 2710400,604800 2710500,604700 2710500,604700 2710400))"  # noqa: E501
BOW = "SRID=4548;POLYGON((604700 2710400,604800 2710500,604800 2710400,604700 2710500,604700 2710400))"  # noqa: E501


@pytest.fixture(scope="module")
def service(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(own_copy(town_workspace, tmp_path_factory.mktemp("pages") / "ws")) as made:
        yield made


@pytest.fixture
def planner(service):
    return service.client("planner")


def geojson(*shapes, crs=None, name="一号地"):
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": shape} for shape in shapes
    ]
    document = {"type": "FeatureCollection", "features": features}
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    return document


def square(x=604_700, y=2_710_400, side=100):
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_site_is_shown_as_read(planner):
    answer = planner.post("/api/v1/sites/preview", json={"site": SQUARE})
    assert answer.status_code == 200
    (one,) = answer.json()["sites"]
    site = one["site"]
    assert (site["area_m2"], site["area_ha"], site["area_mu"]) == (10_000.0, 1.0, 15.0)
    assert "中央经线117°" in site["crs"]["zh"]
    west, south, east, north = answer.json()["bounds"]
    assert 118.0 < west < east < 118.1
    assert 24.4 < south < north < 24.6
    assert one["shape"]["type"] == "Polygon"


def test_a_refused_site_stands_beside_the_others_with_its_remedy(planner):
    bow = {"type": "Polygon", "coordinates": [[
        [604_700, 2_710_400], [604_800, 2_710_500], [604_800, 2_710_400],
        [604_700, 2_710_500], [604_700, 2_710_400],
    ]]}  # fmt: skip
    asked = {"site": geojson(square(605_000), bow, crs=4548)}
    good, bad = planner.post("/api/v1/sites/preview", json=asked).json()["sites"]
    assert good["error"] is None
    assert bad["site"] is None
    assert (bad["error"]["code"], bad["error"]["remedy"]) == (
        "repair_needs_consent",
        "accept_repair",
    )
    asked["accept_repair"] = True
    _, mended = planner.post("/api/v1/sites/preview", json=asked).json()["sites"]
    assert mended["site"]["area_m2"] == pytest.approx(5_000.0)  # two triangles of 100 x 50 / 2


def test_nobody_previews_without_an_account(service):
    answer = service.client("viewer").post("/api/v1/sites/preview", json={"site": SQUARE})
    assert answer.status_code == 401


def prepared(client, **fields):
    answer = client.post("/check/prepare", files={key: (None, str(v)) for key, v in fields.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_facts_asked_are_those_that_findings_ask_for(planner):
    """Counted once more from the report's own questions."""
    html = prepared(planner, site=SQUARE)["html"]
    report = planner.post("/api/v1/checks", json={"site": SQUARE}).json()["report"]
    asking = [f for f in report["findings"] if f["question"] and "height_m" in f["question"]["zh"]]
    asking += [
        one
        for one in report["inheritance"]
        if any(
            "height_m" in json.dumps(row["evidence"].get("question"), ensure_ascii=False)
            for row in one["criteria"]
            if row["effect"] == "decisive"
        )
    ]
    asking += [one for one in report["services"] if "height_m" in str(one["question"])]
    assert asking
    part = html[html.index('data-key="fact-height_m"') :]
    assert f"影响 {len(asking)} 项" in part[:400]
    assert 'data-key="fact-nuclear"' not in html  # no layer near here asks for it


def test_an_answered_fact_leads_to_its_scenario(planner):
    plain = prepared(planner, site=SQUARE)
    school = prepared(planner, site=SQUARE, project='{"works": "building", "use": "school"}')
    assert plain["scenario"] == "screening"
    assert school["scenario"] == "binjiang_sensitive"
    assert "工程类别（works）为房屋建筑" in school["html"]
    counts = school["html"][school["html"].index('class="counts"') :][:900]
    assert "<b>14</b>应检" in counts  # the fourteen layers that the town's pack requires of schools
    assert "<b>1</b>缺" in counts  # soil_pollution_list was never published


def test_one_of_several_sites_is_checked(planner):
    asked = json.dumps(geojson(square(), square(605_000, side=200), crs=4548))
    second = prepared(planner, site=asked, n=2)
    assert second["n"] == 2
    fields = {"site": (None, asked), "n": (None, "2")}
    made = planner.post("/check/run", files=fields).json()
    report = planner.get(f"/api/v1/reports/{made['id']}").json()
    assert report["site"]["area_m2"] == 40_000.0
    merged = prepared(planner, site=asked, merge="true")
    assert [one["site"]["area_m2"] for one in merged["preview"]["sites"]] == [50_000.0]
    refused = planner.post("/check/prepare", files={"site": (None, asked), "n": (None, "-1")})
    assert refused.status_code == 400


def test_the_same_site_again_keeps_what_was_noted_of_its_file(planner):
    shape = {"type": "Polygon", "coordinates": [[
        [118.0321, 24.4987], [118.0331, 24.4987], [118.0331, 24.4996], [118.0321, 24.4996],
        [118.0321, 24.4987],
    ]]}  # fmt: skip
    asked = {"site": geojson(shape, crs=4326)}
    first = planner.post("/api/v1/checks", json=asked)
    report = first.json()["report"]
    named = first.headers["location"].rsplit("/", 1)[1]
    made = planner.post(f"/check/result/{named}/again", json={"answers": {"height_m": "24"}})
    assert made.status_code == 200, made.text
    again = planner.get(f"/api/v1/reports/{made.json()['id']}").json()
    assert again["project"]["facts"] == {"height_m": 24}
    assert again["site"] == report["site"]
    assert report["site"]["accuracy_m"] == 1.0  # WGS 84 counts as CGCS2000 with a metre added
    notes = [limit["code"] for limit in report["limits"]]
    assert [one["code"] for one in again["limits"]] == notes
    back = planner.post(
        f"/check/result/{made.json()['id']}/again", json={"answers": {"height_m": None}}
    )
    assert back.json()["id"] == named


def test_issuing_from_the_page_is_for_those_who_may(service, planner):
    made = planner.post("/check/run", files={"site": (None, SQUARE)}).json()
    issued = planner.post(f"/check/result/{made['id']}/again", json={"issue": True}).json()
    assert issued["number"].startswith("LT-")
    builder = service.client("builder")
    own = builder.post("/check/run", files={"site": (None, SQUARE)}).json()
    refused = builder.post(f"/check/result/{own['id']}/again", json={"issue": True})
    assert refused.status_code == 403


def test_a_department_is_asked_once(service, planner):
    made = planner.post("/check/run", files={"site": (None, SQUARE)}).json()
    asked = {"department": "水利局", "rule": "PF-01", "title": "占用永久基本农田", "text": "请核实"}
    place = f"/check/result/{made['id']}/ask"
    first, second = (planner.post(place, json=asked).json() for _ in range(2))
    assert first == second
    with service.services.records.reading() as session:
        task = session.scalars(select(Task).where(Task.id == first["id"])).one()
    assert task.subject == f"report:{made['id']}#PF-01"
    assert "已征求 水利局" in planner.get(f"/check/result/{made['id']}").json()["html"]
    assert "占用永久基本农田" in planner.get("/check").text
    assert planner.post(place, json={**asked, "department": " "}).status_code == 422
    reader = service.client("authority", login="water", department="水利局")
    assert reader.get(f"/check/result/{made['id']}").status_code == 200


def test_a_plot_is_given_whole(planner):
    found = planner.get("/check/plots", params={"lon": 118.0321, "lat": 24.4987})
    if found.status_code == 200:
        plot = found.json()[0]
        (one,) = planner.post("/api/v1/sites/preview", json={"site": plot["text"]}).json()["sites"]
        assert one["site"]["area_m2"] == pytest.approx(plot["area_m2"])
    nowhere = planner.get("/check/plots", params={"lon": 10, "lat": 10})
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "no_plot")


def test_a_project_brings_its_facts_and_its_newest_red_line(service, planner):
    import shapely

    with service.services.records.writing() as session:
        project = Project(
            number="P-77",
            name="50%_工程",
            facts={"works": "building"},
            created_at=AT,
            changed_at=AT,
        )
        session.add(project)
        session.flush()
        for no, side in ((1, 50), (2, 100)):
            shape = shapely.box(604_700, 2_710_400, 604_700 + side, 2_710_400 + side)
            session.add(
                SiteVersion(
                    project_id=project.id, no=no, kind="survey", name=f"v{no}", crs="EPSG:4548",
                    wkb=shapely.to_wkb(shape), created_at=AT,
                )
            )  # fmt: skip
    found = planner.get("/check/project/P-77").json()
    assert found["facts"] == {"works": "building"}
    (one,) = planner.post("/api/v1/sites/preview", json={"site": found["site"]["text"]}).json()[
        "sites"
    ]
    assert (one["name"], one["site"]["area_m2"]) == ("50%_工程", 10_000.0)
    names = [
        row["name"] for row in planner.get("/check/find", params={"q": "%_工"}).json()["projects"]
    ]
    assert names == ["50%_工程"]
    assert planner.get("/check/find", params={"q": "%%"}).json()["projects"] == []
    assert service.client("builder").get("/check/project/P-77").status_code == 404


def test_history_says_which_reports_rest_on_older_data(service, town_workspace):
    client = service.client("planner", login="historian")
    client.post("/check/run", files={"site": (None, SQUARE)})
    assert "数据已更新" not in client.get("/check").text
    file = town_workspace.parent / "town" / "control_eco_redline.geojson"
    day = date(2026, 10, 31)
    put(service.services.workspace, file, "control.eco_redline", edition="2026b", currency=day)
    page = client.get("/check").text
    assert "数据已更新" in page
    assert 'title="生态保护红线"' in page
    client.post("/check/run", files={"site": (None, SQUARE)})
    assert client.get("/check").text.count("数据已更新") == 1  # the new report has the new data


def test_what_a_file_holds_is_inert(planner):
    hostile = "<img src=x onerror=alert(1)>\"'`{{7*7}}"
    made = planner.post(
        "/check/run", files={"site": (None, json.dumps(geojson(square(), crs=4548, name=hostile)))}
    ).json()
    page = planner.get("/check", params={"report": made["id"]}).text
    assert "<img src=x" not in made["html"] + page
    assert "&lt;img src=x" in made["html"]


def test_the_comparison_asks_for_two_and_refuses_what_is_not_there(planner):
    html = {"accept": "text/html"}
    assert "至少要两份检测" in planner.get("/check/compare", headers=html).text
    assert planner.get("/check/compare?report=nothing", headers=html).status_code == 404
