"""`lantu check --version`: what leaves the office is logged; a precheck for oneself is not."""

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import main
from tests.api import test_cli_check
from tests.api.test_cli_check import X, Y, box, geojson, rule

SITE = "SRID=4548;POLYGON((10 10,110 10,110 60,10 60,10 10))"


secret_office = pytest.fixture(test_cli_check.office.__wrapped__)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    made = run("init", str(folder), "--crs", "EPSG:4548", "--area", "0,0,1000,1000")
    assert made.exit_code == 0, made.output
    return folder


def run(*arguments: str):
    return CliRunner().invoke(main, list(arguments), standalone_mode=False)


def run_in(office: Path, *arguments: str):
    result = CliRunner().invoke(main, ["-w", str(office), *arguments])
    assert result.exit_code == 0, result.output
    return result


def check(office: Path, out: Path, *options: str) -> dict:
    run_in(office, "check", SITE, "--as-of", "2026-11-20", "--out", str(out), *options)
    return json.loads((out / "1" / "report.json").read_text(encoding="utf-8"))


def log(office: Path) -> list[dict]:
    return json.loads(run_in(office, "releases", "--json").stdout)


def test_a_precheck_is_no_release_and_a_version_is_logged(office: Path, tmp_path: Path) -> None:
    inside = check(office, tmp_path / "a")
    assert log(office) == []
    outside = check(office, tmp_path / "b", "--version", "outside", "--by", "甲")
    (row,) = log(office)
    assert (row["who"], row["version"], row["number"]) == ("甲", "outside", None)
    assert row["digest"] == outside["digest"] != inside["digest"]
    assert row["formats"] == ["json", "html"]
    issued = check(office, tmp_path / "c", "--issue")
    assert log(office)[1]["number"] == issued["number"]
    assert log(office)[1]["version"] == "inside"


def test_a_release_changes_no_report(office: Path, tmp_path: Path) -> None:
    before = check(office, tmp_path / "a")
    check(office, tmp_path / "b", "--version", "inside")
    assert check(office, tmp_path / "c") == before


def test_the_outside_version_is_verified_too(office: Path, tmp_path: Path) -> None:
    check(office, tmp_path / "a", "--version", "outside")
    path = tmp_path / "a" / "1" / "report.json"
    assert json.loads(run_in(office, "verify", str(path), "--json").stdout)["result"] == "identical"


def test_compare_writes_both_files_and_refuses_one_site(office: Path, tmp_path: Path) -> None:
    other = "SRID=4548;POLYGON((210 10,310 10,310 60,210 60,210 10))"
    out = tmp_path / "c"
    run_in(office, "check", SITE, other, "--as-of", "2026-11-20", "--out", str(out), "--compare")
    document = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert [site["area_m2"] for site in document["sites"]] == [5000.0, 5000.0]
    assert [row["rank"] for row in document["ranking"]] == [1, 1]
    assert (out / "compare.html").is_file()
    arguments = ["-w", str(office), "check", SITE, "--out", str(tmp_path / "d"), "--compare"]
    alone = CliRunner().invoke(main, [*arguments, "--json"])
    assert alone.exit_code == 1
    assert json.loads(alone.stdout)["error"]["code"] == "compare_too_few"


def test_a_site_that_cannot_be_read_is_named_in_the_comparison(
    office: Path, tmp_path: Path
) -> None:
    """Sites keep the numbers of their folders; finished reports are ranked as the check does."""
    other = "SRID=4548;POLYGON((210 10,310 10,310 60,210 60,210 10))"
    broken = "SRID=4548;POLYGON((0 0,1 1))"
    out = tmp_path / "c"
    asked = ["-w", str(office), "check", SITE, broken, other, "--as-of", "2026-11-20"]
    done = CliRunner().invoke(main, [*asked, "--compare", "--out", str(out)])
    assert done.exit_code == 1
    document = json.loads((out / "compare.json").read_bytes())
    assert [site["no"] for site in document["sites"]] == [1, 3]
    assert [(one["no"], bool(one["reason"]["en"])) for one in document["refused"]] == [(2, True)]
    reports = [str(out / n / "report.json") for n in "13"]
    run_in(office, "compare-reports", *reports, "--rank", "--out", str(tmp_path / "r"))
    ranked = json.loads((tmp_path / "r" / "compare.json").read_bytes())
    assert ranked["ranking"][0]["rank"] == 1
    assert [site["digest"] for site in ranked["sites"]] == [
        site["digest"] for site in document["sites"]
    ]
    assert (tmp_path / "r" / "compare.html").is_file()


def texts_of(folder: Path) -> dict[str, str]:
    """All the text of every file of a report: packed parts, streams of the PDF, tables."""
    from pypdf import PdfReader

    found = {}
    for path in sorted(folder.iterdir()):
        text = path.read_bytes().decode("utf-8", errors="replace")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                names = parts.namelist()
                text += "".join(parts.read(name).decode("utf-8", "replace") for name in names)
        elif path.suffix == ".pdf":
            text += "".join(page.extract_text() for page in PdfReader(path).pages)
        elif path.suffix == ".gpkg":
            text += "\n".join(sqlite3.connect(path).iterdump())
        found[path.name] = text
    return found


