"""Run the commands of a page in `docs/start` as a script, and measure each step."""
