#!/bin/sh
# Makes the files in ./secrets that docker-compose.prod.yml reads: deploy/make-secrets.sh party.example
# What is there already is left as it is. Put a real certificate into secrets/tls_certificate and tls_key.
set -eu

domain=${1:?"Usage: deploy/make-secrets.sh NAME, the name that people will use, such as party.example"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
folder=${SECRETS_DIR:-$here/secrets}

# The folder is its owner's alone. The files in it can be read by all, because the users in the
# containers are others, who get to see these files only.
umask 077
mkdir -p -- "$folder"
chmod 700 "$folder"

random() {
    openssl rand -hex 32
}

keep() {
    if [ ! -s "$folder/$1" ]; then
        cat >"$folder/$1"
        chmod 444 "$folder/$1"
    fi
}

random | keep secret_key
random | keep database_password
random | keep metrics_token
printf 'postgresql://tutti:%s@db:5432/tutti\n' "$(cat "$folder/database_password")" | keep database_url

if [ ! -s "$folder/tls_certificate" ] || [ ! -s "$folder/tls_key" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$domain" \
        -addext "subjectAltName=DNS:$domain" \
        -keyout "$folder/tls_key" -out "$folder/tls_certificate" 2>/dev/null
    chmod 444 "$folder/tls_key" "$folder/tls_certificate"
    echo "Made a certificate that no browser trusts. Replace secrets/tls_certificate and secrets/tls_key."
fi
echo "The secrets are in $folder."
