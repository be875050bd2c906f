"""All routers below `/api/v1`; the application includes them."""

from api.routes import account, audit, checks, reports, sessions, tokens, users

API = (
    account.router,
    audit.router,
    checks.router,
    reports.router,
    sessions.router,
    tokens.router,
    users.router,
)
