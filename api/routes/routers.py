"""All routers below `/api/v1`; the application includes them."""

from api.routes import account, audit, checks, jobs, reports, sessions, tokens, users

API = (
    account.router,
    audit.router,
    checks.router,
    jobs.router,
    reports.router,
    sessions.router,
    tokens.router,
    users.router,
)
