"""Chinese in an English document: names and quoted law, marked as what they are.

Fonts, line breaking, spelling and reading aloud go by the language of a text. The law, the names
of authorities and what layers hold stay Chinese in an English report.
"""

from __future__ import annotations

import re

from gis.errors import Language
from maps.chinese import CHINESE, HAN

_PLAIN = frozenset({"title", "script", "style", "option", "text", "tspan", "desc", "textPath"})
"""Elements that hold text alone, and those of drawings."""
_HTML_TEXT = re.compile(f"<([A-Za-z/][^<>]*)>([^<>]*[{HAN}][^<>]*)(?=<)")
_DOCX_RUN = re.compile(
    '<w:r>(?:<w:rPr>((?:<[^<>]*/>)*)</w:rPr>)?<w:t xml:space="preserve">'
    f"([^<]*[{HAN}][^<]*)</w:t></w:r>"
)
_AS_CHINESE = '<w:lang w:val="zh-CN" w:eastAsia="zh-CN"/>'


def mark_html(page: str, language: Language) -> str:
    """Put each Chinese text of an English page into an element that names its language."""
    return page if language == "zh" else _HTML_TEXT.sub(_marked_text, page)


def _marked_text(found: re.Match[str]) -> str:
    tag, text = found[1], found[2]
    if tag.split(maxsplit=1)[0] in _PLAIN or 'lang="zh' in tag:
        return found[0]
    return f"<{tag}>" + CHINESE.sub(r'<bdi lang="zh-CN">\g<0></bdi>', text)


def mark_docx(xml: str, language: Language) -> str:
    """Split the runs of an English document where Chinese begins and ends, and name both."""
    return xml if language == "zh" else _DOCX_RUN.sub(_marked_run, xml)


def _marked_run(found: re.Match[str]) -> str:
    look, text = found[1] or "", found[2]
    parts, end = [], 0
    for one in CHINESE.finditer(text):
        parts += [_run(look, text[end : one.start()]), _chinese_run(look, one[0])]
        end = one.end()
    return "".join([*parts, _run(look, text[end:])])


def _run(look: str, text: str) -> str:
    told = f'<w:t xml:space="preserve">{text}</w:t>'
    return f"<w:r><w:rPr>{look}</w:rPr>{told}</w:r>" if text else ""


def _chinese_run(look: str, text: str) -> str:
    """The hint gives quotes and dots between Chinese the Chinese face."""
    return _run(f'<w:rFonts w:hint="eastAsia"/>{look}{_AS_CHINESE}', text)
