"""Our figures beside named peers, each pair measured in one run: `python -m benchmarks`."""
