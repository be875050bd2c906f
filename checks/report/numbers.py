"""How numbers and citations are printed: 公顷 to 4 decimals, m², 亩 and percent to 2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from gis.measures import M2_PER_HA, balanced

NONE = "—"
_MU_PER_M2 = Decimal(3) / Decimal(2000)
_DIGITS = "〇一二三四五六七八九"
_REVISION = re.compile(
    r"^(?P<title>.*?)(?P<revision>（[^（）]*(?:修正|修订|年|版|稿|行)[^（）]*）)$"
)


def fixed(value: float | None, digits: int = 2) -> str:
    """Print with `digits` decimals, halves up. Null is “—”; what is not zero never looks zero."""
    if value is None:
        return NONE
    exact = Decimal(repr(value))
    unit = Decimal(1).scaleb(-digits)
    shown = exact.quantize(unit, ROUND_HALF_UP)
    if shown == 0 and exact != 0:
        return f"<{unit}" if exact > 0 else f">-{unit}"
    return f"{abs(shown) if shown == 0 else shown:f}"


def hundredths(value: float) -> Decimal:
    """Round to two decimals, halves up, to reckon with what is printed."""
    return Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def plain(value: float | None) -> str:
    """Print a number as it is, at most six decimals and no needless zeros."""
    if value is None:
        return NONE
    text = fixed(value, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def hectares(area_m2: float | None) -> str:
    """Print square metres as hectares with four decimals."""
    return NONE if area_m2 is None else fixed(float(Decimal(repr(area_m2)) / int(M2_PER_HA)), 4)


def mu(area_m2: float | None) -> str:
    """Print square metres as 亩 (2000/3 m²) with two decimals."""
    return NONE if area_m2 is None else fixed(float(Decimal(repr(area_m2)) * _MU_PER_M2), 2)


def percent(share: float | None) -> str:
    """Print a share in percent; only a full share is 100.00% and only nothing is 0.00%."""
    if share is None:
        return NONE
    hundredth = Decimal(repr(share)) * 100
    shown = hundredth.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if shown == 0 and hundredth != 0:
        return "<0.01%" if hundredth > 0 else ">-0.01%"
    if shown == 100 and hundredth < 100:
        return ">99.99%"
    return f"{shown:f}%"


def adding_up(parts: Sequence[float], total: float | None) -> tuple[list[str], float]:
    """Print parts so that they add up to the printed total, and say how much they overlap.

    Areas in m². Where the parts overlap, or the total is unknown, each is printed for itself.
    """
    excess = sum(parts) - total if total is not None else 0.0
    if total is None or abs(excess) > 0.005:
        return [fixed(part) for part in parts], max(0.0, excess)
    whole = float(Decimal(repr(total)).quantize(Decimal("0.01"), ROUND_HALF_UP))
    shown = balanced(parts, whole, 2)
    pairs = zip(parts, shown, strict=True)
    return [
        "<0.01" if part > 0 and rounded == 0 else fixed(rounded) for part, rounded in pairs
    ], 0.0


def station(metres: float) -> str:
    """Write a station (桩号) with decimetres: 215.3 m is K0+215.3, 1005.25 m is K1+005.3."""
    shown = Decimal(repr(metres)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    km, rest = divmod(shown, 1000)
    return f"K{km:.0f}+{rest:05.1f}"


# --- citations --------------------------------------------------------------------------------


def chinese_number(number: int) -> str:
    """Write 1..999 as articles are numbered: 三十三, 一百零五."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def article(text: str | None) -> str:
    """Write an article: `33` is 第三十三条, `35、44` two of them, `3.2.1` 第3.2.1条."""
    if not text:
        return ""
    parts = [part.strip() for part in re.split(r"[、,，;；]", text)]
    if not all(re.fullmatch(r"\d+(\.\d+)*", part) for part in parts):
        return text
    return "、".join(
        f"第{chinese_number(int(part))}条"
        if part.isdigit() and 0 < int(part) < 1000
        else f"第{part}条"
        for part in parts
    )


def citation(title: str, article_text: str | None, force_word: str) -> str:
    """Write 《法》第三十三条（2016年修正）, and what force it has if that is not the usual one."""
    bare = title.strip()
    if bare.startswith("《") and bare.endswith("》"):
        bare = bare[1:-1]
    found = _REVISION.match(bare)
    revision = ""
    if found and found["title"]:
        bare, revision = found["title"], found["revision"]
    bare = bare.removesuffix("》").removeprefix("《")
    brackets = " ({})" if force_word.isascii() else "（{}）"
    mark = brackets.format(force_word) if force_word and force_word not in title else ""
    return f"《{bare}》{article(article_text)}{revision}{mark}"
