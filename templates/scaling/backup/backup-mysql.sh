#!/bin/sh
# Writes one dump of the database and removes those that are too old.
# Written by prodify (recipe backup); yours to edit, upgrades merge.
#
#   {= variable =}=mysql://... BACKUP_DIR=./backups sh {= folder =}/backup.sh
set -eu
umask 077

backups="${BACKUP_DIR:-/backups}"
keep_days="${BACKUP_KEEP_DAYS:-{= keep_days =}}"
file="$backups/$(date -u +%Y-%m-%dT%H%M%SZ).sql.gz"

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

# driver://user:password@host:port/name?options, as SQLAlchemy and Django's helpers write it.
url="${{= variable =}:?the address of the database}"
place="${url#*://}" place="${place%%\?*}"
login="${place%@*}" server="${place##*@}"
host="${server%%/*}" name="$(decoded "${server#*/}")"
case "$host" in *:*) port="${host##*:}" host="${host%:*}" ;; *) port=3306 ;; esac
user="$(decoded "${login%%:*}")"
case "$login" in *:*) password="$(decoded "${login#*:}")" ;; *) password="" ;; esac
# Not among the arguments, which every process on the machine can read.
export MYSQL_PWD="$password"

dump="$(command -v mysqldump || command -v mariadb-dump)"
# MySQL's own dump would name the server's transactions, which no other server takes; MariaDB's knows no such thing.
if "$dump" --help | grep -q -e --set-gtid-purged; then gtid=--set-gtid-purged=OFF; else gtid=--quick; fi

mkdir -p "$backups"
# Under another name until it is whole: what ends in .sql.gz can be restored. All of one moment, without a lock (InnoDB).
"$dump" --host="$host" --port="$port" --user="$user" --single-transaction --quick --routines --triggers --no-tablespaces "$gtid" \
    "$name" > "$file.plain.part"
if ! tail -1 "$file.plain.part" | grep -q '^-- Dump completed'; then
    echo "the dump broke off" >&2
    exit 1
fi
gzip -c "$file.plain.part" > "$file.part"
rm "$file.plain.part"
mv "$file.part" "$file"
find "$backups" -name '*.sql.gz' -type f -mtime "+$keep_days" -delete
find "$backups" -name '*.part' -type f -mtime +1 -delete
printf 'wrote %s, %s bytes\n' "$file" "$(wc -c < "$file" | tr -d ' ')"
