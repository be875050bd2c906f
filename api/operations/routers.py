"""Routers beside `/api/v1` and the pages: what operators and GIS programs ask."""

from api.routes import health, metrics, ogc

SERVICE = (health.router, metrics.router, ogc.router)
