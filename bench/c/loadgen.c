/* Opens many WebSockets, publishes events to a server and counts what comes: each event once, in order, how late.
 *
 * Commands come as lines on the standard input; each is answered with a line of JSON. One thread, one epoll.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "clients.h"
#include "feed.h"
#include "measure.h"
#include "reconnect.h"

static char line[1024];
static size_t line_size;
static bool has_line;

static void read_line(void) {
    ssize_t got = read(STDIN_FILENO, line + line_size, 1);
    if (got <= 0) exit(0);
    has_line = line[line_size] == '\n';
    if (has_line) line[line_size] = 0;
    else if (++line_size == sizeof line) give_up("a command is too long");
}

static void answer(const char *name, double value) {
    printf("{\"%s\": %.4f}\n", name, value);
    fflush(stdout);
}

/* target PORT[,PORT...] PATH [GREETING] */
static void set_target(const char *arguments) {
    char ports[128] = "";
    sscanf(arguments, "%127s %511s %63s", ports, clients.path, clients.greeting);
    for (char *port = strtok(ports, ","); port; port = strtok(NULL, ",")) clients.ports[clients.port_count++] = atoi(port);
    answer("ports", clients.port_count);
}

/* open COUNT SECONDS */
static void open_sockets(const char *arguments) {
    unsigned count = 0;
    double seconds = 0;
    sscanf(arguments, "%u %lf", &count, &seconds);
    if (count > MOST_SOCKETS) give_up("so many sockets are not possible");
    int64_t begun = now_ns();
    if (!clients_open(count, seconds)) {
        fprintf(stderr, "loadgen: %u of %u sockets are open, %u were refused, %u were closed again\n", clients.open, count,
                clients.failed, clients.closed);
        exit(1);
    }
    answer("seconds", (double)(now_ns() - begun) / NS_PER_SECOND);
}

/* feed PORT TEMPLATE FIRST_SEQ [HTTP_PATH] */
static void connect_feed(const char *arguments) {
    int port = 0;
    char file[512] = "", http_path[128] = "";
    long long first_seq = 0;
    sscanf(arguments, "%d %511s %lld %127s", &port, file, &first_seq, http_path);
    feed_template(file, first_seq);
    feed_connect(port, http_path);
    answer("port", port);
}

/* server PID */
static void watch_server(const char *arguments) {
    measure_watch((pid_t)atoi(arguments));
    answer("server", atoi(arguments));
}

/* fixed|window|burst AMOUNT SECONDS QUIET_SECONDS LONGEST_SECONDS */
static void run_phase(Pace pace, const char *arguments) {
    double amount = 0, seconds = 0, quiet = 0, longest = 0;
    sscanf(arguments, "%lf %lf %lf %lf", &amount, &seconds, &quiet, &longest);
    measure(pace, amount, seconds, quiet, longest);
}

/* since SEQ: what the sockets have got so far; what comes from here on is counted */
static void set_since(const char *arguments) {
    feed.first_seq = atoll(arguments) + 1;
    feed.published = 0;
    for (uint32_t index = 0; index < clients.count; index++) clients.sockets[index].counters = (Counters){0};
    answer("since", (double)(feed.first_seq - 1));
}

/* return SPREAD_SECONDS TOP LONGEST_SECONDS [FETCH_PATH] */
static void come_back(const char *arguments) {
    double spread = 0, longest = 0;
    long long top = 0;
    char fetch_path[256] = "";
    sscanf(arguments, "%lf %lld %lf %255s", &spread, &top, &longest, fetch_path);
    reconnect_measure(spread, top, fetch_path, longest);
}

static void obey(void) {
    char word[32] = "";
    int used = 0;
    sscanf(line, "%31s %n", word, &used);
    const char *arguments = line + used;
    if (!strcmp(word, "target")) set_target(arguments);
    else if (!strcmp(word, "open")) open_sockets(arguments);
    else if (!strcmp(word, "feed")) connect_feed(arguments);
    else if (!strcmp(word, "server")) watch_server(arguments);
    else if (!strcmp(word, "fixed")) run_phase(FIXED, arguments);
    else if (!strcmp(word, "window")) run_phase(WINDOW, arguments);
    else if (!strcmp(word, "burst")) run_phase(BURST, arguments);
    else if (!strcmp(word, "since")) set_since(arguments);
    else if (!strcmp(word, "gone")) answer("gone", reconnect_await_end(atof(arguments)));
    else if (!strcmp(word, "return")) come_back(arguments);
    else give_up("an unknown command");
}

int main(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    handlers = (Handlers){measure_event, reconnect_frame, reconnect_open, reconnect_gone, reconnect_fetched};
    clients_begin();
    clients_watch(STDIN_FILENO, read_line, false);
    for (;;) {
        clients_poll(1000);
        if (!has_line) continue;
        has_line = false;
        obey();
        line_size = 0;
        memset(line, 0, sizeof line);
    }
}
