"""`lantu verify`: the same again, and each way in which a report is not what it was."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.report.canonical import canonical, digest_of
from checks.rulebook import packs as rulebook_packs
from tests.api.test_cli_check import X, Y, box, done, geojson, office, rule, run

__all__ = ["office"]


@pytest.fixture
def checked(office: Path, tmp_path: Path) -> Path:
    """The report of a square whose right half, 5 000 m², is touched; the reader sees secrets."""
    return written(office, geojson(tmp_path / "site.geojson", box(0, 0, 100, 100), names=("甲",)))


def written(office: Path, *args: object) -> Path:
    out = office.parent / "out"
    done("-w", office, "check", *args, "--packs", "office", "--as-of", "2026-06-01", "--out", out)
    return out / "1" / "report.json"


def verified(office: Path, report: Path, code: int = 0) -> Any:
    result = run("-w", office, "verify", report, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def codes(answer: Any, key: str = "reasons") -> list[str]:
    return [note["code"] for note in answer[key]]


def altered(report: Path, change: Callable[[Any], None], *, sealed: bool = False) -> Path:
    document = json.loads(report.read_bytes())
    change(document)
    if sealed:
        document["digest"] = digest_of(document)
    path = report.with_name("altered.json")
    path.write_bytes(canonical(document))
    return path


def test_a_report_is_found_again(office: Path, checked: Path) -> None:
    answer = verified(office, checked)
    assert answer == {
        "result": "identical",
        "reasons": [],
        "since": [],
        "differences": [],
        "count": 0,
    }
    text = run("-w", office, "verify", checked)
    assert text.exit_code == 0
    assert "一致" in text.output


@pytest.mark.parametrize(
    "more", [(), ("--confidential",), ("--issue",), ("--issue", "--version", "outside")], ids=str
)
@pytest.mark.parametrize(
    "site",
    [
        # a line drawn from east to west, two parts in an order of their own, an island
        f"LINESTRING({X + 300} {Y + 50},{X} {Y + 50})",
        f"MULTILINESTRING(({X + 300} {Y + 50},{X} {Y + 50}),({X - 50} {Y},{X - 90} {Y}))",
        (
            f"MULTIPOLYGON((({X + 90} {Y},{X + 190} {Y},{X + 190} {Y + 10},{X + 90} {Y})),"
            f"(({X} {Y},{X} {Y + 20},{X + 20} {Y + 20},{X} {Y})))"
        ),
        (
            f"POLYGON(({X} {Y},{X + 200} {Y},{X + 200} {Y + 99},{X} {Y}),"
            f"({X + 100} {Y + 10},{X + 110} {Y + 10},{X + 110} {Y + 20},{X + 100} {Y + 10}))"
        ),
    ],
    ids=["line", "lines", "parts", "hole"],
)
def test_every_kind_of_site_is_found_again(office: Path, site: str, more: tuple[str, ...]) -> None:
    report = written(office, f"SRID=4548;{site}", *more)
    assert verified(office, report)["result"] == "identical"


def test_notes_of_the_site_file_are_kept(office: Path, tmp_path: Path) -> None:
    """Longitude and latitude: WGS 84 counts as CGCS2000 with a metre added, which is noted."""
    lon, lat = 118.0005, 24.40
    ring = [[lon, lat], [lon + 1e-3, lat], [lon + 1e-3, lat + 1e-3], [lon, lat]]
    path = tmp_path / "wgs.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    feature = {
        "type": "Feature",
        "properties": {"名称": "乙", "面积": "1.5"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    document = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    path.write_text(json.dumps(document), encoding="utf-8")
    report = written(office, path)
    assert json.loads(report.read_bytes())["site"]["accuracy_m"] == 1.0
    assert verified(office, report)["result"] == "identical"


def test_later_data_and_rules_leave_the_report_as_it_was(
    office: Path, checked: Path, tmp_path: Path
) -> None:
    source = geojson(tmp_path / "new.geojson", box(0, 0, 10, 10))
    done("-w", office, "publish", "a.red", source, "--edition", "e2", "--currency", "2026-02-01",
         "--coverage", "workspace", "--accuracy", "0")  # fmt: skip
    pack = tmp_path / "office"
    (pack / "rules" / "a.yaml").write_text(rule("OF-01", "a.red", "notice"), encoding="utf-8")
    done("-w", office, "rules", "add", pack)
    answer = verified(office, checked)
    assert answer["result"] == "identical"
    assert codes(answer, "since") == ["newer_edition", "newer_rules"]


def test_an_altered_number_is_named(office: Path, checked: Path) -> None:
    def smaller(document: Any) -> None:
        found = next(one for one in document["findings"] if one["code"] == "OF-01")
        found["measures"]["area_m2"] = 4999.0

    answer = verified(office, altered(checked, smaller), 1)
    assert answer["result"] == "differs"
    assert codes(answer) == ["tampered"]
    assert answer["differences"] == [
        {"path": "findings[OF-01].measures.area_m2", "stored": 4999.0, "found": 5000.0}
    ]
    sealed = verified(office, altered(checked, smaller, sealed=True), 1)
    assert codes(sealed) == ["unexplained"]
    assert sealed["count"] == 1


def test_an_altered_verdict_note_or_fact_is_found(office: Path, checked: Path) -> None:
    def milder(document: Any) -> None:
        document["conclusion"]["colour"] = "green"

    def promise(document: Any) -> None:
        document["limits"].append({"code": "ok", "zh": "可以建设", "en": "may be built"})

    assert verified(office, altered(checked, milder), 1)["differences"] == [
        {"path": "conclusion.colour", "stored": "green", "found": "red"}
    ]
    answer = verified(office, altered(checked, promise), 1)
    assert codes(answer) == ["tampered"]
    assert {one["path"].split("[")[0] for one in answer["differences"]} == {"limits"}


def test_another_engine_is_said_and_answers_are_compared(office: Path, checked: Path) -> None:
    def older(document: Any) -> None:
        document["engine"]["version"] = "0.0.9"
        document["findings"][0]["say"] = {"zh": "旧话", "en": "old words"}
        document["findings"][0]["measures"]["area_m2"] += 5e-7

    answer = verified(office, altered(checked, older, sealed=True))
    assert answer["result"] == "equal"
    assert codes(answer) == ["engine_differs"]

    def off(document: Any) -> None:
        older(document)
        document["findings"][0]["measures"]["area_m2"] += 2e-6

    answer = verified(office, altered(checked, off, sealed=True), 1)
    assert answer["count"] == 1
    assert answer["differences"][0]["path"].endswith("measures.area_m2")


def test_an_edition_that_is_gone_is_named(office: Path, checked: Path) -> None:
    for path in (office / "layers" / "a.red").glob("*.gpkg"):
        path.unlink()
    answer = verified(office, checked, 1)
    assert codes(answer) == ["edition_gone"]
    assert "a.red e1" in answer["reasons"][0]["en"]
    paths = [one["path"] for one in answer["differences"]]
    assert "findings[OF-01].state" in paths
    assert not [path for path in paths if "OF-02" in path]


def test_rules_that_are_not_those_of_the_report_are_named(office: Path, checked: Path) -> None:
    def other(document: Any) -> None:
        document["rulebook"]["packs"][0]["digest"] = "0" * 64

    assert codes(verified(office, altered(checked, other, sealed=True), 1)) == ["rule_changed"]
    shutil.rmtree(office / "packs")
    answer = verified(office, checked, 1)
    assert codes(answer) == ["rules_gone"]
    assert answer["differences"] == []


def test_an_issued_report_keeps_the_rules_of_the_program(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's own pack changes, as in an update: the copy kept at issue answers as then."""
    shipped = tmp_path / "shipped"
    shutil.copytree(rulebook_packs.SHIPPED, shipped)
    monkeypatch.setattr(rulebook_packs, "SHIPPED", shipped)
    site = f"SRID=4548;POLYGON(({X} {Y},{X + 99} {Y},{X + 99} {Y + 9},{X} {Y}))"
    out, made = tmp_path / "out", {}
    for name, more in (("issued", ["--issue"]), ("precheck", [])):
        done("-w", office, "check", site, "--packs", "cn-base,office", "--scenario", "office",
             "--as-of", "2026-06-01", "--out", out / name, *more)  # fmt: skip
        made[name] = out / name / "1" / "report.json"
    assert verified(office, made["precheck"])["result"] == "identical"
    with (shipped / "cn-base" / "pack.yaml").open("a", encoding="utf-8") as file:
        file.write("# an update\n")
    assert verified(office, made["issued"])["result"] == "identical"
    shutil.rmtree(office / "packs" / "cn-base")
    assert codes(verified(office, made["issued"], 1)) == ["rule_changed"]


