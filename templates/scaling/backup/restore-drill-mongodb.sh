#!/bin/sh
# Restores a dump into a database of its own, compares it with the one in use, and removes it again. What runs is not touched.
# Written by prodify (recipe backup); yours to edit, upgrades merge.
#
#   {= variable =}=mongodb://... BACKUP_DIR=./backups sh {= folder =}/restore-drill.sh
#
# BACKUP names a dump; else the newest of BACKUP_DIR is taken. EXACT=1 fails for every difference: right after a backup, with nobody writing.
# The address names the database, and its user must be allowed to write to another one.
set -eu
umask 077

url="${{= variable =}:?the address of the database}"
place="${url#*://}" place="${place%%\?*}"
case "$place" in */?*) name="${place##*/}" ;; *) name="" ;; esac
backup="${BACKUP:-$(find "${BACKUP_DIR:-/backups}" -name '*.archive.gz' -type f | sort | tail -1)}"
if [ -z "$name" ]; then
    echo "the address names no database" >&2
    exit 1
fi
if [ -z "$backup" ] || [ ! -f "$backup" ]; then
    echo "there is no dump to restore" >&2
    exit 1
fi

drill="restore_drill_$$"
work="$(mktemp -d)"
began="$(date +%s)"
# The restore names its databases itself, so the address is that of the server; who logs in is known in the database of the address.
options="${url#*\?}"
if [ "$options" = "$url" ]; then options=""; fi
case "$options" in *authSource=*) ;; *) options="authSource=$name${options:+&$options}" ;; esac
case "$place" in *@*) ;; *) options="${url#*"$place"}" options="${options#\?}" ;; esac
printf 'uri: "%s"\n' "${url%%://*}://${place%/*}/?$options" > "$work/settings"

# mongosh reads the address from the environment: arguments can be read by every process on the machine.
ask() {
    ADDRESS="$url" mongosh --quiet --nodb --eval "const server = connect(process.env.ADDRESS); $1"
}

forget() {
    ask "server.getSiblingDB('$drill').dropDatabase()" > /dev/null
    rm -rf "$work"
}
trap forget EXIT

# Every collection with its number of documents, counted and not estimated.
count() {
    ask "const place = $1; place.getCollectionNames().filter(n => !n.startsWith('system.')).sort()
        .forEach(n => print(n + '\t' + place.getCollection(n).countDocuments({})))"
}

mongorestore --config="$work/settings" --gzip --archive="$backup" --nsInclude="$name.*" --nsFrom="$name.*" --nsTo="$drill.*" --stopOnError
count "server.getSiblingDB('$drill')" > "$work/restored"
count "server" > "$work/in-use"

if [ ! -s "$work/restored" ]; then
    echo "the dump holds no collection" >&2
    exit 1
fi
cut -f 1 "$work/restored" > "$work/restored-names"
cut -f 1 "$work/in-use" > "$work/names"
missing="$(grep -F -x -v -f "$work/restored-names" "$work/names" || true)"
if [ -n "$missing" ]; then
    printf 'not in the dump: %s\n' "$missing" >&2
    exit 1
fi
if ! cmp -s "$work/restored" "$work/in-use"; then
    echo "documents that came or went since (in the dump, then in use):"
    cat "$work/restored" "$work/in-use"
    if [ "${EXACT:-0}" = 1 ]; then exit 1; fi
fi
printf '| %s | %s | %s | %s s | %s collections |\n' "$(date -u +%Y-%m-%d)" "${USER:-somebody}" "$(basename "$backup")" \
    "$(($(date +%s) - began))" "$(wc -l < "$work/restored" | tr -d ' ')"
