#include "feed.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "clients.h"

#define OUT_BYTES (8 * 1024 * 1024)
#define SEQ_MARK "@SEQ@"

Feed feed;
static int line_fd = -1;
static char before[4096], after[4096], http_path[256];
static char out[OUT_BYTES];
static size_t out_size, out_sent;

/* Answers to HTTP requests are not looked at. */
static void ready(void) {
    char answers[65536];
    ssize_t got = recv(line_fd, answers, sizeof answers, MSG_DONTWAIT);
    if (!got || (got < 0 && errno != EAGAIN)) give_up("the server has closed the feed");
    feed_flush();
}

void feed_connect(int port, const char *path) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    line_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(line_fd, (struct sockaddr *)&address, sizeof address)) give_up("can't reach the feed");
    int on = 1;
    setsockopt(line_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(line_fd, F_SETFL, O_NONBLOCK);
    snprintf(http_path, sizeof http_path, "%s", path);
    clients_watch(line_fd, ready, false);
}

void feed_template(const char *file, int64_t first_seq) {
    char text[sizeof before] = "";
    FILE *opened = fopen(file, "r");
    if (!opened || !fgets(text, sizeof text, opened)) give_up("can't read the event");
    fclose(opened);
    text[strcspn(text, "\n")] = 0;
    char *mark = strstr(text, SEQ_MARK);
    if (!mark) give_up("the event has no place for its seq");
    *mark = 0;
    snprintf(before, sizeof before, "%s", text);
    snprintf(after, sizeof after, "%s", mark + strlen(SEQ_MARK));
    feed.first_seq = first_seq;
}

static void add(const char *text, size_t length) {
    if (out_size + length > OUT_BYTES) give_up("the server does not read its feed");
    memcpy(out + out_size, text, length);
    out_size += length;
}

void feed_publish(void) {
    char event[8192], head[512];
    long long seq = feed.first_seq + feed.published;
    int length = snprintf(event, sizeof event, "%s%lld%s", before, seq, after);
    feed.published_at[feed.published++] = now_ns();
    if (http_path[0])
        add(head, (size_t)snprintf(head, sizeof head,
                                   "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                                   "Content-Length: %d\r\n\r\n",
                                   http_path, length));
    add(event, (size_t)length);
    if (!http_path[0]) add("\n", 1);
}

void feed_flush(void) {
    while (out_sent < out_size) {
        ssize_t sent = send(line_fd, out + out_sent, out_size - out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN) give_up("the server has closed the feed");
        if (sent < 0) break;
        out_sent += (size_t)sent;
    }
    bool is_empty = out_sent == out_size;
    if (is_empty) out_size = out_sent = 0;
    static bool was_empty = true;
    if (is_empty != was_empty) clients_watch(line_fd, ready, !is_empty);
    was_empty = is_empty;
}
