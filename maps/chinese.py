"""Where a text is Chinese: readers, line breaks and fonts of an English page go by it."""

from __future__ import annotations

import re
from typing import Final

HAN: Final = (
    "\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6"
    "\U00020000-\U0003ffff"
)
"""Chinese characters and their punctuation, as they stand in brackets of a pattern."""

CHINESE: Final = re.compile(f"[{HAN}](?:[{HAN}0-9·—…“”‘’]*[{HAN}])?")
"""A run of Chinese; figures, quotes and dots between its characters belong to it."""
