"""The command line: thin, lazy in its imports, one place where errors become exit codes."""
