#include "clients.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "websocket.h"

#define READ_BYTES (256 * 1024)
#define LARGEST_FRAME (8 * 1024 * 1024)
/* Concurrent handshakes. */
#define WIDTH 64

Clients clients;
Handlers handlers;
static int poller;
static char buffer[LARGEST_FRAME + READ_BYTES];
static void (*watched[8])(void);
static int watched_fds[8], watched_count;

void give_up(const char *why) {
    fprintf(stderr, "loadgen: %s (%s)\n", why, strerror(errno));
    exit(1);
}

void clients_begin(void) {
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) give_up("no epoll");
}

/* Watched descriptors differ from sockets by their numbers, which lie above all sockets'. */
void clients_watch(int fd, void (*ready)(void), bool also_write) {
    int index = 0;
    while (index < watched_count && watched_fds[index] != fd) index++;
    struct epoll_event event = {.events = EPOLLIN | (also_write ? EPOLLOUT : 0), .data.u32 = MOST_SOCKETS + (uint32_t)index};
    if (index < watched_count) {
        epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event);
        return;
    }
    watched_fds[watched_count] = fd;
    watched[watched_count++] = ready;
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) give_up("can't watch");
}

/* --- One socket ------------------------------------------------------------------------------------ */

static char wanted_path[MOST_SOCKETS][192];

void socket_connect(Socket *one, const char *path) {
    uint32_t index = (uint32_t)(one - clients.sockets);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)clients.ports[index % (uint32_t)clients.port_count]);
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (one->fd < 0) give_up("no more sockets");
    int on = 1;
    setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    snprintf(wanted_path[index], sizeof wanted_path[index], "%s", path);
    one->state = CONNECTING;
    one->held_size = one->fetched = 0;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u32 = index};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, one->fd, &event)) give_up("can't watch a socket");
    if (connect(one->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) socket_close(one);
}

void socket_close(Socket *one) {
    if (one->state == CLOSED) return;
    bool was_open = one->state == OPEN;
    close(one->fd);
    one->state = CLOSED;
    one->fd = -1;
    free(one->held);
    one->held = NULL;
    one->held_size = 0;
    clients.open -= was_open;
    clients.closed += was_open;
    clients.failed += !was_open;
    if (handlers.on_gone) handlers.on_gone(one);
}

static void became_open(Socket *one) {
    one->state = OPEN;
    clients.open++;
    if (handlers.on_open) handlers.on_open(one);
}

