"""Write the generated pages of the reference: `python -m tests.reference`."""

from __future__ import annotations

import sys

from tests.reference.pages import texts

if __name__ == "__main__":
    for file, text in texts().items():
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {file}\n")
