"""Texts that somebody may have written into a layer, a site or a name to get at a reader.

Each that could run sets `window.pwn`, or asks `evil.example`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

PAYLOADS = {
    "script": "<script>window.pwn=1</script>",
    "image": '"><img src=x onerror=window.pwn=1>',
    "attribute": "' onfocus=window.pwn=1 autofocus tabindex=0 x='",
    "handler": '" onmouseover="window.pwn=1" style="position:fixed;inset:0" x="',
    "end of script": "</script><script>window.pwn=1</script>",
    "end of style": "</style></title></textarea><script>window.pwn=1</script>",
    "comment": "<!--<script>--!><script>window.pwn=1//",
    "cdata": "]]><script>window.pwn=1</script><![CDATA[",
    "address": 'javascript:window.pwn=1//<a href="javascript:window.pwn=1">x</a>',
    "drawing": "<svg/onload=window.pwn=1><animate onbegin=window.pwn=1 attributeName=x>",
    "template": "${window.pwn=1}`${window.pwn=1}`\\`",
    "jinja": "{{7*7}}{% raw %}{{constructor.constructor('window.pwn=1')()}}<%=1%>[% 1+1 %]",
    "escaped": "\\u003cscript\\u003ewindow.pwn=1\\u003c/script\\u003e\\x3cimg onerror=1\\x3e\\",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3+cmd",
    "at": "@SUM(1,1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "wide formula": "＝1+1",
    "typst": '#eval("1+1") #read("/etc/passwd") @ref <label> $x^2$ *b* _i_ `c` // c /* \\ ; ] [ ~',
    "direction": "\u202eabc\u2066\u2067x\u200f\u200d\ufeff\u061c",
    "control": "".join(map(chr, range(32))) + "\x1b[2J\x7f\x80\x85\x9b31m\x9f\ufffe\uffff",
    "long word": "x" * 10_000,
    "long text": "字" * 10_000,
    "entities": "&lt;script&gt;window.pwn=1&lt;/script&gt;&#x3c;script>&amp;lt;img&amp;gt;&nbsp&",
    "lines": "a\r\nb\n\nc\u2028d\u2029e\x0b\x0cf\x85g",
    "sheet": "*/}body{background:url(http://evil.example/x)}/*expression(1);</style>",
    "path": "../../etc/passwd\\..\\C:\\con.txt:stream",
    "format": "%s %n %3Cscript%3E {0} {name} {a} %(x)s $1 \\1 \\g<0>",
    "network": (
        "<link rel=stylesheet href=//evil.example/x><base href='http://evil.example/'>"
        "<meta http-equiv=refresh content='0;url=http://evil.example'>"
        "<iframe srcdoc='<script>parent.pwn=1</script>'></iframe><form action=//evil.example>"
    ),
    "beyond the plane": "👩‍👩‍👧‍👦𠀀𪚥e\u0301\u0301\u0301\U000e0001\U0001f600",
    "markdown": "[x](http://evil.example) ![x](http://evil.example/i.png) | a | b |",
    "quotes": "'\"`´“”‘’«»<>&;\\/",
}

_WORDS_OF_OURS = frozenset(
    {"state", "severity", "colour", "kind", "schema", "as_of", "outcome", "approval_mode",
     "result", "effect", "theme", "role", "force", "type", "verdict_family", "certainty",
     "digest", "valid_from", "valid_to", "currency", "worst", "status", "key", "op", "stage",
     "layer", "finding", "code", "mode", "number", "date", "unit", "source_crs"}
)  # fmt: skip
_AS_THEY_ARE = frozenset(
    {"evidence", "test", "when", "values", "facts", "defaults", "counts", "crs", "engine",
     "land_table", "context", "sections", "statistics", "required_layers", "geometry",
     "pieces", "remainder", "uncovered", "bands"}
)  # fmt: skip


def poisoned(report: dict[str, Any], payloads: list[str]) -> dict[str, Any]:
    """Return a report whose free texts are these, one after the other."""
    texts = cycle(payloads)
    poisoned = _poisoned(report, texts, "")
    assert isinstance(poisoned, dict)
    return poisoned


def _poisoned(value: Any, texts: Iterator[str], key: str) -> Any:
    if key in _AS_THEY_ARE:
        return value
    if isinstance(value, dict):
        if key in {"fields", "attributes"}:
            return {next(texts)[:200]: next(texts), **dict.fromkeys(value, next(texts))}
        return {name: _poisoned(item, texts, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_poisoned(item, texts, key) for item in value]
    return next(texts) if isinstance(value, str) and key not in _WORDS_OF_OURS else value
