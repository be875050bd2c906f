"""Values of rules have words on pages; what is Chinese in an English page says so."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checks.report.html import render_html
from checks.report.reading import Reading
from checks.report.texts_values import VALUE_WORDS
from checks.rulebook.load import load_rulebook
from checks.rulebook.packs import shipped_packs
from layers.catalog import shipped_specs

REPORT = Path(__file__).parents[1] / "data" / "reports" / "red_incomplete.json"


def report():
    return json.loads(REPORT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("pack", sorted(shipped_packs()))
def test_every_value_of_the_packs_has_words(pack):
    names = sorted({"cn-base", pack})
    book = load_rulebook(names, {}, layer_specs=shipped_specs())
    named = {name for rule in book.rules.values() for name in rule.values}
    assert named <= set(VALUE_WORDS)


@pytest.mark.parametrize(("language", "word"), [("zh", "起算占比"), ("en", "share that counts")])
def test_values_are_named_in_words_and_an_unknown_name_stands_for_itself(language, word):
    document = report()
    value = {"unit": "1", "since": "2020-01-01", "reference": None, "set_by": None}
    value["rows"] = [{"match": {}, "value": 0.5}, {"match": {"class": ["甲"]}, "value": 1}]
    document["findings"][0]["values"] = {"from_share": value, "own_name": value}
    row = next(r for r in Reading(document, language).rows if r.finding is document["findings"][0])
    assert [name for name, _ in row.values] == [word, "own_name"]
    kind = {"zh": "类别=甲", "en": "class=甲"}[language]
    assert kind in row.values[0][1]


def test_papers_authorities_and_laws_are_marked_chinese_in_english_pages():
    document = report()
    finding = next(f for f in document["findings"] if f["state"] == "affected" and f["action"])
    finding["action"]["papers"] = ["征地申请材料"]
    page = ET.fromstring(render_html(document, "en"))
    (papers,) = [node for node in page.iter() if node.text == "征地申请材料"]
    assert papers.get("lang") == "zh"
    cells = [node for node in page.iter("td") if node.get("data-label") == "Authority"]
    assert {node.get("lang") for node in cells} == {"zh"}
    assert b'lang="zh"' not in render_html(document, "zh")
