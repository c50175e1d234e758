/* The plainest server there can be: each line of its feed goes to each WebSocket with one send.
 *
 * It takes two listening sockets that were made by its parent process, keeps what a socket can't take at once,
 * reads nothing but handshakes, and knows no ping, no limit and no stream: a floor, not a peer.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept_key.h"

#define MOST_FILES 65536
#define LINE_BYTES (256 * 1024)

typedef struct {
    char *waiting;
    size_t size;
} Client;

static Client clients[MOST_FILES];
static int open_fds[MOST_FILES], open_count, position[MOST_FILES];
static int poller, listener, feed_listener, feed_fd = -1;
static char lines[2 * LINE_BYTES];
static size_t lines_size;

static void watch(int fd, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(poller, operation, fd, &event);
}

static void hang_up(int fd) {
    close(fd);
    free(clients[fd].waiting);
    clients[fd] = (Client){0};
    if (position[fd] < 0) return;
    int last = open_fds[--open_count];
    open_fds[position[fd]] = last;
    position[last] = position[fd];
    position[fd] = -1;
}

static void keep(int fd, const char *data, size_t size) {
    Client *client = &clients[fd];
    client->waiting = realloc(client->waiting, client->size + size);
    memcpy(client->waiting + client->size, data, size);
    client->size += size;
    watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void send_frame(int fd, const char *frame, size_t size) {
    if (clients[fd].size) {
        keep(fd, frame, size);
        return;
    }
    ssize_t sent = send(fd, frame, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return; /* epoll reports its end */
    if (sent < 0) sent = 0;
    if ((size_t)sent < size) keep(fd, frame + sent, size - (size_t)sent);
}

static void send_waiting(int fd) {
    Client *client = &clients[fd];
    ssize_t sent = send(fd, client->waiting, client->size, MSG_NOSIGNAL);
    if (sent <= 0) return;
    client->size -= (size_t)sent;
    memmove(client->waiting, client->waiting + sent, client->size);
    if (!client->size) watch(fd, EPOLL_CTL_MOD, EPOLLIN);
}

static void broadcast(const char *text, size_t length) {
    static char frame[LINE_BYTES + 4];
    size_t head = length < 126 ? 2 : 4;
    frame[0] = (char)0x81;
    frame[1] = (char)(length < 126 ? length : 126);
    if (head == 4) {
        frame[2] = (char)(length >> 8);
        frame[3] = (char)length;
    }
    memcpy(frame + head, text, length);
    for (int index = 0; index < open_count; index++) send_frame(open_fds[index], frame, head + length);
}

static void read_feed(void) {
    ssize_t got = recv(feed_fd, lines + lines_size, LINE_BYTES, 0);
    if (got <= 0) exit(0);
    lines_size += (size_t)got;
    char *line = lines, *end;
    while ((end = memchr(line, '\n', lines_size - (size_t)(line - lines)))) {
        broadcast(line, (size_t)(end - line));
        line = end + 1;
    }
    lines_size -= (size_t)(line - lines);
    memmove(lines, line, lines_size);
}

static void take_handshake(int fd) {
    char request[2048], key[64] = "", accepted[ACCEPT_KEY_LENGTH + 1], answer[256];
    ssize_t got = recv(fd, request, sizeof request - 1, 0);
    if (got <= 0) {
        hang_up(fd);
        return;
    }
    if (position[fd] >= 0) return; /* whatever a client says later */
    request[got] = 0;
    char *found = strstr(request, "Sec-WebSocket-Key: ");
    if (!found || sscanf(found + 19, "%63[^\r]", key) != 1) {
        hang_up(fd);
        return;
    }
    accept_key(key, accepted);
    int size = snprintf(answer, sizeof answer,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\n\r\n",
                        accepted);
    if (send(fd, answer, (size_t)size, MSG_NOSIGNAL) != size) return;
    position[fd] = open_count;
    open_fds[open_count++] = fd;
}

static void let_in(int from) {
    int fd = accept4(from, NULL, NULL, SOCK_NONBLOCK), on = 1;
    if (fd < 0) return;
    if (fd >= MOST_FILES) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    position[fd] = -1;
    if (from == feed_listener) feed_fd = fd;
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
}

int main(int count, char **words) {
    if (count != 3) return 2;
    listener = atoi(words[1]);
    feed_listener = atoi(words[2]);
    poller = epoll_create1(0);
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
    watch(feed_listener, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        struct epoll_event events[512];
        int ready = epoll_wait(poller, events, 512, -1);
        for (int index = 0; index < ready; index++) {
            int fd = events[index].data.fd;
            if (fd == listener || fd == feed_listener) let_in(fd);
            else if (fd == feed_fd) read_feed();
            else {
                if (events[index].events & EPOLLOUT && clients[fd].size) send_waiting(fd);
                if (events[index].events & ~(uint32_t)EPOLLOUT) take_handshake(fd);
            }
        }
    }
}
