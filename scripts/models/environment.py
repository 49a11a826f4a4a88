"""The builder's own Python: made once in `.venv-models`, with pinned packages.

It is apart because it runs before any of those packages can be imported, so it
uses the standard library alone.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = ROOT / ".venv-models"
CACHE = VENV / "packages"


def enter(requirements: str = "requirements.txt", name: str = "builder") -> None:
    """Goes on in the pinned environment: makes it when missing or outdated, then runs this program again in it."""
    folder = VENV / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256((HERE / requirements).read_bytes()).hexdigest()
    stamp = folder / "requirements.sha256"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"making {folder.relative_to(ROOT)}", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        (VENV / ".gitignore").write_text("*\n")
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
        subprocess.run([*command, str(HERE / requirements)], check=True)
        stamp.write_text(wanted)
    if Path(sys.prefix).resolve() != folder.resolve():
        command = [str(python), "-B", *sys.argv]
        if os.name == "nt":
            raise SystemExit(subprocess.run(command, check=False).returncode)
        os.execv(python, command)
