"""`report.html`: well-formed, self-contained, escaped, complete, the same bytes twice."""

import base64
import copy
import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checks.inheritance import words as inheritance_words
from checks.report import texts, texts_values
from checks.report.html import render_html

FOLDER = Path(__file__).parents[1] / "data" / "reports"
FILES = sorted(FOLDER.glob("*.json"))
TITLES = [
    "检测结论",
    "项目与用地概况",
    "三区三线及控制线检测",
    "规划符合性检测",
    "土地利用现状与用地审批检测",
    "安全与限制因素检测",
    "现状普查对象与市政配套检测",
    "区域评估成果共享判定",
    "土地资源和技术控制指标清单",
    "问题清单和审批服务清单（“双清单”）",
    "附图",
    "数据来源与检测依据",
    "使用说明与声明",
]
every_page = pytest.mark.parametrize("language", ["zh", "en"])
every_report = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def page(document, language="zh"):
    return render_html(document, language).decode("utf-8")


def root_of(document, language="zh"):
    return ET.fromstring(render_html(document, language))


def text_of(node):
    text = " ".join(" ".join(node.itertext()).split())
    return re.sub("([，；]) ", r"\1", text)


def by_id(root, ident):
    return next(node for node in root.iter() if node.get("id") == ident)


@every_report
@every_page
def test_page_stands_alone(path, language):
    document = load(path.stem)
    html = page(document, language)
    root = ET.fromstring(html)
    assert html.startswith("<!DOCTYPE html>\n")
    assert html == page(copy.deepcopy(document), language)
    assert "://" not in html.replace("http://www.w3.org/2000/svg", "")
    assert not {node.tag for node in root.iter()} & {"script", "link", "img", "iframe", "object"}
    names = {name.lower() for node in root.iter() for name in node.attrib}
    assert not {name for name in names if name.startswith("on")} | names & {"style", "src"}


