"""All routers below `/api/v1`; the application includes them."""

from api.routes import checks, reports

API = (checks.router, reports.router)
