#!/bin/sh
# Writes one dump of the database and removes those that are too old.
# Written by prodify (recipe backup); yours to edit, upgrades merge.
#
#   {= variable =}=mongodb://... BACKUP_DIR=./backups sh {= folder =}/backup.sh
set -eu
umask 077

backups="${BACKUP_DIR:-/backups}"
keep_days="${BACKUP_KEEP_DAYS:-{= keep_days =}}"
file="$backups/$(date -u +%Y-%m-%dT%H%M%SZ).archive.gz"

mkdir -p "$backups"
# The address goes through a file: arguments can be read by every process on the machine.
settings="$(mktemp)"
trap 'rm -f "$settings"' EXIT
printf 'uri: "%s"\n' "${{= variable =}:?the address of the database}" > "$settings"
# Under another name until it is whole: what ends in .archive.gz can be restored.
mongodump --config="$settings" --gzip --archive="$file.part"
mv "$file.part" "$file"
find "$backups" -name '*.archive.gz' -type f -mtime "+$keep_days" -delete
find "$backups" -name '*.part' -type f -mtime +1 -delete
printf 'wrote %s, %s bytes\n' "$file" "$(wc -c < "$file" | tr -d ' ')"