def secret_features(office: Path, tmp_path: Path) -> None:
    """Publish what only the trusted may know: names, a place of its own on a confidential layer."""
    spec = tmp_path / "hidden.yaml"
    spec.write_text(
        "key: a.hidden\ntitle: {zh: 暗线, en: hidden}\ntheme: safety\ngeometry: line\n"
        "authority: 局\nconfidential: true\nreport_fields: [owner]\n"
        "attributes: [{key: owner, name: {zh: 权属, en: owner}, type: string},"
        " {key: name, name: {zh: 名称, en: name}, type: string}]\n",
        encoding="utf-8",
    )
    run_in(office, "layers", "add", str(spec))
    line = {"type": "LineString", "coordinates": [[X + 33.25, Y - 50], [X + 33.25, Y + 250]]}
    path = geojson(tmp_path / "hidden.geojson", line)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["properties"] = {"name": "某某密缆", "owner": "某某部队"}
    path.write_text(json.dumps(document), encoding="utf-8")
    run_in(office, "publish", "a.hidden", str(path), "--edition", "密一", "--currency",
           "2026-01-01", "--coverage", "workspace", "--accuracy", "0")  # fmt: skip
    pack = tmp_path / "office"
    (pack / "rules" / "c.yaml").write_text(rule("OF-03", "a.hidden", "condition"), "utf-8")
    run_in(office, "rules", "add", str(pack))


@pytest.mark.parametrize("kind", ["polygon", "line"])
def test_the_outside_version_tells_nothing_of_secrets_to_anybody(
    secret_office: Path, tmp_path: Path, kind: str
) -> None:
    """Made by somebody who may see confidential layers: what leaves is what anybody may have."""
    office = secret_office
    secret_features(office, tmp_path)
    shape = box(0, 0, 100, 100)
    if kind == "line":
        shape = {"type": "LineString", "coordinates": [[X, Y + 20], [X + 90, Y + 20]]}
    site = geojson(tmp_path / "site.geojson", shape, names=("甲",))
    asked = ["check", str(site), "--packs", "office", "--as-of", "2026-06-01"]
    given = {}
    for name, more in {
        "inside": ["--confidential"],
        "plain": ["--version", "outside"],
        "trusted": ["--version", "outside", "--confidential", "--issue"],
    }.items():
        out = tmp_path / name
        run_in(office, *asked, "--out", str(out), "--format", "all", *more)
        given[name] = json.loads((out / "1" / "report.json").read_bytes())
    secrets = ("某某密缆", "某某部队", "密一")
    told = texts_of(tmp_path / "inside" / "1")["report.json"]
    assert all(word in told for word in (secrets if kind == "polygon" else secrets[:1]))
    assert "33.25" in told  # a coordinate, or the station of the crossing
    for file, text in texts_of(tmp_path / "trusted" / "1").items():
        assert not [word for word in secrets if word in text], file
        assert "33.25" not in text, file
    plain, trusted = given["plain"], given["trusted"]
    seals = {"number", "digest"}
    assert {key: plain[key] for key in plain.keys() - seals} == {
        key: trusted[key] for key in trusted.keys() - seals
    }
    path = tmp_path / "trusted" / "1" / "report.json"
    assert json.loads(run_in(office, "verify", str(path), "--json").stdout)["result"] == "identical"
    index = json.loads((tmp_path / "trusted" / "index.json").read_bytes())
    assert index[0]["number"] == trusted["number"] == log(office)[-1]["number"]
    assert log(office)[-1]["digest"] == trusted["digest"]


def test_age_and_gaps_of_secret_data_stay_inside(secret_office: Path, tmp_path: Path) -> None:
    """A layer past its freshness: who may see it is told by how much, nobody else."""
    office, path = secret_office, tmp_path / "a.secret.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "freshness_days: 30\n", encoding="utf-8")
    run_in(office, "layers", "add", str(path))
    site = geojson(tmp_path / "site.geojson", box(0, 0, 100, 100))
    told = {}
    for name, more in {"plain": [], "trusted": ["--confidential"]}.items():
        out = tmp_path / name
        run_in(office, "check", str(site), "--packs", "office", "--as-of", "2026-06-01", "--out",
               str(out), *more)  # fmt: skip
        report = json.loads((out / "1" / "report.json").read_bytes())
        told[name] = [note["code"] for note in report["limits"]]
        (row,) = (one for one in report["data_basis"] if one["layer"] == "a.secret")
        assert row["confidential"]
        assert row["freshness_days"] == (30 if name == "trusted" else None)
    assert "stale" in told["trusted"]
    assert "stale" not in told["plain"]
    assert "confidential" in told["plain"]


def test_a_comparison_of_outside_versions_tells_no_secret_measure(
    secret_office: Path, tmp_path: Path
) -> None:
    office = secret_office
    sites = geojson(tmp_path / "s.geojson", box(0, 0, 100, 100), box(0, 0, 70, 100))
    asked = ["check", str(sites), "--packs", "office", "--as-of", "2026-06-01", "--confidential"]
    cells = {}
    for name, more in {"inside": [], "outside": ["--version", "outside"]}.items():
        run_in(office, *asked, "--compare", "--out", str(tmp_path / name), *more)
        document = json.loads((tmp_path / name / "compare.json").read_bytes())
        rows = {row["code"]: row["sites"][0]["area_m2"] for row in document["findings"]}
        cells[name] = (rows["OF-01"], rows["OF-02"])
    assert cells == {"inside": (5000.0, 5000.0), "outside": (5000.0, None)}