def turned(value):
    """The same document with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


@every_report
@every_page
def test_order_of_keys_decides_nothing(path, language):
    document = load(path.stem)
    assert page(turned(document), language) == page(document, language)


@every_report
@every_page
def test_policy_allows_our_style_alone(path, language):
    html = page(load(path.stem), language)
    style, fonts = re.findall(r"<style>(.*?)</style>", html, re.S)
    one, two = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, fonts)
    )
    policy = ET.fromstring(html).find("head/meta[@http-equiv]").get("content")
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{one}' 'sha256-{two}'; font-src data:; " in policy
    assert set(re.findall(r"url\(([^,]*),", fonts)) == {"data:font/woff;base64"}
    assert "url(" not in style
    assert "@import" not in style


@every_report
def test_all_thirteen_sections_in_order(path):
    root = root_of(load(path.stem))
    headings = [text_of(node) for node in root.iter("h2") if (node.get("id") or "").startswith("h")]
    assert headings == [f"{number} {title}" for number, title in enumerate(TITLES, 1)]


@every_report
@every_page
def test_anchors_hold_and_ids_are_unique(path, language):
    root = root_of(load(path.stem), language)
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for node in root.iter():
        target = node.get("href")
        if target is not None:
            assert target.startswith("#")
            assert target[1:] in ids
        if node.get("aria-labelledby"):
            assert node.get("aria-labelledby") in ids


@every_report
@every_page
def test_no_python_words_leak(path, language):
    shown = text_of(root_of(load(path.stem), language).find("body"))
    assert not re.search(r"\b(None|True|False|nan|Undefined)\b|\{\{|\}\}", shown)


def test_cover():
    root = root_of(load("red_incomplete"))
    cover = text_of(by_id(root, "cover"))
    for words in (
        "LT-2026-11-20-0a1b2c3d4e",
        "滨江仓储物流中心项目用地条件检测报告",
        "2611-350205-04-01-000001",
        "检测基准日 2026-11-20",
        "cn-base",
        "检测单位",
        "检测人",
        "审核人",
        "签发",
        "（盖章处）",
        "密级",
        "校验码 " + "0123456789abcdef" * 4,
    ):
        assert words in cover
    assert "预检" not in cover
    assert text_of(by_id(root_of(load("all_clear")), "cover")).startswith("预检")


def test_two_lights_have_words():
    red = text_of(by_id(root_of(load("red_incomplete")), "cover"))
    assert "冲突等级 红灯：存在刚性约束冲突" in red
    assert "不完整：2 项未检测或待核实" in red
    green = text_of(by_id(root_of(load("all_clear")), "cover"))
    assert "绿灯" in green
    assert "完整：应检事项均已得出结论" in green
    grey = text_of(by_id(root_of(load("nulls")), "cover"))
    assert "灰灯" in grey
    assert "不完整" in grey


def test_complete_with_open_matters_says_so():
    document = load("all_clear")
    document["conclusion"]["open"] = ["X-1"]
    assert "另有 1 项非应检事项未检测或待核实" in page(document)


def test_sections_without_content_say_why():
    root = root_of(load("red_incomplete"))
    assert "本场景不检测" in text_of(by_id(root, "s4"))
    assert "本场景不检测" in text_of(by_id(root, "s9"))
    assert "本次检测未包含区域评估成果共享判定" in text_of(by_id(root, "s8"))
    assert "本次检测未编制审批服务清单" in text_of(by_id(root, "s10"))
    clear = root_of(load("all_clear"))
    assert "本次检测在本节没有检测项，不表示没有限制" in text_of(by_id(clear, "s6"))
    assert "本次检测未包含土地资源和技术控制指标清单" in text_of(by_id(clear, "s9"))
    assert "本次检测没有列入问题清单的事项" in text_of(by_id(clear, "s10"))


def test_problem_list():
    section = by_id(root_of(load("red_incomplete")), "s10")
    rows = [[text_of(cell) for cell in row] for row in section.iter("tr")]
    assert rows[0] == [
        "问题",
        "类别",
        "约束等级",
        "位置面积",
        "依据",
        "责任部门",
        "处理建议",
        "时限",
        "状态",
    ]
    assert rows[1][1:4] == ["三区三线及控制线检测", "刚性约束", "215.30 m²，0.32 亩，1.08%"]
    assert rows[1][6] == "I120"
    assert rows[2][3] == "—"


def test_declaration_and_limits():
    section = text_of(by_id(root_of(load("all_clear")), "s13"))
    assert (
        "本报告为前期核查成果，不代替规划许可、用地审批和专项评估意见；"
        "未检测事项不得视为无冲突；附图为示意图，不作权属依据" in section
    )
    assert "面积不超过 0.0001 m² 的重叠不计为命中" in section


def test_sources():
    section = text_of(by_id(root_of(load("red_incomplete")), "s12"))
    assert "永久基本农田（control.permanent_farmland）" in section
    assert "《中华人民共和国土地管理法》第三十五条（2019年修正） 禁止性规定" in section
    assert "《示范市成果共享办法》第十条（征求意见稿）" in section
    assert "应检但没有数据版本的图层 图层 safety.flood" in section
    assert "（数据不完整）" in section
    assert "±0.5 m" in section


def test_hostile_text_stays_text():
    evil = "\"'><script>alert(1)</script>{{7*7}}]]>\x00\u202e&amp;"
    document = load("red_incomplete")
    for finding in document["findings"]:
        finding["code"] += evil
        finding["authority"] = evil
        finding["title"]["zh"] = evil
        finding["verdict"]["zh"] += evil
        for feature in finding["features"]:
            feature["id"] = evil
            feature["class"] = evil
            feature["fields"] = {evil: evil, "QSDWMC": evil}
    document["project"]["name"] = evil
    document["project"]["facts"] = {evil: [evil, {"value": evil, "unit": evil}]}
    document["site"]["name"] = evil
    document["site"]["attributes"] = {evil: evil * 5000}
    html = page(document)
    assert "<script" not in html
    assert "49" not in re.findall(r"\{\{.*?\}\}|49(?=\])", html)
    assert "{{7*7}}" in html
    assert "\x00" not in html
    assert "\u202e" not in html
    assert len(html) < 300_000
    ET.fromstring(html)


def test_lone_surrogates_and_controls_do_not_stop_the_page():
    document = load("all_clear")
    document["site"]["attributes"] = {"a\ud800": "b\udfff\x0b\ufffe"}
    ET.fromstring(render_html(document))


def test_words_never_promise_and_english_is_english():
    tables = [
        texts.SECTIONS,
        texts.SEVERITY_WORDS,
        texts.STATE_WORDS,
        texts.LIGHT_WORDS,
        texts_values.FORCE_WORDS,
        texts_values.ROLE_WORDS,
        texts_values.STATUS_WORDS,
        texts_values.STATISTIC_WORDS,
        texts_values.VALUE_WORDS,
        texts.LATER_WORDS,
        texts._WORDS,
        inheritance_words.OUTCOME_WORDS,
        inheritance_words.MODE_WORDS,
        inheritance_words.CRITERION_WORDS,
        inheritance_words.RESULT_WORDS,
        inheritance_words.EFFECT_WORDS,
    ]
    for table in tables:
        for text in table.values():
            assert not re.search("合格|通过|可以建设", text.zh)
            assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", text.en), text.en


def test_english_page_has_no_chinese_of_its_own():
    document = load("all_clear")
    document["project"]["name"] = "Electronics plant"
    document["site"]["name"] = "Parcel 1"
    document["site"]["attributes"] = {}
    document["findings"] = []
    document["data_basis"] = []
    root = root_of(document, "en")
    assert root.get("lang") == "en"
    assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", text_of(root.find("body")))


def test_many_findings_stay_bounded():
    document = load("red_incomplete")
    hits = [finding for finding in document["findings"] if finding["state"] == "affected"]
    document["findings"] = [
        {**copy.deepcopy(hits[i % len(hits)]), "code": f"X-{i:03}"} for i in range(240)
    ]
    for finding in document["findings"][:5]:
        finding["features"] = [
            {**hits[0]["features"][0], "id": str(i), "no": i + 1} for i in range(5000)
        ]
    html = page(document)
    root = ET.fromstring(html)
    assert len(list(root.iter("figure"))) == 241
    assert "其余 4800 行见 report.json。" in html
    assert len(html) < 5_000_000


def test_open_matters_on_required_layers_come_first():
    document = load("red_incomplete")
    document["conclusion"]["open"] = ["HE-01", "FD-01"]
    section = text_of(by_id(root_of(document), "s1"))
    assert section.index("应检 FD-01") < section.index("HE-01 位于文物")
    assert "应检 HE-01" not in section


def test_what_to_do_only_where_there_is_something_to_do():
    document = load("all_clear")
    document["findings"][0]["action"] = {"item": "I120", "papers": ["方案"]}
    assert "I120" not in page(document)
    document["findings"][0]["state"] = "affected"
    assert "I120" in page(document)
