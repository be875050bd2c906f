"""All pages, in one list."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import (
    accounts,
    admin,
    assessmentpages,
    catalogue,
    frame,
    inbox,
    park,
    planner,
    projects,
    rulepages,
    words,
)

PAGES: tuple[APIRouter, ...] = (
    frame.router,
    accounts.router,
    catalogue.router,
    rulepages.router,
    assessmentpages.router,
    planner.router,
    words.router,
    projects.router,
    admin.router,
    park.router,
    inbox.router,
)
