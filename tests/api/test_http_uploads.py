"""Hostile uploads over HTTP: each is stopped with a clear answer, and nothing stays behind."""

import io
import json
import socket
import struct
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.uploads import safe_file_name
from gis.site_formats import limits
from tests.api.test_http_jobs import wait_for
from tests.support.service import Service, own_copy, running

CHECKS = "/api/v1/checks"
WKT = "SRID=4548;POLYGON((604000 2710800,604100 2710800,604100 2710900,604000 2710800))"
PLACE = "118.03,24.49 118.04,24.49 118.04,24.50 118.03,24.49"


@pytest.fixture(scope="module")
def service(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = own_copy(town_workspace, tmp_path_factory.mktemp("http_uploads") / "workspace")
    with running(place) as service:
        yield service


@pytest.fixture
def planner(service: Service) -> TestClient:
    return service.client("planner")


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Uploads go to a private folder that is gone with the answer."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("lantu")] == []


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port where nobody may call; whoever does is noted."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def answer() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                calls.append("called")
                connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], calls
        stop.set()
        thread.join()
    assert calls == []


def refused(client: TestClient, name: str, content: bytes, *codes: str) -> str:
    answer = client.post(CHECKS, files={"site": (name, content)})
    document = answer.json()
    assert answer.status_code in {400, 413, 422}, answer.status_code
    assert document["code"] in codes, document["code"]
    assert "/tmp" not in answer.text
    return str(document["fact"]["en"])


def packed(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_zip_bombs(planner: TestClient) -> None:
    refused(planner, "a.zip", packed({"a.geojson": b"0" * 60_000_000}), "zip_bomb")
    nested = packed({"a.zip": packed({"a.geojson": b"0" * 60_000_000})})
    refused(planner, "a.kmz", nested, "unknown_format")
    many = packed({f"{n}.txt": b"" for n in range(limits.MAX_ARCHIVE_MEMBERS + 1)})
    refused(planner, "many.zip", many, "zip_bomb", "too_many_members")


def test_a_zip_that_climbs_out(planner: TestClient, tmp_path: Path) -> None:
    content = packed({"../../escaped.wkt": WKT.encode(), "/etc/escaped.wkt": WKT.encode()})
    planner.post(CHECKS, files={"site": ("a.zip", content)})
    assert not list(tmp_path.parent.rglob("escaped*"))
    assert not Path("/etc/escaped.wkt").exists()


def test_external_entities_are_not_read(
    planner: TestClient, tmp_path: Path, listener: tuple[int, list[str]]
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET-118.03,24.49")
    for target in (secret.as_uri(), f"http://127.0.0.1:{listener[0]}/x"):
        kml = (
            f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "{target}">]>'
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>&x;</name><Polygon>'
            f"<outerBoundaryIs><LinearRing><coordinates>{PLACE}</coordinates></LinearRing>"
            "</outerBoundaryIs></Polygon></Placemark></kml>"
        )
        answer = planner.post(CHECKS, files={"site": ("a.kml", kml.encode())})
        assert answer.status_code in {400, 422}
        assert "TOP-SECRET" not in answer.text


def test_entities_that_grow(planner: TestClient) -> None:
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    kml = f'<?xml version="1.0"?><!DOCTYPE kml [{entities}]><kml><name>&a9;</name></kml>'
    answer = planner.post(CHECKS, files={"site": ("a.kml", kml.encode())})
    assert answer.status_code in {400, 422}


def test_network_links_are_not_followed(
    planner: TestClient, listener: tuple[int, list[str]]
) -> None:
    link = f"http://127.0.0.1:{listener[0]}/x.kml"
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link>'
        f"<href>{link}</href></Link></NetworkLink></Document></kml>"
    )
    answer = planner.post(CHECKS, files={"site": ("a.kml", kml.encode())})
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["vrt", "gpkg", "shp", "geojson", "dxf"])
def test_drivers_that_fetch_are_not_reached(
    planner: TestClient, listener: tuple[int, list[str]], name: str
) -> None:
    target = f"/vsicurl/http://127.0.0.1:{listener[0]}/x.geojson"
    vrt = (
        f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{target}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    for content in (vrt, target, f"http://127.0.0.1:{listener[0]}/x"):
        answer = planner.post(CHECKS, files={"site": (f"a.{name}", content.encode())})
        assert answer.status_code in {400, 422}
        assert planner.post(CHECKS, json={"site": content}).status_code in {400, 422}


@pytest.mark.parametrize("name", ["a.vrt", "a.gml", "a.geojson", "a.xml", "a.zip"])
def test_layers_are_published_from_the_upload_alone(
    service: Service, listener: tuple[int, list[str]], name: str
) -> None:
    target = f"/vsicurl/http://127.0.0.1:{listener[0]}/x.geojson"
    vrt = (
        f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{target}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    ).encode()
    content = packed({"a.vrt": vrt}) if name.endswith(".zip") else vrt
    admin = service.client("admin")
    form = {"edition": name, "currency": "2026-11-01", "coverage": "workspace", "accuracy_m": "1"}
    place = "/api/v1/layers/control.yellow_line/editions"
    answer = admin.post(place, files={"file": (name, content)}, data=form)
    state = wait_for(admin, answer.headers["location"])
    assert state["state"] == "failed"
    assert state["error"]["code"] != "internal_fault"


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\evil.wkt",
        "/etc/passwd",
        "/vsicurl/http://localhost/x.wkt",
        "a\x00b.wkt",
        "CON:..wkt",
        "-rf.wkt",
        "." * 300,
        "名" * 300 + ".wkt",
    ],
)
def test_names_do_not_lead_out(planner: TestClient, tmp_path: Path, name: str) -> None:
    safe = safe_file_name(name)
    assert Path(safe).name == safe
    assert not set(safe) & set('/\\:\x00*?"<>|')
    assert 0 < len(safe.encode()) <= 255
    assert safe not in {".", ".."}
    answer = planner.post(CHECKS, files={"site": (name, WKT.encode())})
    assert answer.status_code in {200, 201, 400, 422}
    assert not list(tmp_path.parent.rglob("evil*"))


