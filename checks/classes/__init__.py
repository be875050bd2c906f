"""Classes of projects, waivers, pledges, deadlines, approval items and services."""
