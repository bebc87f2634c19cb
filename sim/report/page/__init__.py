"""One self-contained HTML file for a run: it opens from a mail attachment, and shows everything without JavaScript."""
