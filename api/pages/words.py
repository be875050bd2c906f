"""The glossary: what the words of the field mean, in both languages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from api.auth.roles import Action
from api.door import does
from api.pages.render import page
from checks.rulebook.words import SEVERITY
from layers.strict import Strict, Title
from layers.yaml_file import load

router = APIRouter(include_in_schema=False, dependencies=[Depends(does(Action.READ_PUBLIC))])

GLOSSARY = Path(__file__).with_name("glossary.yaml")


class Word(Strict):
    """One word with its meaning."""

    en: str
    zh: str
    meaning: Title


class _Glossary(Strict):
    words: tuple[Word, ...]


@lru_cache(maxsize=1)
def glossary() -> tuple[Word, ...]:
    """Return the words in the order of the file."""
    return load(_Glossary, GLOSSARY).words


@router.get("/glossary")
def words(request: Request) -> HTMLResponse:
    """Show all words, and the severities as lists and maps draw them."""
    return page(request, "glossary.html.j2", words=glossary(), severities=SEVERITY)
