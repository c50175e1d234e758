/* What a server answers to a WebSocket's key: SHA-1 and base64 (RFC 6455, 4.2.2). */
#ifndef ACCEPT_KEY_H
#define ACCEPT_KEY_H

#define ACCEPT_KEY_LENGTH 28

/* `key` is what stands in the request; `out` takes 28 characters and an end. */
void accept_key(const char *key, char *out);

#endif
