#include "measure.h"

#include <stdio.h>

#include "clock.h"
#include "feed.h"
#include "histogram.h"

#define LINGER_NS (100 * NS_PER_MS)
#define TELL_EVERY_NS (200 * NS_PER_MS)
/* Where events get lost, those that wait for them are let go after this time. */
#define STALL_NS (2 * NS_PER_SECOND)

static const char *PACE_NAMES[] = {"fixed", "window", "burst"};

/* A server that uses more than this part of a core is busy. */
#define IDLE_SHARE 0.03
#define MOST_PROCESSES 8

static pid_t pids[MOST_PROCESSES];
static int pid_count;
/* How many sockets have got each event, or a later one. */
static uint32_t passed[MOST_EVENTS];
static struct {
    uint32_t first, done;
    /* Up to here no client waits any more. */
    uint32_t let_go;
    uint64_t received, doubled, late, strange, stragglers;
    int64_t begun, last_event, last_done, completed, processor;
    int64_t quiet_since, quiet_from_processor;
    Histogram latency;
} phase;

void measure_event(Socket *socket, int64_t seq, int64_t now) {
    int64_t number = seq - feed.first_seq;
    if (number < 0 || number >= feed.published) {
        phase.strange++;
        return;
    }
    uint32_t event = (uint32_t)number, passed_from = socket->counters.next;
    Arrival arrival = counters_note(&socket->counters, event);
    if (arrival == IS_DOUBLE) {
        phase.doubled++;
        return;
    }
    if (arrival == IS_NEW)
        for (; passed_from <= event; passed_from++) passed[passed_from]++;
    phase.late += arrival == IS_LATE;
    phase.last_event = now;
    if (event < phase.first) {
        phase.stragglers++;
        return;
    }
    phase.received++;
    histogram_add(&phase.latency, now - feed.published_at[event]);
}

static void count_done(int64_t now) {
    uint32_t before = phase.done;
    while (phase.done < feed.published && passed[phase.done] >= clients.open) phase.done++;
    if (phase.done != before) phase.last_done = now;
}

/* --- Publishing ------------------------------------------------------------------------------------ */

static bool is_due(Pace pace, double amount, double seconds, int64_t now) {
    int64_t elapsed = now - phase.begun;
    uint32_t sent = feed.published - phase.first;
    if (feed.published == MOST_EVENTS) return false;
    if (pace == BURST) return sent < amount;
    if (pace == FIXED) return sent < amount * seconds && elapsed >= (int64_t)(sent * NS_PER_SECOND / amount);
    uint32_t settled = phase.done > phase.let_go ? phase.done : phase.let_go;
    return elapsed < seconds * NS_PER_SECOND && feed.published - settled < amount;
}

static void publish_due(Pace pace, double amount, double seconds) {
    int64_t now = now_ns();
    if (pace == WINDOW && now - phase.last_done > STALL_NS) {
        phase.let_go = feed.published;
        phase.last_done = now;
    }
    while (is_due(pace, amount, seconds, now)) feed_publish();
    feed_flush();
}

static bool has_published_all(Pace pace, double amount, double seconds, int64_t now) {
    uint32_t sent = feed.published - phase.first;
    if (pace == WINDOW) return feed.published == MOST_EVENTS || now - phase.begun >= seconds * NS_PER_SECOND;
    return sent >= (pace == FIXED ? amount * seconds : amount);
}

/* --- The end --------------------------------------------------------------------------------------- */

