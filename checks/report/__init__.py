"""The frozen report and its writers."""
