"""All routers below `/api/v1`, and the way to the identity provider; the application has them."""

from api.routes import (
    account,
    audit,
    checks,
    imports,
    jobs,
    portfolio,
    projects,
    provider,
    reports,
    sessions,
    tokens,
    users,
)

API = (
    account.router,
    audit.router,
    checks.router,
    imports.router,
    jobs.router,
    portfolio.router,
    projects.router,
    provider.router,
    reports.router,
    sessions.router,
    tokens.router,
    users.router,
)
