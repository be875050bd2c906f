"""The page 用地检测: what it reads, asks, shows; routes stand in `api.pages.planner`."""