@pytest.mark.parametrize(
    ("rewrite", "result"),
    [
        (lambda raw: raw + b"\n", "equal"),
        (lambda raw: b"\xef\xbb\xbf" + raw, "equal"),
        (lambda raw: json.dumps(json.loads(raw), indent=1).encode(), "equal"),
    ],
    ids=["newline", "mark", "spaces"],
)
def test_a_file_that_was_written_anew_is_not_called_identical(
    office: Path, checked: Path, rewrite: Callable[[bytes], bytes], result: str
) -> None:
    path = checked.with_name("anew.json")
    path.write_bytes(rewrite(checked.read_bytes()))
    answer = verified(office, path)
    assert (answer["result"], codes(answer), answer["count"]) == (result, ["rewritten"], 0)


def test_a_missing_or_added_key_is_a_difference(office: Path, checked: Path) -> None:
    def drop(document: Any) -> None:
        del document["findings"][0]["bands"]  # null, and still part of the report

    def add(document: Any) -> None:
        document["opinion"] = "可以建设"

    for change, path in ((drop, "findings[OF-01].bands"), (add, "opinion")):
        answer = verified(office, altered(checked, change, sealed=True), 1)
        assert [one["path"] for one in answer["differences"]] == [path]


def test_the_reason_for_the_scenario_is_not_believed(office: Path, checked: Path) -> None:
    def other(document: Any) -> None:
        document["scenario"]["reason"] = {"zh": "局长指定", "en": "the head wished it"}

    answer = verified(office, altered(checked, other, sealed=True), 1)
    assert {one["path"][:15] for one in answer["differences"]} == {"scenario.reason"}


