"""`compare.html` and `compare.json`: several sites side by side, worded as the pages do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from checks.alternatives import SEVERITIES
from checks.inheritance.words import MODE_WORDS, OUTCOME_WORDS
from checks.report.canonical import canonical
from checks.report.numbers import NONE, fixed, hectares, mu, percent
from checks.report.page import Block, render_page
from checks.report.texts import LIGHT_WORDS, SEVERITY_WORDS, STATE_WORDS, Words
from checks.report.view_table import Table
from checks.report.view_values import brief
from gis.errors import Language, Text

Json = Mapping[str, Any]
Names = Mapping[int, str]
"""Sites by their number."""
_MOST_SITES = 8
"""Side by side in one table."""

_W: Mapping[str, Text] = {
    "title": Text("用地方案比选", "Comparison of sites"),
    "kind": Text("预检比选", "Comparison"),
    "ranking": Text("排序及理由", "Ranking and reasons"),
    "rank": Text("名次", "Rank"),
    "because": Text("理由", "Because"),
    "rule": Text(
        "比选规则：依次比较下列各项，第一项不同者决定先后，不打分；全部相同者并列。",
        "The rule: the criteria below are compared in their order, the first that differs decides; "
        "there is no score; sites equal in all share a rank.",
    ),
    "key": Text("主要指标", "Key figures"),
    "findings": Text("检测结果对照", "Findings side by side"),
    "inheritance": Text("区域评估成果共享对照", "Sharing side by side"),
    "site": Text("用地", "Site"),
    "hits": Text("命中项数", "affected"),
    "size": Text("占用", "taken"),
    "open": Text("未检测和待核实", "Not assessed or to be verified"),
    "shared": Text("可共享的区域评估成果", "Area assessments shared"),
    "not_checked": Text("未设此项", "not in its scenario"),
    "refused": Text(
        "用地 {site} 未能检测，不参与比选：{reason}",
        "Site {site} could not be checked and is not compared: {reason}",
    ),
    "hidden": Text("占用不明，涉密", "extent unknown, confidential"),
    "none": Text("没有命中或待核实的检测项。", "Nothing is affected or to be verified."),
    "notice": Text(
        "排序只反映已检测的空间约束，不代替选址论证；未检测事项不得视为无冲突。",
        "The ranking tells of the constraints that were checked and replaces no study of sites; "
        "what was not assessed must not be taken as free of conflict.",
    ),
}


def render_compare_json(document: Json) -> bytes:
    """Return `compare.json`: UTF-8, keys sorted, the same bytes for the same reports."""
    return canonical(document)


def render_compare(document: Json, language: Language = "zh") -> bytes:
    """Return `compare.html` from the document alone, self-contained."""
    words = Words(language)
    names = {site["no"]: _name(site) for site in document["sites"]}
    rules = [words.pick(one) for one in document["criteria"]]
    numbers = [site["report"] or words("precheck") for site in document["sites"]]
    pairs = list(zip(names.values(), numbers, strict=True))
    notes = [words.pick(note) for note in document["notes"]]
    notes += [_refused(one, words) for one in document["refused"]]
    blocks = [
        Block(
            heading=words.of(_W, "ranking"),
            paragraphs=[*notes, words.of(_W, "rule")],
            items=rules,
            tables=[_ranking(document, names, words)],
        ),
        *(
            Block(
                heading=words.of(_W, key),
                tables=[write(part, some, words) for part, some in _sheets(document, names)],
            )
            for key, write in _TABLES.items()
            if key != "inheritance" or document["inheritance"]
        ),
    ]
    return render_page(
        words.of(_W, "title"),
        kind=words.of(_W, "kind"),
        pairs=pairs,
        blocks=blocks,
        language=language,
        foot=words.of(_W, "notice"),
    )


def _sheets(document: Json, names: Names) -> Iterator[tuple[Json, Names]]:
    """Cut a comparison of many sites into parts that fit the width of a sheet."""
    for start in range(0, len(names), _MOST_SITES):
        part = slice(start, start + _MOST_SITES)
        yield (
            {
                "sites": document["sites"][part],
                **{
                    key: [{**row, "sites": row["sites"][part]} for row in document[key]]
                    for key in ("findings", "inheritance")
                },
            },
            dict(list(names.items())[part]),
        )


def _name(site: Json) -> str:
    return f"{site['no']} {brief(site['name'] or '', 60)}".strip()


def _refused(one: Json, words: Words) -> str:
    reason = words.pick(one["reason"])
    return words.of(_W, "refused").format(site=_name(one), reason=reason)


def _ranking(document: Json, names: Names, words: Words) -> Table:
    head = [words.of(_W, key) for key in ("rank", "site", "because")]
    rows = [
        [str(row["rank"]), names[row["site"]], words.pick(row["because"])]
        for row in document["ranking"]
    ]
    return Table(words.of(_W, "ranking"), head, rows)


def _key(document: Json, names: Names, words: Words) -> Table:
    sites = document["sites"]
    ha, unit = ("公顷", "亩") if words.language == "zh" else ("ha", "mu")
    rows = [
        [words("area_plane") + words.paren(ha), *(hectares(site["area_m2"]) for site in sites)],
        [words("area_plane") + words.paren(unit), *(mu(site["area_m2"]) for site in sites)],
        [words("length") + words.paren("m"), *(fixed(site["length_m"]) for site in sites)],
        [words("conflict"), *(words.of(LIGHT_WORDS, site["colour"]) for site in sites)],
        [words.of(_W, "open"), *(str(site["open"]) for site in sites)],
    ]
    rows += [
        [words.of(SEVERITY_WORDS, key), *(_severity(site, key, words) for site in sites)]
        for key in SEVERITIES
    ]
    rows.append(
        [words.of(_W, "shared"), *(str(site["outcomes"].get("shared", 0)) for site in sites)]
    )
    shown = [row for row in rows if any(cell != NONE for cell in row[1:])]
    return Table(words.of(_W, "key"), [words("item"), *names.values()], shown)


def _severity(site: Json, key: str, words: Words) -> str:
    count, size = site["affected"][key], site["affected_size"][key]
    if site["affected_hidden"][key]:
        return f"{count}{words.paren(words.of(_W, 'hidden'))}"
    if size is None:
        return str(count)
    unit = "m²" if site["kind"] == "polygon" else "m"
    told = f"{fixed(size)} {unit}{words('comma')}{percent(site['affected_share'][key])}"
    return f"{count}{words.paren(told)}"


def _findings(document: Json, names: Names, words: Words) -> Table:
    head = [words("check"), words("severity"), *names.values()]
    rows = [
        [
            f"{row['code']} {words.pick(row['title'])}",
            words.of(SEVERITY_WORDS, row["severity"]),
            *(_cell(cell, words) for cell in row["sites"]),
        ]
        for row in document["findings"]
    ]
    return Table(words.of(_W, "findings"), head, rows, 0, "" if rows else words.of(_W, "none"))


def _cell(cell: Json | None, words: Words) -> str:
    if cell is None:
        return words.of(_W, "not_checked")
    told = [words.pick(cell["verdict"]) or words.of(STATE_WORDS, cell["state"])]
    if cell["state"] in {"affected", "needs_person"}:
        if cell["area_m2"] is not None:
            told.append(f"{fixed(cell['area_m2'])} m²")
        if cell["length_m"] is not None:
            told.append(words("length_of", x=fixed(cell["length_m"])))
        if cell["share"] is not None:
            told.append(percent(cell["share"]))
    return words("comma").join(told)


def _inheritance(document: Json, names: Names, words: Words) -> Table:
    rows = [
        [words.pick(row["name"]), *(_decision(cell, words) for cell in row["sites"])]
        for row in document["inheritance"]
    ]
    return Table(words.of(_W, "inheritance"), [words("assessed_kind"), *names.values()], rows)


def _decision(cell: Json | None, words: Words) -> str:
    if cell is None:
        return NONE
    told = [
        words.of(OUTCOME_WORDS, cell["outcome"]),
        words.of(MODE_WORDS, cell["approval_mode"]),
    ]
    if cell["share_covered"] is not None:
        told.append(percent(cell["share_covered"]))
    return words("comma").join(told)


_TABLES: Mapping[str, Callable[[Json, Names, Words], Table]] = {
    "key": _key,
    "findings": _findings,
    "inheritance": _inheritance,
}
