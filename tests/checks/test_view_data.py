"""Which data a finding rests on: editions of the layers its rule asks, whatever their keys."""

from checks.report.view_data import accuracy_of, days_of, rows_of_data


def edition(layer, day, accuracy, *, key="2025", part=None):
    return {
        "layer": layer, "edition": key, "part": part, "currency": day, "accuracy_m": accuracy,
    }  # fmt: skip


REPORT = {
    "site": {"accuracy_m": 0.5},
    "data_basis": [
        edition("control.farmland", "2024-01-01", 2.0),
        edition("control.relic", "2023-03-03", 7.0),
        edition("control.river", "2021-01-01", 90.0),
        edition("present.plots", "2022-02-02", 1.0, part="north"),
        edition("present.plots", "2022-05-05", 3.0, part="south"),
    ],
}


def finding(layer, test, editions):
    return {"layer": layer, "editions": editions, "rule": {"test": test}}


def test_offices_that_name_all_editions_alike_get_the_days_of_the_right_layers():
    # the rule asks three layers, its own has no edition; another layer's bears the same key
    asked = [
        {"overlaps": {}},
        {"not": {"share_over": {"layer": "control.farmland", "share": "x"}}},
        {"within_distance": {"layer": "control.relic", "distance_m": "d"}},
    ]
    one = finding("control.redline", {"any": asked}, ["2025", "2025"])
    assert [row["layer"] for row in rows_of_data(one, REPORT)] == [
        "control.farmland",
        "control.relic",
    ]
    assert days_of(one, REPORT) == ["2023-03-03", "2024-01-01"]
    assert accuracy_of(one, REPORT) == 7.5


def test_all_layers_of_a_rule_count_beside_its_own():
    test = {"all": [{"overlaps": {}}, {"outside": {"layer": "control.river"}}]}
    assert days_of(finding("control.farmland", test, ["2025"]), REPORT) == [
        "2021-01-01",
        "2024-01-01",
    ]


def test_parts_are_told_apart():
    one = finding("present.plots", {"overlaps": {}}, ["2025/south"])
    assert days_of(one, REPORT) == ["2022-05-05"]
    both = finding("present.plots", {"overlaps": {}}, ["2025/north", "2025/south"])
    assert days_of(both, REPORT) == ["2022-02-02", "2022-05-05"]


def test_without_editions_the_rows_of_its_own_layer_and_nothing_else():
    test = {"any": [{"overlaps": {}}, {"overlaps": {"layer": "control.river"}}]}
    assert days_of(finding("control.relic", test, []), REPORT) == ["2023-03-03"]
    assert days_of(finding("control.redline", test, []), REPORT) == ["—"]
    masked = {"layer": None, "editions": None, "rule": None}
    assert rows_of_data(masked, REPORT) == []