def test_a_forged_number_or_issued_report_is_known(office: Path) -> None:
    """Notes of the site's file cannot be found again; an issued report is in the register."""
    site = f"SRID=4548;POLYGON(({X} {Y},{X + 99} {Y},{X + 99} {Y + 9},{X} {Y}))"
    report = written(office, site, "--issue")
    assert verified(office, report)["result"] == "identical"

    def number(document: Any) -> None:
        document["number"] = "LT-2026-06-01-0123456789"

    answer = verified(office, altered(report, number, sealed=True), 1)
    assert codes(answer) == ["not_issued"]
    assert [one["path"] for one in answer["differences"]] == ["number"]

    def engine(document: Any) -> None:
        document["engine"]["version"] = "0.0.9"
        document["limits"].append({"code": "ok", "zh": "可以建设", "en": "may be built"})

    answer = verified(office, altered(report, engine, sealed=True), 1)
    assert (answer["result"], codes(answer)) == ("differs", ["not_issued", "engine_differs"])


def put(report: Any, key: str, value: object) -> None:
    report["site"][key] = value


BAD_PLACES: tuple[tuple[str, Callable[[Any], None]], ...] = (
    ("revision", lambda report: report.update(known_at=10**30)),
    ("negative", lambda report: report.update(known_at=-1)),
    ("truth", lambda report: report.update(known_at=True)),
    ("day", lambda report: report.update(as_of="2026-13-99")),
    ("point", lambda report: put(report, "geometry", {"type": "Point", "coordinates": [X, Y]})),
    ("nowhere", lambda report: put(report, "geometry", {"type": "Polygon", "coordinates": []})),
    ("far", lambda report: put(report, "geometry", box(0, 0, 1e300, 9))),
    ("accuracy", lambda report: put(report, "accuracy_m", 1e308)),
    ("lists", lambda report: report.update(findings=7, limits=None)),
)  # fmt: skip


