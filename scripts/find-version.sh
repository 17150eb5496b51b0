#!/bin/sh
# Prints a working Python of exactly the version named (such as 3.12), from PATH or pyenv; exits 1 when there is none.
version=${1:?usage: scripts/find-version.sh 3.12}
works() { "$1" -c "import sys, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" >/dev/null 2>&1; }

for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
    # A pyenv shim is on PATH for versions that are installed but not active: it fails here, the interpreter itself does not.
    if works "$candidate"; then command -v "$candidate"; exit 0; fi
done
exit 1
