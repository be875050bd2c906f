"""Packs that say something wrong on sharing: one fault each, refused with its place."""

import pytest

from gis.errors import LantuError
from tests.support.sharing import pack

KIND = "kinds: [{key: k, name: {zh: 甲, en: A}%s}]\n"
TABLE = "table: [{outcome: shared, mode: commitment}]\n"


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        (KIND % "" + "table: [{outcome: shared}]", "bad_file", "table.0.mode"),
        (KIND % "" + "table: [{outcome: gladly, mode: commitment}]", "bad_file", "gladly"),
        (KIND % "" + "table: [{outcome: shared, mode: fast}]", "bad_file", "fast"),
        (KIND % "" + TABLE + "weights: []", "bad_file", "weights"),
        (KIND % ", colour: red" + TABLE, "bad_file", "colour"),
        (KIND % ", needed: {fact: hight_m, gt: 1}" + TABLE, "unknown_fact", "hight_m"),
        (KIND % ", exempt: [{when: {fact: decoration, eq: true}}]" + TABLE, "bad_file", "basis"),
        (KIND % "" + "criteria: [{key: luck, effect: decisive}]\n" + TABLE, "bad_file", "luck"),
        (KIND % "" + "criteria: [{key: depth, effect: strict}]\n" + TABLE, "bad_file", "strict"),
        (
            KIND % ""
            + "criteria: [{key: depth, effect: off}, {key: depth, effect: off}]\n"
            + TABLE,
            "bad_inheritance",
            "depth",
        ),
        (
            "kinds: [{key: k, name: {zh: 甲, en: A}}, {key: k, name: {zh: 乙, en: B}}]\n" + TABLE,
            "bad_inheritance",
            "k",
        ),
        (KIND % "", "bad_inheritance", "table"),
        (
            KIND % "" + "table: [{if: {share: full}, outcome: shared, mode: commitment}]",
            "bad_inheritance",
            "if",
        ),
        (
            KIND % "" + "table:\n- {outcome: shared, mode: commitment}\n"
            "- {outcome: simplified, mode: filing}",
            "bad_inheritance",
            "without `if`",
        ),
        (
            KIND % "" + "table:\n- {if: {any_decisive: failed}, outcome: shared, mode: none}\n"
            "- {if: {any_decisive: failed, share: full}, outcome: simplified, mode: none}\n"
            "- {outcome: shared, mode: none}",
            "bad_inheritance",
            "Row 1",
        ),
        (
            KIND % "" + "table:\n- {if: {assessment: none}, outcome: shared, mode: none}\n"
            "- {if: {share: none}, outcome: simplified, mode: none}\n"
            "- {outcome: shared, mode: none}",
            "bad_inheritance",
            "Row 1",
        ),
        (
            KIND % "" + "table:\n- {if: {luck: [met]}, outcome: shared, mode: none}\n"
            "- {outcome: shared, mode: none}",
            "bad_rule",
            "luck",
        ),
        (
            KIND % "" + "table:\n- {if: {depth: [good]}, outcome: shared, mode: none}\n"
            "- {outcome: shared, mode: none}",
            "bad_rule",
            "good",
        ),
        (
            KIND % ", conditions: [{criterion: depth, when: null}]" + TABLE,
            "bad_rule",
            "empty",
        ),
    ],
)
def test_a_broken_pack_is_refused(text: str, code: str, where: str) -> None:
    with pytest.raises(LantuError) as caught:
        pack(text)
    assert caught.value.code == code
    assert where in f"{caught.value.fact.en} {caught.value.where}"


def test_a_kind_of_a_later_pack_replaces_the_one_below() -> None:
    below = KIND % ", items: [I001]" + "criteria: [{key: depth, effect: decisive, source: 甲}]\n"
    above = (
        "kinds: [{key: k, name: {zh: 新, en: New}}, {key: l, name: {zh: 乙, en: B}}]\n"
        "criteria: [{key: depth, effect: advisory}]\n"
    )
    book = pack(below + TABLE, above)
    assert {key: kind.name.en for key, kind in book.kinds.items()} == {"k": "New", "l": "B"}
    assert book.weights["depth"].effect == "advisory"
    assert len(book.table) == 1
