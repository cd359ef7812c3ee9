"""The command line: reads a call, runs one command, prints its result."""
