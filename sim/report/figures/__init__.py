"""Charts: each drawn once, by matplotlib, for a file, a notebook and a page."""
