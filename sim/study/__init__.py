"""Many runs: a design is a sequence of rows, one function runs them, and summaries are made of the outcomes."""
