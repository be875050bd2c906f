"""The published schema holds for hand-written reports and for those the engine writes."""

import copy
import json
from pathlib import Path

import pytest
import shapely
from jsonschema import Draft202012Validator

from checks.report.schema import report_schema
from checks.rule import Leaf, Number
from tests.support.memory_store import MemoryStore, rule, run

FOLDER = Path(__file__).parents[1] / "data" / "reports"
FILES = sorted(FOLDER.glob("*.json"))
VALIDATOR = Draft202012Validator(report_schema())

CONTRACT = {
    "top": "schema number as_of known_at engine rulebook scenario site project class conclusion "
    "findings inheritance indicators problems services data_basis limits digest",
    "finding": "code title theme section layer editions state severity verdict_family verdict "
    "certainty measures share_covered classes features edge pieces remainder basis values "
    "authority say action question reason",
    "measures": "area_m2 area_ellipsoid_m2 share length_m count distance_m",
    "feature": "id no name class area_m2 length_m distance_m fields",
    "decision": "kind name outcome approval_mode assessment share_covered uncovered_area_m2 "
    "uncovered criteria commitments deadline authority basis",
    "problem": "no finding severity what authority todo",
    "service": "item name authority stage effect papers because",
    "indicator": "class key name op value unit binding source article stage conflict",
    "data_row": "layer edition part currency valid_from valid_to accuracy_m checksum "
    "share_covered incomplete",
    "conclusion": "colour complete worst counts open",
}


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def faults(document):
    return [f"{list(e.absolute_path)}: {e.message}" for e in VALIDATOR.iter_errors(document)]


def test_schema_is_a_schema():
    Draft202012Validator.check_schema(report_schema())
    report_schema()["required"].clear()
    assert report_schema()["required"]


@pytest.mark.parametrize("name", CONTRACT)
def test_every_key_of_the_contract_is_required(name):
    schema = report_schema()
    part = schema if name == "top" else schema["$defs"][name]
    assert set(CONTRACT[name].split()) <= set(part["required"])
    assert part["additionalProperties"] is False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_hand_written_reports_hold(path):
    assert faults(load(path)) == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("number",), "7"),
        (("as_of",), "20.11.2026"),
        (("surprise",), 1),
        (("site", "surprise"), 1),
        (("site", "length_m"), 5.0),
        (("conclusion", "colour"), "blue"),
        (("conclusion", "colour"), "green"),
        (("findings", 0, "measures", "area_m2"), -1.0),
        (("findings", 0, "measures", "share"), 1.01),
        (("findings", 0, "section"), 8),
        (("findings", 0, "certainty"), "perhaps"),
        (("digest",), "abc"),
    ],
)
def test_wrong_values_are_found(where, value):
    document = copy.deepcopy(load(FOLDER / "red_incomplete.json"))
    place = document
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    assert faults(document)


@pytest.mark.parametrize("key", CONTRACT["finding"].split())
def test_a_missing_key_is_found(key):
    document = load(FOLDER / "all_clear.json")
    del document["findings"][0][key]
    assert faults(document)


def test_what_the_engine_writes_holds():
    x, y = 500_000.0, 2_700_000.0
    site = shapely.union(
        shapely.box(x, y, x + 100, y + 100), shapely.box(x + 300, y, x + 310, y + 9)
    )
    store = MemoryStore(area=shapely.box(x - 5000, y - 5000, x + 5000, y + 5000))
    store.layer("L", [(shapely.box(x + 50, y, x + 305, y + 100), "a")])
    store.layer("P", [shapely.Point(x + 120, y + 50)], geometry="point", accuracy=1.0)
    store.layer("H", [], coverage=shapely.box(x, y, x + 50, y + 50))
    rules = [
        rule("A", "L", Leaf("overlaps", "L")),
        rule("B", "P", Leaf("within_distance", "P", {"distance_m": Number(30.0)})),
        rule("C", "H", Leaf("overlaps", "H")),
        rule("D", "missing", Leaf("overlaps", "missing")),
    ]
    store.layer("missing", [], edition="e1", coverage=shapely.Polygon())
    document = run(store, rules, site)
    assert faults(document) == []
    assert {f["state"] for f in document["findings"]} == {"affected", "not_assessed"}


def test_every_key_is_explained():
    page = (Path(__file__).parents[2] / "docs" / "report-schema.md").read_text(encoding="utf-8")
    schema = report_schema()
    keys = [*schema["properties"], *schema["$defs"]["finding"]["properties"]]
    assert [key for key in keys if f"`{key}`" not in page] == []
