#!/bin/sh
# Makes the files in ./secrets that docker-compose.prod.yml reads: deploy/make-secrets.sh party.example
# What is there already is left as it is; an empty file counts as none. Put a real certificate and its key into
# secrets/tls_certificate and secrets/tls_key.
set -eu

domain=${1:?"Usage: deploy/make-secrets.sh NAME, the name that people will use, such as party.example"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
folder=${SECRETS_DIR:-$here/secrets}

stop() {
    echo "$1" >&2
    exit 1
}

is_there() {
    [ -s "$folder/$1" ]
}

command -v openssl >/dev/null || stop "The secrets are made by openssl, which is not installed. Nothing was made."
for pair in "tls_certificate tls_key" "tls_key tls_certificate"; do
    if is_there "${pair% *}" && ! is_there "${pair#* }"; then
        stop "In $folder there is ${pair% *}, but no ${pair#* }. Put it there, too, or take the other away. Nothing was made."
    fi
done

# The folder is its owner's alone. The files in it can be read by all, because the users in the
# containers are others, who get to see these files only.
umask 077
mkdir -p -- "$folder"
chmod 700 "$folder"
made=$(mktemp -d "$folder/.making.XXXXXX")
trap 'rm -rf -- "$made"' EXIT
trap 'exit 1' HUP INT TERM

# A file comes to its place whole, or not at all.
put() {
    chmod 444 "$made/$1"
    mv -f -- "$made/$1" "$folder/$1"
}

write() {
    printf '%s\n' "$2" >"$made/$1"
    put "$1"
}

for name in secret_key database_password metrics_token; do
    if ! is_there "$name"; then
        value=$(openssl rand -hex 32)
        write "$name" "$value"
    fi
done

url_with() {
    printf 'postgresql://tutti:%s@db:5432/tutti' "$1"
}

# One without a password was made by an earlier version of this script, where openssl was missing.
if ! is_there database_url || [ "$(cat "$folder/database_url")" = "$(url_with '')" ]; then
    write database_url "$(url_with "$(cat "$folder/database_password")")"
fi

if ! is_there email_url; then
    write email_url "dummymail://"
    echo "Mail goes nowhere. To let people replace forgotten passwords, name a mail server in secrets/email_url."
fi

if ! is_there tls_key; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$domain" \
        -addext "subjectAltName=DNS:$domain" \
        -keyout "$made/tls_key" -out "$made/tls_certificate" 2>"$made/openssl.log" || stop "$(cat "$made/openssl.log")"
    put tls_key
    put tls_certificate
    echo "Made a certificate that no browser trusts. Replace secrets/tls_certificate and secrets/tls_key."
fi
echo "The secrets are in $folder."
