"""The pages for people: rendered by the server, with a little script."""