static void tell(Pace pace, bool is_cut) {
    uint32_t sent = feed.published - phase.first;
    uint64_t missing = 0, overtaken = 0;
    for (uint32_t index = 0; index < clients.count; index++) {
        missing += counters_missing(&clients.sockets[index].counters, phase.first, feed.published);
        overtaken += counters_overtaken(&clients.sockets[index].counters, phase.first);
    }
    int64_t until = phase.completed ? phase.completed : now_ns();
    double seconds = (double)((phase.last_event ? phase.last_event : until) - phase.begun) / NS_PER_SECOND;
    double share = (double)(phase.processor) / (double)(until - phase.begun);
    printf("{\"pace\": \"%s\", \"sockets\": %u, \"sent\": %u, \"received\": %llu, \"lost\": %llu, \"outstanding\": %llu, ",
           PACE_NAMES[pace], clients.count, sent, (unsigned long long)phase.received,
           (unsigned long long)(is_cut ? overtaken : missing), (unsigned long long)(is_cut ? missing - overtaken : 0));
    printf("\"doubled\": %llu, \"reordered\": %llu, \"strange\": %llu, \"stragglers\": %llu, \"closed\": %u, ",
           (unsigned long long)phase.doubled, (unsigned long long)phase.late, (unsigned long long)phase.strange,
           (unsigned long long)phase.stragglers, clients.closed);
    printf("\"cut\": %s, \"seconds\": %.4f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"load_generator_share\": %.3f}\n",
           is_cut ? "true" : "false", seconds, histogram_ms(&phase.latency, 0.5), histogram_ms(&phase.latency, 0.99),
           (double)phase.latency.largest / 1e6, share);
    fflush(stdout);
}

static void tell_progress(int64_t now) {
    static int64_t reported;
    static uint32_t reported_published;
    if (now - reported < TELL_EVERY_NS || reported_published == feed.published) return;
    reported = now;
    reported_published = feed.published;
    printf("{\"published\": %u}\n", feed.published);
    fflush(stdout);
}

void measure_watch(pid_t pid) {
    if (pid_count == MOST_PROCESSES) give_up("too many processes");
    pids[pid_count++] = pid;
}

static void begin_phase(void) {
    phase.first = phase.done = phase.let_go = feed.published;
    phase.received = phase.doubled = phase.late = phase.strange = phase.stragglers = 0;
    phase.begun = phase.last_done = now_ns();
    phase.last_event = phase.completed = phase.quiet_since = 0;
    phase.processor = -processor_ns();
    histogram_clear(&phase.latency);
}

static void note_completion(int64_t now) {
    if (phase.completed) return;
    phase.completed = now;
    phase.processor += processor_ns();
}

static int64_t servers_processor_ns(void) {
    int64_t total = 0;
    for (int index = 0; index < pid_count; index++) total += processor_ns_of(pids[index]);
    return total;
}

static void begin_quiet(int64_t now) {
    phase.quiet_since = now;
    phase.quiet_from_processor = servers_processor_ns();
}

static bool is_quiet(int64_t now, double quiet_seconds) {
    if (phase.last_event > phase.quiet_since || !phase.quiet_since) begin_quiet(now);
    int64_t quiet = now - phase.quiet_since;
    if (quiet <= quiet_seconds * NS_PER_SECOND) return false;
    if ((double)(servers_processor_ns() - phase.quiet_from_processor) < IDLE_SHARE * (double)quiet) return true;
    begin_quiet(now);
    return false;
}

/* The linger after completion lets a doubled frame be seen; it counts for no figure. */
static bool is_over(int64_t now, double quiet_seconds) {
    if (phase.done == feed.published) note_completion(now);
    if (phase.completed) return now - phase.completed > LINGER_NS;
    return is_quiet(now, quiet_seconds);
}

void measure(Pace pace, double amount, double seconds, double quiet_seconds, double longest_seconds) {
    begin_phase();
    bool is_cut = false;
    for (;;) {
        int64_t now = now_ns();
        count_done(now);
        publish_due(pace, amount, seconds);
        tell_progress(now);
        if (has_published_all(pace, amount, seconds, now) && is_over(now, quiet_seconds)) break;
        is_cut = now - phase.begun > longest_seconds * NS_PER_SECOND;
        if (is_cut) break;
        clients_poll(pace == FIXED ? 1 : 20);
    }
    if (!phase.completed) phase.processor += processor_ns();
    tell(pace, is_cut);
}
