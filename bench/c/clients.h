/* Many WebSockets on one epoll: opened a few at a time, read, kept alive. Received data goes to handlers. */
#ifndef CLIENTS_H
#define CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"

#define MOST_SOCKETS 20000

typedef enum { CLOSED, CONNECTING, SHAKING, AWAITED, OPEN, FETCHING } State;

typedef struct {
    int fd;
    State state;
    /* One that asks for a page over HTTP instead of opening a WebSocket. */
    bool is_fetch;
    bool is_in_sync;
    size_t fetched;
    /* A piece of a frame whose rest has not come. */
    char *held;
    size_t held_size;
    Counters counters;
    /* For coming back: when, and since when. */
    int64_t due_ns;
} Socket;

typedef struct {
    Socket sockets[MOST_SOCKETS];
    uint32_t count;
    int ports[8];
    int port_count;
    char path[512];
    /* The type of the frame that says that a socket has joined; empty where the handshake says it. */
    char greeting[64];
    char epoch[64];
    uint32_t open, closed, failed;
} Clients;

typedef struct {
    void (*on_event)(Socket *socket, int64_t seq, int64_t now);
    void (*on_frame)(Socket *socket, const char *text, size_t length, int64_t now);
    void (*on_open)(Socket *socket);
    void (*on_gone)(Socket *socket);
    /* The whole answer has come to a socket that fetches. */
    void (*on_fetched)(Socket *socket, int64_t now);
} Handlers;

extern Clients clients;
extern Handlers handlers;

void clients_begin(void);
/* Raises the number of open sockets to this one; false when that takes too long. */
bool clients_open(uint32_t count, double seconds);
void socket_connect(Socket *socket, const char *path);
void socket_close(Socket *socket);
/* Handles whatever comes in, for at most so many milliseconds. */
void clients_poll(int milliseconds);
/* Has epoll tell when this descriptor can be read, or also written. */
void clients_watch(int fd, void (*ready)(void), bool also_write);

_Noreturn void give_up(const char *why);

#endif