@pytest.mark.parametrize(
    "change", [row[1] for row in BAD_PLACES], ids=[row[0] for row in BAD_PLACES]
)
def test_what_cannot_be_read_back_is_refused(
    office: Path, checked: Path, change: Callable[[Any], None]
) -> None:
    refused = verified(office, altered(checked, change, sealed=True), 1)
    assert refused["error"]["code"] == "bad_report"
    assert "Error" not in refused["error"]["fact"]


def test_a_workspace_that_never_knew_it_says_so(
    office: Path, checked: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    done("init", other, "--crs", "EPSG:4549", "--area", "400000,2600000,500000,2700000")
    answer = verified(other, checked, 1)
    assert "other_workspace" in codes(answer)
    assert "revision_unknown" in codes(answer)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{", b"\0" * 99, b"\x1f\x8b\x08", b"[" * 100_000, b'{"a": NaN}', b"1",
        b'{"schema": "lantu-report/9"}', b'{"schema": "lantu-report/1"}',
        b'{"schema": "lantu-report/1", "x": 1e999}',
        b'{"schema": "lantu-report/1", "x": "\\ud800"}',
        b'{"schema": "lantu-report/1", "schema": "lantu-report/1"}',
        '{"schema": "lantu-report/1"}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(office: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    assert verified(office, path, 1)["error"]["code"] == "bad_report"
    told = run("rules", "explain", "OF-01", "--report", path, "--json")
    assert (told.exit_code, json.loads(told.stdout)["error"]["code"]) == (1, "bad_report")
    missing = verified(office, tmp_path / "none.json", 1)
    assert missing["error"]["code"] == "file_not_found"


def test_refusals_say_what_is_wrong(office: Path, checked: Path, tmp_path: Path) -> None:
    raw, path = checked.read_bytes(), tmp_path / "r.json"
    twice = raw.replace(b'{"as_of"', b'{"conclusion":{"colour":"green"},"as_of"', 1)
    other = raw.replace(b"lantu-report/1", b"lantu-report/7")
    for content, word in (
        (raw[:-9], "中断"),
        (twice, "两个“conclusion”"),
        (other, "lantu-report/7"),
    ):
        path.write_bytes(content)
        assert word in verified(office, path, 1)["error"]["fact"]
    with path.open("wb") as file:
        file.truncate(200 * 2**20)  # a hole in the file: no room is taken
    assert verified(office, path, 1)["error"]["code"] == "file_too_large"


def test_a_forged_report_does_not_command_the_terminal(office: Path, checked: Path) -> None:
    def evil(document: Any) -> None:
        document["opinion"] = "\x1b[2J\x9b31m\u202eok\r"

    told = run("-w", office, "verify", altered(checked, evil))
    assert told.exit_code == 1
    assert "opinion" in told.output
    assert not [char for char in told.output if ord(char) < 32 and char != "\n"]
    assert not set("\x9b\u202e") & set(told.output)


def test_verify_writes_nothing(office: Path, checked: Path) -> None:
    before = {path: path.read_bytes() for path in office.rglob("*") if path.is_file()}
    verified(office, checked)
    after = {path: path.read_bytes() for path in office.rglob("*") if path.is_file()}
    kept = {path for path in before if not path.name.endswith(("-wal", "-shm"))}
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
