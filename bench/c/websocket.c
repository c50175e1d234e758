#include "websocket.h"

#include <stdio.h>
#include <string.h>

/* The type stands within so many bytes of the beginning, and the seq of an event so near its end. */
#define TYPE_WITHIN 48
#define SEQ_WITHIN 160

size_t handshake_text(char *out, size_t room, int port, const char *path) {
    int length = snprintf(out, room,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: cnVsZXJydWxlcnJ1bGVyIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          path, port);
    return (size_t)length;
}

size_t fetch_text(char *out, size_t room, int port, const char *path) {
    int length = snprintf(out, room, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n", path, port);
    return (size_t)length;
}

size_t head_length(const char *data, size_t length) {
    const char *end = memmem(data, length, "\r\n\r\n", 4);
    return end ? (size_t)(end - data) + 4 : 0;
}

bool is_switching(const char *head, size_t length) { return length > 12 && !memcmp(head, "HTTP/1.1 101", 12); }

static uint64_t big_endian(const unsigned char *bytes, int count) {
    uint64_t value = 0;
    for (int index = 0; index < count; index++) value = value << 8 | bytes[index];
    return value;
}

size_t frame_read(const char *data, size_t length, WireFrame *frame) {
    const unsigned char *bytes = (const unsigned char *)data;
    if (length < 2) return 0;
    size_t head = 2;
    uint64_t size = bytes[1] & 127;
    if (size >= 126) {
        int extra = size == 126 ? 2 : 8;
        if (length < head + (size_t)extra) return 0;
        size = big_endian(bytes + 2, extra);
        head += (size_t)extra;
    }
    if (length - head < size) return 0;
    frame->opcode = bytes[0] & 15;
    frame->is_whole = (bytes[0] & 128) && frame->opcode != OP_PIECE;
    frame->payload = data + head;
    frame->length = size;
    return head + size;
}

size_t control_frame(char *out, int opcode, const char *payload, size_t length) {
    out[0] = (char)(128 | opcode);
    out[1] = (char)(128 | length);
    memset(out + 2, 0, 4); /* a mask of zeros leaves the payload as it is */
    if (length) memcpy(out + 6, payload, length);
    return 6 + length;
}

bool is_of_type(const char *text, size_t length, const char *type) {
    size_t part = length < TYPE_WITHIN ? length : TYPE_WITHIN;
    return memmem(text, part, type, strlen(type)) != NULL;
}

bool is_event(const char *text, size_t length) { return is_of_type(text, length, "\"track."); }

int64_t seq_in(const char *text, size_t length) {
    size_t part = length < SEQ_WITHIN ? length : SEQ_WITHIN;
    const char *end = text + length, *found = memmem(end - part, part, "\"seq\":", 6);
    if (!found) return -1;
    int64_t value = 0;
    for (found += 6; found < end && *found == ' '; found++) continue;
    if (found == end || *found < '0' || *found > '9') return -1;
    for (; found < end && *found >= '0' && *found <= '9'; found++) value = value * 10 + (*found - '0');
    return value;
}
