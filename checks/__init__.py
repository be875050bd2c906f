"""What follows for a site: rules, conditions, findings, reports."""