def test_oversized_geometry(planner: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_VERTICES", 1_000)
    ring = [[118.03 + n * 1e-6, 24.49] for n in range(2_000)]
    shape = {"type": "Polygon", "coordinates": [[*ring, [118.03, 24.5], ring[0]]]}
    refused(planner, "a.geojson", json.dumps(shape).encode(), "too_many_vertices")


def test_a_geometry_that_claims_to_be_huge(planner: TestClient) -> None:
    record = struct.pack(">ii", 1, 2**30) + struct.pack("<i4dii", 5, 0, 0, 1, 1, 2**30, 2**30)
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(record)) // 2)
    head += struct.pack("<ii8d", 1000, 5, 0, 0, 1, 1, 0, 0, 0, 0)
    content = packed({"a.shp": head + record, "a.shx": head, "a.dbf": b"", "a.prj": b""})
    answer = planner.post(CHECKS, files={"site": ("a.zip", content)})
    assert answer.status_code in {400, 422}


def test_deep_documents(planner: TestClient) -> None:
    deep = b"[" * 200_000
    for name in ("a.geojson", "a.json"):
        assert planner.post(CHECKS, files={"site": (name, deep)}).status_code in {400, 422}
    kind = {"Content-Type": "application/json"}
    assert planner.post(CHECKS, content=deep, headers=kind).status_code == 400
    facts = planner.post(CHECKS, json={"site": WKT, "project": "[" * 200_000})
    assert facts.status_code in {400, 422}
    aliases = "a: &a [x]\n" + "b: [" + ",".join(["*a"] * 10) + "]"
    assert planner.post(CHECKS, json={"site": WKT, "project": aliases}).status_code == 422


def test_a_script_in_a_name_stays_a_text(planner: TestClient) -> None:
    document = {
        "type": "Feature",
        "properties": {"name": "<script>alert(1)</script>"},
        "geometry": {
            "type": "Polygon",
            "coordinates": [
                [[118.03, 24.49], [118.031, 24.49], [118.031, 24.491], [118.03, 24.49]]
            ],
        },
    }
    made = planner.post(CHECKS, json={"site": document})
    assert made.status_code in {200, 201}
    for key in ("html", "map"):
        assert "<script>alert(1)" not in planner.get(made.json()["links"][key]).text
