"""Speed of prodify beside other tools, measured in one run: `python -m benchmarks`."""
