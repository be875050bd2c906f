"""The language of help and messages: `LANTU_LANG=zh|en`, Chinese unless told otherwise."""

from __future__ import annotations

import os

from gis.errors import Language, Text

LANGUAGE: Language = "en" if os.environ.get("LANTU_LANG", "").lower().startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """Return the sentence in the language of this process."""
    return zh if LANGUAGE == "zh" else en


def speak(text: Text) -> str:
    """Return a `Text` in the language of this process."""
    return text.pick(LANGUAGE)
