#!/bin/sh
# Restores a dump into a database of its own, compares it with the one in use, and removes it again. What runs is not touched.
# Written by prodify (recipe backup); yours to edit, upgrades merge.
#
#   {= variable =}=postgresql://... BACKUP_DIR=./backups sh {= folder =}/restore-drill.sh
#
# BACKUP names a dump; else the newest of BACKUP_DIR is taken. EXACT=1 fails for every difference: right after a backup, with nobody writing.
# The role of the address must be allowed to make databases (CREATEDB).
set -eu

url="$(printf '%s' "${{= variable =}:?the address of the database}" | sed 's,^postgres[a-z]*+*[a-z0-9]*://,postgresql://,')"
backup="${BACKUP:-$(find "${BACKUP_DIR:-/backups}" -name '*.dump' -type f | sort | tail -1)}"
if [ -z "$backup" ] || [ ! -f "$backup" ]; then
    echo "there is no dump to restore" >&2
    exit 1
fi

name="restore_drill_$$"
drill="$(printf '%s' "$url" | sed "s,^\(postgresql://[^/]*\)/[^?]*,\1/$name,")"
work="$(mktemp -d)"
began="$(date +%s)"

forget() {
    psql --quiet --dbname="$url" --command="DROP DATABASE IF EXISTS $name" > /dev/null
    rm -rf "$work"
}
trap forget EXIT

# Every table with its number of rows, counted and not estimated.
count() {
    psql --no-psqlrc --quiet --tuples-only --no-align --dbname="$1" --command="
        SELECT format('%I.%I', table_schema, table_name) || E'\t' ||
               (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', table_schema, table_name), false, true, '')))[1]
        FROM information_schema.tables
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
        ORDER BY 1"
}

psql --quiet --dbname="$url" --command="CREATE DATABASE $name"
pg_restore --exit-on-error --no-owner --no-privileges --dbname="$drill" "$backup"
count "$drill" > "$work/restored"
count "$url" > "$work/in-use"

if [ ! -s "$work/restored" ]; then
    echo "the dump holds no table" >&2
    exit 1
fi
cut -f 1 "$work/restored" > "$work/restored-tables"
cut -f 1 "$work/in-use" > "$work/tables"
missing="$(grep -F -x -v -f "$work/restored-tables" "$work/tables" || true)"
if [ -n "$missing" ]; then
    printf 'not in the dump: %s\n' "$missing" >&2
    exit 1
fi
if ! diff "$work/restored" "$work/in-use" > "$work/difference"; then
    echo "rows that came or went since (<: in the dump, >: in use):"
    cat "$work/difference"
    if [ "${EXACT:-0}" = 1 ]; then exit 1; fi
fi
printf '| %s | %s | %s | %s s | %s tables, %s rows |\n' "$(date -u +%Y-%m-%d)" "${USER:-somebody}" "$(basename "$backup")" \
    "$(($(date +%s) - began))" "$(wc -l < "$work/restored" | tr -d ' ')" "$(awk -F '\t' '{ rows += $2 } END { print rows + 0 }' "$work/restored")"
