"""What commands print besides tables: one JSON document."""

from __future__ import annotations

import json
import sys
from typing import Any

from sim.errors import invisible


def emit_json(document: Any) -> None:
    """Print one JSON document (RFC 8259: no NaN) to stdout."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, indent=2, ensure_ascii=not utf8, allow_nan=False)
    # What JSON leaves as it is may still be a control character to a terminal.
    print(text if invisible(text) is None else json.dumps(document, indent=2, allow_nan=False))
