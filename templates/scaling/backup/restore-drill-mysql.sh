#!/bin/sh
# Restores a dump into a database of its own, compares it with the one in use, and removes it again. What runs is not touched.
# Written by prodify (recipe backup); yours to edit, upgrades merge.
#
#   {= variable =}=mysql://... BACKUP_DIR=./backups sh {= folder =}/restore-drill.sh
#
# BACKUP names a dump; else the newest of BACKUP_DIR is taken. EXACT=1 fails for every difference: right after a backup, with nobody writing.
# The user of the address must be allowed to make databases whose names begin with restore_drill_:
#   GRANT ALL ON `restore\_drill\_%`.* TO the user
set -eu

# %40 and the like in a part of the address.
decoded() {
    rest="$1" text=""
    while :; do
        case "$rest" in
            *%*)
                text="$text${rest%%"%"*}" rest="${rest#*"%"}"
                # shellcheck disable=SC2059 # the format is the character itself, in octal
                text="$text$(printf "\\$(printf %03o "0x$(printf %.2s "$rest")")")"
                rest="${rest#??}"
                ;;
            *)
                printf '%s' "$text$rest"
                return
                ;;
        esac
    done
}

url="${{= variable =}:?the address of the database}"
place="${url#*://}" place="${place%%\?*}"
login="${place%@*}" server="${place##*@}"
host="${server%%/*}" name="$(decoded "${server#*/}")"
case "$host" in *:*) port="${host##*:}" host="${host%:*}" ;; *) port=3306 ;; esac
user="$(decoded "${login%%:*}")"
case "$login" in *:*) password="$(decoded "${login#*:}")" ;; *) password="" ;; esac
export MYSQL_PWD="$password"

backup="${BACKUP:-$(find "${BACKUP_DIR:-/backups}" -name '*.sql.gz' -type f | sort | tail -1)}"
if [ -z "$backup" ] || [ ! -f "$backup" ]; then
    echo "there is no dump to restore" >&2
    exit 1
fi

drill="restore_drill_$$"
work="$(mktemp -d)"
began="$(date +%s)"
client="$(command -v mysql || command -v mariadb)"

ask() {
    "$client" --host="$host" --port="$port" --user="$user" --batch --skip-column-names "$@"
}

forget() {
    ask --execute="DROP DATABASE IF EXISTS \`$drill\`" > /dev/null
    rm -rf "$work"
}
trap forget EXIT

# Every table with its number of rows, counted and not estimated.
count() {
    ask --execute="SELECT table_name FROM information_schema.tables
        WHERE table_schema = '$(printf '%s' "$1" | sed "s/'/''/g")' AND table_type = 'BASE TABLE' ORDER BY table_name" > "$work/names"
    while IFS= read -r table; do
        quoted="$(printf '%s' "$table" | sed 's/`/``/g')"
        printf '%s\t%s\n' "$table" "$(ask --execute="SELECT count(*) FROM \`$quoted\`" "$1" < /dev/null)"
    done < "$work/names"
}

ask --execute="CREATE DATABASE \`$drill\`"
gzip --decompress --stdout "$backup" > "$work/dump"
ask "$drill" < "$work/dump"
count "$drill" > "$work/restored"
count "$name" > "$work/in-use"

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
if ! cmp -s "$work/restored" "$work/in-use"; then
    echo "rows that came or went since (in the dump, then in use):"
    cat "$work/restored" "$work/in-use"
    if [ "${EXACT:-0}" = 1 ]; then exit 1; fi
fi
rows=0
while IFS='	' read -r _ some; do rows=$((rows + some)); done < "$work/restored"
printf '| %s | %s | %s | %s s | %s tables, %s rows |\n' "$(date -u +%Y-%m-%d)" "${USER:-somebody}" "$(basename "$backup")" \
    "$(($(date +%s) - began))" "$(wc -l < "$work/restored" | tr -d ' ')" "$rows"
