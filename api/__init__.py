"""Who may ask and how: the only room that knows users, the clock and the web."""
