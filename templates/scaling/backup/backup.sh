#!/bin/sh
# Writes one dump of the database and removes those that are too old.
# Written by prodify (recipe backup); yours to edit, upgrades merge.
#
#   {= variable =}=postgresql://... BACKUP_DIR=./backups sh {= folder =}/backup.sh
set -eu
umask 077

backups="${BACKUP_DIR:-/backups}"
keep_days="${BACKUP_KEEP_DAYS:-{= keep_days =}}"
# SQLAlchemy names the driver in the address; PostgreSQL's own programs do not know it.
url="$(printf '%s' "${{= variable =}:?the address of the database}" | sed 's,^postgres[a-z]*+*[a-z0-9]*://,postgresql://,')"
file="$backups/$(date -u +%Y-%m-%dT%H%M%SZ).dump"

mkdir -p "$backups"
# Under another name until it is whole: what ends in .dump can be restored.
pg_dump --format=custom --no-owner --file="$file.part" --dbname="$url"
pg_restore --list "$file.part" > /dev/null
mv "$file.part" "$file"
find "$backups" -name '*.dump' -type f -mtime "+$keep_days" -delete
find "$backups" -name '*.part' -type f -mtime +1 -delete
printf 'wrote %s, %s bytes\n' "$file" "$(wc -c < "$file" | tr -d ' ')"
