#!/bin/sh
# Prints a Python that prodify runs on (3.11 or newer, with venv and pip), or says what is needed and exits 1. PYTHON=... chooses one.
fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -n "${PYTHON:-}" ]; then
    if fits "$PYTHON"; then echo "$PYTHON"; exit 0; fi
    echo "error: PYTHON=$PYTHON is not a Python 3.11 or newer with the venv and ensurepip modules." >&2
    exit 1
fi
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if fits "$candidate"; then command -v "$candidate"; exit 0; fi
done
found=$(python3 --version 2>/dev/null || echo "no python3")
echo "error: prodify needs Python 3.11 or newer with its venv and ensurepip modules; found: $found." >&2
echo "  Debian and Ubuntu: apt-get install python3 python3-venv.  Elsewhere: install one and run make PYTHON=/path/to/python3.12" >&2
exit 1
