/* The client's side of RFC 6455, as far as a load generator needs it. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int opcode;
    bool is_whole; /* not one of several pieces */
    const char *payload;
    size_t length;
} WireFrame;

enum { OP_PIECE = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

/* Writes a handshake; gives its length. */
size_t handshake_text(char *out, size_t room, int port, const char *path);
/* Writes a request for a page, behind which the server is to hang up. */
size_t fetch_text(char *out, size_t room, int port, const char *path);
/* The length of the answer's head, 0 while it is not all there. */
size_t head_length(const char *data, size_t length);
bool is_switching(const char *head, size_t length);
/* Reads one frame; gives the bytes that it takes, 0 while it is not all there. */
size_t frame_read(const char *data, size_t length, WireFrame *frame);
/* Writes a masked control frame of at most 125 bytes; gives its length. */
size_t control_frame(char *out, int opcode, const char *payload, size_t length);

/* Whether the text is an event, and its number. Nothing is parsed: an event says its type first, its seq last. */
bool is_event(const char *text, size_t length);
bool is_of_type(const char *text, size_t length, const char *type);
int64_t seq_in(const char *text, size_t length);

#endif
