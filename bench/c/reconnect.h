/* All sockets come back at once after a restart, each until it is in sync; prints one line of JSON. */
#ifndef RECONNECT_H
#define RECONNECT_H

#include "clients.h"

/* Waits until the server has ended every socket; false when it has not in time. */
bool reconnect_await_end(double seconds);
/* Each comes back at a random moment within `spread_seconds` and goes on from where it stood, up to `top`.
   With a `fetch_path` it joins again instead, and fetches that page whole. */
void reconnect_measure(double spread_seconds, int64_t top, const char *fetch_path, double longest_seconds);
void reconnect_frame(Socket *socket, const char *text, size_t length, int64_t now);
void reconnect_open(Socket *socket);
void reconnect_gone(Socket *socket);
void reconnect_fetched(Socket *socket, int64_t now);

#endif
