#include "reconnect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "feed.h"
#include "histogram.h"
#include "websocket.h"

/* Who is refused tries again after a random part of this, or of the spread where that is longer. */
#define RETRY_NS (1 * NS_PER_SECOND)

static struct {
    bool is_under_way;
    uint32_t in_sync, snapshots, retries;
    int64_t begun, top, spread;
    const char *fetch_path;
    Histogram times;
} come_back;

static int64_t random_part(int64_t most) { return (int64_t)((double)rand() / ((double)RAND_MAX + 1) * (double)most); }

bool reconnect_await_end(double seconds) {
    int64_t deadline = now_ns() + (int64_t)(seconds * NS_PER_SECOND);
    while (clients.open && now_ns() < deadline) clients_poll(100);
    return !clients.open;
}

static void become_in_sync(Socket *one, int64_t now) {
    if (one->is_in_sync) return;
    one->is_in_sync = true;
    come_back.in_sync++;
    histogram_add(&come_back.times, now - come_back.begun);
}

static bool is_at_top(const Socket *one) {
    return !counters_missing(&one->counters, 0, (uint32_t)(come_back.top - feed.first_seq + 1));
}

/* A `resumed` frame ends the answer to who came back; it is believed only where nothing is missing. */
void reconnect_frame(Socket *one, const char *text, size_t length, int64_t now) {
    if (!come_back.is_under_way) return;
    if (is_of_type(text, length, "\"playlist.snapshot\"")) {
        come_back.snapshots++;
        one->counters.next = (uint32_t)(come_back.top - feed.first_seq + 1);
    } else if (is_of_type(text, length, "\"resumed\"") && is_at_top(one)) {
        become_in_sync(one, now);
    }
}

static void come(Socket *one) {
    char path[1024];
    if (come_back.fetch_path[0]) snprintf(path, sizeof path, "%s", clients.path);
    else
        snprintf(path, sizeof path, "%s?epoch=%s&since=%lld", clients.path, clients.epoch,
                 (long long)(feed.first_seq - 1 + one->counters.next));
    one->due_ns = 0;
    socket_connect(one, one->is_fetch ? come_back.fetch_path : path);
}

/* Who fetches does so once its socket has joined: another connection, behind those of all sockets. */
void reconnect_open(Socket *one) {
    if (!come_back.is_under_way || !come_back.fetch_path[0]) return;
    Socket *fetch = one + clients.count;
    fetch->is_fetch = true;
    socket_connect(fetch, come_back.fetch_path);
}

void reconnect_fetched(Socket *one, int64_t now) { become_in_sync(one - clients.count, now); }

void reconnect_gone(Socket *one) {
    if (!come_back.is_under_way) return;
    bool is_done = one->is_fetch ? (one - clients.count)->is_in_sync : one->is_in_sync;
    if (is_done) return;
    come_back.retries++;
    one->due_ns = now_ns() + random_part(come_back.spread > RETRY_NS ? come_back.spread : RETRY_NS);
}

static void let_come(uint32_t count) {
    int64_t now = now_ns();
    for (uint32_t index = 0; index < count; index++) {
        Socket *one = &clients.sockets[index];
        if (one->state == CLOSED && one->due_ns && one->due_ns <= now) come(one);
    }
}

static void begin(double spread_seconds, int64_t top, const char *fetch_path) {
    come_back.is_under_way = true;
    come_back.in_sync = come_back.snapshots = come_back.retries = 0;
    come_back.top = top;
    come_back.spread = (int64_t)(spread_seconds * NS_PER_SECOND);
    come_back.fetch_path = fetch_path;
    come_back.begun = now_ns();
    histogram_clear(&come_back.times);
    feed.published = (uint32_t)(top - feed.first_seq + 1);
    for (uint32_t index = 0; index < clients.count; index++) {
        clients.sockets[index].is_in_sync = false;
        clients.sockets[index].due_ns = come_back.begun + random_part(come_back.spread);
    }
}

void reconnect_measure(double spread_seconds, int64_t top, const char *fetch_path, double longest_seconds) {
    begin(spread_seconds, top, fetch_path);
    int64_t deadline = come_back.begun + (int64_t)(longest_seconds * NS_PER_SECOND), processor = processor_ns();
    while (come_back.in_sync < clients.count && now_ns() < deadline) {
        let_come(fetch_path[0] ? 2 * clients.count : clients.count);
        clients_poll(5);
    }
    double seconds = (double)(now_ns() - come_back.begun) / NS_PER_SECOND;
    double share = (double)(processor_ns() - processor) / NS_PER_SECOND / seconds;
    come_back.is_under_way = false;
    printf("{\"returned\": %u, \"in_sync\": %u, \"snapshots\": %u, \"retries\": %u, \"seconds\": %.4f, ",
           clients.count, come_back.in_sync, come_back.snapshots, come_back.retries, seconds);
    printf("\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"load_generator_share\": %.3f}\n", histogram_ms(&come_back.times, 0.5),
           histogram_ms(&come_back.times, 0.99), share);
    fflush(stdout);
}
