"""Studies of many runs: a design is a sequence of rows, one function runs it, each study summarises the outcomes."""