static void send_request(Socket *one) {
    uint32_t index = (uint32_t)(one - clients.sockets);
    int port = clients.ports[index % (uint32_t)clients.port_count];
    char text[1024];
    size_t length = one->is_fetch ? fetch_text(text, sizeof text, port, wanted_path[index])
                                  : handshake_text(text, sizeof text, port, wanted_path[index]);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    epoll_ctl(poller, EPOLL_CTL_MOD, one->fd, &event);
    one->state = one->is_fetch ? FETCHING : SHAKING;
    if (send(one->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length) socket_close(one);
}

static void answer_ping(Socket *one, const WireFrame *frame) {
    char pong[256];
    size_t length = control_frame(pong, OP_PONG, frame->payload, frame->length > 125 ? 125 : frame->length);
    if (send(one->fd, pong, length, MSG_NOSIGNAL) < 0 && errno != EAGAIN) socket_close(one);
}

/* The epoch is the same for all sockets of a stream. */
static void note_epoch(const char *text, size_t length) {
    const char *found = memmem(text, length, "\"epoch\":\"", 9);
    if (found) sscanf(found + 9, "%63[^\"]", clients.epoch);
}

static void take_text(Socket *one, const WireFrame *frame, int64_t now) {
    if (!frame->is_whole) give_up("a frame came in pieces, which the load generator does not count");
    if (is_event(frame->payload, frame->length)) {
        handlers.on_event(one, seq_in(frame->payload, frame->length), now);
        return;
    }
    if (one->state == AWAITED && is_of_type(frame->payload, frame->length, clients.greeting)) {
        note_epoch(frame->payload, frame->length);
        became_open(one);
    }
    if (handlers.on_frame) handlers.on_frame(one, frame->payload, frame->length, now);
}

static size_t take_head(Socket *one, const char *data, size_t length) {
    size_t head = head_length(data, length);
    if (!head) return 0;
    if (!is_switching(data, head)) {
        socket_close(one);
        return length;
    }
    one->state = AWAITED;
    if (!clients.greeting[0]) became_open(one);
    return head;
}

/* Gives how much of the data was used. */
static size_t take(Socket *one, const char *data, size_t length, int64_t now) {
    size_t used = one->state == SHAKING ? take_head(one, data, length) : 0;
    if (one->state == SHAKING) return used;
    WireFrame frame;
    while (one->state != CLOSED) {
        size_t taken = frame_read(data + used, length - used, &frame);
        if (!taken) break;
        used += taken;
        if (frame.opcode == OP_CLOSE) socket_close(one);
        else if (frame.opcode == OP_PING) answer_ping(one, &frame);
        else if (frame.opcode != OP_PONG) take_text(one, &frame, now);
    }
    return used;
}

/* The server ends the connection behind the page. Any other answer than 200 is a failure. */
static void take_page(Socket *one, ssize_t got) {
    bool is_refused = got > 0 && !one->fetched && (got < 12 || memcmp(buffer, "HTTP/1.1 200", 12));
    if (got > 0 && !is_refused) {
        one->fetched += (size_t)got;
        return;
    }
    if (!got && one->fetched) handlers.on_fetched(one, now_ns());
    socket_close(one);
}

static void keep_rest(Socket *one, const char *rest, size_t length) {
    if (length > LARGEST_FRAME) give_up("a frame is too large");
    one->held = realloc(one->held, length);
    memcpy(one->held, rest, length);
    one->held_size = length;
}

static void read_socket(Socket *one) {
    ssize_t got = READ_BYTES;
    while (got == READ_BYTES && one->state != CLOSED) {
        if (one->held_size) memcpy(buffer, one->held, one->held_size);
        got = recv(one->fd, buffer + one->held_size, READ_BYTES, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (one->state == FETCHING) {
            take_page(one, got);
            continue;
        }
        if (got <= 0) {
            socket_close(one);
            return;
        }
        size_t length = one->held_size + (size_t)got;
        one->held_size = 0;
        size_t used = take(one, buffer, length, now_ns());
        if (used < length && one->state != CLOSED) keep_rest(one, buffer + used, length - used);
    }
}

/* --- All of them ----------------------------------------------------------------------------------- */

void clients_poll(int milliseconds) {
    struct epoll_event events[512];
    int count = epoll_wait(poller, events, 512, milliseconds);
    for (int index = 0; index < count; index++) {
        uint32_t which = events[index].data.u32;
        if (which >= MOST_SOCKETS) {
            watched[which - MOST_SOCKETS]();
            continue;
        }
        Socket *one = &clients.sockets[which];
        if (one->state == CONNECTING && events[index].events & (EPOLLERR | EPOLLHUP)) socket_close(one);
        else if (one->state == CONNECTING) send_request(one);
        else if (one->state != CLOSED) read_socket(one);
    }
}

bool clients_open(uint32_t count, double seconds) {
    int64_t deadline = now_ns() + (int64_t)(seconds * NS_PER_SECOND);
    uint32_t failed_before = clients.failed, closed_before = clients.closed;
    while (clients.open < count && now_ns() < deadline) {
        while (clients.count < count && clients.count < clients.open + WIDTH)
            socket_connect(&clients.sockets[clients.count++], clients.path);
        if (clients.failed > failed_before || clients.closed > closed_before) return false;
        clients_poll(100);
    }
    return clients.open == count;
}
